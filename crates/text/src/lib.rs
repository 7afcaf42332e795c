//! Untrusted text on its way to a reader: made visible, bounded; numbers, times and tables in words.
//!
//! Escaping is the templates' work and is on for all of them. What is done here is what escaping does not do:
//! characters that act on the reader's screen without being seen, and lengths that break a page.

pub mod reasoning;
pub mod size;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

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

/// A whole number with separators: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number and its noun: `1 token`, `2 tokens`.
pub fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A time span: `210 ms`, `12.5 s`, `3 min 20 s`.
pub fn seconds(seconds: f64) -> String {
    if !(0.0..1e9).contains(&seconds) {
        format!("{seconds:e} s")
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:.0} s", count((seconds / 60.0).floor() as u64), (seconds % 60.0).floor())
    }
}

/// A rate or a length, with one digit behind the point where it is small.
pub fn decimal(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e9).contains(&number.abs()) {
        format!("{number:e}")
    } else if number.fract() == 0.0 || number.abs() >= 1000.0 {
        format!("{number:.0}")
    } else {
        let shown = format!("{number:.3}");
        shown.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A day: `22 Nov 2026`.
pub fn day(time: Timestamp) -> String {
    time.strftime("%-d %b %Y").to_string()
}

/// A day: `22 Nov 2026`.
pub fn date(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// A moment: `2026-11-22 02:53:36 UTC`.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
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

/// A name in Markdown: one bounded line in which nothing is markup.
pub fn escape_markdown(text: &str) -> String {
    let mut out = String::new();
    for c in label(text).chars() {
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

/// Cells under one another, a line a row, columns as wide as their widest cell.
pub fn table<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// US dollars for a person: cents matter below a dollar, and less below a cent.
#[must_use]
pub fn dollars(usd: f64) -> String {
    match usd {
        usd if usd >= 1.0 || usd == 0.0 => format!("${usd:.2}"),
        usd if usd >= 0.01 => format!("${usd:.3}"),
        usd => format!("${usd:.5}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_act_unseen_are_written_out() {
        assert_eq!(visible("a\u{202e}b\u{1b}[2Jc\u{0}"), "a⟨U+202E⟩b⟨U+001B⟩[2Jc⟨U+0000⟩");
        assert_eq!(visible("one\r\n\ttwo\rthree"), "one\n\ttwo⟨U+000D⟩three");
        assert_eq!(visible("\u{fffe}\u{ffff}"), "⟨U+FFFE⟩⟨U+FFFF⟩");
        assert_eq!(visible("عربي 鹈鹕 🚲"), "عربي 鹈鹕 🚲");
    }

    #[test]
    fn names_are_one_bounded_line() {
        assert_eq!(label(" gpt\n4 "), "gpt 4");
        assert_eq!(label(&"x".repeat(96)), "x".repeat(96));
        assert_eq!(label(&"é".repeat(97)), "é".repeat(96) + "…");
        assert_eq!(label(" "), "(no name)");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 0.21, 12.54, 200.0].map(seconds), ["0 ms", "210 ms", "12.5 s", "3 min 20 s"]);
        assert_eq!(seconds(1e300), "1e300 s");
        assert_eq!(
            [0.0, 0.8, 0.95, 106.7, 1.0, 1e30].map(decimal),
            ["0", "0.8", "0.95", "106.7", "1", "1e30"]
        );
        let time: Timestamp = "2026-11-02T02:53:36.4Z".parse().unwrap();
        assert_eq!((day(time).as_str(), moment(time).as_str()), ("2 Nov 2026", "2026-11-02 02:53:36 UTC"));
    }

    #[test]
    fn an_excerpt_ends_at_a_character_and_says_whether_it_was_cut() {
        let whole = excerpt("déjà\n".as_bytes(), 100, 100);
        assert_eq!((whole.text.as_str(), whole.cut), ("déjà\n", false));
        let cut = excerpt("déjà".as_bytes(), 2, 100);
        assert_eq!((cut.text.as_str(), cut.cut), ("d", true));
        let lines = excerpt(b"1\n2\n3\n", 100, 2);
        assert_eq!((lines.text.as_str(), lines.cut), ("1\n2", true));
        assert!(!excerpt(b"1\n2\n\n", 100, 2).cut);
    }

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escape_markdown("[x](https://a)\n<b>"), "\\[x\\](https&#58;//a) &lt;b&gt;");
        assert_eq!(escape_markdown("gpt-4o"), "gpt-4o");
    }
}
