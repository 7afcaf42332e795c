//! Products of two rows of weights with two of activations at once, by `smmla`. The numbers and their order are those of
//! `product.rs`; only what stands beside what in a register differs.
#![expect(
    unsafe_code,
    reason = "vector instructions; `quantized_product` is reached only through the kernel table"
)]

use std::arch::aarch64::*;

use super::byte_products::smmla;
use super::product::{dotprod, nothing, total};
use super::registers::{floats, signed_bytes, sixteen_floats, sixteen_groups, store_bytes, transpose};
use super::unpack::{Offsets, StoredSuperblock, offsets, room_for_row, unpack_row};
use crate::QuantizedBlock;
use crate::quant::TensorType;

/// A superblock of two rows: for each half of each group eight codes of one, then eight of the other.
#[derive(Clone)]
#[repr(align(64))]
struct Pair {
    codes: [[[i8; 16]; 2]; 16],
    /// Of each group, in the order in which products come out: see `of_weights` and `of_activations`.
    scales: [[f32; 4]; 16],
}

impl Pair {
    const ZERO: Pair = Pair { codes: [[[0; 16]; 2]; 16], scales: [[0.0; 4]; 16] };

    #[target_feature(enable = "neon")]
    #[inline]
    fn fill_codes(&mut self, first: &[i8; 256], second: &[i8; 256]) {
        let groups = sixteen_groups(first).into_iter().zip(sixteen_groups(second));
        for (to, (first, second)) in self.codes.iter_mut().zip(groups) {
            let [a, b] = [first, second].map(|codes| vreinterpretq_s64_s8(codes));
            store_bytes(&mut to[0], vreinterpretq_s8_s64(vzip1q_s64(a, b)));
            store_bytes(&mut to[1], vreinterpretq_s8_s64(vzip2q_s64(a, b)));
        }
    }

    /// Weights: a a b b.
    #[target_feature(enable = "neon")]
    #[inline]
    fn of_weights(&mut self, first: &StoredSuperblock, second: &StoredSuperblock) {
        self.fill_codes(&first.codes, &second.codes);
        let scales = first.scales.iter().zip(&second.scales);
        self.scales.iter_mut().zip(scales).for_each(|(to, (&a, &b))| *to = [a, a, b, b]);
    }

    /// Activations: a b a b.
    #[target_feature(enable = "neon")]
    fn of_activations(first: &QuantizedBlock, second: &QuantizedBlock) -> Pair {
        let mut pair = Pair::ZERO;
        pair.fill_codes(&first.codes, &second.codes);
        let scales = first.scales.iter().zip(&second.scales);
        pair.scales.iter_mut().zip(scales).for_each(|(to, (&a, &b))| *to = [a, b, a, b]);
        pair
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
    let [mut first, mut second] = [room_for_row(kind, row_bytes), room_for_row(kind, row_bytes)];
    let mut pairs = vec![Pair::ZERO; first.len()];
    // A last row of activations meets the weights twice, and is asked once.
    let of_rows = |rows: &[&[QuantizedBlock]]| {
        let both = rows[0].iter().zip(rows[rows.len() - 1]).take(pairs.len());
        both.map(|(a, b)| Pair::of_activations(a, b)).collect()
    };
    let activations: Vec<Vec<Pair>> = rows.chunks(2).map(of_rows).collect();
    for (j, both) in weights.chunks_exact(2 * row_bytes).enumerate() {
        unpack_row(kind, &both[..row_bytes], &mut first);
        unpack_row(kind, &both[row_bytes..], &mut second);
        for ((pair, first), second) in pairs.iter_mut().zip(&first).zip(&second) {
            pair.of_weights(first, second);
        }
        let groups = rows.chunks(4).zip(activations.chunks(2)).zip(out.chunks_mut(4));
        for ((rows, activations), out) in groups {
            let mut products = [[[vdupq_n_f32(0.0); 2]; 4]; 2];
            match activations {
                [a, b] => products = multiply(&pairs, [a, b]),
                [a] => [products[0]] = multiply(&pairs, [a]),
                _ => unreachable!("two pairs at most"),
            }
            for (r, (row, out)) in rows.iter().zip(out).enumerate() {
                for (w, weights) in [&first, &second].into_iter().enumerate() {
                    let made = products[r / 2][2 * w + r % 2];
                    out[2 * j + w] = total(made, of_offsets(weights, row, offsets(kind)), offsets(kind));
                }
            }
        }
    }
}

/// The first two sums of each pair of rows: first weights with both activations, second weights with both.
#[target_feature(enable = "neon,dotprod,i8mm")]
#[inline(never)]
fn multiply<const PAIRS: usize>(
    weights: &[Pair],
    activations: [&Vec<Pair>; PAIRS],
) -> [[[float32x4_t; 2]; 4]; PAIRS] {
    // Of groups that are a multiple of four apart, those below 8 and those from 8 on.
    let mut sums = [[[vdupq_n_f32(0.0); 4]; 2]; PAIRS];
    for (i, w) in weights.iter().enumerate() {
        // Written out, so that every sum has its register.
        macro_rules! each_group {
            ($($group:literal)*) => {
                $({
                    let [first, second] = [0, 1].map(|half| signed_bytes(&w.codes[$group][half]));
                    let scales = floats(&w.scales[$group]);
                    for (sums, x) in sums.iter_mut().zip(activations) {
                        let x = &x[i];
                        let products = smmla(vdupq_n_s32(0), first, signed_bytes(&x.codes[$group][0]));
                        let products = smmla(products, second, signed_bytes(&x.codes[$group][1]));
                        let scales = vmulq_f32(scales, floats(&x.scales[$group]));
                        let sum = &mut sums[$group / 8][$group % 4];
                        *sum = vfmaq_f32(*sum, vcvtq_f32_s32(products), scales);
                    }
                })*
            };
        }
        each_group!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }
    sums.map(|[lower, upper]| {
        let (lower, upper) = (transpose(lower), transpose(upper));
        std::array::from_fn(|product| [lower[product], upper[product]])
    })
}

/// The last two sums of a row of weights with one of activations.
#[target_feature(enable = "neon,dotprod")]
#[inline]
fn of_offsets(weights: &[StoredSuperblock], row: &[QuantizedBlock], offsets: Offsets) -> [float32x4_t; 2] {
    let mut sums = nothing();
    if offsets != Offsets::None {
        for (w, x) in weights.iter().zip(row) {
            dotprod::add_offsets(&mut sums, sixteen_floats(&w.offsets), x);
        }
    }
    [sums[2], sums[3]]
}
