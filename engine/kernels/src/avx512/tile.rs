//! Many rows of activations: weights are unpacked to memory once for all of them, and two rows of weights meet eight of
//! activations in registers.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::lanes::sums_of_lanes;
use super::loops::{sixteen_floats, store_up_to_sixteen};
use super::unpack::LaneSuperblock;
use super::{k_quants, small_blocks};
use crate::avx2;
use crate::groups::{by_groups, near_rows};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::unpackers::of_every_type;
use crate::{QuantizedBlock, ahead};

/// Weight rows of a tile: as many as a register has lanes, so that their sums with one row of activations are ended together.
const TILE_ROWS: usize = 16;
/// Superblocks of each of them. They take 24 KiB and those of eight rows of activations 14, which the nearest cache holds
/// beside 8 KiB of sums.
const TILE_BLOCKS: usize = 4;

/// Superblocks of some weight rows, those of a row one after another.
struct LaneTile {
    superblocks: Vec<LaneSuperblock>,
    /// Superblocks of a row.
    blocks: usize,
    /// A row of a type that AVX2's functions unpack.
    halves: Vec<avx2::HalvedSuperblock>,
}

/// Products with any number of rows, as many at a time as stay near.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
pub(super) fn product_by_tiles(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let near = near_rows(row_bytes.div_ceil(superblock_bytes(kind)));
    for (rows, out) in rows.chunks(near).zip(out.chunks_mut(near)) {
        product_with_near_rows(kind, weights, row_bytes, rows, out);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn product_with_near_rows(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let (bytes, blocks) = (superblock_bytes(kind), row_bytes.div_ceil(superblock_bytes(kind)));
    let mut tile = LaneTile::new();
    // Of each group of rows the sums with the tile's first weight row, with the second, and so on.
    let mut sums = vec![_mm512_setzero_ps(); TILE_ROWS * rows.len()];
    let groups = rows.len() / 8 + (rows.len() % 8).count_ones() as usize;
    for (t, some) in weights.chunks(TILE_ROWS * row_bytes).enumerate() {
        let first = t * TILE_ROWS;
        let count = some.len() / row_bytes;
        let next = weights.get((first + TILE_ROWS) * row_bytes..).unwrap_or_default();
        let shares = groups * count.div_ceil(2) * blocks.div_ceil(TILE_BLOCKS);
        let mut next = ahead::PrefetchShares::new(&next[..next.len().min(some.len())], shares);
        for from in (0..blocks).step_by(TILE_BLOCKS) {
            tile.blocks = TILE_BLOCKS.min(blocks - from);
            for (w, row) in some.chunks_exact(row_bytes).enumerate() {
                let run = &row[from * bytes..row_bytes.min((from + tile.blocks) * bytes)];
                tile.unpack(kind, w, run, ahead::after(some, w * row_bytes + from * bytes));
            }
            let mut rest = &mut sums[..];
            by_groups!(rows, 8 4 2 1, |rows| {
                let (sums, others) = std::mem::take(&mut rest).split_at_mut(TILE_ROWS * rows.len());
                tile.add(count, from, rows, sums, &mut next);
                rest = others;
            });
        }
        let mut rest = &sums[..];
        by_groups!(rows, &mut *out, 8 4 2 1, |rows, out| {
            let (sums, others) = rest.split_at(TILE_ROWS * rows.len());
            for (r, out) in out.iter_mut().enumerate() {
                let mut of_row = [_mm512_setzero_ps(); TILE_ROWS];
                for (to, sums) in of_row.iter_mut().zip(sums.chunks_exact(rows.len())) {
                    *to = sums[r];
                }
                let products = sums_of_lanes(&of_row);
                store_up_to_sixteen(&mut out[first..first + count], products);
            }
            rest = others;
        });
    }
}

impl LaneTile {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    fn new() -> LaneTile {
        let superblocks = vec![LaneSuperblock::zero(); TILE_ROWS * TILE_BLOCKS];
        LaneTile { superblocks, blocks: TILE_BLOCKS, halves: Vec::new() }
    }

    /// Puts superblocks of a row of weights into place `w`, and asks for as many bytes of `next`.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    fn unpack(&mut self, kind: TensorType, w: usize, run: &[u8], next: &[u8]) {
        let to = &mut self.superblocks[w * self.blocks..][..self.blocks];
        macro_rules! of_kind {
            ([$($kind:ident $module:ident $unpack:ident,)*] [$($large:tt)*] [$($ahead:tt)*]) => {
                match kind {
                    $(TensorType::$kind => each::<{ superblock_bytes(TensorType::$kind) }>(
                        run, next, to, |block| $module::$unpack(block),
                    ),)*
                    _ => {
                        self.halves.resize(self.blocks, avx2::HalvedSuperblock::zero());
                        avx2::unpack_run(kind, run, next, &mut self.halves);
                        for (to, halves) in to.iter_mut().zip(&self.halves) {
                            *to = LaneSuperblock::of_halves(halves);
                        }
                    }
                }
            };
        }
        of_every_type!(of_kind);
    }

    /// Adds the products of its first `count` rows, and of one behind them if those are odd, with the blocks of each row of
    /// activations from the `from`-th on; sums of the first blocks begin anew.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    #[inline(never)]
    fn add<const ROWS: usize>(
        &self,
        count: usize,
        from: usize,
        rows: &[&[QuantizedBlock]; ROWS],
        sums: &mut [__m512],
        next: &mut ahead::PrefetchShares<'_>,
    ) {
        let mut near = [&[][..]; ROWS];
        for (near, x) in near.iter_mut().zip(rows) {
            *near = &x[from..from + self.blocks];
        }
        let pairs = self.superblocks.chunks_exact(2 * self.blocks).take(count.div_ceil(2));
        for (pair, sums) in pairs.zip(sums.chunks_exact_mut(2 * ROWS)) {
            next.ask();
            let (one, two) = pair.split_at(self.blocks);
            let (of_one, of_two) = sums.split_at_mut(ROWS);
            let sums = [of_one, of_two].map(|sums| sums.as_mut_array().expect("a sum for each row"));
            add_pair(from == 0, one, two, &near, sums);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline(never)]
fn each<const BYTES: usize>(
    run: &[u8],
    next: &[u8],
    to: &mut [LaneSuperblock],
    unpack: impl Fn(&[u8; BYTES]) -> LaneSuperblock,
) {
    let (whole, rest) = run.as_chunks::<BYTES>();
    for (i, (block, to)) in whole.iter().zip(&mut *to).enumerate() {
        ahead::ask::<BYTES>(next, i * BYTES);
        *to = unpack(block);
    }
    if let [.., to] = to
        && !rest.is_empty()
    {
        // A block of zeros has finite scales and offsets, and the activations beyond the row are zeros.
        let mut last = [0; BYTES];
        last[..rest.len()].copy_from_slice(rest);
        *to = unpack(&last);
    }
}

/// Adds the products of superblocks of two weight rows with blocks of each row of activations, in the order and by the
/// operations of one row alone; sums of the first begin anew.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_pair<const ROWS: usize>(
    first: bool,
    one: &[LaneSuperblock],
    two: &[LaneSuperblock],
    rows: &[&[QuantizedBlock]; ROWS],
    sums: [&mut [__m512; ROWS]; 2],
) {
    let blocks = one.len();
    let two = &two[..blocks];
    assert!(rows.iter().all(|x| x.len() == blocks));
    let [to_one, to_two] = sums;
    let (mut of_one, mut of_two) = ([_mm512_setzero_ps(); ROWS], [_mm512_setzero_ps(); ROWS]);
    if !first {
        (of_one, of_two) = (*to_one, *to_two);
    }
    for i in 0..blocks {
        let (one, two) = (&one[i], &two[i]);
        // Written out, since sums that are found by a number in a loop do not stay in registers.
        macro_rules! rows {
            ($($r:literal)*) => {$(
                if $r < ROWS {
                    let x = &rows[$r][i];
                    let (first, second) = byte_products(one, two, x);
                    let (scales, offsets) = (sixteen_floats(&x.scales), sixteen_floats(&x.sums));
                    let sum = _mm512_fmadd_ps(_mm512_mul_ps(one.scales, scales), first, of_one[$r]);
                    of_one[$r] = _mm512_fnmadd_ps(one.offsets, offsets, sum);
                    let sum = _mm512_fmadd_ps(_mm512_mul_ps(two.scales, scales), second, of_two[$r]);
                    of_two[$r] = _mm512_fnmadd_ps(two.offsets, offsets, sum);
                }
            )*};
        }
        rows!(0 1 2 3 4 5 6 7);
    }
    (*to_one, *to_two) = (of_one, of_two);
}

/// The integer products of a block of activations with superblocks of two weight rows, one a group of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn byte_products(one: &LaneSuperblock, two: &LaneSuperblock, x: &QuantizedBlock) -> (__m512, __m512) {
    let (mut first, mut second) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (v, codes) in x.codes.as_chunks::<64>().0.iter().enumerate() {
        // SAFETY: reads the 64 bytes of the array, at any alignment.
        let codes = unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) };
        first = _mm512_dpbusd_epi32(first, one.codes[v], codes);
        second = _mm512_dpbusd_epi32(second, two.codes[v], codes);
    }
    (_mm512_cvtepi32_ps(first), _mm512_cvtepi32_ps(second))
}
