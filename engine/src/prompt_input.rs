//! The input of a sequence: tokens, and the pictures that stand in the place of some.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{BatchToken, PictureRow, PictureRows};
use crate::vision::{PlacedPicture, axes, before_picture};

/// The tokens of a sequence and its pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromptInput<'a> {
    pub(crate) tokens: &'a [u32],
    pub(crate) pictures: &'a [PlacedPicture],
}

impl PromptInput<'_> {
    /// The row of a step for the token at `position`.
    pub(crate) fn row(self, position: usize, sequence: usize, logits: bool) -> BatchToken {
        let text = BatchToken::text(self.tokens[position], sequence, position, logits);
        let axes = axes(self.pictures, position);
        match self.pictures.iter().enumerate().find(|(_, placed)| placed.covers(position)) {
            Some((picture, placed)) => BatchToken {
                axes,
                sees_to: placed.end(),
                picture: Some(PictureRow { picture, row: placed.first_row + position - placed.begin }),
                ..text
            },
            None => BatchToken { axes, ..text },
        }
    }

    /// The end of a step that begins at `begin` and would end at `end` when pictures are to be whole in it: before a
    /// picture that it would cut, or behind it if it begins there.
    pub(crate) fn whole_pictures(self, begin: usize, end: usize) -> usize {
        match before_picture(self.pictures, end) {
            cut if cut > begin => cut,
            _ => self.pictures.iter().find(|placed| placed.covers(begin)).map_or(end, PlacedPicture::end),
        }
    }

    /// For each of the pictures its rows, if the step over these positions needs them; `None` where rows that it needs are
    /// not to be had.
    pub(crate) fn needed(
        self,
        positions: &Range<usize>,
        mut rows: impl FnMut(&PlacedPicture) -> Option<Arc<PictureRows>>,
    ) -> Option<Vec<Arc<PictureRows>>> {
        let needed = |placed: &PlacedPicture| placed.begin < positions.end && positions.start < placed.end();
        self.pictures
            .iter()
            .map(|placed| if needed(placed) { rows(placed) } else { Some(Arc::default()) })
            .collect()
    }
}
