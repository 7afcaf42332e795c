//! Products of quantized weight rows with activations.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::lanes::sums_of_lanes;
use super::loops::{sixteen_floats, store_up_to_sixteen};
use super::tile::product_by_tiles;
use super::unpack::LaneSuperblock;
use super::{k_quants, small_blocks};
use crate::activations::ScaleForm;
use crate::avx2::{self, books, few_bits};
use crate::groups::by_groups;
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::unpackers::of_every_type;
use crate::{QuantizedBlock, ahead};

/// Rows of activations for which it pays to unpack weights to memory once.
const MANY: usize = 9;

pub(super) fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    assert_eq!(rows.len(), out.len());
    ScaleForm::Plain.check(rows);
    // SAFETY: the table is handed out only where `kernels` found these features.
    unsafe { of_kind(kind, weights, row_bytes, rows, out) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn of_kind(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    if rows.len() >= MANY {
        return product_by_tiles(kind, weights, row_bytes, rows, out);
    }
    macro_rules! of_kind {
        ([$($kind:ident $module:ident $unpack:ident,)*] [$($large:ident $larges:ident $unpack_large:ident,)*]
        [$($ahead:ident $aheads:ident $unpack_ahead:ident,)*]) => {
            match (kind, rows, &mut *out) {
                $((TensorType::$kind, ..) => {
                    const BYTES: usize = superblock_bytes(TensorType::$kind);
                    by_groups!(rows, out, 8 4 3 2 1, |rows, out| {
                        product::<BYTES, _>(weights, row_bytes, rows, out, |block, _| $module::$unpack(block));
                    });
                })*
                $((TensorType::$large, [row], [out]) => {
                    const BYTES: usize = superblock_bytes(TensorType::$large);
                    let unpack = |block: &_, _: &_| {
                        LaneSuperblock::of_halves(&$larges::$unpack_large::<{ avx2::in_loop::AVX512 }>(block))
                    };
                    product::<BYTES, 1>(weights, row_bytes, &[*row], &mut [*out], unpack);
                })*
                $((TensorType::$ahead, [row], [out]) => {
                    const BYTES: usize = superblock_bytes(TensorType::$ahead);
                    // Places are made of one block's bytes and the next's.
                    const { assert!(TensorType::$ahead.block_elements() == 256) };
                    let mut places = avx2::PointPlaces::new();
                    let unpack = |block: &_, next: &_| {
                        const IN: u8 = avx2::in_loop::AVX512;
                        LaneSuperblock::of_halves(&$aheads::$unpack_ahead::<IN>(block, next, &mut places))
                    };
                    product::<BYTES, 1>(weights, row_bytes, &[*row], &mut [*out], unpack);
                })*
                (TensorType::F32 | TensorType::F16 | TensorType::BF16, ..) => {
                    unreachable!("{kind} is not quantized")
                }
                _ => product_through_memory(kind, weights, row_bytes, rows, out),
            }
        };
    }
    of_every_type!(of_kind);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline(never)]
fn product<const BYTES: usize, const ROWS: usize>(
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]; ROWS],
    out: &mut [&mut [f32]; ROWS],
    mut unpack: impl FnMut(&[u8; BYTES], &[u8; BYTES]) -> LaneSuperblock,
) {
    let blocks = row_bytes.div_ceil(BYTES);
    let rows = rows.map(|x| &x[..blocks]);
    // A block of zeros has finite scales and offsets, and the activations beyond the row are zeros.
    let mut last = [0; BYTES];
    // Of one or two rows of activations the sums with sixteen rows of weights, which are ended together. More of them would
    // keep memory waiting meanwhile.
    let mut sixteen = [[_mm512_setzero_ps(); 16]; ROWS];
    let count = weights.len() / row_bytes;
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        let (whole, rest) = row.as_chunks::<BYTES>();
        // Copying nothing is a call, too: a thirtieth of a row's time.
        if !rest.is_empty() {
            last[..rest.len()].copy_from_slice(rest);
        }
        let next = ahead::after(weights, j * row_bytes);
        let after = weights.get((j + 1) * row_bytes..).and_then(<[u8]>::first_chunk).unwrap_or(&last);
        let mut sums = [_mm512_setzero_ps(); ROWS];
        for i in 0..blocks {
            ahead::ask::<BYTES>(next, i * BYTES);
            let weights = unpack(
                if i < whole.len() { &whole[i] } else { &last },
                if i + 1 < whole.len() { &whole[i + 1] } else { after },
            );
            add_superblock(&weights, rows.map(|x| &x[i]), &mut sums);
        }
        if ROWS > 2 {
            for (out, sum) in out.iter_mut().zip(&sums) {
                out[j] = _mm512_reduce_add_ps(*sum);
            }
            continue;
        }
        for (sixteen, sum) in sixteen.iter_mut().zip(sums) {
            sixteen[j % 16] = sum;
        }
        if j % 16 == 15 || j + 1 == count {
            for (out, sixteen) in out.iter_mut().zip(&sixteen) {
                store_up_to_sixteen(&mut out[j - j % 16..=j], sums_of_lanes(sixteen));
            }
        }
    }
}

/// A few rows, of types that AVX2's functions unpack: a row of weights is unpacked to memory once for all of them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn product_through_memory(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let mut unpacked = vec![avx2::HalvedSuperblock::zero(); row_bytes.div_ceil(superblock_bytes(kind))];
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        avx2::unpack_run(kind, row, ahead::after(weights, j * row_bytes), &mut unpacked);
        by_groups!(rows, &mut *out, 8 4 2 1, |rows, out| {
            for (out, sum) in out.iter_mut().zip(multiply(&unpacked, rows)) {
                out[j] = sum;
            }
        });
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline(never)]
fn multiply<const ROWS: usize>(
    weights: &[avx2::HalvedSuperblock],
    rows: &[&[QuantizedBlock]; ROWS],
) -> [f32; ROWS] {
    let mut sums = [_mm512_setzero_ps(); ROWS];
    for (i, weights) in weights.iter().enumerate() {
        add_superblock(&LaneSuperblock::of_halves(weights), rows.map(|x| &x[i]), &mut sums);
    }
    sums.map(|sums| _mm512_reduce_add_ps(sums))
}

/// Adds the products of one superblock with a block of activations of each row.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_superblock<const ROWS: usize>(
    w: &LaneSuperblock,
    rows: [&QuantizedBlock; ROWS],
    sums: &mut [__m512; ROWS],
) {
    for (x, sum) in rows.into_iter().zip(sums) {
        let mut products = _mm512_setzero_si512();
        for (w, x) in w.codes.iter().zip(x.codes.as_chunks::<64>().0) {
            // SAFETY: reads the 64 bytes of the array, at any alignment.
            let x = unsafe { _mm512_loadu_si512(x.as_ptr().cast()) };
            products = _mm512_dpbusd_epi32(products, *w, x);
        }
        let scales = _mm512_mul_ps(w.scales, sixteen_floats(&x.scales));
        *sum = _mm512_fmadd_ps(scales, _mm512_cvtepi32_ps(products), *sum);
        *sum = _mm512_fnmadd_ps(w.offsets, sixteen_floats(&x.sums), *sum);
    }
}
