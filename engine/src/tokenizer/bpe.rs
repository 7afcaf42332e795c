//! Byte-level byte-pair encoding on the library `tokenizers`, built from the file's own tables.

use std::collections::HashMap;

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::{Model as _, NormalizedString};

use super::alphabet::{self, STAND_INS};
use super::error::TokenizerError;
use super::split::Splitter;
use super::vocabulary::{damaged, index};
use crate::gguf::Gguf;

pub(super) struct ByteBpe {
    bpe: BPE,
    splitter: Splitter,
    /// Bytes without a token; the library would drop them from a text without a word.
    missing: [bool; 256],
}

impl ByteBpe {
    pub(super) fn from_gguf(
        gguf: &Gguf,
        texts: &[String],
        splitter: Splitter,
    ) -> Result<ByteBpe, TokenizerError> {
        let ids = index(gguf, texts)?;
        let lines = gguf.require_strings("tokenizer.ggml.merges")?;
        let mut merges = Vec::with_capacity(lines.len());
        let mut joined = String::new();
        for (rank, line) in lines.iter().enumerate() {
            merges.push(
                merge(&ids, line, &mut joined)
                    .map_err(|why| damaged(gguf, format!("merge {rank} ({line:?}) {why}")))?,
            );
        }
        let missing = std::array::from_fn(|byte| {
            let mut utf8 = [0; 4];
            !ids.contains_key(&*STAND_INS[byte].encode_utf8(&mut utf8))
        });
        let vocab: Vocab = ids.into_iter().map(|(text, id)| (text.to_owned(), id)).collect();
        let bpe = BPE::builder()
            .vocab_and_merges(vocab, merges)
            .ignore_merges(splitter.whole_words)
            .build()
            .map_err(|e| damaged(gguf, e.to_string()))?;
        Ok(ByteBpe { bpe, splitter, missing })
    }

    /// Appends the ids of a text without special tokens.
    pub(super) fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        let mut composed = None;
        if self.splitter.nfc && !text.is_ascii() {
            let mut string = NormalizedString::from(text);
            string.nfc();
            composed = Some(string);
        }
        let text = composed.as_ref().map_or(text, NormalizedString::get);
        if let Some(at) = text.bytes().position(|byte| self.missing[usize::from(byte)]) {
            return Err(TokenizerError::NoByte { byte: text.as_bytes()[at], at });
        }
        let mut spelled = String::new();
        for word in self.splitter.words(text)? {
            spelled.clear();
            spelled.extend(word.bytes().map(|byte| STAND_INS[usize::from(byte)]));
            let tokens = self.bpe.tokenize(&spelled).map_err(|e| TokenizerError::Encode(e.to_string()))?;
            ids.extend(tokens.iter().map(|token| token.id));
        }
        Ok(())
    }
}

/// The two tokens of a merge, which with their joined text are known to be in the vocabulary: the library
/// relies on that.
fn merge(
    ids: &HashMap<&str, u32>,
    line: &str,
    joined: &mut String,
) -> Result<(String, String), &'static str> {
    // A token may itself be a blank only where bytes have no stand-ins, so the first blank is the border.
    let (left, right) = line.split_once(' ').ok_or("is not two tokens")?;
    joined.clear();
    joined.push_str(left);
    joined.push_str(right);
    if left.is_empty() || right.is_empty() {
        return Err("is not two tokens");
    }
    if ![left, right, joined.as_str()].iter().all(|text| ids.contains_key(text)) {
        return Err("names text that is no token");
    }
    if !joined.chars().all(|c| alphabet::byte(c).is_some()) {
        return Err("joins characters that stand for no byte");
    }
    Ok((left.to_owned(), right.to_owned()))
}
