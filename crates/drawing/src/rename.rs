//! Repairs of a well-formed drawing whose elements are not called as SVG calls them: another namespace, another case.

use pelicycle_lowering::SVG;
use roxmltree::{Document, Node};

use super::repair::RepairedText;
use super::repair_kind::Repair;

/// The elements of SVG whose names have capitals, as HTML mends them.
const MIXED: [&str; 37] = [
    "altGlyph",
    "altGlyphDef",
    "altGlyphItem",
    "animateColor",
    "animateMotion",
    "animateTransform",
    "clipPath",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feImage",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "foreignObject",
    "glyphRef",
    "linearGradient",
    "radialGradient",
    "textPath",
];

/// Names elements as SVG does, where the root is an `svg` by its letters; `None` where it is not, or nothing is to be done.
pub(super) fn rename(document: &Document<'_>) -> Option<RepairedText> {
    let root = document.root_element();
    if !root.tag_name().name().eq_ignore_ascii_case("svg") {
        return None;
    }
    let text = document.input_text();
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut repairs = Vec::new();
    if root.tag_name().namespace().is_some_and(|namespace| namespace != SVG) {
        edits.push((declaration(root)?, SVG.to_owned()));
        repairs.push(Repair::FixNamespace);
    }
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let Some(right) = right(name) else { continue };
        let start = node.range().start + 1 + prefix_length(text, node.range().start + 1);
        edits.push((start..start + name.len(), right.clone()));
        for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
            let right = attribute_name(attribute.name());
            let is_there = |name: &str| match name {
                "xmlns" => node.default_namespace().is_some(),
                name => node.has_attribute(name),
            };
            // Where two would be one, neither is another's.
            if let Some(right) = right.filter(|right| !is_there(right)) {
                edits.push((attribute.range_qname(), right));
            }
        }
        let inside = text.get(node.range())?;
        if !inside.ends_with("/>") {
            let close = node.range().start + inside.rfind("</")? + 2;
            let close = close + prefix_length(text, close);
            edits.push((close..close + name.len(), right));
        }
        if !repairs.contains(&Repair::FixCase) {
            repairs.push(Repair::FixCase);
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut made = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, new) in edits {
        made.push_str(text.get(copied..range.start)?);
        made.push_str(&new);
        copied = range.end;
    }
    made.push_str(text.get(copied..)?);
    (!repairs.is_empty()).then_some(RepairedText { repairs, text: made })
}

/// The name that SVG has for one that is written in capitals; `None` where it is right or unknown.
fn right(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let right = MIXED
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .map_or(lower, |known| (*known).to_owned());
    (right != name && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(right)
}

/// Attributes of SVG whose names have capitals, as HTML mends them.
const MIXED_ATTRIBUTES: [&str; 58] = [
    "attributeName",
    "attributeType",
    "baseFrequency",
    "baseProfile",
    "calcMode",
    "clipPathUnits",
    "diffuseConstant",
    "edgeMode",
    "filterUnits",
    "glyphRef",
    "gradientTransform",
    "gradientUnits",
    "kernelMatrix",
    "kernelUnitLength",
    "keyPoints",
    "keySplines",
    "keyTimes",
    "lengthAdjust",
    "limitingConeAngle",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "maskContentUnits",
    "maskUnits",
    "numOctaves",
    "pathLength",
    "patternContentUnits",
    "patternTransform",
    "patternUnits",
    "pointsAtX",
    "pointsAtY",
    "pointsAtZ",
    "preserveAlpha",
    "preserveAspectRatio",
    "primitiveUnits",
    "refX",
    "refY",
    "repeatCount",
    "repeatDur",
    "requiredExtensions",
    "requiredFeatures",
    "specularConstant",
    "specularExponent",
    "spreadMethod",
    "startOffset",
    "stdDeviation",
    "stitchTiles",
    "surfaceScale",
    "systemLanguage",
    "tableValues",
    "targetX",
    "targetY",
    "textLength",
    "viewBox",
    "viewTarget",
    "xChannelSelector",
    "yChannelSelector",
    "zoomAndPan",
];

/// The name that SVG has for an attribute whose letters are capitals; `None` for others.
fn attribute_name(name: &str) -> Option<String> {
    let shouted =
        name.contains(|c: char| c.is_ascii_uppercase()) && !name.contains(|c: char| c.is_ascii_lowercase());
    let known = MIXED_ATTRIBUTES.iter().find(|known| known.eq_ignore_ascii_case(name));
    shouted.then(|| known.map_or_else(|| name.to_ascii_lowercase(), |known| (*known).to_owned()))
}

/// The length of a prefix with its colon at the start of a name.
fn prefix_length(text: &str, at: usize) -> usize {
    let name = &text[at..];
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len());
    name[..end].find(':').map_or(0, |colon| colon + 1)
}

/// The value of the attribute that declares the root's namespace.
fn declaration(root: Node<'_, '_>) -> Option<std::ops::Range<usize>> {
    let text = root.document().input_text();
    let start = root.range().start;
    let prefix = &text[start + 1..start + 1 + prefix_length(text, start + 1)];
    let wanted = match prefix.strip_suffix(':') {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    let mut at = start + 1;
    let tag = text.get(at..)?;
    // Values are in quotes, since the text is well-formed.
    let mut quote: Option<char> = None;
    let mut value_at = 0;
    for (offset, c) in tag.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => {
                let name = text[at..start + 1 + value_at - 1].trim().trim_end_matches('=').trim();
                if name.split_whitespace().next_back() == Some(wanted.as_str()) {
                    return Some(start + 1 + value_at..start + 1 + offset);
                }
                quote = None;
                at = start + 1 + offset + 1;
            }
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(c);
                value_at = offset + 1;
            }
            (None, '>') => return None,
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str) -> Option<(String, String)> {
        let document = Document::parse(text).unwrap();
        let made = rename(&document)?;
        let again = Document::parse(&made.text).unwrap();
        assert!(again.root_element().has_tag_name((SVG, "svg")), "{}", made.text);
        Some((Repair::names(&made.repairs), made.text))
    }

    #[test]
    fn another_namespace_is_mended() {
        for text in [
            "<svg xmlns='https://www.w3.org/2000/svg'><g/></svg>",
            "<svg id='>' xmlns=\"[http://www.w3.org/2000/svg](http://www.w3.org/2000/svg)\"/>",
            "<s:svg xmlns='u' xmlns:s = 'http://w3.org/2000/svg'></s:svg>",
        ] {
            assert_eq!(renamed(text).unwrap().0, "fix-namespace", "{text}");
        }
    }

    #[test]
    fn every_name_with_capitals_is_mended() {
        for name in MIXED {
            let shouted = name.to_ascii_uppercase();
            let (_, text) = renamed(&format!("<SVG xmlns='{SVG}'><{shouted}/></SVG>")).unwrap();
            assert_eq!(text, format!("<svg xmlns='{SVG}'><{name}/></svg>"));
        }
        let (_, text) = renamed(&format!(
            "<SVG xmlns='{SVG}'><FETURBULENCE BASEFREQUENCY='.1' NUMOCTAVES='2' STITCHTILES='stitch'/>\
            <FEPOINTLIGHT POINTSATX='1' LIMITINGCONEANGLE='3'/><ANIMATE CALCMODE='linear' KEYSPLINES='' KEYPOINTS=''/></SVG>"
        ))
        .unwrap();
        assert_eq!(
            text,
            format!(
                "<svg xmlns='{SVG}'><feTurbulence baseFrequency='.1' numOctaves='2' stitchTiles='stitch'/>\
                <fePointLight pointsAtX='1' limitingConeAngle='3'/><animate calcMode='linear' keySplines='' keyPoints=''/></svg>"
            )
        );
    }

    #[test]
    fn capitals_are_mended() {
        let (name, text) = renamed(&format!(
            "<SVG xmlns='{SVG}'><CIRCLE r='1'/><LINEARGRADIENT></LINEARGRADIENT ><g/></SVG>"
        ))
        .unwrap();
        assert_eq!(name, "fix-case");
        assert_eq!(
            text,
            format!("<svg xmlns='{SVG}'><circle r='1'/><linearGradient></linearGradient ><g/></svg>")
        );
        let (_, text) = renamed("<SVG XMLNS='http://www.w3.org/2000/svg' VIEWBOX='0 0 9 9'><CIRCLE R='4' STROKE-WIDTH='1' dataX='1'/></SVG>").unwrap();
        assert_eq!(
            text,
            format!("<svg xmlns='{SVG}' viewBox='0 0 9 9'><circle r='4' stroke-width='1' dataX='1'/></svg>")
        );
        assert_eq!(renamed(&format!("<html xmlns='{SVG}'/>").replace("html", "Svg")).unwrap().0, "fix-case");
        let (_, text) =
            renamed(&format!("<SVG xmlns='{SVG}' XMLNS='{SVG}' ID='a'><G XMLNS='u'/></SVG>")).unwrap();
        assert_eq!(text, format!("<svg xmlns='{SVG}' XMLNS='{SVG}' id='a'><g XMLNS='u'/></svg>"));
        let page = Document::parse("<html/>").unwrap();
        assert!(rename(&page).is_none());
    }
}
