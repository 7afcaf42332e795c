//! LM Studio's folder: `OWNER/REPO/FILE.gguf`.

use std::path::Path;

use super::found::{Found, Origin, models};
use super::listing::{entries, model_files};

/// The models in LM Studio's folder.
pub(super) fn scan(root: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    for (owner, folder) in entries(root) {
        for (repo, folder) in entries(&folder) {
            let repo = format!("{owner}/{repo}");
            found.extend(models(model_files(&folder), |_| Origin::LmStudio { repo: repo.clone() }));
        }
    }
    found
}
