//! Tells the answer of a reply in form from what stands before it.

use super::automaton::{FormNode, FormPlace, ReplyForm};

/// The way of a reader through a reply. Other marks of reasoning than the one that the form waits for mean nothing here.
#[derive(Debug)]
pub(crate) struct FormReader {
    form: ReplyForm,
    place: FormPlace,
    answers: bool,
}

impl FormReader {
    pub(crate) fn new(form: ReplyForm) -> FormReader {
        FormReader { place: form.beginning(), form, answers: false }
    }

    /// Whether the answer has begun.
    pub(crate) fn answers(&self) -> bool {
        self.answers
    }

    /// Takes in the bytes of the next token: those before the answer, and those of it. It is an object, and begins with the
    /// first brace that is no part of reasoning.
    pub(crate) fn cut<'b>(&mut self, bytes: &'b [u8]) -> (&'b [u8], &'b [u8]) {
        if self.answers {
            return (&[], bytes);
        }
        for (i, &byte) in bytes.iter().enumerate() {
            let reasons = matches!(self.form.nodes[self.place.node as usize], FormNode::Free { .. });
            if byte == b'{' && !reasons {
                self.answers = true;
                return bytes.split_at(i);
            }
            self.place = self.form.step(self.place, byte).unwrap_or(self.place);
        }
        (bytes, &[])
    }
}
