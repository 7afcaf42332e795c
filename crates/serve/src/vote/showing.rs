//! A pair on show: two pictures without names.

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;

use super::exhibits::Exhibits;
use super::token::token;
use pelicycle_judge::Pair;
use pelicycle_record::AskedPrompt;
use pelicycle_record::Id;
use pelicycle_site::quick_picture;

/// Longest side of a picture on the page, in pixels: all that a large screen shows of one of two.
const SIDE: u32 = 1600;

/// Two drawings on show.
#[derive(Debug)]
pub(super) struct Showing {
    /// What a vote on it must carry.
    pub(super) token: String,
    pub(super) left: Side,
    pub(super) right: Side,
    pub(super) prompt: AskedPrompt,
    /// The prompt's text.
    pub(super) text: String,
    /// When it was first looked at.
    pub(super) since: Option<Instant>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) attempt: Id,
    /// The name that its picture goes by.
    pub(super) token: String,
    /// The pixels and nothing else: what else was in the file is not handed on.
    pub(super) png: Bytes,
    pub(super) size: (u32, u32),
    /// The file as it is kept.
    pub(super) file: PathBuf,
}

/// Why a pair can't be shown.
#[derive(Debug)]
pub(super) enum Unshown {
    /// Its picture can't be used, with why.
    Picture { drawing: usize, why: String },
    /// There is nothing to make a token of.
    Random(getrandom::Error),
}

impl Exhibits {
    /// Puts a pair on show, under names that it never had before.
    pub(super) fn show(&self, pair: Pair) -> Result<Showing, Unshown> {
        let drawing = &self.field.drawings[pair.left];
        Ok(Showing {
            token: token().map_err(Unshown::Random)?,
            left: self.side(pair.left)?,
            right: self.side(pair.right)?,
            prompt: self.field.prompts[drawing.prompt].clone(),
            text: self.texts[drawing.prompt].clone(),
            since: None,
        })
    }

    fn side(&self, drawing: usize) -> Result<Side, Unshown> {
        let file = &self.pictures[drawing];
        let unusable = |why: String| Unshown::Picture { drawing, why };
        let kept = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
        let (png, size) = quick_picture(&kept, SIDE).map_err(|error| unusable(error.to_string()))?;
        Ok(Side {
            attempt: self.field.drawings[drawing].id.clone(),
            token: token().map_err(Unshown::Random)?,
            png: png.into(),
            size,
            file: file.clone(),
        })
    }
}
