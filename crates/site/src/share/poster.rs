//! The picture that stands for a page where somebody links to it, and what the page's head says of it (Open Graph).
//!
//! Words and grounds are an SVG of our own making, drawn by the renderer and the fonts of every raster; the drawings are laid
//! on it as the small pictures that the site has, pixel by pixel: a gallery has ten thousand of these.

use std::fmt::Write as _;

use pelicycle_drawing as drawing;
use pelicycle_picture::Board;
use serde::Serialize;

use super::linked_data::linked_data;
use super::{BaseUrl, Feed};
use crate::lettering::{wrap, write_text};
use crate::source::SourceKey;
use crate::view::{Plate, Poster};
use crate::{GalleryError, SiteSettings, templates};

/// Version of how posters are drawn: a change draws them all anew.
const VERSION: &str = "poster-3";
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

/// Draws a poster as a PNG; `read` gives the files of the site's pictures, and `plot` is its chart as SVG, where it has one. `None`
/// when it cannot be drawn.
pub(crate) fn draw(
    poster: &Poster,
    plot: Option<&str>,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let pictures: Vec<_> =
        poster.plates.iter().map(|plate| plate.fitting(poster.single).and_then(&read)).collect();
    let has_picture: Vec<_> = pictures.iter().map(Option::is_some).collect();
    let (width, height, pixels) =
        drawing::pixels_trusted(&compose(poster, plot, &has_picture), WIDTH, GROUND)?;
    let mut board = Board::new(width, height, &pixels)?;
    for (index, png) in pictures.iter().enumerate() {
        let Some(png) = png else { continue };
        let (Frame { side, rim }, (x, y)) = place(poster.single, index);
        let [x, y, side, rim] = [x, y, side, rim].map(|pixels| u32::try_from(pixels).ok());
        // One that somebody broke since it was put there leaves its place empty.
        drop(board.lay(png, (x?, y?), side?, rim?));
    }
    board.png().ok()
}

/// Where a plate is: its frame, and the frame's left upper corner.
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

/// Everything but the pictures.
fn compose(poster: &Poster, plot: Option<&str>, has_picture: &[bool]) -> String {
    let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">");
    if let Some(plot) = plot {
        write_heading(&mut svg, poster, 1);
        svg.push_str(plot);
        write_mark(&mut svg, MARGIN);
    } else if poster.single {
        compose_single(&mut svg, poster, has_picture);
    } else {
        compose_row(&mut svg, poster, has_picture);
    }
    svg.push_str("</svg>");
    svg
}

/// The drawing on the left, its label on the right.
fn compose_single(svg: &mut String, poster: &Poster, has_picture: &[bool]) {
    let Some(plate) = poster.plates.first() else { return };
    if has_picture != [true] {
        write_plate(svg, plate, place(true, 0));
    }
    let x = MARGIN + LARGE.side + 40;
    let mut y = MARGIN + 44;
    for line in wrap(&poster.title, 20, 4) {
        write_text(svg, (x, y), &font("DejaVu Serif", 46, INK, ""), &line);
        y += 56;
    }
    y += 18;
    for line in wrap(poster.asked.as_deref().unwrap_or_default(), 38, 5) {
        write_text(svg, (x, y), &font("DejaVu Serif", 24, INK, "font-style=\"italic\""), &line);
        y += 34;
    }
    y += 18;
    for line in wrap(&poster.sum, 38, 3) {
        write_text(svg, (x, y), &font("DejaVu Sans", 22, QUIET, ""), &line);
        y += 32;
    }
    write_mark(svg, x);
}

/// The words above, a row of drawings below.
fn compose_row(svg: &mut String, poster: &Poster, has_picture: &[bool]) {
    let y = write_heading(svg, poster, 2);
    write_text(svg, (MARGIN, y), &font("DejaVu Sans", 22, QUIET, ""), &poster.sum);
    for (index, (plate, has_picture)) in poster.plates.iter().zip(has_picture).enumerate() {
        let (frame, (x, top)) = place(false, index);
        if !has_picture {
            write_plate(svg, plate, (frame, (x, top)));
        }
        let label = wrap(&plate.label, 28, 1);
        let style = font("DejaVu Sans", 15, QUIET, "");
        write_text(svg, (x, top + frame.side + 26), &style, label.first().map_or("", String::as_str));
    }
    write_mark(svg, MARGIN);
}

/// The title on at most so many lines, and the prompt. Returns where the next line stands.
fn write_heading(svg: &mut String, poster: &Poster, most: usize) -> usize {
    let mut y = MARGIN + 40;
    for line in wrap(&poster.title, 46, most) {
        write_text(svg, (MARGIN, y), &font("DejaVu Serif", 44, INK, ""), &line);
        y += 54;
    }
    if let Some(asked) = &poster.asked
        && let Some(line) = wrap(asked, 84, 1).first()
    {
        write_text(svg, (MARGIN, y), &font("DejaVu Serif", 22, INK, "font-style=\"italic\""), line);
        y += 34;
    }
    y
}

/// A plate without a drawing: white ground, and the word for what came instead.
fn write_plate(svg: &mut String, plate: &Plate, (frame, (x, y)): (Frame, (usize, usize))) {
    let side = frame.side;
    // Writing to a String cannot fail.
    let _ = write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>");
    let style = font("DejaVu Serif", (side / 11).min(40), INK, "text-anchor=\"middle\"");
    write_text(svg, (x + side / 2, y + side / 2 + 8), &style, plate.verdict);
}

/// The bill of the pelican, and the program's name.
fn write_mark(svg: &mut String, x: usize) {
    let y = HEIGHT as usize - 30;
    let _ = write!(
        svg,
        "<path transform=\"translate({x} {}) scale(1.6)\" fill=\"#e8731a\" d=\"M0 5c5-2 11 0 16 4-4 4-12 4-14 0z\"/>",
        y - 20
    );
    write_text(svg, (x + 36, y), &font("DejaVu Sans", 18, QUIET, ""), "pelicycle");
}

fn font(family: &str, size: usize, ink: &str, more: &str) -> String {
    format!("font-size=\"{size}\" font-family=\"{family}\" fill=\"{ink}\" {more}")
}
