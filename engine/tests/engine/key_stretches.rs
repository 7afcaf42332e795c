//! The layout of a head's keys and values in a tower's attention.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/vision/key_stretches.rs"]
mod layout;

use std::ops::Range;

use layout::{FULL, HeadRows, HeadScratch, TowerHeads, stretches};

/// The numbers of every stretch of 40 patches with heads of 20 numbers, filled up: keys and values.
fn laid_out(
    windows: &[Range<usize>],
    numbers: &[f32],
    scratch: &mut HeadScratch,
) -> Vec<(Vec<f32>, Vec<f32>)> {
    let heads = TowerHeads { count: 1, size: 20, scale: 0.2 };
    let rows = HeadRows { queries: numbers, keys: numbers, values: numbers };
    let mut laid_out = stretches(heads, windows, 40, scratch);
    laid_out.iter_mut().for_each(|stretch| stretch.fill(heads, 0, rows));
    laid_out.iter().map(|stretch| (stretch.keys.to_vec(), stretch.values.to_vec())).collect()
}

#[test]
fn numbers_of_another_layout_leave_no_trace() {
    let numbers: Vec<f32> = (1_u16..=40 * 20).map(f32::from).collect();
    let windows = [0..3, 3..23, 23..40];
    let mut scratch = HeadScratch::default();
    laid_out(std::slice::from_ref(&(0..40)), &[f32::INFINITY; 40 * 20], &mut scratch);
    let after = laid_out(&windows, &numbers, &mut scratch);
    assert_eq!(after, laid_out(&windows, &numbers, &mut HeadScratch::default()));
    // All numbers are there, and what fills up is zero.
    for (window, (keys, values)) in windows.iter().zip(&after) {
        assert_eq!(keys.len(), 20_usize.next_multiple_of(FULL) * window.len().next_multiple_of(FULL));
        let mut own = numbers[window.start * 20..window.end * 20].to_vec();
        for laid_out in [keys, values] {
            let mut found: Vec<f32> = laid_out.iter().copied().filter(|x| *x != 0.0).collect();
            found.sort_unstable_by(f32::total_cmp);
            own.sort_unstable_by(f32::total_cmp);
            assert_eq!(found, own);
        }
    }
}
