//! The drawings of a comparison as files, for places that show pictures by their address alone, as a comment in Markdown.

use pelicycle_compare::{ComparisonReport, PairedSides};
use pelicycle_picture::small_picture;
use pelicycle_record::Attempt;
use pelicycle_text::{escape_markdown, markdown_table};

use super::page::{ChosenPair, RasterLookup, SIDE, chosen, said};

/// Drawings of the two sides, in pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonPictures {
    /// Names and bytes of PNG files, none wider or higher than 320 pixels.
    pub files: Vec<(String, Vec<u8>)>,
    /// A table in Markdown that shows them.
    pub markdown: String,
}

/// The first `most` pairs of those that the page shows; `at` is the address of the folder in which the files will lie.
pub fn pictures(
    report: &ComparisonReport,
    sides: &PairedSides<'_>,
    raster: &RasterLookup<'_>,
    most: usize,
    at: &str,
) -> ComparisonPictures {
    let at = at.trim_end_matches('/').replace(' ', "%20");
    let mut files = Vec::new();
    let head = [String::new(), escape_markdown(&report.base), escape_markdown(&report.head)];
    let mut rows = vec![head];
    for (index, pair) in chosen(report, sides).0.into_iter().take(most).enumerate() {
        let ChosenPair { base, head, judged } = pair;
        let mut shown = |attempt: &Attempt, side: &str| {
            let Some(png) = raster(attempt).and_then(|png| Some(small_picture(&png, SIDE).ok()?.0)) else {
                return "no drawing".to_owned();
            };
            let name = format!("{}-{side}.png", index + 1);
            files.push((name.clone(), png));
            format!("![no. {} of {side}]({at}/{name})", attempt.sample)
        };
        let pictures = [shown(base, "base"), shown(head, "head")];
        let words = [escape_markdown(&base.prompt.id), judged.map(said).unwrap_or_default()];
        let words = words.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("<br>");
        let [base, head] = pictures;
        rows.push([words, base, head]);
    }
    let markdown = if rows.len() > 1 { markdown_table(&rows) } else { String::new() };
    ComparisonPictures { files, markdown }
}
