//! Text to token ids and back, by the vocabulary that a model file carries.

mod alphabet;
mod bpe;
mod chain;
mod character_bpe;
mod ends;
mod error;
mod families;
mod index;
mod merges;
mod sentencepiece;
mod special;
mod split;
mod stream;
mod strings;
#[expect(clippy::module_inception, reason = "the type that the room is named for")]
mod tokenizer;
mod unnamed;
mod vocabulary;

pub use error::TokenizerError;
pub use stream::Utf8Stream;
pub use tokenizer::{Tokenizer, check_names};
pub use vocabulary::TokenKind;
