//! Holding a reply to a form: JSON of a given shape, whatever the model's numbers say.
//!
//! A [`JsonShape`] becomes an automaton over bytes ([`ReplyForm`]); before each token the guide (`FormGuide`) marks those
//! of the vocabulary that go on in form and leave room to come to the end within the bound on tokens, and the sampler
//! chooses among them. So a reply is in form by construction, however the tokens lie across the borders of the JSON.
//!
//! Every string and list is bounded, so the automaton is small and has no stack. What is costly, the inside of a string,
//! where nearly every token may stand, is told from a table made once a model (`FormVocabulary`); elsewhere few bytes
//! can follow, and a walk down the vocabulary's trie soon ends.
//!
//! Start reading at `shape.rs`, `automaton.rs` and `guide.rs`.

mod automaton;
mod compile;
mod error;
mod guide;
mod reader;
mod shape;
mod string_bytes;
mod token_set;
mod vocabulary;
mod vocabulary_of_model;

pub use automaton::ReplyForm;
pub use error::FormError;
pub use shape::JsonShape;

pub(crate) use guide::FormGuide;
pub(crate) use reader::FormReader;
pub(crate) use token_set::TokenSet;
pub(crate) use vocabulary::FormVocabulary;
