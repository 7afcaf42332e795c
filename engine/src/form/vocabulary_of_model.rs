//! The tokens of a model that may stand in a form, told by its tokenizer.

use super::vocabulary::FormVocabulary;
use crate::tokenizer::{TokenKind, Tokenizer};

impl FormVocabulary {
    /// The tokens of text among the first `most`, as many as the model knows, and of those that steer the model the ones
    /// that stand in `marks`. What ends a turn is none: a reply ends where its form does.
    pub(crate) fn new(tokenizer: &Tokenizer, most: usize, marks: &[&str]) -> FormVocabulary {
        let ids = u32::try_from(tokenizer.vocab_size().min(most)).unwrap_or(u32::MAX);
        let tokens = (0..ids).filter(|&id| !tokenizer.is_end_of_turn(id) || is_mark(tokenizer, id, marks));
        let tokens = tokens.filter_map(|id| {
            let text = match tokenizer.kind(id)? {
                TokenKind::Normal | TokenKind::UserDefined | TokenKind::Byte => true,
                TokenKind::Control => false,
                TokenKind::Unknown | TokenKind::Unused => return None,
            };
            (text || is_mark(tokenizer, id, marks)).then(|| (id, tokenizer.token_bytes(id), text))
        });
        FormVocabulary::of(tokens.collect(), ids as usize)
    }
}

fn is_mark(tokenizer: &Tokenizer, id: u32, marks: &[&str]) -> bool {
    std::str::from_utf8(tokenizer.token_bytes(id))
        .is_ok_and(|text| !text.is_empty() && marks.iter().any(|mark| mark.contains(text)))
}
