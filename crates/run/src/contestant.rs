//! The contestants that take part: `-m` on the command line, settled to a model that can be asked.

use std::path::{Path, PathBuf};

use pelicycle_models::{Inventory, ModelFile, ModelFileName, ModelFolders, ModelNameError};
use pelicycle_record::{ContestantRecord, LOCAL, RunContestant};

use pelicycle_text::{did_you_mean, near};

use crate::participant::{BUNDLED, Participant};
use crate::price::PriceTable;

/// The provider of replies that lie ready in a folder.
const FOLDER: &str = "folder";

/// The provider of a reply on standard input.
const INPUT: &str = "stdin";

/// A model as it was named, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contestant {
    /// Its record, as it is written down.
    pub record: ContestantRecord,
    /// The source of its replies.
    pub model: ContestantModel,
    /// The model file that was found, where it was named by `local/NAME`.
    pub found: Option<ModelFile>,
}

/// The source of a contestant's replies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContestantModel {
    /// Weights, in the engine of this process.
    Local(WeightsLocation),
    /// The service that the record names as its provider.
    Remote,
    /// Nobody: its replies lie ready.
    Given(RepliesSource),
}

/// A source where replies lie ready, that nobody has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepliesSource {
    /// In a folder of files.
    Folder(PathBuf),
    /// On standard input.
    Input,
}

impl RepliesSource {
    /// The words that a run keeps to find them again.
    #[must_use]
    pub fn source(&self) -> String {
        match self {
            RepliesSource::Folder(path) => path.to_string_lossy().into_owned(),
            RepliesSource::Input => INPUT.to_owned(),
        }
    }
}

/// The place of a local model's weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WeightsLocation {
    /// In a file.
    File(PathBuf),
    /// In this program: hatchling's.
    Bundled,
}

impl WeightsLocation {
    /// The words that a run keeps to find them again.
    #[must_use]
    pub fn source(&self) -> String {
        match self {
            WeightsLocation::File(path) => path.to_string_lossy().into_owned(),
            WeightsLocation::Bundled => format!("{LOCAL}/{BUNDLED}"),
        }
    }

    /// The weights that [`WeightsLocation::source`] told of.
    #[must_use]
    fn of_source(source: &str) -> WeightsLocation {
        let bundled = WeightsLocation::Bundled;
        if source == bundled.source() { bundled } else { WeightsLocation::File(PathBuf::from(source)) }
    }
}

impl std::fmt::Display for WeightsLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source())
    }
}

/// The question whether a model was meant whose own name is or is like this one.
pub(crate) fn models_like(named: &str) -> String {
    did_you_mean(&priced_models_like(named).iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whole names of models whose own name is or is like this one, three at most: known are the one inside pelicycle and those of
/// services that have a price.
#[must_use]
pub fn priced_models_like(named: &str) -> Vec<String> {
    let table = PriceTable::bundled();
    let priced = || table.models.keys().filter_map(|whole| Some((whole.as_str(), whole.split_once('/')?.1)));
    let known = || priced().chain([(BUNDLED, BUNDLED)]);
    let mut meant: Vec<&str> = known().filter(|(_, own)| *own == named).map(|(whole, _)| whole).collect();
    if meant.is_empty() {
        let like = near(named, known().map(|(_, own)| own));
        meant = like.iter().filter_map(|own| Some(known().find(|(_, other)| other == own)?.0)).collect();
    }
    meant.into_iter().take(3).map(str::to_owned).collect()
}

/// A name that leads to no model.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ContestantError {
    #[error("no model file at {}", path.display())]
    NoFile { path: PathBuf },
    #[error("{name:?} is no model{}", forms(meant))]
    Form { name: String, meant: String },
    #[error(
        "{name:?} is a service, and no model of it: say {name}/MODEL; `pelicycle doctor {name}` tells which models it has"
    )]
    Service { name: String },
    #[error("no folder of replies at {}", path.display())]
    NoFolder { path: PathBuf },
    #[error(transparent)]
    Name(#[from] ModelNameError),
    #[error("{place}: {key}: {source}")]
    Configured { place: String, key: String, source: Box<ContestantError> },
}

/// The forms in which a model is named, after the one that may have been meant.
fn forms(meant: &str) -> String {
    let all = "a path to a .gguf file, local/NAME, PROVIDER/MODEL, or hatchling";
    if meant.is_empty() { format!(": give {all}") } else { format!("{meant} A model is {all}") }
}

impl ContestantError {
    /// The same error, where something is known of who can be asked: services by name, and what else may have been meant.
    pub(crate) fn with_known<'a>(
        self,
        services: impl IntoIterator<Item = &'a str>,
        elsewhere: impl FnOnce(&str) -> String,
    ) -> ContestantError {
        let ContestantError::Form { name, meant } = self else { return self };
        let service = name.strip_suffix('/').unwrap_or(&name);
        if services.into_iter().any(|known| known == service) {
            return ContestantError::Service { name: service.to_owned() };
        }
        let own = elsewhere(&name);
        ContestantError::Form { name, meant: if own.is_empty() { meant } else { own } }
    }
}

impl Contestant {
    /// Finds the model that `named` means. `local/NAME` is looked for in `places`; `local/hatchling` is the one
    /// inside this program. `folder/PATH` are replies in files, `stdin/NAME` is one on standard input. Any other
    /// `PROVIDER/MODEL` is a service's, which is not asked whether it has it: all after the first slash is its own name
    /// for the model.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(named: &str, places: &ModelFolders) -> Result<Contestant, ContestantError> {
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
            Some((LOCAL, wanted)) if !wanted.is_empty() => {
                Ok(Contestant::found(Inventory::scan(places).find(wanted)?))
            }
            Some((FOLDER, path)) if !path.is_empty() => Contestant::folder(Path::new(path)),
            Some((INPUT, name)) if !name.trim().is_empty() => Ok(Contestant {
                model: ContestantModel::Given(RepliesSource::Input),
                ..Contestant::remote(INPUT, name)
            }),
            Some((provider, model))
                if !matches!(provider, "" | LOCAL | "." | "..") && !model.trim().is_empty() =>
            {
                Ok(Contestant::remote(provider, model))
            }
            _ => Err(ContestantError::Form { name: named.to_owned(), meant: models_like(named) }),
        }
    }

    /// The model in a file.
    #[must_use]
    pub fn local(path: &Path) -> Contestant {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = ModelFileName::parse(&name).map_or_else(
            || path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            |name| name.stem,
        );
        Contestant::with_weights(&stem, WeightsLocation::File(path.to_owned()))
    }

    /// A model that was found on this machine.
    #[must_use]
    pub fn found(found: &ModelFile) -> Contestant {
        let weights = WeightsLocation::File(found.path().to_owned());
        Contestant { found: Some(found.clone()), ..Contestant::with_weights(&found.stem, weights) }
    }

    /// The model inside this program.
    #[must_use]
    pub fn bundled() -> Contestant {
        Contestant::with_weights(BUNDLED, WeightsLocation::Bundled)
    }

    /// A model of a service.
    #[must_use]
    pub fn remote(provider: &str, model: &str) -> Contestant {
        Contestant {
            record: ContestantRecord::new(provider, model),
            model: ContestantModel::Remote,
            found: None,
        }
    }

    /// Replies in a folder, under its name.
    fn folder(path: &Path) -> Result<Contestant, ContestantError> {
        let whole = path.canonicalize().ok().filter(|whole| whole.is_dir());
        let whole = whole.ok_or_else(|| ContestantError::NoFolder { path: path.to_owned() })?;
        let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let model = ContestantModel::Given(RepliesSource::Folder(path.to_owned()));
        Ok(Contestant { model, ..Contestant::remote(FOLDER, &name) })
    }

    /// The contestant that a run's record tells of.
    #[must_use]
    pub(crate) fn of_record(who: &RunContestant) -> Contestant {
        let model = match who.record.provider.as_str() {
            LOCAL => ContestantModel::Local(WeightsLocation::of_source(&who.source)),
            FOLDER => ContestantModel::Given(RepliesSource::Folder(PathBuf::from(&who.source))),
            INPUT => ContestantModel::Given(RepliesSource::Input),
            _ => ContestantModel::Remote,
        };
        Contestant { record: who.record.clone(), model, found: None }
    }

    /// Takes on the name, label and date that pelicycle.toml gives it.
    pub fn named(&mut self, chosen: &Participant) {
        if let Some(own) = &chosen.name {
            self.record.slug.clone_from(own);
            self.record.label.clone_from(own);
        }
        if let Some(label) = &chosen.entry.label {
            self.record.label.clone_from(label);
        }
        self.record.released = chosen.entry.released;
    }

    /// Whether its replies lie ready.
    #[must_use]
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.model, ContestantModel::Given(_))
    }

    /// Whether it runs in this process.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.model, ContestantModel::Local(_))
    }

    fn with_weights(stem: &str, weights: WeightsLocation) -> Contestant {
        Contestant {
            record: ContestantRecord::new(LOCAL, stem),
            model: ContestantModel::Local(weights),
            found: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_path_by_name_and_by_the_beginning_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["SmolLM2-135M.Q4_1.gguf", "qwen3-a.gguf", "qwen3-b.gguf", "notes.txt"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let places = ModelFolders { folders: vec![folder.path().to_owned()], ..ModelFolders::default() };
        let path = folder.path().join("qwen3-a.gguf");
        let by_path = Contestant::find(path.to_str().unwrap(), &ModelFolders::default()).unwrap();
        let by_name = Contestant::find("local/Qwen3-A", &places).unwrap();
        assert_eq!((&by_path.record, &by_path.model), (&by_name.record, &by_name.model));
        assert_eq!(by_path.record.label, "qwen3-a");
        assert_eq!(Contestant::find("local/smollm2", &places).unwrap().record.model, "SmolLM2-135M.Q4_1");
        let words = |name: &str| Contestant::find(name, &places).unwrap_err().to_string();
        let either = words("local/qwen3");
        assert!(either.contains("\n  local/qwen3-a ") && either.contains("\n  local/qwen3-b "), "{either}");
        assert!(words("local/llama").contains("there are local/smollm2-135m, local/qwen3-a"));
        assert!(words("gone.gguf").contains("no model file at gone.gguf"));
        let bundled = Contestant::find("local/hatchling", &places).unwrap();
        assert_eq!(bundled, Contestant::find("hatchling", &ModelFolders::default()).unwrap());
        for found in [bundled, by_path] {
            let ContestantModel::Local(weights) = found.model else { panic!("{found:?}") };
            assert_eq!(WeightsLocation::of_source(&weights.source()), weights);
        }
    }

    #[test]
    fn a_services_model_is_split_from_its_provider_at_the_first_slash_alone() {
        let find = |name: &str| Contestant::find(name, &ModelFolders::default());
        let remote = find("openrouter/anthropic/claude-opus-4.7").unwrap();
        assert_eq!(
            (remote.record.provider.as_str(), &remote.model),
            ("openrouter", &ContestantModel::Remote)
        );
        assert_eq!(remote.record.model, "anthropic/claude-opus-4.7");
        for name in ["pelican", "/x", "openai/", "../gone"] {
            assert!(find(name).unwrap_err().to_string().contains("is no model"), "{name}");
        }
        for (name, begin) in [
            ("hatchlign", "\"hatchlign\" is no model: did you mean \"hatchling\"? A model is a path"),
            ("gpt-4o", "\"gpt-4o\" is no model: did you mean \"openai/gpt-4o\"? A model is a path"),
            ("zebra", "\"zebra\" is no model: give a path to a .gguf file"),
            (
                "ollama/",
                "\"ollama\" is a service, and no model of it: say ollama/MODEL; `pelicycle doctor ollama`",
            ),
            ("heorn", "\"heorn\" is no model: did you mean \"heron\"?"),
        ] {
            let error = find(name).unwrap_err().with_known(["openai", "ollama"], |named| match named {
                "heorn" => ": did you mean \"heron\"?".to_owned(),
                _ => String::new(),
            });
            assert!(error.to_string().starts_with(begin), "{error}");
        }
    }

    #[test]
    fn all_parts_of_a_split_model_are_one_contestant() {
        let folder = tempfile::tempdir().unwrap();
        for part in 1..=2 {
            std::fs::write(folder.path().join(format!("Big-Q8_0-0000{part}-of-00002.gguf")), b"x").unwrap();
        }
        let places = ModelFolders { folders: vec![folder.path().to_owned()], ..ModelFolders::default() };
        let found = Contestant::find("local/big", &places).unwrap();
        assert_eq!(found.record.model, "Big-Q8_0");
        let first = folder.path().join("Big-Q8_0-00001-of-00002.gguf");
        assert_eq!(found.model, ContestantModel::Local(WeightsLocation::File(first.clone())));
        assert_eq!(Contestant::local(&first).record, found.record);
        std::fs::remove_file(folder.path().join("Big-Q8_0-00002-of-00002.gguf")).unwrap();
        let error = Contestant::find("local/big", &places).unwrap_err().to_string();
        assert!(error.contains("local/big is not whole: 1 of its files"), "{error}");
    }
}
