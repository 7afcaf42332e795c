//! The code books with a byte for each number, as they are read: eight or four levels in a word, the first in the lowest
//! byte. Made from [`grids`] when compiling.

use super::grids;

pub(crate) static IQ2_XXS: [u64; 256] = eights(&grids::IQ2_XXS, &[8, 25, 43]);
pub(crate) static IQ2_XS: [u64; 512] = eights(&grids::IQ2_XS, &[8, 25, 43]);
pub(crate) static IQ2_S: [u64; 1024] = eights(&grids::IQ2_S, &[8, 25, 43]);
pub(crate) static IQ3_XXS: [u32; 256] = fours(&grids::IQ3_XXS, &[4, 12, 20, 28, 36, 44, 52, 62]);
pub(crate) static IQ3_S: [u32; 512] = fours(&grids::IQ3_S, &[1, 3, 5, 7, 9, 11, 13, 15]);
/// Eight times one more than the numbers −1, 0 and 1.
pub(crate) static IQ1: [u64; 2048] = eights(&grids::IQ1, &[0, 8, 16]);

/// For eight bits a byte each, of ones where the bit is set.
pub(crate) static BITS: [u64; 256] = bits();
/// As [`BITS`], for the signs of eight numbers by their sign code: the eighth bit makes the count of set bits even.
pub(crate) static SIGN_CODES: [u64; 128] = sign_codes();

const fn eights<const N: usize>(points: &[u16; N], levels: &[u8; 3]) -> [u64; N] {
    let mut words = [0; N];
    let mut n = 0;
    while n < N {
        let (mut digits, mut j) = (points[n], 0);
        while j < 8 {
            words[n] |= (levels[(digits % 3) as usize] as u64) << (8 * j);
            digits /= 3;
            j += 1;
        }
        n += 1;
    }
    words
}

const fn fours<const N: usize>(points: &[u16; N], levels: &[u8; 8]) -> [u32; N] {
    let mut words = [0; N];
    let mut n = 0;
    while n < N {
        let mut j = 0;
        while j < 4 {
            words[n] |= (levels[(points[n] >> (3 * j) & 7) as usize] as u32) << (8 * j);
            j += 1;
        }
        n += 1;
    }
    words
}

const fn bits() -> [u64; 256] {
    let mut words = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut j = 0;
        while j < 8 {
            words[n] |= ((n as u64 >> j & 1) * 255) << (8 * j);
            j += 1;
        }
        n += 1;
    }
    words
}

const fn sign_codes() -> [u64; 128] {
    let all = bits();
    let mut words = [0; 128];
    let mut code = 0;
    while code < 128 {
        words[code] = all[code | (code.count_ones() as usize & 1) << 7];
        code += 1;
    }
    words
}
