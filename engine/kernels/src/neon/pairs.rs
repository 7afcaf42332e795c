//! Products of two rows of weights with two of activations at once, by `smmla`. The numbers and their order are those of
//! `product.rs`; only what stands beside what in a register differs.
#![expect(
    unsafe_code,
    reason = "vector instructions; `quantized_product` is reached only through the kernel table"
)]

use std::arch::aarch64::*;

use super::byte_products::smmla;
use super::product::{added_to_whole, dotprod, total, with_offsets};
use super::registers::{floats, signed_bytes, store_bytes, store_floats, transpose};
use super::unpack::{Codes, Scales, Superblock, both_parts, has_runs, offsets, unpack_two_rows};
use crate::QuantizedBlock;
use crate::activations::{WHOLE, group_at, lane};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;

/// A superblock of two rows of weights: for each half of each group eight codes of one, then eight of the other.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Pair {
    codes: [[[i8; 16]; 2]; 16],
    /// In the order of [`QuantizedBlock`], of each run or group those of both rows, twice: a b a b.
    scales: [[f32; 4]; 16],
    /// Of each row.
    offsets: [[f32; 16]; 2],
}

impl Pair {
    const ZERO: Pair = Pair { codes: [[[0; 16]; 2]; 16], scales: [[0.0; 4]; 16], offsets: [[0.0; 16]; 2] };

    /// Weights are brought side by side while they are packed.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn fill<const N: usize, F: Codes<N>>(
        &mut self,
        first: &Superblock<N, F>,
        second: &Superblock<N, F>,
    ) {
        for (half, to) in self.codes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let [lower, upper] = both_parts(&first.packed[half], &second.packed[half], &first.codes);
            for (to, (lower, upper)) in to.iter_mut().zip(lower.into_iter().zip(upper)) {
                store_bytes(&mut to[0], lower);
                store_bytes(&mut to[1], upper);
            }
        }
        match (first.scales, second.scales) {
            (Scales::Runs(first), Scales::Runs(second)) => self.fill_scales(first, second),
            (Scales::Groups(first), Scales::Groups(second)) => self.fill_scales(first, second),
            _ => unreachable!("rows of one type"),
        }
        first.offsets.store(&mut self.offsets[0]);
        second.offsets.store(&mut self.offsets[1]);
    }

    #[target_feature(enable = "neon")]
    #[inline]
    fn fill_scales<const N: usize>(&mut self, first: [float32x4_t; N], second: [float32x4_t; N]) {
        let fours = self.scales.as_chunks_mut::<4>().0.iter_mut().zip(first.into_iter().zip(second));
        for (to, (a, b)) in fours {
            let [low, high] = [vzip1q_f32(a, b), vzip2q_f32(a, b)].map(|both| vreinterpretq_f64_f32(both));
            let twice = [vzip1q_f64(low, low), vzip2q_f64(low, low), vzip1q_f64(high, high), vzip2q_f64(high, high)];
            for (to, both) in to.iter_mut().zip(twice) {
                store_floats(to, vreinterpretq_f32_f64(both));
            }
        }
    }
}

/// A block of two rows of activations, as [`Pair`] has weights.
struct Both {
    codes: [[[i8; 16]; 2]; 16],
    /// In the order of [`QuantizedBlock`]: a a b b.
    scales: [[f32; 4]; 16],
}

impl Both {
    #[target_feature(enable = "neon")]
    fn of(first: &QuantizedBlock, second: &QuantizedBlock) -> Both {
        let mut both = Both { codes: [[[0; 16]; 2]; 16], scales: [[0.0; 4]; 16] };
        let halves = first.codes.as_chunks::<16>().0.iter().zip(second.codes.as_chunks::<16>().0);
        for (i, (a, b)) in halves.enumerate() {
            // A half of a group, and the same half of the group eight further.
            let [a, b] = [a, b].map(|codes| vreinterpretq_s64_s8(signed_bytes(codes)));
            store_bytes(&mut both.codes[i / 2][i % 2], vreinterpretq_s8_s64(vzip1q_s64(a, b)));
            store_bytes(&mut both.codes[8 + i / 2][i % 2], vreinterpretq_s8_s64(vzip2q_s64(a, b)));
        }
        let scales = first.scales.iter().zip(&second.scales);
        both.scales.iter_mut().zip(scales).for_each(|(to, (&a, &b))| *to = [a, a, b, b]);
        both
    }
}

/// See [`crate::Kernels::quantized_product`].
pub(super) fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    assert_eq!(rows.len(), out.len());
    if rows.len() < 2 {
        return dotprod::quantized_product(kind, weights, row_bytes, rows, out);
    }
    // SAFETY: the table is handed out only where `kernels` found these features.
    unsafe { by_pairs(kind, weights, row_bytes, rows, out) };
    // A last row of weights that has no other beside it.
    let whole = weights.len() / row_bytes / 2 * 2;
    let mut rest: Vec<&mut [f32]> = out.iter_mut().map(|out| &mut out[whole..]).collect();
    dotprod::quantized_product(kind, &weights[whole * row_bytes..], row_bytes, rows, &mut rest);
}

#[target_feature(enable = "neon,dotprod,i8mm")]
fn by_pairs(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let mut pairs = vec![Pair::ZERO; row_bytes.div_ceil(superblock_bytes(kind))];
    // A last row of activations meets the weights twice, and is asked once.
    let of_rows = |rows: &[&[QuantizedBlock]]| {
        let both = rows[0].iter().zip(rows[rows.len() - 1]).take(pairs.len());
        both.map(|(a, b)| Both::of(a, b)).collect()
    };
    let activations: Vec<Vec<Both>> = rows.chunks(2).map(of_rows).collect();
    for (j, both) in weights.chunks_exact(2 * row_bytes).enumerate() {
        unpack_two_rows(kind, [&both[..row_bytes], &both[row_bytes..]], &mut pairs);
        let groups = rows.chunks(4).zip(activations.chunks(2)).zip(out.chunks_mut(4));
        for ((rows, activations), out) in groups {
            let mut products = [[vdupq_n_f32(0.0); 4]; 2];
            match (activations, has_runs(kind)) {
                ([a, b], true) => products = multiply::<_, true>(&pairs, [a, b]),
                ([a, b], false) => products = multiply::<_, false>(&pairs, [a, b]),
                ([a], true) => [products[0]] = multiply::<_, true>(&pairs, [a]),
                ([a], false) => [products[0]] = multiply::<_, false>(&pairs, [a]),
                _ => unreachable!("two pairs at most"),
            }
            for (r, (row, out)) in rows.iter().zip(out).enumerate() {
                for w in 0..2 {
                    let made = products[r / 2][r % 2 * 2 + w];
                    out[2 * j + w] = total([made, of_offsets(kind, &pairs, w, row)], offsets(kind));
                }
            }
        }
    }
}

/// The first sums of each pair of rows: the first row of activations with both of weights, then the second.
#[target_feature(enable = "neon,dotprod,i8mm")]
#[inline(never)]
fn multiply<const PAIRS: usize, const RUNS: bool>(
    weights: &[Pair],
    activations: [&Vec<Both>; PAIRS],
) -> [[float32x4_t; 4]; PAIRS] {
    let start = vdupq_n_s32(WHOLE.to_bits().cast_signed());
    // One for each of four groups or runs whose sums stand together elsewhere.
    let mut sums = [[vdupq_n_f32(0.0); 4]; PAIRS];
    for (i, w) in weights.iter().enumerate() {
        let products = |group: usize, w: [int8x16_t; 2], x: &Both| {
            let products = smmla(start, signed_bytes(&x.codes[group][0]), w[0]);
            added_to_whole(smmla(products, signed_bytes(&x.codes[group][1]), w[1]))
        };
        let codes = |group: usize| w.codes[group].each_ref().map(|half| signed_bytes(half));
        // Written out, so that every sum has its register.
        macro_rules! each {
            ($run:ident $($place:literal)*) => {
                $({
                    const EVEN: usize = group_at($place / 4 * 8 + $place % 4);
                    const ODD: usize = EVEN + 1;
                    let (even, odd, scales) = (codes(EVEN), codes(ODD), floats(&w.scales[$place]));
                    for (sums, x) in sums.iter_mut().zip(activations) {
                        let x = &x[i];
                        let both = vmulq_f32(products(EVEN, even, x), floats(&x.scales[lane(EVEN)]));
                        let both = vfmaq_f32(both, products(ODD, odd, x), floats(&x.scales[lane(ODD)]));
                        sums[$place % 4] = vfmaq_f32(sums[$place % 4], both, scales);
                    }
                })*
            };
            ($($place:literal)*) => {
                $({
                    const GROUP: usize = group_at($place);
                    let (codes, scales) = (codes(GROUP), floats(&w.scales[$place]));
                    for (sums, x) in sums.iter_mut().zip(activations) {
                        let x = &x[i];
                        let scales = vmulq_f32(scales, floats(&x.scales[$place]));
                        sums[$place % 4] = vfmaq_f32(sums[$place % 4], products(GROUP, codes, x), scales);
                    }
                })*
            };
        }
        if RUNS {
            each!(run 0 1 2 3 4 5 6 7);
        } else {
            each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        }
    }
    sums.map(|sums| transpose(sums))
}

/// The last sum of a row of weights with one of activations.
#[target_feature(enable = "neon,dotprod")]
#[inline]
fn of_offsets(kind: TensorType, weights: &[Pair], row_of_pair: usize, row: &[QuantizedBlock]) -> float32x4_t {
    let mut sums = vdupq_n_f32(0.0);
    if offsets(kind) != super::unpack::Offsets::None {
        for (w, x) in weights.iter().zip(row) {
            let stored = &w.offsets[row_of_pair];
            let taken = if has_runs(kind) { Scales::of_runs(stored) } else { Scales::of_groups(stored) };
            sums = with_offsets(sums, taken, x);
        }
    }
    sums
}
