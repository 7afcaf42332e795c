//! A forgiving lexer of one markup construct: where does the thing that begins at this `<` end?
//!
//! It accepts what models write rather than what XML allows, so that the extractor can find the end of a
//! drawing that is not well-formed. Whether it is well-formed is [`super::xml`]'s question.

use std::ops::Range;

/// The kinds of constructs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConstructKind {
    /// `<name …>`, or `<name …/>` when `empty`.
    Start {
        /// Ends in `/>`.
        empty: bool,
    },
    /// `</name>`.
    End,
    /// `<!-- … -->`.
    Comment,
    /// `<![CDATA[ … ]]>`.
    Cdata,
    /// `<? … ?>`.
    Instruction,
    /// `<!DOCTYPE … >`, internal subset included, or another `<!` declaration.
    Declaration,
}

/// One construct of markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MarkupConstruct {
    /// The kind of construct.
    pub(super) kind: ConstructKind,
    /// Its name, of a tag; empty otherwise.
    pub(super) name: Range<usize>,
    /// The offset after it, or of the `<` or the limit that cut it short.
    pub(super) end: usize,
    /// Whether its own end mark was there.
    pub(super) closed: bool,
}

/// Searches of one text that need not be made again: this is what keeps hostile input linear.
#[derive(Debug, Default)]
pub(super) struct SearchCache {
    failed: Vec<(&'static [u8], usize, usize)>,
    /// By needle: where the last search that found it began, and where it is. Others begin between them, again and again.
    found: Vec<(&'static [u8], usize, usize)>,
    /// Declarations that ran to the limit, or past a subset, without an end.
    endless: u32,
}

/// Declarations without an end that are looked through; a hostile reply can begin a million of them.
const MOST_ENDLESS: u32 = 16;

impl SearchCache {
    /// The first `needle` in `text[from..to]`.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        needle: &'static [u8],
        from: usize,
        to: usize,
    ) -> Option<usize> {
        if from >= to {
            return None;
        }
        let known = self.found.iter().position(|&(known, ..)| known == needle);
        if let Some((_, start, at)) = known.map(|known| self.found[known])
            && (start..=at).contains(&from)
        {
            return (at + needle.len() <= to).then_some(at);
        }
        if self.failed_before(needle, from, to) {
            return None;
        }
        let found = find(&text[from..to], needle).map(|at| from + at);
        match (found, known) {
            (Some(at), Some(known)) => self.found[known] = (needle, from, at),
            (Some(at), None) => self.found.push((needle, from, at)),
            (None, _) => self.remember(needle, from, to),
        }
        found
    }

    /// Whether `needle` is known not to be in `from..to`.
    pub(super) fn failed_before(&self, needle: &[u8], from: usize, to: usize) -> bool {
        self.failed.iter().any(|&(n, start, end)| n == needle && from >= start && to <= end)
    }

    /// Notes that `needle` is not in `from..to`.
    pub(super) fn remember(&mut self, needle: &'static [u8], from: usize, to: usize) {
        self.failed.retain(|&(n, start, end)| n != needle || start < from || end > to);
        self.failed.push((needle, from, to));
        if self.failed.len() > 64 {
            self.failed.remove(0);
        }
    }
}

/// The first `needle` in `text`.
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|&b| b == first) {
        let at = from + at;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Whether a `<` followed by `next` begins markup rather than standing for "less than".
pub(super) fn opens(next: Option<&u8>) -> bool {
    matches!(next, Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' | b'/' | b'!' | b'?' | 0x80..))
}

/// Lexes what begins with the `<` at `at`; `None` when it begins nothing.
pub(super) fn construct(
    text: &[u8],
    at: usize,
    limit: usize,
    searches: &mut SearchCache,
) -> Option<MarkupConstruct> {
    let rest = &text[at..limit];
    if !opens(rest.get(1)) {
        return None;
    }
    let until = |kind, mark: &'static [u8], from: usize, searches: &mut SearchCache| {
        let found = searches.find(text, mark, from.min(limit), limit);
        let end = found.map_or(limit, |found| found + mark.len());
        MarkupConstruct { kind, name: at..at, end, closed: found.is_some() }
    };
    Some(if rest.starts_with(b"<!--") {
        until(ConstructKind::Comment, b"-->", at + 4, searches)
    } else if rest.starts_with(b"<![CDATA[") {
        until(ConstructKind::Cdata, b"]]>", at + 9, searches)
    } else if rest.starts_with(b"<?") {
        until(ConstructKind::Instruction, b"?>", at + 2, searches)
    } else if rest.starts_with(b"<!") {
        declaration(text, at, limit, searches)
    } else {
        return tag(text, at, limit, searches);
    })
}

/// A `<!DOCTYPE …>` with its quotes and its `[ … ]`.
fn declaration(text: &[u8], at: usize, limit: usize, searches: &mut SearchCache) -> MarkupConstruct {
    let mut pos = at + 2;
    let (mut subset, mut had_subset) = (false, false);
    let construct =
        |end, closed| MarkupConstruct { kind: ConstructKind::Declaration, name: at..at, end, closed };
    while pos < limit && searches.endless < MOST_ENDLESS {
        match text[pos] {
            quote @ (b'"' | b'\'') => {
                let mark: &'static [u8] = if quote == b'"' { b"\"" } else { b"'" };
                pos = searches.find(text, mark, pos + 1, limit).unwrap_or(pos);
            }
            b'[' => (subset, had_subset) = (true, true),
            b']' => subset = false,
            b'>' if !subset => return construct(pos + 1, true),
            b'<' if subset && text[pos..limit].starts_with(b"<!--") => {
                pos = searches.find(text, b"-->", pos + 4, limit).map_or(pos, |found| found + 2);
            }
            b'<' if !subset => {
                // Those that begin in its subset may end here too.
                searches.endless = searches.endless.saturating_add(u32::from(had_subset));
                return construct(pos, false);
            }
            _ => {}
        }
        pos += 1;
    }
    searches.endless = searches.endless.saturating_add(1);
    construct(limit, false)
}

/// A space that does not break lines, which some write for one.
const NO_BREAK: &[u8] = "\u{a0}".as_bytes();

/// A start or end tag. A quoted value may hold `>`; one that would swallow another tag only counts as
/// quoted when what follows its closing quote looks like the rest of a tag.
fn tag(text: &[u8], at: usize, limit: usize, searches: &mut SearchCache) -> Option<MarkupConstruct> {
    let closing = text.get(at + 1) == Some(&b'/');
    let name_start = at + 1 + usize::from(closing);
    let mut pos = name_start;
    while pos < limit
        && !matches!(text[pos], b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<' | b'"' | b'\'' | b'=')
        && !text[pos..].starts_with(NO_BREAK)
    {
        pos += 1;
    }
    if pos == name_start {
        return None;
    }
    let name = name_start..pos;
    let mut after_equals = false;
    while pos < limit {
        let byte = text[pos];
        match byte {
            b'>' => {
                let kind = match closing {
                    true => ConstructKind::End,
                    false => ConstructKind::Start { empty: text[pos - 1] == b'/' },
                };
                return Some(MarkupConstruct { kind, name, end: pos + 1, closed: true });
            }
            b'<' if opens(text[..limit].get(pos + 1)) => break,
            b'"' | b'\'' if after_equals => {
                if let Some(end) = quoted(text, pos, limit, searches) {
                    pos = end;
                }
            }
            _ => {}
        }
        after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
        pos += 1;
    }
    let kind = if closing { ConstructKind::End } else { ConstructKind::Start { empty: false } };
    Some(MarkupConstruct { kind, name, end: pos.min(limit), closed: false })
}

/// The offset of the quote that closes the one at `open`, if the value between is believable.
pub(super) fn quoted(text: &[u8], open: usize, limit: usize, searches: &mut SearchCache) -> Option<usize> {
    let mark: &'static [u8] = if text[open] == b'"' { b"\"" } else { b"'" };
    let close = searches.find(text, mark, open + 1, limit)?;
    let value = &text[open + 1..close];
    let swallows = value.iter().enumerate().any(|(i, &b)| b == b'<' && opens(value.get(i + 1)));
    let goes_on = match text[..limit].get(close + 1) {
        Some(next) => next.is_ascii_whitespace() || matches!(next, b'/' | b'>' | b'?'),
        None => true,
    };
    (!swallows || goes_on).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(text: &str) -> Option<(ConstructKind, &str, bool)> {
        let found = construct(text.as_bytes(), 0, text.len(), &mut SearchCache::default())?;
        Some((found.kind, &text[..found.end], found.closed))
    }

    #[test]
    fn a_quoted_value_may_hold_the_end_of_a_tag() {
        assert_eq!(
            lex("<a b=\"x>y\" c='>'/>z"),
            Some((ConstructKind::Start { empty: true }, "<a b=\"x>y\" c='>'/>", true))
        );
    }

    #[test]
    fn a_quote_that_never_closes_does_not_swallow_the_next_tag() {
        let text = "<rect fill=\"red/><circle cx=\"5\"/>";
        assert_eq!(lex(text), Some((ConstructKind::Start { empty: true }, "<rect fill=\"red/>", true)));
    }

    #[test]
    fn an_apostrophe_in_a_sentence_is_no_quote() {
        assert_eq!(
            lex("<svg doesn't matter> x"),
            Some((ConstructKind::Start { empty: false }, "<svg doesn't matter>", true))
        );
    }

    #[test]
    fn less_than_is_not_markup() {
        assert_eq!(lex("< 5"), None);
        assert_eq!(lex("<5"), None);
        assert_eq!(lex("<"), None);
    }

    #[test]
    fn a_doctype_holds_its_subset() {
        let text = "<!DOCTYPE svg [ <!ENTITY a \"]>\"> <!-- ]> --> ]>x";
        assert_eq!(lex(text), Some((ConstructKind::Declaration, &text[..text.len() - 1], true)));
    }

    #[test]
    fn a_search_that_was_remembered_finds_what_a_new_one_finds() {
        let text = b"--><!-- ]]>-->a-->]]>--";
        let needles: [&'static [u8]; 3] = [b"-->", b"]]>", b"?>"];
        let ranges = (0..=text.len()).flat_map(|from| (0..=text.len()).map(move |to| (from, to)));
        for step in [1, 7, 11, 29] {
            let mut searches = SearchCache::default();
            let all: Vec<_> = ranges.clone().collect();
            for (from, to) in (0..all.len()).map(|at| all[at * step % all.len()]) {
                for needle in needles {
                    let anew = text.get(from..to).and_then(|part| find(part, needle)).map(|at| from + at);
                    assert_eq!(searches.find(text, needle, from, to), anew, "{from}..{to}");
                }
            }
        }
    }

    #[test]
    fn hostile_repetition_stays_linear() {
        let text = "<!--<a b=\"<c d='".repeat(60_000);
        let started = std::time::Instant::now();
        let mut searches = SearchCache::default();
        let mut pos = 0;
        while let Some(at) = text.as_bytes()[pos..].iter().position(|&b| b == b'<') {
            let _ = construct(text.as_bytes(), pos + at, text.len(), &mut searches);
            pos += at + 1;
        }
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
