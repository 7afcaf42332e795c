//! Small, named repairs of drawings that are not well-formed. What they make is shown beside the verdict,
//! never instead of it.

use super::xml::{Edit, Survey, survey};

/// A drawing that became well-formed.
#[derive(Debug)]
pub(super) struct Mended {
    /// The names of what was done, joined by `+`.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
}

/// Passes after which a text counts as beyond repair; most need one, a mended quote may reveal a second fault.
const PASSES: usize = 3;

/// Tries to make a well-formed document; `cut` when the text ends before its root does.
pub(super) fn mend(text: &str, found: &Survey, cut: bool) -> Option<Mended> {
    let mut names: Vec<&'static str> = Vec::new();
    let mut text = text.to_owned();
    if found.entity_declaration.is_some() || found.more > 0 {
        return None;
    }
    let mut edits = found.edits.clone();
    if cut {
        // What was cut in two goes; what is open is closed.
        text.truncate(text.floor_char_boundary(found.last_whole));
        edits.retain(|edit| edit.range.end <= text.len());
        names.push("close-open-elements");
        let closes: String = found.open.iter().rev().map(|name| format!("</{name}>")).collect();
        text.push_str(&closes);
    }
    for _ in 0..PASSES {
        text = apply(&text, &mut edits, &mut names)?;
        let again = survey(&text, false);
        if again.faults.is_empty() {
            return (!names.is_empty()).then(|| Mended { name: names.join("+"), text });
        }
        edits = again.edits;
        if edits.is_empty() {
            return None;
        }
    }
    None
}

/// Applies edits in order; one that overlaps its predecessor waits for the next pass.
fn apply(text: &str, edits: &mut [Edit], names: &mut Vec<&'static str>) -> Option<String> {
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
        if !names.contains(&edit.name) {
            names.push(edit.name);
        }
    }
    mended.push_str(text.get(pos..)?);
    Some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> (String, String) {
        let mended = mend(text, &survey(text, false), false).expect("a repair");
        (mended.name, mended.text)
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
        let mended = mend(text, &survey(text, true), true).unwrap();
        assert_eq!(mended.text, "<svg><g><rect x='1'/></g></svg>");
        assert_eq!(mended.name, "close-open-elements");
    }

    #[test]
    fn a_quote_that_is_missing_may_take_two_passes() {
        let (name, text) = mended("<svg><rect fill=\"red/><circle r=\"5\"/><text>a & b</text></svg>");
        assert_eq!(text, "<svg><rect fill=\"red\"/><circle r=\"5\"/><text>a &amp; b</text></svg>");
        assert_eq!(name, "quote-attributes+escape-ampersands");
    }
}
