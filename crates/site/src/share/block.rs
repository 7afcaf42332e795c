//! Blocks of words on posters: thousands of posters say the same in some place, so a block is drawn once and remembered for a while.
//! No two have the same figures, but all are of the same digits and a few words, so each of these is a block of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_drawing as drawing;
use pelicycle_picture::Board;

use crate::lettering::write_text;

/// Bytes of pixels that are remembered.
const MOST: usize = 24 << 20;
/// Pieces whose room is remembered.
const MOST_ROOMS: usize = 10_000;
/// Pixels left of a piece of a line, so that what leans over its beginning is drawn.
const LEAN: usize = 8;

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
pub(crate) struct DrawnBlocks {
    inks: Mutex<Remembered>,
    /// How far the line goes on behind a piece of it, in pixels, by the piece's style and text.
    rooms: Mutex<HashMap<String, f32>>,
}

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
    /// Red, green and blue of each pixel, rows from the top.
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
        let pixels = rows.flat_map(|row| opaque(&row[left * 4..right * 4])).collect();
        Self { corner: (left, top), size: (right - left, bottom - top), pixels }
    }
}

/// Whether a text is of characters that stand the same wherever they stand, but for letters beside letters.
pub(super) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() && !c.is_ascii_control() || matches!(c, '·' | '–' | '…'))
}

/// The pieces of a line that make up many such lines: each run of letters, and each other character by itself.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut left = line;
    std::iter::from_fn(move || {
        let first = left.chars().next()?;
        let letters = left.find(|c: char| !c.is_alphabetic()).unwrap_or(left.len());
        let (piece, rest) = left.split_at(letters.max(first.len_utf8()));
        left = rest;
        Some(piece)
    })
}

/// Red, green and blue of pixels that let nothing through.
fn opaque(rgba: &[u8]) -> impl Iterator<Item = u8> {
    rgba.as_chunks::<4>().0.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue])
}

impl DrawnBlocks {
    /// Lines of figures as a block for each word and each digit, at whole pixels, which look as [`PosterBlock::lines`] do where the
    /// text is plain. `None` when they can't be drawn.
    pub(super) fn figures(
        &self,
        lines: &[String],
        (x, y): (usize, usize),
        step: usize,
        style: &str,
        ground: [u8; 3],
    ) -> Option<Vec<PosterBlock>> {
        let mut blocks = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let mut pen = 0.0;
            for piece in pieces(line) {
                // The cast saturates; a pen only goes on.
                let at = x + f32::round(pen) as usize;
                if piece != " " {
                    let mut content = String::new();
                    write_text(&mut content, (LEAN, step), style, piece);
                    let size = ((piece.chars().count() + 1) * step + LEAN, 2 * step);
                    let place = (at.saturating_sub(LEAN), (y + number * step).saturating_sub(step));
                    blocks.push(PosterBlock::new(&content, size, place, BlockGround::Poster(ground)));
                }
                pen += self.room(piece, style)?;
            }
        }
        Some(blocks)
    }

    /// How far a line of this style goes on behind a piece of it.
    fn room(&self, piece: &str, style: &str) -> Option<f32> {
        let rooms = || self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{style}{piece}");
        if let Some(room) = rooms().get(&key) {
            return Some(*room);
        }
        let end = |words: &str| {
            let mut content = String::new();
            write_text(&mut content, (0, 0), style, words);
            drawing::words_end_trusted(&format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">{content}</svg>"
            ))
        };
        // A blank at an end is none.
        let room = if piece == " " { end("n n")? - end("nn")? } else { end(piece)? };
        let mut rooms = rooms();
        // Few are known, and should they ever be many, they are soon found again.
        if rooms.len() >= MOST_ROOMS {
            rooms.clear();
        }
        rooms.insert(key, room);
        Some(room)
    }

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
            BlockGround::White => {
                Ink { corner: (0, 0), size: (width, height), pixels: opaque(&pixels).collect() }
            }
        });
        self.lock().remember(key, &ink);
        Some(ink)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.inks.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(ink.pixels.as_chunks::<3>().0, [[9, 8, 7], [1, 2, 3], [1, 2, 3], [9, 8, 7]]);
        let nothing = Ink::of([[9, 8, 7, 255]; 6].as_flattened(), 3, ground);
        assert_eq!((nothing.size, nothing.pixels.len()), ((0, 0), 0));
    }

    const QUIET: &str = "font-size=\"22\" font-family=\"DejaVu Sans\" fill=\"#655f55\"";
    const GROUND: [u8; 3] = [0xf4, 0xf2, 0xed];

    /// The red of each pixel of these blocks on a board of 577 by 160 pixels.
    fn laid(drawn: &DrawnBlocks, blocks: &[PosterBlock]) -> Vec<u8> {
        let mut board = Board::even(577, 160, GROUND);
        blocks.iter().for_each(|block| drawn.lay(block, &mut board).unwrap());
        let png = board.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels.as_chunks::<3>().0.iter().map(|[red, ..]| *red).collect()
    }

    /// The share of the ink of one picture that the other has within a pixel to the left or right, each level of it.
    fn likeness(one: &[u8], other: &[u8]) -> f64 {
        let ink = |level: u8| f64::from(GROUND[0] - level);
        let near = |at: usize| (at.saturating_sub(1)..=at + 1).filter_map(|at| other.get(at)).copied().min();
        let inked = one.iter().enumerate().filter(|(_, level)| **level < GROUND[0]);
        let (found, all) = inked.fold((0.0, 0.0), |(found, all), (at, level)| {
            (found + ink(*level).min(near(at).map_or(0.0, ink)), all + ink(*level))
        });
        found / all
    }

    #[test]
    fn figures_look_as_the_renderer_sets_the_whole_lines() {
        let drawn = DrawnBlocks::default();
        for lines in [
            &["Drawn · 1,251 tokens · 16.0 s · $0.038"] as &[&str],
            &["Demonstration · Drawn with", "remarks · 49 ms · $0.00070", "AVATAR Type 7,7.1.11"],
            &["Not well formed · 98,765,432 tokens", "(100 %) <&> \"quoted\" – more…"],
        ] {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let pieces = drawn.figures(&lines, (20, 40), 32, QUIET, GROUND).unwrap();
            let whole = PosterBlock::lines(&lines, (20, 40), 557, 32, QUIET, GROUND).unwrap();
            let (pieces, whole) = (laid(&drawn, &pieces), laid(&drawn, &[whole]));
            let alike = [likeness(&pieces, &whole), likeness(&whole, &pieces)];
            assert!(alike.iter().all(|share| *share > 0.97), "{alike:?} {lines:?}");
            assert!(likeness(&pieces[577 * 3..], &whole) < 0.9, "it tells a line that stands elsewhere");
        }
    }

    #[test]
    fn a_line_is_cut_between_all_but_letters_and_digits_of_many_lines_are_drawn_once() {
        let cut = |line| pieces(line).collect::<Vec<_>>();
        assert_eq!(cut("Drawn · 1,2"), ["Drawn", " ", "·", " ", "1", ",", "2"]);
        assert_eq!(cut(""), [""; 0]);
        assert!(is_plain("Drawn · $0.1 – 3 %…"));
        assert!(!is_plain("سلام") && !is_plain("é") && !is_plain("a\u{300}") && !is_plain("a\tb"));
        let drawn = DrawnBlocks::default();
        for number in 1_000..1_200 {
            let lines = [format!("{number} tokens · {number}.5 s")];
            for block in drawn.figures(&lines, (0, 40), 32, QUIET, GROUND).unwrap() {
                drawn.ink(&block).unwrap();
            }
        }
        // Ten digits, the point, the dot, and two words.
        assert_eq!(drawn.inks.lock().unwrap().blocks.len(), 14);
    }
}
