//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
//!
//! An output is the sum of the numbers of two registers, whatever made them: products of the codes are added to the first,
//! four groups of 16 to a register, products of the offsets to the second. Where weights have a scale for 32, a group and
//! the one beside it meet before that scale.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::aarch64::*;

use super::registers::{floats, four_registers, sixteen_floats};
use super::unpack::{OrderedSuperblock, SuperblockOffsets, SuperblockScales};
use crate::QuantizedBlock;
use crate::activations::WHOLE;

/// The registers in which an output is summed.
pub(super) type Sums = [float32x4_t; 2];

/// No sum yet.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn nothing() -> Sums {
    [vdupq_n_f32(0.0); 2]
}

/// The output that sums make.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn total([products, of_offsets]: Sums, offsets: SuperblockOffsets) -> f32 {
    let mut sums = products;
    if offsets != SuperblockOffsets::None {
        sums = vfmaq_n_f32(sums, of_offsets, -offsets.factor());
    }
    let pairs = vpaddq_f32(sums, sums);
    vpadds_f32(vget_low_f32(pairs))
}

/// The integers from which sums of products of two groups start. With what they add up to, a whole number that was added to
/// its bits is a float of that much: what is made in one instruction on any unit is not converted by another on few.
#[target_feature(enable = "neon")]
#[inline]
fn start() -> int32x4_t {
    vreinterpretq_s32_u64(vdupq_n_u64(WHOLE.to_bits() as u64))
}

/// The whole number that was added to the bits of [`WHOLE`].
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn added_to_whole(sums: int32x4_t) -> float32x4_t {
    vsubq_f32(vreinterpretq_f32_s32(sums), vdupq_n_f32(WHOLE))
}

/// Adds products of 256 weights of each row of them, `bytes` being those of two groups eight apart.
#[target_feature(enable = "neon")]
#[inline]
fn add<const W: usize>(
    sums: &mut [Sums; W],
    weights: &[OrderedSuperblock; W],
    has_offsets: bool,
    x: &QuantizedBlock,
    bytes: impl Fn(int32x4_t, [int8x16_t; 2], [int8x16_t; 2]) -> int32x4_t,
) {
    let start = start();
    let (x_codes, _) = x.codes.as_chunks::<16>().0.as_chunks::<4>();
    let x_scales = sixteen_floats(&x.scales);
    let four_groups = |[a, b, c, d]: [int8x16_t; 4], [e, f, g, h]: [int8x16_t; 4]| {
        added_to_whole(vpaddq_s32(bytes(start, [a, b], [e, f]), bytes(start, [c, d], [g, h])))
    };
    for (half, of_half) in x_codes.as_chunks::<2>().0.iter().enumerate() {
        let [even_x, odd_x] = of_half.each_ref().map(|codes| four_registers(codes));
        let (even, odd) = (2 * half, 2 * half + 1);
        for (sums, w) in sums.iter_mut().zip(weights) {
            let (of_even, of_odd) = (four_groups(w.codes[even], even_x), four_groups(w.codes[odd], odd_x));
            match w.scales {
                SuperblockScales::Runs(scales) => {
                    let both = vfmaq_f32(vmulq_f32(of_even, x_scales[even]), of_odd, x_scales[odd]);
                    sums[0] = vfmaq_f32(sums[0], both, scales[half]);
                }
                SuperblockScales::Groups(scales) => {
                    sums[0] = vfmaq_f32(sums[0], of_even, vmulq_f32(scales[even], x_scales[even]));
                    sums[0] = vfmaq_f32(sums[0], of_odd, vmulq_f32(scales[odd], x_scales[odd]));
                }
            }
        }
    }
    if has_offsets {
        sums.iter_mut().zip(weights).for_each(|(sums, w)| sums[1] = with_offsets(sums[1], w.offsets, x));
    }
}

/// Adds the products of the offsets of a superblock with the sums of the activations.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn with_offsets(
    mut sums: float32x4_t,
    offsets: SuperblockScales,
    x: &QuantizedBlock,
) -> float32x4_t {
    match offsets {
        SuperblockScales::Runs(offsets) => {
            let (x_sums, _) = x.run_sums.as_chunks();
            for (offsets, x) in offsets.into_iter().zip(x_sums) {
                sums = vfmaq_f32(sums, offsets, floats(x));
            }
        }
        SuperblockScales::Groups(offsets) => {
            for (offsets, x) in offsets.into_iter().zip(sixteen_floats(&x.sums)) {
                sums = vfmaq_f32(sums, offsets, x);
            }
        }
    }
    sums
}

/// Products compiled for `$feature`, with bytes multiplied by `$bytes`.
macro_rules! products {
    (
        $feature:literal, $bytes:path,
        [$($kind:ident $module:ident $unpack:ident,)*] $([$($large:tt)*])*
    ) => {
        use super::{Sums, add, nothing, total};
        use crate::QuantizedBlock;
        use crate::neon::unpack::{
            SuperblockOffsets, StoredSuperblock, filled_up, has_offsets, has_runs, kind_of, offsets, room_for_row, unpack, unpack_row,
        };
        use crate::quant::TensorType;
        use crate::unpack::superblock_bytes;

        /// See [`crate::Kernels::quantized_product`].
        pub(crate) fn quantized_product(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            assert_eq!(rows.len(), out.len());
            match (kind, rows, &mut *out) {
                // SAFETY: the table is handed out only where `kernels` found this feature.
                $((TensorType::$kind, [x], [out]) => unsafe {
                    const BYTES: usize = superblock_bytes(TensorType::$kind);
                    one_row::<BYTES, { TensorType::$kind.id() }>(weights, row_bytes, x, out);
                },)*
                // SAFETY: as above.
                _ => unsafe { many_rows(kind, weights, row_bytes, rows, out) },
            }
        }

        /// One row: what is unpacked stays in registers.
        #[target_feature(enable = $feature)]
        fn one_row<const BYTES: usize, const KIND: u32>(
            weights: &[u8],
            row_bytes: usize,
            x: &[QuantizedBlock],
            out: &mut [f32],
        ) {
            let offsets = const { offsets(kind_of::<KIND>()) };
            for (out, row) in out.iter_mut().zip(weights.chunks_exact(row_bytes)) {
                let mut sums = [nothing()];
                add_row::<BYTES, KIND>(&mut sums, row, x);
                *out = total(sums[0], offsets);
            }
        }

        #[target_feature(enable = $feature)]
        fn add_row<const BYTES: usize, const KIND: u32>(sums: &mut [Sums; 1], row: &[u8], x: &[QuantizedBlock]) {
            let has_offsets = const { has_offsets::<KIND>() };
            let (whole, rest) = row.as_chunks::<BYTES>();
            for (block, x) in whole.iter().zip(x) {
                add(sums, &[unpack::<BYTES, KIND>(block)], has_offsets, x, |start, w, x| $bytes(start, w, x));
            }
            if !rest.is_empty() {
                add_row::<BYTES, KIND>(sums, &filled_up::<BYTES>(rest), &x[whole.len()..]);
            }
        }

        /// More rows: weights are unpacked to memory, two rows once for all of them.
        #[target_feature(enable = $feature)]
        fn many_rows(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let [mut first, mut second] = [room_for_row(kind, row_bytes), room_for_row(kind, row_bytes)];
            for (pair, two) in weights.chunks(2 * row_bytes).enumerate() {
                let is_two = two.len() > row_bytes;
                unpack_row(kind, &two[..row_bytes], &mut first);
                if is_two {
                    unpack_row(kind, &two[row_bytes..], &mut second);
                }
                for (x, out) in rows.iter().zip(&mut *out) {
                    let products = if has_runs(kind) {
                        multiply::<true>([&first, &second], x, offsets(kind))
                    } else {
                        multiply::<false>([&first, &second], x, offsets(kind))
                    };
                    // Of a last row that has no other beside it the second product is nobody's.
                    let out = &mut out[2 * pair..];
                    out.iter_mut().zip(products).for_each(|(out, product)| *out = product);
                }
            }
        }

        #[target_feature(enable = $feature)]
        #[inline(never)]
        fn multiply<const RUNS: bool>(
            weights: [&[StoredSuperblock]; 2],
            x: &[QuantizedBlock],
            offsets: SuperblockOffsets,
        ) -> [f32; 2] {
            let mut sums = [nothing(); 2];
            for ((first, second), x) in weights[0].iter().zip(weights[1]).zip(x) {
                let w = [first.ordered(RUNS), second.ordered(RUNS)];
                add(&mut sums, &w, offsets != SuperblockOffsets::None, x, |start, w, x| $bytes(start, w, x));
            }
            sums.map(|sums| total(sums, offsets))
        }
    };
}

/// Any 64-bit Arm processor.
pub(super) mod widening {
    crate::unpackers::of_every_type!(products "neon", crate::neon::byte_products::widening,);
}

/// Processors with the dot products of Armv8.2.
pub(super) mod dotprod {
    crate::unpackers::of_every_type!(products "neon,dotprod", crate::neon::byte_products::sdot,);
}
