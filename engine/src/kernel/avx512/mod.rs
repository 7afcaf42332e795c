//! AVX-512 with VNNI: weights unpacked in registers, one byte product instruction for 64 weights.

mod delta;
mod loops;
mod product;
mod unpack;

pub(super) use loops::kernels;
