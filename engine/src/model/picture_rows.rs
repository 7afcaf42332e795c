//! The rows of numbers that stand for a picture where tokens have their embeddings.

use super::error::ModelError;

/// The rows that stand for a picture: a row for each of its tokens, from the top left to the bottom right.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct PictureRows {
    /// Tokens of one line of the picture.
    pub columns: usize,
    /// Numbers of a row: the width of the model.
    pub width: usize,
    /// The rows in the place of embeddings, one after another.
    pub embeddings: Vec<f32>,
    /// The rows that are added to the stream after the first layers, in the families that do so: of each layer all
    /// rows.
    pub deepstack: Vec<Vec<f32>>,
}

impl PictureRows {
    /// The number of rows.
    pub fn tokens(&self) -> usize {
        self.embeddings.len().checked_div(self.width).unwrap_or(0)
    }

    /// Row `r` in the place of an embedding.
    pub(crate) fn embedding(&self, r: usize) -> &[f32] {
        &self.embeddings[r * self.width..][..self.width]
    }

    /// The numbers that are added to row `r` after a layer.
    pub(crate) fn after_layer(&self, layer: usize, r: usize) -> Option<&[f32]> {
        self.deepstack.get(layer).map(|rows| &rows[r * self.width..][..self.width])
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<f32>() * self.embeddings.len() * (1 + self.deepstack.len())
    }

    /// Checks that the rows are as wide as the model.
    pub(crate) fn check_width(&self, width: usize) -> Result<(), ModelError> {
        match self.width == width {
            true => Ok(()),
            false => Err(ModelError::PictureWidth { found: self.width, width }),
        }
    }
}
