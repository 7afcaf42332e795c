//! The pairs of tokens that byte-pair encoding joins, in the order in which a file lists them.

use std::cmp::Reverse;

use hashbrown::HashMap;

use super::error::TokenizerError;
use super::index::TokenIndex;
use super::vocabulary::damaged;
use crate::gguf::Gguf;

/// The merges of two neighbours, by their ids.
pub(super) struct MergeTable(HashMap<(u32, u32), Merge>);

struct Merge {
    /// The lowest goes first.
    rank: u32,
    joined: u32,
}

impl MergeTable {
    /// Reads `tokenizer.ggml.merges`. `spells` says whether a joined text can stand for anything.
    pub(super) fn from_gguf(
        gguf: &Gguf,
        index: &TokenIndex,
        spells: impl Fn(&str) -> bool,
    ) -> Result<MergeTable, TokenizerError> {
        let lines = gguf.require_strings("tokenizer.ggml.merges")?;
        if u32::try_from(lines.len()).is_err() {
            return Err(damaged(gguf, "tokenizer.ggml.merges is too long"));
        }
        let mut merges = HashMap::with_capacity(lines.len());
        let mut text = String::new();
        for (rank, line) in (0_u32..).zip(lines) {
            let (pair, joined) = merge(index, line, &mut text, &spells)
                .map_err(|why| damaged(gguf, format!("merge {rank} ({line:?}) {why}")))?;
            merges.insert(pair, Merge { rank, joined });
        }
        Ok(MergeTable(merges))
    }

    /// The priority with which two neighbours are joined, and the token that they make.
    pub(super) fn get(&self, left: u32, right: u32) -> Option<(Reverse<u32>, u32)> {
        self.0.get(&(left, right)).map(|merge| (Reverse(merge.rank), merge.joined))
    }
}

/// The two tokens of a merge and the token that they make. `joined` is room for its text.
fn merge(
    index: &TokenIndex,
    line: &str,
    joined: &mut String,
    spells: impl Fn(&str) -> bool,
) -> Result<((u32, u32), u32), &'static str> {
    // No token holds a blank, which is written as something else, so the first blank is the border.
    let (left, right) = line.split_once(' ').ok_or("is not two tokens")?;
    if left.is_empty() || right.is_empty() {
        return Err("is not two tokens");
    }
    joined.clear();
    joined.push_str(left);
    joined.push_str(right);
    let id = |text: &str| index.get(text).ok_or("names text that is no token");
    let merge = ((id(left)?, id(right)?), id(joined)?);
    if !spells(joined) {
        return Err("joins characters that stand for no byte");
    }
    Ok(merge)
}
