//! A contestant with a name of its own: `[contestants.NAME]` of pelicycle.toml.

use std::path::PathBuf;

use jiff::civil::Date;
use pelicycle_record::{SamplingSettings, TokenPrices};
use serde::{Deserialize, Deserializer};

use crate::day::day;
use crate::one_or_many;
use crate::section::{self, SamplingSection};

/// A contestant as pelicycle.toml describes it. Settings that are left out are those of the run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(remote = "Self")]
pub struct ContestantEntry {
    /// The model, as `-m` takes it.
    pub model: String,
    /// The name for people; the contestant's own name when nothing is said.
    pub label: Option<String>,
    /// Other names of it on the command line.
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub aliases: Vec<String>,
    /// The day the model came out.
    #[serde(default, deserialize_with = "day")]
    pub released: Option<Date>,
    /// Its price, before any table.
    pub price: Option<TokenPrices>,
    /// A file with the chat template of a local model, in place of its own.
    pub template: Option<PathBuf>,
    /// The most looks after each of its first attempts.
    #[serde(default, deserialize_with = "section::looks")]
    pub looks: Option<u32>,
    /// The projector file with which a local model sees pictures, in place of one beside it.
    pub projector: Option<PathBuf>,
    /// The settings that it is asked with.
    #[serde(skip)]
    pub sampling: SamplingSettings,
}

impl SamplingSection for ContestantEntry {
    fn own<'de, D: Deserializer<'de>>(from: D) -> Result<ContestantEntry, D::Error> {
        ContestantEntry::deserialize(from)
    }

    fn set_sampling(&mut self, sampling: SamplingSettings) {
        self.sampling = sampling;
    }
}

impl<'de> Deserialize<'de> for ContestantEntry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ContestantEntry, D::Error> {
        section::read(from)
    }
}
