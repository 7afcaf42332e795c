//! Layers that attend to the last tokens alone, and layers that read other layers' keys.

use super::architecture::{Architecture, WindowPattern, WindowRope};
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use crate::gguf::MetadataValue;

/// The window of each layer: by the architecture's own rhythm, or by the file's where it has one.
pub(super) fn windows(
    keys: &ConfigKeys<'_>,
    declared: &WindowPattern,
    layers: usize,
) -> Result<Vec<Option<usize>>, ModelError> {
    let name = "attention.sliding_window";
    if declared.optional && keys.gguf.u32(&keys.key(name))? == Some(0) {
        return Ok(vec![None; layers]);
    }
    let window = match keys.size(name)? {
        Some(window) => window,
        None if declared.optional => return Ok(vec![None; layers]),
        None => keys.require(name)?,
    };
    let pattern = "attention.sliding_window_pattern";
    let windowed: Vec<bool> = match keys.gguf.metadata().get(&keys.key(pattern)) {
        Some(MetadataValue::Array(_)) => {
            let list = keys.gguf.bools(&keys.key(pattern))?.unwrap_or_default();
            let found = format!("a list for {} layers", list.len());
            let why = "but must have a boolean for each layer";
            list.get(..layers).map(<[bool]>::to_vec).ok_or_else(|| keys.fail(pattern, &found, why))?
        }
        _ => {
            let period = keys.size(pattern)?.unwrap_or(declared.period);
            (0..layers).map(|layer| (layer + 1) % period != 0).collect()
        }
    };
    Ok(windowed.into_iter().map(|windowed| windowed.then_some(window)).collect())
}

/// θ in layers with a window, where they do not turn their heads as others do.
pub(super) fn window_rope_base(
    keys: &ConfigKeys<'_>,
    architecture: &Architecture,
    windows: &[Option<usize>],
) -> Result<Option<f32>, ModelError> {
    Ok(match architecture.windows {
        Some(WindowPattern { rope: WindowRope::Base(base), .. }) => {
            Some(keys.positive("rope.freq_base_swa")?.unwrap_or(base))
        }
        Some(WindowPattern { rope: WindowRope::Unscaled, .. }) if windows.iter().any(Option::is_some) => {
            let own = keys.positive("rope.freq_base")?.unwrap_or(10_000.0);
            Some(keys.positive("rope.freq_base_swa")?.unwrap_or(own))
        }
        _ => None,
    })
}

/// For each layer the one whose keys and values it reads, where those are not its own: the last few may read those of
/// the last layer before them that has a window, or none, as they have.
pub(super) fn shared_keys(
    keys: &ConfigKeys<'_>,
    windows: &[Option<usize>],
    kv_heads: &[usize],
) -> Result<Vec<Option<usize>>, ModelError> {
    let name = "attention.shared_kv_layers";
    let shared = keys.gguf.u32(&keys.key(name))?.unwrap_or(0) as usize;
    let Some(own) = windows.len().checked_sub(shared) else {
        return Err(keys.fail(name, &shared, "which is more layers than the model has"));
    };
    let source = |(layer, window): (usize, &Option<usize>)| {
        if layer < own {
            return Ok(None);
        }
        let like = windows[..own].iter().rposition(|other| other.is_some() == window.is_some());
        let like = like.filter(|&like| kv_heads[like] == kv_heads[layer]);
        let why = "which leaves a layer without keys: no layer before has its kind of attention";
        like.map(Some).ok_or_else(|| keys.fail(name, &shared, why))
    };
    windows.iter().enumerate().map(source).collect()
}
