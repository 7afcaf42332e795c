//! Tiles of patterns that are far larger than what they are painted on: numbers of units that were meant as pixels and are
//! shares of a box.

use super::numbers::{self, written};
use super::tree::Tree;

/// Sides of the box beyond which nothing of a tile is seen, its beginning being where the box begins.
const SEEN: f64 = 1.5;

/// Makes tiles smaller of which the first alone is seen, and of that only a part.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        let found = &tree[element];
        let of_box = found.markup("patternUnits").is_none_or(|units| units.trim() != "userSpaceOnUse");
        if found.name != "pattern" || !of_box || found.markup("viewBox").is_some() {
            continue;
        }
        let scale = found.scale();
        let share = |name: &str| found.markup(name).and_then(|said| numbers::length(said, 1.0, scale));
        let begins = |name: &str| share(name).is_none_or(|at| at == 0.0);
        let turned = found.markup("patternTransform").is_some() || found.style.contains_key("transform");
        if turned || !begins("x") || !begins("y") {
            continue;
        }
        let large =
            ["width", "height"].map(|name| share(name).is_some_and(|side| side > SEEN).then_some(name));
        for name in large.into_iter().flatten() {
            tree[element].set(name, written(SEEN));
        }
    }
}
