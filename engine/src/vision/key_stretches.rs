//! The keys and values of a head, laid out in stretches so that a tower's attention meets full registers.

use std::ops::Range;

/// Keys of a stretch.
pub(super) const STRETCH: usize = 64;
/// Numbers to a multiple of which rows are filled up with zeros, so that registers are full.
pub(super) const FULL: usize = 16;

/// The shape of a tower's attention.
#[derive(Debug, Clone, Copy)]
pub(super) struct TowerHeads {
    pub(super) count: usize,
    /// Numbers of a head.
    pub(super) size: usize,
    /// Multiplies the scores.
    pub(super) scale: f32,
}

/// Queries, keys and values: a row of all heads for each patch.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadRows<'a> {
    pub(super) queries: &'a [f32],
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
}

/// Room for the keys and values of one head.
#[derive(Debug, Default)]
pub(super) struct HeadScratch {
    keys: Vec<f32>,
    values: Vec<f32>,
    /// The size of a head and the stretches for which there is room.
    layout: (usize, Vec<Range<usize>>),
}

/// Patches one after another that are seen together, of one head.
pub(super) struct KeyStretch<'a> {
    pub(super) patches: Range<usize>,
    /// Number d of every key, those of one d together.
    pub(super) keys: &'a mut [f32],
    /// The values one after another.
    pub(super) values: &'a mut [f32],
}

/// Room for each stretch of `patches` patches in all.
pub(super) fn stretches<'a>(
    heads: TowerHeads,
    windows: &[Range<usize>],
    patches: usize,
    scratch: &'a mut HeadScratch,
) -> Vec<KeyStretch<'a>> {
    let full = heads.size.next_multiple_of(FULL);
    let cut = |window: &Range<usize>| {
        let end = window.end;
        window.clone().step_by(STRETCH).map(move |begin| begin..(begin + STRETCH).min(end))
    };
    let all: Vec<Range<usize>> = windows.iter().flat_map(cut).collect();
    let wide: usize = all.iter().map(|patches| patches.len().next_multiple_of(FULL)).sum();
    let HeadScratch { keys, values, layout } = scratch;
    let wanted = (heads.size, all.clone());
    if *layout != wanted {
        // What fills rows and columns up stands elsewhere in every layout; in one, nothing else is written there.
        keys.clear();
        values.clear();
        *layout = wanted;
    }
    keys.resize(wide * full, 0.0);
    values.resize(patches * full, 0.0);
    let (mut keys, mut values) = (keys.as_mut_slice(), values.as_mut_slice());
    let mut stretches = Vec::with_capacity(all.len());
    for patches in all {
        let (own_keys, rest) = keys.split_at_mut(patches.len().next_multiple_of(FULL) * full);
        let (own_values, others) = values.split_at_mut(patches.len() * full);
        (keys, values) = (rest, others);
        stretches.push(KeyStretch { patches, keys: own_keys, values: own_values });
    }
    stretches
}

impl KeyStretch<'_> {
    /// Columns of its keys.
    pub(super) fn wide(&self) -> usize {
        self.patches.len().next_multiple_of(FULL)
    }

    /// Takes the keys and values of its patches, of one head.
    pub(super) fn fill(&mut self, heads: TowerHeads, head: usize, rows: HeadRows<'_>) {
        let (of_row, wide) = (heads.count * heads.size, self.wide());
        let full = heads.size.next_multiple_of(FULL);
        for (i, patch) in self.patches.clone().enumerate() {
            let numbers = patch * of_row + head * heads.size..patch * of_row + (head + 1) * heads.size;
            let column = self.keys[i..].iter_mut().step_by(wide);
            column.zip(&rows.keys[numbers.clone()]).for_each(|(to, key)| *to = *key);
            self.values[i * full..][..heads.size].copy_from_slice(&rows.values[numbers]);
        }
    }
}
