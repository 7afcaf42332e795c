//! Reasoning within a reply: the marks that models put around it, and taking it out of a reply while that arrives.
//!
//! The engine has marks of its own, since it knows the model that it runs and what that one was trained on. Here they are
//! for replies of models that nothing is known of.

mod marks;
mod splitter;

pub use marks::MarkPair;
pub use splitter::{ReasoningSplitter, SplitText};
