//! Replies that are not UTF-8 by their own word: UTF-16 with a byte-order mark, as some editors save files.

use std::borrow::Cow;

/// The reply as UTF-8, where it begins with a mark of UTF-16. Places are told in this text.
pub(super) fn utf8(reply: &[u8]) -> Cow<'_, [u8]> {
    let read: fn([u8; 2]) -> u16 = match reply {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(reply),
    };
    let (units, rest) = reply[2..].as_chunks::<2>();
    let text = char::decode_utf16(units.iter().map(|unit| read(*unit)));
    let mut text: String = text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_the_encoding() {
        let text = "<svg>\u{e9}\u{1f6b2}</svg>";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let big: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        assert_eq!(utf8(&little), text.as_bytes());
        assert_eq!(utf8(&big), text.as_bytes());
        assert_eq!(utf8(b"\xff\xfe<"), "\u{fffd}".as_bytes());
        assert_eq!(utf8(text.as_bytes()), text.as_bytes());
    }
}
