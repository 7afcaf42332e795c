//! Kept drawings rendered anew: does this version of the program show what an earlier one showed?

use pelicycle_record::{Attempt, Inspection, Verdict};
use pelicycle_text::{count, label, plural};
use serde::Serialize;

use super::page::picture_address;
use crate::templates::{PageError, lone_page};
use pelicycle_picture::{Likeness, PixelDifference, PixelError, difference, likeness};

/// Drawings on the page; the least alike come first.
const SHOWN: usize = 60;
/// Longest side of a picture on the page, in pixels.
const SIDE: u32 = 512;

/// A drawing that was rendered twice.
#[derive(Debug, Clone, Serialize)]
pub struct RerenderedDrawing {
    /// The attempt's identifier.
    pub id: String,
    /// The prompt's id.
    pub prompt: String,
    /// The contestant's name for people.
    pub label: String,
    /// The renderer behind the kept raster.
    pub renderer: String,
    /// The verdict that was kept.
    pub before: Verdict,
    /// The verdict of this program.
    pub now: Verdict,
    /// The likeness of the rasters; absent where one of them is.
    pub pixels: Option<Likeness>,
    /// The two rasters, to be shown.
    #[serde(skip)]
    pub rasters: (Option<Vec<u8>>, Option<Vec<u8>>),
}

/// All drawings that were rendered twice: plain data, the shape of `--rendering --format json`.
#[derive(Debug, Clone, Serialize)]
pub struct RenderingReport {
    /// Version of this shape.
    pub schema: u32,
    /// The renderer of this program.
    pub renderer: String,
    /// Drawings whose raster is the same to the pixel.
    pub same: usize,
    /// Drawings that look alike.
    pub alike: usize,
    /// Drawings that are seen to differ, or whose verdict changed.
    pub different: usize,
    /// All that are not the same, the least alike first.
    pub changed: Vec<RerenderedDrawing>,
}

/// A drawing as it was kept, against the check of its reply by this program.
///
/// # Errors
/// When a raster is no whole PNG.
pub fn redrawn(
    attempt: &Attempt,
    kept: Option<Vec<u8>>,
    now: &Inspection,
) -> Result<Option<RerenderedDrawing>, PixelError> {
    let Some(check) = &attempt.check else { return Ok(None) };
    if kept.is_none() && now.png.is_none() && check.verdict == now.check.verdict {
        return Ok(None);
    }
    let pixels = match (&kept, &now.png) {
        (Some(kept), Some(now)) => Some(likeness(kept, now)?),
        _ => None,
    };
    Ok(Some(RerenderedDrawing {
        id: attempt.id.to_string(),
        prompt: attempt.prompt.id.clone(),
        label: attempt.contestant.label.clone(),
        renderer: attempt.tool.renderer.clone(),
        before: check.verdict,
        now: now.check.verdict,
        pixels,
        rasters: (kept, now.png.clone()),
    }))
}

impl RerenderedDrawing {
    fn is_same(&self) -> bool {
        self.before == self.now && self.pixels == Some(Likeness::Same)
    }

    fn is_different(&self) -> bool {
        self.before != self.now || !matches!(self.pixels, Some(Likeness::Same | Likeness::Alike(_)))
    }

    /// The number by which the least alike come first.
    fn order(&self) -> f64 {
        match self.pixels {
            _ if self.before != self.now => f64::NEG_INFINITY,
            None | Some(Likeness::OtherSize) => -1e9,
            Some(Likeness::Alike(found) | Likeness::Differs(found)) => found.score,
            Some(Likeness::Same) => 100.0,
        }
    }

    fn words(&self) -> String {
        let word = |verdict: Verdict| {
            serde_json::to_value(verdict)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default()
        };
        if self.before != self.now {
            return format!("{} before, {} now", word(self.before), word(self.now));
        }
        match self.pixels {
            Some(
                Likeness::Alike(PixelDifference { score, share, most })
                | Likeness::Differs(PixelDifference { score, share, most }),
            ) => {
                format!(
                    "SSIMULACRA 2 {score:.1}; {:.2} % of the pixels, by {most} of 255 at most",
                    share * 100.0
                )
            }
            Some(Likeness::OtherSize) => "its size is another".to_owned(),
            Some(Likeness::Same) => "the same".to_owned(),
            None => "one of the rasters is missing".to_owned(),
        }
    }
}

impl RenderingReport {
    /// Sums up drawings that were rendered twice.
    #[must_use]
    pub fn new(renderer: &str, all: Vec<RerenderedDrawing>) -> Self {
        let same = all.iter().filter(|one| one.is_same()).count();
        let different = all.iter().filter(|one| one.is_different()).count();
        let alike = all.len() - same - different;
        let mut changed: Vec<RerenderedDrawing> = all.into_iter().filter(|one| !one.is_same()).collect();
        changed.sort_by(|a, b| a.order().total_cmp(&b.order()).then_with(|| a.id.cmp(&b.id)));
        Self { schema: 1, renderer: renderer.to_owned(), same, alike, different, changed }
    }

    /// The report as lines; names in it may be anything, so whoever prints them makes them safe.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let mut lines = vec![self.sum()];
        lines.extend(self.changed.iter().map(|one| {
            format!("{}  {} · {} ({}): {}", one.id, one.prompt, label(&one.label), one.renderer, one.words())
        }));
        lines
    }

    fn sum(&self) -> String {
        let Self { same, alike, different, .. } = self;
        let all = plural((same + alike + different) as u64, "drawing");
        format!(
            "{all} rendered anew by {}: {} the same to the pixel, {} alike to the eye, {} different",
            self.renderer,
            count(*same as u64),
            count(*alike as u64),
            count(*different as u64)
        )
    }

    /// The report as one HTML file: the kept raster, that of now, and where they differ.
    ///
    /// # Errors
    /// Only when the template is broken.
    pub fn page(&self) -> Result<String, PageError> {
        #[derive(Serialize)]
        struct Page {
            sum: String,
            rows: Vec<Row>,
            more: usize,
        }
        #[derive(Serialize)]
        struct Row {
            title: String,
            words: String,
            pictures: Vec<(&'static str, String)>,
        }
        let rows = self.changed.iter().take(SHOWN).map(|one| {
            let (kept, now) = &one.rasters;
            let apart = kept.as_ref().zip(now.as_ref()).and_then(|(kept, now)| difference(kept, now).ok());
            let pictures = [("Kept", kept.as_ref()), ("Now", now.as_ref()), ("Difference", apart.as_ref())];
            Row {
                title: format!("{} · {}", one.prompt, label(&one.label)),
                words: format!("{}, {}: {}", one.id, one.renderer, one.words()),
                pictures: pictures
                    .into_iter()
                    .filter_map(|(name, png)| Some((name, picture_address(png?, SIDE)?.0)))
                    .collect(),
            }
        });
        let page =
            Page { sum: self.sum(), rows: rows.collect(), more: self.changed.len().saturating_sub(SHOWN) };
        let style = pelicycle_templates::COMPARE_CSS;
        lone_page(pelicycle_templates::RENDERING_HTML, style, &page)
    }
}
