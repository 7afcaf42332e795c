//! The path that `offset-path` names: a way along an outline, or a ray (css-motion-1).

use tiny_skia_path::Path;

use super::numbers::{self, LengthScale, function, split};
use super::tree::Tree;
use super::{basic_shapes, outline, properties, transform_origin};

/// The sides of the box that basic shapes of `offset-path` are of: what stands in a drawing has none.
const NO_BOX: [f64; 2] = [0.0; 2];

/// The way that a value of `offset-path` names: along path data, or round a basic shape.
pub(super) fn way(tree: &Tree, element: usize, value: &str) -> Option<Path> {
    if let Some(data) = properties::path_of(value) {
        return outline::from_data(data);
    }
    let scale = *tree[element].scale();
    let shape = split(value, ' ').into_iter().find(|word| word.contains('('))?;
    outline::of_shape(&basic_shapes::element(shape, NO_BOX, &scale)?, &scale)
}

/// A ray that `offset-path` names.
pub(super) struct Ray {
    pub(super) from: [f64; 2],
    /// From straight up, in degrees.
    pub(super) angle: f64,
    /// The length that percentages of it refer to.
    pub(super) length: f64,
}

impl Ray {
    /// `position` is what `offset-position` says.
    pub(super) fn of(value: &str, position: Option<&str>, scale: &LengthScale) -> Option<Self> {
        let shape = split(value, ' ').into_iter().find(|word| word.contains('('))?;
        let (_, inside) = function(shape).filter(|(name, _)| name == "ray")?;
        let (said, at) = match inside.split_once("at ") {
            Some((said, at)) => (said, Some(at)),
            None => (inside, position.filter(|said| !matches!(*said, "normal" | "auto"))),
        };
        let from @ [x, y] = match at {
            Some(at) => transform_origin::origin(at.trim(), NO_BOX, scale)?,
            None => [0.0; 2],
        };
        let words = split(said, ' ');
        let angle = words.iter().copied().find_map(numbers::angle)?;
        let (x, y) = (x.abs(), y.abs());
        let size = |word: &&str| match *word {
            "closest-corner" | "farthest-corner" => Some(x.hypot(y)),
            "farthest-side" => Some(x.max(y)),
            "sides" => Some(0.0),
            _ => None,
        };
        Some(Self { from, angle, length: words.iter().find_map(size).unwrap_or(x.min(y)) })
    }
}
