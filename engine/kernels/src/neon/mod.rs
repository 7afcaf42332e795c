//! 64-bit Arm: weights unpacked in registers, a group of 16 in each, and multiplied by `sdot` or, many rows at once, by
//! `smmla` where the processor has them.

mod books;
mod byte_products;
mod few_bits;
mod k_quants;
mod loops;
mod pairs;
mod product;
mod quantize;
mod registers;
mod small_blocks;
mod unpack;

pub(super) use loops::kernels;
