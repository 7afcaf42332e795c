//! HTTP as pelicycle speaks it: one client, one way to wait and ask again, one way to read a body within bounds.
//!
//! Services, the Hugging Face hub and the price list are all asked through [`client`], so TLS, the user agent and what
//! a redirect may do are decided here alone. [`Backoff`] says when a request is made again; [`Patience`] reads bodies
//! that must not be endless in bytes or in time; [`shown`] and [`innermost`] put addresses and errors into words
//! without what may be secret in them.
//!
//! It knows no service, no protocol and no key.

mod backoff;
mod body;
mod client;
mod fetch;
mod words;

pub use backoff::{Backoff, BackoffPolicy, NextTry};
pub use body::{BodyError, Patience};
pub use client::{ClientOptions, client};
pub use fetch::{FetchError, fetch};
pub use words::{innermost, shown};
