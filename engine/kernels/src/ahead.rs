//! Asking for weights ahead of their use.

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// How far ahead weights are asked for: the processor's own prefetcher stops at the end of a page, and a row of
/// weights is seldom longer than that.
const DISTANCE: usize = 4096;

/// The weights that are asked for while the row that begins at `at` is read.
pub(crate) fn after(weights: &[u8], at: usize) -> &[u8] {
    weights.get(at + DISTANCE..).unwrap_or_default()
}

/// Asks for the `BYTES` bytes at `at`, as far as they are there.
#[target_feature(enable = "sse")]
#[inline]
pub(crate) fn ask<const BYTES: usize>(bytes: &[u8], at: usize) {
    let Some(bytes) = bytes.get(at..at + BYTES) else { return };
    for line in 0..BYTES.div_ceil(64) {
        _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(line * 64).cast());
    }
}
