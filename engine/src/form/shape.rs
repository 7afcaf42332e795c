//! The shapes of JSON that a reply can be held to.

/// The shape of a JSON value, in which everything is bounded.
///
/// A blank may stand after a comma and a colon, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonShape {
    /// An object with these keys, each once, in this order.
    Object(Vec<(String, JsonShape)>),
    /// A list of values of one shape, from `least` to `most` of them.
    List {
        /// The values.
        item: Box<JsonShape>,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A list of values of these shapes, each once, in this order.
    Tuple(Vec<JsonShape>),
    /// A string of at most so many bytes as it is written, its quotes left out. It is one line.
    Text {
        /// The most bytes.
        most: u16,
    },
    /// One of these strings.
    Word(Vec<String>),
    /// A number.
    Number {
        /// Digits before the point, at most; at least 1.
        digits: u8,
        /// Digits after it, at most.
        decimals: u8,
        /// Whether it may be below zero.
        negative: bool,
    },
    /// A number that is given.
    Given(u32),
    /// `null`.
    Null,
    /// A box on a picture, as hundredths of its sides: `[left, top, width, height]`, no side of it 0, none past an edge.
    Area,
    /// One of these, which must not begin alike.
    Either(Vec<JsonShape>),
}
