//! The ground that CSS gives the root, painted under everything.

use super::colours;
use super::conic;
use super::gradients;
use super::numbers::{self, LengthScale, function, split, written};
use super::page::PageSizes;
use super::transform_origin;
use super::tree::{Element, Tree};
use super::view_box;

/// Layers of a ground that are painted.
const MOST: usize = 8;

/// Elements around the stops of a gradient that a layer is filled with.
const AROUND_STOPS: usize = 5;

/// Words beside the image of a mask that place nothing.
const OF_MASKS: [&str; 7] = ["alpha", "luminance", "match-source", "add", "subtract", "intersect", "exclude"];

/// Properties that a group around the ground, or around what masks are made of, sets back to their initial values: what the
/// root's own style says of its paint is not for them.
pub(super) const OWN_PAINT: [(&str, &str); 7] = [
    ("fill", "black"),
    ("fill-opacity", "1"),
    ("stroke", "none"),
    ("visibility", "visible"),
    ("marker-start", "none"),
    ("marker-mid", "none"),
    ("marker-end", "none"),
];

/// Puts the root's ground under everything.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes) {
    let style = &tree[0].style;
    // What the short form resets is empty.
    let own = |name: &str| style.get(name).filter(|value| !value.is_empty()).cloned();
    let mut colour = own("background-color");
    let mut images = own("background-image");
    let said = |name: &str| own(name).unwrap_or_default();
    let places = [said("background-position"), said("background-size"), said("background-repeat")];
    if let Some(both) = style.get("background") {
        let layers = split(both, ',');
        let words: Vec<&str> = layers.last().map(|last| split(last, ' ')).unwrap_or_default();
        colour = colour
            .or_else(|| words.iter().find(|word| colours::is_colour(word)).map(|word| (*word).to_owned()));
        images = images.or_else(|| Some(both.clone()));
    }
    let current = style.get("color").map_or("black", String::as_str);
    let colour = colour.map(|colour| colours::lowered(&colour, current).unwrap_or(colour));
    let layers: Vec<ImageLayer> = split(&images.unwrap_or_default(), ',')
        .into_iter()
        .take(MOST)
        .enumerate()
        .filter_map(|(at, layer)| ImageLayer::of(layer, &places, at))
        .collect();
    let blends = (1..tree.len()).any(|at| {
        tree[at].style.get("mix-blend-mode").is_some_and(|mode| !matches!(mode.as_str(), "normal" | "auto"))
    });
    let grounded = colour.is_some() || !layers.is_empty();
    // The root's own opacity is that of what is in it, and not of its ground.
    let opacity = grounded.then(|| tree[0].style.remove("opacity")).flatten();
    if blends || opacity.is_some() {
        let mut around = Element::new("g", &[]);
        opacity.map(|opacity| around.style.insert("opacity".to_owned(), opacity));
        // What blends does so with what else is drawn, not with the page.
        around.style.insert("isolation".to_owned(), "isolate".to_owned());
        tree.wrap(0, around);
    }
    if grounded {
        tree.gradient_parts.start_again();
        paint(tree, page, colour, &layers);
    }
}

fn paint(tree: &mut Tree, page: &PageSizes, colour: Option<String>, layers: &[ImageLayer]) {
    let ground = tree.insert(0, 0, Element::new("g", &OWN_PAINT));
    if let Some(colour) = colour {
        // What is not on the canvas is cut off.
        let sides = [("x", "-1000000"), ("y", "-1000000"), ("width", "2000000"), ("height", "2000000")];
        let rect = tree.append(ground, Element::new("rect", &sides));
        tree[rect].set("fill", colour);
    }
    let Some(area) = canvas(tree) else { return };
    // Lengths of a ground are those of the page.
    let [across, down] = page.canvas;
    let (x, y) = (area[2] / across, area[3] / down);
    let place =
        format!("matrix({} 0 0 {} {} {})", written(x), written(y), written(area[0]), written(area[1]));
    let images = tree.append(ground, Element::new("g", &[("transform", &place)]));
    let scale = LengthScale { view: page.canvas, ..*tree[0].scale() };
    // The first layer lies on top.
    for (at, layer) in layers.iter().enumerate().rev() {
        layer.paint(tree, images, &format!("pelicycle-ground-{at}"), page.canvas, &scale);
    }
}

/// A layer of a background or a mask, with its image.
pub(super) struct ImageLayer {
    image: String,
    position: String,
    size: String,
    repeat: String,
}

impl ImageLayer {
    /// Of a layer's words, and of what other properties say of the layer `at` that place; `None` where it holds no gradient.
    pub(super) fn of(layer: &str, places: &[String; 3], at: usize) -> Option<Self> {
        let spaced = layer.replace(" / ", "/").replace("/ ", "/").replace(" /", "/");
        let mut own = [Vec::new(), Vec::new(), Vec::new()];
        let mut image = None;
        let mut sized = false;
        for word in split(&spaced, ' ') {
            if word.contains('(') && function(word).is_some_and(|(name, _)| name.ends_with("gradient")) {
                image = Some(word.to_owned());
            } else if matches!(word, "no-repeat" | "repeat" | "repeat-x" | "repeat-y" | "round" | "space") {
                own[2].push(word);
            } else if let Some((before, after)) = word.split_once('/').filter(|_| !word.contains('(')) {
                own[0].push(before);
                own[1].push(after);
                sized = true;
            } else if !colours::is_colour(word)
                && !word.ends_with("-box")
                && !OF_MASKS.contains(&word)
                && !matches!(word, "scroll" | "fixed" | "local")
            {
                own[usize::from(sized)].push(word);
            }
        }
        let of = |which: usize| match own[which][..] {
            [] => {
                let all = split(&places[which], ',');
                all.get(at % all.len().max(1)).map_or(String::new(), |found| (*found).to_owned())
            }
            _ => own[which].join(" "),
        };
        Some(Self { image: image?, position: of(0), size: of(1), repeat: of(2) })
    }

    /// Paints it into an element whose units begin where the canvas does; `None` where it is none that can be painted.
    pub(super) fn paint(
        &self,
        tree: &mut Tree,
        into: usize,
        id: &str,
        canvas: [f64; 2],
        scale: &LengthScale,
    ) -> Option<()> {
        let mut sides = split(&self.size, ' ').into_iter();
        let mut side = |whole: f64| match sides.next() {
            None | Some("auto" | "cover" | "contain" | "") => Some(whole),
            Some(text) => numbers::length(text, whole, scale).filter(|side| *side > 0.0),
        };
        let size = [side(canvas[0])?, side(canvas[1])?];
        let left = [canvas[0] - size[0], canvas[1] - size[1]];
        let [x, y] = match self.position.as_str() {
            "" => [0.0, 0.0],
            position => transform_origin::origin(position, left, scale)?,
        };
        let whole = size == canvas && [x, y] == [0.0, 0.0];
        let (across, down) = match self.repeat.as_str() {
            _ if whole => (false, false),
            "no-repeat" => (false, false),
            "repeat-x" => (true, false),
            "repeat-y" => (false, true),
            _ => (true, true),
        };
        let sides = |[x, y, width, height]: [f64; 4]| {
            ["x", "y", "width", "height"].into_iter().zip([x, y, width, height].map(written))
        };
        let repeats = across || down;
        // A tile's own units begin where it does.
        let [left, top] = if repeats { [0.0, 0.0] } else { [x, y] };
        let place = [left, top, size[0], size[1]];
        if !repeats {
            return self.fill(tree, into, id, place, scale);
        }
        let mut pattern = Element::new("pattern", &[("patternUnits", "userSpaceOnUse")]);
        pattern.set("id", format!("{id}-tile"));
        sides([x, y, size[0], size[1]]).for_each(|(name, value)| pattern.set(name, value));
        let pattern = tree.append(into, pattern);
        self.fill(tree, pattern, id, place, scale)?;
        let mut all = Element::new("rect", &[]);
        let wide = [
            if across { 0.0 } else { x },
            if down { 0.0 } else { y },
            if across { canvas[0] } else { size[0] },
            if down { canvas[1] } else { size[1] },
        ];
        sides(wide).for_each(|(name, value)| all.set(name, value));
        all.set("fill", format!("url(#{id}-tile)"));
        tree.append(into, all);
        Some(())
    }

    /// Fills a box with the picture once.
    fn fill(
        &self,
        tree: &mut Tree,
        into: usize,
        id: &str,
        place: [f64; 4],
        scale: &LengthScale,
    ) -> Option<()> {
        let mut rect = Element::new("rect", &[]);
        for (name, value) in ["x", "y", "width", "height"].into_iter().zip(place.map(written)) {
            rect.set(name, value);
        }
        if tree.gradient_parts.is_full() {
            return None;
        }
        if let Some(wedges) = conic::wedges(&self.image, place, scale, &mut tree.gradient_parts) {
            let clip = tree.append(0, Element::new("clipPath", &[("id", id), ("visibility", "visible")]));
            tree.append(clip, rect);
            let clipped = [("clip-path", &*format!("url(#{id})")), ("shape-rendering", "crispEdges")];
            let around = tree.append(into, Element::new("g", &clipped));
            for wedge in wedges {
                tree.append(around, wedge);
            }
            return Some(());
        }
        let (gradient, stops) = gradients::of_css(&self.image, id, place, scale)?;
        if !tree.gradient_parts.take(stops.len() + AROUND_STOPS) {
            return None;
        }
        let gradient = tree.insert(0, 0, gradient);
        for stop in stops {
            tree.append(gradient, stop);
        }
        rect.set("fill", format!("url(#{id})"));
        tree.append(into, rect);
        Some(())
    }
}

/// The canvas in user units: x, y, width, height.
pub(super) fn canvas(tree: &Tree) -> Option<[f64; 4]> {
    let root = &tree[0];
    let length = |name: &str| {
        let text = root.markup(name)?.trim().trim_end_matches("px");
        text.parse::<f64>().ok().filter(|length| *length > 0.0)
    };
    let (width, height) = (length("width"), length("height"));
    let Some([x, y, w, h]) = root.markup("viewBox").and_then(view_box) else {
        return root.markup("viewBox").is_none().then_some([0.0, 0.0, width?, height?]);
    };
    let aspect =
        root.markup("preserveAspectRatio").unwrap_or_default().trim().trim_start_matches("defer").trim();
    let (place, slice) =
        (aspect.split_ascii_whitespace().next().unwrap_or("xMidYMid"), aspect.ends_with("slice"));
    let (width, height) = match (width, height) {
        (Some(width), Some(height)) => (width, height),
        _ => (w, h),
    };
    if place == "none" {
        return Some([x, y, w, h]);
    }
    let shares = |least: &str, most: &str| match place {
        place if place.contains(least) => 0.0,
        place if place.contains(most) => 1.0,
        _ => 0.5,
    };
    let (wide, high) = (width / w, height / h);
    let scale = if slice { wide.max(high) } else { wide.min(high) };
    let (across, down) = (width / scale, height / scale);
    let (left, top) = (shares("xMin", "xMax"), shares("YMin", "YMax"));
    Some([x + (w - across) * left, y + (h - down) * top, across, down])
}
