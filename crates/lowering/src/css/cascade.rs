//! The cascade: what style sheets, style attributes and presentation attributes together say of each element.

use std::collections::BTreeMap;

use super::super::grammar;
use super::super::properties;
use super::super::tree::{ChildNode, Tree};
use super::declarations::{Declaration, inline};
use super::instances;
use super::longhands::longhands;
use super::matching::SelectorMatcher;
use super::rules::StyleSheet;
use super::selectors::Specificity;
use super::variables::CustomProperties;

/// The order of the cascade, from what gives way to what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Normal {
        inline: bool,
        layer: usize,
        specificity: Specificity,
        order: usize,
    },
    /// Among important ones earlier layers stand against later ones.
    Important {
        inline: bool,
        layer: usize,
        specificity: Specificity,
        order: usize,
    },
}

/// Gives every element its properties; `None` where that would cost more than the bounds allow. `canvas` is the size of the
/// picture in CSS pixels, `around` the style sheets of a page around it, `work` bounds the matching, `bytes` what values may grow to.
pub(in super::super) fn cascade(
    tree: &mut Tree,
    around: &str,
    canvas: [f64; 2],
    work: u64,
    bytes: usize,
) -> Option<StyleSheet> {
    let sheet = read(tree, around, canvas);
    let matcher = SelectorMatcher::new(tree, work);
    let layers = sheet.layers.order();
    let mut made = 0;
    let mut styles = Vec::with_capacity(tree.len());
    for element in 0..tree.len() {
        let style = declared(tree, element, (&sheet, &layers), &matcher);
        // One rule may give many elements a long value.
        made += style.values().map(String::len).sum::<usize>();
        if matcher.is_over() || made > bytes {
            return None;
        }
        styles.push(style);
    }
    for (element, style) in styles.into_iter().enumerate() {
        let found = &mut tree[element].style;
        for (name, value) in style {
            found.insert(name, value);
        }
    }
    let used = instances::expand(tree);
    let mut variables = CustomProperties::new(&sheet.initial, bytes);
    for element in 0..tree.len() {
        variables.settle(tree, element)?;
    }
    instances::refer(tree, &used);
    Some(sheet)
}

/// The style sheets of a drawing, in the order in which they stand.
fn read(tree: &Tree, around: &str, canvas: [f64; 2]) -> StyleSheet {
    let mut sheet = StyleSheet::default();
    sheet.parse_more(around, canvas);
    for index in 0..tree.len() {
        let element = &tree[index];
        let kind = element.markup("type").unwrap_or_default().trim();
        let of_css = kind.is_empty() || kind.eq_ignore_ascii_case("text/css");
        if element.name != "style"
            || !of_css
            || !super::media::applies(element.markup("media").unwrap_or_default(), canvas)
        {
            continue;
        }
        let text: String = element
            .children
            .iter()
            .filter_map(|child| match child {
                ChildNode::Text(text) => Some(text.as_str()),
                ChildNode::Element(_) => None,
            })
            .collect();
        sheet.parse_more(&text, canvas);
    }
    sheet
}

/// The declarations for an element, without its presentation attributes.
fn declared(
    tree: &Tree,
    element: usize,
    (sheet, layers): (&StyleSheet, &[usize]),
    matcher: &SelectorMatcher<'_>,
) -> BTreeMap<String, String> {
    let unlayered = sheet.layers.len();
    let mut found: Vec<(Weight, &Declaration)> = Vec::new();
    let weigh =
        |declaration: &Declaration, inline, layer: usize, specificity, order| match declaration.important {
            true => Weight::Important { inline, layer: unlayered - layer, specificity, order },
            false => Weight::Normal { inline, layer, specificity, order },
        };
    let mut order = 0;
    for rule in &sheet.rules {
        let matching = rule.selectors.iter().filter(|selector| matcher.matches(element, selector));
        let Some(specificity) = matching.map(|selector| selector.specificity).max() else { continue };
        let layer = rule.layer.map_or(unlayered, |layer| layers[layer]);
        for declaration in &rule.declarations {
            found.push((weigh(declaration, false, layer, specificity, order), declaration));
            order += 1;
        }
    }
    let written = tree[element].markup("style").map(inline).unwrap_or_default();
    for declaration in &written {
        found.push((weigh(declaration, true, unlayered, Specificity::default(), order), declaration));
        order += 1;
    }
    found.sort_by_key(|(weight, _)| *weight);
    let mut style = BTreeMap::new();
    for (_, declaration) in found {
        for (name, value) in longhands(&declaration.name, &declaration.value) {
            if grammar::takes(&name, &value) {
                let value = properties::path_of(&value).filter(|_| name == "d").unwrap_or(&value).to_owned();
                let value = if grammar::is_of_words(&name) { value.to_ascii_lowercase() } else { value };
                style.insert(name, value);
            }
        }
    }
    style
}
