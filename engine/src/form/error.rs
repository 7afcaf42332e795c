//! The errors of holding a reply to a form.

use thiserror::Error;

/// A form that a reply can't be held to.
#[derive(Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum FormError {
    #[error("a reply is held to an object, not to another value")]
    NotAnObject,
    #[error("two forms of a value begin with {byte:?} and can't be told from each other there")]
    Ambiguous { byte: char },
    #[error("a value of the form has no way to be written")]
    Empty,
    #[error("the model's vocabulary has no token for {byte:?} alone, so its replies can't be held to a form")]
    NoToken { byte: char },
    #[error("the shortest reply in form may take {least} tokens, and no more than {bound} are left for it")]
    NoRoom { least: usize, bound: usize },
}
