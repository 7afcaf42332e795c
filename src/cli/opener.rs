//! Opens those who answer, and says what they cost.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::output::{say_error, usage};
use pelicycle_provider::{Provider, Replies, ServiceModel, Services};
use pelicycle_record::Rates;
use pelicycle_record::RequestRecord;
use pelicycle_run::config::Config;
use pelicycle_run::contestant::{Contestant, Given as GivenReplies, Model, Weights};
use pelicycle_run::lineup::Lineups;
use pelicycle_run::local::{LocalModel, LocalOptions};
use pelicycle_run::price;
use pelicycle_run::price::{Price, Prices};
use pelicycle_run::variables::Variables;
use pelicycle_run::{Seat, Tariff};

/// Samples that decode together when nothing is said: enough to share the reading of the weights.
const PARALLEL: usize = 8;

/// What the command line says of those who answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    /// The file that is read instead of pelicycle.toml.
    pub(super) config: Option<&'a Path>,
    /// Threads of the local engine.
    pub(super) threads: Option<u32>,
    /// Samples that it decodes together.
    pub(super) parallel: Option<u32>,
    /// Show what goes to services and comes from them.
    pub(super) debug: bool,
}

/// All that is needed to open contestants.
pub(super) struct Opener {
    options: LocalOptions,
    pub(super) services: Services,
    pub(super) lineups: Lineups,
    prices: Prices,
    usd_per_kwh: Option<f64>,
}

/// A contestant that can be asked.
pub(super) struct Opened {
    pub(super) seat: Seat,
    /// The settings that its requests go with.
    pub(super) request: RequestRecord,
    /// Where it is found again.
    pub(super) source: String,
    pub(super) demonstration: bool,
    /// Samples of each prompt, for one who has its own number of them.
    pub(super) samples: Option<Vec<u32>>,
}

/// A mistake of whoever asked, or a failure.
pub(super) enum Refusal {
    Usage(String),
    Failure(anyhow::Error),
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Refusal::Failure(error)
    }
}

impl Refusal {
    pub(super) fn usage(error: impl std::fmt::Display) -> Refusal {
        Refusal::Usage(error.to_string())
    }
}

impl Opener {
    pub(super) fn new(config: &Config, given: &Given<'_>) -> Result<Opener, Refusal> {
        let file = || given.config.unwrap_or(pelicycle_run::config::FILE.as_ref()).display();
        let variables = Variables::load(Path::new("."), config.keys.clone()).map_err(anyhow::Error::from)?;
        let services = Services::new(&config.providers, super::lookup::variables(&Arc::new(variables)))
            .map_err(|error| Refusal::Usage(format!("{}: {error}", file())))?;
        if let Some(price) = config.usd_per_kwh.filter(|price| !(0.0..1000.0).contains(price)) {
            return Err(Refusal::Usage(format!("{}: usd_per_kwh = {price} is no price of energy", file())));
        }
        let fetched = price::data_file();
        Ok(Opener {
            options: LocalOptions {
                threads: given.threads.or(config.run.threads.map(|n| n.get())).map(|n| n as usize),
                parallel: given
                    .parallel
                    .or(config.run.parallel.map(|n| n.get()))
                    .map_or(PARALLEL, |n| n as usize),
            },
            services: match given.debug {
                true => services.traced(Arc::new(|line: &str| say_error(line))),
                false => services,
            },
            lineups: config.lineups().map_err(|error| Refusal::Usage(format!("{}: {error}", file())))?,
            prices: Prices::load(fetched.as_deref(), config.prices.clone()).map_err(anyhow::Error::from)?,
            usd_per_kwh: config.usd_per_kwh,
        })
    }

    /// Opens a contestant that was found; `wanted` are the settings asked for, `seeded` says that a seed is among them.
    pub(super) fn open(
        &self,
        found: &Contestant,
        own_price: Option<&Rates>,
        wanted: &RequestRecord,
        seeded: bool,
        prompts: &[&str],
    ) -> Result<Opened, Refusal> {
        let opened = |provider: Arc<dyn Provider>, request, source, tariff| Opened {
            seat: Seat { provider, tariff },
            request,
            source,
            demonstration: false,
            samples: None,
        };
        match &found.model {
            Model::Local(weights) => {
                let model = self.local(weights)?;
                let demonstration = model.demonstration();
                let request = model.settle(wanted).with_context(|| {
                    format!("{weights} recommends a setting that can't be used; give your own")
                })?;
                let tariff = self.tariff(found, own_price, None);
                Ok(Opened { demonstration, ..opened(Arc::new(model), request, weights.source(), tariff) })
            }
            Model::Remote => {
                let model = self.remote(found).map_err(Refusal::usage)?;
                // No setting is sent that was not asked for, and the seed is one.
                let asked = RequestRecord { run_seed: wanted.run_seed.filter(|_| seeded), ..wanted.clone() };
                let request = model.settle(&asked).map_err(Refusal::usage)?;
                let (source, tariff) = (model.address(), self.tariff(found, own_price, Some(&model)));
                Ok(opened(Arc::new(model), request, source, tariff))
            }
            Model::Given(given) => {
                let replies = given_replies(given, prompts)?;
                let samples = prompts.iter().map(|prompt| replies.count(prompt)).collect();
                let source = given.source();
                let seat = opened(Arc::new(replies), RequestRecord::default(), source, Tariff::Unknown);
                Ok(Opened { samples: Some(samples), ..seat })
            }
        }
    }

    /// Opens a local model.
    pub(super) fn local(&self, weights: &Weights) -> Result<LocalModel, Refusal> {
        Ok(LocalModel::open(weights, &self.options).context("can't use the model")?)
    }

    /// A model of a service.
    pub(super) fn remote(
        &self,
        found: &Contestant,
    ) -> Result<ServiceModel, pelicycle_provider::ServiceError> {
        self.services.model(&found.record.provider, &found.record.model)
    }

    /// What a contestant's requests cost. The user's own figure for it comes first.
    pub(super) fn tariff(
        &self,
        found: &Contestant,
        own_price: Option<&Rates>,
        remote: Option<&ServiceModel>,
    ) -> Tariff {
        if let Some(rates) = own_price {
            let list = price::Origin::Configured.to_string();
            return Tariff::Tokens { price: Price::flat(rates.clone()), list };
        }
        let record = &found.record;
        if let Some((price, origin)) = self.prices.find(&format!("{}/{}", record.provider, record.model)) {
            return Tariff::Tokens { price: price.clone(), list: origin.to_string() };
        }
        match &found.model {
            Model::Local(_) => Tariff::Energy { usd_per_kwh: self.usd_per_kwh },
            // A server of the user's on this machine takes this machine's energy.
            Model::Remote if remote.is_some_and(ServiceModel::is_own) => {
                Tariff::Energy { usd_per_kwh: self.usd_per_kwh }
            }
            Model::Remote | Model::Given(_) => Tariff::Unknown,
        }
    }

    /// The user's own figure for a contestant that has a name in pelicycle.toml.
    pub(super) fn own_price(&self, slug: &str) -> Option<Rates> {
        self.lineups.everyone().find(|one| one.name.as_deref() == Some(slug)).and_then(|one| one.entry.price)
    }
}

/// A mistake of whoever asked is told and becomes an exit code.
pub(super) fn refused<T>(result: Result<T, Refusal>) -> anyhow::Result<Result<T, ExitCode>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Refusal::Failure(error)) => Err(error),
        Err(Refusal::Usage(words)) => Ok(Err(usage(&words)?)),
    }
}

/// The replies that lie ready.
pub(super) fn given_replies(given: &GivenReplies, prompts: &[&str]) -> Result<Replies, Refusal> {
    let replies = match given {
        GivenReplies::Folder(path) => Replies::folder(path, prompts),
        GivenReplies::Input => Replies::input(std::io::stdin().lock()),
    };
    replies.map_err(Refusal::usage)
}
