//! The picture that stands for a page where somebody links to it, and what the page's head says of it (Open Graph).
//!
//! Words are SVG of our own making, drawn by the renderer and the fonts of every raster, block by block (`block.rs`); the drawings
//! are laid beside them as the small pictures that the site has, pixel by pixel: a gallery has ten thousand of these.

use pelicycle_drawing as drawing;
use pelicycle_picture::Board;
use serde::Serialize;

use super::block::{BlockGround, DrawnBlocks, PosterBlock, is_plain};
use super::linked_data::linked_data;
use super::{BaseUrl, Feed};
use crate::lettering::{wrap, write_text};
use crate::source::SourceKey;
use crate::view::{Plate, Poster};
use crate::{GalleryError, SiteSettings, templates};

/// Version of how posters are drawn: a change draws them all anew.
const VERSION: &str = "poster-5";
/// Version of what is made of a poster for a page's head: a change prints all pages anew.
pub(crate) const PREVIEW_VERSION: u32 = 1;
/// The size that services which show links ask for.
pub(super) const WIDTH: u32 = 1200;
pub(super) const HEIGHT: u32 = 630;
const MARGIN: usize = 47;
/// Side of the one plate of a single drawing, and its rim: the larger thumbnail fits in as it is.
const LARGE: Frame = Frame { side: 536, rim: 12 };
/// The same of each plate of a row, for the smaller thumbnail, and the space between two.
const SMALL: Frame = Frame { side: 264, rim: 4 };
const GAP: usize = 16;

const GROUND: [u8; 3] = [0xf4, 0xf2, 0xed];
const INK: &str = "#221f1a";
const QUIET: &str = "#655f55";

/// The preview of a link to a page, as the page's head gives it.
#[derive(Debug, Serialize)]
pub(crate) struct LinkPreview {
    address: String,
    feed: String,
    title: String,
    description: String,
    image: String,
    width: u32,
    height: u32,
    alt: String,
    /// JSON-LD, escaped so that it may stand in a `script` element.
    linked: String,
}

/// Path of a page's poster from the site's root.
pub(crate) fn image_path(page: &str) -> String {
    format!("{}.png", page.strip_suffix(".html").unwrap_or(page))
}

/// The preview of a link to the page at `path`.
pub(crate) fn preview(poster: &Poster, path: &str, base: &BaseUrl, site: &SiteSettings) -> LinkPreview {
    let mut description = poster.about.as_ref().unwrap_or(&poster.sum).clone();
    if let Some(asked) = poster.asked.as_ref().filter(|_| poster.about.is_none()) {
        description = format!("“{asked}” {description}");
    }
    let labels: Vec<_> = poster.plates.iter().map(|plate| plate.label.as_str()).collect();
    let alt = match poster.plates.as_slice() {
        [] if poster.chart.is_some() => format!("Chart: {}", poster.title),
        [] => poster.title.clone(),
        [plate] if plate.picture.is_none() => format!("No picture: {}", plate.verdict),
        _ => format!("Drawings: {}", labels.join("; ")),
    };
    LinkPreview {
        address: base.join(path),
        feed: base.join(Feed::PATH),
        title: poster.title.clone(),
        description,
        image: base.join(&image_path(path)),
        width: WIDTH,
        height: HEIGHT,
        alt,
        linked: linked_data(poster, path, base, site),
    }
}

/// The white ground that a drawing is laid on, in pixels.
#[derive(Clone, Copy)]
struct Frame {
    side: usize,
    rim: usize,
}

/// Lays a picture of the site into a square on a board: its path, the square's left upper corner, side and rim. False when that
/// can't be done.
pub(crate) type LayPicture<'a> = dyn Fn(&mut Board, &str, (u32, u32), u32, u32) -> bool + 'a;

/// Draws a poster as a PNG; `plot` is its chart as SVG, where it has one. `None` when it cannot be drawn.
pub(crate) fn draw(
    poster: &Poster,
    plot: Option<&str>,
    drawn: &DrawnBlocks,
    lay: &LayPicture<'_>,
) -> Option<Vec<u8>> {
    let mut board = match plot {
        Some(plot) => {
            let (width, height, pixels) = drawing::pixels_trusted(&framed(plot), WIDTH, GROUND)?;
            Board::new(width, height, &pixels)?
        }
        None => Board::even(WIDTH, HEIGHT, GROUND),
    };
    let blocks = if plot.is_some() {
        let (mut blocks, _) = heading(poster, 1);
        blocks.push(mark(MARGIN));
        blocks
    } else if poster.single {
        single(poster, drawn)?
    } else {
        row(poster)
    };
    for block in &blocks {
        drawn.lay(block, &mut board)?;
    }
    for (index, plate) in poster.plates.iter().enumerate().filter(|_| plot.is_none()) {
        let (frame, (x, y)) = place(poster.single, index);
        let laid = plate.fitting(poster.single).is_some_and(|path| {
            let [x, y, side, rim] = [x, y, frame.side, frame.rim].map(|pixels| pixels as u32);
            // One that somebody broke since it was put there has its verdict in its place.
            lay(&mut board, path, (x, y), side, rim)
        });
        if !laid {
            drawn.lay(&empty_plate(plate, (frame, (x, y))), &mut board)?;
        }
    }
    board.png().ok()
}

/// The place of a plate: its frame, and the frame's left upper corner.
fn place(single: bool, index: usize) -> (Frame, (usize, usize)) {
    if single {
        return (LARGE, (MARGIN, MARGIN));
    }
    (SMALL, (MARGIN + index * (SMALL.side + GAP), HEIGHT as usize - MARGIN - SMALL.side - 50))
}

impl Plate {
    /// The file of its picture that fits its frame.
    fn fitting(&self, single: bool) -> Option<&str> {
        let picture = self.picture.as_ref()?;
        let tiny = picture.tiny.as_ref().filter(|_| !single);
        Some(tiny.map_or(&picture.href, |tiny| &tiny.href))
    }
}

impl Poster {
    /// Key of all that it is drawn from, each picture in the size that is drawn; `hash` tells that of a file in the site.
    ///
    /// # Errors
    /// As [`SourceKey::with`].
    pub(crate) fn source(&self, hash: impl Fn(&str) -> Option<String>) -> Result<String, GalleryError> {
        let mut key = SourceKey::new(VERSION).with(&(self.single, &self.title, &self.asked, &self.sum))?;
        for plate in &self.plates {
            let hash = plate.fitting(self.single).and_then(&hash);
            key = key.with(&(plate.verdict, &plate.label, hash))?;
        }
        if let Some(chart) = &self.chart {
            key = key.with(&(templates::fingerprint(), chart))?;
        }
        Ok(key.finish())
    }
}

/// A chart as a picture of the poster's size.
fn framed(plot: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">{plot}</svg>")
}

/// Lines of words on the poster's ground, as far as its right edge; the first stands at `place`.
fn lines(words: &[String], place: (usize, usize), step: usize, style: &str) -> Option<PosterBlock> {
    PosterBlock::lines(words, place, WIDTH as usize - place.0, step, style, GROUND)
}

/// The label of one drawing, which is on the left of it; `None` when it can't be drawn.
fn single(poster: &Poster, drawn: &DrawnBlocks) -> Option<Vec<PosterBlock>> {
    let x = MARGIN + LARGE.side + 40;
    let mut y = MARGIN + 44;
    let mut blocks = Vec::new();
    let asked = poster.asked.as_deref().unwrap_or_default();
    for (words, step, style) in [
        (wrap(&poster.title, 20, 4), 56, font("DejaVu Serif", 46, INK, "")),
        (wrap(asked, 38, 5), 34, font("DejaVu Serif", 24, INK, "font-style=\"italic\"")),
    ] {
        blocks.extend(lines(&words, (x, y), step, &style));
        y += words.len() * step + 18;
    }
    let (figures, style) = (wrap(&poster.sum, 38, 3), font("DejaVu Sans", 22, QUIET, ""));
    if is_plain(&poster.sum) {
        blocks.extend(drawn.figures(&figures, (x, y), 32, &style, GROUND)?);
    } else {
        blocks.extend(lines(&figures, (x, y), 32, &style));
    }
    blocks.push(mark(x));
    Some(blocks)
}

/// The words above a row of drawings, and their labels.
fn row(poster: &Poster) -> Vec<PosterBlock> {
    let (mut blocks, y) = heading(poster, 2);
    let quiet = |size| font("DejaVu Sans", size, QUIET, "");
    blocks.extend(lines(std::slice::from_ref(&poster.sum), (MARGIN, y), 32, &quiet(22)));
    for (index, plate) in poster.plates.iter().enumerate() {
        let (frame, (x, top)) = place(false, index);
        let label = wrap(&plate.label, 28, 1);
        let first = (x, top + frame.side + 26);
        blocks.extend(PosterBlock::lines(&label, first, frame.side + GAP, 24, &quiet(15), GROUND));
    }
    blocks.push(mark(MARGIN));
    blocks
}

/// The title on at most so many lines, and the prompt; and where the next line stands.
fn heading(poster: &Poster, most: usize) -> (Vec<PosterBlock>, usize) {
    let mut y = MARGIN + 40;
    let title = wrap(&poster.title, 46, most);
    let mut blocks = Vec::from_iter(lines(&title, (MARGIN, y), 54, &font("DejaVu Serif", 44, INK, "")));
    y += title.len() * 54;
    if let Some(asked) = &poster.asked {
        let asked = wrap(asked, 84, 1);
        let style = font("DejaVu Serif", 22, INK, "font-style=\"italic\"");
        blocks.extend(lines(&asked, (MARGIN, y), 34, &style));
        y += asked.len() * 34;
    }
    (blocks, y)
}

/// A plate without a drawing: white ground, and the word for what came instead.
fn empty_plate(plate: &Plate, (Frame { side, .. }, place): (Frame, (usize, usize))) -> PosterBlock {
    let mut content = String::new();
    let style = font("DejaVu Serif", (side / 11).min(40), INK, "text-anchor=\"middle\"");
    write_text(&mut content, (side / 2, side / 2 + 8), &style, plate.verdict);
    PosterBlock::new(&content, (side, side), place, BlockGround::White)
}

/// The bill of the pelican, and the program's name.
fn mark(x: usize) -> PosterBlock {
    let mut content = String::from(
        "<path transform=\"translate(0 10) scale(1.6)\" fill=\"#e8731a\" d=\"M0 5c5-2 11 0 16 4-4 4-12 4-14 0z\"/>",
    );
    write_text(&mut content, (36, 30), &font("DejaVu Sans", 18, QUIET, ""), "pelicycle");
    PosterBlock::new(&content, (160, 44), (x, HEIGHT as usize - 60), BlockGround::Poster(GROUND))
}

fn font(family: &str, size: usize, ink: &str, more: &str) -> String {
    format!("font-size=\"{size}\" font-family=\"{family}\" fill=\"{ink}\" {more}")
}
