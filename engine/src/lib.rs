//! In-process inference of Mixture-of-Experts language models from GGUF files, on the CPU.
//!
//! It knows nothing of what is asked of a model.

pub mod gguf;
mod kernel;
pub mod quant;
