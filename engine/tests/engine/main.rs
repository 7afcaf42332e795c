//! The engine's tests, in one binary: each file is linked once.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and speak as tests do")]

mod chatting;
mod conventions;
mod expert_use;
mod form;
mod gguf;
mod gguf_hostile;
mod golden_blocks;
mod golden_models;
mod golden_real;
mod golden_vision;
mod guide;
mod hatchling;
mod holes;
mod layouts;
mod llama_cpp_architectures;
mod memory_limit;
mod model_hostile;
#[cfg(target_os = "linux")]
mod png_bombs;
mod rounded;
mod sample;
mod scripted;
mod seeing;
mod smollm2;
mod support;
mod templates;
mod tokenizer;
mod vision_hostile;
mod weight_summary;
