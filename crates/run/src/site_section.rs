//! `[site]` of pelicycle.toml: what a gallery says of itself, and what its keeper knows of models.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;

use crate::day::day;
use crate::one_or_many;

/// A gallery's description of itself. Everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteSection {
    /// The title of the first page, and the site's name where somebody links to it.
    pub title: Option<String>,
    /// A sentence that says what the site is.
    pub description: Option<String>,
    /// The person or group that keeps it.
    pub author: Option<String>,
    /// The keeper's own page.
    pub link: Option<String>,
    /// A PNG for the head of every page.
    pub logo: Option<PathBuf>,
    /// The colour that stands out: `#rrggbb`.
    pub accent: Option<String>,
    /// The language of these words, as in HTML: `de`.
    pub language: Option<String>,
    /// A line for the foot of every page.
    pub footer: Option<String>,
    /// Prompts that hang first, by id.
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub lead: Vec<String>,
    /// Labs by name, before the table that ships.
    #[serde(default)]
    pub labs: BTreeMap<String, SiteLab>,
    /// Models by the name that they are asked by.
    #[serde(default)]
    pub models: BTreeMap<String, SiteModel>,
}

/// A lab, and which models are its own.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteLab {
    /// The colour of its dot and its line in charts: `#rrggbb`.
    pub colour: String,
    /// Words that its models' names begin with, in small letters.
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub models: Vec<String>,
    /// Owners of repositories whose models are its own.
    #[serde(default, deserialize_with = "one_or_many::list")]
    pub owners: Vec<String>,
}

/// The known facts of a model.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteModel {
    /// The lab; empty where it is not the one that the name would tell, and not known.
    pub lab: Option<String>,
    /// The day when it came out.
    #[serde(default, deserialize_with = "day")]
    pub released: Option<Date>,
}
