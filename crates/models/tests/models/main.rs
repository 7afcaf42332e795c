//! Model files on this machine, and fetching them from a hub on loopback.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod hub_pull;
mod inventory;
