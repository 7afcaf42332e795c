//! A rate as reports have it: with its interval.

use pelicycle_statistics::Rate;
use serde::Serialize;

/// A rate with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateWithInterval {
    /// The number of hits.
    pub hits: u64,
    /// The number of cases.
    pub of: u64,
    /// Wilson's bounds at 95 %.
    pub interval: Option<(f64, f64)>,
}

impl From<Rate> for RateWithInterval {
    fn from(rate: Rate) -> RateWithInterval {
        let interval = rate.interval().map(|interval| (interval.low, interval.high));
        RateWithInterval { hits: rate.hits, of: rate.of, interval }
    }
}
