//! The picture that stands for a page where somebody links to it, and what the page's head says of it (Open Graph).
//!
//! Composed like a contact sheet: an SVG of our own making, of plain text and finished rasters, drawn by the renderer
//! and the fonts of every raster.

use std::fmt::Write as _;

use base64::Engine as _;
use pelicycle_drawing as drawing;
use serde::Serialize;

use super::linked_data::linked_data;
use super::{BaseUrl, Feed};
use crate::lettering::{wrap, write_text};
use crate::source::SourceKey;
use crate::view::{Plate, Poster};
use crate::{GalleryError, SiteSettings};

/// Version of how posters are drawn: a change draws them all anew.
const VERSION: &str = "poster-2";
/// The size that services which show links ask for.
pub(super) const WIDTH: u32 = 1200;
pub(super) const HEIGHT: u32 = 630;
const MARGIN: usize = 64;
/// Side of the one plate of a single drawing.
const LARGE: usize = 502;
/// Side of each plate of a row, and the space between two.
const SMALL: usize = 250;
const GAP: usize = 24;

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

/// Draws a poster as a PNG, with a picture for each plate that has one; `None` when it cannot be drawn.
pub(crate) fn draw(poster: &Poster, pictures: &[Option<Vec<u8>>]) -> Option<Vec<u8>> {
    drawing::rasterize_trusted(&compose(poster, pictures), WIDTH)
}

impl Poster {
    /// Key of all that it is drawn from; `hash` tells that of a picture in the site.
    ///
    /// # Errors
    /// As [`SourceKey::with`].
    pub(crate) fn source(&self, hash: impl Fn(&str) -> Option<String>) -> Result<String, GalleryError> {
        let mut key = SourceKey::new(VERSION).with(&(self.single, &self.title, &self.asked, &self.sum))?;
        for Plate { picture, verdict, label } in &self.plates {
            let hash = picture.as_ref().and_then(|picture| hash(&picture.href));
            key = key.with(&(verdict, label, hash))?;
        }
        Ok(key.finish())
    }
}

fn compose(poster: &Poster, pictures: &[Option<Vec<u8>>]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#f4f2ed\"/>"
    );
    if poster.single {
        compose_single(&mut svg, poster, pictures);
    } else {
        compose_row(&mut svg, poster, pictures);
    }
    svg.push_str("</svg>");
    svg
}

/// The drawing on the left, its label on the right.
fn compose_single(svg: &mut String, poster: &Poster, pictures: &[Option<Vec<u8>>]) {
    let Some(plate) = poster.plates.first() else { return };
    write_plate(svg, plate, pictures.first().and_then(Option::as_deref), (MARGIN, MARGIN), LARGE);
    let x = MARGIN + LARGE + 48;
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
fn compose_row(svg: &mut String, poster: &Poster, pictures: &[Option<Vec<u8>>]) {
    let mut y = MARGIN + 40;
    for line in wrap(&poster.title, 46, 2) {
        write_text(svg, (MARGIN, y), &font("DejaVu Serif", 44, INK, ""), &line);
        y += 54;
    }
    if let Some(asked) = &poster.asked
        && let Some(line) = wrap(asked, 84, 1).first()
    {
        write_text(svg, (MARGIN, y), &font("DejaVu Serif", 22, INK, "font-style=\"italic\""), line);
        y += 34;
    }
    write_text(svg, (MARGIN, y), &font("DejaVu Sans", 22, QUIET, ""), &poster.sum);
    let top = HEIGHT as usize - MARGIN - SMALL - 34;
    for (index, plate) in poster.plates.iter().enumerate() {
        let x = MARGIN + index * (SMALL + GAP);
        write_plate(svg, plate, pictures.get(index).and_then(Option::as_deref), (x, top), SMALL);
        let label = wrap(&plate.label, 28, 1);
        let style = font("DejaVu Sans", 15, QUIET, "");
        write_text(svg, (x, top + SMALL + 26), &style, label.first().map_or("", String::as_str));
    }
    write_mark(svg, MARGIN);
}

/// The white ground with the drawing, or with the word for what came instead of one.
fn write_plate(svg: &mut String, plate: &Plate, picture: Option<&[u8]>, (x, y): (usize, usize), side: usize) {
    let inset = side / 25;
    let inner = side - 2 * inset;
    // Writing to a String cannot fail.
    let _ = write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>");
    match picture {
        Some(png) => {
            let data = base64::engine::general_purpose::STANDARD.encode(png);
            let _ = write!(
                svg,
                "<image x=\"{}\" y=\"{}\" width=\"{inner}\" height=\"{inner}\" href=\"data:image/png;base64,{data}\"/>",
                x + inset,
                y + inset
            );
        }
        None => {
            let style = font("DejaVu Serif", (side / 11).min(40), INK, "text-anchor=\"middle\"");
            write_text(svg, (x + side / 2, y + side / 2 + 8), &style, plate.verdict);
        }
    }
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
