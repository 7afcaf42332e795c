//! Small, named repairs of drawings that are not well-formed. What they make is shown beside the verdict,
//! never instead of it.

use super::repair_kind::Repair;
use super::survey::PAINTING_ELEMENTS;
use super::xml::{self, TextEdit, XmlReport};

/// A drawing that became well-formed.
#[derive(Debug)]
pub(super) struct RepairedText {
    /// The repairs that were made, in order, each once.
    pub(super) repairs: Vec<Repair>,
    /// The text.
    pub(super) text: String,
}

/// Passes after which a text counts as beyond repair; most need one, a mended quote may reveal a second fault.
const PASSES: usize = 3;

/// Tries to make a well-formed document; `cut` when the text ends before its root does.
pub(super) fn mend(text: &str, found: &XmlReport, cut: bool) -> Option<RepairedText> {
    let mut repairs: Vec<Repair> = Vec::new();
    let mut text = text.to_owned();
    if found.entity_declaration.is_some() || found.more > 0 {
        return None;
    }
    let mut edits = found.edits.clone();
    if cut {
        // What was cut in two goes; what is open is closed.
        text.truncate(text.floor_char_boundary(found.last_whole));
        edits.retain(|edit| edit.range.end <= text.len());
        repairs.push(Repair::CloseOpenElements);
        let closes: String = found.open.iter().rev().map(|name| format!("</{name}>")).collect();
        text.push_str(&closes);
    }
    for _ in 0..PASSES {
        text = apply(&text, &mut edits, &mut repairs)?;
        let again = xml::check(&text, false);
        if again.faults.is_empty() {
            return (!repairs.is_empty()).then_some(RepairedText { repairs, text });
        }
        edits = again.edits;
        if edits.is_empty() {
            return None;
        }
    }
    None
}

/// Start tags of what paints, as somebody who is not strict reads them; one that the text cuts off does not count.
pub(super) fn shapes_written(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    // Where none closes, none is looked for again.
    let mut closing = true;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            match closing.then(|| comment.find("-->")).flatten() {
                Some(end) => rest = &comment[end..],
                None => closing = false,
            }
            continue;
        }
        let name = rest[xml::unseen(rest).unwrap_or(0)..].trim_start();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(name.len());
        let local = name[..end].rsplit(':').next().unwrap_or_default();
        let paints = PAINTING_ELEMENTS.iter().any(|shape| local.eq_ignore_ascii_case(shape));
        let ends = name.find(['<', '>']).is_some_and(|end| name[end..].starts_with('>'));
        count += usize::from(paints && ends);
    }
    count
}

/// Elements of a document that paint and are in no other shape.
pub(super) fn shapes_drawn(document: &roxmltree::Document<'_>) -> usize {
    let paints = |node: &roxmltree::Node<'_, '_>| {
        node.is_element() && PAINTING_ELEMENTS.iter().any(|shape| node.tag_name().name() == *shape)
    };
    let closed = |node: &roxmltree::Node<'_, '_>| !matches!(node.tag_name().name(), "foreignObject" | "text");
    let found = document.descendants().filter(paints);
    found.filter(|node| !node.ancestors().skip(1).any(|around| paints(&around) && closed(&around))).count()
}

/// Applies edits in order; one that overlaps its predecessor waits for the next pass.
fn apply(text: &str, edits: &mut [TextEdit], repairs: &mut Vec<Repair>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut mended = String::with_capacity(text.len() + 64);
    let mut pos = 0;
    for edit in edits.iter() {
        if edit.range.start < pos {
            continue;
        }
        mended.push_str(text.get(pos..edit.range.start)?);
        mended.push_str(&edit.text);
        pos = edit.range.end;
        if !repairs.contains(&edit.repair) {
            repairs.push(edit.repair);
        }
    }
    mended.push_str(text.get(pos..)?);
    Some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_counted_as_they_are_meant() {
        let text = "<svg><circle><\u{200b}RECT a='>'/><!-- <path/> --><g><s:use/></g><line x1='";
        assert_eq!(shapes_written(text), 3);
        let document =
            roxmltree::Document::parse("<svg><circle><rect/></circle><text><a/></text></svg>").unwrap();
        assert_eq!(shapes_drawn(&document), 2);
    }

    fn mended(text: &str) -> (String, String) {
        let mended = mend(text, &xml::check(text, false), false).expect("a repair");
        (Repair::names(&mended.repairs), mended.text)
    }

    #[test]
    fn each_repair_is_named() {
        let cases = [
            ("<svg><text>a & b</text></svg>", "escape-ampersands", "<svg><text>a &amp; b</text></svg>"),
            ("<svg a='1' b='2' a='3'/>", "drop-duplicate-attributes", "<svg a='1' b='2' />"),
            ("<svg><text>a&nbsp;b</text></svg>", "replace-entities", "<svg><text>a\u{a0}b</text></svg>"),
            ("<svg><!-- a -- b --></svg>", "fix-comment", "<svg><!-- a -  b --></svg>"),
            ("<svg><g><rect/></svg>", "balance-tags", "<svg><g><rect/></g></svg>"),
            (
                "<svg><style>@property --c { syntax: '<color>' }</style></svg>",
                "escape-less-than",
                "<svg><style>@property --c { syntax: '&lt;color>' }</style></svg>",
            ),
            ("<svg width=10/>", "quote-attributes", "<svg width=\"10\"/>"),
            ("<svg width=“10”/>", "quote-attributes", "<svg width=\"10\"/>"),
            (
                "<svg><circle r='1'><circle r='2'><g/><path d=''/></svg>",
                "close-shapes",
                "<svg><circle r='1'/><circle r='2'/><g/><path d=''/></svg>",
            ),
            (
                "<svg><g><rect x='1'><rect x='2'></g></svg>",
                "close-shapes+balance-tags",
                "<svg><g><rect x='1'/><rect x='2'></rect></g></svg>",
            ),
            (
                "<svg><\u{200b}rect\u{a0}x='1'\u{a0} y='2'/></svg>",
                "replace-spaces",
                "<svg><rect x='1'  y='2'/></svg>",
            ),
            (
                "<svg><text>1 < 2</text>< circle r='1'/></svg>",
                "escape-less-than+replace-spaces",
                "<svg><text>1 &lt; 2</text><circle r='1'/></svg>",
            ),
            ("<svg><rect x \"1\"/></svg>", "fix-tag", "<svg><rect x=\"1\"/></svg>"),
            ("<svg><text>1 < 2</text></svg>", "escape-less-than", "<svg><text>1 &lt; 2</text></svg>"),
            ("<svg><text>a\u{1}b</text></svg>", "drop-bad-characters", "<svg><text>ab</text></svg>"),
            ("<svg><rect x=\"1\"y=\"2\"/></svg>", "fix-tag", "<svg><rect x=\"1\" y=\"2\"/></svg>"),
            (
                "<svg><use xlink:href='#a'/></svg>",
                "declare-xlink",
                "<svg xmlns:xlink=\"http://www.w3.org/1999/xlink\"><use xlink:href='#a'/></svg>",
            ),
        ];
        for (text, name, result) in cases {
            assert_eq!(mended(text), (name.to_owned(), result.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_cut_drawing_is_closed_at_the_last_whole_tag() {
        let text = "<svg><g><rect x='1'/><circle cx='4";
        let mended = mend(text, &xml::check(text, true), true).unwrap();
        assert_eq!(mended.text, "<svg><g><rect x='1'/></g></svg>");
        assert_eq!(Repair::names(&mended.repairs), "close-open-elements");
    }

    #[test]
    fn a_quote_that_is_missing_may_take_two_passes() {
        let (name, text) = mended("<svg><rect fill=\"red/><circle r=\"5\"/><text>a & b</text></svg>");
        assert_eq!(text, "<svg><rect fill=\"red\"/><circle r=\"5\"/><text>a &amp; b</text></svg>");
        assert_eq!(name, "quote-attributes+escape-ampersands");
    }
}
