//! The results of a batch, on disk: there may be more of them than memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use serde::Deserialize;

/// The longest line: as much as is ever checked of a reply, escaped, and what stands around it.
const MAX_LINE: u64 = 64 << 20;

/// The most bytes of all results.
pub(super) const MAX_BYTES: u64 = 8 << 30;

/// The results of a batch: lines of files, by the number of their request.
#[derive(Debug, Default)]
pub(super) struct BatchResults {
    files: Vec<File>,
    positions: HashMap<usize, LinePosition>,
}

/// The position of a line.
#[derive(Debug, Clone, Copy)]
struct LinePosition {
    file: usize,
    begin: u64,
    length: u64,
}

/// As much of a line as names its request.
#[derive(Deserialize)]
struct Named {
    custom_id: String,
}

impl BatchResults {
    /// Takes a file of results in. `number` tells a request's by its name. What can't be read, is named by nobody or
    /// comes twice is passed over.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn add(&mut self, mut file: File, number: impl Fn(&str) -> Option<usize>) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(&file);
        let (mut begin, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let length = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                break;
            }
            // A line over the bound comes in parts, none of which is JSON.
            let named = serde_json::from_slice::<Named>(&line).ok();
            if let Some(number) = named.and_then(|named| number(&named.custom_id)) {
                let position = LinePosition { file: self.files.len(), begin, length };
                self.positions.entry(number).or_insert(position);
            }
            begin += length;
        }
        self.files.push(file);
        Ok(())
    }

    /// The line for a request.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn line(&self, number: usize) -> io::Result<Option<Vec<u8>>> {
        let Some(position) = self.positions.get(&number) else { return Ok(None) };
        // A handle of its own would share the place in the file, so it is always sought anew.
        let mut file = &self.files[position.file];
        file.seek(SeekFrom::Start(position.begin))?;
        let mut line = Vec::new();
        file.take(position.length).read_to_end(&mut line)?;
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn lines_are_found_by_their_request_in_whatever_order_they_lie() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(
            b"{\"custom_id\":\"2\",\"x\":1}\nnonsense\n\n{\"custom_id\":\"who\"}\n{\"custom_id\":\"0\"}",
        )
        .unwrap();
        let mut more = tempfile::tempfile().unwrap();
        more.write_all(b"{\"custom_id\":\"1\"}\n{\"custom_id\":\"2\",\"x\":\"again\"}\n").unwrap();
        let mut results = BatchResults::default();
        for file in [file, more] {
            results.add(file, |name| name.parse().ok()).unwrap();
        }
        let line = |number| results.line(number).unwrap().map(|line| String::from_utf8(line).unwrap());
        assert_eq!(line(2).unwrap().trim(), r#"{"custom_id":"2","x":1}"#, "the first one counts");
        assert_eq!(
            (line(0).unwrap().trim(), line(1).unwrap().trim()),
            (r#"{"custom_id":"0"}"#, r#"{"custom_id":"1"}"#)
        );
        assert_eq!(line(3), None);
    }
}
