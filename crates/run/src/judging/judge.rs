//! The model that judges, ready to be asked.

use std::sync::Arc;

use pelicycle_engine::form::JsonShape;
use pelicycle_judge::JudgeSetup;
use pelicycle_provider::Provider;
use pelicycle_record::{EngineRecord, RequestRecord, SamplingSettings};

use super::held_model::HeldModel;
use super::material::SIDE;
use crate::backends::check_bound;
use crate::picture_tokens::most_picture_tokens;
use crate::{
    Backend, BackendOptions, Backends, Config, Contestant, ContestantModel, LocalModel, Notice,
    NoticeListener, PictureWatch, RunError, Tariff, UsageError, WeightsLocation, random_seed,
};

/// Tokens of a local model's reply when nothing else is said: room for some reasoning. Its answer is bounded anyway.
const MAX_TOKENS: u32 = 4_096;

/// A request for a model that judges.
#[derive(Clone, Default)]
pub struct JudgingRequest {
    /// The model: `PROVIDER/MODEL`, `local/NAME` or a model file.
    pub model: String,
    /// The settings of its requests.
    pub sampling: SamplingSettings,
    /// The bound on what they may cost together, in US dollars.
    pub max_cost: Option<f64>,
    /// The options by which models are reached.
    pub backends: BackendOptions,
}

/// A model that judges.
#[derive(Clone)]
pub struct ModelJudge {
    who: JudgingModel,
    /// The tariff of its requests.
    pub(crate) tariff: Tariff,
    /// `PROVIDER/MODEL`.
    pub name: String,
    /// The settings of its requests.
    request: RequestRecord,
}

/// The model that answers.
#[derive(Clone)]
enum JudgingModel {
    /// A service's.
    Remote(Arc<dyn Provider>),
    /// One of this process.
    Local(Arc<LocalModel>),
}

impl ModelJudge {
    /// Gets the model ready; nothing is asked yet.
    ///
    /// # Errors
    /// When it can't be asked, or sees no pictures, or not with these settings, or its cost can't be bounded.
    pub fn open(request: &JudgingRequest, notices: &NoticeListener) -> Result<ModelJudge, RunError> {
        let config = Config::load(request.backends.config.as_deref())?;
        let backends = Backends::new(&config, &request.backends, notices)?;
        let found = Contestant::find(&request.model, &config.places())
            .map_err(|error| error.with_known(backends.service_names(), |_| String::new()))
            .map_err(UsageError::from)?;
        let mut wanted = request.sampling.clone();
        let (who, settings, tariff) = match &found.model {
            ContestantModel::Remote => {
                let model = backends.remote(&found)?;
                let settings = model.settle(&wanted.into()).map_err(UsageError::from)?;
                let tariff = backends.tariff(&found, None, Some(&model));
                (JudgingModel::Remote(Arc::new(model)), settings, tariff)
            }
            ContestantModel::Local(weights) => {
                let model = backends.local(weights, Some(&found.record.slug), None)?;
                if wanted.effort.take().is_some() {
                    let labels = [found.record.label.clone()];
                    notices(&Notice::NoEffort { labels: &labels });
                }
                let settings = local_settings(&model, weights, wanted)?;
                (JudgingModel::Local(Arc::new(model)), settings, backends.tariff(&found, None, None))
            }
            ContestantModel::Given(_) => {
                return Err(UsageError::CannotJudge { model: request.model.clone() }.into());
            }
        };
        check_bound(request.max_cost)?;
        if request.max_cost.is_some() && tariff.most_after(0, &settings.sampling, false).is_none() {
            return Err(UsageError::NoPriceOfJudge { model: request.model.clone() }.into());
        }
        let name = format!("{}/{}", found.record.provider, found.record.model);
        Ok(ModelJudge { who, tariff, name, request: settings })
    }

    /// The backend that answers, held to a shape where that can be done.
    pub(super) fn backend(&self, shape: impl FnOnce() -> JsonShape) -> Backend {
        let provider: Arc<dyn Provider> = match &self.who {
            JudgingModel::Remote(provider) => Arc::clone(provider),
            JudgingModel::Local(model) => Arc::new(HeldModel { model: Arc::clone(model), shape: shape() }),
        };
        Backend { provider, tariff: self.tariff.clone() }
    }

    /// The most tokens of a picture that it is shown.
    pub(super) fn most_picture_tokens(&self) -> u64 {
        most_picture_tokens(&self.name, SIDE)
    }

    /// The settings of one request. A local model has another seed each time: with the same, it would answer the same when it
    /// is asked again, and look steadier than it is.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(super) fn settings(&self) -> Result<RequestRecord, RunError> {
        let seed = match &self.who {
            JudgingModel::Remote(_) => self.request.seed,
            JudgingModel::Local(_) => Some(random_seed()?),
        };
        Ok(RequestRecord { seed, ..self.request.clone() })
    }

    /// The judge's present setup, by which its calibration counts. May wait until all of a local model's files are
    /// read.
    ///
    /// # Errors
    /// When that failed.
    pub fn setup(&self) -> Result<JudgeSetup, RunError> {
        let engine = match &self.who {
            JudgingModel::Remote(_) => None,
            JudgingModel::Local(model) => model.engine().map_err(RunError::EngineRecord)?,
        };
        Ok(JudgeSetup::new(engine.as_ref(), &self.request))
    }

    /// Whether it runs in this process, from a file.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.who, JudgingModel::Local(_))
    }

    /// Lets somebody hear how far a local model has looked at a picture.
    pub fn watch_pictures(&self, watch: PictureWatch) {
        if let JudgingModel::Local(model) = &self.who {
            model.watch_pictures(watch);
        }
    }

    /// The local engine's account of itself. May wait until all of the model's file is read.
    ///
    /// # Errors
    /// When that failed.
    pub(super) async fn engine(&self) -> Result<Option<EngineRecord>, RunError> {
        let JudgingModel::Local(model) = &self.who else { return Ok(None) };
        let model = Arc::clone(model);
        tokio::task::spawn_blocking(move || model.engine()).await?.map_err(RunError::EngineRecord)
    }
}

fn local_settings(
    model: &LocalModel,
    weights: &WeightsLocation,
    wanted: SamplingSettings,
) -> Result<RequestRecord, RunError> {
    model.open_eyes()?;
    let bounded =
        wanted.or(&SamplingSettings { max_tokens: Some(MAX_TOKENS), ..SamplingSettings::default() });
    model
        .settle(&RequestRecord::from(bounded))
        .map_err(|source| RunError::Recommendation { weights: weights.clone(), source })
}
