//! Walks a well-formed document and notes what a reader of the result should know: what is wrong, what points
//! outside, what a browser might run, what the renderer passes over.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr as _;

use roxmltree::{Attribute, Document, Node, NodeType};

use super::bounds::Bounds;
use super::links::{self, Target};
use super::size::{self, SvgSize};
use super::{css, weight, xml};
use pelicycle_record::Finding;

/// The namespace of SVG.
pub(super) const SVG: &str = "http://www.w3.org/2000/svg";
/// The namespace of `xlink:href`.
pub(super) const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Something to tell, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// The finding's code.
    pub(super) code: &'static str,
    /// Byte offset in the text.
    pub(super) at: usize,
    /// A sentence.
    pub(super) message: String,
}

/// Whether a document holds anything that paints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// No shape, text or picture.
    Empty,
    /// Some.
    Some,
}

/// What the walk told.
#[derive(Debug)]
pub(super) struct Survey {
    /// What to tell.
    pub(super) notes: Vec<Note>,
    /// Whether a browser might run something in it.
    pub(super) active: bool,
    /// The size asked for.
    pub(super) size: SvgSize,
    /// Elements as written.
    pub(super) elements: usize,
    /// Whether a bound is passed; its note says which.
    pub(super) over_bounds: bool,
    /// Whether the root is an `svg` element that the renderer takes.
    pub(super) root_is_svg: bool,
    /// Whether anything paints.
    pub(super) picture: Picture,
}

/// Walks a document.
pub(super) fn survey(document: &Document<'_>, bounds: &Bounds) -> Survey {
    let root = document.root_element();
    let mut walk =
        Walk { document, notes: Vec::new(), active: false, seen: HashSet::new(), first: BTreeMap::new() };
    let root_is_svg = walk.root(root);
    let size = if root_is_svg { size::read(root, &mut walk.notes) } else { SvgSize::default() };
    let ids: HashMap<&str, Node<'_, '_>> =
        document.descendants().rev().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let mut elements = 0;
    let mut picture = Picture::Empty;
    for node in document.descendants() {
        match node.node_type() {
            NodeType::Element => {
                elements += 1;
                if PAINTS.contains(&node.tag_name().name()) {
                    picture = Picture::Some;
                }
                walk.element(node, &ids);
            }
            NodeType::PI => walk.instruction(node),
            NodeType::Text
                if node.parent_element().is_some_and(|parent| parent.tag_name().name() == "style") =>
            {
                walk.style(node.text().unwrap_or_default(), node.range().start, &ids);
            }
            _ => {}
        }
    }
    walk.counted();
    let mut notes = walk.notes;
    let over_bounds = root_is_svg && weight::check(document, &ids, bounds, &mut notes);
    Survey { notes, active: walk.active, size, elements, over_bounds, root_is_svg, picture }
}

/// Whether a document inside of another keeps to every bound on its own.
pub(super) fn within(text: &str, bounds: &Bounds) -> bool {
    let found = xml::survey(text, false);
    let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    found.faults.is_empty()
        && found.within(bounds).is_ok()
        && Document::parse_with_options(text, parsing)
            .is_ok_and(|document| !survey(&document, bounds).over_bounds)
}

/// Elements that put something on the canvas.
pub const PAINTS: &[&str] = &[
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "image",
    "use",
    "foreignObject",
];
/// Elements of declarative animation.
const ANIMATES: &[&str] = &["animate", "animateTransform", "animateMotion", "animateColor", "set", "discard"];
/// Elements of HTML that load or run something.
const RUNS: &[&str] = &[
    "script", "iframe", "object", "embed", "frame", "applet", "portal", "base", "form", "meta", "link",
    "handler", "listener",
];

struct Walk<'a, 'input> {
    document: &'a Document<'input>,
    notes: Vec<Note>,
    active: bool,
    seen: HashSet<(&'static str, String)>,
    /// Code and words of things that are told once, with how often they occur and where first.
    first: BTreeMap<(&'static str, String), (usize, usize)>,
}

impl<'a, 'input> Walk<'a, 'input> {
    fn note(&mut self, code: &'static str, at: usize, message: impl Into<String>) {
        self.notes.push(Note { code, at, message: message.into() });
    }

    /// Notes the first of its kind, and counts the others.
    fn count(&mut self, code: &'static str, at: usize, words: impl Into<String>) {
        self.first.entry((code, words.into())).or_insert((0, at)).0 += 1;
    }

    fn counted(&mut self) {
        for ((code, words), (count, at)) in std::mem::take(&mut self.first) {
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            self.notes.push(Note { code, at, message: format!("{words}{times}") });
        }
    }

    fn root(&mut self, root: Node<'_, '_>) -> bool {
        let name = root.tag_name();
        let at = root.range().start;
        match (name.name(), name.namespace()) {
            ("svg", Some(SVG)) => true,
            ("svg", None) => {
                self.note(
                    "missing-xmlns",
                    at,
                    format!("the root has no xmlns=\"{SVG}\"; a browser shows no picture"),
                );
                true
            }
            ("svg", Some(other)) => {
                self.note(
                    "wrong-namespace",
                    at,
                    format!("the root is in the namespace {other:?}, not {SVG:?}"),
                );
                false
            }
            (other, _) => {
                self.note("wrong-root", at, format!("the root is <{other}>, not <svg>; XML minds the case"));
                false
            }
        }
    }

    fn element(&mut self, node: Node<'a, 'input>, ids: &HashMap<&str, Node<'_, '_>>) {
        let name = node.tag_name().name();
        let at = node.range().start;
        let html = node.tag_name().namespace().is_some_and(|uri| uri.ends_with("/xhtml"));
        if RUNS.iter().any(|runs| runs.eq_ignore_ascii_case(name)) {
            self.active = true;
            self.note("active-content", at, format!("<{name}> may run or load something in a browser"));
        }
        if name == "foreignObject" {
            self.count(
                "foreign-object-ignored",
                at,
                "<foreignObject> is not drawn by this renderer; a browser draws it",
            );
        }
        if ANIMATES.contains(&name) {
            self.count(
                "animation-ignored",
                at,
                format!("<{name}> is ignored; the picture shows the state before any animation"),
            );
            if let Some(target) = node.attribute("attributeName")
                && (is_handler(target) || target.ends_with("href"))
            {
                self.active = true;
                self.note("active-content", at, format!("<{name}> changes {target:?} in a browser"));
            }
        }
        for attribute in node.attributes() {
            self.attribute(node, attribute, html, ids);
        }
        if name == "path"
            && let Some(data) = node.attribute_node("d")
        {
            self.path(data);
        }
        if matches!(name, "polyline" | "polygon")
            && let Some(points) = node.attribute_node("points")
        {
            self.points(points);
        }
        if matches!(name, "rect" | "circle" | "ellipse" | "image" | "foreignObject") {
            self.lengths(node);
        }
    }

    fn attribute(
        &mut self,
        node: Node<'_, '_>,
        attribute: Attribute<'_, '_>,
        html: bool,
        ids: &HashMap<&str, Node<'_, '_>>,
    ) {
        let name = attribute.name();
        let value = attribute.value();
        let at = attribute.range().start;
        let element = node.tag_name().name();
        if attribute.namespace().is_none() && is_handler(name) {
            self.active = true;
            self.note("active-content", at, format!("{name} runs script in a browser"));
        }
        if links::is_script(value) {
            self.active = true;
            self.note("active-content", at, format!("{name} holds a script address"));
        }
        let is_href = name == "href" && matches!(attribute.namespace(), None | Some(XLINK));
        let loads =
            html && matches!(name, "src" | "href" | "data" | "poster" | "srcset" | "background" | "action");
        if (is_href && !matches!(element, "a" | "script"))
            || (loads && element != "a")
            || (element == "script" && (is_href || name == "src"))
        {
            self.target(element, value, at, ids);
        } else if name == "style" || value.contains("url(") || value.contains("URL(") {
            self.style(value, at, ids);
        }
        if value.contains("var(") && !html && (name == "style" || name != "d") {
            self.note(
                "unsupported-css",
                at,
                format!("{name}={:?}: this renderer has no CSS variables; a browser does", short(value)),
            );
        }
    }

    /// What an attribute of an element points to.
    fn target(&mut self, element: &str, value: &str, at: usize, ids: &HashMap<&str, Node<'_, '_>>) {
        match links::target(value) {
            Target::Nothing | Target::Script => {}
            Target::Inside(id) => {
                if !ids.contains_key(id) {
                    self.note(
                        "missing-reference",
                        at,
                        format!("<{element}> refers to {:?}, and nothing has that id", short(value)),
                    );
                }
            }
            Target::Data => self.data(element, value, at),
            Target::Outside => self.blocked(value, at),
        }
    }

    fn blocked(&mut self, address: &str, at: usize) {
        if self.seen.insert(("external-ref-blocked", address.to_owned())) {
            self.note("external-ref-blocked", at, address.to_owned());
        }
    }

    /// A data URL: a picture, an SVG that may point outside in turn, or what is refused.
    fn data(&mut self, element: &str, value: &str, at: usize) {
        let data = match links::decode(value) {
            Some(data) if matches!(element, "image" | "feImage" | "img") => data,
            Some(_) => {
                return self.note(
                    "embedded-image-refused",
                    at,
                    format!("<{element}> does not take a data address"),
                );
            }
            None => return self.note("embedded-image-refused", at, "a data address that cannot be decoded"),
        };
        let outside = links::inside_nested(&data, 0);
        match (imagesize::blob_size(&data), links::is_svg(&data)) {
            (_, true) => {
                self.note("embedded-image", at, format!("an SVG of {} bytes is embedded", data.len()));
            }
            (Ok(size), _) if links::is_supported_raster(&data) => {
                self.note(
                    "embedded-image",
                    at,
                    format!("a picture of {} x {} pixels is embedded", size.width, size.height),
                );
            }
            _ => self.note(
                "embedded-image-refused",
                at,
                "embedded data that is no PNG, JPEG, GIF, WebP or SVG picture",
            ),
        }
        for address in outside {
            self.blocked(&address, at);
        }
    }

    /// A style sheet, a style attribute, or a value with a `url(…)`.
    fn style(&mut self, text: &str, at: usize, ids: &HashMap<&str, Node<'_, '_>>) {
        let verbatim = self.document.input_text().get(at..).is_some_and(|rest| rest.starts_with(text));
        for address in css::addresses(text) {
            let at = if verbatim { at + address.at } else { at };
            match links::target(address.target) {
                Target::Inside(id) => {
                    if !ids.contains_key(id) {
                        self.note(
                            "missing-reference",
                            at,
                            format!("url({:?}) refers to an id that nothing has", short(address.target)),
                        );
                    }
                }
                Target::Outside => self.blocked(address.target, at),
                Target::Script => {
                    self.active = true;
                    self.note("active-content", at, "a style holds a script address");
                }
                Target::Nothing | Target::Data => {}
            }
        }
        if verbatim {
            let lower = text.to_ascii_lowercase();
            for (sign, words) in UNSUPPORTED {
                if let Some(found) = lower.find(sign) {
                    let code =
                        if words.contains("animation") { "animation-ignored" } else { "unsupported-css" };
                    self.count(code, at + found, *words);
                }
            }
        }
    }

    fn instruction(&mut self, node: Node<'_, '_>) {
        let Some(pi) = node.pi().filter(|pi| pi.target == "xml-stylesheet") else { return };
        let value = pi.value.unwrap_or_default();
        let at = node.range().start;
        if value.contains("xsl") || value.contains("text/xml") {
            self.active = true;
            self.note("active-content", at, "a transformation may run in a browser");
        }
        if let Some(address) = links::pseudo_attribute(value, "href")
            && let Target::Outside | Target::Data = links::target(address)
        {
            self.blocked(address, at);
        }
    }

    fn path(&mut self, data: Attribute<'_, '_>) {
        if data.value().trim() == "none" {
            return;
        }
        for segment in svgtypes::PathParser::from(data.value()) {
            if let Err(error) = segment {
                let at = place_in(&data, &error);
                return self.note(
                    "path-data-error",
                    at,
                    format!("path data is wrong here ({error}); the path ends before it"),
                );
            }
        }
    }

    fn points(&mut self, points: Attribute<'_, '_>) {
        let mut count = 0;
        for number in svgtypes::NumberListParser::from(points.value()) {
            match number {
                Ok(_) => count += 1,
                Err(error) => {
                    let at = place_in(&points, &error);
                    return self.note(
                        "path-data-error",
                        at,
                        format!("points are wrong here ({error}); the shape ends before it"),
                    );
                }
            }
        }
        if count % 2 == 1 {
            let message = format!("points hold {count} numbers, which makes no whole pairs");
            self.note("path-data-error", points.range().start, message);
        }
    }

    /// Lengths of shapes that make them vanish.
    fn lengths(&mut self, node: Node<'_, '_>) {
        for name in ["width", "height", "r", "rx", "ry"] {
            let Some(attribute) = node.attribute_node(name) else { continue };
            let value = attribute.value().trim();
            let parsed = svgtypes::Length::from_str(value);
            let bad = match &parsed {
                Ok(length) => length.number < 0.0,
                Err(_) => value != "auto" && !value.contains("calc(") && !value.contains("var("),
            };
            if bad {
                let message = format!(
                    "{name}={:?} of <{}> is no length to draw with",
                    short(value),
                    node.tag_name().name()
                );
                self.note("bad-value", attribute.range().start, message);
            }
        }
    }
}

/// Signs of CSS that this renderer passes over, in lower case, and what to say.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("@media", "@media rules are skipped by this renderer; a browser applies them"),
    ("@import", "@import rules are skipped: nothing is loaded"),
    ("@font-face", "@font-face rules are skipped: nothing is loaded"),
    ("@keyframes", "CSS animation is ignored; the picture shows the state without it"),
    ("@supports", "@supports rules are skipped by this renderer; a browser applies them"),
    ("animation:", "CSS animation is ignored; the picture shows the state without it"),
    ("animation-name:", "CSS animation is ignored; the picture shows the state without it"),
    (":root", "the selector :root is skipped by this renderer; a browser applies it"),
    (":nth-", "selectors with :nth-child and the like are skipped by this renderer; a browser applies them"),
    (":not(", "selectors with :not() are skipped by this renderer; a browser applies them"),
    (":hover", "selectors with :hover never apply to a picture"),
    ("calc(", "calc() is not understood by this renderer; a browser does"),
];

fn is_handler(name: &str) -> bool {
    name.len() > 3
        && name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"))
        && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The byte offset of an error inside an attribute's value; it is counted in characters, from 1.
fn place_in(attribute: &Attribute<'_, '_>, error: &svgtypes::Error) -> usize {
    let skipped = match error {
        svgtypes::Error::UnexpectedData(at) | svgtypes::Error::InvalidNumber(at) => at.saturating_sub(1),
        svgtypes::Error::InvalidChar(_, at) | svgtypes::Error::InvalidString(_, at) => at.saturating_sub(1),
        svgtypes::Error::UnexpectedEndOfStream => attribute.value().chars().count(),
        svgtypes::Error::InvalidValue | svgtypes::Error::InvalidIdent => 0,
    };
    let value = attribute.value();
    attribute.range_value().start + value.char_indices().nth(skipped).map_or(value.len(), |(at, _)| at)
}

fn short(value: &str) -> &str {
    let trimmed = value.trim();
    &trimmed[..trimmed.floor_char_boundary(80)]
}

/// What the renderer logged that the walk has not noted already.
pub(super) fn from_renderer(said: &[String], survey: &Survey) -> Vec<Finding> {
    let noted = |code: &str| survey.notes.iter().any(|note| note.code == code);
    let mut found = Vec::new();
    for line in said {
        let code = if line.contains("Recursive") || line.contains("cannot reference itself") {
            "reference-cycle"
        } else if line.starts_with("The @") || line.contains("Selector") || line.contains("bytes were left") {
            "unsupported-css"
        } else if line.starts_with("No match for")
            || line.starts_with("Fallback from")
            || line.starts_with("No fonts with")
        {
            "font-fallback"
        } else if line.starts_with("Failed to decode") || line.contains("Image has an invalid size") {
            "embedded-image-refused"
        } else if line.starts_with("Error during path parsing") || line.contains("'points' value") {
            "path-data-error"
        } else if line.contains("layer") || line.contains("coordinates are too big") || line.contains("dash")
        {
            "resource-limit"
        } else {
            "bad-value"
        };
        let told = match code {
            "font-fallback" => line.starts_with("No match for"),
            "path-data-error" | "reference-cycle" => noted(code),
            "unsupported-css" => noted(code) || noted("animation-ignored"),
            "bad-value" => {
                line.contains("var(")
                    || (noted(code) && line.contains("Skipped"))
                    || line.contains("xlink:href' attribute")
                    || line.contains("empty paths and")
            }
            _ => false,
        };
        if !told {
            found.push(Finding {
                code: code.into(),
                message: format!("the renderer says: {line}"),
                line: None,
                column: None,
            });
        }
    }
    found
}

/// Whether bytes that are not, or not yet, known to be well-formed hold signs of active content.
///
/// Errs to the side of "yes": it only decides under which name the file is kept.
pub(super) fn active_in_bytes(bytes: &[u8]) -> bool {
    let lower = bytes.to_ascii_lowercase();
    let has = |sign: &[u8]| super::markup::find(&lower, sign).is_some();
    let handler = || {
        lower.windows(3).enumerate().any(|(i, window)| {
            let (before, rest) = (window[0], &lower[i + 3..]);
            (before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b'/'))
                && &window[1..] == b"on"
                && rest
                    .iter()
                    .take(24)
                    .skip_while(|b| b.is_ascii_alphabetic())
                    .find(|b| !b.is_ascii_whitespace())
                    == Some(&b'=')
        })
    };
    RUNS.iter().any(|name| has(format!("<{name}").as_bytes()) || has(format!(":{name}").as_bytes()))
        || has(b"javascript:")
        || has(b"vbscript:")
        || has(b"<!entity")
        || has(b"xml-stylesheet")
        || has(b"data:text/html")
        || handler()
}
