//! A site's description of itself: its own words, colours and order.

use pelicycle_text as text;
use serde::Serialize;

use crate::makers::OwnMakers;

/// A site's description of itself. Without any of it pages speak for pelicycle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SiteSettings {
    /// The title of the first page, and the name of the site where somebody links to it.
    pub title: Option<String>,
    /// A sentence that says what the site is.
    pub description: Option<String>,
    /// The person or group that keeps it.
    pub author: Option<String>,
    /// Their own page: an address of `https` or `http`.
    pub link: Option<String>,
    /// A picture for the head of every page: a PNG.
    #[serde(skip)]
    pub logo: Option<Vec<u8>>,
    /// The colour that stands out: `#rrggbb`.
    pub accent: Option<String>,
    /// The language of the words above and below, as in HTML: `de`. Words of pelicycle stay English.
    pub language: Option<String>,
    /// A line for the foot of every page.
    pub footer: Option<String>,
    /// Prompts that hang first, by id.
    pub lead: Vec<String>,
    /// The makers of models, and when these came out, before the table that ships.
    #[serde(skip)]
    pub makers: OwnMakers,
}

impl SiteSettings {
    /// The same with texts that nothing acts unseen in.
    pub(crate) fn shown(&self) -> Self {
        let label = |words: &Option<String>| words.as_deref().map(text::label);
        let sentence = |words: &Option<String>| words.as_deref().map(text::sentence);
        Self {
            title: label(&self.title),
            description: sentence(&self.description),
            author: label(&self.author),
            footer: sentence(&self.footer),
            ..self.clone()
        }
    }

    /// The rules that the style sheet ends with.
    pub(crate) fn style(&self) -> String {
        let colour = self.accent.as_deref().filter(|colour| is_colour(colour));
        colour.map_or_else(String::new, |colour| {
            format!(
                ":root {{ --beak: {colour}; --accent: color-mix(in oklab, {colour} 45%, var(--ink)); }}\n"
            )
        })
    }
}

/// Whether bytes are a PNG that can be read.
#[must_use]
pub fn is_logo(png: &[u8]) -> bool {
    pelicycle_picture::picture_size(png).is_ok()
}

/// Whether a text is a colour as `#rrggbb`.
#[must_use]
pub fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}
