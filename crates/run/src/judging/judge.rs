//! The model that judges, ready to be asked.

use std::sync::Arc;

use pelicycle_record::{RequestRecord, SamplingSettings};

use crate::backends::check_bound;
use crate::{
    Backend, BackendOptions, Backends, Config, Contestant, ContestantModel, Notices, RunError, UsageError,
};

/// What somebody asks of a model that judges.
#[derive(Clone, Default)]
pub struct JudgingRequest {
    /// The model, as `PROVIDER/MODEL`.
    pub model: String,
    /// The settings of its requests.
    pub sampling: SamplingSettings,
    /// The bound on what they may cost together, in US dollars.
    pub max_cost: Option<f64>,
    /// How models are reached.
    pub backends: BackendOptions,
}

/// A model that judges.
#[derive(Clone)]
pub struct ModelJudge {
    /// Who answers, and what it costs.
    pub(crate) backend: Backend,
    /// `PROVIDER/MODEL`.
    pub name: String,
    /// The settings of its requests.
    pub(crate) request: RequestRecord,
}

impl ModelJudge {
    /// Gets the model ready; nothing is sent yet.
    ///
    /// # Errors
    /// When it can't be asked, or not with these settings, or its cost can't be bounded.
    pub fn open(request: &JudgingRequest, notices: &Notices) -> Result<ModelJudge, RunError> {
        let config = Config::load(request.backends.config.as_deref())?;
        let backends = Backends::new(&config, &request.backends, notices)?;
        let found = Contestant::find(&request.model, &config.places()).map_err(UsageError::from)?;
        if found.model != ContestantModel::Remote {
            return Err(UsageError::CannotJudge { model: request.model.clone() }.into());
        }
        let model = backends.remote(&found)?;
        let settings = model.settle(&request.sampling.clone().into()).map_err(UsageError::from)?;
        let tariff = backends.tariff(&found, None, Some(&model));
        check_bound(request.max_cost)?;
        if request.max_cost.is_some() && tariff.most_after(0, &settings.sampling, false).is_none() {
            return Err(UsageError::NoPriceOfJudge { model: request.model.clone() }.into());
        }
        Ok(ModelJudge {
            backend: Backend { provider: Arc::new(model), tariff },
            name: format!("{}/{}", found.record.provider, found.record.model),
            request: settings,
        })
    }
}
