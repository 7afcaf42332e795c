//! Text that a model, a service or a file wrote: characters that act on the reader's screen without being seen are written
//! out, and lengths that break a page are cut.

use std::fmt::Write as _;

/// Longest name on a page, in characters.
const MAX_LABEL: usize = 96;
/// Longest sentence on a page, in characters: findings and errors.
const MAX_SENTENCE: usize = 600;

/// Whether a character acts unseen: controls, those that reorder or hide the text around them, and those that no XML
/// holds.
fn acts_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every character that acts unseen written as `⟨U+202E⟩`; tabs and line breaks stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let line_end = c == '\r' && characters.peek() == Some(&'\n');
        if line_end {
            continue;
        }
        if acts_unseen(c) && c != '\n' && c != '\t' {
            // Writing to a String cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A name for people: one line, bounded.
pub fn label(text: &str) -> String {
    bounded(text, MAX_LABEL)
}

/// A sentence for people: one line, bounded.
pub fn sentence(text: &str) -> String {
    bounded(text, MAX_SENTENCE)
}

fn bounded(text: &str, most: usize) -> String {
    // Cut before anything else is done to it: a name may be megabytes long.
    let mut cut: String = text.chars().take(most + 1).collect();
    let over = cut.chars().count() > most;
    if over {
        cut.pop();
    }
    let mut shown = visible(&cut).split_whitespace().collect::<Vec<_>>().join(" ");
    if over {
        shown.push('…');
    }
    if shown.is_empty() { "(no name)".to_owned() } else { shown }
}

/// As much of a text as a page shows.
#[derive(Debug)]
pub struct Excerpt {
    /// The shown part, made visible.
    pub text: String,
    /// Whether there is more.
    pub cut: bool,
}

/// The first `most_bytes` bytes and `most_lines` lines of a text that need not be UTF-8.
pub fn excerpt(text: &[u8], most_bytes: usize, most_lines: usize) -> Excerpt {
    let mut end = text.len().min(most_bytes);
    if end < text.len() {
        // Not in the middle of a character.
        while end > 0 && text[end] & 0xc0 == 0x80 {
            end -= 1;
        }
    }
    if let Some((index, _)) =
        text[..end].iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(most_lines.saturating_sub(1))
    {
        end = index;
    }
    let cut = text[end..].iter().any(|byte| !byte.is_ascii_whitespace());
    Excerpt { text: visible(&String::from_utf8_lossy(&text[..end])), cut }
}
