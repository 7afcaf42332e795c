//! The promises of [`SidePreference`], tried on made-up drawings and judges, looked at after every judgement.

use std::collections::BTreeSet;

use pelicycle_judge::{
    Ballot, Competition, CrossPairChooser, CrossPairs, SettlingOutlook, SideAttempts, SidePreference,
};
use pelicycle_record::{Attempt, Verdict};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::{attempt, check};

use crate::SVG;

/// Two sides with so many drawings each.
fn two_sides(base: usize, head: usize) -> (Competition, CrossPairs) {
    let made = |slug: &str, n: usize| -> Vec<Attempt> {
        let one = |n: usize| {
            let started = format!("2026-03-01T{:02}:{:02}:00Z", n / 60, n % 60);
            attempt("pelican", slug, &started, Some((SVG, check(SVG, SVG, Verdict::Drawn))))
        };
        (0..n).map(one).collect()
    };
    let (base, head) = (made("a", base), made("b", head));
    let competition = Competition::new(&base.iter().chain(&head).collect::<Vec<_>>(), false);
    let ids = |attempts: &[Attempt]| attempts.iter().map(|attempt| attempt.id.clone()).collect();
    let pairs = CrossPairs::new(&competition, &[SideAttempts { base: ids(&base), head: ids(&head) }]);
    (competition, pairs)
}

/// The way in which judges see drawings.
#[derive(Debug, Clone, Copy)]
enum World {
    /// Every judgement is a coin.
    Coins,
    /// Drawings differ, alike on both sides, and every judge sees which is better.
    Clear,
    /// Drawings differ, alike on both sides, and judges see it dimly, with ties.
    Dim,
    /// The first side's are the best there are or the worst, the second side's are all middling.
    Uneven,
    /// The second side's are better in so many of a hundred pairs, by chance.
    Better(usize),
}

impl World {
    fn quality(self, is_head: bool, random: &mut Random) -> f64 {
        match self {
            World::Uneven if is_head => 0.5,
            World::Uneven => random.below(2) as f64,
            _ => random.below(1_000_000) as f64 / 1e6,
        }
    }

    /// A judge's view of a drawing of the first side and one of the second: won by the second, lost, tied.
    fn judged(self, base: f64, head: f64, random: &mut Random) -> (f64, f64, f64) {
        let won = match self {
            World::Coins => random.below(2) == 0,
            World::Better(share) => random.below(100) < share,
            World::Dim if random.below(5) == 0 => return (0.0, 0.0, 1.0),
            World::Dim => (random.below(1_000_000) as f64) < 1e6 * (0.5 + 0.5 * (head - base)),
            World::Clear | World::Uneven => head > base,
        };
        if won { (1.0, 0.0, 0.0) } else { (0.0, 1.0, 0.0) }
    }
}

/// Whoever chooses pairs.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// As `--between` does.
    Chooser,
    /// By chance, so that drawings are shared from the first pairs on.
    Chance,
}

/// After how many judgements, of `most` at most, it was settled, and for whom.
fn settled_after(
    world: World,
    choice: Choice,
    (competition, pairs): &(Competition, CrossPairs),
    most: usize,
    seed: u64,
) -> Option<(usize, bool)> {
    let mut random = Random::new(seed);
    let heads: BTreeSet<usize> =
        (0..competition.drawings.len()).filter(|n| competition.drawings[*n].competitor == 1).collect();
    let quality: Vec<f64> =
        (0..competition.drawings.len()).map(|n| world.quality(heads.contains(&n), &mut random)).collect();
    let mut chooser = CrossPairChooser::new(pairs, random.bits());
    let (mut ballots, mut seen) = (Vec::new(), BTreeSet::new());
    for n in 1..=most {
        let pair = match choice {
            Choice::Chooser => chooser.choose(&ballots, &seen, &BTreeSet::new())?.key(),
            Choice::Chance => loop {
                let one = random.below(heads.first().copied()?);
                let pair = (one, heads.first().copied()? + random.below(heads.len()));
                if !seen.contains(&pair) {
                    break pair;
                }
            },
        };
        seen.insert(pair);
        let (base, head) = pairs.sides_of(pair).unwrap();
        let (won, lost, ties) = world.judged(quality[base], quality[head], &mut random);
        let (first, second) = if pair.1 == head { (lost, won) } else { (won, lost) };
        ballots.push(Ballot { judge: 0, pair, first, second, ties });
        let weighed: Vec<(Ballot, f64)> = ballots.iter().map(|ballot| (*ballot, 1.0)).collect();
        if let Some(better) = SidePreference::new(pairs, &weighed).settled() {
            return Some((n, better));
        }
    }
    None
}

/// Rounds of a simulation; `PELICYCLE_ROUNDS` asks for more of them.
fn rounds() -> u64 {
    std::env::var("PELICYCLE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(24)
}

#[test]
fn where_neither_side_is_better_looks_after_every_judgement_seldom_say_so() {
    let (mut tried, mut all) = (0, 0);
    for world in [World::Coins, World::Clear, World::Dim, World::Uneven] {
        let (mut tried_in_world, mut all_in_world) = (0, 0);
        for (base, head, most) in [(22, 22, 40), (10, 10, 40), (30, 10, 30)] {
            let sides = two_sides(base, head);
            for choice in [Choice::Chooser, Choice::Chance] {
                let alarm = |seed: &u64| settled_after(world, choice, &sides, most, *seed).is_some();
                let alarms = (0..rounds()).filter(alarm).count() as u64;
                println!("{world:?}, {choice:?}, {base} and {head} drawings, {most} judgements: {alarms}");
                // So few rounds of one kind tell little: what they may be by chance where 5 % are true.
                assert!(
                    (alarms as f64) < by_chance(rounds(), 0.05),
                    "{world:?}, {choice:?}, {base} and {head} drawings: {alarms}"
                );
                (tried_in_world, all_in_world) = (tried_in_world + rounds(), all_in_world + alarms);
            }
        }
        // The six kinds of a world keep what is promised without room for chance, and all what docs/comparing.md tells.
        assert!(all_in_world * 20 <= tried_in_world, "{world:?}: {all_in_world} of {tried_in_world}");
        (tried, all) = (tried + tried_in_world, all + all_in_world);
    }
    println!("{all} of {tried}");
    assert!((all as f64) < by_chance(tried, 85.0 / 9600.0) && all > 0, "{all} of {tried}");
}

/// Three deviations above what such a share of so many rounds is.
fn by_chance(rounds: u64, share: f64) -> f64 {
    let mean = rounds as f64 * share;
    mean + 3.0 * (mean * (1.0 - share)).sqrt()
}

#[test]
fn a_better_side_is_found_and_never_the_other_one() {
    let sides = two_sides(22, 22);
    for (share, choice, enough, least) in [
        (100, Choice::Chooser, SidePreference::FEWEST, 100),
        (90, Choice::Chooser, 30, 90),
        (90, Choice::Chance, 30, 90),
        (80, Choice::Chooser, 60, 90),
    ] {
        let found: Vec<(usize, bool)> = (0..rounds())
            .filter_map(|seed| settled_after(World::Better(share), choice, &sides, enough, seed))
            .collect();
        println!("{share} %, {choice:?}: {} of {} within {enough}", found.len(), rounds());
        assert!(found.len() as u64 * 100 >= least * rounds(), "{share} %, {choice:?}: {}", found.len());
        let wrong = found.iter().filter(|(_, better)| !better).count();
        assert_eq!(wrong, 0, "{share} %, {choice:?}");
    }
}

#[test]
fn fewer_drawings_than_are_told_settle_nothing() {
    for (each, settled) in [(SidePreference::FEWEST - 1, false), (SidePreference::FEWEST, true)] {
        let sides = two_sides(each, each);
        let found = settled_after(World::Better(100), Choice::Chooser, &sides, each * each, 1);
        assert_eq!(found.is_some(), settled, "{each} drawings of each: {found:?}");
    }
}

#[test]
fn the_first_judgements_share_no_drawing_and_are_of_both_sides_on_either_hand() {
    let (_, pairs) = two_sides(12, 7);
    let mut chooser = CrossPairChooser::new(&pairs, 3);
    let (mut ballots, mut seen, mut left) = (Vec::new(), BTreeSet::new(), 0);
    while let Some(pair) = chooser.choose(&ballots, &seen, &BTreeSet::from([0])) {
        assert!(seen.insert(pair.key()), "no pair comes twice");
        let (base, _) = pairs.sides_of(pair.key()).unwrap();
        left += usize::from(pair.left == base);
        ballots.push(Ballot { judge: 0, pair: pair.key(), first: 1.0, second: 0.0, ties: 0.0 });
        if ballots.len() == 7 {
            let drawings: BTreeSet<usize> = seen.iter().flat_map(|(one, other)| [*one, *other]).collect();
            assert_eq!(drawings.len(), 14);
            let found = SidePreference::new(&pairs, &[(ballots[0], 1.0)]);
            assert_eq!((found.judgements, found.independent_pairs()), (1, 1.0));
        }
    }
    assert_eq!((ballots.len(), pairs.len()), (11 * 7, 12 * 7), "a drawing that can't be shown is left out");
    assert!((25..=52).contains(&left), "{left} of 77");
    let weighed: Vec<(Ballot, f64)> = ballots.iter().map(|ballot| (*ballot, 1.0)).collect();
    let found = SidePreference::new(&pairs, &weighed);
    assert!((found.independent_pairs() - 7.0).abs() < 1e-6, "{found:?}");
    assert_eq!((found.judgements, found.pairs, found.drawings), (77, 77, [11, 7]));
}

#[test]
fn a_judge_counts_once_a_pair_and_several_judges_of_one_pair_are_no_further_pairs() {
    let (_, pairs) = two_sides(8, 8);
    let ballot = |judge, head: usize| Ballot { judge, pair: (0, head), first: 0.0, second: 1.0, ties: 0.0 };
    let many: Vec<(Ballot, f64)> = (0..100).map(|judge| (ballot(judge, 8), 1.0)).collect();
    let found = SidePreference::new(&pairs, &many);
    assert_eq!((found.judgements, found.pairs), (100, 1));
    assert!((found.independent_pairs() - 1.0).abs() < 1e-9 && found.settled().is_none());
    // One drawing of a side against all of the other is one pair's worth, too.
    let star: Vec<(Ballot, f64)> = (8..16).map(|head| (ballot(0, head), 1.0)).collect();
    assert!((SidePreference::new(&pairs, &star).independent_pairs() - 1.0).abs() < 1e-9);
    assert_ne!(SidePreference::new(&pairs, &star).outlook(), SettlingOutlook::Settled);
    // Half a weight is half a pair.
    assert!((SidePreference::new(&pairs, &[(ballot(0, 8), 0.5)]).independent_pairs() - 0.5).abs() < 1e-9);
    assert_eq!(SidePreference::new(&pairs, &[]).share(), None);
}

#[test]
fn no_drawing_counts_for_more_than_one_pair_and_little_is_lost() {
    let (_, pairs) = two_sides(5, 6);
    let worth = |judged: &[(usize, usize, f64)]| {
        let ballot =
            |(base, head)| Ballot { judge: 0, pair: (base, head), first: 0.0, second: 1.0, ties: 0.0 };
        let weighed: Vec<_> =
            judged.iter().map(|(base, head, weight)| (ballot((*base, *head)), *weight)).collect();
        SidePreference::new(&pairs, &weighed).independent_pairs()
    };
    let all: Vec<_> = (0..5).flat_map(|base| (5..10).map(move |head| (base, head, 1.0))).collect();
    assert!((worth(&all) - 5.0).abs() < 1e-9);
    // A star of four, and a path of three pairs whose outer ones share nothing.
    let star = [5, 6, 7, 8].map(|head| (0, head, 1.0));
    let path = [(1, 9, 1.0), (2, 9, 1.0), (2, 10, 1.0)];
    for (judged, most) in [(&star[..], 1.0), (&path, 2.0), (&path[..2], 1.0), (&path[1..], 1.0)] {
        let worth = worth(judged);
        assert!((most - 0.05..=most + 1e-9).contains(&worth), "{judged:?}: {worth}");
    }
    let worth_of_both = worth(&[&star[..], &path].concat());
    assert!((2.95..=3.0 + 1e-9).contains(&worth_of_both), "{worth_of_both}");
    assert_eq!(worth(&[(0, 5, 0.5), (1, 6, 1.0)]), 1.5);
}
