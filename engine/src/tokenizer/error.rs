//! Errors of a vocabulary.

use std::path::PathBuf;

use thiserror::Error;

use super::families;
use crate::gguf::GgufError;

/// The reason why a tokenizer can't be made from a model file, or a text not be turned into tokens.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
#[non_exhaustive]
pub enum TokenizerError {
    #[error(transparent)]
    File(#[from] GgufError),
    #[error("{}: the tokenizer {model:?} is not supported; supported are gpt2 (byte-level BPE), llama (SentencePiece) and gemma4 (BPE over characters)", path.display())]
    Model { path: PathBuf, model: String },
    #[error(
        "{}: the pre-tokenizer {name:?} is not known: the model is newer than this program, or its converter gave it a name \
         of its own; known are {}",
        path.display(), families::names().join(", ")
    )]
    Split { path: PathBuf, name: String },
    #[error("{}: the vocabulary is damaged: {reason}", path.display())]
    Vocabulary { path: PathBuf, reason: String },
    #[error("the vocabulary has no token for the byte 0x{byte:02X}, which the text needs at byte {at}")]
    NoByte { byte: u8, at: usize },
    #[error("the text can't be split into words: {0}")]
    Pattern(String),
}
