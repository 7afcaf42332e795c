//! Byte-pair encoding over characters, as Gemma 4 does it: a text, its blanks written `▁`, begins as the tokens of its
//! characters, and pairs of them are joined in the order of the file's merges. There are no words.

use super::chain::SymbolChain;
use super::error::TokenizerError;
use super::index::TokenIndex;
use super::merges::MergeTable;
use super::vocabulary::{ByteTokens, TokenKind, Vocabulary};
use crate::gguf::Gguf;

pub(super) struct CharacterBpe {
    pieces: TokenIndex,
    merges: MergeTable,
    bytes: ByteTokens,
}

/// A run of text in the making: its token, unless it is a character that has none, and its place.
#[derive(Clone, Copy)]
struct Run {
    id: Option<u32>,
    start: usize,
    end: usize,
}

impl CharacterBpe {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        vocabulary: &Vocabulary,
    ) -> Result<CharacterBpe, TokenizerError> {
        let mut pieces = TokenIndex::new(gguf, texts)?;
        let merges = MergeTable::from_gguf(gguf, &pieces, |_| true)?;
        pieces.retain(|id| {
            matches!(
                vocabulary.kind(id),
                Some(TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused)
            )
        });
        Ok(CharacterBpe { pieces, merges, bytes: ByteTokens::from_gguf(gguf, vocabulary)? })
    }

    /// Appends the ids of a text without special tokens.
    pub(super) fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        let spelled: String = text.chars().map(|c| if c == ' ' { '▁' } else { c }).collect();
        let mut chain = SymbolChain::new();
        for (start, c) in spelled.char_indices() {
            let end = start + c.len_utf8();
            chain.push(Run { id: self.pieces.get(&spelled[start..end]), start, end });
        }
        chain.join(|left: Run, right: Run| {
            let (priority, joined) = self.merges.get(left.id?, right.id?)?;
            Some((priority, Run { id: Some(joined), start: left.start, end: right.end }))
        });
        for run in chain.symbols() {
            match run.id {
                Some(id) => ids.push(id),
                None => self.bytes.encode(&spelled[run.start..run.end], run.start, ids)?,
            }
        }
        Ok(())
    }
}
