//! Where the rows of a picture stand in a sequence.

use super::picture::Picture;

/// A run of tokens in whose place rows of a picture stand; what the tokens are does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPicture {
    /// The place of the first of the tokens.
    pub begin: usize,
    /// How many there are.
    pub tokens: usize,
    /// The row of the picture that stands for the first of them.
    pub first_row: usize,
    /// The picture.
    pub picture: Picture,
}
