//! AVX-512 with VNNI: weights unpacked in registers, one byte product instruction for 64 weights.

mod delta;
mod k_quants;
mod lanes;
mod loops;
mod many_queries;
mod many_rows;
mod product;
mod quantize;
mod small_blocks;
mod tile;
mod unpack;

pub(super) use loops::kernels;
