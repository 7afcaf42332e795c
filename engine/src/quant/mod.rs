//! Tensor types: how many bytes hold how many numbers, and the exact numbers they stand for.

mod types;

pub use types::TensorType;
