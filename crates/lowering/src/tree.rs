//! A drawing as elements that can be changed, and written down again for the renderer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::{Index, IndexMut};

use roxmltree::{Document, Node};

use super::font_sizes::FontSize;
use super::gradient_parts::GradientParts;
use super::grammar;
use super::numbers::{self, LengthScale};
use super::properties;
use super::view_box;

/// The namespace of SVG.
pub const SVG: &str = "http://www.w3.org/2000/svg";
/// The namespace of `xlink:href`.
pub const XLINK: &str = "http://www.w3.org/1999/xlink";

/// The scale where nothing is known.
const PLAIN: LengthScale = LengthScale::of([100.0; 2]);

/// The elements of a drawing, parents before what is in them when it is read; those that lowering adds come last.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    elements: Vec<Element>,
    /// Whether it lacks attributes of the drawing that no browser heeds.
    pub(super) left_out: bool,
    /// The count of the parts that gradients of CSS in it are made of.
    pub(super) gradient_parts: GradientParts,
}

/// An element.
#[derive(Debug, Clone, Default)]
pub(super) struct Element {
    /// Its local name.
    pub(super) name: String,
    /// The element that it is in.
    pub(super) parent: Option<usize>,
    /// The elements and texts in it.
    pub(super) children: Vec<ChildNode>,
    /// Its attributes as written, `xlink:href` and `xml:space` with their prefixes.
    pub(super) attributes: Vec<(String, String)>,
    /// Its properties: presentation attributes at first, then what the cascade makes of them.
    pub(super) style: BTreeMap<String, String>,
    /// The sizes that its lengths refer to.
    scale: Option<LengthScale>,
    /// The element before it in the same parent.
    previous: Option<usize>,
}

/// A child of an element.
#[derive(Debug, Clone)]
pub(super) enum ChildNode {
    /// An element, by its index.
    Element(usize),
    /// Character data.
    Text(String),
}

impl Index<usize> for Tree {
    type Output = Element;

    fn index(&self, index: usize) -> &Element {
        &self.elements[index]
    }
}

impl IndexMut<usize> for Tree {
    fn index_mut(&mut self, index: usize) -> &mut Element {
        &mut self.elements[index]
    }
}

impl Element {
    /// A new element that is in nothing yet.
    pub(super) fn new(name: &str, attributes: &[(&str, &str)]) -> Self {
        let mut made = Self { name: name.to_owned(), ..Self::default() };
        for (name, value) in attributes {
            made.set(name, (*value).to_owned());
        }
        made
    }

    /// An attribute as written.
    pub(super) fn markup(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A property, or else an attribute, as it stands now.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        match properties::is_property_of(&self.name, name) {
            true => self.style.get(name).map(String::as_str),
            false => self.markup(name),
        }
    }

    /// Sets a property, or an attribute that is none.
    pub(super) fn set(&mut self, name: &str, value: String) {
        if properties::is_property_of(&self.name, name) {
            self.style.insert(name.to_owned(), value);
        } else if let Some((_, old)) = self.attributes.iter_mut().find(|(known, _)| known == name) {
            *old = value;
        } else {
            self.attributes.push((name.to_owned(), value));
        }
    }

    /// Sets an attribute, and the property that it is, as though it were written so.
    pub(super) fn set_markup(&mut self, name: &str, value: String) {
        self.attributes.retain(|(known, _)| known != name);
        self.attributes.push((name.to_owned(), value.clone()));
        if properties::is_property_of(&self.name, name) {
            self.style.insert(name.to_owned(), value);
        }
    }

    /// Takes a property or attribute away.
    pub(super) fn unset(&mut self, name: &str) {
        self.style.remove(name);
        if !properties::is_property_of(&self.name, name) {
            self.attributes.retain(|(known, _)| known != name);
        }
    }

    /// The sizes that its lengths refer to, once [`Tree::measure`] was asked.
    pub(super) fn scale(&self) -> &LengthScale {
        self.scale.as_ref().unwrap_or(&PLAIN)
    }

    pub(super) fn set_scale(&mut self, scale: LengthScale) {
        self.scale = Some(scale);
    }

    /// The address that it refers to: `href` before `xlink:href`.
    pub(super) fn href(&self) -> Option<&str> {
        self.markup("href").or_else(|| self.markup("xlink:href")).map(str::trim)
    }
}

impl ChildNode {
    /// Whether it is this element.
    pub(super) fn is(&self, element: usize) -> bool {
        matches!(self, Self::Element(index) if *index == element)
    }
}

impl Tree {
    /// The elements of a document that a browser would draw or read; the root is the first.
    pub(super) fn read(document: &Document<'_>) -> Self {
        let mut tree =
            Self { elements: Vec::new(), left_out: false, gradient_parts: GradientParts::default() };
        tree.read_element(document.root_element(), None, None);
        tree
    }

    fn read_element(&mut self, node: Node<'_, '_>, parent: Option<usize>, previous: Option<usize>) -> usize {
        let mut element =
            Element { name: node.tag_name().name().to_owned(), parent, previous, ..Element::default() };
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            let name = match attribute.namespace() {
                None => name.to_owned(),
                Some(XLINK) => format!("xlink:{name}"),
                Some("http://www.w3.org/XML/1998/namespace") => format!("xml:{name}"),
                Some(_) => continue,
            };
            if properties::is_property_of(&element.name, &name) {
                if !grammar::takes_as_attribute(&name, value) {
                    self.left_out = true;
                    continue;
                }
                let value = value.trim();
                let of_words = grammar::is_of_words(&name);
                self.left_out |= of_words && value.contains(|c: char| c.is_ascii_uppercase());
                let value = if of_words { value.to_ascii_lowercase() } else { value.to_owned() };
                element.style.insert(name.clone(), value);
            }
            element.attributes.push((name, value.to_owned()));
        }
        let index = self.elements.len();
        self.elements.push(element);
        let root = node.document().root_element().tag_name().namespace();
        let mut previous = None;
        for child in node.children() {
            if child.is_text() {
                self[index].children.push(ChildNode::Text(child.text().unwrap_or_default().to_owned()));
            } else if child.is_element() {
                let namespace = child.tag_name().namespace();
                // Who finds itself by its place among brothers finds them all.
                if namespace == Some(SVG) || (namespace.is_none() && root.is_none()) {
                    let made = self.read_element(child, Some(index), previous);
                    self[index].children.push(ChildNode::Element(made));
                    previous = Some(made);
                }
            }
        }
        index
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        self.elements.len()
    }

    /// The elements in an element.
    pub(super) fn children(&self, element: usize) -> impl Iterator<Item = usize> + '_ {
        self[element].children.iter().filter_map(|child| match child {
            ChildNode::Element(index) => Some(*index),
            ChildNode::Text(_) => None,
        })
    }

    /// The element before this one in the same parent, as it was read.
    pub(super) fn previous(&self, element: usize) -> Option<usize> {
        self[element].previous
    }

    /// The element and those around it, from inside out.
    pub(super) fn ancestors(&self, element: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(element), |at| self[*at].parent)
    }

    /// The value of a property that is inherited, for an element.
    pub(super) fn inherited(&self, element: usize, name: &str) -> Option<&str> {
        self.ancestors(element)
            .find_map(|at| self[at].style.get(name).filter(|value| *value != "inherit"))
            .map(String::as_str)
    }

    /// Finds what the lengths of each element are of. `canvas` is the size of the picture in CSS pixels.
    pub(super) fn measure(&mut self, canvas: [f64; 2]) {
        let mut sizes = vec![FontSize::USUAL; self.len()];
        // What was put around others comes after them in the list.
        let mut open = vec![0];
        while let Some(element) = open.pop() {
            open.extend(self.children(element));
            let around = self[element].parent.map(|parent| *self[parent].scale());
            let mut scale = around.unwrap_or(LengthScale::of(canvas));
            if ["font-family", "font-weight"].iter().any(|name| self[element].style.contains_key(*name)) {
                let families = self.inherited(element, "font-family").unwrap_or_default();
                let weight = self.inherited(element, "font-weight").unwrap_or_default();
                let bold =
                    weight.starts_with("bold") || weight.parse().is_ok_and(|weight: f64| weight >= 600.0);
                scale.zero = numbers::zero_of(families, bold);
            }
            let size_around = self[element].parent.map_or(FontSize::USUAL, |parent| sizes[parent]);
            let size = size_around.within(
                self[element].style.get("font-size").map(String::as_str),
                self.inherited(element, "font-family").unwrap_or_default(),
                &scale,
            );
            sizes[element] = size;
            scale.em = size.em;
            if size.follows_family(size_around) {
                self[element].style.insert("font-size".to_owned(), numbers::written(size.em));
            }
            if around.is_none() {
                scale.rem = scale.em;
            }
            if matches!(self[element].name.as_str(), "svg" | "symbol" | "marker" | "pattern") {
                let view = self[element].markup("viewBox").and_then(view_box);
                let side = |name: &str, whole: f64| {
                    self[element].markup(name).and_then(|value| numbers::length(value, whole, &scale))
                };
                if let Some([_, _, width, height]) = view {
                    scale.view = [width, height];
                } else if self[element].name == "svg" {
                    let [width, height] = scale.view;
                    scale.view =
                        [side("width", width).unwrap_or(width), side("height", height).unwrap_or(height)];
                }
            }
            self[element].scale = Some(scale);
        }
    }

    /// Puts a new element into another, at a place among its children.
    pub(super) fn insert(&mut self, parent: usize, at: usize, mut element: Element) -> usize {
        element.parent = Some(parent);
        element.scale = self[parent].scale;
        let index = self.elements.len();
        self.elements.push(element);
        let children = &mut self[parent].children;
        let at = at.min(children.len());
        children.insert(at, ChildNode::Element(index));
        index
    }

    /// Puts a new element at the end of another.
    pub(super) fn append(&mut self, parent: usize, element: Element) -> usize {
        self.insert(parent, usize::MAX, element)
    }

    /// Puts all that is in an element into a new one in it.
    pub(super) fn wrap(&mut self, element: usize, around: Element) -> usize {
        let inside = std::mem::take(&mut self[element].children);
        let around = self.append(element, around);
        for child in &inside {
            if let ChildNode::Element(index) = child {
                self[*index].parent = Some(around);
            }
        }
        self[around].children = inside;
        around
    }

    /// Takes an element out of where it is, and puts it at the end of another.
    pub(super) fn move_into(&mut self, element: usize, parent: usize) {
        if let Some(before) = self[element].parent {
            self[before].children.retain(|child| !child.is(element));
        }
        self[element].parent = Some(parent);
        self[parent].children.push(ChildNode::Element(element));
    }

    /// Takes an element, which was put in last, out of where it is.
    pub(super) fn take_out(&mut self, element: usize) {
        if let Some(around) = self[element].parent {
            let at = self[around].children.iter().rposition(|child| child.is(element));
            at.map(|at| self[around].children.remove(at));
        }
    }

    /// Puts a copy of an element, and of what is in it, at the end of another.
    pub(super) fn copy(&mut self, element: usize, parent: usize) -> usize {
        let mut copy = self[element].clone();
        let inside = std::mem::take(&mut copy.children);
        let made = self.append(parent, copy);
        for child in inside {
            match child {
                ChildNode::Element(index) => {
                    self.copy(index, made);
                }
                ChildNode::Text(words) => self[made].children.push(ChildNode::Text(words)),
            }
        }
        made
    }

    /// The drawing as text.
    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        self.write_element(0, &mut text);
        text
    }

    fn write_element(&self, index: usize, text: &mut String) {
        let element = &self[index];
        let name = &element.name;
        let _ = write!(text, "<{name}");
        if element.parent.is_none() {
            let _ = write!(text, " xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\"");
        }
        for (name, value) in &element.attributes {
            if name != "style" && !properties::is_property_of(&element.name, name) {
                let _ = write!(text, " {name}=\"{}\"", escaped(value));
            }
        }
        let mut style = String::new();
        for (name, value) in &element.style {
            if properties::is_only_css(name, value) {
                let _ = write!(style, "{name}:{value};");
            } else if properties::is_written(&element.name, name) {
                let _ = write!(text, " {name}=\"{}\"", escaped(value));
            }
        }
        if !style.is_empty() {
            let _ = write!(text, " style=\"{}\"", escaped(&style));
        }
        if element.children.is_empty() {
            text.push_str("/>");
            return;
        }
        text.push('>');
        for child in &element.children {
            match child {
                ChildNode::Element(index) if matches!(self[*index].name.as_str(), "style" | "script") => {}
                ChildNode::Element(index) => self.write_element(*index, text),
                ChildNode::Text(words) => text.push_str(&escaped(words)),
            }
        }
        let _ = write!(text, "</{name}>");
    }
}

/// Character data or the value of an attribute as XML writes it.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\n', '\t', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\n' => written.push_str("&#10;"),
            '\t' => written.push_str("&#9;"),
            '\r' => written.push_str("&#13;"),
            c => written.push(c),
        }
    }
    Cow::Owned(written)
}
