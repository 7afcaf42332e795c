//! A text as the search for secrets sees it: its letters and digits, each with the bytes that it stands for.

use unicode_normalization::char::decompose_compatible;

/// The most characters of a tag that is passed over.
const LONGEST_TAG: usize = 4 << 10;

/// How often escapes within escapes are read.
const DEPTH: usize = 4;

/// The bytes at a text's end in which an escape may have begun that is not whole yet.
const LONGEST_ESCAPE: usize = 24;

/// What begins a code for terminals.
const ESCAPE: char = '\u{1b}';

/// The most letters in the name of a tag in square brackets.
const LONGEST_NAME: usize = 10;

/// A letter or digit, in small letters, and the bytes of the text that stand for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) letter: u8,
    pub(super) begin: usize,
    pub(super) end: usize,
}

/// A character and the bytes of the text that stand for it.
type Spot = (char, usize, usize);

/// The letters and digits of a text: as they stand; with escapes read; and without tags, where it has such.
pub(super) fn projections(text: &str) -> Vec<Vec<Mark>> {
    let raw: Vec<Spot> = text.char_indices().map(|(at, c)| (c, at, at + c.len_utf8())).collect();
    let mut all = vec![marks(&raw)];
    let escaped = text.bytes().any(|byte| matches!(byte, b'\\' | b'%' | b'&'));
    let tagged = text.contains(['<', ESCAPE]) || text.contains("[/");
    if !escaped && !tagged {
        return all;
    }
    let mut spots = raw;
    if escaped {
        for _ in 0..DEPTH {
            let (read, changed) = unescaped(&spots);
            spots = read;
            if !changed {
                break;
            }
        }
        all.push(marks(&spots));
    }
    let has_tags = |pair: &[Spot]| matches!((pair[0].0, pair[1].0), ('<' | ESCAPE, _) | ('[', '/'));
    if spots.windows(2).any(has_tags) || spots.last().is_some_and(|spot| matches!(spot.0, '<' | ESCAPE)) {
        all.push(marks(&untagged(&spots)));
    }
    all
}

/// Where an escape may begin that is not whole yet at the end of a text; its length where none may.
pub(super) fn escape_begin(text: &str) -> usize {
    let from = text.floor_char_boundary(text.len().saturating_sub(LONGEST_ESCAPE));
    text[from..].find(['\\', '%', '&']).map_or(text.len(), |at| from + at)
}

fn marks(spots: &[Spot]) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(spots.len());
    for &(c, begin, end) in spots {
        let mut add = |c: char| {
            if c.is_ascii_alphanumeric() {
                marks.push(Mark { letter: c.to_ascii_lowercase() as u8, begin, end });
            }
        };
        match (c.is_ascii(), letter_sign(c)) {
            (true, _) => add(c),
            (_, Some(letter)) => add(letter),
            // Wide, mathematical, ringed and accented letters are letters.
            _ => decompose_compatible(c, add),
        }
    }
    marks
}

/// The letter or digit that a sign stands for which Unicode does not take for one: tags, which nobody sees; white letters in
/// black rings and squares; the letters of flags.
fn letter_sign(c: char) -> Option<char> {
    let number = u32::from(c);
    let from_a = |first: u32| char::from_u32(u32::from('a') + number - first);
    match number {
        0xe0020..=0xe007e => char::from_u32(number - 0xe0000),
        0x1f150..=0x1f169 => from_a(0x1f150),
        0x1f170..=0x1f189 => from_a(0x1f170),
        0x1f1e6..=0x1f1ff => from_a(0x1f1e6),
        _ => None,
    }
}

/// The characters with escapes read once, and whether there was one.
fn unescaped(spots: &[Spot]) -> (Vec<Spot>, bool) {
    let mut out = Vec::with_capacity(spots.len());
    let (mut at, mut changed) = (0, false);
    while at < spots.len() {
        match escape(&spots[at..]) {
            Some((c, length)) => {
                changed = true;
                out.push((c, spots[at].1, spots[at + length - 1].2));
                at += length;
            }
            None => {
                out.push(spots[at]);
                at += 1;
            }
        }
    }
    (out, changed)
}

/// The escape that these characters begin with: what it stands for, and its length.
fn escape(spots: &[Spot]) -> Option<(char, usize)> {
    let char_at = |at: usize| spots.get(at).map(|spot| spot.0);
    let number = |from: usize, most: usize, radix: u32| {
        let digits = (from..from + most).map_while(|at| char_at(at)?.to_digit(radix));
        digits.fold((0_u32, 0_usize), |(value, n), digit| {
            (value.saturating_mul(radix).saturating_add(digit), n + 1)
        })
    };
    let exactly = |from: usize, count: usize| {
        let (value, n) = number(from, count, 16);
        (n == count).then(|| (character(value), from + count))
    };
    match (char_at(0)?, char_at(1)?) {
        ('\\', 'u' | 'U') if char_at(2) == Some('{') => {
            let (value, n) = number(3, 6, 16);
            (n > 0 && char_at(3 + n) == Some('}')).then(|| (character(value), 4 + n))
        }
        ('\\', 'u') => exactly(2, 4),
        ('\\', 'U') => exactly(2, 8),
        ('\\', 'x') => exactly(2, 2),
        ('\\', '0'..='7') => {
            let (value, n) = number(1, 3, 8);
            (n == 3).then(|| (character(value), 4))
        }
        ('\\', 'n' | 't' | 'r' | 'b' | 'f') => Some((' ', 2)),
        ('\\', c) if !c.is_ascii_alphanumeric() => Some((c, 2)),
        ('%', 'u') => exactly(2, 4),
        ('%', _) => exactly(1, 2),
        ('&', '#') => {
            let (from, radix) = if matches!(char_at(2)?, 'x' | 'X') { (3, 16) } else { (2, 10) };
            let (value, n) = number(from, 7, radix);
            let end = from + n + usize::from(char_at(from + n) == Some(';'));
            (n > 0).then(|| (character(value), end))
        }
        ('&', c) if c.is_ascii_alphabetic() => {
            let name: String =
                (1..33).map_while(|at| char_at(at).filter(char::is_ascii_alphanumeric)).collect();
            let end = 1 + name.len();
            (char_at(end) == Some(';')).then(|| {
                let c = match name.to_ascii_lowercase().as_str() {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "percnt" => '%',
                    "bsol" => '\\',
                    "num" => '#',
                    "semi" => ';',
                    _ => ' ',
                };
                (c, end + 1)
            })
        }
        _ => None,
    }
}

/// A character by its number; what is none stands for nothing.
fn character(number: u32) -> char {
    char::from_u32(number).unwrap_or(' ')
}

/// The characters that stand in no tag, no comment and no code for terminals. One that has not ended yet is one.
fn untagged(spots: &[Spot]) -> Vec<Spot> {
    let mut out = Vec::with_capacity(spots.len());
    let (mut tag_ends, mut comment_ends) = (Ahead::new(">"), Ahead::new("-->"));
    let mut at = 0;
    while at < spots.len() {
        if let Some(end) = code_end(spots, at).or_else(|| bracket_end(spots, at)) {
            at = end;
            continue;
        }
        let next = spots.get(at + 1).map(|spot| spot.0);
        let begins = spots[at].0 == '<'
            && next.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !begins {
            out.push(spots[at]);
            at += 1;
            continue;
        }
        let most = spots.len().min(at + LONGEST_TAG);
        let end = match (stands(spots, at, "<!--"), stands(spots, at, "<![CDATA[")) {
            // What stands in it is text.
            (_, true) => Some(at + 9),
            (true, _) => comment_ends.find(spots, at + 4, most).map(|end| end + 3),
            _ => tag_ends.find(spots, at + 1, most).map(|end| end + 1),
        };
        match end {
            Some(end) => at = end,
            None if most == spots.len() => at = most,
            None => {
                out.push(spots[at]);
                at += 1;
            }
        }
    }
    out
}

/// The end of the code for terminals that begins at a place, such as one for a colour.
fn code_end(spots: &[Spot], at: usize) -> Option<usize> {
    if spots[at].0 != ESCAPE {
        return None;
    }
    let char_at = |at: usize| spots.get(at).map(|spot| spot.0);
    let Some('[') = char_at(at + 1) else { return Some((at + 2).min(spots.len())) };
    let inner = (at + 2..).take_while(|&at| char_at(at).is_some_and(|c| matches!(c, ' '..='?'))).count();
    Some((at + 3 + inner).min(spots.len()))
}

/// The end of the tag in square brackets that begins at a place: forums write `[b]` and `[/b]`.
fn bracket_end(spots: &[Spot], at: usize) -> Option<usize> {
    let char_at = |at: usize| spots.get(at).map(|spot| spot.0);
    if spots[at].0 != '[' {
        return None;
    }
    let from = at + 1 + usize::from(char_at(at + 1) == Some('/'));
    let name = (from..).take_while(|&at| char_at(at).is_some_and(|c| c.is_ascii_alphabetic())).count();
    let end = from + name;
    match char_at(end) {
        Some(']') if (1..=LONGEST_NAME).contains(&name) => Some(end + 1),
        None if name <= LONGEST_NAME => Some(end),
        _ => None,
    }
}

/// Whether this text stands at a place.
fn stands(spots: &[Spot], at: usize, text: &str) -> bool {
    text.chars().enumerate().all(|(n, c)| spots.get(at + n).is_some_and(|spot| spot.0 == c))
}

/// Looks ahead for a text, from places that only go forward. None is looked at twice: where a text has thousands of tags
/// that never end, each would be looked for as far as the longest one goes.
struct Ahead {
    text: &'static str,
    /// The place up to which it does not stand.
    at: usize,
}

impl Ahead {
    fn new(text: &'static str) -> Ahead {
        Ahead { text, at: 0 }
    }

    /// The first place at which the text stands, from `from` on and before `most`.
    fn find(&mut self, spots: &[Spot], from: usize, most: usize) -> Option<usize> {
        self.at = self.at.max(from);
        while self.at < most && !stands(spots, self.at, self.text) {
            self.at += 1;
        }
        (self.at < most).then_some(self.at)
    }
}
