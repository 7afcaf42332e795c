//! The tokens of a model file: their texts, kinds and bytes.

use super::alphabet;
use super::error::TokenizerError;
use super::strings::ByteStrings;
use crate::gguf::Gguf;

/// The kind of a token.
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

/// The spelling by which the texts of normal tokens stand for bytes.
#[derive(Clone, Copy)]
pub(super) enum TokenSpelling {
    /// With the stand-ins of byte-level BPE.
    StandIns,
    /// As text, with `▁` for a blank.
    Blanks,
}

pub(super) struct Vocabulary {
    kinds: Vec<TokenKind>,
    bytes: ByteStrings,
}

/// The error for a damaged vocabulary of this file.
pub(super) fn damaged(gguf: &Gguf, reason: impl Into<String>) -> TokenizerError {
    TokenizerError::Vocabulary { path: gguf.path().to_owned(), reason: reason.into() }
}

impl Vocabulary {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        spelling: TokenSpelling,
    ) -> Result<Vocabulary, TokenizerError> {
        if texts.is_empty() {
            return Err(damaged(gguf, "tokenizer.ggml.tokens is empty"));
        }
        if u32::try_from(texts.len()).is_err() {
            return Err(damaged(gguf, "tokenizer.ggml.tokens is too long"));
        }
        let mut kinds = match gguf.i32s("tokenizer.ggml.token_type")? {
            None => vec![TokenKind::Normal; texts.len()],
            Some(types) if types.len() < texts.len() => {
                let reason = format!(
                    "tokenizer.ggml.token_type has {} entries for {} tokens",
                    types.len(),
                    texts.len()
                );
                return Err(damaged(gguf, reason));
            }
            // What is too long is padded, as an embedding matrix may be.
            Some(types) => types[..texts.len()]
                .iter()
                .enumerate()
                .map(|(id, &number)| {
                    kind(number)
                        .ok_or_else(|| damaged(gguf, format!("token {id} has the unknown type {number}")))
                })
                .collect::<Result<_, _>>()?,
        };
        if matches!(spelling, TokenSpelling::Blanks) && !kinds.contains(&TokenKind::Byte) {
            // Ollama's converter gives the tokens of bytes the type of text.
            for (kind, text) in kinds.iter_mut().zip(texts) {
                if *kind == TokenKind::Normal && byte_token(text).is_some() {
                    *kind = TokenKind::Byte;
                }
            }
        }
        let mut bytes = ByteStrings::with_capacity(texts.len(), texts.iter().map(String::len).sum());
        let mut token = Vec::new();
        for (text, &kind) in texts.iter().zip(&kinds) {
            token.clear();
            spell_out(text, kind, spelling, &mut token);
            bytes.push(&token).map_err(|_| damaged(gguf, "the tokens are too long"))?;
        }
        Ok(Vocabulary { kinds, bytes })
    }

    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn kind(&self, id: u32) -> Option<TokenKind> {
        self.kinds.get(id as usize).copied()
    }

    /// The bytes that a token stands for; none for an id past the end.
    pub(super) fn bytes(&self, id: u32) -> &[u8] {
        self.bytes.get(id).unwrap_or_default()
    }

    /// All ids of a kind.
    pub(super) fn of_kind(&self, kind: TokenKind) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.kinds).filter(move |(_, found)| **found == kind).map(|(id, _)| id)
    }
}

/// The tokens of single bytes, for text that has no other.
pub(super) struct ByteTokens {
    bytes: [Option<u32>; 256],
    unknown: Option<u32>,
}

impl ByteTokens {
    pub(super) fn from_gguf(gguf: &Gguf, vocabulary: &Vocabulary) -> Result<ByteTokens, TokenizerError> {
        let mut bytes = [None; 256];
        for id in vocabulary.of_kind(TokenKind::Byte) {
            if let &[byte] = vocabulary.bytes(id) {
                bytes[usize::from(byte)] = Some(id);
            }
        }
        let unknown = gguf.u32("tokenizer.ggml.unknown_token_id")?;
        Ok(ByteTokens { bytes, unknown: unknown.filter(|&id| (id as usize) < vocabulary.len()) })
    }

    /// Appends the ids of the bytes of a piece that begins at byte `at` of the text, or that of the unknown.
    pub(super) fn encode(&self, piece: &str, at: usize, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        let found: Option<Vec<u32>> = piece.bytes().map(|byte| self.bytes[usize::from(byte)]).collect();
        match (found, self.unknown) {
            (Some(found), _) => ids.extend(found),
            (None, Some(unknown)) => ids.push(unknown),
            (None, None) => {
                let missing = |byte: &u8| self.bytes[usize::from(*byte)].is_none();
                let byte = piece.bytes().find(missing).unwrap_or_default();
                return Err(TokenizerError::NoByte { byte, at });
            }
        }
        Ok(())
    }
}

/// Puts the bytes that a token stands for into `bytes`, which is empty.
fn spell_out(text: &str, kind: TokenKind, spelling: TokenSpelling, bytes: &mut Vec<u8>) {
    let spelled = match (kind, spelling) {
        (TokenKind::Control | TokenKind::UserDefined | TokenKind::Unused, _) => None,
        (TokenKind::Byte, _) => byte_token(text).map(|byte| bytes.push(byte)),
        (_, TokenSpelling::Blanks) => {
            for (n, part) in text.split('▁').enumerate() {
                bytes.extend((n > 0).then_some(b' '));
                bytes.extend_from_slice(part.as_bytes());
            }
            Some(())
        }
        (_, TokenSpelling::StandIns) => {
            text.chars().try_for_each(|c| alphabet::byte(c).map(|byte| bytes.push(byte)))
        }
    };
    if spelled.is_none() {
        bytes.clear();
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// The byte that a token such as `<0x0A>` stands for.
fn byte_token(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn kind(number: i32) -> Option<TokenKind> {
    Some(match number {
        // 0 is "undefined".
        0 | 1 => TokenKind::Normal,
        2 => TokenKind::Unknown,
        3 => TokenKind::Control,
        4 => TokenKind::UserDefined,
        5 => TokenKind::Unused,
        6 => TokenKind::Byte,
        _ => return None,
    })
}
