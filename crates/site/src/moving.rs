//! A drawing that moves, as an image file of its own.
//!
//! A card shows it as `<img>`, in which nothing runs and nothing loads. But a file has an address, and whoever opens that
//! opens a document: so only a drawing goes out whose elements, and what is animated of them, are on the lists below, and of
//! whose attributes and styles none acts or loads, whatever an earlier check said. Any other moves on no card; its page shows it from a data address all the same.

use roxmltree::{Document, Node};

/// Longest drawing that goes out so, in bytes.
const MOST: usize = 256 << 10;
const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Elements that move others.
const MOVERS: [&str; 4] = ["animate", "animateTransform", "animateMotion", "set"];
/// All others that go out.
const PLAIN: [&str; 33] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "filter",
    "style",
    "mpath",
    "feGaussianBlur",
    "feOffset",
    "feBlend",
    "feColorMatrix",
    "feFlood",
    "feComposite",
];
/// Parts of filters that were not named above.
const FILTERS: [&str; 16] = [
    "feMerge",
    "feMergeNode",
    "feDropShadow",
    "feTurbulence",
    "feDisplacementMap",
    "feMorphology",
    "feComponentTransfer",
    "feFuncR",
    "feFuncG",
    "feFuncB",
    "feFuncA",
    "feDiffuseLighting",
    "feSpecularLighting",
    "feDistantLight",
    "fePointLight",
    "feSpotLight",
];

/// The attributes that may be animated: geometry, paint and text, no reference, no handler, no part of a filter.
const ANIMATED: [&str; 40] = [
    "transform",
    "gradientTransform",
    "patternTransform",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "dx",
    "dy",
    "cx",
    "cy",
    "fx",
    "fy",
    "r",
    "rx",
    "ry",
    "width",
    "height",
    "d",
    "points",
    "rotate",
    "offset",
    "startOffset",
    "opacity",
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-opacity",
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stop-color",
    "stop-opacity",
    "color",
    "visibility",
    "display",
    "font-size",
    "viewBox",
];

/// Whether a drawing moves, and may go out as a file.
pub(super) fn moves_safely(svg: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(svg).ok().filter(|text| text.len() <= MOST) else { return false };
    // Entities would hide what is written, and an instruction could name a style sheet.
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return false;
    }
    let Ok(xml) = Document::parse(text) else { return false };
    let mut moves = false;
    for node in xml.root().descendants() {
        if node.is_pi() || (node.is_element() && !is_plain(node)) {
            return false;
        }
        moves |= node.is_element() && is_mover(node);
    }
    xml.root_element().has_tag_name((SVG, "svg")) && moves
}

fn is_mover(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    MOVERS.contains(&name) || name == "style" && node.text().is_some_and(|style| style.contains("@keyframes"))
}

fn is_plain(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    let known = MOVERS.contains(&name) || PLAIN.contains(&name) || FILTERS.contains(&name);
    if node.tag_name().namespace() != Some(SVG) || !known {
        return false;
    }
    if name == "style"
        && !node.children().all(|child| child.is_text() && child.text().is_some_and(is_plain_style))
    {
        return false;
    }
    node.attributes().all(|attribute| {
        let (space, name, value) = (attribute.namespace(), attribute.name(), attribute.value());
        // Of `xml:` only what sets text: `xml:base` would make a reference to the document one to elsewhere.
        let known_space =
            matches!(space, None | Some(XLINK)) || space == Some(XML) && matches!(name, "space" | "lang");
        let refers = name.eq_ignore_ascii_case("href") || name.eq_ignore_ascii_case("src");
        let acts = name.len() >= 2 && name[..2].eq_ignore_ascii_case("on");
        // What is animated is no reference and no handler.
        // Nor what the check weighed while it stood still: parts of filters.
        let target = name != "attributeName" || ANIMATED.contains(&value.trim());
        known_space && !acts && target && (!refers || value.starts_with('#')) && is_plain_style(value)
    })
}

/// Whether a style, or an attribute's value, loads nothing: it refers to its own document alone.
fn is_plain_style(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let loads = ["\\", "@import", "image-set", "src(", "javascript:", "expression("]
        .iter()
        .any(|bad| style.contains(bad));
    let local = style.split("url(").skip(1).all(|rest| {
        rest.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').starts_with('#')
    });
    !loads && local
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(content: &str) -> String {
        format!(r##"<svg xmlns="{SVG}" xmlns:xlink="{XLINK}" viewBox="0 0 9 9">{content}</svg>"##)
    }

    const TURN: &str = r#"<animateTransform attributeName="transform" type="rotate" to="360" dur="1s"/>"#;

    #[test]
    fn drawings_that_move_go_out_and_those_that_stand_still_do_not() {
        let frames = "<style>@keyframes turn { to { transform: rotate(1turn) } } g { animation: turn 1s; fill: url(#a) }</style><g/>";
        for content in [
            format!(r##"<g id="a">{TURN}</g><use href="#a"/><use xlink:href="#a"/>"##),
            frames.to_owned(),
            format!(r#"<rect fill="url('#a')" style="filter:url(#b)" width="1" height="1">{TURN}</rect>"#),
        ] {
            assert!(moves_safely(svg(&content).as_bytes()), "{content}");
        }
        for content in ["<path d='M0 0h9'/>", "<style>g { fill: red }</style><g/>"] {
            assert!(!moves_safely(svg(content).as_bytes()), "{content}");
        }
    }

    #[test]
    fn what_could_act_as_a_document_does_not_go_out() {
        for content in [
            "<script>alert(1)</script>",
            "<g onload='alert(1)'/>",
            "<g ONLOAD='alert(1)'/>",
            "<a href='javascript:alert(1)'><g/></a>",
            "<use href='https://hostile.example/a.svg#b'/>",
            "<use xlink:href='data:image/svg+xml,x#b'/>",
            "<image href='a.png'/>",
            "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
            "<p xmlns='http://www.w3.org/1999/xhtml' style='x'/>",
            "<set attributeName='href' to='javascript:alert(1)'/>",
            "<set attributeName='xlink:href' to='#x'/>",
            "<animate attributeName='onclick' values='alert(1)'/>",
            "<style>@import 'https://hostile.example/a.css';</style>",
            "<style>g { background: url(https://hostile.example/a) }</style>",
            "<style>g { background: u\\72l(https://hostile.example/a) }</style>",
            "<style>g { background: image-set('https://hostile.example/a' 1x) }</style>",
            "<g style='background:url( \"//hostile.example/a\")'/>",
            "<g fill='url(a.svg#b)'/>",
            "<?xml-stylesheet href='https://hostile.example/a.css'?>",
            "<g xml:base='https://hostile.example/'/>",
            "<set attributeName='stdDeviation' to='1e9'/>",
            "<handler xmlns='http://www.w3.org/2001/xml-events'/>",
        ] {
            assert!(!moves_safely(svg(&format!("<g>{TURN}</g>{content}")).as_bytes()), "{content}");
        }
        let doctype = format!("<!DOCTYPE svg [<!ENTITY a 'b'>]>{}", svg(TURN));
        assert!(!moves_safely(doctype.as_bytes()));
        assert!(!moves_safely(b"<svg"), "not well-formed");
        assert!(!moves_safely(&[0xff, 0xfe]));
    }
}
