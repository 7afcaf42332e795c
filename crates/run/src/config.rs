//! `pelicycle.toml`: what a person does not want to type each time. Flags win over it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use pelicycle_models::ModelFolders;
use pelicycle_prompt::{PromptError, PromptLibrary};
use pelicycle_provider::ServiceEntry;
use pelicycle_record::{Rates, SamplingSettings};
use serde::{Deserialize, Deserializer};

use crate::section::{self, SamplingSection};
use crate::{ContestantEntry, LineupError, Lineups};

/// The file looked for in the working directory.
pub const CONFIG_FILE: &str = "pelicycle.toml";

/// What the file may say; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folders where `local/NAME` looks for model files; `models` when nothing is said.
    #[serde(default)]
    pub models: Vec<PathBuf>,
    /// A folder of prompts beside the bundled ones.
    pub prompts: Option<PathBuf>,
    /// What `run` does when the command line does not say.
    #[serde(default)]
    pub run: RunDefaults,
    /// Services by name: changes to known ones, and others.
    #[serde(default)]
    pub providers: BTreeMap<String, ServiceEntry>,
    /// Prices by `provider/model`, before any table's.
    #[serde(default)]
    pub prices: BTreeMap<String, Rates>,
    /// What a kilowatt-hour costs here, in US dollars: the cost of local models.
    pub usd_per_kwh: Option<f64>,
    /// Commands that print keys, by the variable that each stands for.
    #[serde(default)]
    pub keys: BTreeMap<String, Vec<String>>,
    /// Contestants with names of their own.
    #[serde(default)]
    contestants: BTreeMap<String, ContestantEntry>,
    /// Line-ups by name: contestants, models, other line-ups.
    #[serde(default)]
    lineups: BTreeMap<String, Vec<String>>,
}

/// What `run` does when the command line does not say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(remote = "Self")]
#[expect(missing_docs, reason = "each is the flag of the same name")]
pub struct RunDefaults {
    #[serde(default)]
    pub model: Vec<String>,
    #[serde(default)]
    pub prompt: Vec<String>,
    pub samples: Option<NonZeroU32>,
    pub max_cost: Option<f64>,
    pub threads: Option<NonZeroU32>,
    pub parallel: Option<NonZeroU32>,
    #[serde(skip)]
    pub sampling: SamplingSettings,
}

impl SamplingSection for RunDefaults {
    fn own<'de, D: Deserializer<'de>>(from: D) -> Result<RunDefaults, D::Error> {
        RunDefaults::deserialize(from)
    }

    fn set_sampling(&mut self, sampling: SamplingSettings) {
        self.sampling = sampling;
    }
}

impl<'de> Deserialize<'de> for RunDefaults {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<RunDefaults, D::Error> {
        section::read(from)
    }
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ConfigError {
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {message}", path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
}

impl Config {
    /// Reads the file at `path`, or [`CONFIG_FILE`] where none is given; that one need not be there.
    ///
    /// # Errors
    /// When it can't be read, or says what this version does not know.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        let text = match std::fs::read_to_string(path.unwrap_or(Path::new(CONFIG_FILE))) {
            Ok(text) => text,
            Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Config::default());
            }
            Err(source) => {
                return Err(ConfigError::Read {
                    path: path.unwrap_or(Path::new(CONFIG_FILE)).to_owned(),
                    source,
                });
            }
        };
        Config::parse(path.unwrap_or(Path::new(CONFIG_FILE)), &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: text[..error.span().map_or(0, |span| span.start)].matches('\n').count() + 1,
            message: error.message().to_owned(),
        })
    }

    /// The contestants and line-ups by name.
    ///
    /// # Errors
    /// When names clash or can't be used.
    pub fn lineups(&self) -> Result<Lineups, LineupError> {
        Lineups::new(self.contestants.clone(), self.lineups.clone())
    }

    /// The bundled prompts with those of `folder`, or else of the folder that the file names.
    ///
    /// # Errors
    /// When that folder's prompts can't be used.
    pub fn library(&self, folder: Option<&Path>) -> Result<PromptLibrary, PromptError> {
        match folder.or(self.prompts.as_deref()) {
            Some(folder) => PromptLibrary::with_dir(folder),
            None => Ok(PromptLibrary::bundled()),
        }
    }

    /// The places where model files are looked for, in this environment.
    #[must_use]
    pub fn places(&self) -> ModelFolders {
        ModelFolders::of_environment(self.model_folders())
    }

    fn model_folders(&self) -> Vec<PathBuf> {
        if self.models.is_empty() { vec![PathBuf::from("models")] } else { self.models.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_an_error_with_its_line() {
        let parse = |text| Config::parse(Path::new("p.toml"), text);
        let config = parse("models = [\"m\"]\n[run]\nsamples = 4\ntemperature = 0.5\n").unwrap();
        assert_eq!(
            (config.run.samples.unwrap().get(), config.model_folders()),
            (4, vec![PathBuf::from("m")])
        );
        assert_eq!(parse("").unwrap(), Config::default());
        let error = parse("models = []\n\n[run]\nsample = 4\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:4: ") && error.contains("sample"), "{error}");
        let error = parse("[run]\nthreads = 0\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:2: ") && error.contains("nonzero"), "{error}");
        let error = parse("[run]\nsamples = 2\nmax_tokens = 0\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: ") && error.contains("nonzero"), "{error}");
        let error = parse("[run]\n\ntop_k = 'many'\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: ") && error.contains("expected u32"), "{error}");
        let error = parse("[contestants.a]\nmodel = 'm'\ntop = 1\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: ") && error.contains("`label`"), "{error}");
        assert!(error.contains("`top_k`"), "a setting is a key as well: {error}");
        let error = parse("[run]\ntop_k = 1\ntop_k = 2\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: "), "{error}");
    }
}
