//! Lines of text in an SVG of our own making, set in the bundled fonts.

use std::fmt::Write as _;

/// Sets one line of text. What XML cannot hold was made visible before.
pub(super) fn write_text(svg: &mut String, (x, y): (usize, usize), style: &str, words: &str) {
    // Writing to a String cannot fail.
    let _ = write!(svg, "<text x=\"{x}\" y=\"{y}\" {style}>");
    for c in words.chars() {
        match c {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            c => svg.push(c),
        }
    }
    svg.push_str("</text>");
}

/// Breaks a text into at most `most` lines of about `columns` columns, between words where there are some; the last one
/// says when there is more. Scripts whose characters are square take two columns each.
pub(super) fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for word in text.split_whitespace() {
        let needed = width(word);
        if taken > 0 && taken + 1 + needed > columns {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if taken > 0 {
            line.push(' ');
            taken += 1;
        }
        for c in word.chars() {
            let needed = columns_of(c);
            if taken > 0 && taken + needed > columns {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
            line.push(c);
            taken += needed;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(last) >= columns {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(c: char) -> usize {
    if matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{3ffff}')
    {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_stays_text() {
        let mut svg = String::new();
        write_text(&mut svg, (1, 2), "", "</text><image href=\"x\"/>&");
        assert_eq!(svg, "<text x=\"1\" y=\"2\" >&lt;/text&gt;&lt;image href=\"x\"/&gt;&amp;</text>");
    }

    #[test]
    fn lines_break_between_words_and_say_when_there_is_more() {
        assert_eq!(wrap("a pelican riding a bicycle", 10, 9), ["a pelican", "riding a", "bicycle"]);
        assert_eq!(wrap("a pelican riding a bicycle", 10, 2), ["a pelican", "riding a…"]);
        assert_eq!(wrap("unbreakable", 4, 2), ["unbr", "eak…"]);
        assert_eq!(wrap("鹈鹕骑自行车", 6, 3), ["鹈鹕骑", "自行车"]);
        assert_eq!(wrap(" ", 6, 3), [""; 0]);
    }
}
