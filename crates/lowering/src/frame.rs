//! The box that CSS puts around the root: margin, border, padding and round corners, in pixels of the page. The canvas keeps
//! its size, so what is in it moves right and down, and is cut off there.

use super::basic_shapes;
use super::colours;
use super::ground;
use super::numbers::{self, LengthScale, split, written};
use super::page::PageSizes;
use super::tree::{Element, Tree};

/// Pixels around the content, top and left, and what is drawn there.
struct Frame {
    margin: [f64; 2],
    padding: [f64; 2],
    border: f64,
    colour: String,
    dashed: bool,
    radius: Option<String>,
}

/// Moves what is in the root to where its frame leaves it, and draws that. The root's ground lies under both.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes) {
    let Some(frame) = Frame::of(tree, page.canvas[0]) else { return };
    let Some([x, y, width, _]) = ground::canvas(tree) else { return };
    let [across, down] = page.canvas;
    let by = width / across;
    let [left, top] = [0, 1].map(|axis| frame.margin[axis] + frame.border + frame.padding[axis]);
    let content = Element::new("g", &[]);
    let content = tree.wrap(0, content);
    if left != 0.0 || top != 0.0 {
        tree[content].set("transform", format!("translate({} {})", written(left * by), written(top * by)));
    }
    let scale = LengthScale { view: [across, down], ..*tree[0].scale() };
    // The border's box, in pixels from the canvas's corner.
    let more = [0, 1].map(|axis| 2.0 * (frame.border + frame.padding[axis]));
    let outer = [frame.margin[0], frame.margin[1], across + more[0], down + more[1]];
    let place = format!("matrix({0} 0 0 {0} {1} {2})", written(by), written(x), written(y));
    let round = |inside: f64| {
        let [x, y, width, height] = outer;
        let edge = [x + inside, y + inside, width - 2.0 * inside, height - 2.0 * inside];
        let radius = frame.radius.as_deref().unwrap_or("0");
        let read = |whole: f64| {
            let scale = &scale;
            move |text: &str| Some((numbers::length(text, whole, scale)? - inside).max(0.0))
        };
        basic_shapes::rounded(edge, radius, &read(width), &read(height))
    };
    if frame.radius.is_some()
        && let Some(data) = round(frame.border)
    {
        let clip = tree.append(0, Element::new("clipPath", &[("id", "pelicycle-frame")]));
        let shape = tree.append(clip, Element::new("path", &[]));
        tree[shape].set("d", data);
        tree[shape].set("transform", place.clone());
        let around = Element::new("g", &[("clip-path", "url(#pelicycle-frame)")]);
        let inside = tree[0].children.iter().position(|child| child.is(content)).unwrap_or_default();
        let around = tree.insert(0, inside, around);
        tree.move_into(content, around);
    }
    if frame.border > 0.0
        && let Some(data) = round(frame.border / 2.0)
    {
        let line = tree.append(0, Element::new("path", &[("fill", "none"), ("stroke-opacity", "1")]));
        tree[line].set("d", data);
        tree[line].set("transform", place);
        tree[line].set("stroke", frame.colour);
        tree[line].set("stroke-width", written(frame.border));
        let dashes = format!("{} {}", written(2.0 * frame.border), written(frame.border));
        tree[line].set("stroke-dasharray", if frame.dashed { dashes } else { "none".to_owned() });
    }
}

impl Frame {
    /// `None` where nothing is around the root; `across` is what its shares are of, those from top to bottom too.
    fn of(tree: &Tree, across: f64) -> Option<Self> {
        let style = &tree[0].style;
        let scale = tree[0].scale();
        let length = |text: &str| numbers::length(text, across, scale).filter(|length| *length >= 0.0);
        let sides = |name: &str| {
            let said = style.get(name).map(|said| split(said, ' ')).unwrap_or_default();
            let top = said.first().copied();
            let left = said.get(3).or(said.get(1)).or(said.first()).copied();
            let own = |side: &str| style.get(&format!("{name}-{side}")).map(String::as_str);
            [own("left").or(left), own("top").or(top)].map(|said| said.and_then(length).unwrap_or(0.0))
        };
        let words = style.get("border").map(|said| split(said, ' ')).unwrap_or_default();
        let lines = ["solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"];
        let line = style.get("border-style").map(String::as_str);
        let line = line.or_else(|| words.iter().copied().find(|word| lines.contains(word)));
        let width = |word: &str| match word {
            "thin" => Some(1.0),
            "medium" => Some(3.0),
            "thick" => Some(5.0),
            word => length(word),
        };
        let wide = style.get("border-width").and_then(|said| width(said));
        let wide = wide.or_else(|| words.iter().find_map(|word| width(word))).unwrap_or(3.0);
        let border = if line.is_some_and(|line| lines.contains(&line)) { wide } else { 0.0 };
        let current = style.get("color").map_or("black", String::as_str);
        let colour = style.get("border-color").map(String::as_str);
        let colour = colour.or_else(|| words.iter().copied().find(|word| colours::is_colour(word)));
        let colour = colour.map_or(current, |colour| {
            if colour.eq_ignore_ascii_case("currentcolor") { current } else { colour }
        });
        let colour = colours::lowered(colour, current).unwrap_or_else(|| colour.to_owned());
        let radius = style
            .get("border-radius")
            .filter(|radius| radius.contains(|c: char| c.is_ascii_digit() && c != '0'));
        let (margin, padding) = (sides("margin"), sides("padding"));
        let nothing = border == 0.0 && margin == [0.0; 2] && padding == [0.0; 2] && radius.is_none();
        let dashed = matches!(line, Some("dashed" | "dotted"));
        (!nothing).then(|| Self { margin, padding, border, colour, dashed, radius: radius.cloned() })
    }
}
