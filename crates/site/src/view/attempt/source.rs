//! The source of a drawing on its page, and what was found in it.

use std::collections::BTreeSet;

use pelicycle_record::{Attempt, Finding};
use pelicycle_text::{self as text, Excerpt};
use serde::Serialize;

use crate::view::syntax::{SyntaxReader, SyntaxSpan};

/// Findings on a page; a hostile drawing may have thousands.
pub(super) const MAX_FINDINGS: usize = 200;

/// A finding of the check, or a remark on how a service answered.
#[derive(Debug, Serialize)]
pub(super) struct FindingView {
    code: String,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
    /// Whether the page shows that line.
    linked: bool,
    /// Whether it tells of our renderer rather than of the drawing.
    renderer: bool,
}

/// The source of a drawing, line by line.
#[derive(Debug, Serialize)]
pub(super) struct SourceView {
    lines: Vec<Line>,
    cut: bool,
    active: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    pieces: Vec<SyntaxSpan>,
    marked: bool,
}

impl SourceView {
    /// The lines of an excerpt; those with findings are marked.
    pub(super) fn new(svg: &Excerpt, findings: &[Finding], active: bool) -> Self {
        let marked: BTreeSet<u32> = findings.iter().filter_map(|finding| finding.line).collect();
        let mut reader = SyntaxReader::default();
        let text = svg.text.strip_suffix('\n').unwrap_or(&svg.text);
        let lines = text
            .split('\n')
            .zip(1..)
            .map(|(text, number)| Line { pieces: reader.line(text), marked: marked.contains(&number) });
        Self { lines: lines.collect(), cut: svg.cut, active }
    }

    /// The number of lines that the page shows.
    pub(super) fn shown_lines(&self) -> usize {
        self.lines.len()
    }
}

impl FindingView {
    /// The remarks on an attempt, then the findings of its check, of which the page shows so many lines.
    pub(super) fn all(attempt: &Attempt, findings: &[Finding], shown_lines: usize) -> Vec<Self> {
        let findings = findings.iter().take(MAX_FINDINGS).map(|finding| Self::new(finding, shown_lines));
        Self::remarks(attempt).chain(findings).collect()
    }

    /// The remarks on how a service answered, or on what had to be guessed of a local model.
    fn remarks(attempt: &Attempt) -> impl Iterator<Item = Self> {
        let service = attempt.service.iter().flat_map(|service| &service.remarks);
        let service = service.map(|remark| (remark.code.as_str(), remark.message.as_str()));
        let engine = attempt.engine.iter().flat_map(|engine| &engine.remarks);
        let engine = engine.map(|remark| ("guessed", remark.as_str()));
        service.chain(engine).take(MAX_FINDINGS).map(|(code, message)| Self {
            code: text::label(code),
            message: text::sentence(message),
            line: None,
            column: None,
            linked: false,
            renderer: false,
        })
    }

    fn new(finding: &Finding, shown_lines: usize) -> Self {
        Self {
            code: text::label(finding.code.as_str()),
            message: text::sentence(&finding.message),
            line: finding.line,
            column: finding.column,
            renderer: finding.code.is_about_the_renderer(),
            linked: finding.line.is_some_and(|line| line >= 1 && line as usize <= shown_lines),
        }
    }
}
