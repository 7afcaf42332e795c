//! The timeline of a reply, which says when each part of it came: kept so that a drawing can be shown as it was written.

use serde::{Deserialize, Serialize};

/// Points kept of each text, at most: a reply of any length stays within some ten kilobytes.
const MAX_POINTS: usize = 1000;

/// Points nearer together than this are one from the start: nobody sees them apart.
const FIRST_STEP: u64 = 10;

/// Longest timeline that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The times at which the parts of a reply came, from an engine or a service alike: `timeline.json`.
///
/// A point `[ms, bytes]` says that so many milliseconds after the request was sent the first so many bytes of the text
/// were there. Both numbers grow from point to point.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Points of `reply.md`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply: Vec<(u64, u64)>,
    /// Points of `thinking.md`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thinking: Vec<(u64, u64)>,
}

/// The reason why a kept timeline could not be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TimelineError {
    #[error("the timeline is {0} bytes long, the bound is {MAX_BYTES}")]
    TooLong(usize),
    #[error("the timeline is not JSON of the known shape: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the timeline runs backwards, or past the end of its text")]
    Order,
}

impl Timeline {
    /// Adds a point to the answer's part; `bytes` are there now.
    pub fn reply(&mut self, ms: u64, bytes: u64) {
        add(&mut self.reply, ms, bytes);
    }

    /// Adds a point to the reasoning's part.
    pub fn thinking(&mut self, ms: u64, bytes: u64) {
        add(&mut self.thinking, ms, bytes);
    }

    /// Takes all that came by now for reasoning. That of its own, if any came, is shown when the answer was.
    pub fn answer_was_thinking(&mut self) {
        let reply = std::mem::take(&mut self.reply);
        let own = std::mem::take(&mut self.thinking);
        let before = own.last().copied().unwrap_or_default();
        self.thinking = own;
        for (ms, bytes) in reply {
            add(&mut self.thinking, ms.max(before.0), before.1 + bytes);
        }
    }

    /// The text of `timeline.json`; none where nothing came.
    #[must_use]
    pub fn text(&self) -> Option<Vec<u8>> {
        let empty = self.reply.is_empty() && self.thinking.is_empty();
        let kept = Timeline { reply: thinned(&self.reply), thinking: thinned(&self.thinking) };
        // Numbers in lists always become JSON.
        (!empty).then(|| serde_json::to_vec(&kept).ok()).flatten()
    }

    /// Reads a kept timeline of texts that are so many bytes long.
    ///
    /// # Errors
    /// When it is none, or does not fit the texts.
    pub fn read(text: &[u8], reply: u64, thinking: u64) -> Result<Timeline, TimelineError> {
        if text.len() > MAX_BYTES {
            return Err(TimelineError::TooLong(text.len()));
        }
        let timeline: Timeline = serde_json::from_slice(text)?;
        let ordered = |points: &[(u64, u64)], end: u64| {
            points.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1)
                && points.last().is_none_or(|last| last.1 <= end)
        };
        match ordered(&timeline.reply, reply) && ordered(&timeline.thinking, thinking) {
            true => Ok(timeline),
            false => Err(TimelineError::Order),
        }
    }
}

/// Adds a point, or moves the last one where they are too near to be seen apart.
fn add(points: &mut Vec<(u64, u64)>, ms: u64, bytes: u64) {
    match points.last_mut() {
        Some(last) if ms < last.0.saturating_add(FIRST_STEP) => last.1 = bytes,
        _ => points.push((ms, bytes)),
    }
}

/// The points at a step that is doubled until there are few enough.
fn thinned(points: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut kept = points.to_vec();
    let mut step = FIRST_STEP;
    while kept.len() > MAX_POINTS {
        step = step.saturating_mul(2);
        let mut fewer: Vec<(u64, u64)> = Vec::with_capacity(MAX_POINTS);
        for &(ms, bytes) in &kept {
            match fewer.last_mut() {
                // What came within a step is shown at its beginning.
                Some(last) if ms - last.0 < step => last.1 = bytes,
                _ => fewer.push((ms, bytes)),
            }
        }
        kept = fewer;
    }
    kept
}
