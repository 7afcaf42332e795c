//! Characters that a service cut in two: JSON writes one beyond the first 65,536 as a pair of escapes, and some servers end
//! a frame between them.
//!
//! Half a pair is no JSON for a strict reader, so it is read as a private character that stands for it, and pairs are
//! joined in the text.

use serde_json::Value;

/// The first half of all; what stands for the half 0xd800 + n is this character + n.
const FIRST: u32 = 0x10_f000;

/// The halves that there are.
const HALVES: u32 = 0x800;

/// The mark for half a character whose other half did not come.
const LOST: char = char::REPLACEMENT_CHARACTER;

/// Reads JSON in which halves of pairs may stand alone; says whether some did.
///
/// # Errors
/// When it is no JSON.
pub(super) fn read_json(data: &str) -> Result<(Value, bool), serde_json::Error> {
    let error = match serde_json::from_str(data) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    match with_marks(data) {
        Some(marked) => serde_json::from_str(&marked).map(|value| (value, true)).map_err(|_| error),
        None => Err(error),
    }
}

/// The text with a private character in place of each half that stands alone; none where no half does.
fn with_marks(data: &str) -> Option<String> {
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    let bytes = data.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let Some(unit) = unit(bytes, at) else {
            at += 2;
            continue;
        };
        let paired = matches!(unit, 0xd800..0xdc00)
            && self::unit(bytes, at + 6).is_some_and(|low| matches!(low, 0xdc00..0xe000));
        match unit {
            _ if paired => at += 12,
            0xd800..0xe000 => {
                out.push_str(&data[from..at]);
                out.extend(char::from_u32(FIRST + unit - 0xd800));
                at += 6;
                from = at;
            }
            _ => at += 6,
        }
    }
    out.push_str(data.get(from..)?);
    (from > 0).then_some(out)
}

/// The number in the escape `\uXXXX` that stands here.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    escape.iter().try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))
}

/// Whether a text begins with the second half of a character.
pub(super) fn begins_with_second(text: &str) -> bool {
    let half = text.chars().next().and_then(|c| (c as u32).checked_sub(FIRST));
    half.is_some_and(|half| (HALVES / 2..HALVES).contains(&half))
}

/// A text in which halves are joined as they come.
#[derive(Debug, Default)]
pub(super) struct HalfJoiner {
    /// Whether a half has ever come: until then all text is as it stands.
    pub(super) seen: bool,
    first: Option<u32>,
}

impl HalfJoiner {
    /// More of the text.
    pub(super) fn push(&mut self, more: String) -> String {
        if !self.seen {
            return more;
        }
        let mut out = String::with_capacity(more.len());
        for c in more.chars() {
            let half = (c as u32).checked_sub(FIRST).filter(|half| *half < HALVES);
            match (self.first.take(), half) {
                (first, Some(half)) if half < HALVES / 2 => {
                    out.extend(first.map(|_| LOST));
                    self.first = Some(half);
                }
                (Some(high), Some(low)) => {
                    let whole = 0x1_0000 + (high << 10) + (low - HALVES / 2);
                    out.push(char::from_u32(whole).unwrap_or(LOST));
                }
                (None, Some(_)) => out.push(LOST),
                (first, None) => {
                    out.extend(first.map(|_| LOST));
                    out.push(c);
                }
            }
        }
        out
    }

    /// Takes over a first half that came in another text, where `more` begins with a second one that has none of its own.
    pub(super) fn go_on_with(&mut self, other: &mut HalfJoiner, more: &str) {
        if self.first.is_none() && begins_with_second(more) {
            self.first = other.first.take();
        }
    }

    /// The text is over.
    pub(super) fn finish(&mut self) -> String {
        self.first.take().map(|_| LOST).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(frames: &[&str]) -> String {
        let mut joiner = HalfJoiner::default();
        let mut out = String::new();
        for frame in frames {
            let (value, halves) = read_json(frame).unwrap();
            joiner.seen |= halves;
            out += &joiner.push(value["t"].as_str().unwrap().to_owned());
        }
        out + &joiner.finish()
    }

    #[test]
    fn halves_of_a_character_are_joined_over_frames() {
        assert_eq!(joined(&[r#"{"t":"a \ud83d"}"#, r#"{"t":"\udeb2 b"}"#]), "a 🚲 b");
        assert_eq!(joined(&[r#"{"t":"\ud83d\udeb2\ud83d"}"#, r#"{"t":""}"#, r#"{"t":"\uDEB2"}"#]), "🚲🚲");
        assert_eq!(
            joined(&[r#"{"t":"\\ud83d \ud83d x"}"#, r#"{"t":"\udeb2"}"#]),
            "\\ud83d \u{fffd} x\u{fffd}"
        );
        assert_eq!(joined(&[r#"{"t":"\ud83d"}"#]), "\u{fffd}");
        assert!(read_json(r#"{"t":"\ud8"#).is_err() && read_json("no").is_err());
    }
}
