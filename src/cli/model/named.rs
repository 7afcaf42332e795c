//! Models as they are named on the command line.

use std::sync::Arc;

use pelicycle_engine::bundled;
use pelicycle_engine::gguf::{Gguf, GgufError, GgufOutline};
use pelicycle_run::{Config, Contestant, ContestantModel, WeightsLocation};

use crate::cli::error::usage;

/// The model that `named` means: a path, `local/NAME` or hatchling.
pub(super) fn open(named: &str) -> anyhow::Result<Arc<Gguf>> {
    let gguf = match weights(named)? {
        WeightsLocation::File(path) => Gguf::open(&path)?,
        WeightsLocation::Bundled => Gguf::from_bytes(bundled::hatchling())?,
    };
    Ok(Arc::new(gguf))
}

/// The weights of the local model that `named` means.
///
/// # Errors
/// A mistake where it is a service's model or a folder of replies.
pub(super) fn weights(named: &str) -> anyhow::Result<WeightsLocation> {
    match Contestant::find(named, &Config::load(None)?.places())?.model {
        ContestantModel::Local(weights) => Ok(weights),
        ContestantModel::Remote | ContestantModel::Given(_) => {
            usage(&format!("{named:?} is no model of this machine: there is no file here to look into"))
        }
    }
}

/// As much of a model as can be read.
pub(super) fn outline(weights: &WeightsLocation) -> Result<GgufOutline, GgufError> {
    match weights {
        WeightsLocation::File(path) => GgufOutline::open(path),
        WeightsLocation::Bundled => {
            Gguf::from_bytes(bundled::hatchling()).map(|gguf| GgufOutline::of(Arc::new(gguf)))
        }
    }
}
