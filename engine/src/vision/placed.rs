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

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(begin: usize, tokens: usize, columns: usize, shade: u8) -> PlacedPicture {
        let picture = Picture::from_rgb(1, 1, vec![shade; 3]).unwrap();
        PlacedPicture { begin, tokens, columns, first_row: 0, picture }
    }

    #[test]
    fn a_picture_stands_at_one_time_and_text_goes_on_behind_its_longer_side() {
        let pictures = [placed(2, 6, 3, 0), placed(9, 4, 1, 0)];
        let places: Vec<[usize; 3]> = (0..15).map(|position| axes(&pictures, position)).collect();
        assert_eq!(places[..2], [[0; 3], [1; 3]]);
        assert_eq!(places[2..8], [[2, 2, 2], [2, 2, 3], [2, 2, 4], [2, 3, 2], [2, 3, 3], [2, 3, 4]]);
        assert_eq!(places[8], [5; 3]);
        assert_eq!(places[9..13], [[6, 6, 6], [6, 7, 6], [6, 8, 6], [6, 9, 6]]);
        assert_eq!(places[13..], [[10; 3], [11; 3]]);
    }

    #[test]
    fn sequences_are_alike_as_far_as_their_pictures_are() {
        let tokens = [1, 9, 9, 9, 2, 3];
        let (white, black) = ([placed(1, 3, 3, 255)], [placed(1, 3, 3, 0)]);
        assert_eq!(common_beginning((&tokens, &white), (&tokens[..5], &white)), 5);
        assert_eq!(common_beginning((&tokens, &white), (&tokens, &black)), 1);
        assert_eq!(common_beginning((&tokens, &white), (&tokens, &[])), 1);
        assert_eq!(common_beginning((&tokens, &[]), (&tokens, &black)), 1);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|cut| before_picture(&white, cut)), [0, 1, 1, 1, 4, 5]);
    }
}
