//! `pelicycle.toml`: what a person does not want to type each time. Flags win over it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use pelicycle_models::ModelFolders;
use pelicycle_prompt::{PromptError, PromptLibrary};
use pelicycle_provider::ServiceEntry;
use pelicycle_record::{SamplingSettings, TokenPrices};
use pelicycle_text::plain_file;
use serde::{Deserialize, Deserializer};

use crate::config_fault;
use crate::config_places::{CONFIG_FILE, ConfigPlaces};
use crate::section::{self, SamplingSection};
use crate::{ContestantEntry, LineupError, Lineups, SiteSection, one_or_many};

/// The longest file, in bytes.
const LONGEST: u64 = 4 << 20;

/// The settings in the configuration file; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folders where `local/NAME` looks for model files; `models` when nothing is said.
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub models: Vec<PathBuf>,
    /// A folder of prompts beside the bundled ones.
    pub prompts: Option<PathBuf>,
    /// The defaults of `run` where the command line does not say.
    #[serde(default)]
    pub run: RunDefaults,
    /// A gallery's description of itself.
    #[serde(default)]
    pub site: SiteSection,
    /// Services by name: changes to known ones, and others.
    #[serde(default)]
    pub providers: BTreeMap<String, ServiceEntry>,
    /// Prices by `provider/model`, before any table's.
    #[serde(default)]
    pub prices: BTreeMap<String, TokenPrices>,
    /// The price of a kilowatt-hour here, in US dollars: the cost of local models.
    pub usd_per_kwh: Option<f64>,
    /// Commands that print keys, by the variable that each stands for.
    #[serde(default, deserialize_with = "commands")]
    pub keys: BTreeMap<String, Vec<String>>,
    /// Contestants with names of their own.
    #[serde(default)]
    contestants: BTreeMap<String, ContestantEntry>,
    /// Line-ups by name: contestants, models, other line-ups.
    #[serde(default, deserialize_with = "one_or_many::lists")]
    lineups: BTreeMap<String, Vec<String>>,
    /// The places of names in the file.
    #[serde(skip)]
    pub(crate) written_at: ConfigPlaces,
}

/// The defaults of `run` where the command line does not say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(remote = "Self")]
#[expect(missing_docs, reason = "each is the flag of the same name")]
pub struct RunDefaults {
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub model: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub prompt: Vec<String>,
    pub samples: Option<NonZeroU32>,
    #[serde(default, deserialize_with = "section::looks")]
    pub looks: Option<u32>,
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

/// The reason why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ConfigError {
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {message}", path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
}

impl ConfigError {
    /// Whether it is a mistake of the one who wrote or named the file, and no failure.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        match self {
            ConfigError::Read { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
            ConfigError::Syntax { .. } => true,
        }
    }
}

/// The user's own configuration, whatever folder is worked in: what it says of services is trusted.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnConfig {
    /// Services by name: changes to known ones, and others.
    #[serde(default)]
    pub providers: BTreeMap<String, ServiceEntry>,
    /// Commands that print keys, by the variable that each stands for.
    #[serde(default, deserialize_with = "commands")]
    pub keys: BTreeMap<String, Vec<String>>,
}

impl OwnConfig {
    /// Reads the user's own file, where there is one.
    ///
    /// # Errors
    /// When it can't be read, or says what this version does not know.
    pub(crate) fn load() -> Result<OwnConfig, ConfigError> {
        let Some(path) = own_config_file() else { return Ok(OwnConfig::default()) };
        match plain_file::text_followed(&path, LONGEST) {
            Ok(text) => parse(&path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(OwnConfig::default()),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }
}

/// The user's own configuration file, where the system has a place for one.
#[must_use]
pub(crate) fn own_config_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match std::env::consts::OS {
        "windows" => set("APPDATA")?,
        _ => set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?,
    };
    Some(folder.join("pelicycle").join(CONFIG_FILE))
}

/// Commands as lists of words. A key that was written there itself is not repeated.
fn commands<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Command {
        Words(Vec<String>),
        Other(serde::de::IgnoredAny),
    }
    let read = BTreeMap::<String, Command>::deserialize(from)?;
    let words = read.into_iter().map(|(name, command)| match command {
        Command::Words(words) => Ok((name, words)),
        Command::Other(_) => Err(serde::de::Error::custom(format_args!(
            "keys.{name} must be a command as a list of words, such as [\"op\", \"read\", \"op://vault/item\"]; a \
             key itself must not stand in this file"
        ))),
    });
    words.collect()
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: text[..error.span().map_or(0, |span| span.start)].matches('\n').count() + 1,
        message: config_fault::words(error.message()),
    })
}

impl Config {
    /// Reads the file at `path`, or [`CONFIG_FILE`] where none is given; that one need not be there.
    ///
    /// # Errors
    /// When it can't be read, or says what this version does not know.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        // The user named one; the folder's own may be anything.
        let read = match path {
            Some(path) => plain_file::read_followed(path, LONGEST),
            None => plain_file::read(Path::new(CONFIG_FILE), LONGEST),
        };
        let no_text = |_| std::io::Error::other("it is no UTF-8 text");
        let text = match read.and_then(|bytes| String::from_utf8(bytes).map_err(no_text)) {
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
        let path = path.unwrap_or(Path::new(CONFIG_FILE));
        let written_at = ConfigPlaces::new(path, &text);
        Ok(Config { written_at, ..parse(path, &text)? })
    }

    /// The contestants and line-ups by name.
    ///
    /// # Errors
    /// When names clash or can't be used.
    pub fn lineups(&self) -> Result<Lineups, LineupError> {
        Lineups::new(self.contestants.clone(), self.lineups.clone(), self.written_at.clone())
    }

    /// The place of a word under a key such as `site.lead`, as in `pelicycle.toml:3`; the file alone where it is not known.
    #[must_use]
    pub fn place_of(&self, key: &str, word: &str) -> String {
        self.written_at.of(key, word)
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
        let parse = |text| parse::<Config>(Path::new("p.toml"), text);
        let config = parse("models = [\"m\"]\n[run]\nsamples = 4\ntemperature = 0.5\n").unwrap();
        assert_eq!(
            (config.run.samples.unwrap().get(), config.model_folders()),
            (4, vec![PathBuf::from("m")])
        );
        assert_eq!(parse("").unwrap(), Config::default());
        let error = parse("models = []\n\n[run]\nsample = 4\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:4: ") && error.contains("sample"), "{error}");
        let error = parse("[run]\nthreads = 0\n").unwrap_err().to_string();
        assert!(
            error.starts_with("p.toml:2: ") && error.ends_with("expected a whole number above zero"),
            "{error}"
        );
        let error = parse("[run]\nsamples = 2\nmax_tokens = 0\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: ") && error.contains("above zero"), "{error}");
        let error = parse("[run]\n\ntop_k = 'many'\n").unwrap_err().to_string();
        assert!(
            error.starts_with("p.toml:3: ") && error.ends_with("a text stands here, expected a whole number"),
            "{error}"
        );
        let error = parse("[contestants.a]\nmodel = 'm'\nzebra = 1\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: ") && error.contains("`label`"), "{error}");
        assert!(error.contains("`top_k`"), "a setting is a key as well: {error}");
        let error = parse("[run]\nmodle = 'm'\n").unwrap_err().to_string();
        assert_eq!(error, "p.toml:2: unknown key `modle`: did you mean \"model\"?");
        for (text, said) in [
            ("\nsamples = 3\n", "p.toml:2: unknown key `samples`; known here are `models`, `prompts`, `run`"),
            ("[defaults]\n", "p.toml:1: unknown key `defaults`; known here are"),
            ("[run]\ntop_p = 'hot'\n", "p.toml:2: a text stands here, expected a number"),
            ("[run]\neffort = 3\n", "p.toml:2: a number stands here, expected a text"),
            ("[run]\nprompt = 1.5\n", "p.toml:2: a number stands here, expected a text or a list"),
            ("[run]\nthinking = 1\n", "p.toml:2: a number stands here, expected true or false"),
            ("site = 3\n", "p.toml:1: a number stands here, expected a table"),
            (
                "[contestants.a]\nmodel = 'b/c'\nprice = 3\n",
                "p.toml:3: a number stands here, expected prices of tokens",
            ),
            ("models = true\n", "p.toml:1: true or false stands here, expected a text or a list"),
            ("[contestants.a]\nlabel = 'A'\n", "p.toml:1: the key `model` is missing"),
            ("[lineups.a]\nb = 'c'\n", "p.toml:1: a table stands here, expected a text or a list of texts"),
            ("[providers.x]\ndialect = 'chatt'\n", "p.toml:2: unknown value, expected one of `anthropic`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
        for (text, line) in [("[run]\nlooks = 17\n", 2), ("[contestants.a]\nmodel = 'm'\nlooks = 99\n", 3)] {
            let error = parse(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("p.toml:{line}: ")) && error.contains("at most 16"),
                "{error}"
            );
        }
        assert_eq!(parse("[run]\nlooks = 2\n").unwrap().run.looks, Some(2));
        let one = parse("models = 'm'\n[run]\nmodel = 'a/b'\n[lineups]\nmine = 'a/b'\n").unwrap();
        let list = parse("models = ['m']\n[run]\nmodel = ['a/b']\n[lineups]\nmine = ['a/b']\n").unwrap();
        assert_eq!(one, list, "a list of one may be written as its member");
        let one = parse("[site]\nlead = 'a'\n[site.labs.L]\ncolour = ''\nmodels = 'm'\nowners = 'o'\n")
            .unwrap()
            .site;
        assert_eq!(
            (one.lead, &one.labs["L"].models, &one.labs["L"].owners),
            (vec!["a".into()], &vec!["m".into()], &vec!["o".into()])
        );
        let site = "[site]\ntitle = 'T'\nlead = ['pelican']\n[site.models.'a/b']\nlab = ''\nreleased = 2026-06-01\n[site.labs.L]\ncolour = '#aabbcc'\n";
        let site = parse(site).unwrap().site;
        assert_eq!((site.title.as_deref(), site.labs["L"].colour.as_str()), (Some("T"), "#aabbcc"));
        assert_eq!(site.models["a/b"].released, Some("2026-06-01".parse().unwrap()));
        let error = parse("[site]\n[site.models.m]\nreleased = 'June'\n").unwrap_err().to_string();
        assert!(error.contains("is no day"), "{error}");
        let error = parse("[site]\nzebra = 'red'\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:2: ") && error.contains("`accent`"), "{error}");
        let error = parse("[run]\ntop_k = 1\ntop_k = 2\n").unwrap_err().to_string();
        assert!(error.starts_with("p.toml:3: "), "{error}");
    }
    #[test]
    fn no_value_is_repeated_since_it_may_be_a_key() {
        for text in [
            "[keys]\nA_KEY = \"sk-planted-1\"\n",
            "[keys]\nA_KEY = [[\"sk-planted-1\"]]\n",
            "[keys]\nA_KEY = { key = \"sk-planted-1\" }\n",
            "keys = \"sk-planted-1\"\n",
            "[providers.x]\nkey_env = \"sk-planted-1\"\n",
            "[providers.x]\nheaders = \"Bearer sk-planted-1\"\n",
            "[providers.x]\nconcurrency = \"sk-planted-1\"\n",
            "[providers.x]\ndialect = \"sk-planted-1\"\n",
            "[providers.x]\nkey_env = [\"sk-planted-1\n",
        ] {
            let error = parse::<Config>(Path::new("p.toml"), text).unwrap_err().to_string();
            assert!(error.starts_with("p.toml:") && !error.contains("planted"), "{text}: {error}");
            assert!(
                !format!("{:?}", parse::<OwnConfig>(Path::new("p.toml"), text).unwrap_err())
                    .contains("planted")
            );
        }
        let error = parse::<Config>(Path::new("p.toml"), "[keys]\nA_KEY = \"sk-planted-1\"\n").unwrap_err();
        assert!(error.to_string().contains("keys.A_KEY must be a command as a list"), "{error}");
    }
}
