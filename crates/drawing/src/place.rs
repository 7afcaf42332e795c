//! From a byte offset to the line and column that an editor shows.

use pelicycle_record::{Finding, FindingCode};

/// A finding whose place is still a byte offset in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OffsetFinding {
    /// The subject.
    pub(super) code: FindingCode,
    /// Byte offset of the place that a person would point to.
    pub(super) at: usize,
    /// A sentence for a person.
    pub(super) message: String,
}

impl OffsetFinding {
    /// A finding at a byte offset.
    pub(super) fn new(code: FindingCode, at: usize, message: impl Into<String>) -> Self {
        Self { code, at, message: message.into() }
    }

    /// The finding with its line and column.
    pub(super) fn located(&self, lines: &LineIndex<'_>) -> Finding {
        Finding::at(lines.place(self.at), self.code.clone(), self.message.clone())
    }
}

/// The offsets at which the lines of a text begin.
#[derive(Debug)]
pub(super) struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines.
    pub(super) fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| i + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(super) fn place(&self, offset: usize) -> (u32, u32) {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let column = self.text[self.starts[line]..offset].chars().count() + 1;
        (u32::try_from(line + 1).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let lines = LineIndex::new("ab\nüx\r\nend");
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place(3), (2, 1));
        assert_eq!(lines.place(5), (2, 2));
        assert_eq!(lines.place(8), (3, 1));
        assert_eq!(lines.place(999), (3, 4));
    }
}
