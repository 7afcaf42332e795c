//! The store on a real disk.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod killed;
mod results;
mod schema;
