//! All that came of the check of one reply: the findings and the pictures.

use std::ops::Range;

use crate::Check;

/// The check of a reply, with the bytes that it found and made.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The verdict and its findings.
    pub check: Check,
    /// The place of the chosen candidate in the reply, in bytes.
    pub range: Option<Range<usize>>,
    /// The chosen candidate's bytes, as they stood in the reply.
    pub svg: Option<Vec<u8>>,
    /// Our raster of it as PNG, where the renderer draws it.
    pub png: Option<Vec<u8>>,
    /// A picture that a repair made of a drawing that has none.
    pub repaired: Option<RepairedDrawing>,
    /// Whether the drawing holds content that a browser might run: keep it as text.
    pub active: bool,
    /// The places of the reply's thinking, in bytes, its marks included.
    pub thinking: Vec<Range<usize>>,
}

/// A drawing that was repaired, and its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairedDrawing {
    /// The repair's name; several are joined by `+`.
    pub name: String,
    /// The repaired text.
    pub svg: Vec<u8>,
    /// Its raster as PNG.
    pub png: Vec<u8>,
}
