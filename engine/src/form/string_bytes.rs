//! The inside of a JSON string, byte by byte: whole characters of UTF-8, no control character, written out or escaped.

/// A place inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum StringPlace {
    /// Between two characters.
    #[default]
    Between,
    /// After a backslash.
    Escape,
    /// In a character of which so many bytes are still to come, the next within the bounds.
    Inside {
        /// Bytes to come.
        more: u8,
        /// The least next byte.
        low: u8,
        /// The greatest.
        high: u8,
    },
}

/// The meaning of a byte inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringByte {
    /// The quote that ends it.
    Quote,
    /// Content: where it leads, and the bytes that its character takes, which count at its first one.
    Content(StringPlace, u8),
}

impl StringPlace {
    /// The bytes to come until a character is whole.
    pub(super) fn need(self) -> usize {
        match self {
            StringPlace::Between => 0,
            StringPlace::Escape => 1,
            StringPlace::Inside { more, .. } => usize::from(more),
        }
    }

    /// The meaning of a byte here; none where it can't stand. Well-formed bytes are those of the Unicode standard's
    /// table 3-7.
    pub(super) fn step(self, byte: u8) -> Option<StringByte> {
        let begins =
            |more, low, high| Some(StringByte::Content(StringPlace::Inside { more, low, high }, more + 1));
        match self {
            StringPlace::Between => match byte {
                b'"' => Some(StringByte::Quote),
                b'\\' => Some(StringByte::Content(StringPlace::Escape, 2)),
                0x20..=0x7e => Some(StringByte::Content(StringPlace::Between, 1)),
                0xc2..=0xdf => begins(1, 0x80, 0xbf),
                0xe0 => begins(2, 0xa0, 0xbf),
                0xed => begins(2, 0x80, 0x9f),
                0xe1..=0xef => begins(2, 0x80, 0xbf),
                0xf0 => begins(3, 0x90, 0xbf),
                0xf1..=0xf3 => begins(3, 0x80, 0xbf),
                0xf4 => begins(3, 0x80, 0x8f),
                _ => None,
            },
            StringPlace::Escape => {
                // Letters after it would be lines and tabs, and a seventh of the vocabulary begins with one of those.
                matches!(byte, b'"' | b'\\' | b'/').then_some(StringByte::Content(StringPlace::Between, 0))
            }
            StringPlace::Inside { more, low, high } => (low..=high).contains(&byte).then(|| {
                let place = match more {
                    1 => StringPlace::Between,
                    more => StringPlace::Inside { more: more - 1, low: 0x80, high: 0xbf },
                };
                StringByte::Content(place, 0)
            }),
        }
    }
}
