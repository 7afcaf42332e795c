//! LM Studio's folder: `OWNER/REPO/FILE.gguf`.

use std::path::{Path, PathBuf};

use pelicycle_text::plain_file;
use serde::Deserialize;

use super::listing::{entries, model_files};
use super::model_file::{ModelFile, ModelSource, models};

/// The file in the user's home that names LM Studio's own, where that was moved.
const POINTER: &str = ".lmstudio-home-pointer";

/// LM Studio's homes, now and formerly.
const HOMES: [&str; 2] = [".lmstudio", ".cache/lm-studio"];

/// The longest file of settings that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The part of LM Studio's `settings.json` that is needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    /// The folder of models, where it is not in the home.
    downloads_folder: Option<PathBuf>,
}

/// The folders in which LM Studio of the user with this home keeps models, the one in use first.
pub(super) fn folders(home: &Path) -> Vec<PathBuf> {
    let pointed = plain_file::read(&home.join(POINTER), LONGEST).ok();
    let pointed = pointed.and_then(|text| String::from_utf8(text).ok());
    let pointed = pointed.map(|text| PathBuf::from(text.lines().next().unwrap_or_default().trim()));
    let pointed = pointed.filter(|folder| folder.is_absolute());
    let mut folders: Vec<PathBuf> = Vec::new();
    for own in pointed.into_iter().chain(HOMES.map(|own| home.join(own))) {
        let text = plain_file::read(&own.join("settings.json"), LONGEST).ok();
        let settings: Option<Settings> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let moved = settings.and_then(|settings| settings.downloads_folder);
        folders.extend(moved.filter(|folder| folder.is_absolute()));
        folders.push(own.join("models"));
    }
    let mut distinct: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !distinct.contains(&folder) {
            distinct.push(folder);
        }
    }
    distinct
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_moved_is_found_by_the_settings_of_a_home_that_was_moved() {
        let user = tempfile::tempdir().unwrap();
        let at = |rest: &str| user.path().join(rest);
        let usual = [at(".lmstudio/models"), at(".cache/lm-studio/models")];
        assert_eq!(folders(user.path()), usual);
        std::fs::create_dir_all(at("disk/lm")).unwrap();
        std::fs::write(at(POINTER), format!("{}\n", at("disk/lm").display())).unwrap();
        let settings = serde_json::json!({"downloadsFolder": at("big/models"), "other": {"a": 1}});
        std::fs::write(at("disk/lm/settings.json"), settings.to_string()).unwrap();
        let mut expected = vec![at("big/models"), at("disk/lm/models")];
        expected.extend(usual.clone());
        assert_eq!(folders(user.path()), expected);
        std::fs::write(at("disk/lm/settings.json"), "no JSON").unwrap();
        std::fs::write(at(POINTER), "not/absolute").unwrap();
        assert_eq!(folders(user.path()), usual);
    }
}
