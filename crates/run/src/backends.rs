//! Those who answer: opened by what is known of contestants, each with what it costs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_provider::{
    BatchClient, FixedReplies, Provider, ServiceError, ServiceModel, Services, WireTrace,
};
use pelicycle_record::{RequestRecord, RunContestant, TokenPrices};

use crate::{
    CONFIG_FILE, Config, ConfigurationFault, Contestant, ContestantModel, KnownPrices, Lineups, LocalModel,
    LocalOptions, ModelPrice, NoSight, Notice, NoticeListener, PriceOrigin, ProjectorChoice, RepliesSource,
    RunError, ServiceAccess, Tariff, UsageError, VariableError, WeightsLocation, prices_file,
};

/// Samples that decode together when nothing is said: enough to share the reading of the weights.
const PARALLEL: usize = 8;

/// The settings by which models are reached, in this process and over the network.
#[derive(Clone, Default)]
pub struct BackendOptions {
    /// The file that is read instead of pelicycle.toml.
    pub config: Option<PathBuf>,
    /// Threads of the local engine.
    pub threads: Option<u32>,
    /// Samples that it decodes together.
    pub parallel: Option<u32>,
    /// The projector with which a local model sees pictures, in place of one that pelicycle.toml names or that lies beside
    /// it.
    pub projector: Option<PathBuf>,
    /// Whether the working folder may have the user's keys and have its commands run.
    pub trust_folder: bool,
    /// Hears what goes to services and comes from them.
    pub trace: Option<WireTrace>,
}

/// The provider that answers for a contestant, and its prices.
#[derive(Clone)]
pub struct Backend {
    /// The provider that answers.
    pub provider: Arc<dyn Provider>,
    /// Its prices.
    pub tariff: Tariff,
}

/// All that is needed to open contestants.
pub(crate) struct Backends {
    options: LocalOptions,
    projectors: ProjectorChoice,
    services: Services,
    notices: NoticeListener,
    /// The services whose address was told.
    told: Mutex<BTreeSet<String>>,
    pub(crate) lineups: Lineups,
    prices: KnownPrices,
    usd_per_kwh: Option<f64>,
}

/// A contestant that can be asked.
pub(crate) struct OpenedContestant {
    pub(crate) backend: Backend,
    /// The settings that its requests go with.
    pub(crate) request: RequestRecord,
    /// The words by which `resume` finds it again: a path, an address, or where replies lie ready.
    pub(crate) source: String,
    pub(crate) demonstration: bool,
    /// The reason why it can't be shown what it drew, where it was to be and can't.
    pub(crate) blind: Option<NoSight>,
    /// Samples of each prompt, for one who has its own number of them.
    pub(crate) samples: Option<Vec<u32>>,
}

impl Backends {
    /// Gets ready to open what the configuration knows. Nothing is sent or opened yet.
    pub(crate) fn new(
        config: &Config,
        options: &BackendOptions,
        notices: &NoticeListener,
    ) -> Result<Backends, RunError> {
        let fault = |fault: ConfigurationFault| {
            let file = options.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG_FILE));
            UsageError::Configuration { file, fault }
        };
        let heard = Arc::clone(notices);
        let warn = move |error: &VariableError| heard(&Notice::VariableFailed(error));
        let access = ServiceAccess::new(config, options.config.as_deref(), options.trust_folder, warn)?;
        let services = access.services;
        if let Some(price) = config.usd_per_kwh.filter(|price| !(0.0..1000.0).contains(price)) {
            return Err(fault(ConfigurationFault::EnergyPrice(price)).into());
        }
        let count = |asked: Option<u32>, configured: Option<std::num::NonZeroU32>| {
            asked.or(configured.map(|n| n.get())).map(|n| n as usize)
        };
        Ok(Backends {
            options: LocalOptions {
                threads: count(options.threads, config.run.threads),
                parallel: count(options.parallel, config.run.parallel).unwrap_or(PARALLEL),
                projector: None,
            },
            projectors: ProjectorChoice::new(config, options.projector.as_deref())
                .map_err(|error| fault(error.into()))?,
            services: match &options.trace {
                Some(trace) => services.traced(Arc::clone(trace)),
                None => services,
            },
            notices: Arc::clone(notices),
            told: Mutex::default(),
            lineups: config.lineups().map_err(|error| fault(error.into()))?,
            prices: KnownPrices::load(prices_file().as_deref(), config.prices.clone())?,
            usd_per_kwh: config.usd_per_kwh,
        })
    }

    /// The services that can be named.
    pub(crate) fn service_names(&self) -> impl Iterator<Item = &str> {
        self.services.entries().map(|(name, _)| name)
    }

    /// The projectors that were named.
    pub(crate) fn projectors(&self) -> &ProjectorChoice {
        &self.projectors
    }

    /// Opens a contestant that was found; `wanted` has the settings asked for, `seeded` says that a seed is among them.
    pub(crate) fn open(
        &self,
        found: &Contestant,
        own_price: Option<&TokenPrices>,
        wanted: &RunContestant,
        seeded: bool,
        prompts: &[&str],
    ) -> Result<OpenedContestant, RunError> {
        let RunContestant { request: wanted, template, looks: wanted_looks, record, .. } = wanted;
        let opened = |provider: Arc<dyn Provider>, request, source, tariff| OpenedContestant {
            backend: Backend { provider, tariff },
            request,
            source,
            demonstration: false,
            blind: None,
            samples: None,
        };
        match &found.model {
            ContestantModel::Local(weights) => {
                let model = self.local(weights, Some(&record.slug), template.as_deref())?;
                let demonstration = model.demonstration();
                let fault = || model.open_eyes().err().map(|error| NoSight::Projector(error.to_string()));
                let blind = (*wanted_looks > 0).then(fault).flatten();
                let request = model
                    .settle(wanted)
                    .map_err(|source| RunError::Recommendation { weights: weights.clone(), source })?;
                let tariff = self.tariff(found, own_price, None);
                Ok(OpenedContestant {
                    demonstration,
                    blind,
                    ..opened(Arc::new(model), request, weights.source(), tariff)
                })
            }
            ContestantModel::Remote => {
                let model = self.remote(found)?;
                // No setting is sent that was not asked for, and the seed is one.
                let asked = RequestRecord { run_seed: wanted.run_seed.filter(|_| seeded), ..wanted.clone() };
                let request = model.settle(&asked).map_err(UsageError::from)?;
                let (source, tariff) = (model.address(), self.tariff(found, own_price, Some(&model)));
                Ok(opened(Arc::new(model), request, source, tariff))
            }
            ContestantModel::Given(given) => {
                let replies = given_replies(given, prompts)?;
                let samples = prompts.iter().map(|prompt| replies.count(prompt)).collect();
                let source = given.source();
                let opened = opened(Arc::new(replies), RequestRecord::default(), source, Tariff::Unknown);
                Ok(OpenedContestant { samples: Some(samples), ..opened })
            }
        }
    }

    /// Opens a local model, for a contestant where it has a name, and with a chat template where that is not to be its own.
    pub(crate) fn local(
        &self,
        weights: &WeightsLocation,
        contestant: Option<&str>,
        template: Option<&str>,
    ) -> Result<LocalModel, RunError> {
        let projector = self.projectors.named(weights, contestant);
        Ok(LocalModel::open(weights, template, &LocalOptions { projector, ..self.options.clone() })?)
    }

    /// Sees that the services of these contestants have their keys. All that are missing are told at once.
    pub(crate) fn check_keys<'a>(
        &self,
        all: impl IntoIterator<Item = &'a Contestant>,
    ) -> Result<(), UsageError> {
        let remote = all.into_iter().filter(|one| one.model == ContestantModel::Remote);
        let providers: BTreeSet<&str> = remote.map(|one| one.record.provider.as_str()).collect();
        let missing = providers.into_iter().filter_map(|provider| match self.services.open(provider) {
            Err(ServiceError::NoKey { provider, variables }) => Some((provider, variables)),
            _ => None,
        });
        match missing.collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            [(provider, variables)] => {
                let (provider, variables) = (provider.clone(), variables.clone());
                Err(ServiceError::NoKey { provider, variables }.into())
            }
            several => {
                let each = several.iter().map(|(provider, variables)| format!("{variables} for {provider}"));
                Err(UsageError::NoKeys { missing: each.collect::<Vec<_>>().join(", ") })
            }
        }
    }

    /// A model of a service.
    pub(crate) fn remote(&self, found: &Contestant) -> Result<ServiceModel, UsageError> {
        let provider = &found.record.provider;
        let model = self.services.model(provider, &found.record.model)?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(from) = model.address_from().filter(|_| told.insert(provider.clone())) {
            (self.notices)(&Notice::OtherAddress { provider, address: &model.address(), from });
        }
        Ok(model)
    }

    /// The batches of a contestant, which must be able to be asked in some.
    pub(crate) fn batches(&self, found: &Contestant) -> Result<BatchClient, UsageError> {
        let batches = match &found.model {
            ContestantModel::Remote => self.remote(found)?.batches(),
            ContestantModel::Local(_) | ContestantModel::Given(_) => None,
        };
        batches.ok_or_else(|| {
            let taking = self.services.entries().filter(|(_, entry)| entry.batch.is_some());
            let taking: Vec<&str> = taking.map(|(name, _)| name).collect();
            UsageError::NoBatches { label: found.record.label.clone(), taking: taking.join(" and ") }
        })
    }

    /// The tariff of a contestant's requests. The user's own figure for it comes first.
    pub(crate) fn tariff(
        &self,
        found: &Contestant,
        own_price: Option<&TokenPrices>,
        remote: Option<&ServiceModel>,
    ) -> Tariff {
        if let Some(rates) = own_price {
            let list = PriceOrigin::Configured.to_string();
            return Tariff::Tokens { price: ModelPrice::flat(rates.clone()), list };
        }
        let record = &found.record;
        if let Some((price, origin)) = self.prices.find(&format!("{}/{}", record.provider, record.model)) {
            return Tariff::Tokens { price: price.clone(), list: origin.to_string() };
        }
        match &found.model {
            ContestantModel::Local(_) => Tariff::Energy { usd_per_kwh: self.usd_per_kwh },
            // A server of the user's on this machine takes this machine's energy.
            ContestantModel::Remote if remote.is_some_and(ServiceModel::is_own) => {
                Tariff::Energy { usd_per_kwh: self.usd_per_kwh }
            }
            ContestantModel::Remote | ContestantModel::Given(_) => Tariff::Unknown,
        }
    }

    /// The user's own figure for a contestant that has a name in pelicycle.toml.
    pub(crate) fn own_price(&self, slug: &str) -> Option<TokenPrices> {
        self.lineups.everyone().find(|one| one.name.as_deref() == Some(slug)).and_then(|one| one.entry.price)
    }
}

/// The replies that lie ready.
pub(crate) fn given_replies(given: &RepliesSource, prompts: &[&str]) -> Result<FixedReplies, UsageError> {
    Ok(match given {
        RepliesSource::Folder(path) => FixedReplies::folder(path, prompts)?,
        RepliesSource::Input => FixedReplies::input(std::io::stdin().lock())?,
    })
}

/// Whether a bound on the cost is an amount of money.
pub(crate) fn check_bound(bound: Option<f64>) -> Result<(), UsageError> {
    match bound {
        Some(bound) if !(bound.is_finite() && bound >= 0.0) => Err(UsageError::Bound { bound }),
        _ => Ok(()),
    }
}
