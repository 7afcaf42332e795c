//! Points of code books brought into registers, at once in the order of the lanes (see `lanes.rs`), and their signs.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::asm;
use std::arch::x86_64::*;

use super::lanes::spread_runs;

/// The place of a point in a book of `N`.
#[derive(Clone, Copy)]
pub(super) struct PointPlace<const N: usize>(u16);

impl PointPlace<256> {
    #[inline(always)]
    pub(super) fn of_byte(byte: u8) -> Self {
        PointPlace(u16::from(byte))
    }
}

impl<const N: usize> PointPlace<N> {
    #[inline(always)]
    fn point<P>(self, book: &[P; N]) -> &P {
        debug_assert!(usize::from(self.0) < N);
        // SAFETY: a place is made of a byte, for a book of 256, or by `PointPlaces`, which keeps it below `N`.
        unsafe { book.get_unchecked(usize::from(self.0)) }
    }
}

/// Points of eight levels, four to a run of 32 weights: the levels of 256 weights.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn eights_in_lanes<const N: usize>(
    book: &[u64; N],
    place: impl Fn(usize, usize) -> PointPlace<N>,
) -> [[__m256i; 4]; 2] {
    let of_two_runs = |run, j| {
        // SAFETY: reads the eight bytes of a number, at any alignment.
        let first = unsafe { _mm_loadl_epi64(std::ptr::from_ref(place(run, j).point(book)).cast()) };
        with_upper(first, book, place(run + 2, j))
    };
    let of_runs =
        |run, j| _mm256_castsi256_ps(_mm256_set_m128i(of_two_runs(run, j + 2), of_two_runs(run, j)));
    let two = |half, j| {
        let (first, second) = (of_runs(half, j), of_runs(half + 4, j));
        let (low, high) =
            (_mm256_shuffle_ps::<0x88>(first, second), _mm256_shuffle_ps::<0xdd>(first, second));
        [_mm256_castps_si256(low), _mm256_castps_si256(high)]
    };
    let four = |half| {
        let ([a, b], [c, d]) = (two(half, 0), two(half, 1));
        [a, b, c, d]
    };
    [four(0), four(1)]
}

/// The lower half of a register with a point as its upper one: by the instruction that reads it from memory, of which the
/// compiler would make two.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn with_upper<const N: usize>(lower: __m128i, book: &[u64; N], PointPlace(place): PointPlace<N>) -> __m128i {
    let both: __m128i;
    // SAFETY: reads eight bytes of the book, in which the place is: see `PointPlace::point`.
    unsafe {
        asm!("vmovhps {both}, {lower}, qword ptr [{book} + {place} * 8]", both = lateout(xmm_reg) both,
             lower = in(xmm_reg) lower, book = in(reg) book.as_ptr(), place = in(reg) usize::from(place),
             options(pure, readonly, nostack, preserves_flags));
    }
    both
}

/// Points of four levels, eight to a run of 32 weights: the levels of 256 weights.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn fours_in_lanes<const N: usize>(
    book: &[u32; N],
    place: impl Fn(usize, usize) -> PointPlace<N>,
) -> [[__m256i; 4]; 2] {
    let point = |run, j| place(run, j).point(book).cast_signed();
    let of_runs =
        |run, j| _mm_setr_epi32(point(run, j), point(run + 2, j), point(run + 4, j), point(run + 6, j));
    let one = |half, v| _mm256_set_m128i(of_runs(half, v + 4), of_runs(half, v));
    let four = |half| [one(half, 0), one(half, 1), one(half, 2), one(half, 3)];
    [four(0), four(1)]
}

/// The signs for `vpsignb`, which makes levels go down where a bit is set and up elsewhere, from a word of bits for
/// each run.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn signs_in_lanes(words: __m256i) -> [[__m256i; 4]; 2] {
    spread_runs(words).map(|spread| {
        [0, 1, 2, 3].map(|v| {
            // A bit that is set makes 0x80 and more of 0x7f, which is below zero.
            let bits = _mm256_and_si256(spread[v / 2], bits_of_four(v));
            _mm256_add_epi8(bits, _mm256_set1_epi8(0x7f))
        })
    })
}

/// The bits that belong to the `v`-th register.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn bits_of_four(v: usize) -> __m256i {
    _mm256_set1_epi32(if v.is_multiple_of(2) { 0x0804_0201 } else { 0x8040_2010_u32.cast_signed() })
}

/// Levels that go up from `zero`, or down where their sign says so.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn with_signs(levels: [[__m256i; 4]; 2], signs: [[__m256i; 4]; 2], zero: i8) -> [[__m256i; 4]; 2] {
    [0, 1].map(|half| {
        [0, 1, 2, 3].map(|v| {
            let signed = _mm256_sign_epi8(levels[half][v], signs[half][v]);
            _mm256_add_epi8(signed, _mm256_set1_epi8(zero))
        })
    })
}

/// The same bytes, of which the compiler knows no longer that they stand in a register too: it would take each place of a
/// point out of there, by more instructions.
#[inline(always)]
pub(super) fn in_memory<T>(bytes: &T) -> &T {
    let mut place = std::ptr::from_ref(bytes);
    // SAFETY: nothing is run, and the address comes out as it went in.
    unsafe {
        asm!("/* {} */", inout(reg) place, options(nostack, preserves_flags, readonly));
        &*place
    }
}

/// The same register, of which the compiler no longer knows how it was made: it would make one multiplication of bytes, which
/// takes five instructions, out of additions.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn opaque(mut register: __m256i) -> __m256i {
    // SAFETY: nothing is run, and the register comes out as it went in.
    unsafe { asm!("/* {} */", inout(ymm_reg) register, options(pure, nomem, nostack, preserves_flags)) }
    register
}

/// Places of points in a book of `N`, to be read from memory one by one: `R` times 16 of one superblock, and of the
/// next one. Bytes of a register that has just been written to memory are read late, so the places of a superblock are
/// made while the one before it is unpacked.
pub(crate) struct PointPlaces<const N: usize, const R: usize> {
    registers: [[__m256i; R]; 2],
    turn: usize,
    begun: bool,
}

/// The places of one superblock.
pub(super) struct PlacesNow<'a, const N: usize, const R: usize>(&'a [[u16; 16]; R]);

impl<const N: usize, const R: usize> PointPlaces<N, R> {
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(crate) fn new() -> Self {
        PointPlaces { registers: [[_mm256_setzero_si256(); R]; 2], turn: 0, begun: false }
    }

    /// Makes the places in `block`, which was `next` the time before. `make` makes them, in the lower bits of words.
    #[target_feature(enable = "avx2,fma,f16c")]
    #[inline]
    pub(super) fn turn<const BYTES: usize>(
        &mut self,
        block: &[u8; BYTES],
        next: &[u8; BYTES],
        make: impl Fn(&[u8; BYTES]) -> [__m256i; R],
    ) -> PlacesNow<'_, N, R> {
        const { assert!(N.is_power_of_two() && N < 1 << 15) };
        let below =
            |words: [__m256i; R]| words.map(|words| _mm256_and_si256(words, _mm256_set1_epi16(N as i16 - 1)));
        let now = self.turn;
        if !self.begun {
            self.registers[now & 1] = below(make(block));
            self.begun = true;
        }
        self.turn = now ^ 1;
        self.registers[self.turn & 1] = below(make(next));
        let words = std::ptr::from_ref(&self.registers[now & 1]).cast::<[[u16; 16]; R]>();
        // SAFETY: a register is 16 words, and any bits make a word.
        PlacesNow(unsafe { in_memory(&*words) })
    }
}

impl<const N: usize, const R: usize> PlacesNow<'_, N, R> {
    /// The `n`-th, in the order of the words.
    #[inline(always)]
    pub(super) fn word(&self, n: usize) -> PointPlace<N> {
        PointPlace(self.0[n / 16][n % 16])
    }

    /// The `n`-th, where `words_of_bytes` made each two registers.
    #[inline(always)]
    pub(super) fn byte(&self, n: usize) -> PointPlace<N> {
        PointPlace(self.0[n / 32 * 2 + n % 16 / 8][n % 32 / 16 * 8 + n % 8])
    }
}

/// Words of their lower and their upper bytes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn words_of_bytes(low: __m256i, high: __m256i) -> [__m256i; 2] {
    [_mm256_unpacklo_epi8(low, high), _mm256_unpackhi_epi8(low, high)]
}
