//! Looks: a first attempt and those in which its model was shown what it had drawn, as a strip of pictures.

use std::collections::BTreeMap;

use pelicycle_record::Attempt;
use serde::Serialize;

use super::card::{SitePicture, page_path};
use super::hall::ShownAttempt;
use super::words;

/// Steps of a strip; a run allows fewer.
const MOST: usize = 40;

/// A first attempt's identifier, its contestant's slug, and its prompt's id and hash. A look that names a first attempt of
/// somebody else's is none of its looks.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// All attempts that have looks, each with its looks.
#[derive(Debug, Default)]
pub(crate) struct LookSeries<'a> {
    /// The first attempt, where it is shown, and then its looks by their numbers.
    of: BTreeMap<Key<'a>, Vec<ShownAttempt<'a>>>,
}

/// The strip on the page of an attempt that has looks or is one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LookStrip {
    steps: Vec<LookStep>,
    /// Steps that the strip has no room for.
    more: usize,
    /// The words on a page that is a look's.
    look: Option<LookPlace>,
}

/// The place of a look among those of its first attempt.
#[derive(Debug, Clone, Serialize)]
struct LookPlace {
    number: u32,
    bound: u32,
    /// The page of the drawing that the model was shown, and its name in the strip; none where that is not here.
    parent: Option<(String, String)>,
}

/// One attempt of a strip.
#[derive(Debug, Clone, Serialize)]
struct LookStep {
    /// Path of its page from the site's root.
    href: String,
    name: String,
    picture: Option<SitePicture>,
    repaired: bool,
    verdict: &'static str,
    drawn: bool,
    current: bool,
}

fn key<'a>(attempt: &'a Attempt) -> Key<'a> {
    let first = attempt.look.as_ref().map_or(&attempt.id, |look| &look.first);
    (first.as_str(), &attempt.contestant.slug, &attempt.prompt.id, &attempt.prompt.hash)
}

fn number(attempt: &Attempt) -> u32 {
    attempt.look.as_ref().map_or(0, |look| look.number)
}

fn name(attempt: &Attempt) -> String {
    match &attempt.look {
        None => "First".to_owned(),
        Some(look) => format!("Look {}", look.number),
    }
}

impl<'a> LookSeries<'a> {
    /// Of all attempts on show.
    pub(crate) fn new(shown: impl Iterator<Item = ShownAttempt<'a>> + Clone) -> Self {
        let mut of: BTreeMap<Key<'a>, Vec<ShownAttempt<'a>>> = BTreeMap::new();
        for look in shown.clone().filter(|shown| !shown.attempt.is_first()) {
            of.entry(key(look.attempt)).or_default().push(look);
        }
        if !of.is_empty() {
            for first in shown.filter(|shown| shown.attempt.is_first()) {
                if let Some(series) = of.get_mut(&key(first.attempt)) {
                    series.push(first);
                }
            }
        }
        for series in of.values_mut() {
            series
                .sort_by(|a, b| (number(a.attempt), &a.attempt.id).cmp(&(number(b.attempt), &b.attempt.id)));
        }
        Self { of }
    }

    /// The number of looks at a first attempt.
    pub(super) fn looks_at(&self, first: &Attempt) -> usize {
        self.of.get(&key(first)).map_or(0, |series| series.len() - 1)
    }

    /// The attempts of the strip of this one's page, and whatever else it has no room for; none where nobody looked.
    pub(crate) fn beside<'s>(&'s self, attempt: &'s Attempt) -> &'s [ShownAttempt<'s>] {
        self.of.get(&key(attempt)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The strip of an attempt's page; none where nobody looked.
    pub(crate) fn strip(&self, attempt: &Attempt) -> Option<LookStrip> {
        let series = self.of.get(&key(attempt))?;
        let look = attempt.look.as_ref().map(|look| LookPlace {
            number: look.number,
            bound: look.bound,
            parent: series
                .iter()
                .find(|shown| shown.attempt.id == look.parent)
                .map(|shown| (page_path(shown.attempt), name(shown.attempt))),
        });
        let steps =
            series.iter().take(MOST).map(|shown| LookStep::new(*shown, shown.attempt.id == attempt.id));
        Some(LookStrip { steps: steps.collect(), more: series.len().saturating_sub(MOST), look })
    }
}

impl LookStep {
    fn new(ShownAttempt { attempt, pictures, .. }: ShownAttempt<'_>, current: bool) -> Self {
        let result = words::result(attempt);
        Self {
            href: page_path(attempt),
            name: name(attempt),
            repaired: pictures.small.is_none() && pictures.repaired_small.is_some(),
            picture: pictures.small.clone().or_else(|| pictures.repaired_small.clone()),
            verdict: result.name,
            drawn: result.drawn,
            current,
        }
    }
}
