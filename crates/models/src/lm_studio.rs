//! LM Studio's folder: `OWNER/REPO/FILE.gguf`.

use std::path::Path;

use super::listing::{entries, model_files};
use super::model_file::{ModelFile, ModelSource, models};

/// The models in LM Studio's folder.
pub(super) fn scan(root: &Path) -> Vec<ModelFile> {
    let mut found = Vec::new();
    for (owner, folder) in entries(root) {
        for (repo, folder) in entries(&folder) {
            let repo = format!("{owner}/{repo}");
            found.extend(models(model_files(&folder), |_| ModelSource::LmStudio { repo: repo.clone() }));
        }
    }
    found
}
