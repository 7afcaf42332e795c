//! 64-bit Arm: weights brought side by side while they are packed, unpacked in registers, and multiplied by `sdot` or, many
//! rows at once, by `smmla` where the processor has them.

mod books;
mod byte_products;
mod few_bits;
mod k_quants;
mod loops;
mod many_rows;
mod pairs;
mod product;
mod quantize;
mod registers;
mod small_blocks;
mod unpack;

pub(super) use loops::kernels;
