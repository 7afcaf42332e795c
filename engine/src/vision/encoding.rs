//! The progress of encoding a picture.

use std::ops::ControlFlow;

/// The progress of encoding a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureProgress {
    /// Layers of the tower that the picture has passed.
    pub done: usize,
    /// Layers of the tower.
    pub layers: usize,
}

/// Somebody who watches the encoding of a picture, and may break it off.
pub(super) struct EncodingWatch<'a> {
    progress: PictureProgress,
    tell: &'a mut dyn FnMut(PictureProgress) -> ControlFlow<()>,
}

impl<'a> EncodingWatch<'a> {
    pub(super) fn new(
        layers: usize,
        tell: &'a mut dyn FnMut(PictureProgress) -> ControlFlow<()>,
    ) -> EncodingWatch<'a> {
        EncodingWatch { progress: PictureProgress { done: 0, layers }, tell }
    }

    /// Tells how far it is: many times a layer, so that it can be broken off within one.
    pub(super) fn look(&mut self) -> ControlFlow<()> {
        (self.tell)(self.progress)
    }

    /// A layer is passed.
    pub(super) fn layer_done(&mut self) -> ControlFlow<()> {
        self.progress.done += 1;
        self.look()
    }
}
