//! `conic-gradient()` as wedges around a point, each of one colour (css-images-4, section 3.3).

use csscolorparser::Color;

use super::colours;
use super::gradient_parts::GradientParts;
use super::gradients;
use super::numbers::{LengthScale, angle, angle_or_share, function, split, written};
use super::transform_origin;
use super::tree::Element;

/// Wedges in a whole turn.
const WEDGES: usize = 180;

/// The wedges that fill a box: x, y, width and height. `None` where the value is no such gradient, or has too many.
pub(super) fn wedges(
    value: &str,
    area: [f64; 4],
    scale: &LengthScale,
    parts_there: &mut GradientParts,
) -> Option<Vec<Element>> {
    let (name, inside) = function(value)?;
    let (name, repeats) = match name.strip_prefix("repeating-") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    if name != "conic-gradient" {
        return None;
    }
    let mut parts = split(inside, ',');
    let (space, way) = gradients::space(parts.first()?, inside);
    let told = way.is_empty() || way.starts_with("from ") || way.starts_with("at ");
    if told {
        parts.remove(0);
    }
    let [x, y, width, height] = area;
    let (turn, at) = if told { place(&way)? } else { (0.0, "center") };
    let [cx, cy] = transform_origin::origin(at, [width, height], scale)?;
    let parts: Vec<String> = parts.into_iter().map(in_shares).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let stops = gradients::stops(&parts, 1.0, scale)?;
    let far = width + height + cx.abs() + cy.abs();
    let mut edges: Vec<f64> = (0..=WEDGES).map(|at| at as f64 / WEDGES as f64).collect();
    let whole = stops.last()?.0 - stops.first()?.0;
    // In each round are all stops.
    let sharp = if repeats && whole > 0.0 { stops.len() as f64 / whole.min(1.0) } else { stops.len() as f64 };
    if !parts_there.take(WEDGES.saturating_add(sharp as usize)) {
        return None;
    }
    let rounds = if repeats && whole > 0.0 { (1.0 / whole).ceil().min(WEDGES as f64) } else { 0.0 };
    for round in -rounds as i32..=rounds as i32 {
        let places = stops.iter().map(|(at, _)| at + f64::from(round) * whole);
        edges.extend(places.filter(|at| (0.0..1.0).contains(at)));
    }
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    let wedge = |from: f64, to: f64| {
        let colour = at_share(&stops, f64::midpoint(from, to), repeats, &space)?;
        let point = |share: f64| {
            let (sine, cosine) = (turn + share * 360.0).to_radians().sin_cos();
            // A sine's last digits are another system's own.
            let rounded = |number: f64| written((number * 1e4).round() / 1e4);
            format!("{} {}", rounded(x + cx + sine * far), rounded(y + cy - cosine * far))
        };
        let data = format!("M{} {}L{}L{}Z", written(x + cx), written(y + cy), point(from), point(to));
        let mut wedge = Element::new("path", &[("d", &data)]);
        wedge.set("fill", colours::words(&Color { a: 1.0, ..colour.clone() }));
        if colour.a < 1.0 {
            wedge.set("fill-opacity", written(f64::from(colour.a)));
        }
        Some(wedge)
    };
    edges.windows(2).map(|pair| wedge(pair[0], pair[1])).collect()
}

/// The turn that a gradient begins at, in degrees, and where its middle is.
fn place(way: &str) -> Option<(f64, &str)> {
    let (from, at) = match way.split_once("at ") {
        Some((from, at)) => (from.trim(), at.trim()),
        None => (way, "center"),
    };
    let turn = match from.strip_prefix("from ") {
        Some(turn) => angle(turn)?,
        None => 0.0,
    };
    Some((turn, at))
}

/// A stop, its places as shares of a turn.
fn in_shares(stop: &str) -> String {
    let words = split(stop, ' ').into_iter().map(|word| {
        // A number alone has no unit to be an angle of.
        let turn = angle_or_share(word).filter(|_| !word.ends_with(|c: char| c.is_ascii_digit()));
        turn.map_or(word.to_owned(), |turn| format!("{}%", written(turn / 3.6)))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The colour at a share of the turn.
fn at_share(stops: &[(f64, Color)], share: f64, repeats: bool, space: &str) -> Option<Color> {
    let (first, last) = (stops.first()?, stops.last()?);
    let whole = last.0 - first.0;
    let share = if repeats && whole > 0.0 { first.0 + (share - first.0).rem_euclid(whole) } else { share };
    let Some(after) = stops.iter().position(|(at, _)| *at > share) else { return Some(last.1.clone()) };
    let Some(before) = after.checked_sub(1) else { return Some(first.1.clone()) };
    let ((a, from), (b, to)) = (&stops[before], &stops[after]);
    colours::between(from, to, (share - a) / (b - a), space)
}
