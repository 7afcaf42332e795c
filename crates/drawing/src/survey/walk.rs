//! The walk itself: elements, attributes, and what they point to.

use std::collections::{BTreeMap, HashMap, HashSet};

use pelicycle_lowering::{self as lowering, SVG, XLINK};
use pelicycle_record::FindingCode;
use roxmltree::{Attribute, Document, Node, NodeId};

use super::super::links::{self, LinkTarget};
use super::super::place::OffsetFinding;
use super::{ElementsById, active, style};

/// The walk, and what it has found so far.
pub(super) struct SurveyWalk<'a, 'input> {
    pub(super) document: &'a Document<'input>,
    pub(super) ids: &'a ElementsById<'a, 'input>,
    pub(super) findings: Vec<OffsetFinding>,
    /// Whether a browser might run something.
    pub(super) active: bool,
    /// Whether a style sheet says in which light filters reckon.
    pub(super) sheets_say_space: bool,
    /// Filters that were looked at for whether they reckon in sRGB.
    pub(super) in_srgb: HashMap<NodeId, bool>,
    /// Addresses that were told of.
    blocked: HashSet<String>,
    /// Findings that are told once, by their words.
    repeated: BTreeMap<String, Repeated>,
}

/// A finding that may occur many times.
struct Repeated {
    code: FindingCode,
    /// The place of the first.
    at: usize,
    count: usize,
}

impl<'a, 'input> SurveyWalk<'a, 'input> {
    pub(super) fn new(document: &'a Document<'input>, ids: &'a ElementsById<'a, 'input>) -> Self {
        Self {
            document,
            ids,
            findings: Vec::new(),
            active: false,
            sheets_say_space: style::sheets_say_space(document),
            in_srgb: HashMap::new(),
            blocked: HashSet::new(),
            repeated: BTreeMap::new(),
        }
    }

    pub(super) fn note(&mut self, code: FindingCode, at: usize, message: impl Into<String>) {
        self.findings.push(OffsetFinding::new(code, at, message));
    }

    /// Notes something that a browser might run.
    pub(super) fn note_active(&mut self, at: usize, message: impl Into<String>) {
        self.active = true;
        self.note(FindingCode::ActiveContent, at, message);
    }

    /// Notes the first of its kind, and counts the others.
    pub(super) fn count(&mut self, code: FindingCode, at: usize, words: impl Into<String>) {
        self.repeated.entry(words.into()).or_insert(Repeated { code, at, count: 0 }).count += 1;
    }

    /// The findings, those that were counted at the end.
    pub(super) fn finish(self) -> Vec<OffsetFinding> {
        let repeated = self.repeated.into_iter().map(|(words, Repeated { code, at, count })| {
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            OffsetFinding::new(code, at, format!("{words}{times}"))
        });
        self.findings.into_iter().chain(repeated).collect()
    }

    /// The root element: tells whether the renderer takes it.
    pub(super) fn root(&mut self, root: Node<'_, '_>) -> bool {
        let name = root.tag_name();
        let at = root.range().start;
        match (name.name(), name.namespace()) {
            ("svg", Some(SVG)) => true,
            ("svg", None) => {
                self.note(
                    FindingCode::MissingXmlns,
                    at,
                    format!("the root has no xmlns=\"{SVG}\"; a browser shows no picture"),
                );
                true
            }
            ("svg", Some(other)) => {
                self.note(
                    FindingCode::WrongNamespace,
                    at,
                    format!("the root is in the namespace {other:?}, not {SVG:?}"),
                );
                false
            }
            (other, _) => {
                self.note(
                    FindingCode::WrongRoot,
                    at,
                    format!("the root is <{other}>, not <svg>; XML minds the case"),
                );
                false
            }
        }
    }

    /// Notes what is wrong with an element and its attributes.
    pub(super) fn element(&mut self, node: Node<'a, 'input>) {
        let name = node.tag_name().name();
        let at = node.range().start;
        let html = node.tag_name().namespace().is_some_and(|uri| uri.ends_with("/xhtml"));
        if active::RUNS.iter().any(|runs| runs.eq_ignore_ascii_case(name)) {
            self.note_active(at, format!("<{name}> may run or load something in a browser"));
        }
        if name == "feTile" {
            let message = "tiles of <feTile> may begin a part of a pixel from where a browser has them, in what is turned or in a nested canvas";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        if name == "feSpotLight" && node.has_attribute("limitingConeAngle") {
            let message = "the edge of a spot of light is sharp in this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        if name == "image" && is_sized_by_its_place(node) {
            let message = "an SVG without a size and a viewBox is stretched in an <image> by this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        for (element, attribute, value, message) in UNLIKE {
            if name == *element && node.attribute(*attribute).is_some_and(|said| said.trim() == *value) {
                self.count(FindingCode::RendererPassedOver, at, *message);
            }
        }
        if name == "foreignObject" {
            self.count(
                FindingCode::ForeignObjectIgnored,
                at,
                "<foreignObject> is not drawn by this renderer; a browser draws it",
            );
        }
        if ANIMATES.contains(&name)
            && let Some(target) = node.attribute("attributeName")
            && (active::is_handler(target) || target.ends_with("href"))
        {
            self.note_active(at, format!("<{name}> changes {target:?} in a browser"));
        }
        for attribute in node.attributes() {
            self.attribute(node, attribute, html);
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

    fn attribute(&mut self, node: Node<'_, '_>, attribute: Attribute<'_, '_>, html: bool) {
        let name = attribute.name();
        let value = attribute.value();
        let at = attribute.range().start;
        let element = node.tag_name().name();
        if attribute.namespace().is_none() && !html && !lowering::is_heeded(element, name, value) {
            let message = format!("{name}={:?} is no value that a browser takes", short(value));
            self.count(FindingCode::BadValue, at, message);
        }
        if attribute.namespace().is_none() && active::is_handler(name) {
            self.note_active(at, format!("{name} runs script in a browser"));
        }
        if links::is_script(value) {
            self.note_active(at, format!("{name} holds a script address"));
        }
        if name == "text-decoration" {
            self.lines(name, &value.to_ascii_lowercase(), at);
        }
        let is_href = name == "href" && matches!(attribute.namespace(), None | Some(XLINK));
        let loads =
            html && matches!(name, "src" | "href" | "data" | "poster" | "srcset" | "background" | "action");
        if (is_href && !matches!(element, "a" | "script"))
            || (loads && element != "a")
            || (element == "script" && (is_href || name == "src"))
        {
            self.target(element, value, at);
        } else if name == "style" || value.contains("url(") || value.contains("URL(") {
            self.style(value, at);
            if name == "style" {
                self.signs(value, attribute.range_value().start);
            }
        }
    }

    /// Looks where the address in an attribute of an element leads, and notes what is missing there or blocked.
    fn target(&mut self, element: &str, value: &str, at: usize) {
        match links::target(value) {
            LinkTarget::Nothing | LinkTarget::Script => {}
            LinkTarget::Inside(id) => {
                if !self.ids.contains_key(id) {
                    self.note(
                        FindingCode::MissingReference,
                        at,
                        format!("<{element}> refers to {:?}, and nothing has that id", short(value)),
                    );
                }
            }
            LinkTarget::Data => self.data(element, value, at),
            LinkTarget::Outside => self.blocked(value, at),
        }
    }

    /// Notes an address that leads out of the document, each once.
    pub(super) fn blocked(&mut self, address: &str, at: usize) {
        if self.blocked.insert(address.to_owned()) {
            self.note(FindingCode::ExternalRefBlocked, at, address);
        }
    }

    /// Looks at a data URL: a picture, an SVG that may point outside in turn, or what is refused.
    fn data(&mut self, element: &str, value: &str, at: usize) {
        let data = match links::decode(value) {
            Some(data) if matches!(element, "image" | "feImage" | "img") => data,
            Some(_) => {
                return self.note(
                    FindingCode::EmbeddedImageRefused,
                    at,
                    format!("<{element}> does not take a data address"),
                );
            }
            None => {
                return self.note(
                    FindingCode::EmbeddedImageRefused,
                    at,
                    "a data address that cannot be decoded",
                );
            }
        };
        let outside = links::inside_nested(&data, 0);
        match (imagesize::blob_size(&data), links::is_svg(&data)) {
            (_, true) => {
                self.note(
                    FindingCode::EmbeddedImage,
                    at,
                    format!("an SVG of {} bytes is embedded", data.len()),
                );
            }
            (Ok(size), _) if links::is_supported_raster(&data) => {
                self.note(
                    FindingCode::EmbeddedImage,
                    at,
                    format!("a picture of {} x {} pixels is embedded", size.width, size.height),
                );
            }
            _ => self.note(
                FindingCode::EmbeddedImageRefused,
                at,
                "embedded data that is no PNG, JPEG, GIF, WebP or SVG picture",
            ),
        }
        for address in outside {
            self.blocked(&address, at);
        }
    }

    /// Notes an instruction that names a style sheet or a transformation.
    pub(super) fn instruction(&mut self, node: Node<'_, '_>) {
        let Some(pi) = node.pi().filter(|pi| pi.target == "xml-stylesheet") else { return };
        let value = pi.value.unwrap_or_default();
        let at = node.range().start;
        if value.contains("xsl") || value.contains("text/xml") {
            self.note_active(at, "a transformation may run in a browser");
        }
        if let Some(address) = links::pseudo_attribute(value, "href")
            && let LinkTarget::Outside | LinkTarget::Data = links::target(address)
        {
            self.blocked(address, at);
        }
    }
}

/// Whether an image holds an SVG that is as large as the image says, its units unscaled.
fn is_sized_by_its_place(image: Node<'_, '_>) -> bool {
    let said = ["width", "height"].iter().any(|side| image.has_attribute(*side));
    let address = image.attribute("href").or_else(|| image.attribute((XLINK, "href"))).unwrap_or_default();
    if !said || !address.trim_start().starts_with("data:image/svg") {
        return false;
    }
    let Some(data) = links::decode(address) else { return false };
    let text = String::from_utf8_lossy(&data);
    let Some(tag) = text.find("<svg").map(|from| &text[from..]) else { return false };
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    !(tag.contains("viewBox") || tag.contains("width=") && tag.contains("height="))
}

/// Elements of declarative animation.
const ANIMATES: &[&str] = &["animate", "animateTransform", "animateMotion", "animateColor", "set", "discard"];

/// The beginning of a value, to quote in a message.
pub(super) fn short(value: &str) -> &str {
    let trimmed = value.trim();
    &trimmed[..trimmed.floor_char_boundary(80)]
}

/// Attributes that this renderer draws otherwise than a browser: element, name, value, and what is told.
const UNLIKE: &[(&str, &str, &str, &str)] = &[
    (
        "feTurbulence",
        "stitchTiles",
        "stitch",
        "stitchTiles makes another noise in this renderer than in a browser",
    ),
    (
        "mask",
        "color-interpolation",
        "linearRGB",
        "a mask through linear light is taken as it is by this renderer",
    ),
];
