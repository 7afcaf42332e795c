//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
//!
//! An output is the sum of the numbers of four registers, whatever made them: groups 0 to 7 of every superblock are added
//! to the first, in the order of their numbers and four to a register, groups 8 to 15 to the second, and the products with
//! the offsets of both to the third and fourth.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::aarch64::*;

use super::unpack::Offsets;

/// The registers in which an output is summed.
pub(super) type Sums = [float32x4_t; 4];

/// No sum yet.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn nothing() -> Sums {
    [vdupq_n_f32(0.0); 4]
}

/// The output that sums make: products, and products with offsets.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn total(
    [first, second]: [float32x4_t; 2],
    of_offsets: [float32x4_t; 2],
    offsets: Offsets,
) -> f32 {
    let mut sums = vaddq_f32(first, second);
    if offsets != Offsets::None {
        let taken = vaddq_f32(of_offsets[0], of_offsets[1]);
        sums = vfmaq_n_f32(sums, taken, -offsets.factor());
    }
    let pairs = vpaddq_f32(sums, sums);
    vpadds_f32(vget_low_f32(pairs))
}

/// Products compiled for `$feature`, with bytes multiplied by `$bytes`.
macro_rules! products {
    (
        $feature:literal, $bytes:path,
        [$($kind:ident $module:ident $unpack:ident,)*] $([$($large:tt)*])*
    ) => {
        use std::arch::aarch64::*;

        use super::{Sums, nothing, total};
        use crate::QuantizedBlock;
        use crate::neon::registers::{sixteen_floats, sixteen_groups};
        use crate::neon::unpack::{
            Offsets, StoredSuperblock, offsets, offsets_of, room_for_row, unpack, unpack_row,
        };
        use crate::groups::by_groups;
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
                    one_row::<BYTES, { TensorType::$kind.id() }>(kind, weights, row_bytes, x, out);
                },)*
                // SAFETY: as above.
                _ => unsafe { many_rows(kind, weights, row_bytes, rows, out) },
            }
        }

        /// One row: what is unpacked stays in registers.
        #[target_feature(enable = $feature)]
        fn one_row<const BYTES: usize, const KIND: u32>(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            x: &[QuantizedBlock],
            out: &mut [f32],
        ) {
            let offsets = const { offsets_of::<KIND>() };
            for (out, row) in out.iter_mut().zip(weights.chunks_exact(row_bytes)) {
                let (whole, rest) = row.as_chunks::<BYTES>();
                let mut sums = nothing();
                for (block, x) in whole.iter().zip(x) {
                    let w = unpack::<BYTES, KIND>(block);
                    let codes = sixteen_groups(&x.codes);
                    let products: [int32x4_t; 16] = std::array::from_fn(|g| $bytes(w.codes[g], codes[g]));
                    add(&mut sums, products, w.scales, x);
                    if offsets != Offsets::None {
                        add_offsets(&mut sums, w.offsets, x);
                    }
                }
                if !rest.is_empty() {
                    let mut last = StoredSuperblock::ZERO;
                    unpack_row(kind, rest, std::slice::from_mut(&mut last));
                    add_stored([&mut sums], &last, [&x[whole.len()]], offsets);
                }
                let [a, b, c, d] = sums;
                *out = total([a, b], [c, d], offsets);
            }
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
                    for (out, sum) in out.iter_mut().zip(multiply(&unpacked, rows, offsets(kind))) {
                        out[j] = sum;
                    }
                });
            }
        }

        #[target_feature(enable = $feature)]
        #[inline(never)]
        fn multiply<const ROWS: usize>(
            weights: &[StoredSuperblock],
            rows: &[&[QuantizedBlock]; ROWS],
            offsets: Offsets,
        ) -> [f32; ROWS] {
            let mut sums = [nothing(); ROWS];
            for (i, w) in weights.iter().enumerate() {
                add_stored(sums.each_mut(), w, rows.map(|x| &x[i]), offsets);
            }
            sums.map(|[a, b, c, d]| total([a, b], [c, d], offsets))
        }

        /// Adds the products of a superblock in memory with a block of each row.
        #[target_feature(enable = $feature)]
        #[inline]
        fn add_stored<const ROWS: usize>(
            sums: [&mut Sums; ROWS],
            w: &StoredSuperblock,
            rows: [&QuantizedBlock; ROWS],
            offsets: Offsets,
        ) {
            let codes = sixteen_groups(&w.codes);
            for (sums, x) in sums.into_iter().zip(rows) {
                let x_codes = sixteen_groups(&x.codes);
                let products = std::array::from_fn(|g| $bytes(codes[g], x_codes[g]));
                add(sums, products, sixteen_floats(&w.scales), x);
                if offsets != Offsets::None {
                    add_offsets(sums, sixteen_floats(&w.offsets), x);
                }
            }
        }

        /// Adds the products of the groups of a superblock, each four numbers.
        #[target_feature(enable = $feature)]
        #[inline]
        fn add(sums: &mut Sums, products: [int32x4_t; 16], scales: [float32x4_t; 4], x: &QuantizedBlock) {
            let x_scales = sixteen_floats(&x.scales);
            for (j, fours) in products.as_chunks::<4>().0.iter().enumerate() {
                let [a, b, c, d] = *fours;
                let groups = vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d));
                let scales = vmulq_f32(scales[j], x_scales[j]);
                sums[j / 2] = vfmaq_f32(sums[j / 2], vcvtq_f32_s32(groups), scales);
            }
        }

        /// Adds the products of the offsets of a superblock with the sums of the activations.
        #[target_feature(enable = $feature)]
        #[inline]
        pub(in crate::neon) fn add_offsets(sums: &mut Sums, offsets: [float32x4_t; 4], x: &QuantizedBlock) {
            for (j, (offsets, x)) in offsets.into_iter().zip(sixteen_floats(&x.sums)).enumerate() {
                sums[2 + j / 2] = vfmaq_f32(sums[2 + j / 2], offsets, x);
            }
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
