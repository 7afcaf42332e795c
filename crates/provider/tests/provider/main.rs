//! Services through the library: what is sent, what is understood of the answer, and what is asked again.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod aimock;
mod asking;
mod cuts;
mod disguises;
mod docs;
mod echoes;
mod endless;
mod framings;
mod imitation;
mod litellm;
mod live;
mod load;
mod requests;
mod retries;
mod streams;
