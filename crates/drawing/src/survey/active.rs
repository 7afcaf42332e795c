//! Content that a browser might run.

use super::super::markup;

/// Elements of HTML that load or run something.
pub(super) const RUNS: &[&str] = &[
    "script", "iframe", "object", "embed", "frame", "applet", "portal", "base", "form", "meta", "link",
    "handler", "listener",
];

/// Whether an attribute of this name holds script.
pub(super) fn is_handler(name: &str) -> bool {
    name.len() > 3
        && name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"))
        && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Whether bytes that are not, or not yet, known to be well-formed hold signs of active content.
///
/// Errs to the side of "yes": it only decides under which name the file is kept.
pub(in super::super) fn active_in_bytes(bytes: &[u8]) -> bool {
    let lower = bytes.to_ascii_lowercase();
    let has = |sign: &[u8]| markup::find(&lower, sign).is_some();
    let handler = || {
        lower.windows(3).enumerate().any(|(i, window)| {
            let (before, rest) = (window[0], &lower[i + 3..]);
            (before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b'/'))
                && &window[1..] == b"on"
                && rest
                    .iter()
                    .take(24)
                    .skip_while(|b| b.is_ascii_alphabetic())
                    .find(|b| !b.is_ascii_whitespace())
                    == Some(&b'=')
        })
    };
    RUNS.iter().any(|name| has(format!("<{name}").as_bytes()) || has(format!(":{name}").as_bytes()))
        || has(b"javascript:")
        || has(b"vbscript:")
        || has(b"<!entity")
        || has(b"xml-stylesheet")
        || has(b"data:text/html")
        || handler()
}
