//! The tariff by which the requests of a contestant are charged.

use pelicycle_record::{CostRecord, CostSource, SamplingSettings, Usage, cost};

use crate::ModelPrice;

/// Tokens of the longest reply of a model of which nothing is known: the most that any service allows today.
const LONGEST_REPLY: u64 = 128_000;

/// Tokens that services put around a prompt, at most: some have instructions of their own.
const TEMPLATE: u64 = 1_000;

/// Joules in a kilowatt-hour.
const JOULES_PER_KWH: f64 = 3.6e6;

/// The rule by which the requests of a contestant are charged.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Tariff {
    /// Nothing is known: a service without a list price, or a server on some machine.
    #[default]
    Unknown,
    /// Tokens.
    Tokens {
        /// The list price.
        price: ModelPrice,
        /// The source of the list, and its day.
        list: String,
    },
    /// The energy that this machine takes.
    Energy {
        /// US dollars for a kilowatt-hour, where that was said.
        usd_per_kwh: Option<f64>,
    },
}

/// The tokens and energy that a request took, and the cost that its service told.
#[derive(Debug, Clone, Copy)]
pub struct ResourceUse<'a> {
    /// Its tokens.
    pub usage: &'a Usage,
    /// The cost by the service's own account.
    pub reported: Option<f64>,
    /// The energy that it took of this machine.
    pub joules: Option<f64>,
    /// It was asked in a batch.
    pub batch: bool,
}

impl Tariff {
    /// The cost of a request; `None` where that is not known.
    #[must_use]
    pub fn record(&self, taken: ResourceUse<'_>) -> Option<CostRecord> {
        let rates = match self {
            Tariff::Tokens { price, .. } => price.rates(taken.usage.input.unwrap_or(0), taken.batch),
            Tariff::Unknown | Tariff::Energy { .. } => None,
        };
        let listed = rates.and_then(|rates| cost(taken.usage, rates));
        let mut record = CostRecord {
            usd: 0.0,
            source: CostSource::Service,
            listed: None,
            rates: rates.cloned().filter(|_| listed.is_some()),
            list: match self {
                Tariff::Tokens { list, .. } if listed.is_some() => Some(list.clone()),
                _ => None,
            },
            usd_per_kwh: None,
        };
        let reported = taken.reported.filter(|usd| usd.is_finite() && *usd >= 0.0);
        match (reported, listed, self, taken.joules) {
            (Some(usd), listed, ..) => (record.usd, record.listed) = (usd, listed),
            (None, Some(usd), ..) => (record.usd, record.source) = (usd, CostSource::List),
            (None, None, Tariff::Energy { usd_per_kwh: Some(price) }, Some(joules)) => {
                record.usd = joules / JOULES_PER_KWH * price;
                record.source = CostSource::Energy;
                record.usd_per_kwh = Some(*price);
            }
            _ => return None,
        }
        Some(record)
    }

    /// The most that a request can cost, alone or in a batch: with the longest reply that its settings, or else the
    /// model, allow. `None` where no price is known.
    #[must_use]
    pub fn most(&self, prompt: &str, settings: &SamplingSettings, batch: bool) -> Option<f64> {
        // A token is at least a byte of the prompt; templates add some.
        self.most_after(prompt.len() as u64 + TEMPLATE, settings, batch)
    }

    /// As [`Tariff::most`], for so many tokens of input at most.
    #[must_use]
    pub(crate) fn most_after(&self, input: u64, settings: &SamplingSettings, batch: bool) -> Option<f64> {
        self.forecast(input, self.bound_on_reply(settings), batch)
    }

    /// The most tokens of a reply under these settings.
    pub(crate) fn bound_on_reply(&self, settings: &SamplingSettings) -> u64 {
        settings.max_tokens.map(u64::from).or(self.longest_reply()).unwrap_or(LONGEST_REPLY)
    }

    /// The cost that a request of `input` tokens can have where its reply has `output` tokens; `None` where no price
    /// is known. Energy counts for nothing here: it is not charged by anybody who could be stopped from charging.
    #[must_use]
    pub fn forecast(&self, input: u64, output: u64, batch: bool) -> Option<f64> {
        match self {
            Tariff::Unknown => None,
            Tariff::Energy { .. } => Some(0.0),
            Tariff::Tokens { price, .. } => {
                let usage = Usage { input: Some(input), output: Some(output), ..Usage::default() };
                cost(&usage, price.rates(input, batch)?)
            }
        }
    }

    /// The most tokens that a reply can have, where the price list knows it.
    #[must_use]
    fn longest_reply(&self) -> Option<u64> {
        match self {
            Tariff::Tokens { price, .. } => price.max_output,
            Tariff::Unknown | Tariff::Energy { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_record::TokenPrices;

    use super::*;

    fn tokens() -> Tariff {
        let price = ModelPrice {
            list: TokenPrices { input: 2.0, output: 10.0, ..TokenPrices::default() },
            batch: Some(TokenPrices { input: 1.0, output: 5.0, ..TokenPrices::default() }),
            ..ModelPrice::default()
        };
        Tariff::Tokens { price, list: "a list".to_owned() }
    }

    fn taken(usage: &Usage) -> ResourceUse<'_> {
        ResourceUse { usage, reported: None, joules: None, batch: false }
    }

    #[test]
    fn the_services_own_figure_counts_and_the_list_stands_beside_it() {
        let usage = Usage { input: Some(1000), output: Some(2000), ..Usage::default() };
        let listed = tokens().record(taken(&usage)).unwrap();
        assert_eq!((listed.usd, listed.source, listed.listed), (0.022, CostSource::List, None));
        assert_eq!((listed.list.as_deref(), listed.rates.map(|r| r.output)), (Some("a list"), Some(10.0)));
        let both = tokens().record(ResourceUse { reported: Some(0.03), ..taken(&usage) }).unwrap();
        assert_eq!((both.usd, both.source, both.listed), (0.03, CostSource::Service, Some(0.022)));
        let batch = tokens().record(ResourceUse { batch: true, ..taken(&usage) }).unwrap();
        assert_eq!(batch.usd, 0.011);
    }

    #[test]
    fn what_is_not_known_costs_nothing_known() {
        let usage = Usage { input: Some(1000), output: None, ..Usage::default() };
        assert_eq!(tokens().record(taken(&usage)), None, "the service did not count");
        assert_eq!(Tariff::Unknown.record(taken(&usage)), None);
        let reported = Tariff::Unknown.record(ResourceUse { reported: Some(0.5), ..taken(&usage) }).unwrap();
        assert_eq!((reported.usd, reported.rates), (0.5, None));
        for lie in [f64::NAN, -1.0, f64::INFINITY] {
            assert_eq!(Tariff::Unknown.record(ResourceUse { reported: Some(lie), ..taken(&usage) }), None);
        }
    }

    #[test]
    fn energy_costs_what_the_user_says_a_kilowatt_hour_does() {
        let usage = Usage::default();
        let energy = |usd_per_kwh| Tariff::Energy { usd_per_kwh };
        let record = energy(Some(0.3)).record(ResourceUse { joules: Some(3.6e6), ..taken(&usage) }).unwrap();
        assert_eq!((record.usd, record.source, record.usd_per_kwh), (0.3, CostSource::Energy, Some(0.3)));
        assert_eq!(energy(None).record(ResourceUse { joules: Some(5.0), ..taken(&usage) }), None);
        assert_eq!(energy(Some(0.3)).record(taken(&usage)), None, "this machine does not count");
    }
}
