//! Reasoning within a reply: the marks that models put around it, and telling it from the answer while the reply arrives.
//!
//! One table has the marks of all families ([`ReasoningTags`]). Three ask it: the engine, which knows the template and the
//! vocabulary of the model that it runs ([`ReasoningMarks::of`]); services, of whose models nothing is known
//! ([`ReasoningMarks::Any`]); and the check, which looks for marks anywhere in a reply ([`ReasoningTags::opening`],
//! [`ReasoningTags::closing`]).
//!
//! It does not know whose reply it reads, nor what an answer means: text comes in, text goes out in two parts.
//!
//! Start reading at [`ReasoningSplit`].

mod channels;
mod marks;
mod outset;
mod segment;
mod split;
mod tags;

pub use marks::{ReasoningMarks, ReasoningTags};
pub use outset::ReasoningOutset;
pub use segment::ReplySegment;
pub use split::ReasoningSplit;
