//! The gallery of a store: everything that it holds whole becomes exhibits, and they become the site.
//!
//! The one place of this crate that knows the store; what it makes of it is plain data.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pelicycle_drawing::{InspectionOptions as DrawingOptions, WorkerPool};
use pelicycle_judge::{self as judge, Competition, JudgePooling, SEED, Votes};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::Rubric;
use pelicycle_record::{Attempt, CalibrationRecord, Id, JudgementRecord, RubricReading};
use pelicycle_store::{
    AttemptListing, Calibrations, DamagedRecord, Judgements, Store, StoreError, StoredAttempt,
};

use crate::build::OpenGallery;
use crate::{
    BuildReport, Exhibit, GalleryContext, GalleryError, GalleryOptions, MeasureDrawing, OmittedRecord,
};

/// A gallery as it was rebuilt.
#[derive(Debug)]
pub struct RebuiltGallery {
    /// The outcome of the build.
    pub report: BuildReport,
    /// Records that could not be used, by path.
    pub damaged: Vec<DamagedRecord>,
}

/// The store could not be read, or the gallery not be built.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RebuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the gallery was not built: {0}")]
    Gallery(#[source] GalleryError),
}

/// Rebuilds the gallery in `out` from all that the store holds whole. The library has the rubrics; drawings are measured
/// in worker processes.
///
/// # Errors
/// When the store can't be read, or the site can't be written.
pub fn rebuild(
    store: &Store,
    library: &PromptLibrary,
    out: &Path,
    options: &GalleryOptions,
) -> Result<RebuiltGallery, RebuildError> {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let pool = WorkerPool::new(workers, DrawingOptions::default());
    let measure = |svg: &[u8], rubric: &Rubric| pool.measure(svg, rubric).map_err(|error| error.to_string());
    rebuild_measured_by(store, library, &measure, out, options)
}

/// As [`rebuild`], with drawings measured by `measure`.
///
/// # Errors
/// As [`rebuild`].
pub fn rebuild_measured_by(
    store: &Store,
    library: &PromptLibrary,
    measure: &MeasureDrawing<'_>,
    out: &Path,
    options: &GalleryOptions,
) -> Result<RebuiltGallery, RebuildError> {
    let (listing, opened) = list_and_open(store, out);
    let listing = listing?;
    let readings = store.readings()?;
    let mut read: BTreeMap<&Id, Vec<&RubricReading>> = BTreeMap::new();
    for reading in readings.records.iter().filter(|reading| reading.answers.is_some()) {
        read.entry(&reading.attempt).or_default().push(reading);
    }
    let exhibits: Vec<_> = listing
        .attempts
        .iter()
        .map(|stored| {
            // An edited text is another prompt, and may ask for other things.
            let asked = &stored.attempt.prompt;
            let prompt = library.get(&asked.id).ok().filter(|prompt| prompt.hash() == asked.hash);
            let readings = read.get(&stored.attempt.id).cloned().unwrap_or_default();
            Exhibit { rubric: prompt.map(|prompt| &prompt.rubric), readings, ..exhibit(stored) }
        })
        .collect();
    let mut omissions: Vec<_> = listing.damaged.iter().map(omission).collect();
    let judged = JudgedStore::read(store, &listing)?;
    let found = Mutex::new(listing.damaged);
    let verify = |index: usize| {
        store.verify(&listing.attempts[index]).map_err(|damage| {
            let omission = omission(&damage);
            found.lock().unwrap_or_else(PoisonError::into_inner).push(damage);
            omission
        })
    };
    let seals = store.all_seals()?;
    omissions.extend(seals.damaged.iter().map(omission));
    let context = GalleryContext {
        judged: judged.report.as_ref(),
        judgements: &judged.judgements,
        calibrations: &judged.calibrations,
        seals: &seals.records,
    };
    let report = opened
        .unwrap_or_else(|| OpenGallery::open(out))
        .and_then(|opened| opened.build(&exhibits, &verify, measure, &omissions, context, options))
        .map_err(RebuildError::Gallery)?;
    let mut damaged = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    damaged.extend(judged.damaged);
    damaged.extend(seals.damaged);
    damaged.extend(readings.damaged);
    damaged.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(RebuiltGallery { report, damaged })
}

/// Lists the store, and opens meanwhile the gallery that is there, if one is: its list of files is long. A new one is made
/// when all is read.
fn list_and_open(
    store: &Store,
    out: &Path,
) -> (Result<AttemptListing, StoreError>, Option<Result<OpenGallery, GalleryError>>) {
    if !OpenGallery::was_built_in(out) {
        return (store.list(), None);
    }
    std::thread::scope(|scope| {
        let opening = std::thread::Builder::new().spawn_scoped(scope, || OpenGallery::open(out));
        let listing = store.list();
        // A thread that the system refuses is one fewer; the work gets done all the same.
        (listing, opening.ok().and_then(|thread| thread.join().ok()))
    })
}

/// The judgements in a store, and the rankings that follow from them.
#[derive(Default)]
struct JudgedStore {
    /// The rankings of all contestants by all judgements, where there are any.
    report: Option<judge::RankingReport>,
    judgements: Vec<JudgementRecord>,
    calibrations: Vec<CalibrationRecord>,
    /// Those that can't be used.
    damaged: Vec<DamagedRecord>,
}

impl JudgedStore {
    fn read(store: &Store, listing: &AttemptListing) -> Result<Self, StoreError> {
        let Judgements { records: judgements, mut damaged } = store.judgements()?;
        if judgements.is_empty() {
            return Ok(Self { damaged, ..Self::default() });
        }
        let attempts: Vec<&Attempt> = listing.first_attempts().collect();
        let competition = Competition::new(&attempts, false);
        let Calibrations { records: calibrations, damaged: others } = store.calibrations()?;
        damaged.extend(others);
        let votes = Votes::new(&competition, &judgements)
            .telling_looks(listing.attempts.iter().map(|stored| &stored.attempt))
            .calibrated(&calibrations);
        let report = Some(judge::report(&competition, &votes, JudgePooling::Apart, SEED));
        Ok(Self { report, judgements, calibrations, damaged })
    }
}

/// The rankings of all contestants by the judgements in a store, where there are any.
///
/// # Errors
/// Judgements that can't be listed.
pub fn rankings(store: &Store, listing: &AttemptListing) -> Result<Option<judge::RankingReport>, StoreError> {
    JudgedStore::read(store, listing).map(|judged| judged.report)
}

fn omission(damaged: &DamagedRecord) -> OmittedRecord {
    OmittedRecord { place: damaged.path.to_string_lossy().into_owned(), reason: damaged.reason.to_string() }
}

/// An attempt of the store as an exhibit, without a rubric.
#[must_use]
pub fn exhibit(stored: &StoredAttempt) -> Exhibit<'_> {
    Exhibit { attempt: &stored.attempt, rubric: None, readings: Vec::new(), files: stored.files.clone() }
}
