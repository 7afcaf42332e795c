//! Undoes the escaping of a drawing inside a container, to show what it would have been.

use super::extract::EscapeKind;
use super::links;
use super::repair_kind::Repair;

/// The repair and the unescaped text; `None` when the escapes make no sense.
pub(super) fn unescape(bytes: &[u8], how: EscapeKind) -> Option<(Repair, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(match how {
        EscapeKind::Html => (Repair::UnescapeHtml, html(text)),
        EscapeKind::Json => {
            let once: String = serde_json::from_str(&format!("\"{}\"", json(text))).ok()?;
            // A string in a string.
            let twice =
                once.contains("=\\\"").then(|| serde_json::from_str(&format!("\"{}\"", json(&once))).ok());
            (Repair::UnescapeJson, twice.flatten().unwrap_or(once))
        }
        EscapeKind::Base64 => {
            let decoded = links::decode(text)?;
            let decoded = super::encoding::utf8(&decoded).into_owned();
            (Repair::DecodeBase64, String::from_utf8(decoded).ok()?)
        }
        EscapeKind::Percent | EscapeKind::Address => (Repair::UnescapePercent, percent(text)?),
    })
}

/// One level of the five entities; what was escaped twice stays escaped once.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&#34;", "\""),
            ("&apos;", "'"),
            ("&amp;", "&"),
        ];
        let (taken, put) = known
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .map_or((1, "&"), |(name, put)| (name.len(), *put));
        out.push_str(put);
        rest = &rest[taken..];
    }
    out + rest
}

/// Makes the inside of a JSON string out of what stands between quotes that may have been forgotten.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' if !escaped => out.push_str("\\\""),
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

/// A `%` that two hexadecimal digits do not follow stands for itself, as in browsers.
fn percent(text: &str) -> Option<String> {
    let digit = |at: usize| text.as_bytes().get(at).and_then(|&b| char::from(b).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let escaped = (byte == b'%').then(|| digit(at + 1).zip(digit(at + 2))).flatten();
        let escaped = escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_container_is_undone_once() {
        let un = |text: &str, how| unescape(text.as_bytes(), how).map(|(_, text)| text);
        assert_eq!(
            un("&lt;svg a=&quot;&amp;amp;&quot;/&gt; & ü", EscapeKind::Html).unwrap(),
            "<svg a=\"&amp;\"/> & ü"
        );
        assert_eq!(un("<svg a=\\\"1\\\">\\n<\\/svg>", EscapeKind::Json).unwrap(), "<svg a=\"1\">\n</svg>");
        assert_eq!(un("\\u003csvg/\\u003e", EscapeKind::Json).unwrap(), "<svg/>");
        assert_eq!(un("%3Csvg%20a='%C3%BC'/%3E", EscapeKind::Percent).unwrap(), "<svg a='ü'/>");
    }

    #[test]
    fn a_percent_sign_that_escapes_nothing_stands_for_itself() {
        for text in ["%3Csvg%zz", "<svg a='100%' b='%23fed'/>", "%", "%4", "%%41", "%+1%-1", "%e4%b8%AD"] {
            let browsers = links::decode(&format!("data:,{text}")).map(String::from_utf8);
            assert_eq!(percent(text), browsers.and_then(Result::ok), "{text}");
        }
        assert_eq!(percent("%3Csvg a='50%'%zz").as_deref(), Some("<svg a='50%'%zz"));
        assert_eq!(percent("%ff"), None, "no UTF-8");
    }
}
