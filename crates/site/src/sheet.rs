//! One picture of many: a prompt's wall, or its families through the years, on a single sheet to be shared.
//!
//! Composed as an SVG of our own making, of plain text and finished rasters, and drawn by the renderer and the fonts of
//! every raster, so that the same attempts make the same bytes.

use std::fmt::Write as _;

use base64::Engine as _;
use pelicycle_drawing as drawing;
use pelicycle_judge::RankingReport;
use pelicycle_picture::small_picture;
use pelicycle_text as text;

use super::lettering::write_text;
use super::sheet_layout::{CAPTION, MARGIN, MOST, NAME, PLATE, SheetLayout, SheetShape, columns, fitting};
use super::view::{
    PromptSection, SheetPlace, SheetPlaces, ShownAttempt, WallRanks, by_family, places, sections,
};
use super::{Exhibit, OwnMakers, parallel, take};

/// Side of the picture on a plate.
const PICTURE: u32 = 240;

/// The order of a sheet's cards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SheetOrder {
    /// That of the gallery: the newest release first.
    #[default]
    House,
    /// By place in the ranking, the best first; then those that were never judged.
    Rank,
    /// The oldest release first.
    Oldest,
    /// By the model's name.
    Name,
}

/// Options of a sheet: what it shows, and in what order.
#[derive(Debug, Clone, Default)]
pub struct SheetOptions {
    /// The prompt's id; without one the famous prompt where it was asked, else the newest.
    pub prompt: Option<String>,
    /// By families and dates of their models, instead of the order of the house.
    pub timeline: bool,
    /// The order, where it is not by families.
    pub order: SheetOrder,
    /// The rankings, where somebody judged: places settle the order of models of one day.
    pub judged: Option<RankingReport>,
    /// The picture's shape; without one it is as large as its cards need.
    pub shape: Option<SheetShape>,
    /// So many contestants, the first of them, instead of all.
    pub top: Option<usize>,
    /// A title instead of the prompt's.
    pub title: Option<String>,
    /// The makers of models, and when these came out, before the table that ships.
    pub makers: OwnMakers,
    /// Cards of a row; without it, what makes a sheet one half wider than high.
    pub columns: Option<usize>,
}

/// A sheet of drawings.
#[derive(Debug)]
pub struct ContactSheet {
    /// The PNG.
    pub png: Vec<u8>,
    /// The prompt's title.
    pub title: String,
    /// The number of contestants on it.
    pub shown: usize,
    /// The number of contestants that found no place.
    pub left_out: usize,
    /// The number of contestants that are alone in their family, where rows are families: no row has them.
    pub alone: usize,
}

/// A sheet that could not be made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SheetError {
    #[error("there are no attempts to show")]
    Empty,
    #[error("nothing was drawn for the prompt {wanted:?}; there are attempts for {there}")]
    Prompt { wanted: String, there: String },
    #[error("the sheet could not be drawn: it is too large for the memory, or its text cannot be set")]
    Draw,
}

/// Makes a sheet: one card a contestant, the first answer of its newest run, good or bad.
///
/// # Errors
/// No attempts, or none of that prompt.
pub fn sheet(exhibits: &[Exhibit<'_>], options: &SheetOptions) -> Result<ContactSheet, SheetError> {
    let mut newest_first: Vec<&Exhibit<'_>> = exhibits.iter().collect();
    newest_first.sort_by(|a, b| super::newer(a.attempt, b.attempt));
    let none = Default::default();
    let shown = newest_first.iter().map(|exhibit| ShownAttempt {
        attempt: exhibit.attempt,
        pictures: &none,
        looks: 0,
        inputs: None,
    });
    let ranks = WallRanks::new(options.judged.as_ref());
    let sections = sections(shown, &options.makers, &ranks);
    let section = choose(&sections, options.prompt.as_deref())?;
    let SheetPlaces { mut cards, families } = match options.timeline {
        true => by_family(section),
        false => places(section, options.order, &ranks),
    };
    let releases = section.cases.iter().filter(|case| !case.contestant().demonstration).count();
    let alone = if options.timeline { releases - cards.len() } else { 0 };
    cards.truncate(options.top.unwrap_or(usize::MAX));
    let (most, even) = match options.shape {
        Some(shape) => fitting(cards.len().min(MOST), shape),
        None => (MOST, columns(cards.len().min(MOST), families)),
    };
    let left_out = cards.len().saturating_sub(most);
    cards.truncate(most);
    let begins: Vec<bool> = cards.iter().map(|card| card.begins_row).collect();
    let columns = options.columns.unwrap_or(even).clamp(1, MOST);
    let layout = SheetLayout::new(&begins, columns, options.shape);
    // A sheet that is brought to a larger size has larger pictures.
    let sharp = (f64::from(PICTURE) * layout.scale().max(1.0)).ceil() as u32;

    let pictures = parallel::map(&cards, |card| {
        let files = exhibits.iter().find(|exhibit| exhibit.attempt.id == card.attempt.id).map(|e| &e.files);
        let png = files.and_then(|files| files.png.as_ref()).and_then(|path| take::read(path).ok());
        Ok::<_, SheetError>(png.and_then(|png| small_picture(&png, sharp).ok().map(|(small, _)| small)))
    })?;
    let title = text::label(options.title.as_ref().unwrap_or(&section.prompt.title));
    let sum = format!(
        "{} by {}, {}",
        text::plural(section.cases.iter().map(|case| case.shown.len()).sum::<usize>() as u64, "attempt"),
        text::plural(section.cases.len() as u64, "model"),
        if cards.len() < section.cases.len() {
            format!("{} of them here", cards.len())
        } else {
            "one drawing for each model, not chosen".to_owned()
        },
    );
    let words = SheetWords { title: &title, asked: &text::sentence(&section.prompt.text), sum: &sum };
    let svg = compose(&words, &cards, &pictures, &layout);
    let longest = u32::try_from(layout.size.0.max(layout.size.1)).unwrap_or(u32::MAX);
    let png = drawing::rasterize_trusted(&svg, longest).ok_or(SheetError::Draw)?;
    Ok(ContactSheet { png, title, shown: cards.len(), left_out, alone })
}

/// The section of the wanted prompt.
fn choose<'a, 'b>(
    sections: &'b [PromptSection<'a>],
    wanted: Option<&str>,
) -> Result<&'b PromptSection<'a>, SheetError> {
    let newest = sections.first().ok_or(SheetError::Empty)?;
    let by_id = |id: &str| sections.iter().find(|section| section.prompt.id == id);
    match wanted {
        None => Ok(by_id("pelican").unwrap_or(newest)),
        Some(id) => by_id(id).ok_or_else(|| {
            let mut there: Vec<&str> = sections.iter().map(|section| section.prompt.id.as_str()).collect();
            there.sort_unstable();
            there.dedup();
            SheetError::Prompt { wanted: id.to_owned(), there: there.join(", ") }
        }),
    }
}

/// The words over the cards.
struct SheetWords<'a> {
    title: &'a str,
    asked: &'a str,
    sum: &'a str,
}

/// The sheet as SVG.
fn compose(
    words: &SheetWords<'_>,
    cards: &[SheetPlace<'_>],
    pictures: &[Option<Vec<u8>>],
    layout: &SheetLayout,
) -> String {
    let ((width, height), (natural_width, natural_height)) = (layout.size, layout.natural);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#f4f2ed\"/>\
         <svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {natural_width} {natural_height}\">"
    );
    let height = natural_height;
    let SheetWords { title, asked, sum } = *words;
    let head = [
        (MARGIN + 44, 48, "DejaVu Serif", "", "#221f1a", title),
        (MARGIN + 92, 22, "DejaVu Serif", "font-style=\"italic\"", "#221f1a", asked),
        (MARGIN + 128, 18, "DejaVu Sans", "", "#655f55", sum),
        (height - MARGIN + 8, 15, "DejaVu Sans", "", "#655f55", "pelicycle"),
    ];
    for (y, size, family, style, ink, words) in head {
        let (size, words) = fitted(words, size, natural_width - 2 * MARGIN);
        write_text(
            &mut svg,
            (MARGIN, y),
            &format!("font-size=\"{size}\" font-family=\"{family}\" {style} fill=\"{ink}\""),
            &words,
        );
    }
    for ((card, picture), place) in cards.iter().zip(pictures).zip(&layout.cells) {
        compose_card(&mut svg, card, picture.as_deref(), *place);
    }
    svg.push_str("</svg></svg>");
    svg
}

/// A line over the cards in letters that let it fit into the width, and cut where they would be too small for that.
fn fitted(words: &str, size: usize, width: usize) -> (usize, String) {
    const SMALLEST: usize = 14;
    // The letters of both families are some 0.6 of their size wide.
    let letters = |size: usize| width * 10 / (6 * size);
    let count = words.chars().count().max(1);
    let size = size.min((width * 10 / (6 * count)).max(SMALLEST));
    if count <= letters(size) {
        return (size, words.to_owned());
    }
    (size, words.chars().take(letters(size).saturating_sub(1)).chain(['…']).collect())
}

fn compose_card(svg: &mut String, card: &SheetPlace<'_>, picture: Option<&[u8]>, (x, y): (usize, usize)) {
    let sans = |size: usize, ink: &str, weight: &str| {
        format!("font-size=\"{size}\" font-family=\"DejaVu Sans\" font-weight=\"{weight}\" fill=\"{ink}\"")
    };
    // A view of its own cuts what is too long. Writing to a String cannot fail.
    let height = NAME + PLATE + CAPTION;
    let _ = write!(svg, "<svg x=\"{x}\" y=\"{y}\" width=\"{PLATE}\" height=\"{height}\">");
    let _ = write!(svg, "<rect width=\"{PLATE}\" height=\"2\" fill=\"#221f1a\"/>");
    write_text(svg, (0, 20), &sans(15, "#221f1a", "bold"), &card.label);
    write_text(svg, (0, 38), &sans(13, "#655f55", "normal"), &card.note);
    let _ = write!(svg, "<rect y=\"{NAME}\" width=\"{PLATE}\" height=\"{PLATE}\" fill=\"#fff\"/>");
    match picture {
        Some(png) => {
            let data = base64::engine::general_purpose::STANDARD.encode(png);
            let inset = (PLATE - PICTURE as usize) / 2;
            let _ = write!(
                svg,
                "<image x=\"{inset}\" y=\"{}\" width=\"{PICTURE}\" height=\"{PICTURE}\" href=\"data:image/png;base64,{data}\"/>",
                NAME + inset
            );
        }
        None => {
            let style =
                "font-size=\"22\" font-family=\"DejaVu Serif\" fill=\"#221f1a\" text-anchor=\"middle\"";
            write_text(svg, (PLATE / 2, NAME + PLATE / 2), style, card.verdict);
        }
    }
    write_text(svg, (0, NAME + PLATE + 20), &sans(13, "#655f55", "normal"), &card.caption);
    svg.push_str("</svg>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_its_sheet() {
        assert_eq!(fitted("A pelican", 48, 1000), (48, "A pelican".to_owned()));
        assert_eq!(fitted("A pelican riding a bicycle", 48, 540).0, 34);
        let (size, words) = fitted(&"é".repeat(900), 22, 540);
        assert!(size == 14 && words.ends_with('…') && words.chars().count() * 6 * size <= 540 * 10);
    }
}
