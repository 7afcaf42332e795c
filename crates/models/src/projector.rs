//! The projectors beside a model's file, with which it sees pictures. Nothing says which belongs to which but where they
//! lie and what they are called.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::file_name::{ModelFileName, split_quantization};
use super::listing::{entries, model_files};
use super::ollama;

/// The word by which a projector is known.
const MARK: &str = "mmproj";

/// Folders above a file that may still be of the same snapshot.
const DEPTH: usize = 4;

/// The projectors that may have been made for the model in this file, the likeliest first: those that carry its name
/// before those that carry none, and in half precision before those that are larger or rounded. They lie in its folder, in
/// the same snapshot of the hub's cache, or are layers of the same model of Ollama's.
#[must_use]
pub fn projectors_beside(model: &Path) -> Vec<PathBuf> {
    let layers = ollama::projectors(model);
    if !layers.is_empty() {
        return layers;
    }
    let Some(name) = model.file_name().and_then(OsStr::to_str).and_then(ModelFileName::parse) else {
        return Vec::new();
    };
    let mut found: Vec<((ProjectorMatch, u8, String), PathBuf)> = Vec::new();
    for folder in folders(model) {
        let files = model_files(&folder);
        let models = files.iter().filter_map(|file| ModelFileName::parse(&file.name));
        let alone = models.map(|other| other.model).all(|other| other == name.model);
        for file in files {
            let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem).to_lowercase();
            let Some((before, after)) = stem.split_once(MARK) else { continue };
            let (own, quantization) = split_quantization(after);
            let likeness = ProjectorMatch::of(&name, before, own, alone);
            if let Some(likeness) = likeness {
                found.push(((likeness, rank(quantization.as_deref().unwrap_or(own)), stem), file.path));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// The certainty that a projector is a model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ProjectorMatch {
    /// It has its name.
    Named,
    /// It has no name.
    Nameless,
    /// It has another name, and there is no other model beside it.
    Alone,
}

impl ProjectorMatch {
    /// By what stands before the mark and behind it, without the quantization.
    fn of(name: &ModelFileName, before: &str, own: &str, alone: bool) -> Option<ProjectorMatch> {
        let bare = |text: &str| text.trim_matches(['-', '_', '.']).to_owned();
        let (before, own) = (bare(before), bare(own));
        let named = |word: &str| name.stem.to_lowercase().starts_with(word) || word.contains(&name.model);
        // Some converters call the rest so.
        let own = if own == "model" || rank(&own) < u8::MAX { String::new() } else { own };
        match (before.as_str(), own.as_str()) {
            ("", "") => Some(ProjectorMatch::Nameless),
            ("", word) | (word, "") if named(word) => Some(ProjectorMatch::Named),
            (before, own) if !own.is_empty() && named(own) && named(before) => Some(ProjectorMatch::Named),
            _ => alone.then_some(ProjectorMatch::Alone),
        }
    }
}

/// Half precision first, which products take as it is; what the name doesn't tell last.
fn rank(quantization: &str) -> u8 {
    match quantization.trim_matches(['-', '_', '.']).to_ascii_uppercase().as_str() {
        "F16" | "FP16" => 0,
        "BF16" => 1,
        "F32" | "FP32" => 2,
        "Q8_0" => 3,
        _ => u8::MAX,
    }
}

/// The folders in which a model's projector may lie: its own, and above it those of the same snapshot.
fn folders(model: &Path) -> Vec<PathBuf> {
    // A file's name alone has the empty path for its folder, which can't be read.
    let here =
        |folder: &Path| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
    let above: Vec<PathBuf> = model.ancestors().skip(1).take(DEPTH + 1).map(here).collect();
    let of_snapshot =
        above.iter().position(|folder| folder.parent().is_some_and(|up| up.ends_with("snapshots")));
    let count = of_snapshot.map_or(1, |at| at + 1);
    let mut folders: Vec<PathBuf> = above.into_iter().take(count).collect();
    if of_snapshot.is_none() {
        // A folder for the projector alone, beside the model's file.
        let own = folders.first().map(|folder| entries(folder)).unwrap_or_default();
        folders.extend(
            own.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case(MARK)).map(|(_, path)| path),
        );
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_named_without_a_folder_has_its_projector_in_the_working_folder() {
        assert_eq!(folders(Path::new("model.gguf")), [PathBuf::from(".")]);
        assert_eq!(folders(Path::new("src/model.gguf")), [PathBuf::from("src")]);
    }
}
