//! The source of a drawing in pieces, so that a page can colour it. Reads whatever a model wrote, well-formed or not.

use serde::Serialize;

/// Pieces of a page; what comes after them is shown plain.
const MOST: usize = 8_000;

/// A stretch of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SyntaxSpan {
    /// Class of its colour; empty for plain text.
    class: &'static str,
    text: String,
}

const PLAIN: &str = "";
const TAG: &str = "tag-name";
const ATTRIBUTE: &str = "attribute";
const VALUE: &str = "value";
const COMMENT: &str = "comment";

/// The part of the markup in which the last line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag,
    Quote(char),
    Comment,
    Cdata,
    Declaration,
}

/// Reads a source line by line.
#[derive(Debug)]
pub(super) struct SyntaxReader {
    state: State,
    pieces: usize,
}

impl Default for SyntaxReader {
    fn default() -> Self {
        Self { state: State::Text, pieces: 0 }
    }
}

impl SyntaxReader {
    /// The pieces of the next line, which together are the line.
    pub(super) fn line(&mut self, line: &str) -> Vec<SyntaxSpan> {
        let mut pieces: Vec<SyntaxSpan> = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            if self.pieces + pieces.len() >= MOST {
                push(&mut pieces, PLAIN, rest);
                break;
            }
            let (class, length) = self.step(rest);
            push(&mut pieces, class, &rest[..length]);
            rest = &rest[length..];
        }
        self.pieces += pieces.len();
        pieces
    }

    /// Class and length in bytes of what `rest` begins with; the length is not zero.
    fn step(&mut self, rest: &str) -> (&'static str, usize) {
        let until = |end: &str| rest.find(end).map(|at| at + end.len());
        match self.state {
            State::Text => self.text(rest),
            State::Tag => self.tag(rest),
            State::Quote(quote) => match rest.find(quote) {
                Some(at) => {
                    self.state = State::Tag;
                    (VALUE, at + quote.len_utf8())
                }
                None => (VALUE, rest.len()),
            },
            State::Comment => self.closing(COMMENT, rest, until("-->")),
            State::Cdata => self.closing(PLAIN, rest, until("]]>")),
            State::Declaration => self.closing(COMMENT, rest, until(">")),
        }
    }

    fn closing(&mut self, class: &'static str, rest: &str, end: Option<usize>) -> (&'static str, usize) {
        if end.is_some() {
            self.state = State::Text;
        }
        (class, end.unwrap_or(rest.len()))
    }

    fn text(&mut self, rest: &str) -> (&'static str, usize) {
        match rest.find('<') {
            Some(0) => {}
            Some(at) => return (PLAIN, at),
            None => return (PLAIN, rest.len()),
        }
        for (start, state, class) in [
            ("<!--", State::Comment, COMMENT),
            ("<![CDATA[", State::Cdata, COMMENT),
            ("<!", State::Declaration, COMMENT),
            ("<?", State::Declaration, COMMENT),
        ] {
            if rest.starts_with(start) {
                self.state = state;
                return (class, start.len());
            }
        }
        let bracket = if rest.starts_with("</") { 2 } else { 1 };
        let name = rest[bracket..].find(|c: char| !is_name(c)).unwrap_or(rest.len() - bracket);
        if name == 0 {
            return (PLAIN, bracket);
        }
        self.state = State::Tag;
        (TAG, bracket + name)
    }

    fn tag(&mut self, rest: &str) -> (&'static str, usize) {
        let first = rest.chars().next().unwrap_or(' ');
        match first {
            '>' => {
                self.state = State::Text;
                (TAG, 1)
            }
            '/' => (TAG, 1),
            // The tag was never closed.
            '<' => {
                self.state = State::Text;
                self.text(rest)
            }
            '"' | '\'' => {
                self.state = State::Quote(first);
                (VALUE, 1)
            }
            _ if is_name(first) => (ATTRIBUTE, rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())),
            _ => {
                let plain = |c: char| is_name(c) || matches!(c, '>' | '/' | '<' | '"' | '\'');
                (PLAIN, rest.find(plain).unwrap_or(rest.len()))
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.')
}

fn push(pieces: &mut Vec<SyntaxSpan>, class: &'static str, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => pieces.push(SyntaxSpan { class, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<Vec<(&'static str, String)>> {
        let mut reader = SyntaxReader::default();
        let lines = text.split('\n').map(|line| reader.line(line));
        lines.map(|line| line.into_iter().map(|piece| (piece.class, piece.text)).collect()).collect()
    }

    #[test]
    fn tags_attributes_values_comments_and_text_are_told_apart() {
        let lines = read("<g id=\"a>b\"\n  x='1'/>hi<!-- <b>\n -- -->&amp;</g>");
        let expected: [&[(&str, &str)]; 3] = [
            &[("tag-name", "<g"), ("", " "), ("attribute", "id"), ("", "="), ("value", "\"a>b\"")],
            &[
                ("", "  "),
                ("attribute", "x"),
                ("", "="),
                ("value", "'1'"),
                ("tag-name", "/>"),
                ("", "hi"),
                ("comment", "<!-- <b>"),
            ],
            &[("comment", " -- -->"), ("", "&amp;"), ("tag-name", "</g>")],
        ];
        for (line, expected) in lines.iter().zip(expected) {
            let line: Vec<_> = line.iter().map(|(class, text)| (*class, text.as_str())).collect();
            assert_eq!(line, expected);
        }
    }

    #[test]
    fn a_page_has_a_bounded_number_of_pieces() {
        let lines = read(&"<a b='c'>\n".repeat(5_000));
        assert!(lines.iter().map(Vec::len).sum::<usize>() <= MOST + 5_001);
        assert_eq!(lines[4_999], [("", "<a b='c'>".to_owned())]);
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "[<>/=\"' a-c!\\-\\[\\]?é\n]{0,200}") {
            let read: Vec<String> =
                read(&text).iter().map(|line| line.iter().map(|(_, text)| text.as_str()).collect()).collect();
            prop_assert_eq!(read.join("\n"), text);
        }
    }
}
