//! Drawings that a voter was shown with their makers' names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pelicycle_judge::Competition;
use pelicycle_record::{Attempt, Id};

/// Drawings that somebody opened beside their makers' names, shared by all sessions of a gallery. A look is much like its first
/// attempt and hangs beside it, so whoever opened the one knows the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedDrawings(Arc<Mutex<Named>>);

#[derive(Debug, Default)]
struct Named {
    opened: BTreeSet<Id>,
    /// By attempt, the first attempt that it is a look at, or itself.
    firsts: BTreeMap<Id, Id>,
}

/// The attempt of which a file at this path of a gallery shows the drawing and the name: its page, or its picture in full size.
/// The small pictures of walls are none of that.
pub(super) fn opened_at(path: &str) -> Option<Id> {
    let (id, file) = path.strip_prefix("/attempts/")?.split_once('/')?;
    let small = file.ends_with("-small.png") || file.ends_with("-tiny.png");
    if small { None } else { id.parse().ok() }
}

impl NamedDrawings {
    /// Notes that a drawing was opened.
    pub(super) fn note(&self, attempt: Id) {
        self.lock().opened.insert(attempt);
    }

    /// Takes in which attempts are looks at which.
    pub(super) fn learn<'a>(&self, attempts: impl Iterator<Item = &'a Attempt>) {
        let firsts = attempts.map(|attempt| {
            let first = attempt.look.as_ref().map_or(&attempt.id, |look| &look.first);
            (attempt.id.clone(), first.clone())
        });
        self.lock().firsts.extend(firsts);
    }

    /// Whether it is known which first attempt this one is of.
    pub(super) fn knows(&self, attempt: &Id) -> bool {
        self.lock().firsts.contains_key(attempt)
    }

    pub(super) fn holds(&self, attempt: &Id) -> bool {
        let named = self.lock();
        named.opened.iter().any(|opened| named.first(opened) == named.first(attempt))
    }

    /// Their places in a competition.
    pub(super) fn among(&self, competition: &Competition) -> BTreeSet<usize> {
        let named = self.lock();
        let opened: BTreeSet<&Id> = named.opened.iter().map(|opened| named.first(opened)).collect();
        let drawings = competition.drawings.iter().enumerate();
        drawings
            .filter(|(_, drawing)| opened.contains(named.first(&drawing.id)))
            .map(|(place, _)| place)
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Named> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Named {
    fn first<'a>(&'a self, attempt: &'a Id) -> &'a Id {
        self.firsts.get(attempt).unwrap_or(attempt)
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
            let opened = opened_at(&format!("/attempts/{id}/{file}"));
            assert_eq!(opened, expected.then(|| id.parse().unwrap()), "{file}");
        }
        for path in ["/", "/attempts/", "/attempts/x/drawing.png", "/prompts/pelican-41c826e0.html"] {
            assert_eq!(opened_at(path), None, "{path}");
        }
    }
}
