//! The result of checking a reply: plain data, the shape of `pelicycle check --json`.

use serde::{Deserialize, Serialize};

use crate::{Finding, FindingCode};

/// The one-word answer to "did the model draw?", strict on the bytes as the model wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A picture with something to see.
    Drawn,
    /// A picture in which nothing is visible.
    Blank,
    /// Well-formed XML that has no SVG root, or no size to draw by.
    Unrenderable,
    /// A whole drawing that is not well-formed XML.
    Malformed,
    /// A drawing whose reply ends before its root element does.
    Truncated,
    /// A drawing that passes a bound of ours or is against policy. People read [`Verdict::words`], since "refused" sounds as
    /// though the model had declined.
    Refused,
    /// A reply without an SVG.
    NoSvg,
}

impl Verdict {
    /// The verdict in the words that people read; records and JSON have the code.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Drawn => "drawn",
            Verdict::Blank => "blank",
            Verdict::Unrenderable => "unrenderable",
            Verdict::Malformed => "malformed",
            Verdict::Truncated => "truncated",
            Verdict::Refused => "over a bound of ours",
            Verdict::NoSvg => "no-svg",
        }
    }
}

/// The renderers that show a picture for the bytes as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Draws"))]
pub struct DrawnBy {
    /// resvg, the renderer of our rasters.
    pub resvg: bool,
    /// A browser that is given the file as an image.
    pub browser: bool,
}

/// The moment that the picture of a drawing that moves shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PictureMoment {
    /// When it begins: what a browser shows first.
    Start,
    /// The end of its first cycle, where there is nothing to see when it begins.
    FirstCycle,
}

/// One stretch of the reply that may be a drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Candidate"))]
pub struct DrawingCandidate {
    /// Byte offset of its first byte in the reply.
    pub start: usize,
    /// Byte offset after its last byte in the reply.
    pub end: usize,
    /// Whether this is the one that was judged.
    pub chosen: bool,
    /// The words for where it was found, and why it was chosen or passed over.
    pub why: String,
}

/// Numbers of the chosen drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SvgFacts {
    /// Length of the extracted text.
    pub bytes: usize,
    /// Width it asks for, in user units, where it could be told.
    pub width: Option<f64>,
    /// Height it asks for, in user units, where it could be told.
    pub height: Option<f64>,
    /// Number of elements as written, where the text could be parsed.
    pub elements: Option<usize>,
}

/// Everything the check says about one reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// The verdict on the chosen candidate.
    pub verdict: Verdict,
    /// The renderers that draw it as written.
    pub draws: DrawnBy,
    /// Whether a repair made a picture of a malformed drawing. Never counted as `drawn`.
    pub repaired: bool,
    /// The name of that repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// The moment that its picture shows; absent where the drawing stands still, or was checked before December 2026.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<PictureMoment>,
    /// Every stretch that may be a drawing, in the order of the reply.
    pub candidates: Vec<DrawingCandidate>,
    /// The findings, in the order of their places.
    pub findings: Vec<Finding>,
    /// Numbers of the chosen drawing; absent when there is none.
    pub svg: Option<SvgFacts>,
}

impl Check {
    /// Its verdict in the words that people read, which name what the drawing is over or against.
    #[must_use]
    pub fn words(&self) -> &'static str {
        if self.is_against_policy() { "against policy" } else { self.verdict.words() }
    }

    /// Whether the drawing was not judged for what it declares, rather than for its size.
    #[must_use]
    pub fn is_against_policy(&self) -> bool {
        let declares = || self.findings.iter().any(|finding| finding.code == FindingCode::DtdRefused);
        self.verdict == Verdict::Refused && declares()
    }

    /// Whether the drawing stood in a page whose styles its picture has: what is measured is the drawing alone.
    #[must_use]
    pub fn has_page_styles(&self) -> bool {
        self.findings.iter().any(|finding| finding.code == FindingCode::PageStyles)
    }

    /// Whether the drawing as written shows something.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.verdict == Verdict::Drawn
    }
}
