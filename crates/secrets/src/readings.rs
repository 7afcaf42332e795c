//! A text as the search for secrets sees it: its letters and digits, each with the bytes that it stands for.

use unicode_normalization::char::decompose_compatible;

use crate::markup::{
    CodeTexts, LONGEST_MARK, begins_code, has_brackets, without_brackets, without_codes,
    without_reasoning_marks, without_sure_brackets, without_tags,
};

/// The number of times that a text's escapes are read: there may be escapes within escapes.
const DEPTH: usize = 4;

/// The most letters and digits in the name of a character in HTML.
const LONGEST_NAME: usize = 32;

/// The most bytes of one letter that is escaped twice: four bytes as `\xEF`, each sign of them as `\u005c`.
const LONGEST_TWICE: usize = 4 * "\\xEF".len() * "\\u005c".len();

/// The bytes at a text's end in which an escape may have begun that is not whole yet: the longest letter, which is longer than
/// the longest name, and a mark of reasoning within.
const LONGEST_ESCAPE: usize = LONGEST_TWICE + LONGEST_MARK;

/// A letter or digit, in small letters, and the bytes of the text that stand for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlacedLetter {
    pub(crate) letter: u8,
    pub(crate) begin: usize,
    pub(crate) end: usize,
}

/// A character and the bytes of the text that stand for it.
pub(crate) type PlacedChar = (char, usize, usize);

/// What escapes of bytes stand for beyond ASCII: a text may mean either, and each may show what the other hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteEscapes {
    /// The characters that they are in UTF-8, where they are such, else as in Latin-1.
    Utf8,
    /// A character each.
    Latin1,
}

/// Characters with escapes read once.
struct Unescaped {
    chars: Vec<PlacedChar>,
    /// Whether there was one.
    changed: bool,
    /// Whether several of bytes were read as one character.
    joined: bool,
}

/// The letters and digits of a text: as they stand; with escapes read; without tags and codes for terminals; and without
/// tags in square brackets as well, where it has such, also without those alone that are sure to be tags. Where marks of
/// reasoning stand in it, all that of the text without them as well: they may part an escape or an encoding. Each may show a
/// secret that the others hide.
pub(crate) fn readings(text: &str) -> Vec<Vec<PlacedLetter>> {
    let raw: Vec<PlacedChar> = text.char_indices().map(|(at, c)| (c, at, at + c.len_utf8())).collect();
    let bare = without_reasoning_marks(text, &raw);
    let mut all = readings_of(&raw);
    all.extend(bare.into_iter().flat_map(|bare| readings_of(&bare)));
    all
}

/// The letters and digits of a text in all its readings but that without marks of reasoning.
fn readings_of(raw: &[PlacedChar]) -> Vec<Vec<PlacedLetter>> {
    let mut all = vec![letters(raw)];
    let escaped = raw.iter().any(|placed| matches!(placed.0, '\\' | '%' | '&'));
    if !escaped && !raw.iter().any(|placed| matches!(placed.0, '<' | '[') || begins_code(placed.0)) {
        return all;
    }
    for bytes in [ByteEscapes::Utf8, ByteEscapes::Latin1] {
        let mut joined = false;
        let mut read = raw.to_vec();
        if escaped {
            (read, joined) = all_unescaped(read, false, bytes);
            all.push(letters(&read));
        }
        if has_codes(&read) {
            // A code may end with a character that begins escapes, too.
            let (without_codes, also) = all_unescaped(raw.to_vec(), true, bytes);
            joined |= also;
            all.push(letters(&without_codes));
            add_bare(without_codes, &mut all);
        }
        add_bare(read, &mut all);
        // Without bytes that were read as one character both readings are the same.
        if !joined {
            break;
        }
    }
    all
}

/// Adds the letters and digits that stand in no markup, where there is some.
fn add_bare(chars: Vec<PlacedChar>, all: &mut Vec<Vec<PlacedLetter>>) {
    let coded = has_codes(&chars);
    let mut bare = if coded { without_codes(&chars, CodeTexts::Stay) } else { chars };
    let tagged = bare.iter().any(|placed| placed.0 == '<');
    if tagged {
        bare = without_tags(&bare);
    }
    if coded || tagged {
        all.push(letters(&bare));
    }
    if has_brackets(&bare) {
        // What has a value may be text in brackets as well.
        let (names, values) = (without_brackets(&bare, false), without_brackets(&bare, true));
        let sure = without_sure_brackets(&bare);
        let readings = [names.len(), values.len(), sure.len()];
        all.push(letters(&names));
        // What is no shorter left out no more.
        if readings[1] < readings[0] {
            all.push(letters(&values));
        }
        if readings[2] > readings[1] {
            all.push(letters(&sure));
        }
    }
}

fn has_codes(chars: &[PlacedChar]) -> bool {
    chars.iter().any(|placed| begins_code(placed.0))
}

/// The characters with escapes read, those within escapes too; without codes for terminals and the texts in them, where so asked.
/// Says, too, whether bytes were read as one character.
fn all_unescaped(mut chars: Vec<PlacedChar>, without: bool, bytes: ByteEscapes) -> (Vec<PlacedChar>, bool) {
    let mut joined = false;
    for _ in 0..DEPTH {
        if without {
            chars = without_codes(&chars, CodeTexts::Go);
        }
        let read = unescaped(&chars, bytes);
        chars = read.chars;
        joined |= read.joined;
        if !read.changed {
            break;
        }
    }
    (if without { without_codes(&chars, CodeTexts::Go) } else { chars }, joined)
}

/// Whether a text has letters or digits in any of its readings.
#[must_use]
pub fn has_letters(text: &str) -> bool {
    readings(text).iter().any(|reading| !reading.is_empty())
}

/// The first place at which an escape may begin that is not whole yet at the end of a text; the text's length where there is
/// none.
pub fn unfinished_escape(text: &str) -> usize {
    let from = text.floor_char_boundary(text.len().saturating_sub(LONGEST_ESCAPE));
    text[from..].find(['\\', '%', '&']).map_or(text.len(), |at| from + at)
}

/// The places at which an escape may begin that is not whole yet.
pub(crate) fn escape_begins(text: &str) -> Vec<usize> {
    let from = unfinished_escape(text);
    text[from..].match_indices(['\\', '%', '&']).map(|(at, _)| from + at).collect()
}

fn letters(chars: &[PlacedChar]) -> Vec<PlacedLetter> {
    let mut letters = Vec::with_capacity(chars.len());
    for &(c, begin, end) in chars {
        let mut add = |c: char| {
            if c.is_ascii_alphanumeric() {
                letters.push(PlacedLetter { letter: c.to_ascii_lowercase() as u8, begin, end });
            }
        };
        match (c.is_ascii(), letter_sign(c)) {
            (true, _) => add(c),
            (_, Some(letter)) => add(letter),
            // Wide, mathematical, ringed and accented letters are letters.
            _ => decompose_compatible(c, add),
        }
    }
    letters
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

/// The characters with escapes read once.
fn unescaped(chars: &[PlacedChar], bytes: ByteEscapes) -> Unescaped {
    let mut read = Unescaped { chars: Vec::with_capacity(chars.len()), changed: false, joined: false };
    let mut at = 0;
    while at < chars.len() {
        let Some((mut c, mut length)) = single_escape(&chars[at..]) else {
            read.chars.push(chars[at]);
            at += 1;
            continue;
        };
        if let Some(whole) = utf8_escapes(&chars[at..]).filter(|_| bytes == ByteEscapes::Utf8) {
            (c, length) = whole;
            read.joined = true;
        }
        read.changed = true;
        read.chars.push((c, chars[at].1, chars[at + length - 1].2));
        at += length;
    }
    read
}

/// The escapes of all the bytes of a character in UTF-8 that these characters begin with: the character, and their length.
fn utf8_escapes(chars: &[PlacedChar]) -> Option<(char, usize)> {
    let (first, mut length) = single_escape(chars)?;
    let is_of_byte = |at: usize| match (chars[at].0, chars.get(at + 1).map(|placed| placed.0)) {
        ('%', next) => next != Some('u'),
        ('\\', next) => next.is_some_and(|c| c == 'x' || c.is_digit(8)),
        _ => false,
    };
    let more = match u32::from(first) {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => return None,
    };
    if !is_of_byte(0) {
        return None;
    }
    let mut bytes = vec![first as u8];
    for _ in 0..more {
        let next = chars.get(length..).filter(|rest| !rest.is_empty() && is_of_byte(length));
        let (c @ '\u{80}'..='\u{bf}', n) = next.and_then(single_escape)? else { return None };
        bytes.push(c as u8);
        length += n;
    }
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((c, length))
}

/// The escape that these characters begin with, by itself: what it stands for, and its length.
fn single_escape(chars: &[PlacedChar]) -> Option<(char, usize)> {
    let char_at = |at: usize| chars.get(at).map(|placed| placed.0);
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
            // C writes as few digits as it takes.
            let (value, n) = number(1, 3, 8);
            Some((character(value), 1 + n))
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
                (1..=LONGEST_NAME).map_while(|at| char_at(at).filter(char::is_ascii_alphanumeric)).collect();
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
