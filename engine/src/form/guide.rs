//! The guide of a reply: the tokens that may come next, so that it stays in form and comes to its end within the bound
//! on tokens.

use std::sync::Arc;

use super::automaton::{END, EndMark, FormNode, FormPlace, NodeId, ReplyForm};
use super::error::FormError;
use super::string_bytes::StringPlace;
use super::token_set::TokenSet;
use super::vocabulary::FormVocabulary;

/// The most tokens that are kept from the reasoning for the answer; of few tokens, a quarter.
const KEPT_FOR_ANSWER: usize = 1024;

/// The way of one reply through its form.
///
/// The invariant, before every token: the fewest bytes from here to the end are at most the tokens that are left. Each of
/// those bytes is a token of its own, so the end can always be reached.
#[derive(Debug)]
pub(crate) struct FormGuide {
    form: ReplyForm,
    vocabulary: Arc<FormVocabulary>,
    place: FormPlace,
    /// Tokens that may come, at most.
    left: usize,
    /// Of them for the reasoning and the mark that ends it.
    left_for_reasoning: usize,
    allowed: TokenSet,
    /// The places along a path down the trie.
    path: Vec<FormPlace>,
    /// Tokens in which the mark may end that ends the reasoning, by their bytes.
    ending: Option<Vec<(u32, Vec<u8>)>>,
}

impl FormGuide {
    /// A guide before the first token, of which at most `bound` may come.
    ///
    /// # Errors
    /// When the vocabulary can't write the form, or the bound leaves no room for it.
    pub(crate) fn new(
        form: ReplyForm,
        vocabulary: Arc<FormVocabulary>,
        bound: usize,
    ) -> Result<FormGuide, FormError> {
        if let Some(byte) = form.bytes().find(|&byte| !vocabulary.has_byte(byte)) {
            return Err(FormError::NoToken { byte: char::from(byte) });
        }
        let place = form.beginning();
        let least = form.closing(place);
        if least > bound {
            return Err(FormError::NoRoom { least, bound });
        }
        let kept = KEPT_FOR_ANSWER.min(bound / 4);
        let mark = form.mark().map_or(0, |mark| mark.bytes.len());
        Ok(FormGuide {
            allowed: TokenSet::new(vocabulary.ids),
            left: bound,
            left_for_reasoning: (bound - kept).max(mark),
            form,
            vocabulary,
            place,
            path: Vec::new(),
            ending: None,
        })
    }

    /// The tokens that may come next; at least one, as long as the reply is not over.
    pub(crate) fn allowed(&mut self) -> &TokenSet {
        self.allowed.clear();
        match &self.form.nodes[self.place.node as usize] {
            FormNode::Text { most, next } if self.place.string == StringPlace::Between => {
                self.allow_in_string(*most - self.place.used, *next);
            }
            FormNode::Free { mark, next }
                if self.left_for_reasoning > mark.bytes.len()
                    && self.left > mark.bytes.len() + self.form.closing(FormPlace::at(*next)) =>
            {
                self.allow_in_reasoning();
            }
            _ => self.allow_by_walking(),
        }
        &self.allowed
    }

    /// Takes in the token that came, which was allowed, by its bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if self.in_reasoning() {
            self.left_for_reasoning = self.left_for_reasoning.saturating_sub(1);
        }
        self.left = self.left.saturating_sub(1);
        let after = self.form.after(self.place, bytes);
        debug_assert!(after.is_some(), "only what is allowed comes");
        self.place = after.unwrap_or(self.place);
    }

    /// Whether the reply is over: nothing may follow.
    pub(crate) fn is_over(&self) -> bool {
        self.place.node == END
    }

    /// Whether the reply is in its reasoning.
    pub(crate) fn in_reasoning(&self) -> bool {
        matches!(self.form.nodes[self.place.node as usize], FormNode::Free { .. })
    }

    /// Has the reasoning end with the next tokens.
    pub(crate) fn end_reasoning(&mut self) {
        if let FormNode::Free { mark, .. } = &self.form.nodes[self.place.node as usize] {
            self.left_for_reasoning = mark.bytes.len() - usize::from(self.place.used);
        }
    }

    /// Whether the end is in reach after one token that leads to a place.
    fn reaches(&self, place: FormPlace) -> bool {
        let unfinished = matches!(place.string, StringPlace::Inside { .. });
        let reasons_on = match &self.form.nodes[place.node as usize] {
            // Whoever comes to the reasoning by this token has spent none of it.
            FormNode::Free { mark, .. } if self.in_reasoning() => {
                mark.bytes.len() - usize::from(place.used) < self.left_for_reasoning
            }
            _ => true,
        };
        let finishes = !unfinished || self.vocabulary.finishes_characters();
        self.form.closing(place) < self.left && finishes && reasons_on
    }

    /// Inside a string of which so many bytes are left.
    fn allow_in_string(&mut self, room: u16, next: NodeId) {
        let vocabulary = Arc::clone(&self.vocabulary);
        let behind = FormPlace::at(next);
        let most = 1 + self.form.closing(behind);
        // No character needs more than three bytes more.
        if room >= vocabulary.longest_content && self.left > most + 3 {
            self.allowed.copy_from(&vocabulary.contents);
        } else {
            for token in &vocabulary.content {
                if token.takes <= room && token.ends_in.need() + most < self.left {
                    self.allowed.insert(token.id);
                }
            }
        }
        for token in vocabulary.closing.iter().filter(|token| token.takes <= room) {
            if self.form.after(behind, &token.behind).is_some_and(|place| self.reaches(place)) {
                self.allowed.insert(token.id);
            }
        }
    }

    /// In reasoning that may go on: every token but those that end it and go on out of form.
    fn allow_in_reasoning(&mut self) {
        self.allowed.copy_from(&self.vocabulary.all);
        let ending = match self.ending.take() {
            Some(ending) => ending,
            None => self.form.mark().map(|mark| self.may_end(mark)).unwrap_or_default(),
        };
        for (id, bytes) in &ending {
            if !self.form.after(self.place, bytes).is_some_and(|place| self.reaches(place)) {
                self.allowed.remove(*id);
            }
        }
        self.ending = Some(ending);
    }

    /// The tokens that have the last byte of a mark.
    fn may_end(&self, mark: &EndMark) -> Vec<(u32, Vec<u8>)> {
        let last = mark.bytes[mark.bytes.len() - 1];
        let (mut found, mut bytes) = (Vec::new(), Vec::new());
        for (index, node) in self.vocabulary.trie.iter().enumerate() {
            bytes.truncate(usize::from(node.depth));
            bytes.push(node.byte);
            if bytes.contains(&last) {
                found.extend(self.vocabulary.tokens_at(index).iter().map(|&id| (id, bytes.clone())));
            }
        }
        found
    }

    /// Goes down the trie as far as the form allows.
    fn allow_by_walking(&mut self) {
        let vocabulary = Arc::clone(&self.vocabulary);
        self.path.clear();
        let mut index = 0;
        while let Some(node) = vocabulary.trie.get(index) {
            let depth = usize::from(node.depth);
            let before = if depth == 0 { self.place } else { self.path[depth - 1] };
            let Some(place) = self.form.step(before, node.byte) else {
                index = node.end as usize;
                continue;
            };
            self.path.truncate(depth);
            self.path.push(place);
            let tokens = vocabulary.tokens_at(index);
            if !tokens.is_empty() && self.reaches(place) {
                tokens.iter().for_each(|&id| self.allowed.insert(id));
            }
            index += 1;
        }
    }
}
