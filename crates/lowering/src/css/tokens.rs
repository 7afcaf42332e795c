//! Tokens of CSS, after css-syntax-3 section 4, as far as a style sheet of a drawing needs them.

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CssTokenKind {
    Space,
    Ident,
    /// `name(`.
    Function,
    /// `@name`.
    At,
    /// `#name`.
    Hash,
    String,
    /// An unquoted `url(…)`, whole.
    Url,
    /// A number with what follows it directly: a percent sign or a unit.
    Number,
    /// `<!--` and `-->`, which style sheets pass over.
    Hidden,
    /// Anything else, a character each.
    Delim(char),
}

/// A token, and where it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct CssToken<'a> {
    pub(super) kind: CssTokenKind,
    pub(super) text: &'a str,
}

impl<'a> CssToken<'a> {
    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == CssTokenKind::Delim(mark)
    }

    /// The name of an identifier, function, at-keyword or hash, with its escapes resolved.
    pub(super) fn name(&self) -> String {
        let text = match self.kind {
            CssTokenKind::At | CssTokenKind::Hash => &self.text[1..],
            CssTokenKind::Function => &self.text[..self.text.len() - 1],
            _ => self.text,
        };
        unescape(text)
    }

    /// The mark that closes what this token opens.
    pub(super) fn closes_with(&self) -> Option<char> {
        match self.kind {
            CssTokenKind::Function | CssTokenKind::Delim('(') => Some(')'),
            CssTokenKind::Delim('[') => Some(']'),
            CssTokenKind::Delim('{') => Some('}'),
            _ => None,
        }
    }

    /// The content of a string.
    pub(super) fn string(&self) -> String {
        let quote = self.text.chars().next().unwrap_or('"');
        unescape(self.text[1..].strip_suffix(quote).unwrap_or(&self.text[1..]))
    }
}

/// The tokens of a text; comments are left out.
pub(super) fn tokens(text: &str) -> Vec<CssToken<'_>> {
    let mut found = Vec::new();
    let mut pos = 0;
    while pos < text.len() {
        let rest = &text[pos..];
        if let Some(comment) = rest.strip_prefix("/*") {
            pos += comment.find("*/").map_or(rest.len(), |end| end + 4);
            continue;
        }
        let (kind, length) = token(rest);
        found.push(CssToken { kind, text: &rest[..length] });
        pos += length;
    }
    found
}

fn token(rest: &str) -> (CssTokenKind, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        c if c.is_ascii_whitespace() => (
            CssTokenKind::Space,
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len(),
        ),
        '"' | '\'' => (CssTokenKind::String, string(rest, first)),
        '<' if rest.starts_with("<!--") => (CssTokenKind::Hidden, 4),
        '-' if rest.starts_with("-->") => (CssTokenKind::Hidden, 3),
        '#' | '@' if name_length(&rest[1..]) > 0 && (first == '#' || begins_name(&rest[1..])) => {
            let kind = if first == '#' { CssTokenKind::Hash } else { CssTokenKind::At };
            (kind, 1 + name_length(&rest[1..]))
        }
        _ if number_length(rest) > 0 => {
            let number = number_length(rest);
            let after = &rest[number..];
            let unit = match after.strip_prefix('%') {
                Some(_) => 1,
                None if begins_name(after) => name_length(after),
                None => 0,
            };
            (CssTokenKind::Number, number + unit)
        }
        _ if begins_name(rest) => {
            let length = name_length(rest);
            match rest[length..].starts_with('(') {
                true if rest[..length].eq_ignore_ascii_case("url") => url(rest, length + 1),
                true => (CssTokenKind::Function, length + 1),
                false => (CssTokenKind::Ident, length),
            }
        }
        c => (CssTokenKind::Delim(c), c.len_utf8()),
    }
}

/// A `url(` with a string in it is a function; else it is one token up to its end.
fn url(rest: &str, open: usize) -> (CssTokenKind, usize) {
    let inside = rest[open..].trim_start();
    if inside.starts_with(['"', '\'']) {
        return (CssTokenKind::Function, open);
    }
    (CssTokenKind::Url, rest[open..].find(')').map_or(rest.len(), |end| open + end + 1))
}

/// The length of a string with its quotes; one that is not closed ends with its line.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii()
}

fn begins_name(rest: &str) -> bool {
    let after = rest.strip_prefix('-').unwrap_or(rest);
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    after.starts_with(begins)
        || rest.starts_with("--")
        || (after.starts_with('\\') && !after.starts_with("\\\n") && after.len() > 1)
}

fn name_length(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if !rest[at + 1..].starts_with('\n') && at + 1 < rest.len() => {
                let digits = rest[at + 1..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
                let space =
                    usize::from(digits > 0 && rest[at + 1 + digits..].starts_with(char::is_whitespace));
                for _ in 0..(digits + space).max(1) {
                    chars.next();
                }
            }
            c if is_name(c) => {}
            _ => return at,
        }
    }
    rest.len()
}

/// The length of a number at the start of a text; 0 where there is none.
pub(in super::super) fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    } else if whole == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// A name or string without its escapes.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = u32::from_str_radix(&rest[..digits], 16).ok().and_then(char::from_u32);
            plain.push(code.filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = &rest[digits..];
            rest = rest.strip_prefix(|c: char| c.is_ascii_whitespace()).unwrap_or(rest);
        } else if let Some(c) = rest.chars().next() {
            if c != '\n' {
                plain.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_tokens() {
        let text =
            "@media x{.a\\31 b>#c{fill:url( a;b ) !important;w:-1.5e2px/*;*/calc(1px + 2%)}}<!-- '\\'' -->";
        let found: Vec<_> = tokens(text).iter().map(|token| token.text.to_owned()).collect();
        let expected = [
            "@media",
            " ",
            "x",
            "{",
            ".",
            "a\\31 b",
            ">",
            "#c",
            "{",
            "fill",
            ":",
            "url( a;b )",
            " ",
            "!",
            "important",
            ";",
            "w",
            ":",
            "-1.5e2px",
            "calc(",
            "1px",
            " ",
            "+",
            " ",
            "2%",
            ")",
            "}",
            "}",
            "<!--",
            " ",
            "'\\''",
            " ",
            "-->",
        ];
        assert_eq!(found, expected);
        assert_eq!(tokens("a\\31 b")[0].name(), "a1b");
    }

    #[test]
    fn a_broken_text_ends() {
        for text in
            ["\"", "'\\", "url(", "/*", "\\", "#", "@", "-", "--", "1e", "+.", "é(", "a\\", "\\1\u{a0}"]
        {
            let length: usize = tokens(text).iter().map(|token| token.text.len()).sum();
            assert!(length <= text.len(), "{text}");
        }
    }
}
