//! Voting: two drawings of one prompt, side by side on a page of this machine, and a person who says which is better.
//!
//! What the browser gets names no contestant: pictures go out under random names, made anew from their pixels. It does not
//! know what follows from votes; which pair is asked next is the judges' room's to say.

mod booth;
mod exhibits;
mod page;
mod server;
mod showing;
mod state;
mod token;
mod voter;

pub use booth::{Booth, BoothError, Refusal};
pub use server::serve;
pub use voter::{VoterError, voter};
