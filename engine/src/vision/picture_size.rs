//! The size that a picture is given before it is cut into patches, by the rules of each family.

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

/// Whole tokens both ways, as near as can be to the picture's own size unless that is out of bounds.
fn by_area((width, height): (usize, usize), side: usize, min: usize, max: usize) -> (usize, usize) {
    let (w, h, f) = (width as f64, height as f64, side as f64);
    let whole = |x: f64| (x / f).round_ties_even() as usize * side;
    let (wide, high) = (whole(w), whole(h));
    if wide * high > max {
        let shrink = (w * h / max as f64).sqrt();
        let floor = |x: f64| side.max((x / shrink / f).floor() as usize * side);
        (floor(w), floor(h))
    } else if wide * high < min {
        let grow = (min as f64 / (w * h)).sqrt();
        let ceil = |x: f64| (x * grow / f).ceil() as usize * side;
        (ceil(w), ceil(h))
    } else {
        (wide, high)
    }
}

/// The longer side cut where the rules for thin pictures leave more tokens than there may be.
fn shortened((width, height): (usize, usize), side: usize, most: usize) -> (usize, usize) {
    let (across, down) = (width / side, height / side);
    match across.saturating_mul(down) <= most {
        true => (width, height),
        false if across > down => ((most / down).max(1) * side, height),
        false => (width, (most / across).max(1) * side),
    }
}

/// The largest size of its shape that so many tokens hold.
fn by_tokens((width, height): (usize, usize), side: usize, tokens: usize) -> Option<(usize, usize)> {
    let (w, h) = (width as f64, height as f64);
    let stretch = ((tokens * side * side) as f64 / (w * h)).sqrt();
    let whole = |x: f64| (stretch * x / side as f64).floor() as usize * side;
    let longest = tokens * side;
    match (whole(w), whole(h)) {
        (0, 0) => None,
        (_, 0) => Some((longest.min(width / height * side), side)),
        (0, _) => Some((side, longest.min(height / width * side))),
        size => Some(size),
    }
}

/// Whole tokens both ways, rounded up, with no edge longer than `edge` nor more tokens than `most`.
fn by_edge(size: (usize, usize), side: usize, edge: usize, most: usize) -> (usize, usize) {
    let fit = |edge: usize| {
        let ratio = (size.1 as f64 / edge as f64).max(size.0 as f64 / edge as f64);
        let shrunk = |x: usize| if ratio > 1.0 { ((x as f64 / ratio).floor() as usize).max(1) } else { x };
        let up = |x: usize| shrunk(x).div_ceil(side) * side;
        (up(size.0), up(size.1))
    };
    let mut edge = edge;
    loop {
        let (width, height) = fit(edge);
        if edge <= side || (width / side).saturating_mul(height / side) <= most {
            return shortened((width, height), side, most);
        }
        edge = edge.min(width.max(height)) - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = usize::MAX;

    #[test]
    fn sizes_are_whole_tokens_within_the_bounds() {
        assert_eq!(by_area((1024, 768), 32, 1 << 16, 1 << 24), (1024, 768));
        assert_eq!(by_area((100, 10), 32, 1 << 16, 1 << 24), (832, 96));
        assert_eq!(by_area((5000, 4000), 32, 1 << 16, 1 << 20), (1120, 896));
        assert_eq!(by_area((80, 48), 32, 1, 1 << 24), (64, 64), "halves go to even numbers");
        assert_eq!(by_tokens((64, 64), 12, 70), Some((96, 96)));
        assert_eq!(by_tokens((1, 5000), 48, 280), Some((48, 280 * 48)));
        assert_eq!(by_edge((300, 120), 28, 196, MOST), (196, 84));
        assert_eq!(by_edge((64, 64), 28, 1540, MOST), (84, 84));
        let (width, height) = by_edge((4000, 3000), 28, 1540, 1024);
        assert!((900..=1024).contains(&(width / 28 * (height / 28))), "{width} × {height}");
        assert_eq!(shortened((6400, 32), 32, 100), (3200, 32));
    }
}
