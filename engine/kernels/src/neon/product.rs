//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
//!
//! An output is the sum of the numbers of two registers, whatever made them: products of the codes are added to the first,
//! four groups of 16 to a register, products of the offsets to the second. Where weights have a scale for 32, a group and
//! the one beside it meet before that scale.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::aarch64::*;

use super::registers::{floats, sixteen_floats};
use super::unpack::{Offsets, Scales};
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
pub(super) fn total([products, of_offsets]: Sums, offsets: Offsets) -> f32 {
    let mut sums = products;
    if offsets != Offsets::None {
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

/// Adds products of 256 weights, `products` of two groups eight apart in pairs of integers.
#[target_feature(enable = "neon")]
#[inline]
fn add(
    [sums, of_offsets]: &mut Sums,
    scales: Scales,
    offsets: Option<Scales>,
    x: &QuantizedBlock,
    products: impl Fn(int32x4_t, usize) -> int32x4_t,
) {
    let start = start();
    let four_groups = |first: usize| {
        added_to_whole(vpaddq_s32(products(start, first), products(start, first + 2)))
    };
    let x_scales = sixteen_floats(&x.scales);
    match scales {
        Scales::Runs(scales) => {
            for (j, scales) in scales.into_iter().enumerate() {
                let even = vmulq_f32(four_groups(4 * j), x_scales[2 * j]);
                let both = vfmaq_f32(even, four_groups(4 * j + 1), x_scales[2 * j + 1]);
                *sums = vfmaq_f32(*sums, both, scales);
            }
        }
        Scales::Groups(scales) => {
            for (j, scales) in scales.into_iter().enumerate() {
                let scales = vmulq_f32(scales, x_scales[j]);
                *sums = vfmaq_f32(*sums, four_groups(j / 2 * 4 + j % 2), scales);
            }
        }
    }
    if let Some(offsets) = offsets {
        *of_offsets = with_offsets(*of_offsets, offsets, x);
    }
}

/// Adds the products of the offsets of a superblock with the sums of the activations.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn with_offsets(mut sums: float32x4_t, offsets: Scales, x: &QuantizedBlock) -> float32x4_t {
    match offsets {
        Scales::Runs(offsets) => {
            let (x_sums, _) = x.run_sums.as_chunks();
            for (offsets, x) in offsets.into_iter().zip(x_sums) {
                sums = vfmaq_f32(sums, offsets, floats(x));
            }
        }
        Scales::Groups(offsets) => {
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
        use crate::groups::by_groups;
        use crate::neon::registers::signed_bytes;
        use crate::neon::unpack::{
            Offsets, Ordered, Scales, StoredSuperblock, has_runs, kind_of, offsets, room_for_row, superblocks,
            unpack, unpack_row,
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
                let (whole, last) = superblocks::<BYTES>(row);
                let mut sums = nothing();
                for (block, x) in whole.iter().zip(x) {
                    add_unpacked(&mut sums, &unpack::<BYTES, KIND>(block), x, offsets);
                }
                if let Some(block) = last {
                    add_unpacked(&mut sums, &unpack::<BYTES, KIND>(&block), &x[whole.len()], offsets);
                }
                *out = total(sums, offsets);
            }
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn add_unpacked(sums: &mut Sums, w: &Ordered, x: &QuantizedBlock, offsets: Offsets) {
            let x_codes = x.codes.as_chunks::<16>().0.as_chunks::<2>().0;
            add(sums, w.scales, (offsets != Offsets::None).then_some(w.offsets), x, |start, group| {
                $bytes(start, w.codes[group], x_codes[group].each_ref().map(|half| signed_bytes(half)))
            });
        }

        /// More rows: weights are unpacked to memory, once for all of them.
        #[target_feature(enable = $feature)]
        fn many_rows(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let mut unpacked = room_for_row(kind, row_bytes);
            for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
                unpack_row(kind, row, &mut unpacked);
                by_groups!(rows, &mut *out, 2 1, |rows, out| {
                    let products = if has_runs(kind) {
                        multiply::<_, true>(&unpacked, rows, offsets(kind))
                    } else {
                        multiply::<_, false>(&unpacked, rows, offsets(kind))
                    };
                    for (out, product) in out.iter_mut().zip(products) {
                        out[j] = product;
                    }
                });
            }
        }

        #[target_feature(enable = $feature)]
        #[inline(never)]
        fn multiply<const ROWS: usize, const RUNS: bool>(
            weights: &[StoredSuperblock],
            rows: &[&[QuantizedBlock]; ROWS],
            offsets: Offsets,
        ) -> [f32; ROWS] {
            let mut sums = [nothing(); ROWS];
            for (i, w) in weights.iter().enumerate() {
                let codes = w.codes.each_ref().map(|group| group.each_ref().map(|half| signed_bytes(half)));
                let of_groups = |numbers| if RUNS { Scales::of_runs(numbers) } else { Scales::of_groups(numbers) };
                let w = Ordered { codes, scales: of_groups(&w.scales), offsets: of_groups(&w.offsets) };
                for (sums, x) in sums.iter_mut().zip(rows) {
                    add_unpacked(sums, &w, &x[i], offsets);
                }
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
