//! The axes by which the pairs of a head turn, in models that tell time, height and width apart: Qwen2-VL (P. Wang and
//! others, 2024, arXiv:2409.12191) and those after it.

use std::sync::Arc;

use super::architecture::RopeSections;
use super::config_keys::ConfigKeys;
use super::error::ModelError;

const TIME: usize = 0;
const HEIGHT: usize = 1;
const WIDTH: usize = 2;

/// The axis of each pair; `None` in a file that does not say how many each axis has, which reads text alone.
pub(super) fn rope_axes(
    keys: &ConfigKeys<'_>,
    order: RopeSections,
    pairs: usize,
) -> Result<Option<Arc<[usize]>>, ModelError> {
    let name = "rope.dimension_sections";
    let Some(sections) = keys.gguf.u32s(&keys.key(name))? else { return Ok(None) };
    let sections: Vec<usize> = sections.into_iter().map(|n| n as usize).collect();
    let &[time, height, width, ..] = sections.as_slice() else {
        return Err(keys.fail(
            name,
            &format!("{sections:?}"),
            "which is not a length for each of three axes",
        ));
    };
    if time.max(height).max(width) > pairs || time + height + width > pairs {
        let why = "which is more than the pairs of a head";
        return Err(keys.fail(name, &format!("{sections:?}"), why));
    }
    let axis = |pair: usize| match order {
        RopeSections::Interleaved => match pair % 3 {
            1 if pair < 3 * height => HEIGHT,
            2 if pair < 3 * width => WIDTH,
            _ => TIME,
        },
        RopeSections::Contiguous if pair < time => TIME,
        RopeSections::Contiguous if pair < time + height => HEIGHT,
        RopeSections::Contiguous => WIDTH,
    };
    Ok(Some((0..pairs).map(axis).collect()))
}
