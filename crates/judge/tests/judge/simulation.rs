//! Made-up contestants whose strengths are known, judged by voters who follow the model, so that it can be counted how often
//! a ranking is right.

use std::collections::BTreeSet;

use pelicycle_judge::{Ballot, Competition, DrawingPair, PairChooser, Ranking, rank};
use pelicycle_statistics::{PairwiseChoice, Random, Spread, strengths_at};

use crate::{drawings, field};

/// Contestants with their drawings, as they truly are.
struct World {
    competition: Competition,
    /// Logarithms of the contestants' strengths.
    strengths: Vec<f64>,
    /// Those of their drawings.
    qualities: Vec<f64>,
}

impl World {
    /// So many contestants of `each` so many drawings, all alike until they are made anew.
    fn new(contestants: usize, each: usize) -> World {
        let competition = field(&drawings(contestants, each));
        let qualities = vec![0.0; competition.drawings.len()];
        World { competition, strengths: vec![0.0; contestants], qualities }
    }

    /// Gives contestants strengths about 0 and drawings such about their contestant's, by normal distributions.
    fn make_anew(&mut self, random: &mut Random, spread: Spread) {
        self.strengths.iter_mut().for_each(|strength| *strength = spread.between * random.normal());
        let mean = self.strengths.iter().sum::<f64>() / self.strengths.len() as f64;
        self.strengths.iter_mut().for_each(|strength| *strength -= mean);
        let drawings = self.competition.drawings.iter();
        self.qualities = drawings
            .map(|drawing| self.strengths[drawing.competitor] + spread.within * random.normal())
            .collect();
    }

    fn vote(&self, random: &mut Random, judge: usize, pair: (usize, usize)) -> Ballot {
        let pair = (pair.0.min(pair.1), pair.0.max(pair.1));
        let difference = self.qualities[pair.0] - self.qualities[pair.1];
        let chance = 1.0 / (1.0 + (-difference).exp());
        let first = f64::from(u8::from((random.below(1 << 30) as f64) < chance * f64::from(1 << 30)));
        Ballot { judge, pair, first, second: 1.0 - first, ties: 0.0 }
    }

    /// Votes on pairs of different contestants that come at random, each of them once a judge; where pairs run out, another judge
    /// begins.
    fn votes(&self, random: &mut Random, count: usize) -> Vec<(Ballot, f64)> {
        let n = self.competition.drawings.len();
        let each = n / self.strengths.len();
        let most = (n * n - n * each) / 2 * 9 / 10;
        let mut seen = BTreeSet::new();
        while seen.len() < count {
            let pair = (random.below(n), random.below(n));
            if self.competition.is_between(pair) {
                seen.insert((seen.len() / most, DrawingPair { left: pair.0, right: pair.1 }.key()));
            }
        }
        seen.into_iter().map(|(judge, pair)| (self.vote(random, judge, pair), 1.0)).collect()
    }

    /// What contestants' drawings are worth in the mean: no vote says more of them.
    fn drawn(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.strengths.len()];
        for (drawing, quality) in self.competition.drawings.iter().zip(&self.qualities) {
            let sum = &mut sums[drawing.competitor];
            *sum = (sum.0 + quality, sum.1 + 1.0);
        }
        sums.into_iter().map(|(sum, count)| sum / count).collect()
    }

    /// How many of the `top` best by their drawings are among the first as many of a ranking, and the share of pairs that it has the wrong way round.
    fn order(&self, ranking: &Ranking, top: usize) -> (usize, f64) {
        let n = self.strengths.len();
        let mut order: Vec<usize> = (0..n).collect();
        let worth = self.drawn();
        order.sort_by(|a, b| worth[*b].total_cmp(&worth[*a]));
        let found: Vec<usize> = ranking.standings.iter().map(|standing| standing.competitor).collect();
        let hits = found[..top].iter().filter(|one| order[..top].contains(one)).count();
        let wrong = |place: usize| {
            let below = found[place + 1..].iter();
            below.filter(|other| worth[**other] > worth[found[place]]).count()
        };
        (hits, (0..n).map(wrong).sum::<usize>() as f64 / (n * (n - 1) / 2) as f64)
    }

    /// Contestants whose true strength lies in its interval, and whose true place lies in its range.
    fn right(&self, ranking: &Ranking) -> (usize, usize) {
        let place =
            |one: usize| 1 + self.strengths.iter().filter(|other| **other > self.strengths[one]).count();
        let inside = ranking.standings.iter().filter(|standing| {
            let true_log = self.strengths[standing.competitor];
            (standing.log_interval.low..=standing.log_interval.high).contains(&true_log)
        });
        let placed = ranking
            .standings
            .iter()
            .filter(|standing| (standing.places.0..=standing.places.1).contains(&place(standing.competitor)));
        (inside.count(), placed.count())
    }
}

/// How often intervals and ranges of places hold the true one.
struct Coverage {
    inside: f64,
    /// The standard error of that, by how boards differ.
    error: f64,
    placed: f64,
}

/// Over so many boards of contestants with `each` so many drawings, whose strengths lie as far apart as `spread` says, or, without
/// one, as the prior thinks.
fn coverage(
    seed: u64,
    boards: u64,
    (contestants, each): (usize, usize),
    votes: usize,
    spread: Option<Spread>,
) -> Coverage {
    let mut random = Random::new(seed);
    let mut world = World::new(contestants, each);
    let (mut sums, mut squares, mut all_placed) = (0.0, 0.0, 0.0);
    for round in 0..boards {
        let scales = Spread::PRIOR_SCALES;
        let drawn = Spread {
            between: scales.between * random.normal().abs(),
            within: scales.within * random.normal().abs(),
        };
        world.make_anew(&mut random, spread.unwrap_or(drawn));
        let ballots = world.votes(&mut random, votes);
        let (inside, placed) = world.right(&rank(&world.competition, &ballots, round));
        let share = inside as f64 / contestants as f64;
        (sums, squares) = (sums + share, squares + share * share);
        all_placed += placed as f64 / contestants as f64;
    }
    let boards = boards as f64;
    let inside = sums / boards;
    let error = ((squares / boards - inside * inside) / (boards - 1.0)).sqrt();
    Coverage { inside, error, placed: all_placed / boards }
}

const USUAL: Spread = Spread { between: 1.3, within: 0.8 };

#[test]
fn intervals_hold_the_true_strength_95_times_of_100_whether_contestants_have_one_drawing_or_three_or_ten() {
    // One of them on worlds of all kinds that the prior thinks of.
    for (each, spread) in [(1, Some(USUAL)), (3, None), (10, Some(USUAL))] {
        let found = coverage(1, 60, (20, each), 150, spread);
        assert!((0.93..=0.97).contains(&found.inside), "{each}: {} ± {}", found.inside, found.error);
        // Places are whole, so a range that leaves out 5 % at most leaves out less.
        assert!(found.placed >= 0.95, "{each}: {}", found.placed);
    }
}

/// `cargo test -p pelicycle-judge --test judge coverage_in_figures -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: makes the figures of docs/judging.md"]
fn coverage_in_figures() {
    let row = |spread: Option<Spread>, contestants: usize, votes: usize| {
        let boards = 1600 / contestants as u64;
        let cells = [1, 3, 10].map(|each| {
            let Coverage { inside, error, placed } = coverage(2, boards, (contestants, each), votes, spread);
            format!("{:.1} ± {:.1} ({:.1})", inside * 100.0, error * 100.0, placed * 100.0)
        });
        let whose = spread
            .map_or("the prior's".to_owned(), |spread| format!("{}, {}", spread.between, spread.within));
        eprintln!("| {whose} | {contestants} | {votes} | {} |", cells.join(" | "));
    };
    for contestants in [8, 30] {
        [60, 220, 1000].iter().for_each(|votes| row(None, contestants, *votes));
    }
    let spread = |(between, within)| Some(Spread { between, within });
    for apart in [(0.3, 0.15), (0.8, 0.4), (1.6, 0.8), (3.0, 1.5)] {
        row(spread(apart), 30, 220);
    }
}

/// Who says which pair comes next.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// [`PairChooser`].
    Chooser,
    /// The contestant that was judged least, beside one of the three that are nearest to it in strength.
    Nearest,
    Chance,
}

/// The pair of [`Choice::Nearest`], with drawings of the two by chance.
fn nearest(random: &mut Random, world: &World, ballots: &[Ballot]) -> (usize, usize) {
    let (n, each) = (world.strengths.len(), world.qualities.len() / world.strengths.len());
    let choices: Vec<PairwiseChoice> = ballots
        .iter()
        .map(|ballot| {
            let Ballot { first, second, ties, .. } = *ballot;
            PairwiseChoice { pair: world.competition.competitors_of(ballot.pair), first, second, ties }
        })
        .collect();
    let spread = Spread { between: USUAL.between, within: 0.1 };
    let log = strengths_at(spread, n, &(0..n).collect::<Vec<_>>(), &choices).log();
    let mut judged = vec![0.0; n];
    choices.iter().flat_map(|choice| [choice.pair.0, choice.pair.1]).for_each(|one| judged[one] += 1.0);
    let one = (0..n).min_by_key(|one| (judged[*one] as usize, random.bits())).unwrap();
    let away = |other: &usize| (log[*other] - log[one]).abs();
    let mut others: Vec<usize> = (0..n).filter(|other| *other != one).collect();
    others.sort_by(|a, b| away(a).total_cmp(&away(b)));
    // The nearest three, since pairs of drawings come once each.
    let other = others[random.below(3)];
    (one * each + random.below(each), other * each + random.below(each))
}

/// How many of the `top` best are found among as many, after each `step` of `votes`, and the share of pairs of contestants that stand
/// the wrong way round.
fn settled(
    seed: u64,
    world: &mut World,
    (top, votes, step): (usize, usize, usize),
    choice: Choice,
) -> Vec<(usize, f64)> {
    let mut random = Random::new(seed);
    world.make_anew(&mut random, USUAL);
    let n = world.competition.drawings.len();
    let mut next = PairChooser::new(&world.competition, seed);
    let (mut seen, mut ballots, mut found) = (BTreeSet::new(), Vec::new(), Vec::new());
    while ballots.len() < votes {
        let pair = match choice {
            Choice::Chooser => next.choose(&ballots, &seen).unwrap(),
            Choice::Nearest => {
                let (left, right) = nearest(&mut random, world, &ballots);
                DrawingPair { left, right }
            }
            Choice::Chance => DrawingPair { left: random.below(n), right: random.below(n) },
        };
        if !world.competition.is_between(pair.key()) || !seen.insert(pair.key()) {
            continue;
        }
        ballots.push(world.vote(&mut random, 0, pair.key()));
        if ballots.len().is_multiple_of(step) {
            let weighed: Vec<(Ballot, f64)> = ballots.iter().map(|ballot| (*ballot, 1.0)).collect();
            found.push(world.order(&rank(&world.competition, &weighed, 0), top));
        }
    }
    found
}

#[test]
fn pairs_that_are_chosen_find_the_best_with_fewer_votes_than_pairs_that_chance_has() {
    let mut world = World::new(24, 4);
    let mut hits =
        |choice| -> usize { (0..12).map(|seed| settled(seed, &mut world, (5, 120, 120), choice)[0].0).sum() };
    let (chosen, chance) = (hits(Choice::Chooser), hits(Choice::Chance));
    assert!(chosen >= chance + 4, "{chosen} of 60, by chance {chance}");
}

/// `cargo test -p pelicycle-judge --test judge votes_that_68_need -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: makes the figures of docs/judging.md"]
fn votes_that_68_need() {
    const WORLDS: u64 = 24;
    let mut world = World::new(68, 5);
    let mut of = |choice| -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); 7];
        for seed in 0..WORLDS {
            for (sum, (hits, wrong)) in
                sums.iter_mut().zip(settled(seed, &mut world, (10, 1400, 200), choice))
            {
                *sum = (sum.0 + hits as f64 / WORLDS as f64, sum.1 + wrong / WORLDS as f64);
            }
        }
        sums
    };
    let ways = [Choice::Chooser, Choice::Nearest, Choice::Chance].map(&mut of);
    for step in 0..7 {
        let words = ways.each_ref().map(|way| format!("{:.1} | {:.1} %", way[step].0, way[step].1 * 100.0));
        eprintln!("| {} | {} |", (step + 1) * 200, words.join(" | "));
    }
}
