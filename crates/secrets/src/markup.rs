//! Characters that stand in no markup: tags of HTML, tags in square brackets, codes for terminals, and marks of reasoning.

use std::collections::HashSet;

use pelicycle_reasoning::ReasoningTags;

use crate::readings::PlacedChar;

/// The most characters of a tag, or of a text within a code for terminals, that is passed over.
const LONGEST_TAG: usize = 4 << 10;

/// The most letters in the name of a tag in square brackets.
const LONGEST_NAME: usize = 10;

/// The most characters of what follows that name.
const LONGEST_VALUE: usize = 512;

/// The most bytes in the name of a special token, such as `<|start_header_id|>`.
const LONGEST_TOKEN: usize = 48;

/// The longest mark of reasoning or special token, in bytes.
pub(crate) const LONGEST_MARK: usize = LONGEST_TOKEN + "<||>".len();

/// The names of tags in square brackets that forums have.
const FORUM_TAGS: [&str; 44] = [
    "b", "i", "u", "s", "p", "q", "em", "strong", "code", "pre", "quote", "url", "img", "email", "color",
    "colour", "size", "font", "list", "li", "ul", "ol", "table", "tr", "td", "th", "h1", "h2", "h3", "h4",
    "h5", "h6", "center", "left", "right", "justify", "indent", "sub", "sup", "spoiler", "hide", "hr", "br",
    "user",
];

/// The character that begins a code for terminals.
const ESCAPE: char = '\u{1b}';

/// Whether a character begins a code for terminals: the escape, or one of the signs that stand for it and another.
pub(crate) fn begins_code(c: char) -> bool {
    c == ESCAPE || introduced(c).is_some()
}

/// The character that stands for the same after an escape, of a control character of 8 bits (C1); none of others.
fn introduced(c: char) -> Option<char> {
    match c {
        '\u{9b}' => Some('['),
        '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => char::from_u32(u32::from(c) - 0x40),
        _ => None,
    }
}

/// Whether a tag in square brackets may stand here.
pub(crate) fn has_brackets(chars: &[PlacedChar]) -> bool {
    chars.windows(2).any(|pair| pair[0].0 == '[' && (pair[1].0 == '/' || pair[1].0.is_ascii_alphabetic()))
}

/// The treatment of texts in codes for terminals, such as the address of a link or the title of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeTexts {
    Stay,
    Go,
}

/// The characters that stand in no code for terminals. One that has not ended yet is one.
pub(crate) fn without_codes(chars: &[PlacedChar], texts: CodeTexts) -> Vec<PlacedChar> {
    let mut ends = Ahead::new(&["\u{7}", "\u{9c}", "\u{1b}\\"]);
    without(chars, |at| code_end(chars, at, texts, &mut ends))
}

/// The characters that stand in no mark of reasoning and no special token, where there are such. One that has not ended yet is one.
pub(crate) fn without_reasoning_marks(text: &str, chars: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    let end = |at: usize| {
        let (c, begin, _) = chars[at];
        let rest = matches!(c, '<' | '[' | '◁').then(|| &text.as_bytes()[begin..])?;
        let length = ReasoningTags::mark_length(rest).or_else(|| token_length(rest))?;
        Some(chars.partition_point(|placed| placed.1 < begin + length))
    };
    let bare = without(chars, end);
    (bare.len() < chars.len()).then_some(bare)
}

/// The length of the special token that a text begins with.
fn token_length(text: &[u8]) -> Option<usize> {
    let name = text.strip_prefix(b"<|")?;
    let length =
        name.iter().take(LONGEST_TOKEN).take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count();
    match &name[length..] {
        [] | [b'|'] => Some(text.len()),
        [b'|', b'>', ..] => Some(length + 4),
        _ => None,
    }
}

/// The characters that stand in no tag and no comment of HTML. One that has not ended yet is one.
pub(crate) fn without_tags(chars: &[PlacedChar]) -> Vec<PlacedChar> {
    let (mut tag_ends, mut comment_ends) = (Ahead::new(&[">"]), Ahead::new(&["-->"]));
    without(chars, |at| tag_end(chars, at, &mut tag_ends, &mut comment_ends))
}

/// The characters that stand in no tag in square brackets: forums write `[b]` and `[/b]`, and with `values` `[color=red]`.
/// One that has not ended yet is one.
pub(crate) fn without_brackets(chars: &[PlacedChar], values: bool) -> Vec<PlacedChar> {
    let mut ends = Ahead::new(&["]", "["]);
    without(chars, |at| bracket_end(chars, at, values, &mut ends))
}

/// The characters that stand in no tag in square brackets, where what is only a word in brackets stays: of `[b][plan][/b]` the
/// middle. A tag is what closes, has a value, is closed somewhere, has a name that forums know, or stands right before a word in brackets.
pub(crate) fn without_sure_brackets(chars: &[PlacedChar]) -> Vec<PlacedChar> {
    let mut ends = Ahead::new(&["]", "["]);
    let tags: Vec<(usize, usize)> = (0..chars.len())
        .filter(|&at| chars[at].0 == '[')
        .filter_map(|at| Some((at, bracket_end(chars, at, true, &mut ends)?)))
        .collect();
    let name = |at: usize| -> String {
        let letters = chars[at + 1..].iter().map(|placed| placed.0.to_ascii_lowercase());
        letters.take(LONGEST_NAME + 1).take_while(char::is_ascii_alphanumeric).collect()
    };
    let closes = |at: usize| char_at(chars, at + 1) == Some('/');
    let closed: HashSet<String> =
        tags.iter().filter(|tag| closes(tag.0)).map(|tag| name(tag.0 + 1)).collect();
    let is_known = |at: usize| {
        let name = name(at);
        // One that has not ended yet may be a word.
        let has_value = char_at(chars, at + 1 + name.len()).is_some_and(|c| c != ']');
        closes(at) || has_value || FORUM_TAGS.contains(&&*name) || closed.contains(&name)
    };
    let before_a_word = |end: usize| tags.binary_search_by_key(&end, |tag| tag.0).is_ok() && !is_known(end);
    let sure = |&(at, end): &(usize, usize)| is_known(at) || before_a_word(end);
    let mut sure = tags.iter().filter(|tag| sure(tag)).copied().peekable();
    without(chars, |at| sure.next_if(|tag| tag.0 == at).map(|tag| tag.1))
}

/// The characters but for those from each place at which something ends, to its end.
fn without(chars: &[PlacedChar], mut end: impl FnMut(usize) -> Option<usize>) -> Vec<PlacedChar> {
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        match end(at) {
            Some(end) => at = end,
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

/// The end of the tag or comment that begins at a place.
fn tag_end(chars: &[PlacedChar], at: usize, tag_ends: &mut Ahead, comment_ends: &mut Ahead) -> Option<usize> {
    if chars[at].0 != '<' {
        return None;
    }
    let next = char_at(chars, at + 1);
    if next.is_some_and(|c| !c.is_ascii_alphabetic() && !matches!(c, '/' | '!' | '?')) {
        return None;
    }
    match (stands(chars, at, "<!--"), stands(chars, at, "<![CDATA[")) {
        // What stands in it is text.
        (_, true) => Some(at + 9),
        (true, _) => comment_ends.find(chars, at + 4, at + LONGEST_TAG),
        _ => tag_ends.find(chars, at + 1, at + LONGEST_TAG),
    }
}

/// The end of the code for terminals that begins at a place, such as one for a colour or a link.
fn code_end(chars: &[PlacedChar], at: usize, texts: CodeTexts, ends: &mut Ahead) -> Option<usize> {
    let (kind, from) = match chars[at].0 {
        ESCAPE => (char_at(chars, at + 1), at + 2),
        c if texts == CodeTexts::Go => (Some(introduced(c)?), at + 1),
        _ => return None,
    };
    let run = |from: usize, most: char| {
        from + (from..)
            .take_while(|&at| char_at(chars, at).is_some_and(|c| (' '..=most).contains(&c)))
            .count()
    };
    // The last character of a code, where it is one.
    let closed = |at: usize| at + usize::from(char_at(chars, at).is_some_and(|c| ('0'..='~').contains(&c)));
    match kind {
        None => Some(chars.len()),
        Some('[') => Some(closed(run(from, '?'))),
        Some(_) if texts == CodeTexts::Stay => Some(from),
        Some(']' | 'P' | 'X' | '^' | '_') => Some(ends.find(chars, from, at + LONGEST_TAG).unwrap_or(from)),
        Some(' '..='/') => Some(closed(run(from, '/'))),
        Some('0'..='~') => Some(from),
        // What is no code ends it.
        Some(_) => Some(at + 1),
    }
}

/// The end of the tag in square brackets that begins at a place.
fn bracket_end(chars: &[PlacedChar], at: usize, values: bool, ends: &mut Ahead) -> Option<usize> {
    if chars[at].0 != '[' {
        return None;
    }
    let from = at + 1 + usize::from(char_at(chars, at + 1) == Some('/'));
    let in_name = |at: &usize| {
        char_at(chars, *at)
            .is_some_and(|c| c.is_ascii_alphabetic() || values && *at > from && c.is_ascii_digit())
    };
    let name = (from..=from + LONGEST_NAME).take_while(in_name).count();
    let end = from + name;
    match char_at(chars, end) {
        _ if name > LONGEST_NAME => None,
        None => Some(end),
        Some(']') if name > 0 => Some(end + 1),
        Some('=' | ' ') if values && name > 0 => {
            // None stands within another.
            ends.find(chars, end, end + LONGEST_VALUE).filter(|end| chars[end - 1].0 != '[')
        }
        _ => None,
    }
}

fn char_at(chars: &[PlacedChar], at: usize) -> Option<char> {
    chars.get(at).map(|placed| placed.0)
}

/// Whether this text stands at a place.
fn stands(chars: &[PlacedChar], at: usize, text: &str) -> bool {
    text.chars().enumerate().all(|(n, c)| char_at(chars, at + n) == Some(c))
}

/// Looks ahead for one of several texts, from places that only go forward. None is looked at twice: where a text has
/// thousands of tags that never end, each would be looked for as far as the longest one goes.
struct Ahead {
    texts: &'static [&'static str],
    /// The place up to which none stands.
    at: usize,
}

impl Ahead {
    fn new(texts: &'static [&'static str]) -> Ahead {
        Ahead { texts, at: 0 }
    }

    /// The end of the first of the texts, from `from` on and before `most`; that of all where it may still come.
    fn find(&mut self, chars: &[PlacedChar], from: usize, most: usize) -> Option<usize> {
        self.at = self.at.max(from);
        while self.at < most.min(chars.len()) {
            if let Some(text) = self.texts.iter().find(|text| stands(chars, self.at, text)) {
                return Some(self.at + text.chars().count());
            }
            self.at += 1;
        }
        (chars.len() <= most).then_some(chars.len())
    }
}
