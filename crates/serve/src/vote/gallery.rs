//! Voting beside a gallery that is served: a session for each prompt, opened when somebody comes to vote.
//!
//! Who looks at a gallery sees names. So a drawing that was opened large in it, or on its own page, is in no pair from then on,
//! and a vote on a pair of which one was opened meanwhile does not count.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_judge::Scope;
use pelicycle_record::JudgeRecord;
use pelicycle_site::prompt_stem;
use pelicycle_store::Store;

use super::error::VotingError;
use super::named::NamedDrawings;
use super::session::{Tell, VotingSession};

/// Voting beside a gallery, by one person.
pub struct GalleryVoting {
    store: Store,
    voter: JudgeRecord,
    named: NamedDrawings,
    tell: Arc<Tell>,
    /// By the name of their prompt in the gallery's paths.
    sessions: Mutex<BTreeMap<String, Arc<VotingSession>>>,
}

impl GalleryVoting {
    /// Where voting begins. No file of a gallery has such a name.
    pub(super) const DOOR: &'static str = "/vote/";
    /// The route of the page of one prompt.
    pub(super) const ROUTE: &'static str = "/vote/{prompt}/";
    /// What stands for all prompts in the place of one: the name of a prompt has a hash at its end.
    pub(crate) const ALL: &'static str = "all";

    /// Voting by this person; `tell` gets a line for each thing that could not be used and is passed over.
    #[must_use]
    pub fn new(
        store: Store,
        voter: JudgeRecord,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> GalleryVoting {
        let (named, sessions) = (NamedDrawings::default(), Mutex::default());
        GalleryVoting { store, voter, named, tell: Arc::new(tell), sessions }
    }

    /// Path of the page on which pairs of a prompt are shown.
    pub(crate) fn page(stem: &str) -> String {
        Self::ROUTE.replace("{prompt}", stem)
    }

    /// Drawings that the gallery showed with their makers' names.
    pub(crate) fn named(&self) -> &NamedDrawings {
        &self.named
    }

    /// The sessions that were opened.
    pub(crate) fn open(&self) -> Vec<Arc<VotingSession>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The session of a prompt by its name in the gallery's paths, or of all; none where the gallery has no such prompt.
    ///
    /// # Errors
    /// Results that can't be read; no random bytes.
    pub(super) fn session(&self, stem: &str) -> Result<Option<Arc<VotingSession>>, VotingError> {
        // Held while one is opened, so that it is opened once.
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get(stem) {
            return Ok(Some(Arc::clone(session)));
        }
        let looked = self.store.fingerprint();
        let listing = self.store.list()?;
        let scope = if stem == Self::ALL {
            Scope::default()
        } else {
            let mut prompts = listing.attempts.iter().map(|stored| &stored.attempt.prompt);
            let Some(prompt) = prompts.find(|prompt| prompt_stem(prompt) == stem) else { return Ok(None) };
            Scope { prompts: vec![prompt.id.clone()], ..Scope::default() }
        };
        let tell = Arc::clone(&self.tell);
        let session = Arc::new(VotingSession::open_beside(
            self.store.clone(),
            (looked, &listing),
            (scope, None),
            self.voter.clone(),
            self.named.clone(),
            move |line| tell(line),
        )?);
        sessions.insert(stem.to_owned(), Arc::clone(&session));
        Ok(Some(session))
    }
}

impl fmt::Debug for GalleryVoting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GalleryVoting")
            .field("store", &self.store)
            .field("voter", &self.voter)
            .finish_non_exhaustive()
    }
}
