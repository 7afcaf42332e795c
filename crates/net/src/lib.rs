//! HTTP as pelicycle speaks it: one client, one way to wait and send again, one way to read a body within bounds.
//!
//! Services, the Hugging Face hub and price lists are all asked through a client of [`ClientOptions`], so TLS, the user
//! agent and what a redirect may do are decided here alone. [`Backoff`] says when a request is sent again, [`BodyLimits`]
//! reads bodies that must not be endless in bytes or in time, [`read_certificates`] does before a request what its time
//! should not hold, and [`fetch`] is all of that for one text. [`shown`] and
//! [`innermost`] put addresses and errors into words without what may be secret in them.
//!
//! This crate knows no service, no protocol and no key, and it sends nothing twice by itself: what is sent again is for
//! its callers to decide.
//!
//! Start reading at [`fetch`], the shortest use of everything here.

mod backoff;
mod body;
mod certificates;
mod client;
mod fetch;
mod words;

pub use backoff::{Backoff, BackoffPolicy, NextTry};
pub use body::{BodyError, BodyLimits};
pub use certificates::{NoCertificates, read_certificates};
pub use client::ClientOptions;
pub use fetch::{FetchError, fetch};
pub use words::{innermost, shown};

#[cfg(test)]
mod tests;
