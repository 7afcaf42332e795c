//! Byte-level byte-pair encoding: a word begins as the tokens of its bytes, and pairs of them are joined in the
//! order of the file's merges.

use std::borrow::Cow;
use std::cmp::Reverse;

use hashbrown::HashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::alphabet::{self, STAND_INS};
use super::chain::Chain;
use super::error::TokenizerError;
use super::index::TokenIndex;
use super::split::Splitter;
use super::vocabulary::{TokenKind, Vocabulary, damaged};
use crate::gguf::Gguf;

pub(super) struct ByteBpe {
    splitter: Splitter,
    /// The tokens of single bytes.
    bytes: [Option<u32>; 256],
    merges: HashMap<(u32, u32), Merge>,
    /// The words that are taken whole, where the family does so.
    words: Option<TokenIndex>,
}

/// What becomes of two neighbours.
struct Merge {
    /// The lowest goes first.
    rank: u32,
    joined: u32,
}

impl ByteBpe {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        vocabulary: &Vocabulary,
        splitter: Splitter,
    ) -> Result<ByteBpe, TokenizerError> {
        let mut index = TokenIndex::new(gguf, texts)?;
        let lines = gguf.require_strings("tokenizer.ggml.merges")?;
        if u32::try_from(lines.len()).is_err() {
            return Err(damaged(gguf, "tokenizer.ggml.merges is too long"));
        }
        let mut merges = HashMap::with_capacity(lines.len());
        let mut text = String::new();
        for (rank, line) in (0_u32..).zip(lines) {
            let (pair, joined) = merge(&index, line, &mut text)
                .map_err(|why| damaged(gguf, format!("merge {rank} ({line:?}) {why}")))?;
            merges.insert(pair, Merge { rank, joined });
        }
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
        let mut chain = Chain::new();
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
        chain: &mut Chain<u32, Reverse<u32>>,
        ids: &mut Vec<u32>,
    ) -> Result<(), TokenizerError> {
        chain.clear();
        for (at, byte) in (start..).zip(word.bytes()) {
            chain.push(self.bytes[usize::from(byte)].ok_or(TokenizerError::NoByte { byte, at })?);
        }
        chain.join(|left, right| {
            self.merges.get(&(left, right)).map(|merge| (Reverse(merge.rank), merge.joined))
        });
        ids.extend(chain.symbols());
        Ok(())
    }
}

/// The two tokens of a merge and the token that they make. `joined` is room for its text.
fn merge(index: &TokenIndex, line: &str, joined: &mut String) -> Result<((u32, u32), u32), &'static str> {
    // A token may itself be a blank only where bytes have no stand-ins, so the first blank is the border.
    let (left, right) = line.split_once(' ').ok_or("is not two tokens")?;
    if left.is_empty() || right.is_empty() {
        return Err("is not two tokens");
    }
    joined.clear();
    joined.push_str(left);
    joined.push_str(right);
    let id = |text: &str| index.get(text).ok_or("names text that is no token");
    let merge = ((id(left)?, id(right)?), id(joined)?);
    if !joined.chars().all(|c| alphabet::byte(c).is_some()) {
        return Err("joins characters that stand for no byte");
    }
    Ok(merge)
}
