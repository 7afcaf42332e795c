//! The parts that the tests of all crates share: folders of the checkout, servers on loopback, made-up attempts, and one way
//! to start the program.
//!
//! A dependency of tests alone. It knows records, and with the feature `exhibits` the store and the drawing check; it
//! knows no service, no page and no command of the program.
//!
//! - [`workspace`], [`docs`], [`shared`], [`has_python`]: what lies beside the tests. What is missing makes a test skip, and
//!   fail in CI.
//! - [`program`]: the program in a clean environment, and a server that it serves pages with.
//! - [`mutated`]: what damage makes of bytes. [`tempdir`]: a folder of a test's own.
//! - [`loopback`], [`hub`]: servers that do what a test says. [`frames`]: what services say, in the words of each protocol;
//!   [`clothes`]: a key as they may say it, [`disguise`]: streams in which they do.
//! - `attempts`, `exhibits` (features): attempts as plain data, and results of real and of hostile drawings.
//! - [`model_file`]: models of random weights, made on the spot. [`browser`]: a real Chromium.
//!
//! Start reading at [`program`].
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a helper of tests panics and prints as they do"
)]

#[cfg(feature = "attempts")]
pub mod attempts;
pub mod browser;
pub mod clothes;
pub mod disguise;
#[cfg(feature = "exhibits")]
pub mod exhibits;
mod folders;
pub mod frames;
pub mod hub;
pub mod loopback;
pub mod model_file;
mod mutation;
pub mod program;
mod temporary;

pub use mutation::mutated;
pub use temporary::tempdir;

#[cfg(unix)]
pub use folders::pipe;
pub use folders::{copy, docs, files, git, has_python, shared, skip, workspace};
