//! Runs as their callers see them, with real servers on loopback and the workflow that the documents hand out.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod easel;
mod eye;
mod looks;
mod looks_local;
mod projector_choice;
mod workflow;
