//! The size that a picture is given before it is cut into patches, by the rules of each family.

use super::fitted_size::{by_area, by_edge, by_tokens, shortened};
use super::limits::{MAX_PASS_PIXELS, MAX_PATCHES, PictureLimits};
use super::picture::{MAX_PICTURE_PIXELS, Picture, PictureError};
use super::tower_config::TowerConfig;
use super::tower_kind::PictureSizing;

/// The largest ratio of the long side to the short one, where there is a rule for it.
const MOST_STRETCHED: usize = 200;

/// Width and height in pixels: whole tokens both ways, at most [`MAX_PATCHES`] and [`MAX_PICTURE_PIXELS`].
///
/// # Errors
/// When the picture is too thin for the family's rules, or for resizing in little memory.
pub(super) fn picture_size(
    sizing: PictureSizing,
    config: &TowerConfig,
    limits: &PictureLimits,
    picture: &Picture,
) -> Result<(usize, usize), PictureError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let side = config.patch * config.merge;
    let most = most_tokens(config, limits);
    let thin = |rule| PictureError::Thin { width: picture.width(), height: picture.height(), rule };
    let size = match sizing {
        PictureSizing::Area { min, max } => {
            if width.max(height) > MOST_STRETCHED * width.min(height) {
                return Err(thin("one side is more than 200 times the other"));
            }
            let max = limits.max_pixels.unwrap_or(max).min(most.saturating_mul(side * side)).max(side * side);
            let min = limits.min_pixels.unwrap_or(min).clamp(1, max);
            shortened(by_area((width, height), side, min, max), side, most)
        }
        PictureSizing::Square => (config.image_size, config.image_size),
        PictureSizing::Tokens(usual) => {
            let tokens = limits.token_budget.unwrap_or(usual).clamp(1, most);
            by_tokens((width, height), side, tokens)
                .ok_or_else(|| thin("no whole token of it is left when it is made to fit"))?
        }
        PictureSizing::LongestEdge => {
            let edge = limits.longest_edge.unwrap_or(config.image_size).max(side);
            by_edge((width, height), side, edge, most)
        }
    };
    if height * size.0 > MAX_PASS_PIXELS {
        return Err(thin("resizing it would take too much memory"));
    }
    Ok(size)
}

/// Tokens of a picture at most.
fn most_tokens(config: &TowerConfig, limits: &PictureLimits) -> usize {
    let (patches, side) = (config.merge * config.merge, config.patch * config.merge);
    let most = (MAX_PATCHES / patches).min(MAX_PICTURE_PIXELS / (side * side));
    limits.max_tokens.unwrap_or(most).min(most).max(1)
}
