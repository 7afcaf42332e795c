//! Integer products of a group of weights with one of activations: the same integers by whichever instruction.
#![expect(unsafe_code, reason = "instructions that have no function yet; reached only through `kernels`")]

use std::arch::aarch64::*;
use std::arch::asm;

/// The products of two groups of weights with two of activations, each group's first half in the first register and its second
/// half in the second: two integers for each group, whose sum with those of `start` is Σ w·x. By `smull` and `smlal`, which
/// every processor has: two products of numbers of −128 to 127 and −127 to 127 fit 16 bits.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn widening(start: int32x4_t, w: [int8x16_t; 2], x: [int8x16_t; 2]) -> int32x4_t {
    let first = vmull_s8(vget_low_s8(w[0]), vget_low_s8(x[0]));
    let first = vmlal_s8(first, vget_low_s8(w[1]), vget_low_s8(x[1]));
    let second = vmlal_high_s8(vmull_high_s8(w[0], x[0]), w[1], x[1]);
    vaddq_s32(start, vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(second)))
}

/// As `widening`, by `sdot`.
#[target_feature(enable = "neon,dotprod")]
#[inline]
pub(super) fn sdot(start: int32x4_t, w: [int8x16_t; 2], x: [int8x16_t; 2]) -> int32x4_t {
    let mut sums = start;
    for half in 0..2 {
        // SAFETY: the feature that the instruction needs is this function's; it works on registers alone.
        unsafe {
            asm!("sdot {sums:v}.4s, {w:v}.16b, {x:v}.16b",
                 sums = inout(vreg) sums, w = in(vreg) w[half], x = in(vreg) x[half],
                 options(pure, nomem, nostack, preserves_flags));
        }
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
    use crate::random_weights::RandomBytes;

    /// Codes at both ends of their range and between.
    fn codes(least: i8, random: &mut RandomBytes) -> [i8; 16] {
        std::array::from_fn(|_| match random.byte() % 4 {
            0 => least,
            1 | 2 => 127,
            _ => random.byte().cast_signed().max(least),
        })
    }

    /// A group beside another, by halves.
    #[target_feature(enable = "neon")]
    fn two_groups([first, second]: [&[i8; 16]; 2]) -> [int8x16_t; 2] {
        [0, 8].map(|at| {
            let half: [i8; 16] =
                std::array::from_fn(|i| if i < 8 { first[at + i] } else { second[at + i - 8] });
            signed_bytes(&half)
        })
    }

    /// The sums of two groups by four integers.
    #[target_feature(enable = "neon")]
    fn of_groups(sums: int32x4_t) -> [i32; 2] {
        let both = vpaddq_s32(sums, sums);
        [vgetq_lane_s32::<0>(both), vgetq_lane_s32::<1>(both)]
    }

    #[target_feature(enable = "neon")]
    fn by_widening(w: [&[i8; 16]; 2], x: [&[i8; 16]; 2]) -> [i32; 2] {
        of_groups(widening(vdupq_n_s32(1), two_groups(w), two_groups(x)))
    }

    #[target_feature(enable = "neon,dotprod")]
    fn by_sdot(w: [&[i8; 16]; 2], x: [&[i8; 16]; 2]) -> [i32; 2] {
        of_groups(sdot(vdupq_n_s32(1), two_groups(w), two_groups(x)))
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
            let (w, x, w_too, x_too) = (code(-128), code(-127), code(-128), code(-127));
            let exact = |w: &[i8], x: &[i8]| -> i32 {
                w.iter().zip(x).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum()
            };
            // One is there before, in each of two integers.
            let expected = [exact(&w, &x) + 2, exact(&w_too, &x_too) + 2];
            // SAFETY: every 64-bit Arm processor has what it needs.
            assert_eq!(unsafe { by_widening([&w, &w_too], [&x, &x_too]) }, expected);
            if std::arch::is_aarch64_feature_detected!("dotprod") {
                // SAFETY: the processor was asked.
                assert_eq!(unsafe { by_sdot([&w, &w_too], [&x, &x_too]) }, expected);
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
