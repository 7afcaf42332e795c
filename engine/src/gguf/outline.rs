//! As much of a model's files as can be read, for those who want to look at it rather than run it.

use std::path::Path;
use std::sync::Arc;

use super::error::{GgufError, type_name};
use super::file::Gguf;
use super::file_bytes::FileBytes;
use super::parse::{GgufHeader, front};
use super::split::{SplitInfo, part_path};
use super::tensor::{TensorEntry, TensorInfo};

/// The outline of a model's files: what can be read even where they are damaged or hold what the engine does not know.
#[derive(Debug)]
pub struct GgufOutline {
    gguf: Arc<Gguf>,
    tensors: Vec<TensorListing>,
    problem: Option<GgufError>,
}

/// A tensor as the file's table lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TensorListing {
    /// The name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// Numbers that it holds.
    pub elements: u64,
    /// The usual spelling of its type, such as `Q4_K`, or the number of a type without one.
    pub type_name: String,
    /// Its bytes; `None` for a type that the engine does not know.
    pub bytes: Option<u64>,
}

impl GgufOutline {
    /// Reads what can be read of a model file; for a split model, the first of its files.
    ///
    /// # Errors
    /// As [`Gguf::open`], when not even the metadata can be read.
    pub fn open(path: &Path) -> Result<GgufOutline, GgufError> {
        GgufOutline::opened(path, Gguf::open(path))
    }

    /// The same of files of which only the front was fetched, as [`Gguf::open_hollow`] takes them.
    ///
    /// # Errors
    /// As [`GgufOutline::open`].
    pub fn open_hollow(path: &Path) -> Result<GgufOutline, GgufError> {
        GgufOutline::opened(path, Gguf::open_hollow(path))
    }

    fn opened(path: &Path, gguf: Result<Gguf, GgufError>) -> Result<GgufOutline, GgufError> {
        match gguf {
            Ok(gguf) => Ok(GgufOutline::of(Arc::new(gguf))),
            Err(problem) => match partial(path) {
                Some((gguf, tensors)) => {
                    Ok(GgufOutline { gguf: Arc::new(gguf), tensors, problem: Some(problem) })
                }
                None => Err(problem),
            },
        }
    }

    /// The outline of an open file.
    pub fn of(gguf: Arc<Gguf>) -> GgufOutline {
        let tensors = gguf.tensors().iter().map(TensorListing::from).collect();
        GgufOutline { gguf, tensors, problem: None }
    }

    /// The metadata; the tensors as well if there is no [problem](GgufOutline::problem), and none otherwise.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }

    /// The tensor table, as far as it could be read.
    pub fn tensors(&self) -> &[TensorListing] {
        &self.tensors
    }

    /// The error that keeps the model from being opened, if there is one.
    pub fn problem(&self) -> Option<&GgufError> {
        self.problem.as_ref()
    }
}

/// The metadata of the first file, and the tensors that it and those after it list: up to the first that is
/// missing or can't be read.
fn partial(path: &Path) -> Option<(Gguf, Vec<TensorListing>)> {
    let source = FileBytes::map(path).ok()?;
    let GgufHeader { version, metadata, entries, .. } = front(source.bytes()).ok()?;
    let mut tensors: Vec<TensorListing> = entries.iter().map(TensorListing::from).collect();
    let mut parts = vec![(path.to_owned(), source)];
    if let Ok(Some(split)) = SplitInfo::of(&metadata)
        && split.number == 0
    {
        for number in 1..split.count {
            let Some(next) = part_path(path, number, split.count) else { break };
            let Ok(source) = FileBytes::map(&next) else { break };
            let Ok(front) = front(source.bytes()) else { break };
            tensors.extend(front.entries.iter().map(TensorListing::from));
            parts.push((next, source));
        }
    }
    Some((Gguf::metadata_alone(version, metadata, parts.into_iter()), tensors))
}

impl From<&TensorInfo> for TensorListing {
    fn from(tensor: &TensorInfo) -> TensorListing {
        TensorListing {
            name: tensor.name.clone(),
            elements: tensor.elements(),
            type_name: tensor.tensor_type.name().to_owned(),
            bytes: Some(tensor.byte_len() as u64),
        }
    }
}

impl From<&TensorEntry> for TensorListing {
    fn from(entry: &TensorEntry) -> TensorListing {
        TensorListing {
            name: entry.name.clone(),
            elements: entry.dims.iter().product(),
            type_name: match type_name(entry.id) {
                "unknown" => format!("type {}", entry.id),
                name => name.to_owned(),
            },
            bytes: entry.bytes(),
        }
    }
}
