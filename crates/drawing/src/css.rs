//! Style sheets: what they point to, and what of them the renderer passes over.

/// A reference in CSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CssAddress<'a> {
    /// The address itself.
    pub(super) target: &'a str,
    /// Its offset in the text.
    pub(super) at: usize,
}

/// Every `url(…)` and every string of an `@import`.
pub(super) fn addresses(css: &str) -> Vec<CssAddress<'_>> {
    let bytes = css.as_bytes();
    let mut found = Vec::new();
    let mut pos = 0;
    while pos < bytes.len() {
        match bytes[pos] {
            b'/' if bytes[pos..].starts_with(b"/*") => {
                let close = css[pos + 2..].find("*/");
                let Some(close) = close else { break };
                pos += close + 4;
                continue;
            }
            b'u' | b'U' if begins(bytes, pos, b"url(") && !(pos > 0 && is_word(bytes[pos - 1])) => {
                let start = pos + 4 + spaces(&css[pos + 4..]);
                let (target, end) = match bytes.get(start) {
                    Some(&quote @ (b'"' | b'\'')) => {
                        let length = bytes[start + 1..]
                            .iter()
                            .position(|&b| b == quote)
                            .unwrap_or(bytes.len() - start - 1);
                        (start + 1..start + 1 + length, start + 1 + length)
                    }
                    _ => {
                        let rest = &css[start.min(css.len())..];
                        let length = rest.find(')').unwrap_or(rest.len());
                        (start..start + rest[..length].trim_end().len(), start + length)
                    }
                };
                found.push(CssAddress { target: &css[target], at: pos });
                pos = end;
            }
            b'@' if begins(bytes, pos, b"@import") => {
                let start = pos + 7 + spaces(&css[pos + 7..]);
                if let Some(&quote @ (b'"' | b'\'')) = bytes.get(start)
                    && let Some(length) = bytes[start + 1..].iter().position(|&b| b == quote)
                {
                    found.push(CssAddress { target: &css[start + 1..start + 1 + length], at: pos });
                    pos = start + 1 + length;
                } else {
                    pos += 6;
                }
            }
            _ => {}
        }
        pos += 1;
    }
    found
}

fn begins(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    bytes.get(at..at + word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Parts of all selectors: what matching one element may have to compare.
pub(super) fn selector_parts(css: &str) -> u64 {
    let mut parts = 0;
    for rule in css.split('}') {
        // Of a nested block only the innermost prelude is a selector; taking the longest errs to the high side.
        let prelude = rule.rsplit_once('{').map_or("", |(prelude, _)| prelude);
        let words = prelude.split(|c: char| c.is_whitespace() || matches!(c, ',' | '>' | '+' | '~'));
        parts += words.filter(|word| !word.is_empty()).count() as u64;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_address_is_found() {
        let css = "@import 'a.css';@IMPORT url( \"b.css\" );/* url(no) */ .x{fill:url(#g) red;src:URL(c.woff) ;curl(no)}";
        let targets: Vec<_> = addresses(css).into_iter().map(|a| a.target).collect();
        assert_eq!(targets, ["a.css", "b.css", "#g", "c.woff"]);
    }

    #[test]
    fn an_address_that_never_ends_is_taken_to_the_end() {
        for css in ["url(", "url('", "url(x", "@import", "@import '", "/*"] {
            let _ = addresses(css);
        }
        assert_eq!(addresses("fill:url(x")[0].target, "x");
    }

    #[test]
    fn parts_of_selectors_are_counted() {
        assert_eq!(selector_parts(".a .b>c, d{fill:red} e{}"), 5);
        assert_eq!(selector_parts(""), 0);
    }
}
