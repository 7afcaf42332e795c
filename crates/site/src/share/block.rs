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

/// The ground that a block stands on.
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
    /// Blocks by what they were drawn from, and when they were last asked for.
    blocks: HashMap<String, (Arc<Ink>, u64)>,
    bytes: usize,
    asked: u64,
}

/// The drawn part of a block that is not bare ground, most often a small one.
#[derive(Debug)]
struct Ink {
    /// Its left upper corner in the block.
    corner: (usize, usize),
    /// Its width and height in pixels.
    size: (usize, usize),
    /// Red, green, blue and alpha of each pixel, rows from the top.
    pixels: Vec<u8>,
}

impl Ink {
    /// The part of a block of `width` pixels a row that is of another colour than `ground`.
    fn of(pixels: &[u8], width: usize, [red, green, blue]: [u8; 3]) -> Self {
        let bare = [red, green, blue, u8::MAX];
        let (mut left, mut right, mut top, mut bottom) = (width, 0, 0, 0);
        for (y, row) in pixels.chunks_exact(width * 4).enumerate() {
            let row = row.as_chunks::<4>().0;
            let Some(first) = row.iter().position(|pixel| *pixel != bare) else { continue };
            let last = row.iter().rposition(|pixel| *pixel != bare).unwrap_or(first);
            if bottom == 0 {
                top = y;
            }
            (left, right, bottom) = (left.min(first), right.max(last + 1), y + 1);
        }
        let left = left.min(right);
        let rows = pixels.chunks_exact(width * 4).take(bottom).skip(top);
        let pixels = rows.flat_map(|row| &row[left * 4..right * 4]).copied().collect();
        Self { corner: (left, top), size: (right - left, bottom - top), pixels }
    }
}

impl DrawnBlocks {
    /// Lays a block on a board; `None` when it can't be drawn.
    pub(super) fn lay(&self, block: &PosterBlock, board: &mut Board) -> Option<()> {
        let ink = self.ink(block)?;
        let place = (block.place.0 + ink.corner.0, block.place.1 + ink.corner.1);
        let [place, size] =
            [place, ink.size].map(|(x, y)| Some((u32::try_from(x).ok()?, u32::try_from(y).ok()?)));
        match block.ground {
            BlockGround::Poster(_) => board.darken(&ink.pixels, size?, place?),
            BlockGround::White => board.cover(&ink.pixels, size?, place?),
        }
        Some(())
    }

    fn ink(&self, block: &PosterBlock) -> Option<Arc<Ink>> {
        // What is drawn on white says so in no other way, and is never the same as what is drawn on another ground.
        let ground = match block.ground {
            BlockGround::Poster(colour) => colour,
            BlockGround::White => [u8::MAX; 3],
        };
        let key = format!("{ground:?}{}", block.svg);
        if let Some(ink) = self.lock().recall(&key) {
            return Some(ink);
        }
        // Two threads may draw the same at once, which does no harm.
        let longest = u32::try_from(block.size.0.max(block.size.1)).ok()?;
        let (width, height, pixels) = drawing::pixels_trusted(&block.svg, longest, ground)?;
        let (width, height) = (width as usize, height as usize);
        let ink = Arc::new(match block.ground {
            BlockGround::Poster(colour) => Ink::of(&pixels, width, colour),
            // All of it covers what is below.
            BlockGround::White => Ink { corner: (0, 0), size: (width, height), pixels },
        });
        self.lock().remember(key, &ink);
        Some(ink)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn recall(&mut self, key: &str) -> Option<Arc<Ink>> {
        self.asked += 1;
        let (ink, last) = self.blocks.get_mut(key)?;
        *last = self.asked;
        Some(Arc::clone(ink))
    }

    fn remember(&mut self, key: String, ink: &Arc<Ink>) {
        self.bytes += ink.pixels.len();
        if let Some((same, _)) = self.blocks.insert(key, (Arc::clone(ink), self.asked)) {
            self.bytes -= same.pixels.len();
        }
        while self.bytes > MOST {
            let oldest = self.blocks.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone());
            let Some((ink, _)) = oldest.and_then(|key| self.blocks.remove(&key)) else { return };
            self.bytes -= ink.pixels.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_remembered_longest() {
        let mut remembered = Remembered::default();
        let ink = Arc::new(Ink { corner: (0, 0), size: (MOST / 12, 1), pixels: vec![0; MOST / 3] });
        for key in ["a", "b", "c"] {
            assert!(remembered.recall(key).is_none());
            remembered.remember(key.to_owned(), &ink);
        }
        assert!(remembered.recall("a").is_some());
        remembered.remember("d".to_owned(), &ink);
        assert!(remembered.recall("b").is_none(), "the oldest went");
        assert!(["a", "c", "d"].iter().all(|key| remembered.recall(key).is_some()));
    }

    #[test]
    fn of_a_block_only_what_is_not_bare_ground_is_remembered_and_it_stands_where_it_stood() {
        let (ground, dark) = ([9, 8, 7], [1, 2, 3, 255]);
        let mut pixels = [[9, 8, 7, 255]; 5 * 4];
        (pixels[5 + 2], pixels[2 * 5 + 1]) = (dark, dark);
        let ink = Ink::of(pixels.as_flattened(), 5, ground);
        assert_eq!((ink.corner, ink.size), ((1, 1), (2, 2)));
        let bare = [9, 8, 7, 255];
        assert_eq!(ink.pixels.as_chunks::<4>().0, [bare, dark, dark, bare]);
        let nothing = Ink::of([[9, 8, 7, 255]; 6].as_flattened(), 3, ground);
        assert_eq!((nothing.size, nothing.pixels.len()), ((0, 0), 0));
    }
}
