//! Reading folders that somebody else fills.

use std::path::{Path, PathBuf};

use super::model_file::FolderFile;
use super::unusable::UnusableModel;

/// Entries that are read of one folder: more of them is no folder of models.
pub(super) const MOST_ENTRIES: usize = 10_000;

/// The names and paths of a folder's entries, sorted by name: at most [`MOST_ENTRIES`], and only names in UTF-8. None
/// where the folder can't be read.
pub(super) fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let all = std::fs::read_dir(folder).into_iter().flatten().take(MOST_ENTRIES).flatten();
    // A name that is not UTF-8 can't be typed as a model's.
    let mut named: Vec<_> =
        all.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path()))).collect();
    named.sort();
    named
}

/// Files that were cut anywhere into `NAME.gguf.part1of2` and on: each by its first piece.
pub(super) fn cut_pieces(folder: &Path) -> Vec<UnusableModel> {
    let piece = |(name, path): (String, PathBuf)| {
        let (whole, number, count) = piece_of(&name)?;
        let why =
            format!("is the first of {count} pieces of a file that was cut: join them in order, as {whole}");
        let stem = whole.rsplit_once('.').map_or(whole, |(stem, _)| stem);
        (number == 1).then(|| UnusableModel::new(path, why, stem, None))
    };
    entries(folder).into_iter().filter_map(piece).collect()
}

/// The name of the whole file of which `name` says that it is a piece, which one it is, and of how many.
pub(super) fn piece_of(name: &str) -> Option<(&str, u32, u32)> {
    let (whole, piece) = name.rsplit_once(".part")?;
    let (number, count) = piece.split_once("of")?;
    let is_model = whole.to_ascii_lowercase().ends_with(".gguf");
    is_model.then_some((whole, number.parse().ok()?, count.parse().ok()?))
}

/// The `.gguf` files of a folder, through links.
pub(super) fn model_files(folder: &Path) -> Vec<FolderFile> {
    let file = |(name, path): (String, PathBuf)| {
        let is_model = Path::new(&name).extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf"));
        let meta = is_model.then(|| std::fs::metadata(&path).ok()).flatten()?;
        meta.is_file().then_some(FolderFile { bytes: meta.len(), path, name })
    };
    entries(folder).into_iter().filter_map(file).collect()
}
