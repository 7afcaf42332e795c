//! Made-up contestants whose strengths are known, judged by voters who follow the model, so that it can be counted how often
//! a ranking is right.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pelicycle_judge::{Ballot, Competition, DrawingPair, PairChooser, Ranking, rank};
use pelicycle_statistics::{PairwiseChoice, Random, StrengthSpread, Strengths, strengths_at};

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
    fn make_anew(&mut self, random: &mut Random, spread: StrengthSpread) {
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

    /// The mean worth of contestants' drawings: no vote says more of them.
    fn drawn(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.strengths.len()];
        for (drawing, quality) in self.competition.drawings.iter().zip(&self.qualities) {
            let sum = &mut sums[drawing.competitor];
            *sum = (sum.0 + quality, sum.1 + 1.0);
        }
        sums.into_iter().map(|(sum, count)| sum / count).collect()
    }

    /// Contestants' strengths as ballots have them where it is known how far strengths lie apart.
    fn known(&self, spread: StrengthSpread, ballots: impl Iterator<Item = Ballot>) -> Strengths {
        let owner: Vec<usize> = self.competition.drawings.iter().map(|drawing| drawing.competitor).collect();
        let choices: Vec<PairwiseChoice> = ballots
            .map(|Ballot { pair, first, second, ties, .. }| PairwiseChoice { pair, first, second, ties })
            .collect();
        strengths_at(spread, self.strengths.len(), &owner, &choices)
    }

    /// Contestants, the strongest first.
    fn found(&self, ballots: &[Ballot]) -> Vec<usize> {
        let log = self.known(USUAL, ballots.iter().copied()).log();
        let mut order: Vec<usize> = (0..log.len()).collect();
        order.sort_by(|a, b| log[*b].total_cmp(&log[*a]));
        order
    }

    /// Contestants whose true strength lies in its interval.
    fn right_where_known(&self, spread: StrengthSpread, ballots: &[(Ballot, f64)]) -> usize {
        let found = self.known(spread, ballots.iter().map(|(ballot, _)| *ballot));
        let inside = self.strengths.iter().enumerate().filter(|(one, strength)| {
            let interval = found.interval(*one, 0.05);
            (interval.low..=interval.high).contains(strength)
        });
        inside.count()
    }

    /// The quality of an order of contestants, by their drawings.
    fn order(&self, found: &[usize], top: usize) -> OrderFound {
        let n = self.strengths.len();
        let mut order: Vec<usize> = (0..n).collect();
        let worth = self.drawn();
        order.sort_by(|a, b| worth[*b].total_cmp(&worth[*a]));
        let first = &found[..top];
        let least = worth[order[top - 1]] - (0.6_f64 / 0.4).ln();
        let wrong = |place: usize| {
            let below = found[place + 1..].iter();
            below.filter(|other| worth[**other] > worth[found[place]]).count()
        };
        OrderFound {
            hits: first.iter().filter(|one| order[..top].contains(one)).count() as f64,
            near: first.iter().filter(|one| worth[**one] >= least).count() as f64,
            wrong: (0..n).map(wrong).sum::<usize>() as f64 / (n * (n - 1) / 2) as f64,
        }
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

/// The quality of an order.
#[derive(Debug, Clone, Copy, Default)]
struct OrderFound {
    /// The number of the so many best that are among the first.
    hits: f64,
    /// The number of the first that are the last of those, or lose to it in no more than 6 of 10 pairs.
    near: f64,
    /// The share of all pairs that stand the wrong way round.
    wrong: f64,
}

/// The share of intervals and ranges of places that hold the true one.
struct IntervalCoverage {
    inside: f64,
    /// The standard error of that, by how boards differ.
    error: f64,
    placed: f64,
}

/// The spread of strengths.
#[derive(Debug, Clone, Copy)]
enum Apart {
    /// As the prior thinks.
    AsPrior,
    /// The same in all worlds, which nobody is told.
    Fixed(StrengthSpread),
    /// The same, and intervals are made by who knows it.
    Known(StrengthSpread),
}

/// Over so many boards of contestants with `each` so many drawings.
fn coverage(
    seed: u64,
    boards: u64,
    (contestants, each): (usize, usize),
    votes: usize,
    apart: Apart,
) -> IntervalCoverage {
    let mut random = Random::new(seed);
    let mut world = World::new(contestants, each);
    let (mut sums, mut squares, mut all_placed) = (0.0, 0.0, 0.0);
    for round in 0..boards {
        let drawn = StrengthSpread::of_prior(&mut random);
        let spread = match apart {
            Apart::AsPrior => drawn,
            Apart::Fixed(spread) | Apart::Known(spread) => spread,
        };
        world.make_anew(&mut random, spread);
        let ballots = world.votes(&mut random, votes);
        let (inside, placed) = match apart {
            Apart::Known(spread) => (world.right_where_known(spread, &ballots), 0),
            _ => world.right(&rank(&world.competition, &ballots, round)),
        };
        let share = inside as f64 / contestants as f64;
        (sums, squares) = (sums + share, squares + share * share);
        all_placed += placed as f64 / contestants as f64;
    }
    let boards = boards as f64;
    let inside = sums / boards;
    let error = ((squares / boards - inside * inside) / (boards - 1.0)).sqrt();
    IntervalCoverage { inside, error, placed: all_placed / boards }
}

const USUAL: StrengthSpread = StrengthSpread { between: 1.3, within: 0.8 };

#[test]
fn intervals_hold_the_true_strength_95_times_of_100_whether_contestants_have_one_drawing_or_three_or_ten() {
    // One of them on worlds of all kinds that the prior thinks of, one where contestants lie as far apart as few do.
    let wide = StrengthSpread { between: 3.0, within: 1.5 };
    let cells = [(60, 1, Apart::Fixed(USUAL)), (30, 3, Apart::AsPrior), (30, 10, Apart::Fixed(wide))];
    let mut all = 0.0;
    for (boards, each, apart) in cells {
        let found = coverage(1, boards, (20, each), 150, apart);
        println!("{each}: {:.3} ± {:.3}, places {:.3}", found.inside, found.error, found.placed);
        // 30 boards tell a share to 1.3 % and all 120 to 0.7 %, so three deviations of a cell are chance, and two
        // and a half of all. docs/judging.md holds closer figures, of `coverage_in_figures`.
        assert!((0.91..=0.99).contains(&found.inside), "{each}: {} ± {}", found.inside, found.error);
        // Places are whole, so a range that leaves out 5 % at most leaves out less.
        assert!(found.placed >= 0.95, "{each}: {}", found.placed);
        all += found.inside / cells.len() as f64;
    }
    assert!((0.93..=0.97).contains(&all), "{all}");
}

/// Prints rows of figures, of about 1,600 intervals a cell, where there are so many contestants and votes.
#[allow(clippy::print_stderr, reason = "a helper of tests is a test")]
fn rows(rows: &[(Apart, usize, usize)]) {
    const EACH: [usize; 3] = [1, 3, 10];
    let cells = side_by_side(rows.len() * EACH.len(), |cell| {
        let (apart, contestants, votes) = rows[cell / EACH.len()];
        let boards = 1600 / contestants as u64;
        coverage(2, boards, (contestants, EACH[cell % EACH.len()]), votes, apart)
    });
    for ((apart, contestants, votes), cells) in rows.iter().zip(cells.chunks(EACH.len())) {
        let cell = |IntervalCoverage { inside, error, placed }: &IntervalCoverage| {
            let places = match apart {
                Apart::Known(_) => String::new(),
                _ => format!(" ({:.1})", placed * 100.0),
            };
            format!("{:.1} ± {:.1}{places}", inside * 100.0, error * 100.0)
        };
        let cells: Vec<String> = cells.iter().map(cell).collect();
        eprintln!("| {apart:?} | {contestants} | {votes} | {} |", cells.join(" | "));
    }
}

/// `cargo test -p pelicycle-judge --test judge coverage_in_figures -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: makes the figures of docs/judging.md"]
fn coverage_in_figures() {
    let prior = [8, 30].map(|contestants| [60, 220, 1000].map(|votes| (Apart::AsPrior, contestants, votes)));
    let fixed = [(0.3, 0.15), (0.8, 0.4), (1.6, 0.8), (3.0, 1.5)]
        .map(|(between, within)| (Apart::Fixed(StrengthSpread { between, within }), 30, 220));
    rows(&[prior.as_flattened(), &fixed].concat());
}

/// `cargo test -p pelicycle-judge --test judge coverage_where_spreads_are_known -- --ignored --nocapture`
#[test]
#[ignore = "makes figures of docs/judging.md"]
fn coverage_where_spreads_are_known() {
    rows(&[(Apart::Known(StrengthSpread { between: 3.0, within: 1.5 }), 30, 220)]);
}

/// The chooser of the pair that comes next.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// [`PairChooser`].
    Chooser,
    /// The same, where a pair on both sides of the boundary counts so much more.
    Boundary(f64),
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
    let spread = StrengthSpread { between: USUAL.between, within: 0.0 };
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

/// The order that is found after each `step` of `votes`, with the `top` best.
fn settled(
    seed: u64,
    world: &mut World,
    (top, votes, step): (usize, usize, usize),
    choice: Choice,
) -> Vec<OrderFound> {
    let mut random = Random::new(seed);
    world.make_anew(&mut random, USUAL);
    let n = world.competition.drawings.len();
    let mut next = match choice {
        Choice::Boundary(boundary) => PairChooser::with_boundary(&world.competition, seed, boundary),
        _ => PairChooser::new(&world.competition, seed),
    };
    let (mut seen, mut ballots, mut found) = (BTreeSet::new(), Vec::new(), Vec::new());
    while ballots.len() < votes {
        let pair = match choice {
            Choice::Chooser | Choice::Boundary(_) => next.choose(&ballots, &seen).unwrap(),
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
            found.push(world.order(&world.found(&ballots), top));
        }
    }
    found
}

#[test]
fn pairs_that_are_chosen_find_the_best_with_fewer_votes_than_pairs_that_chance_has() {
    let mut world = World::new(24, 4);
    let mut hits = |choice| -> f64 {
        (0..12).map(|seed| settled(seed, &mut world, (5, 120, 120), choice)[0].hits).sum()
    };
    let (chosen, chance) = (hits(Choice::Chooser), hits(Choice::Chance));
    assert!(chosen >= chance + 4.0, "{chosen} of 60, by chance {chance}");
}

/// The first of the worlds that figures are made in: others than those by which the choice of pairs was made what it is.
const FIRST_WORLD: u64 = 1000;

/// `cargo test -p pelicycle-judge --test judge votes_that_68_need -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: makes the figures of docs/judging.md"]
fn votes_that_68_need() {
    board(24, (68, 5), (10, 800, 200));
}

/// `cargo test -p pelicycle-judge --test judge votes_that_24_need -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: makes the figures of docs/judging.md"]
fn votes_that_24_need() {
    board(40, (24, 4), (5, 240, 60));
}

/// Does work of many kinds on as many threads as there are processors; what comes of it stands in the order of the kinds.
fn side_by_side<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let one = work(index);
            found.lock().unwrap().push((index, one));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(worker))));
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, one)| one).collect()
}

/// The mean of some numbers and its standard error.
fn mean_and_error(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = numbers.clone().count() as f64;
    let mean = numbers.clone().sum::<f64>() / count;
    let squares = numbers.map(|number| (number - mean).powi(2)).sum::<f64>();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

/// Prints what each choice of pairs finds in the same worlds, in the mean.
#[allow(clippy::print_stderr, reason = "a helper of tests is a test")]
fn board(worlds: usize, (contestants, each): (usize, usize), course: (usize, usize, usize)) {
    let choices =
        [Choice::Chooser, Choice::Boundary(0.0), Choice::Boundary(10.0), Choice::Nearest, Choice::Chance];
    let runs = side_by_side(worlds * choices.len(), |run| {
        let mut world = World::new(contestants, each);
        settled(FIRST_WORLD + (run % worlds) as u64, &mut world, course, choices[run / worlds])
    });
    for step in 0..course.1 / course.2 {
        let at = |choice: usize| runs[choice * worlds..][..worlds].iter().map(move |run| run[step]);
        for (index, choice) in choices.iter().enumerate() {
            let (hits, error) = mean_and_error(at(index).map(|found| found.hits));
            let (near, _) = mean_and_error(at(index).map(|found| found.near));
            let (wrong, _) = mean_and_error(at(index).map(|found| found.wrong));
            // In the same worlds, so that what makes one hard is taken out.
            let (more, doubt) =
                mean_and_error(at(0).zip(at(index)).map(|(one, other)| one.hits - other.hits));
            let votes = (step + 1) * course.2;
            eprintln!(
                "| {votes} | {choice:?} | {hits:.2} ± {error:.2} | {near:.2} | {:.1} % | chosen finds {more:+.2} ± {doubt:.2} |",
                wrong * 100.0
            );
        }
    }
}
