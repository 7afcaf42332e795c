//! One attempt on the wall: a picture or the reason why there is none, and its label.

use pelicycle_record::Attempt;
use pelicycle_text as text;
use serde::Serialize;

use super::figures::price;
use super::hall::ShownAttempt;
use super::words;

/// A raster in the site.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SitePicture {
    /// Path from the site's root.
    pub(crate) href: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// A smaller one for screens of a plain density.
    pub(crate) tiny: Option<TinyPicture>,
}

impl SitePicture {
    /// Its width by its height in fortieths, as the style sheet has classes for: from 0.8 to 2, so that a caption below
    /// has room and no row is of one drawing.
    pub(super) fn shape(&self) -> u32 {
        let ratio = f64::from(self.width) / f64::from(self.height.max(1));
        (ratio.clamp(0.8, 2.0) * 40.0).round() as u32
    }
}

/// The shape of a card without a picture: as high as wide.
const SQUARE: u32 = 40;

/// A raster at a smaller size.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TinyPicture {
    /// Path from the site's root.
    pub(crate) href: String,
    pub(crate) width: u32,
}

/// The rasters of one attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttemptPictures {
    pub(crate) small: Option<SitePicture>,
    pub(crate) large: Option<SitePicture>,
    pub(crate) repaired_small: Option<SitePicture>,
    pub(crate) repaired_large: Option<SitePicture>,
    /// Path of the drawing as a moving image from the site's root, where it moves and may be shown so.
    pub(crate) moving: Option<String>,
    /// The reason why a raster that should be there is not.
    pub(crate) problem: Option<String>,
}

/// One attempt on the wall.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Card {
    /// Path of its page from the site's root.
    pub(crate) href: String,
    /// The contestant, for those who hear the page.
    label: String,
    /// The prompt's title, likewise.
    prompt: String,
    picture: Option<SitePicture>,
    /// The picture's shape, in fortieths.
    shape: u32,
    /// The drawing as a moving image, where it moves.
    moving: Option<String>,
    /// The picture is of a repaired drawing, which does not count.
    repaired: bool,
    pub(crate) verdict: &'static str,
    drawn: bool,
    /// The reason why there is no picture.
    meaning: String,
    reason: Option<String>,
    sample: u32,
    /// `2 looks`, where its model was shown its drawing.
    looks: Option<String>,
    /// Tokens, time, cost.
    pub(crate) facts: Vec<String>,
}

impl Card {
    pub(crate) fn new(ShownAttempt { attempt, pictures, looks, .. }: ShownAttempt<'_>) -> Self {
        let result = words::result(attempt);
        let repaired = pictures.small.is_none() && pictures.repaired_small.is_some();
        let tokens = attempt.usage.output.map(|tokens| text::plural(tokens, "token"));
        let facts = [tokens, attempt.timing.total.map(text::seconds), price(attempt).map(text::dollars)];
        let picture = pictures.small.clone().or_else(|| pictures.repaired_small.clone());
        Self {
            href: page_path(attempt),
            label: text::label(&attempt.contestant.label),
            prompt: text::label(&attempt.prompt.title),
            shape: picture.as_ref().map_or(SQUARE, SitePicture::shape),
            picture,
            moving: pictures.moving.clone(),
            repaired,
            verdict: result.name,
            drawn: result.drawn,
            meaning: result.meaning,
            reason: pictures.problem.clone().or(result.reason),
            sample: attempt.sample,
            looks: (looks > 0).then(|| text::plural(looks as u64, "look")),
            facts: facts.into_iter().flatten().collect(),
        }
    }
}

/// Folder of an attempt's page and files from the site's root.
pub(crate) fn folder(attempt: &Attempt) -> String {
    format!("attempts/{}", attempt.id)
}

/// Path of an attempt's page from the site's root. Identifiers are safe names, so it needs no escaping.
pub(crate) fn page_path(attempt: &Attempt) -> String {
    format!("{}/index.html", folder(attempt))
}
