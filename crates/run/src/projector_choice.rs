//! The choice of the projector with which a local model sees.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::vision::Projector;
use pelicycle_models::projectors_beside;

/// The projector with which the model in a file sees pictures: of those beside it the first that its metadata suit, half
/// precision before others. `None` for a model that reads text alone.
#[must_use]
pub fn projector_for(path: &Path, model: &Gguf) -> Option<PathBuf> {
    let suits = |projector: &PathBuf| {
        let open = Gguf::open(projector).map(Arc::new);
        open.is_ok_and(|open| Projector::check_metadata(&open, model).is_ok())
    };
    projectors_beside(path).into_iter().find(suits)
}
