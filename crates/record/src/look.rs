//! A look: the model is shown a raster of what it drew, and asked to improve it.

use serde::{Deserialize, Serialize};

use crate::{Id, Outcome, Verdict};

/// The place of an attempt that is a look, in its series. First attempts have none, and are what is counted and
/// ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LookRecord {
    /// The attempt whose picture was shown.
    pub parent: Id,
    /// The first attempt, with which the looks began.
    pub first: Id,
    /// The number of the look, from 1.
    pub number: u32,
    /// The most looks that the run allowed.
    pub bound: u32,
    /// The version of the text that went with the picture.
    pub text: String,
    /// Hex BLAKE3 of the PNG that was shown.
    pub picture: String,
    /// Whether the model said that it is done, instead of drawing anew; no further look follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

impl LookRecord {
    /// Whether a reply that ended by itself says only that it is done. Marks around the word and its case don't matter. None
    /// that could not be checked does: it may have a drawing.
    #[must_use]
    pub fn says_done(reply: &str, outcome: Outcome, verdict: Option<Verdict>) -> bool {
        let word = reply.trim_matches(|letter: char| !letter.is_alphanumeric());
        outcome == Outcome::Complete && verdict == Some(Verdict::NoSvg) && word.eq_ignore_ascii_case("done")
    }
}
