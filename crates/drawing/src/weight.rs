//! The size that a document grows to when its references are followed, counted before the renderer follows them.
//!
//! Every element has a weight: itself, what is in it, and what it draws by reference (`use`, paint servers,
//! masks, clip paths, markers, filters). A weight is counted once and remembered, so a bomb that doubles with
//! each level is seen for what it is in linear time.

use std::collections::{HashMap, HashSet};

use pelicycle_lowering::XLINK;
use pelicycle_record::FindingCode;
use roxmltree::{Document, Node, NodeId};
use simplecss::{DeclarationTokenizer, StyleSheet};

use super::bounds::DrawingBounds;
use super::css;
use super::links::{self, LinkTarget};
use super::place::OffsetFinding;

/// Notes every bound that is passed, and every cycle; tells whether a bound is.
pub(super) fn check(
    document: &Document<'_>,
    ids: &HashMap<&str, Node<'_, '_>>,
    bounds: &DrawingBounds,
    notes: &mut Vec<OffsetFinding>,
) -> bool {
    let before = notes.len();
    let mut over = |what: &str, number: u64, most: u64, bound: &str| {
        if number > most {
            let message = format!("{what}: {number}, more than {most} (bound {bound})");
            notes.push(OffsetFinding::new(FindingCode::ResourceLimit, 0, message));
        }
        number > most
    };
    let sheets = document
        .descendants()
        .filter(|node| node.is_element() && node.tag_name().name() == "style")
        .filter_map(|node| node.text());
    let inline = document.descendants().filter_map(|node| node.attribute("style"));
    let sheet: String = sheets.collect::<Vec<_>>().join("\n");
    let css_bytes = sheet.len() + inline.map(str::len).sum::<usize>();
    let written = document.descendants().filter(Node::is_element).count() as u64;
    let parts = css::selector_parts(&sheet);
    let mut stop = over("bytes of style sheets", css_bytes as u64, bounds.css_bytes as u64, "css_bytes");
    stop |=
        over("parts of selectors times elements", parts.saturating_mul(written), bounds.css_work, "css_work");
    if stop {
        return true;
    }
    let styles = StyleSheet::parse(&sheet);
    let mut scale = Scale {
        ids,
        styles: &styles,
        weights: HashMap::new(),
        visiting: HashSet::new(),
        references: 0,
        deepest: 0,
        chain: bounds.reference_chain,
        cycles: Vec::new(),
        pictures: HashMap::new(),
    };
    let weight = scale.element(document.root_element(), 0);
    let (references, deepest, cycles) = (scale.references, scale.deepest, scale.cycles);
    let numbers = [
        ("references", references, bounds.references as u64, "references"),
        (
            "references that lead to one another",
            deepest as u64,
            bounds.reference_chain as u64,
            "reference_chain",
        ),
        ("elements once references are followed", weight.elements, bounds.elements, "elements"),
        (
            "bytes of path data once references are followed",
            weight.path_bytes,
            bounds.path_bytes,
            "path_bytes",
        ),
        ("pixels of embedded pictures", weight.pixels, bounds.image_pixels, "image_pixels"),
        ("levels of SVG embedded in SVG", weight.nested, bounds.image_depth as u64, "image_depth"),
        (
            "parts of selectors times elements",
            parts.saturating_mul(weight.elements),
            bounds.css_work,
            "css_work",
        ),
    ];
    for (what, number, most, bound) in numbers {
        over(what, number, most, bound);
    }
    let passed = notes.len() > before;
    for (at, id) in cycles {
        let message = format!("a reference to #{id} leads back to itself");
        notes.push(OffsetFinding::new(FindingCode::ReferenceCycle, at, message));
    }
    passed
}

/// The totals of an element and all that it draws.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    elements: u64,
    path_bytes: u64,
    pixels: u64,
    /// Deepest SVG inside an embedded SVG.
    nested: u64,
    /// Longest way along references.
    chain: usize,
    /// Shapes that take their fill, stroke and markers from around, and their vertices.
    open_fills: u64,
    open_strokes: u64,
    open_markers: u64,
}

impl Weight {
    fn add(&mut self, other: &Weight, times: u64) {
        self.elements = self.elements.saturating_add(other.elements.saturating_mul(times));
        self.path_bytes = self.path_bytes.saturating_add(other.path_bytes.saturating_mul(times));
        self.pixels = self.pixels.saturating_add(other.pixels.saturating_mul(times));
        self.nested = self.nested.max(other.nested);
        self.chain = self.chain.max(other.chain);
    }

    fn add_open(&mut self, other: &Weight) {
        self.open_fills = self.open_fills.saturating_add(other.open_fills);
        self.open_strokes = self.open_strokes.saturating_add(other.open_strokes);
        self.open_markers = self.open_markers.saturating_add(other.open_markers);
    }
}

struct Scale<'d, 'a, 'input> {
    ids: &'d HashMap<&'d str, Node<'a, 'input>>,
    styles: &'d StyleSheet<'d>,
    weights: HashMap<NodeId, Weight>,
    visiting: HashSet<NodeId>,
    references: u64,
    deepest: usize,
    chain: usize,
    cycles: Vec<(usize, String)>,
    /// Pixels and depth of a data address, by its text's place: each is decoded once.
    pictures: HashMap<(usize, usize), (u64, u64)>,
}

impl<'a, 'input> Scale<'_, 'a, 'input> {
    /// The weight of an element; `chain` is how many references led here.
    fn element(&mut self, node: Node<'a, 'input>, chain: usize) -> Weight {
        if let Some(known) = self.weights.get(&node.id()) {
            self.deepest = self.deepest.max(chain + known.chain);
            return *known;
        }
        self.deepest = self.deepest.max(chain);
        // Far enough: the bound is passed, and the way back is no concern.
        if chain > self.chain {
            return Weight { elements: 1, ..Weight::default() };
        }
        self.visiting.insert(node.id());
        let mut weight = Weight { elements: 1, ..Weight::default() };
        let name = node.tag_name().name();
        let length = |name: &str| node.attribute(name).map_or(0, str::len) as u64;
        if matches!(
            name,
            "path"
                | "rect"
                | "circle"
                | "ellipse"
                | "line"
                | "polyline"
                | "polygon"
                | "text"
                | "tspan"
                | "textPath"
        ) {
            weight.path_bytes = length("d") + length("points");
            (weight.open_fills, weight.open_strokes) = (1, 1);
            // Two bytes are the shortest a vertex can be.
            weight.open_markers = if matches!(name, "path" | "line" | "polyline" | "polygon") {
                2 + weight.path_bytes / 2
            } else {
                0
            };
        }
        for child in node.children().filter(Node::is_element) {
            let child = self.element(child, chain);
            weight.add(&child, 1);
            weight.add_open(&child);
        }
        self.follow_href(node, chain, &mut weight);
        self.follow_properties(node, chain, &mut weight);
        self.visiting.remove(&node.id());
        self.weights.insert(node.id(), weight);
        weight
    }

    fn follow_href(&mut self, node: Node<'a, 'input>, chain: usize, weight: &mut Weight) {
        let plain = node.attributes().find(|a| a.name() == "href" && a.namespace().is_none());
        let href =
            plain.or_else(|| node.attributes().find(|a| a.name() == "href" && a.namespace() == Some(XLINK)));
        let Some(href) = href else { return };
        let name = node.tag_name().name();
        match links::target(href.value()) {
            LinkTarget::Inside(id)
                if !matches!(
                    name,
                    "a" | "animate" | "animateTransform" | "animateMotion" | "set" | "mpath"
                ) =>
            {
                if let Some(target) = self.reference(id, node, chain) {
                    weight.add(&target, 1);
                    weight.chain = weight.chain.max(target.chain + 1);
                    if name == "use" {
                        weight.add_open(&target);
                    }
                }
            }
            LinkTarget::Data if matches!(name, "image" | "feImage") => {
                let range = href.range_value();
                let key = (range.start, range.end);
                let (pixels, nested) =
                    *self.pictures.entry(key).or_insert_with(|| links::measure(href.value(), 0));
                weight.pixels = weight.pixels.saturating_add(pixels);
                weight.nested = weight.nested.max(nested);
            }
            _ => {}
        }
    }

    /// Paint servers, markers, masks and the like, from attributes, style sheets and style attributes.
    fn follow_properties(&mut self, node: Node<'a, 'input>, chain: usize, weight: &mut Weight) {
        let mut properties: HashMap<&str, &str> = HashMap::new();
        for attribute in node.attributes().filter(|a| PROPERTIES.contains(&a.name())) {
            properties.insert(attribute.name(), attribute.value());
        }
        let mut declare = |declaration: &simplecss::Declaration<'_>| {
            // The values outlive this function: those of the sheet and of the document's attributes.
            let known = PROPERTIES.iter().find(|name| **name == declaration.name)?;
            Some((*known, declaration.value.to_owned()))
        };
        let mut styled: Vec<(&str, String)> = Vec::new();
        for rule in &self.styles.rules {
            if rule.selector.matches(&Styled(node)) {
                styled.extend(rule.declarations.iter().filter_map(&mut declare));
            }
        }
        if let Some(style) = node.attribute("style") {
            styled.extend(DeclarationTokenizer::from(style).filter_map(|d| declare(&d)));
        }
        for (name, value) in &styled {
            properties.insert(name, value);
        }
        if properties.is_empty() {
            return;
        }
        for (name, open) in [("fill", weight.open_fills), ("stroke", weight.open_strokes)] {
            let Some(value) = properties.get(name).filter(|value| **value != "inherit") else { continue };
            self.draw_by_reference(value, node, chain, weight, open);
            match name {
                "fill" => weight.open_fills = 0,
                _ => weight.open_strokes = 0,
            }
        }
        let open = weight.open_markers;
        for name in ["marker", "marker-start", "marker-mid", "marker-end"] {
            if let Some(value) = properties.get(name) {
                let times = if matches!(name, "marker" | "marker-mid") {
                    open
                } else {
                    open.min(weight.elements * 2)
                };
                self.draw_by_reference(value, node, chain, weight, times);
            }
        }
        for name in ["clip-path", "mask", "filter"] {
            if let Some(value) = properties.get(name) {
                self.draw_by_reference(value, node, chain, weight, 1);
            }
        }
    }

    /// Adds what a `url(#…)` draws, so many times.
    fn draw_by_reference(
        &mut self,
        value: &str,
        node: Node<'a, 'input>,
        chain: usize,
        weight: &mut Weight,
        times: u64,
    ) {
        for address in css::addresses(value) {
            if let LinkTarget::Inside(id) = links::target(address.target)
                && let Some(target) = self.reference(id, node, chain)
            {
                weight.add(&target, times.max(1));
                weight.chain = weight.chain.max(target.chain + 1);
            }
        }
    }

    /// The weight behind a reference; `None` when there is nothing, or a cycle.
    fn reference(&mut self, id: &str, from: Node<'a, 'input>, chain: usize) -> Option<Weight> {
        self.references += 1;
        let target = *self.ids.get(id)?;
        if self.visiting.contains(&target.id()) {
            self.cycles.push((from.range().start, id.to_owned()));
            return None;
        }
        Some(self.element(target, chain + 1))
    }
}

/// Properties that draw by reference.
const PROPERTIES: &[&str] =
    &["fill", "stroke", "clip-path", "mask", "filter", "marker", "marker-start", "marker-mid", "marker-end"];

/// An element as the style sheet sees it, in the way the renderer shows it.
pub(super) struct Styled<'a, 'input>(pub(super) Node<'a, 'input>);

impl simplecss::Element for Styled<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Styled)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Styled)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: simplecss::AttributeOperator<'_>) -> bool {
        self.0.attribute(name).is_some_and(|value| operator.matches(value))
    }

    fn pseudo_class_matches(&self, class: simplecss::PseudoClass<'_>) -> bool {
        matches!(class, simplecss::PseudoClass::FirstChild) && self.0.prev_sibling_element().is_none()
    }
}
