//! AVX2 with FMA and F16C: weights unpacked in registers, bytes multiplied by `vpmaddubsw`, or by `vpdpbusd` where the
//! processor has AVX-VNNI.

pub(crate) mod books;
mod byte_products;
pub(crate) mod few_bits;
mod k_quants;
mod lanes;
mod loops;
mod many_queries;
mod many_rows;
mod points;
mod product;
mod quantize;
mod small_blocks;
mod tile;
mod unpack;

pub(super) use loops::kernels;
pub(super) use points::PointPlaces;
pub(super) use unpack::{HalvedSuperblock, in_loop, unpack_run};
