//! The cost of an attempt.

use serde::{Deserialize, Serialize};

use crate::TokenPrices;

/// The cost of an attempt, with the figures it was reckoned from: prices change, records don't.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CostRecord {
    /// The cost in US dollars.
    pub usd: f64,
    /// The source of that figure.
    pub source: CostSource,
    /// US dollars by the list price, where the service reported another figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<f64>,
    /// The list price, in US dollars for a million tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<TokenPrices>,
    /// The name of the price list, and its day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// US dollars for a kilowatt-hour, where energy is what it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_per_kwh: Option<f64>,
}

/// The source of a cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CostSource {
    /// The service reported it.
    Service,
    /// Reckoned from tokens and list prices.
    List,
    /// Reckoned from the energy that this machine counted.
    Energy,
}
