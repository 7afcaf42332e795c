//! Products of two rows of weights with two of activations at once, by `smmla`. The numbers and their order are those of
//! `product.rs`; only what stands beside what in a register differs.
#![expect(
    unsafe_code,
    reason = "vector instructions; `quantized_product` is reached only through the kernel table"
)]

use std::arch::aarch64::*;

use super::byte_products::smmla;
use super::product::{added_to_whole, dotprod, total, with_offsets};
use super::registers::{floats, four_registers, signed_bytes, store_bytes, store_floats, transpose};
use super::unpack::{SuperblockOffsets, SuperblockScales, has_runs, offsets, unpack_two_rows};
use crate::QuantizedBlock;
use crate::activations::{WHOLE, group_at};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;

/// A superblock of two rows of weights: of each run of 32, for each half of both groups eight codes of one, then eight of the other.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct RowPair {
    codes: [[[i8; 16]; 4]; 8],
    /// In the order of [`QuantizedBlock`], of each run or group those of both rows, twice: a b a b.
    scales: [[f32; 4]; 16],
    /// Of each row.
    offsets: [[f32; 16]; 2],
}

impl RowPair {
    const ZERO: RowPair =
        RowPair { codes: [[[0; 16]; 4]; 8], scales: [[0.0; 4]; 16], offsets: [[0.0; 16]; 2] };

    /// Codes of eight groups: of each the first half of both rows, and the second.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn store_codes(&mut self, half: usize, [lower, upper]: [[int8x16_t; 8]; 2]) {
        let (runs, _) = self.codes[4 * half..].as_chunks_mut::<4>();
        for (run, to) in runs[0].iter_mut().enumerate() {
            store_bytes(&mut to[0], lower[2 * run]);
            store_bytes(&mut to[1], upper[2 * run]);
            store_bytes(&mut to[2], lower[2 * run + 1]);
            store_bytes(&mut to[3], upper[2 * run + 1]);
        }
    }

    /// Scales of both rows.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn store_scales(&mut self, scales: [SuperblockScales; 2]) {
        match scales {
            [SuperblockScales::Runs([a, b]), SuperblockScales::Runs([c, d])] => {
                self.store_four_scales(0, a, c);
                self.store_four_scales(1, b, d);
            }
            [SuperblockScales::Groups([a, b, c, d]), SuperblockScales::Groups([e, f, g, h])] => {
                self.store_four_scales(0, a, e);
                self.store_four_scales(1, b, f);
                self.store_four_scales(2, c, g);
                self.store_four_scales(3, d, h);
            }
            _ => unreachable!("rows of one type"),
        }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    fn store_four_scales(&mut self, four: usize, first: float32x4_t, second: float32x4_t) {
        let to = &mut self.scales.as_chunks_mut::<4>().0[four];
        let [low, high] = [vzip1q_f32(first, second), vzip2q_f32(first, second)];
        let [low, high] = [vreinterpretq_f64_f32(low), vreinterpretq_f64_f32(high)];
        store_floats(&mut to[0], vreinterpretq_f32_f64(vzip1q_f64(low, low)));
        store_floats(&mut to[1], vreinterpretq_f32_f64(vzip2q_f64(low, low)));
        store_floats(&mut to[2], vreinterpretq_f32_f64(vzip1q_f64(high, high)));
        store_floats(&mut to[3], vreinterpretq_f32_f64(vzip2q_f64(high, high)));
    }

    /// Offsets of both rows.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn store_offsets(&mut self, [first, second]: [SuperblockScales; 2]) {
        first.store(&mut self.offsets[0]);
        second.store(&mut self.offsets[1]);
    }
}

/// A block of two rows of activations, as [`RowPair`] has weights.
struct Both {
    codes: [[[i8; 16]; 4]; 8],
    /// In the order of [`QuantizedBlock`]: a a b b.
    scales: [[f32; 4]; 16],
}

impl Both {
    #[target_feature(enable = "neon")]
    fn of(first: &QuantizedBlock, second: &QuantizedBlock) -> Both {
        let mut both = Both { codes: [[[0; 16]; 4]; 8], scales: [[0.0; 4]; 16] };
        let halves = first.codes.as_chunks::<16>().0.iter().zip(second.codes.as_chunks::<16>().0);
        for (i, (a, b)) in halves.enumerate() {
            // A half of a group, and the same half of the group eight further.
            let [a, b] = [a, b].map(|codes| vreinterpretq_s64_s8(signed_bytes(codes)));
            let group = group_at(i / 4 * 4 + i / 2 % 2 * 2);
            store_bytes(
                &mut both.codes[group / 2][group % 2 * 2 + i % 2],
                vreinterpretq_s8_s64(vzip1q_s64(a, b)),
            );
            store_bytes(
                &mut both.codes[4 + group / 2][group % 2 * 2 + i % 2],
                vreinterpretq_s8_s64(vzip2q_s64(a, b)),
            );
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
    let blocks = row_bytes.div_ceil(superblock_bytes(kind));
    let mut pairs = vec![RowPair::ZERO; 2 * blocks];
    // A last row of activations meets the weights twice, and is asked once.
    let of_rows = |rows: &[&[QuantizedBlock]]| {
        let both = rows[0].iter().zip(rows[rows.len() - 1]).take(blocks);
        both.map(|(a, b)| Both::of(a, b)).collect()
    };
    let activations: Vec<Vec<Both>> = rows.chunks(2).map(of_rows).collect();
    let whole = weights.len() / (2 * row_bytes) * 2 * row_bytes;
    for (j, four) in weights[..whole].chunks(4 * row_bytes).enumerate() {
        let twos = four.chunks(2 * row_bytes);
        let count = twos.len();
        for (two, to) in twos.zip(pairs.chunks_exact_mut(blocks)) {
            unpack_two_rows(kind, [&two[..row_bytes], &two[row_bytes..]], to);
        }
        // Where a second pair of weights is missing, what stands there of others is multiplied and not asked.
        let (first, second) = pairs.split_at(blocks);
        let groups = rows.chunks(4).zip(activations.chunks(2)).zip(out.chunks_mut(4));
        for ((rows, activations), out) in groups {
            let products = products([first, second], activations, has_runs(kind));
            // A row that is missing is another one, and asked once.
            let rows = [0, 1, 2, 3].map(|r| rows[r.min(rows.len() - 1)]);
            for (two, (pairs, products)) in [first, second].into_iter().zip(products).enumerate().take(count)
            {
                let taken = match (offsets(kind), has_runs(kind)) {
                    (SuperblockOffsets::None, _) => [[vdupq_n_f32(0.0); 2]; 4],
                    (_, true) => of_offsets::<true>(pairs, rows),
                    (_, false) => of_offsets::<false>(pairs, rows),
                };
                for (r, (out, taken)) in out.iter_mut().zip(taken).enumerate() {
                    for w in 0..2 {
                        let sums = [products[r / 2][r % 2 * 2 + w], taken[w]];
                        out[4 * j + 2 * two + w] = total(sums, offsets(kind));
                    }
                }
            }
        }
    }
}

/// The first sums of each pair of weights with each of one or two pairs of rows: the first row of activations with both of
/// weights, then the second.
#[target_feature(enable = "neon,dotprod,i8mm")]
#[inline]
fn products(
    weights: [&[RowPair]; 2],
    activations: &[Vec<Both>],
    has_runs: bool,
) -> [[[float32x4_t; 4]; 2]; 2] {
    let mut all = [[[vdupq_n_f32(0.0); 4]; 2]; 2];
    match (activations, has_runs) {
        ([a, b], true) => all = multiply::<_, true>(weights, [a, b]),
        ([a, b], false) => all = multiply::<_, false>(weights, [a, b]),
        ([a], true) => [[all[0][0]], [all[1][0]]] = multiply::<_, true>(weights, [a]),
        ([a], false) => [[all[0][0]], [all[1][0]]] = multiply::<_, false>(weights, [a]),
        _ => unreachable!("two pairs at most"),
    }
    all
}

/// One of four groups or runs whose sums stand together elsewhere after another: the sums of one have room in registers.
#[target_feature(enable = "neon,dotprod,i8mm")]
#[inline(never)]
fn multiply<const PAIRS: usize, const RUNS: bool>(
    weights: [&[RowPair]; 2],
    activations: [&[Both]; PAIRS],
) -> [[[float32x4_t; 4]; PAIRS]; 2] {
    let quarters = [
        quarter::<PAIRS, RUNS, 0>(weights, activations),
        quarter::<PAIRS, RUNS, 1>(weights, activations),
        quarter::<PAIRS, RUNS, 2>(weights, activations),
        quarter::<PAIRS, RUNS, 3>(weights, activations),
    ];
    [0, 1].map(|w| std::array::from_fn(|x| transpose(quarters.map(|sums| sums[w][x]))))
}

#[target_feature(enable = "neon,dotprod,i8mm")]
#[inline]
fn quarter<const PAIRS: usize, const RUNS: bool, const QUARTER: usize>(
    weights: [&[RowPair]; 2],
    activations: [&[Both]; PAIRS],
) -> [[float32x4_t; PAIRS]; 2] {
    let start = vdupq_n_s32(WHOLE.to_bits().cast_signed());
    let products =
        |w: [int8x16_t; 2], x: [int8x16_t; 2]| added_to_whole(smmla(smmla(start, x[0], w[0]), x[1], w[1]));
    let mut sums = [[vdupq_n_f32(0.0); PAIRS]; 2];
    let activations = activations.map(|x| &x[..weights[0].len()]);
    for (i, pairs) in weights[0].iter().zip(weights[1]).enumerate() {
        // Written out, so that every sum has its register.
        macro_rules! each {
            ($($half:literal)*) => {
                $({
                    let even = const { 8 * $half + QUARTER };
                    let (odd, run) = (even + 4, const { 4 * $half + QUARTER });
                    let codes = [pairs.0, pairs.1].map(|w| four_registers(&w.codes[group_at(even) / 2]));
                    let scales = |at: usize| [pairs.0, pairs.1].map(|w| floats(&w.scales[at]));
                    let (w_scales, w_scales_too) = (scales(if RUNS { run } else { even }), scales(odd));
                    for (x, activations) in activations.into_iter().enumerate() {
                        let both = &activations[i];
                        let [e, f, g, h] = four_registers(&both.codes[group_at(even) / 2]);
                        let (even_scales, odd_scales) = (floats(&both.scales[even]), floats(&both.scales[odd]));
                        for (w, [a, b, c, d]) in codes.into_iter().enumerate() {
                            let (of_even, of_odd) = (products([a, b], [e, f]), products([c, d], [g, h]));
                            let sum = &mut sums[w][x];
                            if RUNS {
                                let both = vfmaq_f32(vmulq_f32(of_even, even_scales), of_odd, odd_scales);
                                *sum = vfmaq_f32(*sum, both, w_scales[w]);
                            } else {
                                *sum = vfmaq_f32(*sum, of_even, vmulq_f32(w_scales[w], even_scales));
                                *sum = vfmaq_f32(*sum, of_odd, vmulq_f32(w_scales_too[w], odd_scales));
                            }
                        }
                    }
                })*
            };
        }
        each!(0 1);
    }
    sums
}

/// The last sums of each row of activations with both of weights.
#[target_feature(enable = "neon")]
#[inline(never)]
fn of_offsets<const RUNS: bool>(weights: &[RowPair], rows: [&[QuantizedBlock]; 4]) -> [[float32x4_t; 2]; 4] {
    let mut sums = [[vdupq_n_f32(0.0); 2]; 4];
    let rows = rows.map(|row| &row[..weights.len()]);
    for (i, w) in weights.iter().enumerate() {
        let offsets = w.offsets.each_ref().map(|stored| SuperblockScales::stored(stored, RUNS));
        for (sums, row) in sums.iter_mut().zip(rows) {
            sums.iter_mut()
                .zip(offsets)
                .for_each(|(sum, offsets)| *sum = with_offsets(*sum, offsets, &row[i]));
        }
    }
    sums
}
