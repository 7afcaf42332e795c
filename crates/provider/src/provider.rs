//! The trait of all who answer requests.

use pelicycle_record::{EngineRecord, ReplyOrigin, RequestRecord};

use crate::{ReplyStream, RequestQueue};

/// A request for one reply, with all that was left open settled.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyRequest {
    /// The prompt's id, for those whose replies lie ready.
    pub prompt_id: String,
    /// The turns before the prompt, oldest first; none for most requests.
    pub earlier: Vec<EarlierTurn>,
    /// The prompt's exact text.
    pub prompt: String,
    /// Pictures that go before it, as PNG.
    pub pictures: Vec<Vec<u8>>,
    /// The number of the sample, from 1.
    pub sample: u32,
    /// The settings; absent means "not sent".
    pub settings: RequestRecord,
}

/// A turn that a conversation has behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierTurn {
    /// The prompt that the model was asked.
    pub prompt: String,
    /// The text of its answer. Reasoning is left out, as chat templates and services do with that of earlier turns.
    pub reply: String,
}

/// One who answers requests.
pub trait Provider: Send + Sync {
    /// The queue of its requests. Providers of the same service share one.
    fn queue(&self) -> &RequestQueue;

    /// The account that a local engine gives of itself; a service has none. May wait for it.
    ///
    /// # Errors
    /// When it can't be given, in words.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        Ok(None)
    }

    /// The origin that attempts with its replies are recorded with.
    fn origin(&self) -> ReplyOrigin {
        ReplyOrigin::Asked
    }

    /// Asks. Returns at once; every failure is an event. Is called within the run's runtime; dropping the stream breaks
    /// the request off.
    fn ask(&self, request: ReplyRequest) -> ReplyStream;
}
