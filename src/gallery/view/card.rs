//! One attempt on the wall: a picture or the reason why there is none, and its label.

use serde::Serialize;

use super::hall::Shown;
use super::words;
use crate::attempt::Attempt;
use crate::text;

/// A raster in the site.
#[derive(Debug, Clone, Serialize)]
pub(in crate::gallery) struct Picture {
    /// Path from the site's root.
    pub(in crate::gallery) href: String,
    pub(in crate::gallery) width: u32,
    pub(in crate::gallery) height: u32,
    /// The same for screens of a plain density.
    pub(in crate::gallery) tiny: Option<Tiny>,
}

/// A raster at a smaller size.
#[derive(Debug, Clone, Serialize)]
pub(in crate::gallery) struct Tiny {
    /// Path from the site's root.
    pub(in crate::gallery) href: String,
    pub(in crate::gallery) width: u32,
}

/// The rasters of one attempt.
#[derive(Debug, Clone, Default)]
pub(in crate::gallery) struct Pictures {
    pub(in crate::gallery) small: Option<Picture>,
    pub(in crate::gallery) large: Option<Picture>,
    pub(in crate::gallery) repaired_small: Option<Picture>,
    pub(in crate::gallery) repaired_large: Option<Picture>,
    /// Why a raster that should be there is not.
    pub(in crate::gallery) problem: Option<String>,
}

/// One attempt on the wall.
#[derive(Debug, Clone, Serialize)]
pub(in crate::gallery) struct Card {
    /// Path of its page from the site's root.
    pub(in crate::gallery) href: String,
    /// Who drew it, for those who hear the page.
    label: String,
    /// What was asked, likewise.
    prompt: String,
    picture: Option<Picture>,
    /// The picture is of a repaired drawing, which does not count.
    repaired: bool,
    pub(in crate::gallery) verdict: &'static str,
    drawn: bool,
    /// Why there is no picture.
    meaning: String,
    reason: Option<String>,
    sample: u32,
    /// Date, tokens, time.
    pub(in crate::gallery) facts: Vec<String>,
}

impl Card {
    pub(in crate::gallery) fn new(Shown { attempt, pictures }: Shown<'_>) -> Self {
        let result = words::result(attempt);
        let repaired = pictures.small.is_none() && pictures.repaired_small.is_some();
        let tokens = attempt.usage.output.map(|tokens| text::plural(tokens, "token"));
        let facts =
            [Some(text::day(attempt.timing.started)), tokens, attempt.timing.total.map(text::seconds)];
        Self {
            href: page_path(attempt),
            label: text::label(&attempt.contestant.label),
            prompt: text::label(&attempt.prompt.title),
            picture: pictures.small.clone().or_else(|| pictures.repaired_small.clone()),
            repaired,
            verdict: result.name,
            drawn: result.drawn,
            meaning: result.meaning,
            reason: pictures.problem.clone().or(result.reason),
            sample: attempt.sample,
            facts: facts.into_iter().flatten().collect(),
        }
    }
}

/// Folder of an attempt's page and files from the site's root.
pub(in crate::gallery) fn folder(attempt: &Attempt) -> String {
    format!("attempts/{}", attempt.id)
}

/// Path of an attempt's page from the site's root. Identifiers are safe names, so it needs no escaping.
pub(in crate::gallery) fn page_path(attempt: &Attempt) -> String {
    format!("{}/index.html", folder(attempt))
}
