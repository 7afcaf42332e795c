//! The secrets of a connection, and where they stand in a text of a service.
//!
//! A service may quote a key in other clothes than it was sent in: escaped, encoded, in capitals, with markup, marks of
//! reasoning or line breaks within. So letters and digits alone are compared, once as they stand, once with escapes
//! read, once without tags, and all that once more without marks of reasoning; base64 and hex of a key are searched for
//! beside it. What stands between the first and the last letter of a find goes with it.

use secrecy::{ExposeSecret as _, SecretString};

use crate::encodings::{encodings, squeezed};
use crate::pattern::{Beginning, SecretPattern, search};
use crate::readings::{escape_begins, readings, unfinished_escape};

/// The mark that stands in a text where a secret stood.
pub const REDACTED: &str = "[key]";

/// The length of the shortest secret that is searched for: a shorter one would be found everywhere.
const SHORTEST: usize = 6;

/// The letters and digits that a secret must have to be searched for in other clothes; shorter ones are searched for as
/// they are.
const SHORTEST_DISGUISED: usize = 8;

/// The first letters of a secret that may stand elsewhere are fewer than so many.
const LONGEST_CUT: usize = 3;

/// The letters and digits of a secret's beginning that are taken out where a text ends within it.
pub const SHORTEST_BEGINNING: usize = 6;

/// The most bytes of a stream that are held back since they may be a secret's beginning.
pub const MAX_HELD: usize = 4 << 10;

/// The signs of an escape whose every sign is escaped again: those of `\u005d` are six.
const SIGNS_OF_ESCAPE: usize = 6;

/// The bytes of a text that are searched at a time.
pub(crate) const WINDOW: usize = 64 << 10;

/// The secrets of a connection. They show themselves nowhere and are wiped from memory when dropped.
#[derive(Debug, Default)]
pub struct Secrets {
    needles: Vec<SecretPattern>,
    /// Secrets without their first letters.
    cut: Vec<SecretPattern>,
    /// Short secrets, searched for as they are.
    exact: Vec<SecretString>,
}

/// The places of secrets in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SecretSpans {
    /// The byte ranges of secrets, in order, none touching another.
    pub whole: Vec<(usize, usize)>,
    /// The beginning of a secret at the text's end: where it begins, and how many of its letters are there.
    pub begun: Option<(usize, usize)>,
}

impl Secrets {
    /// Adds a secret to those that are searched for.
    pub fn add(&mut self, secret: &str) {
        let letters = squeezed(secret);
        if letters.len() < SHORTEST_DISGUISED {
            if secret.len() >= SHORTEST {
                self.exact.push(SecretString::from(secret));
            }
            return;
        }
        for letters in std::iter::once(letters.clone()).chain(encodings(secret, &letters)) {
            let cut = (1..LONGEST_CUT).filter(|cut| letters.len() >= cut + SHORTEST_DISGUISED);
            self.cut.extend(cut.map(|cut| SecretPattern::new(&letters[cut..])));
            self.needles.push(SecretPattern::new(&letters));
        }
    }

    /// Takes whole secrets out of every string of a JSON value, names of fields among them.
    pub fn redact_json(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        if self.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let Some(without) = self.without_whole(text) {
                    *text = without;
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.redact_json(value)),
            Value::Object(map) => {
                let names: Vec<String> =
                    map.keys().filter(|name| self.without_whole(name).is_some()).cloned().collect();
                for name in names {
                    if let Some(value) = map.remove(&name) {
                        map.insert(self.without_whole(&name).unwrap_or_default(), value);
                    }
                }
                map.values_mut().for_each(|value| self.redact_json(value));
            }
            Value::Number(number) if self.without_whole(&number.to_string()).is_some() => {
                *value = Value::from(REDACTED);
            }
            _ => {}
        }
    }

    /// Whether a text of moderate length has a secret in it but for its first letters.
    pub fn has_cut(&self, text: &str) -> bool {
        let mut found = Vec::new();
        for reading in readings(text) {
            search(&self.cut, &reading, &[], &mut found);
        }
        !found.is_empty()
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty() && self.exact.is_empty()
    }

    /// The text without whole secrets; none where there are none in it.
    fn without_whole(&self, text: &str) -> Option<String> {
        let (whole, _) = self.find_all(text);
        (!whole.is_empty()).then(|| replaced(text, text.len(), &whole))
    }

    /// A text without the secrets in it, and without the beginning of one at its end.
    pub fn redact(&self, text: String) -> String {
        if self.is_empty() {
            return text;
        }
        let (whole, sure) = self.find_all(&text);
        let mut out = replaced(&text, sure, &whole);
        let rest = &text[sure..];
        match self.find(rest).begun.filter(|(_, letters)| *letters >= SHORTEST_BEGINNING) {
            Some((begin, _)) => {
                out.push_str(&rest[..begin]);
                out.push_str(REDACTED);
            }
            None => out.push_str(rest),
        }
        out
    }

    /// Searches a text of any length: gives the byte ranges of secrets, and the end of what is sure, in which they all are.
    pub fn find_all(&self, text: &str) -> (Vec<(usize, usize)>, usize) {
        let mut whole = Vec::new();
        let mut sure = 0;
        while sure < text.len() {
            let rest = &text[sure..];
            let window = &rest[..boundary(rest, WINDOW)];
            let finds = self.find(window);
            whole.extend(finds.whole.iter().map(|(begin, end)| (sure + begin, sure + end)));
            let last = window.len() == rest.len();
            sure += finds.end_of_sure(window);
            if last {
                break;
            }
        }
        (whole, sure)
    }

    /// Searches a text of moderate length.
    pub fn find(&self, text: &str) -> SecretSpans {
        self.find_by(text, &[&self.needles])
    }

    /// As [`Secrets::find`], and also for secrets without their first letters.
    pub fn find_with_cut(&self, text: &str) -> SecretSpans {
        self.find_by(text, &[&self.needles, &self.cut])
    }

    fn find_by(&self, text: &str, lists: &[&[SecretPattern]]) -> SecretSpans {
        let mut finds = SecretSpans::default();
        let mut begun = |begin: usize, letters: usize| {
            let known = finds.begun.get_or_insert((begin, letters));
            *known = (known.0.min(begin), known.1.max(letters));
        };
        if !self.needles.is_empty() {
            // Half an escape at the end reads as letters that it does not stand for, and a letter may have many escapes within.
            let escapes = escape_begins(text);
            for reading in readings(text) {
                for list in lists {
                    for Beginning { begin, letters } in search(list, &reading, &escapes, &mut finds.whole) {
                        begun(begin, letters);
                    }
                }
            }
            // Nor is it known what that half goes on with: it may end the name of a tag in square brackets, which is none with
            // such a sign in it. A secret that began far before is none.
            let near = text.ceil_char_boundary(text.len().saturating_sub(2 * MAX_HELD));
            let last = escapes.len().saturating_sub(SIGNS_OF_ESCAPE).max(1);
            for end in escapes.iter().take(1).chain(escapes.iter().skip(last)) {
                for reading in readings(&text[near..*end]) {
                    for list in lists {
                        for Beginning { begin, letters } in search(list, &reading, &[], &mut Vec::new()) {
                            begun(near + begin, letters);
                        }
                    }
                }
            }
        }
        for secret in &self.exact {
            let secret = secret.expose_secret();
            finds.whole.extend(text.match_indices(secret).map(|(at, found)| (at, at + found.len())));
            let letters =
                (1..secret.len()).rev().find(|&n| secret.is_char_boundary(n) && text.ends_with(&secret[..n]));
            if let Some(letters) = letters {
                begun(text.len() - letters, letters);
            }
        }
        finds.whole = merged(finds.whole);
        finds
    }
}

impl SecretSpans {
    /// The end of what is sure to be no secret's beginning.
    fn end_of_sure(&self, text: &str) -> usize {
        let begun = self.begun.map_or(text.len(), |(begin, _)| begin);
        let whole = self.whole.last().map_or(0, |(_, end)| *end);
        let end = begun.min(unfinished_escape(text)).max(whole);
        // What would be held back longer than that is no secret.
        if text.len() - end > MAX_HELD { boundary(text, text.len() - MAX_HELD) } else { end }
    }
}

/// Ranges in order, those that overlap as one.
pub fn merged(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (begin, end) in ranges {
        match merged.last_mut() {
            Some(last) if begin < last.1 => last.1 = last.1.max(end),
            _ => merged.push((begin, end)),
        }
    }
    merged
}

/// The first `end` bytes of a text with a mark in place of each of these ranges, none of which goes beyond.
pub fn replaced(text: &str, end: usize, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(end);
    let mut from = 0;
    for &(begin, until) in ranges.iter().filter(|(_, until)| *until <= end) {
        out.push_str(&text[from..begin]);
        out.push_str(REDACTED);
        from = until;
    }
    out.push_str(&text[from..end]);
    out
}

/// The last boundary of a character that is not after `most`.
pub fn boundary(text: &str, most: usize) -> usize {
    text.floor_char_boundary(most)
}
