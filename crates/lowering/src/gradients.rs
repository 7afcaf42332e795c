//! Gradients of CSS as gradients of SVG (css-images-3, section 3), and gradients that go through other spaces.

use std::collections::BTreeSet;

use super::colours;
use super::numbers::{self, LengthScale, angle, function, split, written};
use super::tree::{Element, Tree};

/// A gradient of CSS over a box, as an element that is painted with; `None` where it is none that SVG has.
pub(super) fn of_css(
    value: &str,
    id: &str,
    area: [f64; 4],
    scale: &LengthScale,
) -> Option<(Element, Vec<Element>)> {
    let (name, inside) = function(value)?;
    let (name, repeats) = match name.strip_prefix("repeating-") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    let mut parts = split(inside, ',');
    let (space, way) = space(parts.first()?, inside);
    match way.as_str() {
        way if way == *parts.first()? => {}
        "" => {
            parts.remove(0);
        }
        way => parts[0] = way,
    }
    let (mut gradient, length) = match name {
        "linear-gradient" => linear(&mut parts, area)?,
        "radial-gradient" => radial(&mut parts, area, scale)?,
        _ => return None,
    };
    gradient.set("id", id.to_owned());
    gradient.set("gradientUnits", "userSpaceOnUse".to_owned());
    if repeats {
        gradient.set("spreadMethod", "repeat".to_owned());
    }
    let mut stops = stops(&parts, length, scale)?;
    if repeats {
        repeated(&mut gradient, &mut stops)?;
    } else {
        stops = cut(&stops)?;
    }
    let stops = smooth(&stops, &space).into_iter().map(|(offset, colour)| {
        let (colour, alpha) = (csscolorparser::Color { a: 1.0, ..colour.clone() }, colour.a);
        let mut stop =
            Element::new("stop", &[("offset", &written(offset)), ("stop-color", &colours::words(&colour))]);
        if alpha < 1.0 {
            stop.set("stop-opacity", written(f64::from(alpha)));
        }
        stop
    });
    Some((gradient, stops.collect()))
}

/// The space that colours go through, with the way of hues where one is said, and the first argument without them. Colours of today go through Oklab where none is named.
pub(super) fn space(first: &str, all: &str) -> (String, String) {
    let words = split(first, ' ');
    if let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("in"))
        && words.len() > at + 1
    {
        let hue = words.get(at + 3).is_some_and(|word| word.eq_ignore_ascii_case("hue"));
        let end = if hue { at + 4 } else { at + 2 };
        let space = words[at + 1..end].join(" ").to_ascii_lowercase();
        let space = space.strip_suffix(" hue").unwrap_or(&space).to_owned();
        return (space, [&words[..at], &words[end..]].concat().join(" "));
    }
    (if colours::is_modern(all) { "oklab" } else { "srgb" }.to_owned(), first.to_owned())
}

/// Makes a gradient repeat itself from its first to its last stop, as those of CSS do.
fn repeated(gradient: &mut Element, stops: &mut [(f64, csscolorparser::Color)]) -> Option<()> {
    let (first, last) = (stops.first()?.0, stops.last()?.0);
    let whole = last - first;
    if whole <= 0.0 || (gradient.name == "radialGradient" && first != 0.0) {
        return None;
    }
    if gradient.name == "radialGradient" {
        gradient.set("r", written(last));
    } else {
        for [from, to] in [["x1", "x2"], ["y1", "y2"]] {
            let number = |name: &str| gradient.markup(name).and_then(numbers::number);
            let (a, b) = (number(from)?, number(to)?);
            gradient.set(from, written(a + (b - a) * first));
            gradient.set(to, written(a + (b - a) * last));
        }
    }
    stops.iter_mut().for_each(|(at, _)| *at = (*at - first) / whole);
    Some(())
}

/// The line of a linear gradient, and its length.
fn linear(parts: &mut Vec<&str>, [x, y, width, height]: [f64; 4]) -> Option<(Element, f64)> {
    let (sine, cosine) = match direction(parts.first()?, width, height) {
        Some(way) => {
            parts.remove(0);
            way
        }
        None => (0.0, 1.0),
    };
    // The line goes through the middle and is as long as its ends' perpendiculars reach the corners.
    let half = f64::midpoint((width * sine).abs(), (height * cosine).abs());
    let (middle_x, middle_y) = (x + width / 2.0, y + height / 2.0);
    // A sine's last digits are another system's own; its first ones are the same everywhere.
    let rounded = |number: f64| written((number * 1e4).round() / 1e4);
    let ends = [
        ("x1", rounded(middle_x - sine * half)),
        ("y1", rounded(middle_y - cosine * half)),
        ("x2", rounded(middle_x + sine * half)),
        ("y2", rounded(middle_y + cosine * half)),
    ];
    let mut gradient = Element::new("linearGradient", &[]);
    for (name, value) in ends {
        gradient.set(name, value);
    }
    Some((gradient, 2.0 * half))
}

/// The way, across and down, that a gradient's first argument names.
fn direction(argument: &str, width: f64, height: f64) -> Option<(f64, f64)> {
    let Some(words) = argument.strip_prefix("to ") else {
        if !argument.ends_with(|c: char| c.is_ascii_alphabetic()) && argument != "0" {
            return None;
        }
        let (sine, cosine) = angle(argument)?.to_radians().sin_cos();
        return Some((sine, -cosine));
    };
    let (mut across, mut down) = (0.0, 0.0);
    for word in words.split_whitespace() {
        match word {
            "top" => down = -1.0,
            "bottom" => down = 1.0,
            "left" => across = -1.0,
            "right" => across = 1.0,
            _ => return None,
        }
    }
    // To a corner: so that the middle colour goes through the two others.
    if across != 0.0 && down != 0.0 {
        let long = (width * width + height * height).sqrt();
        return Some((across * height / long, down * width / long));
    }
    (across != 0.0 || down != 0.0).then_some((across, down))
}

/// The circle or ellipse of a radial gradient, and the length of its ray to the right.
fn radial(
    parts: &mut Vec<&str>,
    [x, y, width, height]: [f64; 4],
    scale: &LengthScale,
) -> Option<(Element, f64)> {
    let (mut shape, mut at) = ("", "center");
    let first = *parts.first()?;
    let is_shape =
        ["circle", "ellipse", "closest", "farthest", "at "].iter().any(|word| first.contains(word))
            || first.split_whitespace().all(|word| numbers::is_length(word, false, false));
    if is_shape && !colours::is_colour(first) {
        (shape, at) = match first.split_once("at ") {
            Some((shape, at)) => (shape.trim(), at.trim()),
            None => (first, "center"),
        };
        parts.remove(0);
    }
    let [cx, cy] = super::transform_origin::origin(at, [width, height], scale)?;
    let sides = [cx, width - cx, cy, height - cy].map(f64::abs);
    let (near_x, far_x) = (sides[0].min(sides[1]), sides[0].max(sides[1]));
    let (near_y, far_y) = (sides[2].min(sides[3]), sides[2].max(sides[3]));
    let sizes: Vec<&str> =
        shape.split_whitespace().filter(|word| !matches!(*word, "circle" | "ellipse")).collect();
    let circle = shape.contains("circle") || (sizes.len() == 1 && numbers::is_length(sizes[0], false, false));
    let corner = |a: f64, b: f64| (a * a + b * b).sqrt();
    let [rx, ry] = match sizes[..] {
        ["closest-side"] if circle => [near_x.min(near_y); 2],
        ["closest-side"] => [near_x, near_y],
        ["farthest-side"] if circle => [far_x.max(far_y); 2],
        ["farthest-side"] => [far_x, far_y],
        ["closest-corner"] if circle => [corner(near_x, near_y); 2],
        ["closest-corner"] => [near_x * std::f64::consts::SQRT_2, near_y * std::f64::consts::SQRT_2],
        [] | ["farthest-corner"] if circle => [corner(far_x, far_y); 2],
        [] | ["farthest-corner"] => [far_x * std::f64::consts::SQRT_2, far_y * std::f64::consts::SQRT_2],
        [radius] => [numbers::length(radius, 0.0, scale)?; 2],
        [rx, ry] => [numbers::length(rx, width, scale)?, numbers::length(ry, height, scale)?],
        _ => return None,
    };
    if rx <= 0.0 || ry <= 0.0 {
        return None;
    }
    let mut gradient = Element::new("radialGradient", &[("cx", "0"), ("cy", "0"), ("r", "1")]);
    let place =
        format!("translate({} {}) scale({} {})", written(x + cx), written(y + cy), written(rx), written(ry));
    gradient.set("gradientTransform", place);
    Some((gradient, rx))
}

/// The stops of a gradient whose line has this length, each with its offset as a share of it.
pub(super) fn stops(
    parts: &[&str],
    length: f64,
    scale: &LengthScale,
) -> Option<Vec<(f64, csscolorparser::Color)>> {
    let mut found: Vec<(Option<f64>, Option<csscolorparser::Color>)> = Vec::new();
    for part in parts {
        let words = split(part, ' ');
        let place = |word: &str| {
            numbers::length(word, length, scale).map(|place| if length > 0.0 { place / length } else { 0.0 })
        };
        if let [hint] = words[..]
            && let Some(hint) = place(hint)
        {
            found.push((Some(hint), None));
            continue;
        }
        let (colour, places) = words.split_first()?;
        let colour = colours::parse(colour)?;
        match places {
            [] => found.push((None, Some(colour))),
            [at] => found.push((Some(place(at)?), Some(colour))),
            [from, to] => {
                found.push((Some(place(from)?), Some(colour.clone())));
                found.push((Some(place(to)?), Some(colour)));
            }
            _ => return None,
        }
    }
    if found.len() < 2 || found.len() > 200 {
        return None;
    }
    let last = found.len() - 1;
    found[0].0.get_or_insert(0.0);
    found[last].0.get_or_insert(1.0);
    // No stop lies before one that is written before it; those without a place lie evenly between.
    let mut least = f64::NEG_INFINITY;
    for (place, _) in &mut found {
        if let Some(place) = place {
            *place = place.max(least);
            least = *place;
        }
    }
    let mut at = 0;
    while at < found.len() {
        if found[at].0.is_none() {
            let before = found[at - 1].0?;
            let next = (at..found.len()).find(|next| found[*next].0.is_some())?;
            let after = found[next].0?;
            let steps = (next - at + 1) as f64;
            for (step, index) in (at..next).enumerate() {
                found[index].0 = Some(before + (after - before) * (step + 1) as f64 / steps);
            }
        }
        at += 1;
    }
    // A hint is where half of the way is gone: told by that colour.
    let mut stops = Vec::new();
    for at in 0..found.len() {
        let colour = match &found[at].1 {
            Some(colour) => colour.clone(),
            None => {
                let before = found.get(at.checked_sub(1)?)?.1.as_ref()?;
                colours::between(before, found.get(at + 1)?.1.as_ref()?, 0.5, "srgb")?
            }
        };
        stops.push((found[at].0?, colour));
    }
    Some(stops)
}

/// SVG has offsets from 0 to 1: what lies beyond is cut to there.
fn cut(stops: &[(f64, csscolorparser::Color)]) -> Option<Vec<(f64, csscolorparser::Color)>> {
    let inside = |share: f64| -> Option<csscolorparser::Color> {
        let after = stops.iter().position(|(at, _)| *at >= share);
        match after {
            Some(0) => Some(stops[0].1.clone()),
            None => Some(stops.last()?.1.clone()),
            Some(after) => {
                let ((a, from), (b, to)) = (&stops[after - 1], &stops[after]);
                colours::between(from, to, if b > a { (share - a) / (b - a) } else { 1.0 }, "srgb")
            }
        }
    };
    let mut cut = Vec::new();
    if stops[0].0 < 0.0 {
        cut.push((0.0, inside(0.0)?));
    }
    cut.extend(stops.iter().filter(|(at, _)| (0.0..=1.0).contains(at)).cloned());
    if stops.last()?.0 > 1.0 {
        cut.push((1.0, inside(1.0)?));
    }
    (!cut.is_empty()).then_some(cut)
}

/// CSS weighs colours by their opacity and goes through any space, SVG does neither: between such stops stand more.
fn smooth(stops: &[(f64, csscolorparser::Color)], space: &str) -> Vec<(f64, csscolorparser::Color)> {
    let mut made: Vec<(f64, csscolorparser::Color)> = Vec::with_capacity(stops.len());
    let seen = |clear: &csscolorparser::Color, other: &csscolorparser::Color| match clear.a {
        0.0 => csscolorparser::Color { a: 0.0, ..other.clone() },
        _ => clear.clone(),
    };
    for pair in stops.windows(2) {
        let ((from, a), (to, b)) = (&pair[0], &pair[1]);
        if a.a == b.a && space == "srgb" {
            made.push((*from, a.clone()));
            continue;
        }
        // What can't be seen has the other's colour.
        made.push((*from, seen(a, b)));
        for step in 1..STEPS {
            let share = step as f64 / STEPS as f64;
            if let Some(colour) = colours::between(a, b, share, space) {
                made.push((from + (to - from) * share, colour));
            }
        }
        made.push((*to, seen(b, a)));
    }
    made.extend(stops.last().cloned());
    made
}

/// Steps of a gradient through another space between two of its stops.
const STEPS: usize = 12;

/// Writes gradients of which a stop has a colour of today with the stops that they go through: Oklab, as those of CSS do. Asked
/// before colours are written in older words, which know less of them.
pub(super) fn of_modern_colours(tree: &mut Tree) {
    let stops = (0..tree.len()).filter(|at| tree[*at].name == "stop");
    let modern = stops.filter(|at| {
        let colour = tree[*at].style.get("stop-color").map_or("black", String::as_str);
        colours::is_modern(own_colour(tree, *at, colour))
    });
    let around = modern.filter_map(|at| tree[at].parent);
    let gradients: BTreeSet<usize> = around.filter(|at| is_gradient(&tree[*at])).collect();
    for gradient in gradients {
        if !is_linear(tree, gradient) {
            through(tree, gradient, "oklab");
        }
    }
}

/// A colour of an element, or what `currentColor` stands for there.
fn own_colour<'t>(tree: &'t Tree, element: usize, colour: &'t str) -> &'t str {
    match colour.eq_ignore_ascii_case("currentcolor") {
        true => tree.inherited(element, "color").unwrap_or("black"),
        false => colour,
    }
}

fn is_gradient(element: &Element) -> bool {
    matches!(element.name.as_str(), "linearGradient" | "radialGradient")
}

fn is_linear(tree: &Tree, gradient: usize) -> bool {
    let space = tree.inherited(gradient, "color-interpolation");
    space.is_some_and(|space| space.eq_ignore_ascii_case("linearRGB"))
}

/// Writes gradients whose colours go through linear light with the stops that they then go through.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        if !is_gradient(&tree[element]) {
            continue;
        }
        // What CSS says of its transform stands before the attribute, which has another name.
        if tree[element].markup("transform").is_none()
            && let Some(moved) = tree[element].style.remove("transform")
        {
            tree[element].set("gradientTransform", moved);
        }
        paint_areas_alone(tree, element);
        if is_linear(tree, element) {
            through(tree, element, "srgb-linear");
        }
    }
}

/// Writes a gradient whose colours go through a space with stops between its own. Opacity goes beside the colours here.
fn through(tree: &mut Tree, element: usize, space: &str) {
    let found: Option<Vec<(f64, csscolorparser::Color, f64)>> = tree
        .children(element)
        .filter(|at| tree[*at].name == "stop")
        .map(|at| {
            let stop = &tree[at];
            let offset = numbers::number(stop.markup("offset").unwrap_or("0"))?.clamp(0.0, 1.0);
            let colour = stop.style.get("stop-color").map_or("black", String::as_str);
            let colour = colours::parse(own_colour(tree, at, colour))?;
            let opacity =
                stop.style.get("stop-opacity").map_or(Some(1.0), |opacity| numbers::number(opacity))?;
            let opacity = f64::from(colour.a) * opacity.clamp(0.0, 1.0);
            Some((offset, csscolorparser::Color { a: 1.0, ..colour }, opacity))
        })
        .collect();
    let Some(found) = found.filter(|found| (2..100).contains(&found.len())) else { return };
    tree[element].children.clear();
    let mut add = |offset: f64, colour: &csscolorparser::Color, opacity: f64| {
        let mut stop = Element::new("stop", &[("offset", &written(offset))]);
        stop.set("stop-color", colours::words(colour));
        stop.set("stop-opacity", written(opacity));
        tree.append(element, stop);
    };
    add(found[0].0, &found[0].1, found[0].2);
    for pair in found.windows(2) {
        let ((from, a, seen), (to, b, then)) = (&pair[0], &pair[1]);
        for step in 1..=STEPS {
            let share = step as f64 / STEPS as f64;
            if let Some(colour) = colours::between(a, b, share, space) {
                add(from + (to - from) * share, &colour, seen + (then - seen) * share);
            }
        }
    }
}

/// Gives a gradient of one colour two stops. It paints nothing of a shape without an area, as other gradients do, but
/// the renderer takes one of a single stop, or without a radius, for that colour.
fn paint_areas_alone(tree: &mut Tree, element: usize) {
    let found = &tree[element];
    if found.markup("gradientUnits").is_some_and(|units| units.trim() == "userSpaceOnUse") {
        return;
    }
    let stops: Vec<usize> = tree.children(element).filter(|at| tree[*at].name == "stop").collect();
    let scale = found.scale();
    let empty = found.name == "radialGradient"
        && found.markup("r").and_then(|r| numbers::length(r, 1.0, scale)).is_some_and(|r| r <= 0.0);
    let Some(last) = stops.last().copied().filter(|_| stops.len() == 1 || empty) else { return };
    let stop = tree[last].clone();
    if empty {
        tree[element].unset("r");
    }
    tree[element].children.clear();
    for offset in ["0", "1"] {
        let mut copy = stop.clone();
        copy.set("offset", offset.to_owned());
        tree.append(element, copy);
    }
}
