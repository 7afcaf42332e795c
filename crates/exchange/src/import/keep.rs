//! Keeping what was found: checked, written as an attempt, and only once.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pelicycle_drawing::{WorkerPool, tool};
use pelicycle_record::{
    Attempt, Host, Id, ImportRecord, ReplyOrigin, SCHEMA_VERSION, TextRecord, Timing, Verdict,
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
}

/// The key that tells an imported reply from all others: its kind of source, its name there, and its own hash.
type Key = (String, String, String);

/// What an import made of one reply.
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
        let known = attempts.filter_map(|attempt| {
            let (import, reply) = (attempt.import.as_ref()?, attempt.reply.as_ref()?);
            Some((import.from.clone(), import.id.clone(), reply.hash.clone()))
        });
        Self { store, pool, known: known.collect() }
    }

    /// Keeps a reply, unless it is there already.
    ///
    /// # Errors
    /// A failing disk.
    pub fn keep(&mut self, found: FoundReply) -> Result<ImportOutcome, ImportError> {
        let reply = TextRecord::of(&found.reply);
        let key = (found.from.to_owned(), found.id.clone(), reply.hash.clone());
        if self.known.contains(&key) {
            return Ok(ImportOutcome::Known);
        }
        let name = format!("pelicycle import 1\n{}\n{}\n{}\n", found.from, found.id, reply.hash);
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
            sample: found.sample,
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
