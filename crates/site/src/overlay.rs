//! The overlay of what detectors found, as a picture to lay over a raster: outlines and the numbers of the rubric's items.
//! It is made of our own numbers; no byte of a reply is in it.

use std::fmt::Write as _;

use pelicycle_record::measure::{ItemState, Measures, PartOutline};

/// Two marks of one item nearer than this, in pixels of a large raster, share a badge.
const CROWDED: f64 = 56.0;
/// Longest side that strokes and badges are made for; others are scaled.
const SIDE: f64 = 1024.0;

/// An SVG of the raster's size in which each item's outlines are drawn and carry its number, from 1. `None` when
/// nothing was found.
pub(super) fn overlay(measures: &Measures, (width, height): (u32, u32)) -> Option<String> {
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (width / measures.canvas[0], height / measures.canvas[1]);
    let unit = width.max(height) / SIDE;
    let at = |place: [f64; 2]| (place[0] * scale.0, place[1] * scale.1);
    let mut badges: Vec<(usize, f64, f64, &str)> = Vec::new();
    let mut drawn = String::new();
    for (number, judged) in (1..).zip(&measures.rubric) {
        let colour = match judged.state {
            ItemState::Met => "#006b3c",
            ItemState::NotMet => "#b3261e",
            ItemState::CantTell => "#8a5a00",
        };
        for mark in &judged.found {
            let (path, anchor) = path(&mark.outline, at);
            let _ = write!(
                drawn,
                "<path d=\"{path}\" stroke=\"#fff\" stroke-width=\"{:.1}\" stroke-opacity=\".75\"/>\
                 <path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{:.1}\"/>",
                8.0 * unit,
                3.5 * unit
            );
            let (x, y) = (anchor.0.clamp(0.0, width), anchor.1.clamp(0.0, height));
            let alone = badges
                .iter()
                .all(|(item, bx, by, _)| *item != number || (bx - x).hypot(by - y) > CROWDED * unit);
            if alone {
                badges.push((number, x, y, colour));
            }
        }
    }
    if drawn.is_empty() {
        return None;
    }
    // A badge moves down while another is where it would be.
    let mut placed: Vec<(f64, f64)> = Vec::new();
    let mut labels = String::new();
    for (number, x, y, colour) in badges {
        let r = 15.0 * unit;
        let x = x.clamp(r, (width - r).max(r));
        let mut y = y.clamp(r, (height - r).max(r));
        for _ in 0..3 {
            let taken = placed.iter().any(|(px, py)| (px - x).hypot(py - y) < 2.0 * r);
            if !taken || y + 2.0 * r > height {
                break;
            }
            y += 2.0 * r;
        }
        placed.push((x, y));
        let _ = write!(
            labels,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"{:.1}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" fill=\"#fff\" font-family=\"sans-serif\" font-weight=\"700\" font-size=\"{:.1}\" text-anchor=\"middle\">{number}</text>",
            2.0 * unit,
            y + 6.5 * unit,
            18.0 * unit
        );
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <g fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\">{drawn}</g>{labels}</svg>"
    ))
}

/// Path data of an outline, and where its badge goes.
fn path(outline: &PartOutline, at: impl Fn([f64; 2]) -> (f64, f64)) -> (String, (f64, f64)) {
    match outline {
        PartOutline::Round { centre, axes, turn } => {
            let (sine, cosine) = turn.to_radians().sin_cos();
            let around = (0..48).map(|step| {
                let (s, c) = (std::f64::consts::TAU * f64::from(step) / 48.0).sin_cos();
                let (along, across) = (axes[0] * c, axes[1] * s);
                [centre[0] + along * cosine - across * sine, centre[1] + along * sine + across * cosine]
            });
            let top = [centre[0], centre[1] - (axes[0] * sine).hypot(axes[1] * cosine)];
            (data(around.map(&at)) + "Z", at(top))
        }
        PartOutline::Line(points) => (data(points.iter().map(|p| at(*p))), middle(points, at)),
        PartOutline::Area(points) => (data(points.iter().map(|p| at(*p))) + "Z", middle(points, at)),
        PartOutline::Arrow([from, to]) => {
            let (a, b) = (at(*from), at(*to));
            let (dx, dy) = ((b.0 - a.0) * 0.25, (b.1 - a.1) * 0.25);
            let barb = |side: f64| (b.0 - dx - side * dy * 0.6, b.1 - dy + side * dx * 0.6);
            (data([a, b, barb(1.0)]) + &data([b, barb(-1.0)]), b)
        }
    }
}

fn data(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.into_iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
    }
    path
}

/// The middle point of a line: on it, unlike the middle of its box.
fn middle(points: &[[f64; 2]], at: impl Fn([f64; 2]) -> (f64, f64)) -> (f64, f64) {
    match points {
        [a, b] => at([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]),
        _ => points.get(points.len() / 2).map_or((0.0, 0.0), |place| at(*place)),
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_drawing::{DrawingBounds, measure};
    use pelicycle_prompt::PromptLibrary;

    use super::*;

    #[test]
    fn an_overlay_fits_its_raster_and_holds_no_word_of_the_drawing() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 50'><title>SECRET</title>\
                   <circle id='SECRET' cx='25' cy='35' r='10' fill='none' stroke='#111'/>\
                   <circle cx='75' cy='35' r='10' fill='none' stroke='#111'/></svg>";
        let library = PromptLibrary::bundled();
        let measures =
            measure(svg.as_bytes(), &library.get("pelican").unwrap().rubric, &DrawingBounds::default())
                .unwrap();
        let overlay = overlay(&measures, (1024, 512)).unwrap();
        let document = roxmltree::Document::parse(&overlay).unwrap();
        let root = document.root_element();
        assert_eq!((root.attribute("width"), root.attribute("height")), (Some("1024"), Some("512")));
        let badges: Vec<&str> =
            document.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
        assert_eq!(badges, ["1", "1"], "each wheel carries the number of the first item");
        // The left wheel's middle is at 25 of 100.
        let circle = document.descendants().find(|node| node.tag_name().name() == "circle").unwrap();
        assert_eq!(circle.attribute("cx"), Some("256.0"));
        assert!(!overlay.contains("SECRET"));
    }
}
