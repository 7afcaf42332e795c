//! Blocks of words on posters: thousands of posters say the same in some place, so a block is drawn once and remembered for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_drawing as drawing;
use pelicycle_picture::Board;

use crate::lettering::write_text;

/// Bytes of pixels that are remembered.
const MOST: usize = 24 << 20;

/// Words, or a mark, with a place on a poster.
#[derive(Debug)]
pub(super) struct PosterBlock {
    /// An SVG of our own making.
    svg: String,
    /// Its width and height in pixels.
    size: (usize, usize),
    /// Its left upper corner on the poster.
    place: (usize, usize),
    ground: BlockGround,
}

/// What a block stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockGround {
    /// The poster's own ground, of this colour: what is lighter than its words shows through.
    Poster([u8; 3]),
    /// White that covers what is below.
    White,
}

impl PosterBlock {
    /// A block of `content`, which is SVG within `size`.
    pub(super) fn new(
        content: &str,
        size: (usize, usize),
        place: (usize, usize),
        ground: BlockGround,
    ) -> Self {
        let (width, height) = size;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{content}</svg>"
        );
        Self { svg, size, place, ground }
    }

    /// Lines of one style, so many pixels from one to the next, the first of which stands at this place; none where there are no
    /// words. Nothing of them is to reach further than `width`.
    pub(super) fn lines(
        lines: &[String],
        (x, y): (usize, usize),
        width: usize,
        step: usize,
        style: &str,
        ground: [u8; 3],
    ) -> Option<Self> {
        let mut content = String::new();
        for (number, line) in lines.iter().enumerate() {
            write_text(&mut content, (0, (number + 1) * step), style, line);
        }
        let height = (lines.len() + 1) * step;
        let place = (x, y.saturating_sub(step));
        (!lines.is_empty()).then(|| Self::new(&content, (width, height), place, BlockGround::Poster(ground)))
    }
}

/// Blocks as they were drawn, the last ones.
#[derive(Debug, Default)]
pub(crate) struct DrawnBlocks(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// Pixels by what they were drawn from, and when they were last asked for.
    blocks: HashMap<String, (Arc<Vec<u8>>, u64)>,
    bytes: usize,
    asked: u64,
}

impl DrawnBlocks {
    /// Lays a block on a board; `None` when it can't be drawn.
    pub(super) fn lay(&self, block: &PosterBlock, board: &mut Board) -> Option<()> {
        let PosterBlock { size: (width, height), place: (x, y), ground, .. } = block;
        let pixels = self.pixels(block)?;
        let place = (u32::try_from(*x).ok()?, u32::try_from(*y).ok()?);
        let size = (u32::try_from(*width).ok()?, u32::try_from(*height).ok()?);
        match ground {
            BlockGround::Poster(_) => board.darken(&pixels, size, place),
            BlockGround::White => board.cover(&pixels, size, place),
        }
        Some(())
    }

    /// Red, green, blue and alpha of each pixel, rows from the top.
    fn pixels(&self, block: &PosterBlock) -> Option<Arc<Vec<u8>>> {
        // What is drawn on white says so in no other way, and is never the same as what is drawn on another ground.
        let ground = match block.ground {
            BlockGround::Poster(colour) => colour,
            BlockGround::White => [u8::MAX; 3],
        };
        let key = format!("{ground:?}{}", block.svg);
        if let Some(pixels) = self.lock().recall(&key) {
            return Some(pixels);
        }
        // Two threads may draw the same at once, which does no harm.
        let longest = u32::try_from(block.size.0.max(block.size.1)).ok()?;
        let (_, _, pixels) = drawing::pixels_trusted(&block.svg, longest, ground)?;
        let pixels = Arc::new(pixels);
        self.lock().remember(key, &pixels);
        Some(pixels)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn recall(&mut self, key: &str) -> Option<Arc<Vec<u8>>> {
        self.asked += 1;
        let (pixels, last) = self.blocks.get_mut(key)?;
        *last = self.asked;
        Some(Arc::clone(pixels))
    }

    fn remember(&mut self, key: String, pixels: &Arc<Vec<u8>>) {
        self.bytes += pixels.len();
        if let Some((same, _)) = self.blocks.insert(key, (Arc::clone(pixels), self.asked)) {
            self.bytes -= same.len();
        }
        while self.bytes > MOST {
            let oldest = self.blocks.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone());
            let Some((pixels, _)) = oldest.and_then(|key| self.blocks.remove(&key)) else { return };
            self.bytes -= pixels.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_remembered_longest() {
        let mut remembered = Remembered::default();
        let pixels = Arc::new(vec![0; MOST / 3]);
        for key in ["a", "b", "c"] {
            assert!(remembered.recall(key).is_none());
            remembered.remember(key.to_owned(), &pixels);
        }
        assert!(remembered.recall("a").is_some());
        remembered.remember("d".to_owned(), &pixels);
        assert!(remembered.recall("b").is_none(), "the oldest went");
        assert!(["a", "c", "d"].iter().all(|key| remembered.recall(key).is_some()));
    }
}
