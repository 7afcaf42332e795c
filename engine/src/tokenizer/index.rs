//! Token ids by text.

use std::hash::BuildHasher as _;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::{Entry, HashTable};

use super::error::TokenizerError;
use super::strings::ByteStrings;
use super::vocabulary::damaged;
use crate::gguf::Gguf;

/// Finds the id of a token by its text as the file writes it.
pub(super) struct TokenIndex {
    texts: ByteStrings,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl TokenIndex {
    /// The index of all tokens; a text that two of them share is an error, since no reader could tell them
    /// apart.
    pub(super) fn new(gguf: &Gguf, tokens: &[String]) -> Result<TokenIndex, TokenizerError> {
        let mut texts = ByteStrings::with_capacity(tokens.len(), tokens.iter().map(String::len).sum());
        let mut ids = HashTable::with_capacity(tokens.len());
        let hasher = DefaultHashBuilder::default();
        for (id, text) in (0_u32..).zip(tokens) {
            texts.push(text.as_bytes()).map_err(|_| damaged(gguf, "the tokens are too long"))?;
            let hash = hasher.hash_one(text.as_bytes());
            let is_same = |&other: &u32| texts.get(other) == Some(text.as_bytes());
            let hash_of = |&other: &u32| hasher.hash_one(texts.get(other).unwrap_or_default());
            match ids.entry(hash, is_same, hash_of) {
                Entry::Occupied(first) => {
                    let first = first.get();
                    return Err(damaged(gguf, format!("tokens {first} and {id} are both {text:?}")));
                }
                Entry::Vacant(free) => free.insert(id),
            };
        }
        Ok(TokenIndex { texts, ids, hasher })
    }

    pub(super) fn get(&self, text: &str) -> Option<u32> {
        let text = text.as_bytes();
        self.ids.find(self.hasher.hash_one(text), |&id| self.texts.get(id) == Some(text)).copied()
    }

    /// Forgets the tokens that are not wanted.
    pub(super) fn retain(&mut self, wanted: impl Fn(u32) -> bool) {
        self.ids.retain(|&mut id| wanted(id));
    }
}
