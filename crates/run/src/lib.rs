//! Runs and sessions of judging: what is to be asked is planned, carried out, told as it goes, and can be taken up again.
//!
//! A [`RunRequest`] says what somebody wants. [`PreparedRun::new`] finds models and prompts, opens those who answer
//! (a [`Backend`] each, with its [`Tariff`]) and makes the [`RunPlan`], or takes that of an earlier run up;
//! [`PreparedRun::begin`] writes it down and exchanges batches; [`execute`] asks, checks and keeps each sample as soon as it
//! is over, and shows the model what it drew where looks are asked for
//! (`look.rs`). [`RunForecast`] says what all of it would cost. [`judging`] does the same for a vision model that is shown
//! pairs of drawings. Who takes part, at what price and by which settings, is in `pelicycle.toml`: [`Config`].
//!
//! It knows no command line and no terminal: it takes plain requests and tells through listeners. Where it keeps
//! something, the store knows; how a service is asked, the provider knows.
//!
//! Start reading at [`execute`], then `ask.rs`, where every request goes through.

mod ask;
mod backends;
mod batch;
mod budget;
mod config;
mod config_fault;
mod config_places;
mod contestant;
mod contestant_entry;
mod day;
mod energy;
mod environment;
mod error;
mod execute;
mod file_hash;
mod first_attempts;
mod forecast;
mod host;
pub mod judging;
mod keep;
mod lineup;
mod load;
mod local;
mod look;
mod look_chain;
mod no_sight;
mod notice;
mod one_or_many;
mod participant;
mod picture_tokens;
mod plan;
mod plan_cell;
mod prepare;
mod price;
mod progress;
mod projector_choice;
mod recheck;
mod reply_accumulator;
mod resume;
mod run_context;
mod sample_task;
mod section;
mod seeds;
mod service_access;
mod sight;
mod site_section;
mod spending;
mod stop;
mod tariff;

pub(crate) use backends::Backends;
pub use backends::{Backend, BackendOptions};
pub use batch::{BatchesLeft, BatchesStatus, WaitingBatch};
pub use config::{Config, ConfigError, RunDefaults};
pub(crate) use config::{OwnConfig, own_config_file};
pub use config_places::CONFIG_FILE;
pub use contestant::{
    Contestant, ContestantError, ContestantModel, RepliesSource, WeightsLocation, priced_models_like,
};
pub use contestant_entry::ContestantEntry;
pub(crate) use environment::KeyCommands;
pub use environment::{Environment, VariableError, VariableSource};
pub use error::{ConfigurationFault, RunError, UsageError};
pub use execute::{RunEnd, execute};
pub use forecast::{ContestantForecast, CostBasis, RunForecast, earlier_lengths};
pub use lineup::{LineupError, Lineups};
pub use local::{LocalModel, LocalOptions, PictureWatch};
pub use look::MAX_LOOKS;
pub use look_chain::PlannedLooks;
pub use no_sight::NoSight;
pub use notice::{Notice, NoticeListener};
pub use participant::Participant;
pub use plan::RunPlan;
pub use plan_cell::PlanCell;
pub use prepare::{PreparedRun, RunRequest};
pub use price::{
    KnownPrices, LITELLM_URL, LitellmError, ModelPrice, PriceError, PriceOrigin, PriceTable, PriceTier,
    prices_file, read_litellm,
};
pub use progress::{FinishedAttempt, RunProgress};
pub use projector_choice::{ProjectorChoice, VisionSupport};
pub use recheck::{RecheckOutcome, has_damaged_picture, is_worth_a_check, recheck};
pub use run_context::{ReplyInspector, RunContext};
pub use seeds::{random_seed, sample_seed};
pub use service_access::ServiceAccess;
pub use site_section::{SiteLab, SiteModel, SiteSection};
pub use stop::StopSignal;
pub use tariff::{ResourceUse, Tariff};
