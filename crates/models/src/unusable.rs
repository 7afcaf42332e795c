//! What looks like a model and can't be used.

use std::path::PathBuf;

use super::file_name::ModelFileName;

/// Something that looks like a model but can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableModel {
    /// The path at which it lies.
    pub path: PathBuf,
    /// Its fault, in words.
    pub why: String,
    /// The names that it would have if it could be used, in lower case.
    names: Vec<String>,
}

impl UnusableModel {
    /// One that would have this stem of a file's name, and its place's own name for it.
    pub(super) fn new(path: PathBuf, why: String, stem: &str, placed: Option<String>) -> UnusableModel {
        let model = ModelFileName::parse(&format!("{stem}.gguf")).map(|told| told.model);
        let names = model.into_iter().chain([stem.to_owned()]).chain(placed);
        UnusableModel { path, why, names: names.map(|name| name.to_lowercase()).collect() }
    }

    /// Whether it would have this name, in lower case, if it could be used.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }
}
