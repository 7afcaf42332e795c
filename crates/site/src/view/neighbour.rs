//! The attempts beside one: other samples of its contestant on its prompt.

use std::collections::HashMap;

use pelicycle_record::Attempt;
use serde::Serialize;

use super::page_path;

/// Another sample of the same contestant on the same prompt.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Neighbour {
    /// Path of its page from the site's root.
    href: String,
    sample: u32,
}

/// The samples that come next to one in time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours {
    pub(super) newer: Option<Neighbour>,
    pub(super) older: Option<Neighbour>,
}

impl Neighbour {
    fn new(attempt: &Attempt) -> Self {
        Self { href: page_path(attempt), sample: attempt.sample }
    }
}

/// The neighbours of each attempt; looks have none.
pub(crate) fn neighbours<'a>(newest_first: impl Iterator<Item = &'a Attempt>) -> Vec<Neighbours> {
    let mut found: Vec<Neighbours> = Vec::new();
    let mut last: HashMap<(&str, &str, &str), (usize, &Attempt)> = HashMap::new();
    for (index, attempt) in newest_first.enumerate() {
        found.push(Neighbours::default());
        if !attempt.is_first() {
            continue;
        }
        let (prompt, slug) = (&attempt.prompt, attempt.contestant.slug.as_str());
        if let Some((newer, other)) = last.insert((&prompt.id, &prompt.text, slug), (index, attempt)) {
            found[index].newer = Some(Neighbour::new(other));
            found[newer].older = Some(Neighbour::new(attempt));
        }
    }
    found
}
