//! The tokens of a model file: their texts, kinds and bytes.

use std::collections::HashMap;

use super::alphabet;
use super::error::TokenizerError;
use crate::gguf::Gguf;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A piece of text.
    Normal,
    /// Stands for text that has no token.
    Unknown,
    /// Steers the model, such as `<|im_start|>`; plain text unless asked for.
    Control,
    /// Added whole by the model's authors, such as `<think>`; always recognised.
    UserDefined,
    /// Fills the table.
    Unused,
    /// A single byte, written `<0xNN>`.
    Byte,
}

/// How the texts of normal tokens stand for bytes.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// With the stand-ins of byte-level BPE.
    StandIns,
    /// As text, with `▁` for a blank.
    Blanks,
}

pub(super) struct Vocabulary {
    kinds: Vec<TokenKind>,
    /// The bytes of all tokens, one after another; token `id` ends at `ends[id]`.
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// The error for a damaged vocabulary of this file.
pub(super) fn damaged(gguf: &Gguf, reason: impl Into<String>) -> TokenizerError {
    TokenizerError::Vocabulary { path: gguf.path().to_owned(), reason: reason.into() }
}

impl Vocabulary {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        spelling: Spelling,
    ) -> Result<Vocabulary, TokenizerError> {
        if texts.is_empty() {
            return Err(damaged(gguf, "tokenizer.ggml.tokens is empty"));
        }
        if u32::try_from(texts.len()).is_err() {
            return Err(damaged(gguf, "tokenizer.ggml.tokens is too long"));
        }
        let kinds = match gguf.i32s("tokenizer.ggml.token_type")? {
            None => vec![TokenKind::Normal; texts.len()],
            Some(types) if types.len() != texts.len() => {
                let reason = format!(
                    "tokenizer.ggml.token_type has {} entries for {} tokens",
                    types.len(),
                    texts.len()
                );
                return Err(damaged(gguf, reason));
            }
            Some(types) => types
                .iter()
                .enumerate()
                .map(|(id, &number)| {
                    kind(number)
                        .ok_or_else(|| damaged(gguf, format!("token {id} has the unknown type {number}")))
                })
                .collect::<Result<_, _>>()?,
        };
        let mut bytes = Vec::with_capacity(texts.iter().map(String::len).sum());
        let mut ends = Vec::with_capacity(texts.len());
        for (text, kind) in texts.iter().zip(&kinds) {
            let start = bytes.len();
            let plain = match (kind, spelling) {
                (TokenKind::Control | TokenKind::UserDefined | TokenKind::Unused, _) => true,
                (TokenKind::Byte, _) => match byte_token(text) {
                    Some(byte) => {
                        bytes.push(byte);
                        false
                    }
                    None => true,
                },
                (_, Spelling::Blanks) => {
                    bytes.extend_from_slice(text.replace('▁', " ").as_bytes());
                    false
                }
                (_, Spelling::StandIns) => !text.chars().all(|c| match alphabet::byte(c) {
                    Some(byte) => {
                        bytes.push(byte);
                        true
                    }
                    None => false,
                }),
            };
            if plain {
                bytes.truncate(start);
                bytes.extend_from_slice(text.as_bytes());
            }
            let end = u32::try_from(bytes.len()).map_err(|_| damaged(gguf, "the tokens are too long"))?;
            ends.push(end);
        }
        Ok(Vocabulary { kinds, bytes, ends })
    }

    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn kind(&self, id: u32) -> Option<TokenKind> {
        self.kinds.get(id as usize).copied()
    }

    /// The bytes that a token stands for; none for an id past the end.
    pub(super) fn bytes(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else { return &[] };
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.bytes[start as usize..end as usize]
    }

    /// All ids of a kind.
    pub(super) fn of_kind(&self, kind: TokenKind) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.kinds).filter(move |(_, found)| **found == kind).map(|(id, _)| id)
    }
}

/// The byte that a token such as `<0x0A>` stands for.
fn byte_token(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn kind(number: i32) -> Option<TokenKind> {
    Some(match number {
        1 => TokenKind::Normal,
        2 => TokenKind::Unknown,
        3 => TokenKind::Control,
        4 => TokenKind::UserDefined,
        5 => TokenKind::Unused,
        6 => TokenKind::Byte,
        _ => return None,
    })
}

/// Ids by text; a text that two tokens share is an error, since no reader could tell them apart.
pub(super) fn index<'a>(gguf: &Gguf, texts: &'a [String]) -> Result<HashMap<&'a str, u32>, TokenizerError> {
    let mut ids = HashMap::with_capacity(texts.len());
    for (id, text) in (0_u32..).zip(texts) {
        if let Some(first) = ids.insert(text.as_str(), id) {
            return Err(damaged(gguf, format!("tokens {first} and {id} are both {text:?}")));
        }
    }
    Ok(ids)
}
