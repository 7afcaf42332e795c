//! Integer products of a group of weights with one of activations: the same integers by whichever instruction.
#![expect(unsafe_code, reason = "instructions that have no function yet; reached only through `kernels`")]

use std::arch::aarch64::*;
use std::arch::asm;

/// Four integers whose sum is Σ w·x, by `smull` and `smlal`, which every processor has: two products of numbers of −128
/// to 127 and −127 to 127 fit 16 bits.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn widening(w: int8x16_t, x: int8x16_t) -> int32x4_t {
    let products = vmull_s8(vget_low_s8(w), vget_low_s8(x));
    vpaddlq_s16(vmlal_high_s8(products, w, x))
}

/// As `widening`, by `sdot`: each of the four is the sum of four products.
#[target_feature(enable = "neon,dotprod")]
#[inline]
pub(super) fn sdot(w: int8x16_t, x: int8x16_t) -> int32x4_t {
    let mut sums = vdupq_n_s32(0);
    // SAFETY: the feature that the instruction needs is this function's; it works on registers alone.
    unsafe {
        asm!("sdot {sums:v}.4s, {w:v}.16b, {x:v}.16b", sums = inout(vreg) sums, w = in(vreg) w, x = in(vreg) x,
             options(pure, nomem, nostack, preserves_flags));
    }
    sums
}

/// Sums of products of two rows of eight weights with two rows of eight activations, added to `sums`: first weights with
/// both activations, second weights with both.
#[target_feature(enable = "neon,i8mm")]
#[inline]
pub(super) fn smmla(mut sums: int32x4_t, w: int8x16_t, x: int8x16_t) -> int32x4_t {
    // SAFETY: the feature that the instruction needs is this function's; it works on registers alone.
    unsafe {
        asm!("smmla {sums:v}.4s, {w:v}.16b, {x:v}.16b", sums = inout(vreg) sums, w = in(vreg) w, x = in(vreg) x,
             options(pure, nomem, nostack, preserves_flags));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neon::registers::signed_bytes;
    use crate::tests::RandomBytes;

    /// Codes at both ends of their range and between.
    fn codes(least: i8, random: &mut RandomBytes) -> [i8; 16] {
        std::array::from_fn(|_| match random.byte() % 4 {
            0 => least,
            1 | 2 => 127,
            _ => random.byte().cast_signed().max(least),
        })
    }

    #[target_feature(enable = "neon")]
    fn by_widening(w: &[i8; 16], x: &[i8; 16]) -> i32 {
        vaddvq_s32(widening(signed_bytes(w), signed_bytes(x)))
    }

    #[target_feature(enable = "neon,dotprod")]
    fn by_sdot(w: &[i8; 16], x: &[i8; 16]) -> i32 {
        vaddvq_s32(sdot(signed_bytes(w), signed_bytes(x)))
    }

    #[target_feature(enable = "neon,i8mm")]
    fn by_smmla(w: [&[i8]; 2], x: [&[i8]; 2]) -> [i32; 4] {
        let register = |rows: [&[i8]; 2]| {
            let both: Vec<i8> = rows.concat();
            signed_bytes(both[..].try_into().unwrap())
        };
        let mut sums = [0; 4];
        // SAFETY: writes the 16 bytes of the array.
        unsafe { vst1q_s32(sums.as_mut_ptr(), smmla(vdupq_n_s32(1), register(w), register(x))) };
        sums
    }

    #[test]
    fn byte_products_are_exact_at_the_ends_of_their_range() {
        let mut random = RandomBytes(31);
        for turn in 0..300 {
            // All at the ends first.
            let mut code = |least| if turn == 0 { [least; 16] } else { codes(least, &mut random) };
            let (w, x) = (code(-128), code(-127));
            let exact = |w: &[i8], x: &[i8]| -> i32 {
                w.iter().zip(x).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum()
            };
            // SAFETY: every 64-bit Arm processor has what it needs.
            assert_eq!(unsafe { by_widening(&w, &x) }, exact(&w, &x));
            if std::arch::is_aarch64_feature_detected!("dotprod") {
                // SAFETY: the processor was asked.
                assert_eq!(unsafe { by_sdot(&w, &x) }, exact(&w, &x));
            }
            if std::arch::is_aarch64_feature_detected!("i8mm") {
                let (w, x) = ([&w[..8], &w[8..]], [&x[..8], &x[8..]]);
                let expected = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| exact(w[i], x[j]) + 1);
                // SAFETY: as above.
                assert_eq!(unsafe { by_smmla(w, x) }, expected);
            }
        }
    }
}
