//! As much of a model's files as can be read, for those who want to look at it rather than run it.

use std::path::Path;
use std::sync::Arc;

use super::error::{GgufError, type_name};
use super::file::Gguf;
use super::parse::{Front, front};
use super::source::Source;
use super::split::{Split, part_path};
use super::tensor::{Entry, TensorInfo};

/// What a model's files say, even where they are damaged or hold what the engine does not know.
#[derive(Debug)]
pub struct Outline {
    gguf: Arc<Gguf>,
    tensors: Vec<Listed>,
    problem: Option<GgufError>,
}

/// A line of the tensor table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// How many numbers it holds.
    pub elements: u64,
    /// The usual spelling of its type, such as `Q4_K`, or the number of a type without one.
    pub type_name: String,
    /// Its bytes; `None` for a type that the engine does not know.
    pub bytes: Option<u64>,
}

impl Outline {
    /// Reads what can be read of a model file; for a split model, the first of its files.
    ///
    /// # Errors
    /// As [`Gguf::open`], when not even the metadata can be read.
    pub fn open(path: &Path) -> Result<Outline, GgufError> {
        match Gguf::open(path) {
            Ok(gguf) => Ok(Outline::of(Arc::new(gguf))),
            Err(problem) => match partial(path) {
                Some((gguf, tensors)) => {
                    Ok(Outline { gguf: Arc::new(gguf), tensors, problem: Some(problem) })
                }
                None => Err(problem),
            },
        }
    }

    /// The outline of an open file.
    pub fn of(gguf: Arc<Gguf>) -> Outline {
        let tensors = gguf.tensors().iter().map(Listed::from).collect();
        Outline { gguf, tensors, problem: None }
    }

    /// The metadata; the tensors as well if there is no [problem](Outline::problem), and none otherwise.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }

    /// The tensor table, as far as it could be read.
    pub fn tensors(&self) -> &[Listed] {
        &self.tensors
    }

    /// Why the model can't be opened, if it can't.
    pub fn problem(&self) -> Option<&GgufError> {
        self.problem.as_ref()
    }
}

/// The metadata of the first file, and the tensors that it and those after it list: up to the first that is
/// missing or can't be read.
fn partial(path: &Path) -> Option<(Gguf, Vec<Listed>)> {
    let source = Source::map(path).ok()?;
    let Front { version, metadata, entries, .. } = front(source.bytes()).ok()?;
    let mut tensors: Vec<Listed> = entries.iter().map(Listed::from).collect();
    let mut parts = vec![(path.to_owned(), source)];
    if let Ok(Some(split)) = Split::of(&metadata)
        && split.number == 0
    {
        for number in 1..split.count {
            let Some(next) = part_path(path, number, split.count) else { break };
            let Ok(source) = Source::map(&next) else { break };
            let Ok(front) = front(source.bytes()) else { break };
            tensors.extend(front.entries.iter().map(Listed::from));
            parts.push((next, source));
        }
    }
    Some((Gguf::metadata_alone(version, metadata, parts.into_iter()), tensors))
}

impl From<&TensorInfo> for Listed {
    fn from(tensor: &TensorInfo) -> Listed {
        Listed {
            name: tensor.name.clone(),
            elements: tensor.elements(),
            type_name: tensor.tensor_type.name().to_owned(),
            bytes: Some(tensor.byte_len() as u64),
        }
    }
}

impl From<&Entry> for Listed {
    fn from(entry: &Entry) -> Listed {
        Listed {
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
