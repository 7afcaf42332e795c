//! An open model file.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{GgufError, GgufFault};
use super::file_bytes::FileBytes;
use super::parse::{ParsedFile, parse};
use super::split::{SplitInfo, cut_piece, part_path};
use super::tensor::TensorInfo;
use super::value::MetadataValue;
use crate::memory_limit::memory_limit;

struct FilePart {
    path: PathBuf,
    source: FileBytes,
}

/// An open model file, or all files of a split model.
///
/// Everything in the front of the file is checked when it is opened: each tensor lies in the file, has a type
/// that the engine knows and shares its bytes with no other. The numbers stay on disk until they are read.
pub struct Gguf {
    version: u32,
    metadata: BTreeMap<String, MetadataValue>,
    tensors: Vec<TensorInfo>,
    by_name: HashMap<String, usize>,
    parts: Vec<Arc<FilePart>>,
    /// Only the front of the files is there: what the tensors hold is unknown.
    hollow: bool,
    /// The files do not fit into the memory that this process may have, so that their weights come from disk again and again.
    larger_than_memory: bool,
}

impl Gguf {
    /// Opens a model file; for a split model, the first of its files.
    ///
    /// # Errors
    /// When a file can't be opened or mapped, is no GGUF of version 2 or 3, or is damaged.
    pub fn open(path: &Path) -> Result<Gguf, GgufError> {
        let fail = |fault| GgufError { path: path.to_owned(), fault };
        let source = FileBytes::map(path).map_err(fail)?;
        if let Some((whole, number, count)) = cut_piece(path) {
            return Err(fail(GgufFault::CutPiece { whole, number, count }));
        }
        let parsed = parse(source.bytes(), 0).map_err(fail)?;
        let split = SplitInfo::of(&parsed.metadata).map_err(fail)?;
        let mut gguf = Gguf::assemble(path.to_owned(), source, parsed).map_err(fail)?;
        if let Some(split) = split {
            if split.number != 0 {
                let Some(first) = part_path(path, 0, split.count) else {
                    return Err(fail(GgufFault::PartName { count: split.count }));
                };
                let number = split.number.saturating_add(1);
                return Err(fail(GgufFault::NotFirstPart { number, count: split.count, first }));
            }
            for number in 1..split.count {
                let Some(next) = part_path(path, number, split.count) else {
                    return Err(fail(GgufFault::PartName { count: split.count }));
                };
                gguf.add_part(&next, number, &split).map_err(|fault| GgufError {
                    fault: match fault {
                        GgufFault::Open(error) if error.kind() == io::ErrorKind::NotFound => {
                            GgufFault::PartMissing { number: number + 1, count: split.count }
                        }
                        fault => fault,
                    },
                    path: next.clone(),
                })?;
            }
            let found = gguf.tensors.len();
            if let Some(expected) = split.tensors.filter(|&expected| expected != found as u64) {
                return Err(fail(GgufFault::PartTensors { found, expected }));
            }
        }
        let limit = memory_limit().unwrap_or(u64::MAX);
        gguf.larger_than_memory = gguf.file_bytes() > limit / 10 * 9;
        Ok(gguf)
    }

    /// Opens files of which only the front was fetched, each as long as the whole one: the model that is built from them
    /// shows whether it could be run, and is not judged by its weights.
    ///
    /// # Errors
    /// As [`Gguf::open`].
    pub fn open_hollow(path: &Path) -> Result<Gguf, GgufError> {
        Ok(Gguf { hollow: true, ..Gguf::open(path)? })
    }

    /// Whether what the tensors hold is unknown.
    pub(crate) fn is_hollow(&self) -> bool {
        self.hollow
    }

    /// Reads a model from memory: a whole one, never a part.
    ///
    /// # Errors
    /// As [`Gguf::open`], with `<memory>` for a path.
    pub fn from_bytes(bytes: &[u8]) -> Result<Gguf, GgufError> {
        let path = PathBuf::from("<memory>");
        let source = FileBytes::memory(bytes);
        let made = parse(source.bytes(), 0).and_then(|parsed| match SplitInfo::of(&parsed.metadata)? {
            Some(split) => Err(GgufFault::PartName { count: split.count }),
            None => Gguf::assemble(path.clone(), source, parsed),
        });
        made.map_err(|fault| GgufError { path, fault })
    }

    /// As much of a model as stands at the front of its file: the metadata, and no tensors.
    pub(super) fn metadata_alone(
        version: u32,
        metadata: BTreeMap<String, MetadataValue>,
        parts: impl Iterator<Item = (PathBuf, FileBytes)>,
    ) -> Gguf {
        let parts = parts.map(|(path, source)| Arc::new(FilePart { path, source })).collect();
        Gguf {
            version,
            metadata,
            tensors: Vec::new(),
            by_name: HashMap::new(),
            parts,
            hollow: false,
            larger_than_memory: false,
        }
    }

    fn assemble(path: PathBuf, source: FileBytes, parsed: ParsedFile) -> Result<Gguf, GgufFault> {
        let ParsedFile { version, metadata, tensors } = parsed;
        let mut gguf = Gguf {
            version,
            metadata,
            tensors: Vec::new(),
            by_name: HashMap::new(),
            parts: vec![Arc::new(FilePart { path, source })],
            hollow: false,
            larger_than_memory: false,
        };
        gguf.add_tensors(tensors)?;
        Ok(gguf)
    }

    fn add_part(&mut self, path: &Path, number: u64, whole: &SplitInfo) -> Result<(), GgufFault> {
        let source = FileBytes::map(path)?;
        let parsed = parse(source.bytes(), self.parts.len())?;
        let split = SplitInfo::of(&parsed.metadata)?;
        let says = |value: Option<u64>| value.map_or("missing".to_owned(), |v| v.to_string());
        let found = split.as_ref().map(|split| split.count);
        if found != Some(whole.count) {
            return Err(GgufFault::PartMismatch {
                what: "split.count",
                found: says(found),
                expected: whole.count,
            });
        }
        let found = split.map(|split| split.number);
        if found != Some(number) {
            return Err(GgufFault::PartMismatch { what: "split.no", found: says(found), expected: number });
        }
        self.parts.push(Arc::new(FilePart { path: path.to_owned(), source }));
        self.add_tensors(parsed.tensors)
    }

    fn add_tensors(&mut self, tensors: Vec<TensorInfo>) -> Result<(), GgufFault> {
        for tensor in tensors {
            if self.by_name.insert(tensor.name.clone(), self.tensors.len()).is_some() {
                return Err(GgufFault::DuplicateTensor(tensor.name));
            }
            self.tensors.push(tensor);
        }
        Ok(())
    }

    /// The same file under other names: `key` and `tensor` give a new one for each that has one. Of two keys or tensors
    /// that come to have one name, the one that had it stays.
    pub(crate) fn renamed(
        &self,
        key: impl Fn(&str) -> Option<String>,
        tensor: impl Fn(&str) -> Option<String>,
    ) -> Gguf {
        let mut metadata = self.metadata.clone();
        for old in self.metadata.keys() {
            if let Some(new) = key(old).filter(|new| !self.metadata.contains_key(new))
                && let Some(value) = metadata.remove(old)
            {
                metadata.insert(new, value);
            }
        }
        let mut tensors = self.tensors.clone();
        for info in &mut tensors {
            if let Some(new) = tensor(&info.name).filter(|new| !self.by_name.contains_key(new)) {
                info.name = new;
            }
        }
        let by_name = tensors.iter().enumerate().map(|(at, info)| (info.name.clone(), at)).collect();
        Gguf {
            version: self.version,
            metadata,
            tensors,
            by_name,
            parts: self.parts.clone(),
            hollow: self.hollow,
            larger_than_memory: self.larger_than_memory,
        }
    }

    /// The same file with another value for a key.
    pub(crate) fn with(mut self, key: &str, value: MetadataValue) -> Gguf {
        self.metadata.insert(key.to_owned(), value);
        self
    }

    /// Sets a key that the file does not have.
    pub(crate) fn set_missing(&mut self, key: &str, value: MetadataValue) {
        self.metadata.entry(key.to_owned()).or_insert(value);
    }

    /// The file; of a split model the first.
    pub fn path(&self) -> &Path {
        &self.parts[0].path
    }

    /// All files, in order.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.parts.iter().map(|part| part.path.as_path())
    }

    /// The bytes of all files together.
    pub fn file_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.source.bytes().len() as u64).sum()
    }

    /// The version of the format, 2 or 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// All metadata by key; of a split model those of the first file, which has them all.
    pub fn metadata(&self) -> &BTreeMap<String, MetadataValue> {
        &self.metadata
    }

    /// All tensors, in the order of the file. A file of a vocabulary alone has none.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensor_index(name).map(|index| &self.tensors[index])
    }

    /// The place of the tensor of this name among all.
    pub(crate) fn tensor_index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The tensor of this name.
    ///
    /// # Errors
    /// When the file has none.
    pub fn require_tensor(&self, name: &str) -> Result<&TensorInfo, GgufError> {
        self.tensor(name).ok_or_else(|| self.fail(GgufFault::MissingTensor(name.to_owned())))
    }

    /// Exactly the bytes of a tensor of this file, its address a multiple of 8.
    ///
    /// # Panics
    /// When the tensor is another file's.
    pub fn bytes(&self, tensor: &TensorInfo) -> &[u8] {
        &self.parts[tensor.part].source.bytes()[tensor.range.clone()]
    }

    /// Asks for some bytes of a tensor ahead of their use, where they may have to come from disk: of a file that memory
    /// holds, asking takes longer than what it spares.
    pub(crate) fn ask_ahead(&self, tensor: &TensorInfo, bytes: Range<usize>) {
        if self.larger_than_memory {
            let begin = tensor.range.start;
            self.parts[tensor.part].source.ask_ahead(begin + bytes.start..begin + bytes.end);
        }
    }

    /// The file that a tensor stands in.
    pub(crate) fn part_path(&self, tensor: &TensorInfo) -> &Path {
        &self.parts[tensor.part].path
    }

    pub(super) fn fail(&self, fault: GgufFault) -> GgufError {
        GgufError { path: self.path().to_owned(), fault }
    }
}

impl fmt::Debug for Gguf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gguf")
            .field("path", &self.path())
            .field("metadata", &self.metadata.len())
            .field("tensors", &self.tensors.len())
            .finish_non_exhaustive()
    }
}
