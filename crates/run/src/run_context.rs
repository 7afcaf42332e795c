//! What the tasks of a run share: where attempts are kept, who checks drawings, and who hears of both.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_drawing::{WorkerError, WorkerPool};
use pelicycle_record::Inspection;
use pelicycle_store::Store;

use crate::RunProgress;

/// The context of a run: the store and the checker that it works with.
#[derive(Debug, Clone)]
pub struct RunContext {
    /// The store that keeps attempts.
    pub store: Store,
    /// The checker of drawings.
    pub pool: Arc<dyn ReplyInspector>,
}

/// One who checks the replies of a run.
pub trait ReplyInspector: Debug + Send + Sync {
    /// Inspects a reply whose reasoning came apart from it; `raster` is the longest side of the picture.
    ///
    /// # Errors
    /// When it can't be checked, for reasons of this machine.
    fn inspect_thought(&self, reply: &[u8], thinking: &[u8], raster: u32) -> Result<Inspection, WorkerError>;
}

impl ReplyInspector for WorkerPool {
    fn inspect_thought(&self, reply: &[u8], thinking: &[u8], raster: u32) -> Result<Inspection, WorkerError> {
        WorkerPool::inspect_thought(self, reply, thinking, raster)
    }
}

/// A function that hears of all that happens, from any thread.
pub(crate) type ProgressListener = Arc<Mutex<dyn FnMut(RunProgress<'_>) + Send>>;

pub(crate) fn tell(listener: &ProgressListener, news: RunProgress<'_>) {
    let mut listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    listener(news);
}
