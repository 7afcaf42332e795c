//! Drawings that a voter was shown with their makers' names.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_judge::Competition;
use pelicycle_record::Id;

/// Drawings that somebody opened beside their makers' names, shared by all sessions of a gallery.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedDrawings(Arc<Mutex<BTreeSet<Id>>>);

impl NamedDrawings {
    /// Notes that the file at this path of a gallery was opened: the page of an attempt, or its picture in full size. The small
    /// pictures of walls are none of that.
    pub(crate) fn note(&self, path: &str) {
        let Some((id, file)) = path.strip_prefix("/attempts/").and_then(|rest| rest.split_once('/')) else {
            return;
        };
        if file.ends_with("-small.png") || file.ends_with("-tiny.png") {
            return;
        }
        if let Ok(id) = id.parse::<Id>() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        }
    }

    pub(super) fn holds(&self, attempt: &Id) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(attempt)
    }

    /// Their places in a competition.
    pub(super) fn among(&self, competition: &Competition) -> BTreeSet<usize> {
        let named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        named.iter().filter_map(|id| competition.place(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_large_is_named_and_a_small_picture_is_not() {
        let id = "20261122-025336-412-k3f9q2m8x7ab";
        for (file, expected) in [
            ("", true),
            ("index.html", true),
            ("drawing.png", true),
            ("moving.svg", true),
            ("drawing-small.png", false),
            ("drawing-tiny.png", false),
        ] {
            let named = NamedDrawings::default();
            named.note(&format!("/attempts/{id}/{file}"));
            assert_eq!(named.holds(&id.parse().unwrap()), expected, "{file}");
        }
        let named = NamedDrawings::default();
        for path in ["/", "/attempts/", "/attempts/x/drawing.png", "/prompts/pelican-41c826e0.html"] {
            named.note(path);
        }
        assert!(named.0.lock().unwrap().is_empty());
    }
}
