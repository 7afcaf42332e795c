//! The patches of a picture, in the order in which a tower takes them.

use std::ops::Range;

/// Pixels of a window's side, in towers whose patches see those of their window alone: a constant of the family.
const WINDOW: usize = 112;

/// Patches that pass through a matrix together: few enough that they stay near while all its rows go by, and many enough
/// that unpacking those costs little.
pub(super) const CHUNK: usize = 256;

/// The patches of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PatchGrid {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The line and column of each patch, in order: from the top left to the bottom right, or window by window.
    pub(super) places: Vec<(usize, usize)>,
    /// Patches that stand in a window together, in order.
    pub(super) windows: Vec<Range<usize>>,
    /// The place in that order of each patch from the top left.
    order: Vec<usize>,
}

impl PatchGrid {
    /// In windows of so many patches a side, or as one.
    pub(super) fn new(rows: usize, columns: usize, window: Option<usize>) -> PatchGrid {
        let (mut places, mut windows) = (Vec::with_capacity(rows * columns), Vec::new());
        let (high, wide) = window.map_or((rows, columns), |side| (side, side));
        for top in (0..rows).step_by(high) {
            for left in (0..columns).step_by(wide) {
                let begin = places.len();
                for row in top..(top + high).min(rows) {
                    places.extend((left..(left + wide).min(columns)).map(|column| (row, column)));
                }
                windows.push(begin..places.len());
            }
        }
        let mut order = vec![0; rows * columns];
        places.iter().enumerate().for_each(|(i, (row, column))| order[row * columns + column] = i);
        PatchGrid { rows, columns, places, windows, order }
    }

    /// Patches of a window's side, of which whole tokens stand in a window.
    pub(super) fn window_side(patch: usize, merge: usize) -> usize {
        (WINDOW / patch / merge).max(1) * merge
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// For each token, from the top left, the places of its `side` × `side` patches, from their top left.
    pub(super) fn blocks(&self, side: usize) -> Vec<Vec<usize>> {
        let tokens = (0..self.rows / side).flat_map(|y| (0..self.columns / side).map(move |x| (y, x)));
        let block = |(y, x): (usize, usize)| {
            let patches = (0..side).flat_map(|iy| (0..side).map(move |ix| (y * side + iy, x * side + ix)));
            patches.map(|(row, column)| self.order[row * self.columns + column]).collect()
        };
        tokens.map(block).collect()
    }
}
