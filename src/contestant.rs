//! Who takes part: `-m` on the command line, settled to a model that can be asked.

use std::path::{Path, PathBuf};

use crate::attempt::ContestantRecord;
use crate::name;

/// The provider of models that run in this process.
const LOCAL: &str = "local";

/// The model inside this program.
const BUNDLED: &str = "hatchling";

/// A model as it was named, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contestant {
    /// How it is written down.
    pub record: ContestantRecord,
    /// Where its weights are.
    pub weights: Weights,
}

/// Where a local model's weights are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weights {
    /// In a file.
    File(PathBuf),
    /// In this program: hatchling's.
    Bundled,
}

impl Weights {
    /// What a run keeps to find them again.
    #[must_use]
    pub fn source(&self) -> String {
        match self {
            Weights::File(path) => path.to_string_lossy().into_owned(),
            Weights::Bundled => format!("{LOCAL}/{BUNDLED}"),
        }
    }

    /// The weights that [`Weights::source`] told of.
    #[must_use]
    pub fn of_source(source: &str) -> Weights {
        let bundled = Weights::Bundled;
        if source == bundled.source() { bundled } else { Weights::File(PathBuf::from(source)) }
    }
}

impl std::fmt::Display for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source())
    }
}

/// A name that leads to no model.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ContestantError {
    #[error("no model file at {}", path.display())]
    NoFile { path: PathBuf },
    #[error(
        "{name:?} names provider {provider:?}; this version knows \"local\": a path to a .gguf file, or local/NAME"
    )]
    Provider { name: String, provider: String },
    #[error("{name:?} is no model: give a path to a .gguf file, local/NAME, or hatchling")]
    Form { name: String },
    #[error("no local model {wanted:?} in {folders}; {there}")]
    Unknown { wanted: String, folders: String, there: String },
    #[error("local/{wanted} may be any of {names}; say more of the name")]
    Ambiguous { wanted: String, names: String },
}

impl Contestant {
    /// Finds the model that `named` means. `local/NAME` is looked for in `folders`; `local/hatchling` is the one
    /// inside this program.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(named: &str, folders: &[PathBuf]) -> Result<Contestant, ContestantError> {
        let path = Path::new(named);
        if path.is_file() {
            return Ok(Contestant::local(path));
        }
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf")) {
            return Err(ContestantError::NoFile { path: path.to_owned() });
        }
        match named.split_once('/') {
            Some((LOCAL, BUNDLED)) => Ok(Contestant::bundled()),
            None if named == BUNDLED => Ok(Contestant::bundled()),
            Some((LOCAL, wanted)) if !wanted.is_empty() => search(wanted, folders),
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Err(ContestantError::Provider { name: named.to_owned(), provider: provider.to_owned() })
            }
            _ => Err(ContestantError::Form { name: named.to_owned() }),
        }
    }

    /// The model in a file.
    #[must_use]
    pub fn local(path: &Path) -> Contestant {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Contestant::with_weights(stem, Weights::File(path.to_owned()))
    }

    /// The model inside this program.
    #[must_use]
    pub fn bundled() -> Contestant {
        Contestant::with_weights(BUNDLED.to_owned(), Weights::Bundled)
    }

    fn with_weights(stem: String, weights: Weights) -> Contestant {
        let record = ContestantRecord {
            slug: name::slug(&format!("{LOCAL}/{stem}")),
            label: stem.clone(),
            provider: LOCAL.to_owned(),
            model: stem,
            served: None,
            demonstration: false,
        };
        Contestant { record, weights }
    }
}

/// The one file in `folders` whose name is `wanted`, or begins with it.
fn search(wanted: &str, folders: &[PathBuf]) -> Result<Contestant, ContestantError> {
    let mut there: Vec<(String, PathBuf)> = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf")) {
                there.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path));
            }
        }
    }
    there.sort();
    let lower = wanted.to_lowercase();
    let exact: Vec<_> = there.iter().filter(|(stem, _)| stem.to_lowercase() == lower).collect();
    let begin = || there.iter().filter(|(stem, _)| stem.to_lowercase().starts_with(&lower)).collect();
    let found: Vec<_> = if exact.is_empty() { begin() } else { exact };
    let names = |list: &[&(String, PathBuf)]| {
        list.iter().map(|(stem, _)| format!("local/{stem}")).collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [(_, path)] => Ok(Contestant::local(path)),
        [] => Err(ContestantError::Unknown {
            wanted: wanted.to_owned(),
            folders: folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", "),
            there: match there.as_slice() {
                [] => "there is no .gguf file".to_owned(),
                all => format!("there are {}", names(&all.iter().collect::<Vec<_>>())),
            },
        }),
        many => Err(ContestantError::Ambiguous { wanted: wanted.to_owned(), names: names(many) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_path_by_name_and_by_the_beginning_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["SmolLM2-135M.Q4_1.gguf", "qwen3-a.gguf", "qwen3-b.gguf", "notes.txt"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        let folders = [folder.path().to_owned()];
        let path = folder.path().join("qwen3-a.gguf");
        let by_path = Contestant::find(path.to_str().unwrap(), &[]).unwrap();
        assert_eq!(by_path, Contestant::find("local/Qwen3-A", &folders).unwrap());
        assert_eq!(by_path.record.label, "qwen3-a");
        assert_eq!(Contestant::find("local/smollm2", &folders).unwrap().record.model, "SmolLM2-135M.Q4_1");
        let words = |name: &str| Contestant::find(name, &folders).unwrap_err().to_string();
        assert!(words("local/qwen3").contains("local/qwen3-a, local/qwen3-b"));
        assert!(words("local/llama").contains("there are local/SmolLM2-135M.Q4_1"));
        assert!(words("openai/gpt").contains("\"openai\""));
        assert!(words("gone.gguf").contains("no model file at gone.gguf"));
        assert!(words("pelican").contains("is no model"));
        let bundled = Contestant::find("local/hatchling", &folders).unwrap();
        assert_eq!(bundled, Contestant::find("hatchling", &[]).unwrap());
        assert_eq!(Weights::of_source(&bundled.weights.source()), Weights::Bundled);
        assert_eq!(Weights::of_source(&by_path.weights.source()), by_path.weights);
    }
}
