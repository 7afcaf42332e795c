//! The reliability of a judge: whether it prefers a side, answers the same when asked again, and agrees with people.

use std::collections::BTreeMap;

use pelicycle_record::{JudgeKind, Preference};
use pelicycle_statistics::{Rate, kappa};

use super::Votes;

/// The reliability of one judge.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reliability {
    /// Index of the judge.
    pub judge: usize,
    /// The number of its votes.
    pub votes: usize,
    /// Votes for the left one, of those for one of the two: half, where it prefers no side.
    pub left: Rate,
    /// Pairs that it saw both ways round and took the same drawing of, or neither, each time.
    pub turned: Rate,
    /// Times that it answered the same when it was shown the same pair the same way round again.
    pub again: Rate,
    /// Votes that found neither any good.
    pub both_bad: usize,
    /// Its agreement with people: for a model with all of them, for a person with the others.
    pub people: Option<Agreement>,
}

/// The agreement of two on the same pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// Pairs on which both said the same: one of the two, or neither.
    pub same: Rate,
    /// Pairs on which both took the same one, of those on which both took one.
    pub decided: Rate,
    /// Cohen's κ: agreement beyond chance; none where chance alone would have them agree on all.
    pub kappa: Option<f64>,
}

/// The reliability of each judge, in the order of the judges.
#[must_use]
pub(super) fn reliability(votes: &Votes) -> Vec<Reliability> {
    let views = views(votes);
    let people: Vec<usize> = votes.judges_of(JudgeKind::Person).collect();
    (0..votes.judges.len())
        .map(|judge| {
            let own: Vec<_> = votes.votes.iter().filter(|vote| vote.judge == judge).collect();
            let sides = own.iter().filter_map(|vote| match vote.preference {
                Preference::Left => Some(true),
                Preference::Right => Some(false),
                Preference::Tie | Preference::BothBad => None,
            });
            // By the pair as it was shown.
            let mut shown: BTreeMap<(usize, usize), Vec<Option<usize>>> = BTreeMap::new();
            for vote in &own {
                shown.entry((vote.left, vote.right)).or_default().push(vote.chosen());
            }
            let again = shown.values().flat_map(|answers| answers.windows(2).map(|two| two[0] == two[1]));
            let both_ways = shown.iter().filter(|((left, right), _)| left < right).filter_map(
                |((left, right), answers)| Some(answers.first()? == shown.get(&(*right, *left))?.first()?),
            );
            let others: Vec<usize> = people.iter().copied().filter(|person| *person != judge).collect();
            Reliability {
                judge,
                votes: own.len(),
                left: sides.collect(),
                turned: both_ways.collect(),
                again: again.collect(),
                both_bad: own.iter().filter(|vote| vote.preference == Preference::BothBad).count(),
                people: agreement(&views, &[judge], &others),
            }
        })
        .collect()
}

/// By pair and judge: votes for the first less those for the second.
type Views = BTreeMap<(usize, usize), BTreeMap<usize, f64>>;

fn views(votes: &Votes) -> Views {
    let mut views = Views::new();
    for ballot in votes.ballots() {
        views.entry(ballot.pair).or_default().insert(ballot.judge, ballot.first - ballot.second);
    }
    views
}

/// The agreement of some judges with some others on the pairs that both judged; none where there is no such pair.
fn agreement(views: &Views, some: &[usize], others: &[usize]) -> Option<Agreement> {
    let lean = |view: &BTreeMap<usize, f64>, judges: &[usize]| {
        let mut found = judges.iter().filter_map(|judge| view.get(judge)).peekable();
        found.peek()?;
        let sum: f64 = found.sum();
        // One of two minds, or several of different ones, lean to neither.
        Some(if sum.abs() < 1e-9 {
            1
        } else if sum > 0.0 {
            0
        } else {
            2
        })
    };
    let both: Vec<(usize, usize)> =
        views.values().filter_map(|view| Some((lean(view, some)?, lean(view, others)?))).collect();
    if both.is_empty() {
        return None;
    }
    let mut table = [[0.0; 3]; 3];
    both.iter().for_each(|(a, b)| table[*a][*b] += 1.0);
    Some(Agreement {
        same: both.iter().map(|(a, b)| a == b).collect(),
        decided: both.iter().filter(|(a, b)| *a != 1 && *b != 1).map(|(a, b)| a == b).collect(),
        kappa: kappa(&table),
    })
}
