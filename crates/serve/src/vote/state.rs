//! The state of a voting session: what can be shown, what was said of it, and what is on show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pelicycle_judge::{
    Ballot, CrossPairChooser, DrawingPair, PairChooser, SettlingOutlook, SidePreference, Votes,
};
use pelicycle_record::{Id, JudgeRecord, JudgementRecord, Preference};
use pelicycle_statistics::Random;

use super::drawings::VotingDrawings;
use super::shown_pair::ShownPair;

/// Once in so many times a pair is shown again, with its sides changed: how steady a voter is can't be known otherwise.
const AGAIN: usize = 12;
/// Votes that lie between the two times, so that the answer is not remembered.
const BETWEEN: usize = 10;

/// Everything that changes while somebody votes.
#[derive(Debug)]
pub(super) struct VotingState {
    pub(super) exhibits: VotingDrawings,
    /// The pair on show, until it is voted on.
    pub(super) current: Option<ShownPair>,
    /// Votes of this session, oldest first.
    pub(super) given: Vec<CastVote>,
    /// Tokens that were voted with.
    pub(super) counted: BTreeMap<String, Preference>,
    /// Tokens that a vote was taken back with.
    pub(super) undone: BTreeSet<String>,
    /// Drawings whose pictures could not be used.
    pub(super) broken: BTreeSet<usize>,
    /// Places of damaged attempts, and of pictures, that were told of.
    pub(super) told: BTreeSet<PathBuf>,
    pub(super) random: Random,
}

/// A vote of this session, which can be taken back while it is the last.
#[derive(Debug)]
pub(super) struct CastVote {
    pub(super) record: Id,
    pub(super) left: Id,
    pub(super) right: Id,
    /// The token that it was voted with.
    pub(super) token: String,
    /// The token that takes it back.
    pub(super) undo: String,
}

/// The progress of a voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VotingProgress {
    /// Votes on what can be shown, of all times.
    pub(super) votes: usize,
    /// Pairs that were never shown to the voter.
    pub(super) left: usize,
    /// The votes or drawings that would settle which of two sides is better, by all people's votes, where that is asked.
    pub(super) outlook: Option<SettlingOutlook>,
}

impl VotingState {
    /// The progress of a voter, by people's votes.
    pub(super) fn progress(&self, voter: &JudgeRecord, people: &[JudgementRecord]) -> VotingProgress {
        let votes = Votes::new(&self.exhibits.competition, people);
        let own = position(&votes, voter);
        VotingProgress {
            votes: votes.votes.iter().filter(|vote| Some(vote.judge) == own).count(),
            left: self.exhibits.pairs.saturating_sub(self.seen(&votes, own).len()),
            outlook: self.outlook(&votes),
        }
    }

    /// The votes or drawings that would settle which of two sides is better, by all people's votes; none where no sides are
    /// held together.
    fn outlook(&self, votes: &Votes) -> Option<SettlingOutlook> {
        let between = self.exhibits.between.as_ref()?;
        let ballots: Vec<(Ballot, f64)> = votes.ballots().into_iter().map(|ballot| (ballot, 1.0)).collect();
        Some(SidePreference::new(between, &ballots).outlook())
    }

    /// Whether people's votes settle which of two sides is better.
    pub(super) fn is_settled(&self, people: &[JudgementRecord]) -> bool {
        let votes = Votes::new(&self.exhibits.competition, people);
        self.outlook(&votes) == Some(SettlingOutlook::Settled)
    }

    /// The pair to show next: the one that tells most by all people's votes, or an old one again; none where the voter has
    /// seen all, or where it is settled which of two sides is better. No pair has a drawing of `aside`.
    pub(super) fn next(
        &mut self,
        voter: &JudgeRecord,
        people: &[JudgementRecord],
        aside: &BTreeSet<usize>,
    ) -> Option<DrawingPair> {
        let aside: BTreeSet<usize> = self.broken.union(aside).copied().collect();
        let votes = Votes::new(&self.exhibits.competition, people);
        let own = position(&votes, voter);
        if let Some(between) = &self.exhibits.between {
            // A pair that comes again says nothing of the sides, and what is settled needs no more.
            if self.outlook(&votes) == Some(SettlingOutlook::Settled) {
                return None;
            }
            let mut next = CrossPairChooser::new(between, self.random.bits());
            return next.choose(&votes.ballots(), &self.seen(&votes, own), &aside);
        }
        let mut next = PairChooser::new(&self.exhibits.competition, self.random.bits());
        let again = match own {
            Some(judge) if next.once_in(AGAIN) => next.again(&votes, judge, BETWEEN),
            _ => None,
        };
        let whole = |pair: &DrawingPair| !aside.contains(&pair.left) && !aside.contains(&pair.right);
        again.filter(whole).or_else(|| {
            let mut seen = self.seen(&votes, own);
            for left_out in &aside {
                let others = 0..self.exhibits.competition.drawings.len();
                seen.extend(others.map(|other| (*left_out.min(&other), *left_out.max(&other))));
            }
            next.choose(&votes.ballots(), &seen)
        })
    }

    /// Pairs that a judge saw, the lower index first, of those that are shown here.
    fn seen(&self, votes: &Votes, judge: Option<usize>) -> BTreeSet<(usize, usize)> {
        let own = votes.votes.iter().filter(|vote| Some(vote.judge) == judge);
        own.map(|vote| vote.pair().key()).filter(|pair| self.exhibits.is_pair(*pair)).collect()
    }
}

fn position(votes: &Votes, voter: &JudgeRecord) -> Option<usize> {
    votes.judges.iter().position(|judge| judge == voter)
}
