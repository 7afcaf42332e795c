//! From a reply to findings: extract, check, rasterize. Bytes in, findings out; no disk, no network.

mod report;

pub use report::{Candidate, Check, Draws, Finding, SvgFacts, Verdict};
