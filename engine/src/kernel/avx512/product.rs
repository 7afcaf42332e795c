//! Products of quantized weight rows with activations.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::loops::sixteen_floats;
use super::unpack::{Superblock, unpack};
use crate::kernel::QuantizedRow;
use crate::quant::TensorType;

pub(super) fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[QuantizedRow<'_>],
    out: &mut [&mut [f32]],
) {
    macro_rules! of_kind {
        ($($kind:ident $bytes:literal,)*) => {
            match kind {
                // SAFETY: the table is handed out only where `kernels` found these features.
                $(TensorType::$kind => unsafe {
                    rows_by_four::<$bytes, { TensorType::$kind.id() }>(weights, row_bytes, rows, out);
                },)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
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
fn rows_by_four<const BYTES: usize, const KIND: u32>(
    weights: &[u8],
    row_bytes: usize,
    rows: &[QuantizedRow<'_>],
    out: &mut [&mut [f32]],
) {
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
    rows: &[QuantizedRow<'_>; ROWS],
    out: &mut [&mut [f32]; ROWS],
) {
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        let (whole, rest) = row.as_chunks::<BYTES>();
        let mut sums = [[_mm512_setzero_ps(); 3]; ROWS];
        for (i, block) in whole.iter().enumerate() {
            add_superblock(&unpack::<BYTES, KIND>(block), rows, i, &mut sums);
        }
        if !rest.is_empty() {
            // A block of zeros has finite scales and offsets, and the activations beyond the row are zeros.
            let mut block = [0; BYTES];
            block[..rest.len()].copy_from_slice(rest);
            add_superblock(&unpack::<BYTES, KIND>(&block), rows, whole.len(), &mut sums);
        }
        for (out, [even, odd, offsets]) in out.iter_mut().zip(&sums) {
            out[j] = _mm512_reduce_add_ps(_mm512_sub_ps(_mm512_add_ps(*even, *odd), *offsets));
        }
    }
}

/// Adds the products of one superblock with the `i`-th 256 activations of each row: two sums for the codes'
/// part, so that one addition need not wait for the other, and one for the offsets'.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_superblock<const ROWS: usize>(
    w: &Superblock,
    rows: &[QuantizedRow<'_>; ROWS],
    i: usize,
    sums: &mut [[__m512; 3]; ROWS],
) {
    // 64 products end as sixteen lanes, four for each group of 16.
    let lanes = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    for (x, sums) in rows.iter().zip(sums) {
        let codes: &[[i8; 64]; 4] = x.codes.as_chunks().0[i * 4..].first_chunk().expect("rows are padded");
        let scales = sixteen_floats(&x.scales.as_chunks().0[i]);
        let x_sums = sixteen_floats(&x.sums.as_chunks().0[i]);
        let scales = _mm512_mul_ps(w.scales, scales);
        sums[2] = _mm512_fmadd_ps(w.offsets, x_sums, sums[2]);
        for c in 0..4 {
            // SAFETY: reads the 64 bytes of the array, at any alignment.
            let x = unsafe { _mm512_loadu_si512(codes[c].as_ptr().cast()) };
            let products = _mm512_dpbusd_epi32(_mm512_setzero_si512(), w.codes[c], x);
            let scale =
                _mm512_permutexvar_ps(_mm512_add_epi32(lanes, _mm512_set1_epi32(4 * c as i32)), scales);
            sums[c % 2] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(products), sums[c % 2]);
        }
    }
}
