//! A drawing as it came: the same SVG, with each of its shapes hidden until its turn.
//!
//! Made only of a drawing that passed the check, and shown as an image, in which nothing runs and nothing loads. The
//! clock is the image's own (SMIL), so no script is needed.

use pelicycle_drawing::PAINTING_ELEMENTS;
use roxmltree::{Document, Node};

/// Longest drawing that is replayed, and longest replay, in bytes.
const MAX_SOURCE: usize = 256 << 10;
const MAX_REPLAY: usize = 512 << 10;
/// Shortest and longest replay, in seconds: slower and faster ones are stretched and shortened.
const SHORTEST: f64 = 3.0;
const LONGEST: f64 = 15.0;
/// Seconds of blank sheet at first, which tell the eye that something begins.
const BLANK: f64 = 0.4;

const SVG: &str = "http://www.w3.org/2000/svg";
/// Elements whose content is seen only where they are referred to.
const HIDDEN: [&str; 9] =
    ["defs", "clipPath", "mask", "pattern", "marker", "symbol", "linearGradient", "radialGradient", "filter"];

/// A drawing that draws itself.
#[derive(Debug)]
pub(super) struct ReplayImage {
    pub(super) svg: Vec<u8>,
    /// The time that it plays, in seconds.
    pub(super) seconds: f64,
    /// The time that its shapes took to come, from the first to the last, in seconds.
    pub(super) took: f64,
    pub(super) shapes: usize,
}

/// The replay of a drawing. `came` tells when its byte at an offset had come, in seconds from any moment on.
pub(super) fn replay(svg: &[u8], came: impl Fn(usize) -> f64) -> Option<ReplayImage> {
    let text = std::str::from_utf8(svg).ok().filter(|text| text.len() <= MAX_SOURCE)?;
    // Places in the text would not be where an entity's content came from.
    if text.contains("<!DOCTYPE") {
        return None;
    }
    let xml = Document::parse(text).ok()?;
    let shapes: Vec<Tag<'_>> = xml
        .root_element()
        .descendants()
        .filter(|node| is_shape(*node))
        .filter_map(|node| Tag::of(text, node))
        .collect();
    // A shape has come when all of its tag has.
    let times: Vec<f64> = shapes.iter().map(|tag| came(tag.end)).collect();
    // Styles and definitions that are written first paint nothing: nobody waits through them.
    let first = came(shapes.first()?.start);
    let last = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let took = last - first;
    if shapes.len() < 2 || !took.is_finite() || took <= 0.0 {
        return None;
    }
    let seconds = took.clamp(SHORTEST, LONGEST);
    let mut played = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    for (tag, time) in shapes.iter().zip(times) {
        let at = BLANK + ((time - first) / took).clamp(0.0, 1.0) * seconds;
        let prefix = tag.name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
        let set =
            format!("<{prefix}set attributeName=\"display\" to=\"none\" begin=\"0s\" dur=\"{at:.2}s\"/>");
        if tag.closed {
            played.push_str(&text[copied..tag.end - 2]);
            played.push_str(&format!(">{set}</{}>", tag.name));
        } else {
            played.push_str(&text[copied..tag.end]);
            played.push_str(&set);
        }
        copied = tag.end;
    }
    played.push_str(&text[copied..]);
    (played.len() <= MAX_REPLAY).then(|| ReplayImage {
        svg: played.into_bytes(),
        seconds,
        took,
        shapes: shapes.len(),
    })
}

fn is_shape(node: Node<'_, '_>) -> bool {
    let named = |node: Node<'_, '_>, names: &[&str]| {
        let name = node.tag_name();
        name.namespace() == Some(SVG) && names.contains(&name.name())
    };
    named(node, PAINTING_ELEMENTS) && !node.ancestors().any(|above| named(above, &HIDDEN))
        // One of its own shapes is a part of it.
        && !node.ancestors().skip(1).any(|above| named(above, PAINTING_ELEMENTS))
}

/// The tag that begins an element.
struct Tag<'a> {
    name: &'a str,
    start: usize,
    /// Offset after it.
    end: usize,
    /// Whether it ends the element too.
    closed: bool,
}

impl<'a> Tag<'a> {
    fn of(text: &'a str, node: Node<'_, '_>) -> Option<Self> {
        let start = node.range().start;
        let tag = text.get(start..)?.strip_prefix('<')?;
        let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next()?;
        let mut quote = None;
        let length = tag.bytes().position(|byte| match (quote, byte) {
            (Some(open), _) if open == byte => {
                quote = None;
                false
            }
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                false
            }
            (None, b'>') => true,
            _ => false,
        })?;
        let end = start + 1 + length + 1;
        Some(Self { name, start, end, closed: tag[..length].ends_with('/') })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_hidden_until_they_came_and_the_rest_is_as_it_was() {
        let svg = br##"<svg xmlns="http://www.w3.org/2000/svg"><defs><path id="a"/></defs>
<rect width="4" title="a > b"/><g><text x="1">hi<tspan>!</tspan></text></g><use href="#a"></use></svg>"##;
        let replay = replay(svg, |offset| offset as f64 / 10.0).unwrap();
        let text = String::from_utf8(replay.svg).unwrap();
        assert_eq!((replay.shapes, text.matches("<set ").count()), (3, 3), "{text}");
        assert!(text.contains("title=\"a > b\"><set attributeName=\"display\""), "{text}");
        assert!(text.contains("s\"/></rect><g><text x=\"1\"><set "), "{text}");
        assert!(
            text.contains("<defs><path id=\"a\"/></defs>") && text.contains("hi<tspan>!</tspan>"),
            "{text}"
        );
        let times: Vec<f64> = text
            .split("dur=\"")
            .skip(1)
            .map(|rest| rest.split_once("s\"").unwrap().0.parse().unwrap())
            .collect();
        assert!(times.is_sorted() && times[0] > BLANK && times[2] == BLANK + replay.seconds, "{times:?}");
        assert!(roxmltree::Document::parse(&text).is_ok());
    }

    #[test]
    fn what_is_written_before_the_first_shape_is_not_waited_for() {
        let head = "<style>/* long */</style>".repeat(100);
        let svg = format!("<svg xmlns='{SVG}'>{head}<rect width='4'/><rect width='5'/></svg>");
        let replay = replay(svg.as_bytes(), |offset| offset as f64).unwrap();
        assert_eq!(replay.took, "<rect width='4'/><rect width='5'/>".len() as f64);
        let text = String::from_utf8(replay.svg).unwrap();
        let half = format!("dur=\"{:.2}s\"", BLANK + replay.seconds / 2.0);
        assert!(text.contains(&half), "{half} of {text}");
    }

    #[test]
    fn prefixes_are_kept() {
        let svg = br#"<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:rect/><s:rect/></s:svg>"#;
        let text = String::from_utf8(replay(svg, |offset| offset as f64).unwrap().svg).unwrap();
        assert_eq!(text.matches("<s:set ").count(), 2, "{text}");
        assert_eq!(text.matches("</s:rect>").count(), 2, "{text}");
    }

    #[test]
    fn what_cannot_be_replayed_is_not() {
        let came = |offset: usize| offset as f64;
        assert!(
            replay(b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", came).is_none(),
            "one shape"
        );
        assert!(replay(b"<svg><rect", came).is_none());
        let two = b"<svg xmlns='http://www.w3.org/2000/svg'><rect/><rect/></svg>";
        assert!(replay(two, |_| 1.0).is_none(), "no time passes");
        assert!(replay(two, |_| f64::NAN).is_none());
        assert!(replay(two, came).is_some());
        let entity =
            b"<!DOCTYPE svg [<!ENTITY a '<rect/>'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;&a;</svg>";
        assert!(replay(entity, came).is_none());
    }
}
