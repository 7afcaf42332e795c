//! Runs language models from GGUF files in this process, on the CPU: dense ones and Mixture-of-Experts.
//!
//! It knows nothing of what is asked of a model, of files on a hub, of servers or of terminals. To ask a model, start with
//! [`Engine::chat`]; to look into one, with [`model::Model`] and [`Session`], which feed tokens and give logits; to read
//! or write a file, with [`gguf::Gguf`].
//!
//! To read the code, follow a request down: `engine/chat.rs` makes tokens of a conversation and text of the answer,
//! `engine/scheduler.rs` decodes many requests in one step, `model/forward.rs` is the step, `model/mod.rs` draws what it
//! is made of. A request's tokens depend on its prompt, sampling and seed alone, not on threads or on company.
//!
//! ```
//! use pelicycle_engine::chat::ChatMessage;
//! use pelicycle_engine::sample::Sampling;
//! use pelicycle_engine::{ChatEvent, Engine};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The small model that ships inside; `Engine::open("model.gguf")` takes any other.
//!     let engine = Engine::bundled()?;
//!     let messages = [ChatMessage::user("Generate an SVG of a pelican riding a bicycle")];
//!
//!     // Sampled as the file recommends; the same seed gives the same reply. Dropping the stream breaks it off.
//!     let mut drawing = String::new();
//!     for event in engine.chat(&messages).seed(7).max_tokens(100).stream()? {
//!         match event? {
//!             ChatEvent::Reasoning(thought) => eprint!("{thought}"),
//!             ChatEvent::AnswerWasReasoning => drawing.clear(),
//!             ChatEvent::Text(text) => drawing.push_str(&text),
//!             ChatEvent::Finished(summary) => {
//!                 println!("{} tokens, {:?}", summary.reply_tokens, summary.finish);
//!             }
//!         }
//!     }
//!     assert!(drawing.starts_with("<svg"));
//!
//!     // Always the best token, and the whole reply at once.
//!     let greedy = Sampling { temperature: 0.0, ..engine.recommended_sampling() };
//!     let reply = engine.chat(&messages).sampling(greedy).max_tokens(20).reply()?;
//!     println!("{}", reply.text);
//!     Ok(())
//! }
//! ```

mod bandwidth;
pub mod bench;
pub mod bundled;
mod cache;
pub mod chat;
mod engine;
pub mod form;
pub mod gguf;
mod memory_limit;
pub mod model;
mod picture_speed;
mod prompt_input;
mod random;
mod recurrent_state;
pub mod replay;
pub mod sample;
mod session;
mod thread_pool;
pub mod tokenizer;
pub mod vision;

pub use bandwidth::memory_bandwidth;
pub use engine::{
    ChatDelta, ChatEvent, ChatProgress, ChatReply, ChatRequest, ChatStream, Engine, EngineError,
    EngineOptions, FinishReason, GenerationEvent, GenerationRequest, RenderedPrompt, ReplySummary,
    Speculation,
};
pub use memory_limit::memory_limit;
pub use pelicycle_kernels::{Kernels, UnknownKernels, quant};
pub use picture_speed::{PictureSpeed, bench_picture, picture_speed};
pub use session::{ExpertChoice, Session};

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
