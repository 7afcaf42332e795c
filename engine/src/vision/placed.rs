//! The place of a picture's rows in a sequence.

use super::picture::Picture;

/// A run of tokens in whose place rows of a picture stand; what the tokens are does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPicture {
    /// The place of the first of the tokens.
    pub begin: usize,
    /// The number of the tokens.
    pub tokens: usize,
    /// Tokens of one line of the picture.
    pub columns: usize,
    /// The row of the picture that stands for the first of them.
    pub first_row: usize,
    /// The picture.
    pub picture: Picture,
}

impl PlacedPicture {
    /// The place behind the last of the tokens.
    pub fn end(&self) -> usize {
        self.begin.saturating_add(self.tokens)
    }

    /// Whether a token stands for a row of the picture.
    pub(crate) fn covers(&self, position: usize) -> bool {
        (self.begin..self.end()).contains(&position)
    }

    /// Positions in time that it takes: as many as its longer side has tokens.
    fn duration(&self) -> usize {
        let lines = self.tokens.div_ceil(self.columns.max(1));
        lines.max(self.columns)
    }
}

/// The place in time, height and width of the token at `position`: a picture's tokens stand at one time, and what follows
/// stands behind its longer side.
pub(crate) fn axes(pictures: &[PlacedPicture], position: usize) -> [usize; 3] {
    let mut behind = 0;
    for placed in pictures.iter().take_while(|placed| placed.begin <= position) {
        if placed.covers(position) {
            let (time, row) = (placed.begin - behind, placed.first_row + position - placed.begin);
            return [time, time + row / placed.columns, time + row % placed.columns];
        }
        behind += placed.tokens.saturating_sub(placed.duration());
    }
    [position - behind; 3]
}

/// The last position at or before `position` where a sequence may be cut: not inside of a picture.
pub(crate) fn before_picture(pictures: &[PlacedPicture], position: usize) -> usize {
    let cut = pictures.iter().find(|placed| placed.begin < position && position < placed.end());
    cut.map_or(position, |placed| placed.begin)
}

/// The positions at which two sequences begin alike.
pub(crate) fn common_beginning(
    (tokens, pictures): (&[u32], &[PlacedPicture]),
    (other_tokens, other_pictures): (&[u32], &[PlacedPicture]),
) -> usize {
    let mut same = tokens.iter().zip(other_tokens).take_while(|(a, b)| a == b).count();
    let mut others = other_pictures.iter();
    for placed in pictures {
        match others.next() {
            Some(other) if other == placed => {}
            Some(other) => return same.min(placed.begin).min(other.begin),
            None => return same.min(placed.begin),
        }
    }
    if let Some(other) = others.next() {
        same = same.min(other.begin);
    }
    same
}
