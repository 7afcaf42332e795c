//! Voting: two drawings of one prompt, side by side on a page of this machine, and a person who says which is better.
//!
//! What the browser gets names no contestant: pictures go out under random names, made anew from their pixels. It does not
//! know what follows from votes; which pair is asked next is for the crate `judge` to say.

mod commons;
mod drawings;
mod error;
mod gallery;
mod named;
mod page;
mod people_votes;
mod server;
mod session;
mod shown_pair;
mod state;
mod token;
mod view;
mod voter;

pub use error::{VoteRefusal, VotingError};
pub use gallery::GalleryVoting;
pub use server::serve;
pub(crate) use server::{keep_up, pages_of};
pub use session::VotingSession;
pub use voter::{VoterError, voter};
