//! The options of an engine.

use std::path::PathBuf;

use super::speculation::Speculation;
use crate::model::Arithmetic;
use crate::vision::PictureLimits;

/// The options of an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Threads; `None` takes the machine's cores.
    pub threads: Option<usize>,
    /// The arithmetic in which activations meet quantized weights.
    pub arithmetic: Arithmetic,
    /// Requests that decode at the same time, at most; others wait. At least 1.
    pub parallel: usize,
    /// When tokens are guessed ahead.
    pub speculation: Speculation,
    /// The text of a chat template in place of the file's own.
    pub template: Option<String>,
    /// The projector file with which the model sees pictures; without one it reads text alone.
    pub projector: Option<PathBuf>,
    /// Bounds on the size of pictures.
    pub picture_limits: PictureLimits,
}

impl Default for EngineOptions {
    fn default() -> Self {
        EngineOptions {
            threads: None,
            arithmetic: Arithmetic::Int8,
            parallel: 8,
            speculation: Speculation::WherePays,
            template: None,
            projector: None,
            picture_limits: PictureLimits::default(),
        }
    }
}
