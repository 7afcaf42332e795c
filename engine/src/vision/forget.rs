//! How much of what was shown before is kept.

use std::collections::VecDeque;

/// Drops what was shown longest ago, the last in the row, until the others take no more than so many bytes of pixels and of
/// rows; the latest stays.
pub(super) fn forget<P, R>(
    kept: &mut VecDeque<(P, R)>,
    most: usize,
    pixels: impl Fn(&P) -> usize,
    rows: impl Fn(&R) -> usize,
) {
    let bytes = |one: &(P, R)| pixels(&one.0) + rows(&one.1);
    while kept.len() > 1 && kept.iter().map(bytes).sum::<usize>() > most {
        kept.pop_back();
    }
}
