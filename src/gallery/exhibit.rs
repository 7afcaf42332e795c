//! What the gallery is given: plain data.

use std::path::PathBuf;

use crate::attempt::Attempt;
use crate::measure::Rubric;

/// One attempt to show.
#[derive(Debug, Clone)]
pub struct Exhibit<'a> {
    /// The record.
    pub attempt: &'a Attempt,
    /// Where its files are.
    pub files: ExhibitFiles,
    /// What its prompt asks to be there, where the prompt is known.
    pub rubric: Option<&'a Rubric>,
}

/// Paths of an attempt's files; absent where it has none.
#[derive(Debug, Clone, Default)]
pub struct ExhibitFiles {
    /// The reply, byte for byte.
    pub reply: Option<PathBuf>,
    /// The reasoning text.
    pub thinking: Option<PathBuf>,
    /// When which part of the reply came.
    pub timeline: Option<PathBuf>,
    /// The drawing as it stood in the reply.
    pub svg: Option<PathBuf>,
    /// The drawing has active content: it is shown as text and as our raster only.
    pub active: bool,
    /// Our raster of it.
    pub png: Option<PathBuf>,
    /// Our raster of the repaired drawing.
    pub repaired_png: Option<PathBuf>,
    /// The picture of how often the reply took each expert.
    pub experts: Option<PathBuf>,
}

/// A record that could not be read and is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// Its place, relative to the results.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}
