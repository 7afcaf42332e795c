//! Models in several files, named `NAME-00001-of-00003.gguf` and on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::GgufFault;
use super::value::MetadataValue;

/// A file's place in a split model, as it says itself.
pub(super) struct SplitInfo {
    /// This part, from 0.
    pub(super) number: u64,
    /// All parts.
    pub(super) count: u64,
    /// Tensors in all parts together, where it is said.
    pub(super) tensors: Option<u64>,
}

impl SplitInfo {
    /// `None` for a model in one file.
    pub(super) fn of(metadata: &BTreeMap<String, MetadataValue>) -> Result<Option<SplitInfo>, GgufFault> {
        let Some(count) = integer(metadata, "split.count")?.filter(|&count| count > 1) else {
            return Ok(None);
        };
        let number =
            integer(metadata, "split.no")?.ok_or_else(|| GgufFault::MissingKey("split.no".to_owned()))?;
        Ok(Some(SplitInfo { number, count, tensors: integer(metadata, "split.tensors.count")? }))
    }
}

fn integer(metadata: &BTreeMap<String, MetadataValue>, key: &str) -> Result<Option<u64>, GgufFault> {
    let Some(value) = metadata.get(key) else { return Ok(None) };
    match value.as_integer().and_then(|n| u64::try_from(n).ok()) {
        Some(n) => Ok(Some(n)),
        None => Err(GgufFault::KeyType { key: key.into(), expected: "a count", found: value.describe() }),
    }
}

/// The path of part `number` (from 0), made from the path of any part; `None` when that is not named like one.
pub(super) fn part_path(any: &Path, number: u64, count: u64) -> Option<PathBuf> {
    let name = any.file_name()?.to_str()?;
    let (stem, extension) =
        name.rsplit_once('.').filter(|(_, extension)| extension.eq_ignore_ascii_case("gguf"))?;
    let stem = stem.strip_suffix(&format!("-of-{count:05}"))?;
    let (stem, digits) = stem.rsplit_once('-')?;
    (digits.len() >= 5 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| any.with_file_name(format!("{stem}-{:05}-of-{count:05}.{extension}", number + 1)))
}

/// The number of a piece and of all pieces, of a file that was cut anywhere into `NAME.gguf.part1of2` and on; its name
/// before. Such pieces are no parts of a split model: they have to be joined.
pub(super) fn cut_piece(path: &Path) -> Option<(String, u64, u64)> {
    let name = path.file_name()?.to_str()?;
    let (whole, piece) = name.rsplit_once(".part")?;
    let (number, count) = piece.split_once("of")?;
    let (number, count) = (number.parse().ok()?, count.parse().ok()?);
    (whole.to_ascii_lowercase().ends_with(".gguf") && (1..=count).contains(&number))
        .then(|| (whole.to_owned(), number, count))
}
