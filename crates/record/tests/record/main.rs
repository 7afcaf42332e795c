//! Records as plain data: what they are made of, read and refused.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod counting;
mod expert_counts;
mod finding;
mod id;
mod look;
mod name;
mod rates;
mod rubric;
mod sampling;
mod timeline;
