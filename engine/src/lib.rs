//! In-process inference of Mixture-of-Experts language models from GGUF files, on the CPU.
//!
//! It knows nothing of what is asked of a model.

mod bandwidth;
pub mod bench;
pub mod bundled;
mod cache;
pub mod chat;
pub mod engine;
pub mod gguf;
mod kernel;
pub mod model;
pub mod quant;
mod recurrent_state;
pub mod sample;
mod session;
mod thread_pool;
pub mod tokenizer;

pub use bandwidth::memory_bandwidth;
pub use engine::Engine;
pub use session::{ExpertChoice, Session};
