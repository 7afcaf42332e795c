//! How much of what was shown before is kept.

use std::collections::VecDeque;

/// Drops what was shown longest ago, the last in the row, until the others take no more than so many bytes; the latest
/// stays.
pub(super) fn forget<T>(kept: &mut VecDeque<T>, most: usize, bytes: impl Fn(&T) -> usize) {
    while kept.len() > 1 && kept.iter().map(&bytes).sum::<usize>() > most {
        kept.pop_back();
    }
}
