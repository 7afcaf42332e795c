//! Text to token ids and back, by the vocabulary that a model file carries.

mod alphabet;
mod bpe;
mod chain;
mod error;
mod index;
mod sentencepiece;
mod special;
mod split;
mod stream;
mod strings;
#[expect(clippy::module_inception, reason = "the type that the room is named for")]
mod tokenizer;
mod vocabulary;

pub use error::TokenizerError;
pub use stream::Utf8Stream;
pub use tokenizer::Tokenizer;
pub use vocabulary::TokenKind;
