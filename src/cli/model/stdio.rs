//! Text in from a file or standard input, text out to standard output.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;

/// The longest text that is taken: an endless source ends.
const LONGEST: u64 = 64 << 20;

/// The whole text of a file, or of standard input for `-` and for nothing.
pub(super) fn read_text(path: Option<&Path>) -> anyhow::Result<String> {
    let (name, source): (String, Box<dyn io::Read>) = match path.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let name = path.display().to_string();
            let file = File::open(path).with_context(|| format!("can't read {name}"))?;
            (name, Box::new(file))
        }
        None => ("standard input".to_owned(), Box::new(io::stdin().lock())),
    };
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes).with_context(|| format!("can't read {name}"))?;
    anyhow::ensure!(bytes.len() as u64 <= LONGEST, "{name} is longer than {} MiB", LONGEST >> 20);
    String::from_utf8(bytes)
        .map_err(|e| anyhow::anyhow!("{name}: byte {} is not UTF-8", e.utf8_error().valid_up_to()))
}

/// Prints as it is. A reader that has gone away, as `head` does, is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("can't write to standard output")
        }
        _ => Ok(()),
    }
}

/// A file's text without the control characters that could steer a terminal.
pub(super) fn harmless(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(harmless("a\u{1b}[31m\u{9b}1m\r\u{202e}é"), "a\u{fffd}[31m\u{fffd}1m\u{fffd}\u{fffd}é");
    }
}
