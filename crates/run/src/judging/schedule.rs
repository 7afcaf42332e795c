//! The schedule of pairs that a model is shown.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pelicycle_judge::{
    Ballot, Competition, CrossPairChooser, CrossPairs, DrawingPair, PairChooser, SidePreference, Votes,
};
use pelicycle_record::JudgeKind;

/// Two drawings to be shown, and how often each way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairShowing {
    /// One way round; the other way changes sides.
    pub pair: DrawingPair,
    /// Times that it is shown this way.
    pub this_way: u32,
    /// Times that it is shown the other way.
    pub other_way: u32,
}

/// The way in which the next pair is chosen when none is waiting.
#[derive(Debug)]
enum NextPair<'a> {
    /// The one that tells most of all contestants.
    OfAll(PairChooser<'a>),
    /// One of two sides, until it is settled which is better.
    Between(&'a CrossPairs, CrossPairChooser<'a>),
}

/// The order of pairs: first what this judge has seen one way round only, then what people have judged and it has not, then
/// what tells most. Between two sides there are only pairs of them, and none any more when it is settled.
#[derive(Debug)]
pub struct PairSchedule<'a> {
    next: NextPair<'a>,
    /// Pairs that come first.
    ready: VecDeque<PairShowing>,
    /// Pairs that it has seen or will see, the lower index first.
    seen: BTreeSet<(usize, usize)>,
    /// The judge's ballots on pairs so far; ties for those that are under way.
    ballots: BTreeMap<(usize, usize), Ballot>,
    /// Pairs of which nothing is said yet.
    under_way: BTreeSet<(usize, usize)>,
    judge: usize,
    /// Every so many pairs one is shown twice each way round; none where it is 0.
    every: u32,
    given: u32,
}

impl<'a> PairSchedule<'a> {
    /// The schedule of the judge of this name. `every` so many pairs one is shown twice.
    #[must_use]
    pub fn new(field: &'a Competition, votes: &Votes, name: &str, every: u32, seed: u64) -> PairSchedule<'a> {
        let is_pair = |pair| field.is_between(pair);
        PairSchedule::of(NextPair::OfAll(PairChooser::new(field, seed)), is_pair, votes, name, every)
    }

    /// The same of pairs of two sides alone, until its judgements settle which is better.
    #[must_use]
    pub fn between(
        pairs: &'a CrossPairs,
        votes: &Votes,
        name: &str,
        every: u32,
        seed: u64,
    ) -> PairSchedule<'a> {
        let is_pair = |pair| pairs.sides_of(pair).is_some();
        let next = NextPair::Between(pairs, CrossPairChooser::new(pairs, seed));
        PairSchedule::of(next, is_pair, votes, name, every)
    }

    fn of(
        next: NextPair<'a>,
        is_pair: impl Fn((usize, usize)) -> bool,
        votes: &Votes,
        name: &str,
        every: u32,
    ) -> PairSchedule<'a> {
        let place =
            |kind, name: &str| votes.judges.iter().position(|judge| judge.kind == kind && judge.name == name);
        let judge = place(JudgeKind::Model, name).unwrap_or(votes.judges.len());
        // How often it has seen each pair with the lower index on the left, and the other way.
        let mut shown: BTreeMap<(usize, usize), [u32; 2]> = BTreeMap::new();
        let own = votes.votes.iter().filter(|vote| vote.judge == judge && is_pair(vote.pair().key()));
        for vote in own {
            let pair = vote.pair().key();
            shown.entry(pair).or_default()[usize::from(vote.left > vote.right)] += 1;
        }
        let mut ready: VecDeque<PairShowing> = shown
            .iter()
            .filter(|(_, ways)| ways.contains(&0))
            .map(|((left, right), [this, other])| PairShowing {
                pair: DrawingPair { left: *left, right: *right },
                this_way: u32::from(*this == 0),
                other_way: u32::from(*other == 0),
            })
            .collect();
        let mut seen: BTreeSet<(usize, usize)> = shown.keys().copied().collect();
        for vote in &votes.votes {
            let pair = vote.pair().key();
            let by_person = votes.judges[vote.judge].kind == JudgeKind::Person;
            if by_person && is_pair(pair) && seen.insert(pair) {
                ready.push_back(PairShowing { pair: vote.pair(), this_way: 1, other_way: 1 });
            }
        }
        let own = votes.ballots().into_iter().filter(|ballot| ballot.judge == judge);
        let ballots = own.map(|ballot| (ballot.pair, ballot)).collect();
        PairSchedule { next, ready, seen, ballots, judge, every, under_way: BTreeSet::new(), given: 0 }
    }

    /// Takes in what came of a pair: shares of the lower index, of the higher, and of neither.
    pub fn learn(&mut self, ballot: Ballot) {
        self.under_way.remove(&ballot.pair);
        self.ballots.insert(ballot.pair, ballot);
    }

    /// Whether two sides are held together and what the judge said by now settles which is better.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let NextPair::Between(pairs, _) = &self.next else { return false };
        let said = self.ballots.values().filter(|ballot| !self.under_way.contains(&ballot.pair));
        let weighed: Vec<(Ballot, f64)> = said.map(|ballot| (*ballot, 1.0)).collect();
        SidePreference::new(pairs, &weighed).settled().is_some()
    }
}

impl Iterator for PairSchedule<'_> {
    type Item = PairShowing;

    fn next(&mut self) -> Option<PairShowing> {
        if self.is_settled() {
            return None;
        }
        let mut showing = match self.ready.pop_front() {
            Some(showing) => showing,
            None => {
                let ballots: Vec<Ballot> = self.ballots.values().copied().collect();
                let pair = match &mut self.next {
                    NextPair::OfAll(next) => next.choose(&ballots, &self.seen)?,
                    NextPair::Between(_, next) => next.choose(&ballots, &self.seen, &BTreeSet::new())?,
                };
                PairShowing { pair, this_way: 1, other_way: 1 }
            }
        };
        let key = showing.pair.key();
        self.seen.insert(key);
        self.under_way.insert(key);
        self.ballots.entry(key).or_insert(Ballot {
            judge: self.judge,
            pair: key,
            first: 0.0,
            second: 0.0,
            ties: 1.0,
        });
        self.given += 1;
        let whole = showing.this_way > 0 && showing.other_way > 0;
        if self.every > 0 && whole && self.given.is_multiple_of(self.every) {
            (showing.this_way, showing.other_way) = (2, 2);
        }
        Some(showing)
    }
}
