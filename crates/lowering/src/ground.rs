//! The ground that CSS gives the root, painted under everything.

use super::colours;
use super::gradients;
use super::numbers::{self, function, split};
use super::tree::{Element, Tree};
use super::view_box;

/// Layers of a ground that are painted.
const MOST: usize = 8;

/// Puts the root's ground under everything.
pub(super) fn lower(tree: &mut Tree) {
    let style = &tree[0].style;
    let mut colour = style.get("background-color").cloned();
    let mut images = style.get("background-image").cloned().unwrap_or_default();
    if let Some(both) = style.get("background") {
        let layers = split(both, ',');
        let words: Vec<&str> = layers.last().map(|last| split(last, ' ')).unwrap_or_default();
        colour = words.iter().find(|word| colours::is_colour(word)).map(|word| (*word).to_owned()).or(colour);
        images = both.clone();
    }
    let mut painted = Vec::new();
    let current = style.get("color").map_or("black", String::as_str);
    if let Some(colour) = colour {
        let colour = colours::lowered(&colour, current).unwrap_or(colour);
        // What is not on the canvas is cut off.
        let sides = [("x", "-1000000"), ("y", "-1000000"), ("width", "2000000"), ("height", "2000000")];
        let mut rect = Element::new("rect", &sides);
        rect.set("fill", colour);
        painted.push(rect);
    }
    let mut defined = Vec::new();
    if let Some(area) = canvas(tree) {
        let scale = *tree[0].scale();
        // The first layer lies on top.
        for (at, layer) in split(&images, ',').into_iter().take(MOST).enumerate().rev() {
            let words = split(layer, ' ');
            let Some(image) =
                words.iter().find(|word| function(word).is_some_and(|(name, _)| name.ends_with("gradient")))
            else {
                continue;
            };
            let id = format!("pelicycle-ground-{at}");
            let Some((gradient, stops)) = gradients::of_css(image, &id, area, &scale) else { continue };
            defined.push((gradient, stops));
            let [x, y, width, height] = area.map(numbers::written);
            let mut rect =
                Element::new("rect", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
            rect.set("fill", format!("url(#{id})"));
            painted.push(rect);
        }
    }
    for (at, mut rect) in painted.into_iter().enumerate() {
        // What the root's own style would give to a shape is not for its ground.
        for (name, value) in
            [("stroke", "none"), ("fill-opacity", "1"), ("opacity", "1"), ("visibility", "visible")]
        {
            rect.set(name, value.to_owned());
        }
        tree.insert(0, at, rect);
    }
    for (gradient, stops) in defined {
        let made = tree.insert(0, 0, gradient);
        for stop in stops {
            tree.append(made, stop);
        }
    }
}

/// The canvas in user units, where the drawing lies in its middle: x, y, width, height.
fn canvas(tree: &Tree) -> Option<[f64; 4]> {
    let root = &tree[0];
    let length = |name: &str| {
        let text = root.markup(name)?.trim().trim_end_matches("px");
        text.parse::<f64>().ok().filter(|length| *length > 0.0)
    };
    let (width, height) = (length("width"), length("height"));
    let Some([x, y, w, h]) = root.markup("viewBox").and_then(view_box) else {
        return root.markup("viewBox").is_none().then_some([0.0, 0.0, width?, height?]);
    };
    let aspect = root.markup("preserveAspectRatio").unwrap_or("xMidYMid meet");
    if !aspect.trim().starts_with("xMidYMid") || aspect.contains("slice") {
        return None;
    }
    let (width, height) = match (width, height) {
        (Some(width), Some(height)) => (width, height),
        _ => (w, h),
    };
    let scale = (width / w).min(height / h);
    let (across, down) = (width / scale, height / scale);
    Some([x - (across - w) / 2.0, y - (down - h) / 2.0, across, down])
}
