//! Keeping what was found: checked, written as an attempt, and only once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pelicycle_drawing::{WorkerPool, tool};
use pelicycle_record::{
    Attempt, ContestantRecord, Host, Id, ImportRecord, PromptRecord, ReplyOrigin, SCHEMA_VERSION, TextRecord,
    Timing, Verdict,
};
use pelicycle_store::{AttemptFiles, Store, StoreError};

use super::FoundReply;

/// Keeps replies from other tools as attempts of a store.
#[derive(Debug)]
pub struct Importer<'a> {
    store: &'a Store,
    pool: &'a WorkerPool,
    /// The imported replies that the store holds already.
    known: BTreeSet<Key>,
    /// The reply, by its name in the source, that has each number among the samples of a contestant.
    numbered: BTreeMap<Samples, BTreeMap<u32, String>>,
}

/// The key that tells an imported reply from all others: its kind of source, its name there, its own hash, and the prompt that it
/// answers, by id and hash. A folder does not tell the prompt, so the same files can be imported as answers to another one.
type Key = (String, String, String, String, String);

/// The key of samples that are numbered together: the kind of source, the contestant, the prompt's id and hash.
type Samples = (String, String, String, String);

/// The outcome of importing one reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was kept as an attempt.
    Added {
        /// The attempt's folder.
        folder: PathBuf,
        /// The verdict of the check; `None` where the reply could not be checked, which `check --again` does.
        verdict: Option<Verdict>,
    },
    /// It was imported before.
    Known,
}

/// A reply could not be kept.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ImportError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Importer<'a> {
    /// Begins an import into a store that holds `attempts`.
    pub fn new(store: &'a Store, pool: &'a WorkerPool, attempts: impl Iterator<Item = &'a Attempt>) -> Self {
        let (mut known, mut numbered) = (BTreeSet::new(), BTreeMap::<Samples, BTreeMap<u32, String>>::new());
        for attempt in attempts {
            let Some(import) = &attempt.import else { continue };
            let samples = samples(&import.from, &attempt.contestant, &attempt.prompt);
            numbered.entry(samples).or_default().insert(attempt.sample, import.id.clone());
            if let Some(reply) = &attempt.reply {
                known.insert(key(&import.from, &import.id, reply, &attempt.prompt));
            }
        }
        Self { store, pool, known, numbered }
    }

    /// The number of a reply among its contestant's samples: the one it came with, or the next behind all where another reply
    /// was kept under that. What was kept is never numbered anew, whatever came into its folder since.
    fn number(&mut self, found: &FoundReply) -> u32 {
        let samples = samples(found.from, &found.contestant, &found.prompt);
        let taken = self.numbered.entry(samples).or_default();
        let own = taken.iter().find(|(_, id)| **id == found.id).map(|(number, _)| *number);
        let number = own.unwrap_or_else(|| match taken.contains_key(&found.sample) {
            true => taken.last_key_value().map_or(1, |(last, _)| last.saturating_add(1)),
            false => found.sample,
        });
        taken.insert(number, found.id.clone());
        number
    }

    /// Keeps a reply, unless it is there already.
    ///
    /// # Errors
    /// A failing disk.
    pub fn keep(&mut self, found: FoundReply) -> Result<ImportOutcome, ImportError> {
        let reply = TextRecord::of(&found.reply);
        let key = key(found.from, &found.id, &reply, &found.prompt);
        if self.known.contains(&key) {
            return Ok(ImportOutcome::Known);
        }
        let sample = self.number(&found);
        let PromptRecord { id: prompt, hash, .. } = &found.prompt;
        let name =
            format!("pelicycle import 2\n{}\n{}\n{}\n{prompt}\n{hash}\n", found.from, found.id, reply.hash);
        let id = Id::derived(found.started, name.as_bytes());
        let thinking = found.thinking.filter(|text| !text.is_empty());
        let thought = thinking.as_deref().unwrap_or_default().as_bytes();
        // A reply that could not be checked is kept all the same.
        let (inspection, unchecked) =
            match self.pool.inspect_thought(&found.reply, thought, found.prompt.raster) {
                Ok(inspection) => (Some(inspection), None),
                Err(error) => (None, Some(error.to_string())),
            };
        let check = inspection.as_ref().map(|inspection| inspection.check.clone());
        let verdict = check.as_ref().map(|check| check.verdict);
        let attempt = Attempt {
            schema: SCHEMA_VERSION,
            id: id.clone(),
            // No invocation of ours made it, so none holds it together with others.
            run: id,
            tool: tool(),
            host: Host::default(),
            prompt: found.prompt,
            contestant: found.contestant,
            sample,
            look: None,
            request: found.request,
            outcome: found.outcome,
            error: None,
            origin: ReplyOrigin::Imported,
            import: Some(ImportRecord { from: found.from.to_owned(), id: found.id }),
            usage: found.usage,
            cost: None,
            joules: None,
            timing: Timing { started: found.started, total: found.seconds, ..Timing::default() },
            engine: None,
            service: None,
            experts: None,
            reply: Some(reply),
            thinking: thinking.as_ref().map(|text| TextRecord::of(text.as_bytes())),
            timeline: None,
            check,
            unchecked,
            rechecked: None,
        };
        let files = AttemptFiles {
            reply: Some(found.reply.as_slice()),
            thinking: thinking.as_deref().map(str::as_bytes),
            ..inspection.as_ref().map(AttemptFiles::drawn).unwrap_or_default()
        };
        let kept = match self.store.write(&attempt, &files) {
            // Another import of the same source was quicker.
            Err(StoreError::Exists { .. }) => ImportOutcome::Known,
            written => ImportOutcome::Added { folder: written?, verdict },
        };
        self.known.insert(key);
        Ok(kept)
    }
}

fn key(from: &str, id: &str, reply: &TextRecord, prompt: &PromptRecord) -> Key {
    (from.to_owned(), id.to_owned(), reply.hash.clone(), prompt.id.clone(), prompt.hash.clone())
}

fn samples(from: &str, contestant: &ContestantRecord, prompt: &PromptRecord) -> Samples {
    (from.to_owned(), contestant.slug.clone(), prompt.id.clone(), prompt.hash.clone())
}
