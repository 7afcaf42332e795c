//! The gallery that a results folder makes, page by page, in a browser and on a publisher's host.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod build;
mod building;
mod charts;
mod house;
mod looks;
mod measures;
mod publish;
mod ranking;
mod seals;
