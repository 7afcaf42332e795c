//! Every instruction set against exact arithmetic on the same rounded activations, and against itself.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod aligned_floats;
mod choice;
mod delta;
mod exponentials;
mod floats;
mod gates;
mod products;
mod rounding;
mod weights;

// Under the name that it has in the library, whose own tests have `weights`, too.
use pelicycle_kernels::quant;
