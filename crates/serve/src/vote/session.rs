//! The session of one voter: shows a pair until it is voted on, keeps the vote, takes it back.
//!
//! One voter, one pair on show, however many windows: a window that shows an older pair can change nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use jiff::Timestamp;
use pelicycle_drawing::tool;
use pelicycle_judge::{AttemptFilter, DrawingPair, SideAttempts};
use pelicycle_record::{Id, JudgeRecord, JudgementRecord, Preference, SCHEMA_VERSION};
use pelicycle_statistics::Random;
use pelicycle_store::{AttemptListing, DamagedRecord, Store, StoreFingerprint};

use super::commons::VotingCommons;
use super::drawings::{PairChoice, VotingDrawings};
use super::error::{VoteRefusal, VotingError};
use super::people_votes::KnownVotes;
use super::shown_pair::{ShowError, ShownPair};
use super::state::{CastVote, VotingState};
use super::token::token;
use super::view::{PairView, VotingScreen, VotingView};

/// A session in which one person votes.
pub struct VotingSession {
    commons: VotingCommons,
    choice: PairChoice,
    /// The look of the store's folders when they were last listed.
    looked: Mutex<StoreFingerprint>,
    state: Mutex<VotingState>,
}

impl VotingSession {
    /// Begins the session of a voter, over what lay in the store when it looked like `looked`. With `sides` only pairs of the one
    /// and the other are shown, and none any more when people's votes settle which is better. `tell` is called with a line for each
    /// thing that could not be used and is passed over.
    ///
    /// # Errors
    /// Judgements that can't be read; a folder in which none can be kept; no random bytes.
    pub fn open(
        store: Store,
        known: (StoreFingerprint, &AttemptListing),
        (scope, sides): (AttemptFilter, Option<Vec<SideAttempts>>),
        voter: JudgeRecord,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<VotingSession, VotingError> {
        let choice = PairChoice { scope, sides, prompt: None };
        Self::open_beside(VotingCommons::new(store, voter, tell), known, choice)
    }

    /// As [`VotingSession::open`], beside other sessions of the voter.
    pub(super) fn open_beside(
        commons: VotingCommons,
        (looked, listing): (StoreFingerprint, &AttemptListing),
        choice: PairChoice,
    ) -> Result<VotingSession, VotingError> {
        let state = VotingState {
            exhibits: VotingDrawings::new(&listing.attempts, &choice),
            current: None,
            given: Vec::new(),
            counted: BTreeMap::new(),
            undone: BTreeSet::new(),
            broken: BTreeSet::new(),
            told: BTreeSet::new(),
            random: Random::new(getrandom::u64().map_err(VotingError::Random)?),
        };
        // Before somebody looks at pairs for nothing. Where there is none yet, what the results are is not sure either.
        if !listing.attempts.is_empty() {
            commons.store.make_ready_for_judgements(&Id::new()?)?;
        }
        commons.votes.renew(&commons.store, &*commons.tell)?;
        let session = VotingSession { commons, choice, looked: Mutex::new(looked), state: Mutex::new(state) };
        let mut state = session.lock();
        listing.damaged.iter().for_each(|damaged| session.tell_once(&mut state, damaged));
        drop(state);
        Ok(session)
    }

    /// Votes that were given and not taken back since it opened.
    #[must_use]
    pub fn given(&self) -> usize {
        self.lock().given.len()
    }

    /// Whether people's votes settle which of two sides is better.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let state = self.lock();
        state.is_settled(self.commons.votes.lock().records())
    }

    /// The pair on show, which is chosen now if there is none.
    pub(super) fn view(&self) -> Result<VotingView, VotingError> {
        let mut state = self.lock();
        let state = &mut *state;
        let stands = |showing: &ShownPair| {
            !self.is_named(showing) && !self.is_voted_on(showing, &self.commons.votes.lock())
        };
        if !state.current.as_ref().is_some_and(stands) {
            state.current = self.choose(state)?;
        }
        let (settled, progress) = {
            let votes = self.commons.votes.lock();
            let settled = state.current.is_none() && state.is_settled(votes.records());
            (settled, state.progress(&self.commons.voter, votes.records()))
        };
        let named = progress.left > 0 && !self.commons.named.among(&state.exhibits.competition).is_empty();
        let shown = match &mut state.current {
            Some(showing) => {
                showing.since.get_or_insert_with(Instant::now);
                let picture = |side: &super::shown_pair::ShownDrawing| (side.token.clone(), side.size);
                VotingScreen::Pair(PairView {
                    token: showing.token.clone(),
                    text: showing.text.clone(),
                    pictures: [picture(&showing.left), picture(&showing.right)],
                })
            }
            None if settled => VotingScreen::Settled { looks: self.choice.scope.looks },
            None if named => VotingScreen::Named,
            None if state.exhibits.has_pairs() => VotingScreen::All,
            None => VotingScreen::Nothing { demonstrations: state.exhibits.demonstrations },
        };
        let undo = state.given.last().map(|given| given.undo.clone());
        Ok(VotingView { shown, progress, undo })
    }

    /// A picture on show.
    pub(super) fn picture(&self, token: &str) -> Option<Bytes> {
        let state = self.lock();
        let showing = state.current.as_ref()?;
        let side = [&showing.left, &showing.right].into_iter().find(|side| side.token == token)?;
        Some(side.png.clone())
    }

    /// Keeps a vote on the pair that `token` was given out for. It is written when this returns.
    pub(super) fn vote(&self, token: &str, preference: Preference) -> Result<(), VoteRefusal> {
        let mut state = self.lock();
        // A button that was pressed twice, or an answer that was asked for again.
        if state.counted.get(token) == Some(&preference) {
            return Ok(());
        }
        let Some(showing) = state.current.as_ref().filter(|showing| showing.token == token) else {
            return Err(VoteRefusal::Stale);
        };
        if !showing.left.file.is_file() || !showing.right.file.is_file() {
            state.current = None;
            return Err(VoteRefusal::Gone);
        }
        if self.is_named(showing) {
            state.current = None;
            return Err(VoteRefusal::Named);
        }
        // Held until it is written, so that no other session takes a vote on the same pair meanwhile.
        let mut votes = self.commons.votes.lock();
        if self.is_voted_on(showing, &votes) {
            state.current = None;
            return Err(VoteRefusal::Stale);
        }
        let (record, given) = self.record(showing, preference).map_err(VoteRefusal::Unkept)?;
        let kept = self.commons.store.write_judgement(&record, None);
        kept.map_err(|error| VoteRefusal::Unkept(error.into()))?;
        votes.add(record);
        state.counted.insert(token.to_owned(), preference);
        state.given.push(given);
        state.current = None;
        Ok(())
    }

    /// Takes the last vote back and shows its pair again.
    pub(super) fn undo(&self, token: &str) -> Result<(), VoteRefusal> {
        let mut state = self.lock();
        let state = &mut *state;
        if state.undone.contains(token) {
            return Ok(());
        }
        let Some(last) = state.given.last().filter(|given| given.undo == token) else {
            return Err(VoteRefusal::NotLast);
        };
        let times = {
            let mut votes = self.commons.votes.lock();
            self.commons.store.take_back_judgement(&last.record).map_err(VoteRefusal::Kept)?;
            votes.forget(&last.record);
            votes.times(&self.commons.voter, (&last.left, &last.right))
        };
        state.counted.remove(&last.token);
        state.undone.insert(token.to_owned());
        let places =
            (state.exhibits.competition.place(&last.left), state.exhibits.competition.place(&last.right));
        // One that can't be shown any more gives way to another pair.
        state.current = match places {
            (Some(left), Some(right)) => state.exhibits.show(DrawingPair { left, right }, times).ok(),
            _ => None,
        };
        state.given.pop();
        Ok(())
    }

    /// Takes in what came or went since it was last looked at: drawings, and other people's votes. The pair on show stays.
    pub(super) fn refresh(&self) {
        let looked = *self.looked();
        let now = self.commons.store.fingerprint();
        if !now.has_the_attempts_of(&looked) {
            // Nobody waits for the list, which may take a while.
            match self.commons.store.list() {
                Ok(listing) => self.take_in(now, &listing),
                Err(error) => {
                    *self.looked() = now;
                    (self.commons.tell)(&format!("error: {error}; it is tried again when results change"));
                }
            }
        }
        // A folder that can't be read now is read the next time; a vote that can't be kept is told then.
        drop(self.commons.votes.renew(&self.commons.store, &*self.commons.tell));
    }

    /// Takes in the drawings of a list that was made when the store looked like `now`, if they are others than it has.
    pub(super) fn take_in(&self, now: StoreFingerprint, listing: &AttemptListing) {
        let mut looked = self.looked();
        if now.has_the_attempts_of(&looked) {
            return;
        }
        *looked = now;
        let exhibits = VotingDrawings::new(&listing.attempts, &self.choice);
        let mut state = self.lock();
        state.exhibits = exhibits;
        state.broken.clear();
        listing.damaged.iter().for_each(|damaged| self.tell_once(&mut state, damaged));
    }

    /// Puts the next pair on show; drawings without a usable picture are told of and passed over.
    fn choose(&self, state: &mut VotingState) -> Result<Option<ShownPair>, VotingError> {
        let named = self.commons.named.among(&state.exhibits.competition);
        loop {
            let (pair, times) = {
                let votes = self.commons.votes.lock();
                let Some(pair) = state.next(&self.commons.voter, votes.records(), &named) else {
                    return Ok(None);
                };
                let id = |drawing: usize| &state.exhibits.competition.drawings[drawing].id;
                (pair, votes.times(&self.commons.voter, (id(pair.left), id(pair.right))))
            };
            match state.exhibits.show(pair, times) {
                Ok(showing) => return Ok(Some(showing)),
                Err(ShowError::Random(error)) => return Err(VotingError::Random(error)),
                Err(ShowError::Picture { drawing, why }) => {
                    state.broken.insert(drawing);
                    let file = state.exhibits.pictures[drawing].clone();
                    if state.told.insert(file.clone()) {
                        (self.commons.tell)(&format!("skipped {}: {why}", file.display()));
                    }
                }
            }
        }
    }

    /// Whether its voter voted on a pair since it was put on show here: in another session.
    fn is_voted_on(&self, showing: &ShownPair, votes: &KnownVotes) -> bool {
        let pair = (&showing.left.attempt, &showing.right.attempt);
        votes.times(&self.commons.voter, pair) > showing.times
    }

    fn is_named(&self, showing: &ShownPair) -> bool {
        [&showing.left, &showing.right].into_iter().any(|side| self.commons.named.holds(&side.attempt))
    }

    /// The record of a vote that is given now.
    fn record(
        &self,
        showing: &ShownPair,
        preference: Preference,
    ) -> Result<(JudgementRecord, CastVote), Box<dyn std::error::Error + Send + Sync>> {
        let judged = Timestamp::now();
        let id = Id::at(judged)?;
        let (left, right) = (showing.left.attempt.clone(), showing.right.attempt.clone());
        let given = CastVote {
            record: id.clone(),
            left: left.clone(),
            right: right.clone(),
            token: showing.token.clone(),
            undo: token()?,
        };
        let record = JudgementRecord {
            schema: SCHEMA_VERSION,
            id,
            judged,
            tool: tool(),
            judge: self.commons.voter.clone(),
            prompt: showing.prompt.clone(),
            left,
            right,
            preference: Some(preference),
            // To the millisecond: the rest is the browser's.
            seconds: showing.since.map(|since| since.elapsed().as_millis() as f64 / 1e3),
            asked: None,
        };
        Ok((record, given))
    }

    fn tell_once(&self, state: &mut VotingState, damaged: &DamagedRecord) {
        if state.told.insert(damaged.path.clone()) {
            let place = self.commons.store.root().join(&damaged.path);
            (self.commons.tell)(&format!("skipped {}: {}", place.display(), damaged.reason));
        }
    }

    fn looked(&self) -> MutexGuard<'_, StoreFingerprint> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, VotingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for VotingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VotingSession").field("commons", &self.commons).finish_non_exhaustive()
    }
}
