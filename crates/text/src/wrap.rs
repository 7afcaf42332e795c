//! Long lines for a terminal.

/// A line cut between words into lines of `width` characters at most, those after the first set in by `indent`; a word that is
/// longer stands alone.
#[must_use]
pub fn wrapped(line: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let begin = line.len() - line.trim_start().len();
    let mut now = line[..begin].to_owned();
    let mut is_empty = true;
    for word in line.split_whitespace() {
        if !is_empty && now.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut now, " ".repeat(indent)));
            is_empty = true;
        }
        if !is_empty {
            now.push(' ');
        }
        now.push_str(word);
        is_empty = false;
    }
    lines.push(now);
    lines
}
