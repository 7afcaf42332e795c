//! Voting beside a gallery that is served: a session for each prompt, opened when somebody comes to vote.
//!
//! Who looks at a gallery sees names. So a drawing that was opened large in it, or on its own page, is in no pair from then on,
//! and a vote on a pair of which one was opened meanwhile does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pelicycle_record::JudgeRecord;
use pelicycle_site::prompt_stem;
use pelicycle_store::{AttemptListing, Store, StoreError, StoreFingerprint};

use super::commons::VotingCommons;
use super::drawings::PairChoice;
use super::error::VotingError;
use super::named;
use super::session::VotingSession;

/// Voting beside a gallery, by one person.
#[derive(Debug)]
pub struct GalleryVoting {
    commons: VotingCommons,
    /// The results in the store when it was last listed; nothing before somebody came to vote.
    results: Mutex<Option<KnownResults>>,
    /// By the name of their prompt in the gallery's paths.
    sessions: Mutex<BTreeMap<String, Arc<VotingSession>>>,
}

/// The results in the store at one moment.
#[derive(Debug, Clone)]
struct KnownResults {
    looked: StoreFingerprint,
    listing: Arc<AttemptListing>,
    /// Names of the prompts in the gallery's paths.
    stems: Arc<BTreeSet<String>>,
}

impl GalleryVoting {
    /// The path where voting begins. No file of a gallery has such a name.
    pub(super) const DOOR: &'static str = "/vote/";
    /// The route of the page of one prompt.
    pub(super) const ROUTE: &'static str = "/vote/{prompt}/";
    /// The name for all prompts in the place of one: the name of a prompt has a hash at its end.
    pub(crate) const ALL: &'static str = "all";

    /// Voting by this person; `tell` gets a line for each thing that could not be used and is passed over.
    #[must_use]
    pub fn new(
        store: Store,
        voter: JudgeRecord,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> GalleryVoting {
        let commons = VotingCommons::new(store, voter, tell);
        GalleryVoting { commons, results: Mutex::default(), sessions: Mutex::default() }
    }

    /// Path of the page on which pairs of a prompt are shown.
    pub(crate) fn page(stem: &str) -> String {
        Self::ROUTE.replace("{prompt}", stem)
    }

    /// Notes that the file at this path of the gallery was opened, where it shows a drawing with its maker's name.
    pub(crate) fn note_opened(&self, path: &str) {
        let Some(attempt) = named::opened_at(path) else { return };
        // Nobody votes before the results are listed, and then all are known that lie there.
        if !self.commons.named.knows(&attempt) && self.results().is_some() {
            drop(self.renewed());
        }
        self.commons.named.note(attempt);
    }

    /// Takes in what came or went since it was last looked at, in all sessions that were opened: the results are listed once for all.
    pub(crate) fn refresh(&self) {
        let open: Vec<_> = self.sessions().values().cloned().collect();
        if open.is_empty() {
            return;
        }
        match self.renewed() {
            Ok(results) => open.iter().for_each(|session| session.take_in(results.looked, &results.listing)),
            Err(error) => {
                (self.commons.tell)(&format!("error: {error}; it is tried again when results change"));
            }
        }
        // A folder that can't be read now is read the next time; a vote that can't be kept is told then.
        drop(self.commons.votes.renew(&self.commons.store, &*self.commons.tell));
    }

    /// The session of a prompt by its name in the gallery's paths, or of all; none where the results have no such prompt.
    ///
    /// # Errors
    /// Results that can't be read; no random bytes.
    pub(super) fn session(&self, stem: &str) -> Result<Option<Arc<VotingSession>>, VotingError> {
        if let Some(session) = self.sessions().get(stem) {
            return Ok(Some(Arc::clone(session)));
        }
        let results = self.renewed()?;
        let prompt = (stem != Self::ALL).then(|| stem.to_owned());
        if prompt.as_ref().is_some_and(|stem| !results.stems.contains(stem)) {
            return Ok(None);
        }
        // The others go on meanwhile. Of two that are opened at once the first stays.
        let known = (results.looked, &*results.listing);
        let choice = PairChoice { prompt, ..PairChoice::default() };
        let session = Arc::new(VotingSession::open_beside(self.commons.clone(), known, choice)?);
        Ok(Some(Arc::clone(self.sessions().entry(stem.to_owned()).or_insert(session))))
    }

    /// The results in the store, listed anew where that changed. If they can't be listed, that is tried again when
    /// the store changes.
    fn renewed(&self) -> Result<KnownResults, StoreError> {
        let mut known = self.results();
        let now = self.commons.store.fingerprint();
        if let Some(known) = known.as_ref().filter(|known| now.has_the_attempts_of(&known.looked)) {
            return Ok(known.clone());
        }
        let listing = match self.commons.store.list() {
            Ok(listing) => listing,
            Err(error) => {
                if let Some(known) = known.as_mut() {
                    known.looked = now;
                }
                return Err(error);
            }
        };
        let attempts = || listing.attempts.iter().map(|stored| &stored.attempt);
        self.commons.named.learn(attempts());
        let stems = attempts().map(|attempt| prompt_stem(&attempt.prompt)).collect();
        let results = KnownResults { looked: now, stems: Arc::new(stems), listing: Arc::new(listing) };
        *known = Some(results.clone());
        Ok(results)
    }

    fn results(&self) -> MutexGuard<'_, Option<KnownResults>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Arc<VotingSession>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_record::{Attempt, Id, Preference};
    use pelicycle_testkit::exhibits::{hang, hang_look};

    use super::super::view::{PairView, VotingScreen};
    use super::super::{VoteRefusal, voter};
    use super::*;

    const SVG: &str =
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

    /// One drawing of the pelican by each of these, and voting on them.
    fn hall(models: &[&str]) -> (tempfile::TempDir, Store, GalleryVoting) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("results")).unwrap();
        for model in models {
            hang(&store, "pelican", model, "2026-11-01T00:00:00Z", SVG, |_| {});
        }
        let voting = GalleryVoting::new(store.clone(), voter("Ada").unwrap(), |_| {});
        (folder, store, voting)
    }

    fn attempts(store: &Store) -> Vec<Attempt> {
        store.list().unwrap().attempts.into_iter().map(|stored| stored.attempt).collect()
    }

    fn stem(store: &Store) -> String {
        prompt_stem(&attempts(store)[0].prompt)
    }

    fn shown(session: &VotingSession) -> Option<PairView> {
        match session.view().unwrap().shown {
            VotingScreen::Pair(pair) => Some(pair),
            _ => None,
        }
    }

    #[test]
    fn a_pair_that_two_pages_show_is_voted_on_once() {
        let (_folder, store, voting) = hall(&["crane", "heron"]);
        let of_prompt = voting.session(&stem(&store)).unwrap().unwrap();
        let of_all = voting.session(GalleryVoting::ALL).unwrap().unwrap();
        let (here, there) = (shown(&of_prompt).unwrap(), shown(&of_all).unwrap());
        of_prompt.vote(&here.token, Preference::Left).unwrap();
        of_prompt.vote(&here.token, Preference::Left).unwrap();
        let refused = of_all.vote(&there.token, Preference::Right);
        assert!(matches!(refused, Err(VoteRefusal::Stale)), "{refused:?}");
        assert!(shown(&of_all).is_none(), "the only pair was seen");
        assert_eq!(store.judgements().unwrap().records.len(), 1);
        // Taken back, it is to be seen in both again, and one vote counts whichever comes first.
        let undo = of_prompt.view().unwrap().undo.unwrap();
        of_prompt.undo(&undo).unwrap();
        let (here, there) = (shown(&of_prompt).unwrap(), shown(&of_all).unwrap());
        of_all.vote(&there.token, Preference::Tie).unwrap();
        assert!(shown(&of_prompt).is_none(), "it goes from the other page");
        assert!(of_prompt.vote(&here.token, Preference::Tie).is_err());
        assert_eq!(store.judgements().unwrap().records.len(), 1);
    }

    #[test]
    fn whoever_opened_a_look_knows_its_first_drawing() {
        let (_folder, store, voting) = hall(&["crane", "heron"]);
        let session = voting.session(GalleryVoting::ALL).unwrap().unwrap();
        let first = attempts(&store).remove(0);
        // It came after voting began.
        hang_look(&store, &first, 1, "2026-11-09T00:00:00Z", SVG);
        let look: Id = attempts(&store).into_iter().find(|attempt| attempt.look.is_some()).unwrap().id;
        let pair = shown(&session).unwrap();
        voting.note_opened(&format!("/attempts/{look}/drawing-small.png"));
        assert_eq!(shown(&session).unwrap().token, pair.token);
        voting.note_opened(&format!("/attempts/{look}/index.html"));
        let refused = session.vote(&pair.token, Preference::Left);
        assert!(matches!(refused, Err(VoteRefusal::Named)), "{refused:?}");
        assert!(shown(&session).is_none());
    }

    #[test]
    fn a_prompt_s_page_has_pairs_of_its_own_text_alone() {
        let (_folder, store, voting) = hall(&["crane"]);
        for model in ["crane", "heron"] {
            hang(&store, "pelican", model, "2026-10-01T00:00:00Z", SVG, |attempt| {
                attempt.prompt.text = "An older text".to_owned();
                attempt.prompt.hash = blake3::hash(b"An older text").to_hex().to_string();
            });
        }
        let records = attempts(&store);
        let older = records.iter().find(|attempt| attempt.prompt.text == "An older text").unwrap();
        let newer = records.iter().find(|attempt| attempt.prompt.text != "An older text").unwrap();
        let texts = |attempt: &Attempt| {
            let session = voting.session(&prompt_stem(&attempt.prompt)).unwrap().unwrap();
            shown(&session).map(|pair| pair.text)
        };
        assert_eq!(texts(older).as_deref(), Some("An older text"));
        assert_eq!(texts(newer), None, "one drawing is no pair");
    }

    #[test]
    fn what_is_no_prompt_opens_nothing_and_lists_the_results_once() {
        let (_folder, store, voting) = hall(&["crane", "heron"]);
        for stem in ["anything", "pelican-00000000", ""] {
            assert!(voting.session(stem).unwrap().is_none(), "{stem}");
        }
        assert!(voting.sessions().is_empty());
        // Its folder of judgements is made now, which is a change of the results.
        assert!(voting.session(&stem(&store)).unwrap().is_some());
        voting.refresh();
        let listing = Arc::clone(&voting.results().as_ref().unwrap().listing);
        assert!(voting.session(GalleryVoting::ALL).unwrap().is_some());
        voting.refresh();
        assert!(Arc::ptr_eq(&listing, &voting.results().as_ref().unwrap().listing));
        hang(&store, "otter-boat", "crane", "2026-11-02T00:00:00Z", SVG, |_| {});
        let new = attempts(&store).into_iter().find(|attempt| attempt.prompt.id == "otter-boat").unwrap();
        assert!(voting.session(&prompt_stem(&new.prompt)).unwrap().is_some(), "a prompt that came since");
    }
}
