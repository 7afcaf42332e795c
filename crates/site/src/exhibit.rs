//! Exhibits: the attempts that the gallery is given, as plain data.

use std::path::PathBuf;

use pelicycle_judge::RankingReport;
use pelicycle_record::measure::Rubric;
use pelicycle_record::{Attempt, CalibrationRecord, JudgementRecord, RubricReading};
use pelicycle_store::{AttemptFiles, StoredSeal};

/// An attempt to show.
#[derive(Debug, Clone)]
pub struct Exhibit<'a> {
    /// The record.
    pub attempt: &'a Attempt,
    /// The paths of its files.
    pub files: AttemptFiles<PathBuf>,
    /// The rubric of its prompt, where the prompt is known.
    pub rubric: Option<&'a Rubric>,
    /// Readings of the rubric's items by models that looked at it, oldest first.
    pub readings: Vec<&'a RubricReading>,
}

/// The material that a gallery shows beside attempts.
#[derive(Debug, Clone, Copy, Default)]
pub struct GalleryContext<'a> {
    /// The ranking of the contestants by judgements, where there are any.
    pub judged: Option<&'a RankingReport>,
    /// The judgements themselves, from which follows how two contestants stand to each other.
    pub judgements: &'a [JudgementRecord],
    /// Answers of the models among the judges to the calibration set.
    pub calibrations: &'a [CalibrationRecord],
    /// Sealed sets of prompts.
    pub seals: &'a [StoredSeal],
}

/// A record that could not be read and is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OmittedRecord {
    /// Its place, relative to the results.
    pub place: String,
    /// The fault, in words.
    pub reason: String,
}
