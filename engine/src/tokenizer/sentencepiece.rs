//! SentencePiece vocabularies: neighbours are joined, the pair whose joined text scores highest first.

use std::cmp::Ordering;

use super::chain::SymbolChain;
use super::error::TokenizerError;
use super::index::TokenIndex;
use super::vocabulary::{ByteTokens, TokenKind, Vocabulary, damaged};
use crate::gguf::Gguf;

/// The character that a blank is written as.
const BLANK: char = '▁';

pub(super) struct SentencePiece {
    /// Pieces of text; control tokens and bytes are none.
    pieces: TokenIndex,
    scores: Vec<f32>,
    bytes: ByteTokens,
    blank_first: bool,
}

/// The score of two neighbours as one piece.
#[derive(Clone, Copy)]
struct Score(f32);

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

impl SentencePiece {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        vocabulary: &Vocabulary,
    ) -> Result<SentencePiece, TokenizerError> {
        let scores = gguf
            .f32s("tokenizer.ggml.scores")?
            .ok_or_else(|| damaged(gguf, "tokenizer.ggml.scores is missing"))?;
        if scores.len() != texts.len() {
            let reason =
                format!("tokenizer.ggml.scores has {} entries for {} tokens", scores.len(), texts.len());
            return Err(damaged(gguf, reason));
        }
        let mut pieces = TokenIndex::new(gguf, texts)?;
        pieces.retain(|id| {
            matches!(
                vocabulary.kind(id),
                Some(TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused)
            )
        });
        let bytes = ByteTokens::from_gguf(gguf, vocabulary)?;
        let blank_first = gguf.bool("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
        Ok(SentencePiece { pieces, scores, bytes, blank_first })
    }

    /// Appends the ids of a text without special tokens, at the start of a text or after a special token.
    pub(super) fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        if text.is_empty() {
            return Ok(());
        }
        let mut spelled = String::with_capacity(text.len() + 8);
        if self.blank_first {
            spelled.push(BLANK);
        }
        spelled.extend(text.chars().map(|c| if c == ' ' { BLANK } else { c }));
        for (start, end) in self.runs(&spelled).symbols() {
            let piece = &spelled[start..end];
            match self.pieces.get(piece) {
                Some(id) => ids.push(id),
                None => self.bytes.encode(piece, start, ids)?,
            }
        }
        Ok(())
    }

    /// The runs of text that are left when no two neighbours make a piece.
    fn runs(&self, text: &str) -> SymbolChain<(usize, usize), Score> {
        let mut chain = SymbolChain::new();
        for (start, c) in text.char_indices() {
            chain.push((start, start + c.len_utf8()));
        }
        chain.join(|(start, _), (_, end)| {
            let id = self.pieces.get(&text[start..end])?;
            Some((Score(self.scores[id as usize]), (start, end)))
        });
        chain
    }
}
