//! Markdown, for pull requests and notes.

use super::{label, sentence};

/// A name in Markdown: one bounded line in which nothing is markup.
pub fn escape_markdown(text: &str) -> String {
    escape(&label(text))
}

/// A sentence in Markdown, with names in it, longer than a name may be: one bounded line in which nothing is markup.
pub fn escape_markdown_sentence(text: &str) -> String {
    escape(&sentence(text))
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' | '@' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A bare address would become a link.
            ':' => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
    out
}

/// A table in Markdown whose first row is its head; the cells are Markdown already.
pub fn markdown_table<const N: usize>(rows: &[[String; N]]) -> String {
    let cell = |text: &String| if text.is_empty() { " |".to_owned() } else { format!(" {text} |") };
    let line = |row: &[String; N]| format!("|{}\n", row.iter().map(cell).collect::<String>());
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if !lines.is_empty() {
        lines.insert(1, line(&std::array::from_fn(|_| "---".to_owned())));
    }
    lines.concat()
}
