//! A pair on show: two pictures without names.

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;
use pelicycle_judge::DrawingPair;
use pelicycle_picture::quick_picture;
use pelicycle_record::{AskedPrompt, Id};
use pelicycle_text::plain_file;

use super::drawings::VotingDrawings;
use super::token::token;

/// Longest side of a picture on the page, in pixels: all that a large screen shows of one of two.
const SIDE: u32 = 1600;

/// The pair of drawings on show.
#[derive(Debug)]
pub(super) struct ShownPair {
    /// The token that a vote on it must carry.
    pub(super) token: String,
    pub(super) left: ShownDrawing,
    pub(super) right: ShownDrawing,
    pub(super) prompt: AskedPrompt,
    /// The prompt's text.
    pub(super) text: String,
    /// The number of votes on it by its voter when it was put on show.
    pub(super) times: usize,
    /// The moment at which it was first looked at.
    pub(super) since: Option<Instant>,
}

/// One of the two drawings on show.
#[derive(Debug)]
pub(super) struct ShownDrawing {
    pub(super) attempt: Id,
    /// The name that its picture goes by.
    pub(super) token: String,
    /// The pixels and nothing else: what else was in the file is not handed on.
    pub(super) png: Bytes,
    pub(super) size: (u32, u32),
    /// The file as it is kept.
    pub(super) file: PathBuf,
}

/// A pair that can't be shown.
#[derive(Debug)]
pub(super) enum ShowError {
    /// Its picture can't be used, with why.
    Picture { drawing: usize, why: String },
    /// There is nothing to make a token of.
    Random(getrandom::Error),
}

impl VotingDrawings {
    /// Puts a pair on show that its voter voted on so many `times`, under names that it never had before.
    pub(super) fn show(&self, pair: DrawingPair, times: usize) -> Result<ShownPair, ShowError> {
        let drawing = &self.competition.drawings[pair.left];
        Ok(ShownPair {
            token: token().map_err(ShowError::Random)?,
            left: self.side(pair.left)?,
            right: self.side(pair.right)?,
            prompt: self.competition.prompts[drawing.prompt].clone(),
            text: self.texts[drawing.prompt].clone(),
            times,
            since: None,
        })
    }

    fn side(&self, drawing: usize) -> Result<ShownDrawing, ShowError> {
        let file = &self.pictures[drawing];
        let unusable = |why: String| ShowError::Picture { drawing, why };
        let kept =
            plain_file::read(file, plain_file::KEPT_BYTES).map_err(|error| unusable(error.to_string()))?;
        let (png, size) = quick_picture(&kept, SIDE).map_err(|error| unusable(error.to_string()))?;
        Ok(ShownDrawing {
            attempt: self.competition.drawings[drawing].id.clone(),
            token: token().map_err(ShowError::Random)?,
            png: png.into(),
            size,
            file: file.clone(),
        })
    }
}
