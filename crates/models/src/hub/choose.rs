//! Choosing the files of a repository that are meant.

use super::error::HubError;
use super::spec::{FileChoice, ModelSpec};
use super::tree::RepoFile;
use crate::listing::piece_of;
use crate::{ModelFileName, SplitPart};

/// The quantizations that are taken where none is asked for, in this order; then the first by name that is quantized. The first is what
/// llama.cpp takes, the others are its nearest in size and care. A variant of one, as `UD-Q4_K_M`, comes before the next.
const USUAL: [&str; 5] = ["Q4_K_M", "Q4_K_S", "Q4_K_XL", "Q4_0", "Q8_0"];

/// A model of a repository: its file, or all files of a split one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Offer {
    /// The path of its file, without the part of a split model.
    path: String,
    quantization: Option<String>,
    /// The number of files that it must have.
    count: u32,
    /// The number of pieces into which the file was cut anywhere, so that none can be read by itself.
    cut: Option<u32>,
    files: Vec<RepoFile>,
}

impl Offer {
    fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    fn is_quantized(&self, tag: &str) -> bool {
        self.quantization.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(tag))
    }

    /// Whether the weights are floats: several times as large as quantized ones, and hardly better.
    fn is_floats(&self) -> bool {
        ["F32", "F16", "BF16", "FP16", "FP32"].iter().any(|tag| self.is_quantized(tag))
    }

    /// Whether the quantization is this one with a word before it, as in `UD-Q4_K_XL`.
    fn is_variant(&self, tag: &str) -> bool {
        let own = self.quantization.as_ref().and_then(|own| own.split_once('-'));
        own.is_some_and(|(_, own)| own.eq_ignore_ascii_case(tag))
    }
}

/// The files to fetch, those of a split model in their order.
///
/// # Errors
/// When none fits, several fit, or parts are missing.
pub(super) fn choose(wanted: &ModelSpec, files: Vec<RepoFile>) -> Result<Vec<RepoFile>, HubError> {
    if let FileChoice::File(path) = &wanted.what
        && is_projector(path)
        && let Some(file) = files.iter().find(|file| file.path == *path)
    {
        return Ok(vec![file.clone()]);
    }
    let offers = offers(files);
    let shown = |offers: &[Offer]| {
        let tag = |offer: &Offer| offer.quantization.clone().unwrap_or_else(|| "-".to_owned());
        offers.iter().map(|offer| (tag(offer), offer.bytes(), offer.path.clone())).collect()
    };
    let repo = &wanted.repo;
    let fitting: Vec<&Offer> = match &wanted.what {
        FileChoice::Usual => {
            let whole = || offers.iter().filter(|offer| offer.cut.is_none());
            let usual = USUAL.iter().find_map(|tag| {
                let variant = || whole().find(|offer| offer.is_variant(tag));
                whole().find(|offer| offer.is_quantized(tag)).or_else(variant)
            });
            let quantized = || whole().find(|offer| !offer.is_floats());
            usual.or_else(quantized).or(whole().next()).or(offers.first()).into_iter().collect()
        }
        FileChoice::Quantization(tag) => {
            let exact: Vec<_> = offers.iter().filter(|offer| offer.is_quantized(tag)).collect();
            let variants = || offers.iter().filter(|offer| offer.is_variant(tag)).collect();
            if exact.is_empty() { variants() } else { exact }
        }
        FileChoice::File(path) => offers
            .iter()
            .filter(|offer| offer.files.iter().any(|file| file.path == *path) || offer.path == *path)
            .collect(),
    };
    match fitting.as_slice() {
        [] if offers.is_empty() => {
            Err(HubError::NoModels { repo: repo.clone(), revision: wanted.revision.clone() })
        }
        [] => Err(HubError::NoSuchFile { wanted: wanted.clone(), there: shown(&offers) }),
        [Offer { path, cut: Some(pieces), .. }] => {
            Err(HubError::InPieces { repo: repo.clone(), file: path.clone(), pieces: *pieces })
        }
        [offer] => {
            let missing =
                offer.count - u32::try_from(offer.files.len()).unwrap_or(offer.count).min(offer.count);
            match missing {
                0 => Ok(offer.files.clone()),
                _ => Err(HubError::PartsMissing { repo: repo.clone(), file: offer.path.clone(), missing }),
            }
        }
        many => {
            let many: Vec<Offer> = many.iter().map(|&offer| offer.clone()).collect();
            Err(HubError::SeveralFiles { wanted: wanted.clone(), there: shown(&many) })
        }
    }
}

/// Whether a file is what models see with, and no model: it is fetched when it is named.
fn is_projector(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.contains("mmproj") && name.ends_with(".gguf")
}

/// The models of a repository, by name.
fn offers(mut files: Vec<RepoFile>) -> Vec<Offer> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    let mut offers: Vec<Offer> = Vec::new();
    for file in files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let piece = piece_of(name);
        let cut = piece.map(|(.., count)| count);
        let Some(name) = ModelFileName::parse(piece.map_or(name, |(whole, ..)| whole)) else { continue };
        let count = name.part.map_or(1, |part: SplitPart| part.count);
        let path = match folder {
            "" => format!("{}.gguf", name.stem),
            folder => format!("{folder}/{}.gguf", name.stem),
        };
        // Where the name does not tell, the folder may.
        let quantization = name.quantization.or_else(|| {
            let last = folder.rsplit('/').next()?;
            ModelFileName::parse(&format!("x-{last}.gguf"))?.quantization
        });
        match offers.last_mut() {
            Some(last)
                if (name.part.is_some() || cut.is_some())
                    && (&last.path, last.count, last.cut) == (&path, count, cut) =>
            {
                last.files.push(file);
            }
            _ => offers.push(Offer { path, quantization, count, cut, files: vec![file] }),
        }
    }
    offers
}

#[cfg(test)]
mod published;

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn chosen(spec: &str, paths: &[&str]) -> Result<Vec<String>, HubError> {
        let files =
            paths.iter().map(|path| RepoFile { path: (*path).to_owned(), bytes: 5_000_000_000, sum: None });
        choose(&ModelSpec::parse(spec, None).unwrap(), files.collect())
            .map(|files| files.into_iter().map(|file| file.path).collect())
    }

    const ALL: [&str; 7] = [
        "M-Q8_0.gguf",
        "M-Q4_K_M.gguf",
        "M-UD-Q4_K_XL.gguf",
        "M-UD-Q4_K_M.gguf",
        "BF16/M-BF16-00002-of-00002.gguf",
        "BF16/M-BF16-00001-of-00002.gguf",
        "mmproj-F16.gguf",
    ];

    #[test]
    fn a_file_that_was_cut_into_pieces_is_told_and_passed_over_for_whole_ones() {
        let cut = ["M.Q8_0.gguf.part2of2", "M.Q8_0.gguf.part1of2"];
        for spec in ["a/b", "a/b:q8_0", "a/b/M.Q8_0.gguf"] {
            let error = chosen(spec, &cut).unwrap_err().to_string();
            assert!(error.contains("2 pieces") && error.contains("M.Q8_0.gguf.part1of2"), "{spec}: {error}");
        }
        let both = [cut[0], cut[1], "M.Q2_K.gguf"];
        assert_eq!(chosen("a/b", &both).unwrap(), ["M.Q2_K.gguf"]);
        assert!(matches!(chosen("a/b:Q8_0", &both), Err(HubError::InPieces { .. })));
    }

    #[test]
    fn a_quantization_is_found_in_any_case() {
        assert_eq!(chosen("a/b:q8_0", &ALL).unwrap(), ["M-Q8_0.gguf"]);
        assert_eq!(chosen("a/b:Q4_K_M", &ALL).unwrap(), ["M-Q4_K_M.gguf"]);
        assert_eq!(chosen("a/b:ud-q4_k_m", &ALL).unwrap(), ["M-UD-Q4_K_M.gguf"]);
        assert_eq!(chosen("a/b:Q4_K_XL", &ALL).unwrap(), ["M-UD-Q4_K_XL.gguf"], "there is no plain one");
    }

    #[test]
    fn all_parts_of_a_split_model_are_taken_in_order() {
        let parts = ["BF16/M-BF16-00001-of-00002.gguf", "BF16/M-BF16-00002-of-00002.gguf"];
        assert_eq!(chosen("a/b:bf16", &ALL).unwrap(), parts);
        assert_eq!(chosen("a/b/BF16/M-BF16-00002-of-00002.gguf", &ALL).unwrap(), parts);
        assert_eq!(
            chosen("a/b:q2_k", &["Q2_K/M-00001-of-00001.gguf"]).unwrap().len(),
            1,
            "told by the folder"
        );
        let error = chosen("a/b:bf16", &ALL[..5]).unwrap_err().to_string();
        assert!(error.contains("1 part of BF16/M-BF16.gguf is missing"), "{error}");
    }

    #[test]
    fn without_a_quantization_the_usual_one_is_taken() {
        assert_eq!(chosen("a/b", &ALL).unwrap(), ["M-Q4_K_M.gguf"]);
        assert_eq!(chosen("a/b", &["M-Q8_0.gguf", "M-Q2_K.gguf"]).unwrap(), ["M-Q8_0.gguf"]);
        let dynamic =
            ["M-Q8_0.gguf", "M-UD-Q4_K_M.gguf", "M-UD-Q4_K_XL.gguf", "M-Q4_0.gguf", "M-i1-Q4_K_S.gguf"];
        assert_eq!(
            chosen("a/b", &dynamic).unwrap(),
            ["M-UD-Q4_K_M.gguf"],
            "a variant of the usual one first"
        );
        assert_eq!(chosen("a/b", &dynamic[2..]).unwrap(), ["M-i1-Q4_K_S.gguf"]);
        assert_eq!(chosen("a/b", &["M-Q8_0.gguf", "M-UD-Q4_K_XL.gguf"]).unwrap(), ["M-UD-Q4_K_XL.gguf"]);
        assert_eq!(chosen("a/b", &["n.gguf", "M-Q2_K.gguf"]).unwrap(), ["M-Q2_K.gguf"]);
    }

    #[test]
    fn what_is_not_there_or_not_clear_is_answered_with_what_is_there() {
        let error = chosen("a/b:Q3_K", &ALL).unwrap_err().to_string();
        assert!(error.contains("a/b has no \"Q3_K\""), "{error}");
        for line in ["\n  Q4_K_M        5.0 GB  M-Q4_K_M.gguf", "\n  BF16         10.0 GB  BF16/M-BF16.gguf"]
        {
            assert!(error.contains(line), "{error}");
        }
        let error = chosen("a/b:q8_0", &["x-Q8_0.gguf", "y-Q8_0.gguf"]).unwrap_err().to_string();
        assert!(error.contains("may be any of") && error.contains("OWNER/REPO/FILE.gguf"), "{error}");
        assert_eq!(chosen("a/b/mmproj-F16.gguf", &ALL).unwrap(), ["mmproj-F16.gguf"]);
        assert!(chosen("a/b", &["mmproj-F16.gguf"]).unwrap_err().to_string().contains("no GGUF model"));
    }
}
