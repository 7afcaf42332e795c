//! Text on its way to a terminal.

use std::borrow::Cow;
use std::io::IsTerminal as _;

/// Makes text from outside safe to print on one line: control characters (escape sequences need them) and
/// characters that reorder text become U+FFFD; line breaks and tabs become spaces.
#[must_use]
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let harmless = |c| match c {
        '\n' | '\r' | '\t' => ' ',
        c if acts(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.chars().map(harmless).collect())
}

/// Makes JSON safe to print, without a change to what it means: what would act on a terminal is escaped.
#[must_use]
pub(crate) fn printable_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => out.push(c),
            c if acts(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a character acts on a terminal rather than showing there.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether to colour what goes to standard output: on a terminal, unless `NO_COLOR` is set.
#[must_use]
pub(crate) fn coloured() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        && std::io::stdout().is_terminal()
}

/// Columns for lines that fit a width: those of the terminal, where lines go to one; else 100. `COLUMNS` comes first.
#[must_use]
pub(crate) fn columns(to_terminal: bool) -> usize {
    let wished = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let own = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let found = if to_terminal { wished.or_else(own) } else { None };
    found.unwrap_or(100).max(40)
}

/// Columns of the terminal that standard error goes to, if it goes to one. `COLUMNS` comes first.
pub(crate) fn error_columns() -> Option<usize> {
    let terminal = console::Term::stderr();
    let wished = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let own = || terminal.size_checked().map(|(_, columns)| usize::from(columns));
    terminal.is_term().then(|| wished().or_else(own))?.map(|columns| columns.max(40))
}

/// A line as several for so many columns, cut between words, those after the first set in by `indent`; a command in backticks
/// stays whole, so that it can be copied, and what stands in columns before the cut stays there.
pub(crate) fn fitted(line: &str, columns: usize, indent: usize) -> Vec<String> {
    let (mut lines, mut rest, mut set_in) = (Vec::new(), line, 0);
    // No further than to the cut, so that a line of megabytes takes no square of the time.
    while shown(rest).nth(columns.saturating_sub(set_in)).is_some() {
        let begin = rest.len() - rest.trim_start().len();
        let (mut cut, mut quoted) = (None, false);
        for (column, (at, letter)) in shown(rest).enumerate() {
            if column + set_in > columns && cut.is_some() {
                break;
            }
            quoted ^= letter == '`';
            if letter == ' ' && !quoted && at >= begin {
                cut = Some(at);
            }
        }
        let Some(at) = cut else { break };
        lines.push(format!("{:set_in$}{}", "", rest[..at].trim_end()));
        (rest, set_in) = (rest[at..].trim_start(), indent);
        if rest.is_empty() {
            return lines;
        }
    }
    lines.push(format!("{:set_in$}{rest}", ""));
    lines
}

/// The characters that take a column, each with its place: all but the marks of colours.
fn shown(line: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut within = false;
    line.char_indices().filter(move |(_, letter)| {
        let mark = within || *letter == '\u{1b}';
        within = mark && *letter != 'm';
        !mark
    })
}

/// A command as several lines for so many columns, which a shell takes as one.
pub(crate) fn command(line: &str, columns: usize) -> Vec<String> {
    if line.chars().count() <= columns {
        return vec![line.to_owned()];
    }
    let mut lines = fitted(line, columns - 2, 6);
    let last = lines.len() - 1;
    lines[..last].iter_mut().for_each(|line| line.push_str(" \\"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_between_words_and_never_within_a_command() {
        let line = "\u{1b}[1;31mmalformed\u{1b}[0m: 2 elements";
        assert_eq!(fitted(line, 21, 4), [line], "colours take no room");
        let line = "error: nothing was asked; `pelicycle run --resume last` goes on from there";
        assert_eq!(
            fitted(line, 40, 2),
            ["error: nothing was asked;", "  `pelicycle run --resume last` goes on", "  from there"]
        );
        assert_eq!(
            fitted("a    FAULT  it is broken", 16, 12),
            ["a    FAULT  it", "            is", "            broken"]
        );
        assert_eq!(fitted("a `whole command line` b", 9, 0), ["a", "`whole command line`", "b"]);
        assert_eq!(command("  vote --between one two", 20), ["  vote --between \\", "      one two"]);
        assert_eq!(fitted("unbreakable", 4, 2), ["unbreakable"]);
        assert_eq!(fitted("", 4, 2), [""]);
    }

    #[test]
    fn escapes_and_reordering_are_taken_out() {
        assert_eq!(printable("plain ü"), "plain ü");
        assert_eq!(printable("a\x1b[31mb\u{9b}c\u{202e}d\ne"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d e");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = "\u{9b}x\u{202e}\x7f\u{e0041}";
        let json = printable_json(&serde_json::to_string(value).unwrap());
        assert!(json.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
    }
}
