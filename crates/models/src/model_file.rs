//! A model that was found on this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file_name::{ModelFileName, SplitPart};

/// A model file, or the files of a split model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// The name that it has in records: the file's name without `.gguf`, or what its place calls it.
    pub stem: String,
    /// The model, in lower case, without the quantization.
    pub model: String,
    /// The quantization that the name tells.
    pub quantization: Option<String>,
    /// All files that are there; the one to open is the first.
    pub files: Vec<PathBuf>,
    /// The bytes of all files.
    pub bytes: u64,
    /// The number of files of a split model that are not there.
    pub missing: u32,
    /// The place that it was found in.
    pub origin: ModelSource,
}

/// The place that a model was found in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelSource {
    /// A folder of this project's configuration.
    Folder,
    /// The Hugging Face hub's cache.
    Hub {
        /// `OWNER/REPO`.
        repo: String,
        /// The commit that it is a file of.
        commit: String,
        /// The file in the repository; of a split model the first.
        file: String,
    },
    /// llama.cpp's own cache, before it took to the hub's.
    LlamaCpp,
    /// LM Studio's folder.
    LmStudio {
        /// `OWNER/REPO`.
        repo: String,
    },
    /// Ollama's store.
    Ollama {
        /// As `ollama list` says it: `qwen3:8b`.
        name: String,
    },
}

impl ModelSource {
    /// The place, for a table.
    #[must_use]
    pub fn place(&self) -> &'static str {
        match self {
            ModelSource::Folder => "folder",
            ModelSource::Hub { .. } => "hub",
            ModelSource::LlamaCpp => "llama.cpp",
            ModelSource::LmStudio { .. } => "LM Studio",
            ModelSource::Ollama { .. } => "Ollama",
        }
    }

    /// The repository on the hub that it came from, where the place tells.
    #[must_use]
    pub fn repo(&self) -> Option<&str> {
        match self {
            ModelSource::Hub { repo, .. } | ModelSource::LmStudio { repo } => Some(repo),
            ModelSource::Folder | ModelSource::LlamaCpp | ModelSource::Ollama { .. } => None,
        }
    }
}

impl std::fmt::Display for ModelSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ModelSource::Folder => f.write_str("a folder of yours"),
            ModelSource::Hub { repo, .. } => write!(f, "the hub's cache, {repo}"),
            ModelSource::LlamaCpp => f.write_str("llama.cpp's cache"),
            ModelSource::LmStudio { repo } => write!(f, "LM Studio, {repo}"),
            ModelSource::Ollama { name } => write!(f, "Ollama, {name}"),
        }
    }
}

impl ModelFile {
    /// The file to open; the first of a split model. Its name is that of the first part even where that is missing.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.files.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Whether two are most likely the same weights: the same name and as many bytes.
    #[must_use]
    pub fn same_weights(&self, other: &ModelFile) -> bool {
        self.bytes == other.bytes && self.stem.eq_ignore_ascii_case(&other.stem)
    }
}

/// A file that may be a model's, or a part of one.
#[derive(Debug)]
pub(super) struct FolderFile {
    pub(super) path: PathBuf,
    /// Its name, where its place calls it otherwise than its path does.
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// Models from the files of one folder: those of a split model become one.
pub(super) fn models(files: Vec<FolderFile>, origin: impl Fn(&FolderFile) -> ModelSource) -> Vec<ModelFile> {
    let mut parts: BTreeMap<_, Vec<(ModelFileName, SplitPart, FolderFile)>> = BTreeMap::new();
    let mut found = Vec::new();
    for file in files {
        let Some(name) = ModelFileName::parse(&file.name) else { continue };
        match name.part {
            Some(part) => {
                parts.entry((name.stem.clone(), part.count)).or_default().push((name, part, file));
            }
            None => found.push(one(name, origin(&file), vec![file], 0)),
        }
    }
    for ((_, count), mut group) in parts {
        group.sort_by_key(|(_, part, _)| part.number);
        group.dedup_by_key(|(_, part, _)| part.number);
        let missing = count - u32::try_from(group.len()).unwrap_or(count).min(count);
        let Some((name, _, first)) = group.first() else { continue };
        let (name, origin) = (name.clone(), origin(first));
        found.push(one(name, origin, group.into_iter().map(|(_, _, file)| file).collect(), missing));
    }
    found
}

fn one(name: ModelFileName, origin: ModelSource, files: Vec<FolderFile>, missing: u32) -> ModelFile {
    ModelFile {
        stem: name.stem,
        model: name.model,
        quantization: name.quantization,
        bytes: files.iter().map(|file| file.bytes).fold(0, u64::saturating_add),
        files: files.into_iter().map(|file| file.path).collect(),
        missing,
        origin,
    }
}
