//! Small, named repairs of drawings that are not well-formed. What they make is shown beside the verdict,
//! never instead of it.

use super::xml::{self, TextEdit, XmlReport};

/// A kind of repair, under the name that records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    EscapeAmpersands,
    ReplaceEntities,
    DropDuplicateAttributes,
    DeclareXlink,
    DeclarePrefix,
    FixComment,
    QuoteAttributes,
    EscapeLessThan,
    EscapeGreaterThan,
    BalanceTags,
    FixTag,
    DropJunk,
    DropBadCharacters,
    DropDeclaration,
    DropDoctype,
    DropInstruction,
    DropOutsideText,
    CloseOpenElements,
    ReplaceInvalidUtf8,
    UnescapeHtml,
    UnescapeJson,
    UnescapePercent,
}

impl Repair {
    /// The name that records hold.
    fn name(self) -> &'static str {
        match self {
            Repair::EscapeAmpersands => "escape-ampersands",
            Repair::ReplaceEntities => "replace-entities",
            Repair::DropDuplicateAttributes => "drop-duplicate-attributes",
            Repair::DeclareXlink => "declare-xlink",
            Repair::DeclarePrefix => "declare-prefix",
            Repair::FixComment => "fix-comment",
            Repair::QuoteAttributes => "quote-attributes",
            Repair::EscapeLessThan => "escape-less-than",
            Repair::EscapeGreaterThan => "escape-greater-than",
            Repair::BalanceTags => "balance-tags",
            Repair::FixTag => "fix-tag",
            Repair::DropJunk => "drop-junk",
            Repair::DropBadCharacters => "drop-bad-characters",
            Repair::DropDeclaration => "drop-declaration",
            Repair::DropDoctype => "drop-doctype",
            Repair::DropInstruction => "drop-instruction",
            Repair::DropOutsideText => "drop-outside-text",
            Repair::CloseOpenElements => "close-open-elements",
            Repair::ReplaceInvalidUtf8 => "replace-invalid-utf8",
            Repair::UnescapeHtml => "unescape-html",
            Repair::UnescapeJson => "unescape-json",
            Repair::UnescapePercent => "unescape-percent",
        }
    }

    /// The names of several, as a record has them.
    pub(super) fn names(repairs: &[Repair]) -> String {
        repairs.iter().map(|repair| repair.name()).collect::<Vec<_>>().join("+")
    }
}

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
            ("<svg width=10/>", "quote-attributes", "<svg width=\"10\"/>"),
            ("<svg width=“10”/>", "quote-attributes", "<svg width=\"10\"/>"),
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
