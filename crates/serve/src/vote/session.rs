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
use pelicycle_judge::{DrawingPair, Scope, SideAttempts};
use pelicycle_record::{Id, JudgeKind, JudgeRecord, JudgementRecord, Preference, SCHEMA_VERSION};
use pelicycle_statistics::Random;
use pelicycle_store::{DamagedRecord, Fingerprint, Listing, Store, StoreError};

use super::drawings::VotingDrawings;
use super::error::{VoteRefusal, VotingError};
use super::named::NamedDrawings;
use super::shown_pair::{ShowError, ShownPair};
use super::state::{CastVote, VotingState};
use super::token::token;
use super::view::{PairView, VotingScreen, VotingView};

/// A session in which one person votes.
pub struct VotingSession {
    store: Store,
    scope: Scope,
    /// Which attempts are held against which, where two sides are.
    sides: Option<Vec<SideAttempts>>,
    voter: JudgeRecord,
    /// Drawings that the voter was shown with their makers' names meanwhile.
    named: NamedDrawings,
    tell: Box<Tell>,
    /// The look of the store's folders when they were last listed.
    looked: Mutex<Fingerprint>,
    state: Mutex<VotingState>,
}

/// Called with a line for each thing that could not be used and is passed over.
pub(super) type Tell = dyn Fn(&str) + Send + Sync;

impl VotingSession {
    /// Begins the session of a voter, over what lay in the store when it looked like `looked`. With `sides` only pairs of the one
    /// and the other are shown, and none any more when people's votes settle which is better.
    ///
    /// # Errors
    /// Judgements that can't be read; no random bytes.
    pub fn open(
        store: Store,
        (looked, listing): (Fingerprint, &Listing),
        (scope, sides): (Scope, Option<Vec<SideAttempts>>),
        voter: JudgeRecord,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<VotingSession, VotingError> {
        Self::open_beside(store, (looked, listing), (scope, sides), voter, NamedDrawings::default(), tell)
    }

    /// As [`VotingSession::open`], beside a gallery that notes which drawings it `named`: pairs of these are not shown.
    pub(super) fn open_beside(
        store: Store,
        (looked, listing): (Fingerprint, &Listing),
        (scope, sides): (Scope, Option<Vec<SideAttempts>>),
        voter: JudgeRecord,
        named: NamedDrawings,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<VotingSession, VotingError> {
        let state = VotingState {
            exhibits: VotingDrawings::new(&listing.attempts, &scope, sides.as_deref()),
            records: Vec::new(),
            read: BTreeSet::new(),
            current: None,
            given: Vec::new(),
            counted: BTreeMap::new(),
            undone: BTreeSet::new(),
            broken: BTreeSet::new(),
            told: BTreeSet::new(),
            random: Random::new(getrandom::u64().map_err(VotingError::Random)?),
        };
        let (looked, state) = (Mutex::new(looked), Mutex::new(state));
        let session =
            VotingSession { store, scope, sides, voter, named, tell: Box::new(tell), looked, state };
        let mut state = session.lock();
        listing.damaged.iter().for_each(|damaged| session.tell_once(&mut state, damaged));
        session.read_judgements(&mut state)?;
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
        self.lock().is_settled()
    }

    /// The pair on show, which is chosen now if there is none.
    pub(super) fn view(&self) -> Result<VotingView, VotingError> {
        let mut state = self.lock();
        let state = &mut *state;
        if state.current.as_ref().is_none_or(|showing| self.is_named(showing)) {
            state.current = self.choose(state)?;
        }
        let settled = state.current.is_none() && state.is_settled();
        let progress = state.progress(&self.voter);
        let named = progress.left > 0 && !self.named.among(&state.exhibits.competition).is_empty();
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
            None if settled => VotingScreen::Settled { looks: self.scope.looks },
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
        let (record, given) = self.record(showing, preference).map_err(VoteRefusal::Unkept)?;
        self.store.write_judgement(&record, None).map_err(|error| VoteRefusal::Unkept(error.into()))?;
        state.read.insert(record.id.clone());
        state.records.push(record);
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
        self.store.take_back_judgement(&last.record).map_err(VoteRefusal::Kept)?;
        state.records.retain(|record| record.id != last.record);
        state.read.remove(&last.record);
        state.counted.remove(&last.token);
        state.undone.insert(token.to_owned());
        let places =
            (state.exhibits.competition.place(&last.left), state.exhibits.competition.place(&last.right));
        // One that can't be shown any more gives way to another pair.
        state.current = match places {
            (Some(left), Some(right)) => state.exhibits.show(DrawingPair { left, right }).ok(),
            _ => None,
        };
        state.given.pop();
        Ok(())
    }

    /// Takes in what came or went since it was last looked at: drawings, and other people's votes. The pair on show stays.
    pub(super) fn refresh(&self) {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.store.fingerprint();
        // Nobody waits for the list, which may take a while.
        let listed = (!now.has_the_attempts_of(&looked)).then(|| self.store.list());
        let mut state = self.lock();
        match listed {
            Some(Ok(listing)) => {
                *looked = now;
                state.exhibits = VotingDrawings::new(&listing.attempts, &self.scope, self.sides.as_deref());
                state.broken.clear();
                listing.damaged.iter().for_each(|damaged| self.tell_once(&mut state, damaged));
            }
            Some(Err(error)) => {
                *looked = now;
                (self.tell)(&format!("error: {error}; it is tried again when results change"));
            }
            None => {}
        }
        // A folder that can't be read now is read the next time; a vote that can't be kept is told then.
        drop(self.read_judgements(&mut state));
    }

    /// Puts the next pair on show; drawings without a usable picture are told of and passed over.
    fn choose(&self, state: &mut VotingState) -> Result<Option<ShownPair>, VotingError> {
        let named = self.named.among(&state.exhibits.competition);
        while let Some(pair) = state.next(&self.voter, &named) {
            match state.exhibits.show(pair) {
                Ok(showing) => return Ok(Some(showing)),
                Err(ShowError::Random(error)) => return Err(VotingError::Random(error)),
                Err(ShowError::Picture { drawing, why }) => {
                    state.broken.insert(drawing);
                    let file = state.exhibits.pictures[drawing].clone();
                    if state.told.insert(file.clone()) {
                        (self.tell)(&format!("skipped {}: {why}", file.display()));
                    }
                }
            }
        }
        Ok(None)
    }

    fn is_named(&self, showing: &ShownPair) -> bool {
        [&showing.left, &showing.right].into_iter().any(|side| self.named.holds(&side.attempt))
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
            judge: self.voter.clone(),
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

    /// Reads the judgements that were not read yet, and forgets those that are gone. It is done with the state locked, so that
    /// no vote comes between.
    fn read_judgements(&self, state: &mut VotingState) -> Result<(), StoreError> {
        let ids: BTreeSet<Id> = self.store.judgement_ids()?.into_iter().collect();
        state.read.retain(|id| ids.contains(id));
        state.records.retain(|record| ids.contains(&record.id));
        for id in ids {
            if state.read.contains(&id) {
                continue;
            }
            match self.store.read_judgement(&id) {
                Ok(record) => {
                    state.read.insert(id);
                    if record.judge.kind == JudgeKind::Person {
                        state.records.push(record);
                    }
                }
                // It may be on its way here, so it is looked at again.
                Err(damaged) => self.tell_once(state, &damaged),
            }
        }
        state.records.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(())
    }

    fn tell_once(&self, state: &mut VotingState, damaged: &DamagedRecord) {
        if state.told.insert(damaged.path.clone()) {
            let place = self.store.root().join(&damaged.path);
            (self.tell)(&format!("skipped {}: {}", place.display(), damaged.reason));
        }
    }

    fn lock(&self) -> MutexGuard<'_, VotingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for VotingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VotingSession")
            .field("store", &self.store)
            .field("voter", &self.voter)
            .finish_non_exhaustive()
    }
}
