//! Lowering: what browsers know and the renderer does not, written in words that it knows. The drawing itself is kept as it is;
//! only the renderer reads the lowered text.
//!
//! - `background` of the root becomes a rectangle under everything (a colour, or a linear gradient);
//! - geometry in CSS (`cx`, `r`, `width`, `d: path(…)`, …) becomes attributes;
//! - colours of CSS Color 4, transforms with units and lengths in rem are written in older words.
//!
//! The same text makes the same lowered text. What is not understood is left as it was.

mod values;

use std::fmt::Write as _;
use std::ops::Range;
use std::str::FromStr as _;

use roxmltree::{Document, Node};
use simplecss::{Declaration, StyleSheet};
use svgtypes::Color;

use super::bounds::DrawingBounds;
use super::survey;
use super::weight::Styled;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Whether the ground that CSS gives the root is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RootGround {
    /// As a browser shows it.
    Painted,
    /// For those who measure shapes: a ground is none.
    LeftOut,
}

/// The lowered text; `None` where there is nothing to lower, or where the lowered text would pass a bound that the drawing
/// itself has passed.
pub(super) fn lower(document: &Document<'_>, ground: RootGround, bounds: &DrawingBounds) -> Option<String> {
    let sheets = document.descendants().filter(|node| node.tag_name().name() == "style");
    let sheet: String = sheets.filter_map(|node| node.text()).collect::<Vec<_>>().join("\n");
    let styles = StyleSheet::parse(&sheet);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let root = document.root_element();
    if ground == RootGround::Painted
        && let Some(painted) = ground_of(root, &styles)
        && let Some(at) = start_tag_end(root)
    {
        edits.push((at..at, painted));
    }
    let mut added = 0;
    for node in root.descendants().filter(|node| node.tag_name().namespace() == Some(SVG)) {
        for name in geometry(node.tag_name().name()) {
            let in_css = declared(node, &styles, &[name]).and_then(|value| attribute(name, &value));
            let in_rem = || node.attribute(*name).and_then(values::rem);
            let Some(value) = in_css.or_else(in_rem) else { continue };
            // One rule may give many elements a long path.
            added += value.len() + name.len() + 4;
            if added > bounds.svg_bytes {
                return None;
            }
            match node.attribute_node(*name) {
                Some(old) => edits.push((old.range_value(), value)),
                None => {
                    let Some(at) = name_end(node) else { continue };
                    edits.push((at..at, format!(" {name}=\"{value}\"")));
                }
            }
        }
    }
    edits.extend(values_of(document));
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|(range, _)| range.start);
    let text = document.input_text();
    let mut lowered = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    for (range, new) in edits {
        lowered.push_str(text.get(copied..range.start)?);
        lowered.push_str(&new);
        copied = range.end;
    }
    lowered.push_str(text.get(copied..)?);
    (lowered.len() <= bounds.svg_bytes && survey::within(&lowered, bounds)).then_some(lowered)
}

/// The values that the renderer knows in other words.
fn values_of(document: &Document<'_>) -> Vec<(Range<usize>, String)> {
    let mut edits = Vec::new();
    let mut edit = |range: Range<usize>, lower: fn(&str) -> Option<String>| {
        if let Some(new) = document.input_text().get(range.clone()).and_then(lower) {
            edits.push((range, new));
        }
    };
    for node in document.descendants() {
        let name = node.tag_name().name();
        for attribute in node.attributes() {
            match attribute.name() {
                "style" => edit(attribute.range_value(), values::css),
                colour if values::COLOURS.contains(&colour) => edit(attribute.range_value(), values::colours),
                // Seen to already.
                length if geometry(name).contains(&length) => {}
                _ => edit(attribute.range_value(), values::rem),
            }
        }
        if name == "style" {
            node.children().filter(Node::is_text).for_each(|text| edit(text.range(), values::css));
        }
    }
    edits
}

/// The properties that are geometry for an element. Those of an outer `svg` size the page, not the drawing.
fn geometry(element: &str) -> &'static [&'static str] {
    match element {
        "circle" => &["cx", "cy", "r"],
        "ellipse" => &["cx", "cy", "rx", "ry"],
        "rect" => &["x", "y", "width", "height", "rx", "ry"],
        "image" | "use" | "foreignObject" => &["x", "y", "width", "height"],
        "path" => &["d"],
        _ => &[],
    }
}

/// The value that style sheets and the style attribute give the first of these properties that is declared last.
fn declared(node: Node<'_, '_>, styles: &StyleSheet<'_>, names: &[&str]) -> Option<String> {
    let inline = node.attribute("style").unwrap_or_default();
    let (mut found, mut important) = (None, None);
    let mut take = |declaration: &Declaration<'_>| {
        if names.contains(&declaration.name) {
            let value = Some(declaration.value.trim().to_owned());
            if declaration.important { important = value } else { found = value }
        }
    };
    for rule in &styles.rules {
        let declares = rule.declarations.iter().any(|declaration| names.contains(&declaration.name));
        if declares && rule.selector.matches(&Styled(node)) {
            rule.declarations.iter().for_each(&mut take);
        }
    }
    // The tokenizer of style sheets knows no parentheses in parentheses, which gradients have.
    for declaration in split_outside_parentheses(inline, ';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (value, important) = match value.split_once('!') {
            Some((value, _)) => (value, true),
            None => (value, false),
        };
        take(&Declaration { name: name.trim(), value: value.trim(), important });
    }
    important.or(found)
}

/// A value of CSS as an attribute has it.
fn attribute(name: &str, value: &str) -> Option<String> {
    let plain = |text: &str, more: &[char]| {
        text.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | ',' | ' ') || more.contains(&c)
        })
    };
    if name == "d" {
        let path = value.strip_prefix("path(")?.strip_suffix(')')?.trim();
        let path = path.trim_matches(['"', '\'']);
        return plain(path, &['\n', '\t']).then(|| path.to_owned());
    }
    // Browsers take the geometry of SVG without a unit, but for what CSS had before.
    let unitless = !matches!(name, "width" | "height");
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let length =
        number.parse::<f64>().is_ok_and(|found| unitless || found == 0.0 || number.len() < value.len());
    (length && plain(value, &['%'])).then(|| value.to_owned())
}

/// What paints the ground that CSS gives the root.
fn ground_of(root: Node<'_, '_>, styles: &StyleSheet<'_>) -> Option<String> {
    let value = declared(root, styles, &["background", "background-color"])?;
    let value = values::colours(&value).unwrap_or(value);
    let prefix = prefix(root);
    if Color::from_str(&value).is_ok() && !value.contains(['"', '<', '&']) {
        // What is not on the canvas is cut off.
        return Some(format!(
            "<{prefix}rect x=\"-1000000\" y=\"-1000000\" width=\"2000000\" height=\"2000000\" fill=\"{value}\" stroke=\"none\"/>"
        ));
    }
    let gradient = value.strip_prefix("linear-gradient(")?.strip_suffix(')')?;
    let [x, y, width, height] = canvas(root)?;
    linear_gradient(gradient, [x, y, width, height], prefix)
}

/// The canvas in user units, where the drawing lies in its middle: x, y, width, height.
fn canvas(root: Node<'_, '_>) -> Option<[f64; 4]> {
    let length = |name: &str| {
        let text = root.attribute(name)?.trim().trim_end_matches("px");
        text.parse::<f64>().ok().filter(|length| *length > 0.0)
    };
    let view: Option<Vec<f64>> = root
        .attribute("viewBox")
        .map(|text| text.split([' ', ',', '\n', '\t']).filter_map(|part| part.trim().parse().ok()).collect());
    let (width, height) = (length("width"), length("height"));
    match view.as_deref() {
        Some(&[x, y, w, h]) if w > 0.0 && h > 0.0 => {
            if root.attribute("preserveAspectRatio").is_some_and(|how| how.trim() != "xMidYMid meet") {
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
        Some(_) => None,
        None => Some([0.0, 0.0, width?, height?]),
    }
}

/// A linear gradient of CSS (css-images-3, section 3.1) over the canvas.
fn linear_gradient(arguments: &str, [x, y, width, height]: [f64; 4], prefix: &str) -> Option<String> {
    let mut parts = split_outside_parentheses(arguments, ',');
    let angle = match direction(parts.first()?) {
        Some(degrees) => {
            parts.remove(0);
            degrees
        }
        None => 180.0,
    };
    let (sine, cosine) = f64::to_radians(angle).sin_cos();
    // The line goes through the middle and is as long as its ends' perpendiculars reach the corners.
    let half = f64::midpoint((width * sine).abs(), (height * cosine).abs());
    let (middle_x, middle_y) = (x + width / 2.0, y + height / 2.0);
    let mut stops = String::new();
    let last = parts.len().checked_sub(1).filter(|last| *last > 0)?;
    for (index, part) in parts.iter().enumerate() {
        let (color, place) = match part.rsplit_once(' ') {
            Some((color, place)) if place.ends_with('%') => (color.trim(), Some(place)),
            _ => (*part, None),
        };
        let offset = match place {
            Some(place) => place.trim_end_matches('%').parse::<f64>().ok()? / 100.0,
            None if index == 0 => 0.0,
            None if index == last => 1.0,
            // Stops without a place lie evenly, where none has one.
            None if !parts.iter().any(|part| part.ends_with('%')) => index as f64 / last as f64,
            None => return None,
        };
        if Color::from_str(color).is_err() || color.contains(['"', '<', '&']) {
            return None;
        }
        let _ = write!(stops, "<{prefix}stop offset=\"{offset}\" stop-color=\"{color}\"/>");
    }
    // The sine's last digits are another system's own; its first ones are the same everywhere.
    let rounded = |number: f64| (number * 1e4).round() / 1e4;
    let (x1, y1) = (rounded(middle_x - sine * half), rounded(middle_y + cosine * half));
    let (x2, y2) = (rounded(middle_x + sine * half), rounded(middle_y - cosine * half));
    Some(format!(
        "<{prefix}linearGradient id=\"pelicycle-ground\" gradientUnits=\"userSpaceOnUse\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" \
         y2=\"{y2}\">{stops}</{prefix}linearGradient><{prefix}rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         fill=\"url(#pelicycle-ground)\" stroke=\"none\"/>"
    ))
}

/// The angle in degrees, clockwise from the top, that a gradient's first argument names.
fn direction(argument: &str) -> Option<f64> {
    if let Some(degrees) = argument.strip_suffix("deg") {
        return degrees.trim().parse().ok();
    }
    match argument.strip_prefix("to ")?.trim() {
        "top" => Some(0.0),
        "right" => Some(90.0),
        "bottom" => Some(180.0),
        "left" => Some(270.0),
        _ => None,
    }
}

fn split_outside_parentheses(text: &str, mark: char) -> Vec<&str> {
    let mut depth = 0i32;
    let parts = text.split(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == mark && depth == 0
    });
    parts.map(str::trim).collect()
}

/// The offset after an element's name in its start tag.
fn name_end(node: Node<'_, '_>) -> Option<usize> {
    let start = node.range().start + 1;
    let rest = node.document().input_text().get(start..)?;
    Some(start + rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'))?)
}

/// The offset after an element's start tag; `None` where that is its end tag too.
fn start_tag_end(node: Node<'_, '_>) -> Option<usize> {
    let start = node.range().start;
    let mut quote = None;
    let tag = node.document().input_text().get(start..)?;
    let end = tag.bytes().position(|byte| match (quote, byte) {
        (Some(open), _) => {
            if open == byte {
                quote = None;
            }
            false
        }
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (None, byte) => byte == b'>',
    })?;
    (!tag[..end].ends_with('/')).then_some(start + end + 1)
}

/// The prefix of an element's name as it is written, with its colon.
fn prefix<'input>(node: Node<'_, 'input>) -> &'input str {
    let start = node.range().start + 1;
    let name =
        name_end(node).and_then(|end| node.document().input_text().get(start..end)).unwrap_or_default();
    name.find(':').map_or("", |colon| &name[..=colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(text: &str) -> Option<String> {
        let document = Document::parse(text).unwrap();
        let lowered = lower(&document, RootGround::Painted, &DrawingBounds::default());
        if let Some(lowered) = &lowered {
            Document::parse(lowered).unwrap();
        }
        lowered
    }

    #[test]
    fn a_ground_in_css_becomes_a_rectangle_under_all() {
        let svg = |root: &str, inside: &str| {
            format!("<svg xmlns='{SVG}' viewBox='0 0 200 100' {root}>{inside}<g/></svg>")
        };
        let made = lowered(&svg("style='background: #87ceeb'", "")).unwrap();
        assert!(made.contains("'><rect x=\"-1000000\"") && made.contains("fill=\"#87ceeb\""), "{made}");
        let made =
            lowered(&svg("", "<style>svg { background-color: rgb(1, 2, 3) !important }</style>")).unwrap();
        assert!(made.contains("fill=\"rgb(1, 2, 3)\""), "{made}");
        let made =
            lowered(&svg("style='background:linear-gradient(to right, red, rgb(0,0,0) 40%, blue)'", ""))
                .unwrap();
        assert!(
            made.contains("x1=\"0\" y1=\"50\" x2=\"200\" y2=\"50") && made.contains("offset=\"0.4\""),
            "{made}"
        );
        for none in
            ["", "style='background:none'", "style='background:url(#a)'", "style='background:\"&lt;\"'"]
        {
            assert_eq!(lowered(&svg(none, "")), None, "{none}");
        }
        let document = svg("style='background:red'", "");
        assert_eq!(
            lower(&Document::parse(&document).unwrap(), RootGround::LeftOut, &DrawingBounds::default()),
            None
        );
    }

    #[test]
    fn geometry_in_css_becomes_attributes() {
        let made = lowered(&format!(
            "<svg xmlns='{SVG}'><style>.w {{ r: 30px; cx: 60px }} .h {{ r: 12; width: 7 }}</style><circle class='w' r='1'/>\
             <circle class='h' r='2'/><path style='d: path(\"M0 0h9\")'/><rect style='rx:40%;width:7;height:calc(1px)'/></svg>"
        ))
        .unwrap();
        assert!(made.contains("<circle cx=\"60px\" class='w' r='30px'/>"), "{made}");
        assert!(made.contains("<circle class='h' r='12'/>"), "{made}");
        assert!(made.contains("<path d=\"M0 0h9\" style="), "{made}");
        assert!(made.contains("<rect rx=\"40%\" style="), "{made}");
        assert_eq!(lowered(&format!("<svg xmlns='{SVG}' style='width:100%;height:auto'><g/></svg>")), None);
    }
}
