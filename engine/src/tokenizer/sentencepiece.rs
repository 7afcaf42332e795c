//! SentencePiece vocabularies: neighbours are joined, the pair whose joined text scores highest first.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::error::TokenizerError;
use super::vocabulary::{TokenKind, Vocabulary, damaged, index};
use crate::gguf::Gguf;

/// What a blank is written as.
const BLANK: char = '▁';

pub(super) struct SentencePiece {
    /// Pieces of text with their ids; control tokens and bytes are none.
    pieces: HashMap<String, u32>,
    scores: Vec<f32>,
    bytes: [Option<u32>; 256],
    unknown: Option<u32>,
    blank_first: bool,
}

/// Two neighbours that could be joined: where each begins and where the second ends when they were found.
struct Join {
    score: f32,
    left: usize,
    right: usize,
    end: usize,
}

impl Ord for Join {
    /// The highest score is greatest, among equals the leftmost.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Join {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Join {}

/// A run of text and its neighbours, by their places in the list; joined away when empty.
#[derive(Clone, Copy)]
struct Symbol {
    start: usize,
    end: usize,
    before: usize,
    after: usize,
}

/// No neighbour.
const NONE: usize = usize::MAX;

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
        let mut bytes = [None; 256];
        for id in vocabulary.of_kind(TokenKind::Byte) {
            if let &[byte] = vocabulary.bytes(id) {
                bytes[usize::from(byte)] = Some(id);
            }
        }
        let is_piece = |id: u32| {
            matches!(
                vocabulary.kind(id),
                Some(TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused)
            )
        };
        let pieces = index(gguf, texts)?
            .into_iter()
            .filter(|&(_, id)| is_piece(id))
            .map(|(text, id)| (text.to_owned(), id))
            .collect();
        let unknown = gguf.u32("tokenizer.ggml.unknown_token_id")?.filter(|&id| (id as usize) < texts.len());
        let blank_first = gguf.bool("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
        Ok(SentencePiece { pieces, scores, bytes, unknown, blank_first })
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
        for symbol in self.join(&spelled) {
            let piece = &spelled[symbol.start..symbol.end];
            match self.pieces.get(piece) {
                Some(&id) => ids.push(id),
                None => self.encode_bytes(piece, symbol.start, ids)?,
            }
        }
        Ok(())
    }

    fn encode_bytes(&self, piece: &str, at: usize, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
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

    /// The runs that are left when no two neighbours make a piece.
    fn join(&self, text: &str) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = text
            .char_indices()
            .enumerate()
            .map(|(i, (start, c))| Symbol {
                start,
                end: start + c.len_utf8(),
                before: i.checked_sub(1).unwrap_or(NONE),
                after: i + 1,
            })
            .collect();
        if let Some(last) = symbols.last_mut() {
            last.after = NONE;
        }
        let mut joins = BinaryHeap::new();
        let consider = |symbols: &[Symbol], left: usize, joins: &mut BinaryHeap<Join>| {
            let right = symbols[left].after;
            if right == NONE {
                return;
            }
            let end = symbols[right].end;
            if let Some(&id) = self.pieces.get(&text[symbols[left].start..end]) {
                joins.push(Join { score: self.scores[id as usize], left, right, end });
            }
        };
        for left in 0..symbols.len() {
            consider(&symbols, left, &mut joins);
        }
        while let Some(Join { left, right, end, .. }) = joins.pop() {
            // Either side may have been joined to another since.
            if symbols[left].after != right
                || symbols[right].end != end
                || symbols[left].start == symbols[left].end
            {
                continue;
            }
            let after = symbols[right].after;
            symbols[left].end = end;
            symbols[left].after = after;
            symbols[right].end = symbols[right].start;
            if after != NONE {
                symbols[after].before = left;
            }
            consider(&symbols, left, &mut joins);
            if symbols[left].before != NONE {
                consider(&symbols, symbols[left].before, &mut joins);
            }
        }
        symbols.retain(|symbol| symbol.end > symbol.start);
        symbols
    }
}
