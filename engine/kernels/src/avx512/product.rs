//! Products of quantized weight rows with activations.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::loops::sixteen_floats;
use super::unpack::{Superblock, unpack};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::{QuantizedBlock, ahead, avx2};

pub(super) fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    macro_rules! of_kind {
        ($($kind:ident $bytes:literal,)*) => {
            match kind {
                // SAFETY: the table is handed out only where `kernels` found these features.
                $(TensorType::$kind => unsafe {
                    rows_by_eight::<$bytes, { TensorType::$kind.id() }>(weights, row_bytes, rows, out);
                },)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
                // SAFETY: as above.
                _ => unsafe { product_through_memory(kind, weights, row_bytes, rows, out) },
            }
        };
    }
    assert_eq!(rows.len(), out.len());
    of_kind!(
        Q4_0 144, Q4_1 160, Q5_0 176, Q5_1 192, Q8_0 272, IQ4_NL 144, MXFP4 136, Q2_K 84, Q3_K 110, Q4_K 144,
        Q5_K 176, Q6_K 210, IQ4_XS 136,
    );
}
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn rows_by_eight<const BYTES: usize, const KIND: u32>(
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let (eights, rows) = rows.as_chunks::<8>();
    let (out_eights, out) = out.as_chunks_mut::<8>();
    for (rows, out) in eights.iter().zip(out_eights) {
        product::<BYTES, KIND, 8>(weights, row_bytes, rows, out);
    }
    let (fours, rows) = rows.as_chunks::<4>();
    let (out_fours, out) = out.as_chunks_mut::<4>();
    for (rows, out) in fours.iter().zip(out_fours) {
        product::<BYTES, KIND, 4>(weights, row_bytes, rows, out);
    }
    let (twos, rows) = rows.as_chunks::<2>();
    let (out_twos, out) = out.as_chunks_mut::<2>();
    for (rows, out) in twos.iter().zip(out_twos) {
        product::<BYTES, KIND, 2>(weights, row_bytes, rows, out);
    }
    for (row, out) in rows.as_chunks::<1>().0.iter().zip(out.as_chunks_mut::<1>().0) {
        product::<BYTES, KIND, 1>(weights, row_bytes, row, out);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn product<const BYTES: usize, const KIND: u32, const ROWS: usize>(
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]; ROWS],
    out: &mut [&mut [f32]; ROWS],
) {
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        let (whole, rest) = row.as_chunks::<BYTES>();
        // A block of zeros has finite scales and offsets, and the activations beyond the row are zeros.
        let mut last = [0; BYTES];
        last[..rest.len()].copy_from_slice(rest);
        let last = if rest.is_empty() { None } else { Some(&last) };
        let next = ahead::after(weights, j * row_bytes);
        let mut sums = [_mm512_setzero_ps(); ROWS];
        for (i, block) in whole.iter().chain(last).enumerate() {
            ahead::ask::<BYTES>(next, i * BYTES);
            add_superblock(&unpack::<BYTES, KIND>(block), rows, i, &mut sums);
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            out[j] = _mm512_reduce_add_ps(*sum);
        }
    }
}

/// Products of types that AVX2's functions unpack: one loop for all of them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn product_through_memory(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let mut unpacked = vec![avx2::Superblock::zero(); row_bytes.div_ceil(superblock_bytes(kind))];
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        avx2::unpack_run(kind, row, &mut unpacked);
        for (row, out) in rows.iter().zip(out.iter_mut()) {
            let mut sums = [_mm512_setzero_ps()];
            for (i, weights) in unpacked.iter().enumerate() {
                add_superblock(&Superblock::of_halves(weights), &[row], i, &mut sums);
            }
            out[j] = _mm512_reduce_add_ps(sums[0]);
        }
    }
}

/// Adds the products of one superblock with the `i`-th block of activations of each row.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_superblock<const ROWS: usize>(
    w: &Superblock,
    rows: &[&[QuantizedBlock]; ROWS],
    i: usize,
    sums: &mut [__m512; ROWS],
) {
    for (x, sum) in rows.iter().zip(sums) {
        let x = &x[i];
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
