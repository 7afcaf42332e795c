//! Asking for weights ahead of their use.

use std::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};

/// The distance in bytes at which weights are asked for ahead: the processor's own prefetcher stops at the end of a
/// page, and a row of weights is seldom longer than that.
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

/// Weights that are asked for a share at a time, while those before them are multiplied: they come into the second cache, and
/// leave the nearest to those.
pub(crate) struct PrefetchShares<'a> {
    rest: &'a [u8],
    share: usize,
}

impl<'a> PrefetchShares<'a> {
    /// Of `bytes`, in at most so many shares of whole cache lines.
    pub(crate) fn new(bytes: &'a [u8], shares: usize) -> PrefetchShares<'a> {
        PrefetchShares { rest: bytes, share: bytes.len().div_ceil(shares.max(1)).next_multiple_of(64) }
    }

    /// Asks for the next share, if there is one.
    #[target_feature(enable = "sse")]
    #[inline]
    pub(crate) fn ask(&mut self) {
        let (now, later) = self.rest.split_at(self.share.min(self.rest.len()));
        for line in now.chunks(64) {
            _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast());
        }
        self.rest = later;
    }
}
