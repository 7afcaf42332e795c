//! Byte-level byte-pair encoding: a word begins as the tokens of its bytes, and pairs of them are joined in the
//! order of the file's merges.

use std::borrow::Cow;
use std::cmp::Reverse;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::alphabet::{self, STAND_INS};
use super::chain::SymbolChain;
use super::error::TokenizerError;
use super::index::TokenIndex;
use super::merges::MergeTable;
use super::split::PreTokenizer;
use super::vocabulary::{TokenKind, Vocabulary};
use crate::gguf::Gguf;

pub(super) struct ByteBpe {
    splitter: PreTokenizer,
    /// The tokens of single bytes.
    bytes: [Option<u32>; 256],
    merges: MergeTable,
    /// The words that are taken whole, where the family does so.
    words: Option<TokenIndex>,
}

impl ByteBpe {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        vocabulary: &Vocabulary,
        splitter: PreTokenizer,
    ) -> Result<ByteBpe, TokenizerError> {
        let mut index = TokenIndex::new(gguf, texts)?;
        let spells = |text: &str| text.chars().all(|c| alphabet::byte(c).is_some());
        let merges = MergeTable::from_gguf(gguf, &index, spells)?;
        let bytes = STAND_INS.map(|stand_in| index.get(stand_in.encode_utf8(&mut [0; 4])));
        let words = splitter.whole_words.then(|| {
            index.retain(|id| vocabulary.kind(id) == Some(TokenKind::Normal));
            index
        });
        Ok(ByteBpe { splitter, bytes, merges, words })
    }

    /// Appends the ids of a text without special tokens.
    pub(super) fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        let text = self.composed(text);
        let mut chain = SymbolChain::new();
        let mut spelled = String::new();
        let mut start = 0;
        for word in self.splitter.words(&text)? {
            match self.whole(word, &mut spelled) {
                Some(id) => ids.push(id),
                None => self.encode_word(word, start, &mut chain, ids)?,
            }
            start += word.len();
        }
        Ok(())
    }

    /// The text as the family's tokenizer takes it.
    fn composed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.splitter.nfc || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.nfc().collect())
    }

    /// The token that is the whole word, if such tokens go before merges.
    fn whole(&self, word: &str, spelled: &mut String) -> Option<u32> {
        let words = self.words.as_ref()?;
        spelled.clear();
        spelled.extend(word.bytes().map(|byte| STAND_INS[usize::from(byte)]));
        words.get(spelled)
    }

    /// Appends the ids of a word that begins at the byte `start` of the text.
    fn encode_word(
        &self,
        word: &str,
        start: usize,
        chain: &mut SymbolChain<u32, Reverse<u32>>,
        ids: &mut Vec<u32>,
    ) -> Result<(), TokenizerError> {
        chain.clear();
        for (at, byte) in (start..).zip(word.bytes()) {
            chain.push(self.bytes[usize::from(byte)].ok_or(TokenizerError::NoByte { byte, at })?);
        }
        chain.join(|left, right| self.merges.get(left, right));
        ids.extend(chain.symbols());
        Ok(())
    }
}
