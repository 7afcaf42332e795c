//! A local model whose replies are held to the shape of an answer.

use std::sync::Arc;

use pelicycle_engine::form::JsonShape;
use pelicycle_provider::{Provider, ReplyRequest, ReplyStream, RequestQueue};
use pelicycle_record::EngineRecord;

use crate::LocalModel;

/// A local model and the shape of what it is to answer.
pub(super) struct HeldModel {
    pub(super) model: Arc<LocalModel>,
    pub(super) shape: JsonShape,
}

impl Provider for HeldModel {
    fn queue(&self) -> &RequestQueue {
        self.model.queue()
    }

    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        self.model.engine()
    }

    fn ask(&self, request: ReplyRequest) -> ReplyStream {
        self.model.ask_held(&request, Some(&self.shape))
    }
}
