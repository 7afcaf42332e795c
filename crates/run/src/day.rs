//! Days in pelicycle.toml.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

/// A day, as TOML writes it or as a text.
pub(crate) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Toml(toml::value::Datetime),
        Text(String),
    }
    let text = match Day::deserialize(from)? {
        Day::Toml(day) => day.to_string(),
        Day::Text(text) => text,
    };
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("{text:?} is no day: {error}")))
}
