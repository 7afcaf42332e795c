//! llama.cpp's own cache: `OWNER_REPO_FILE.gguf` in one folder, with a manifest beside for each that it fetched.

use std::path::Path;

use super::listing::{entries, model_files};
use super::model_file::{ModelFile, ModelSource, models};

/// The models in llama.cpp's cache.
pub(super) fn scan(root: &Path) -> Vec<ModelFile> {
    // `manifest=OWNER=REPO=TAG.json` tells which beginning of a file's name is not the file's own.
    let prefixes: Vec<String> = entries(root)
        .iter()
        .filter_map(|(name, _)| {
            let mut words = name.strip_prefix("manifest=")?.strip_suffix(".json")?.split('=');
            Some(format!("{}_{}_", words.next()?, words.next()?))
        })
        .collect();
    let mut files = model_files(root);
    for file in &mut files {
        if let Some(own) = prefixes.iter().find_map(|prefix| file.name.strip_prefix(prefix.as_str())) {
            file.name = own.to_owned();
        }
    }
    models(files, |_| ModelSource::LlamaCpp)
}
