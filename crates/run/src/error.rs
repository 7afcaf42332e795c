//! Errors: a mistake of the one who asked, or a failure.

use std::error::Error as _;
use std::path::PathBuf;

use pelicycle_engine::EngineError;
use pelicycle_engine::sample::SamplingError;
use pelicycle_prompt::PromptError;
use pelicycle_provider::{BatchError, EntryError, RepliesError, ServiceError, SettingError};
use pelicycle_record::{Id, RandomError};
use pelicycle_store::StoreError;
use pelicycle_text::dollars;

use crate::{ConfigError, ContestantError, LineupError, PriceError, VariableError, WeightsLocation};

/// The reason why a run, or a session of judging, could not begin or go on. Attempts and judgements that were
/// finished before are kept.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Variable(#[from] VariableError),
    #[error(transparent)]
    Price(#[from] PriceError),
    #[error(transparent)]
    Prompts(#[from] PromptError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error("the system gave no random seed: {0}")]
    Seed(getrandom::Error),
    #[error("can't use the model")]
    Model(#[from] EngineError),
    #[error("{weights} recommends a setting that can't be used; give your own")]
    Recommendation { weights: WeightsLocation, source: SamplingError },
    #[error("{0}")]
    EngineRecord(String),
    #[error(
        "{label} was asked at {then} when this run began, and is at {now} now; give it that address again, or start a \
         new run"
    )]
    Moved { label: String, then: String, now: String },
    #[error(
        "{weights} is not the file that this run began with, so its drawings would not be {label}'s; put that file back, \
         or start a new run"
    )]
    OtherWeights { weights: WeightsLocation, label: String },
    #[error(
        "{file} is not the projector that {label} saw with when this run began, which was {then}; name that one by --projector, \
         or start a new run"
    )]
    OtherProjector { file: String, then: String, label: String },
    #[error(
        "{label}'s replies lay in {}, which is not in the working folder, and a record is not followed elsewhere; name \
         that folder in a new run with -m, if it is yours",
        folder.display()
    )]
    RepliesElsewhere { label: String, folder: PathBuf },
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("{provider} took batch {batch}, which could not be written down; cancel it there")]
    BatchUnwritten { provider: String, batch: String, source: Box<StoreError> },
    #[error("interrupted; what was not left yet is left by `pelicycle run --resume {run}`")]
    Interrupted { run: Id },
    #[error(
        "there is nothing to judge: it takes two contestants with a drawing of the same prompt; demonstrations such as \
         hatchling count with --demonstrations"
    )]
    NothingToJudge,
    #[error("the picture of {id} in {} can't be shown: {why}", store.display())]
    Picture { id: Id, store: PathBuf, why: String },
    #[error("the drawings of the calibration pair {pair} can't be rasterized: is memory short?")]
    CalibrationPicture { pair: String },
    #[error("a part of the run failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl RunError {
    /// The error and what is behind it, as an attempt keeps it; some have the words of their cause at their end already.
    pub(crate) fn in_full(&self) -> String {
        let mut words = self.to_string();
        let causes = std::iter::successors(self.source(), |error| (**error).source());
        for cause in causes.map(ToString::to_string) {
            if !words.ends_with(&cause) {
                words = format!("{words}: {cause}");
            }
        }
        words
    }

    /// Whether it is a mistake of the one who asked, and no failure.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        match self {
            RunError::Usage(_) => true,
            RunError::Config(error) => error.is_mistake(),
            RunError::Prompts(error) => error.is_mistake(),
            _ => false,
        }
    }
}

/// A mistake of the one who asked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum UsageError {
    #[error("{}: {fault}", file.display())]
    Configuration { file: PathBuf, fault: ConfigurationFault },
    #[error(transparent)]
    Lineup(#[from] LineupError),
    #[error(transparent)]
    Contestant(#[from] ContestantError),
    #[error("{label} takes part twice")]
    Twice { label: String },
    #[error(
        "{first} and {second} would both have standard input, which can be read once; keep one's reply in a file, folder/DIR"
    )]
    InputTwice { first: String, second: String },
    #[error(transparent)]
    Prompt(#[from] PromptError),
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("keys are missing: set {missing}")]
    NoKeys { missing: String },
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Replies(#[from] RepliesError),
    #[error("can't read the chat template {}: {source}", file.display())]
    Template { file: PathBuf, source: std::io::Error },
    #[error(
        "{label} can't be asked with the chat template {}: only models that run in this process have one; services \
         have their own",
        file.display()
    )]
    TemplateOfOthers { label: String, file: PathBuf },
    #[error("--looks shows models what they drew, and nobody here can be shown it:\n  {who}")]
    NobodySees { who: String },
    #[error("--wait is for a run by --batch; this one is waited for anyway")]
    WaitWithoutBatch,
    #[error("{label} can't be asked in a batch, only models of {taking}; ask it in a run without --batch")]
    NoBatches { label: String, taking: String },
    #[error("no run {named:?} in {}; {hint}", store.display())]
    UnknownRun { named: String, store: PathBuf, hint: String },
    #[error("{named:?} may be run {first} or {second}; say more of it")]
    AmbiguousRun { named: String, first: Id, second: Id },
    #[error("{bound} is no amount of US dollars for --max-cost")]
    Bound { bound: f64 },
    #[error(
        "--max-cost can't hold: no price of {name} is known; say one in pelicycle.toml:\n\
         [prices.\"{name}\"]\ninput = 0.0   # US dollars for a million tokens\noutput = 0.0"
    )]
    NoPrice { name: String },
    #[error(
        "these batches could cost up to {}, more than --max-cost, so nothing was sent; ask for fewer samples or bound \
         their length with --max-tokens",
        dollars(*most)
    )]
    BatchesCost { most: f64 },
    #[error(
        "{model} can't judge: it is replies that lie ready, and nobody who can be asked; name a model that sees, such as \
         ollama/qwen3-vl:8b"
    )]
    CannotJudge { model: String },
    #[error(
        "--max-cost can't be kept: no price of {model} is known; give one in pelicycle.toml (docs/costs.md)"
    )]
    NoPriceOfJudge { model: String },
    #[error(
        "{model} sees no pictures: no projector (mmproj-*.gguf) that was made for it lies beside it; fetch one from where the \
         model is from, name one by --projector, or take another model"
    )]
    CannotSee { model: String },
    #[error("{model} is the model inside pelicycle, which reads text alone; name a model that sees pictures")]
    BundledCannotSee { model: String },
    #[error("{model} sees no pictures: its projector can't be used: {fault}")]
    UnusableProjector { model: String, fault: String },
}

/// A fault in pelicycle.toml: something that can't be meant.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ConfigurationFault {
    #[error(transparent)]
    Service(#[from] EntryError),
    #[error(transparent)]
    Lineup(#[from] LineupError),
    #[error("usd_per_kwh = {0} is no price of energy")]
    EnergyPrice(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_keeps_the_cause_too_and_once() {
        let cause = || StoreError::Read { path: "results".into(), source: std::io::Error::other("no disk") };
        let unwritten = RunError::BatchUnwritten {
            provider: "openai".to_owned(),
            batch: "b".to_owned(),
            source: Box::new(cause()),
        };
        let words = unwritten.in_full();
        assert!(
            words.starts_with("openai took batch b") && words.contains(&format!(": {}", cause())),
            "{words}"
        );
        assert_eq!(words.matches("no disk").count(), 1, "{words}");
        assert_eq!(RunError::from(cause()).in_full(), cause().to_string());
    }
}
