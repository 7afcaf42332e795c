//! The messages of the parser of pelicycle.toml, in words for those who write it.

use pelicycle_text::{did_you_mean, near};

/// A parser's message without values, with the key that may have been meant, in the documentation's words.
pub(crate) fn words(message: &str) -> String {
    in_plain_words(&with_meant(&without_values(message)))
}

/// A parser's message of an unknown key, with the known one that may have been meant.
fn with_meant(message: &str) -> String {
    let mut words = message.split('`');
    match (words.next(), words.next()) {
        (Some("unknown field "), Some(wanted)) => {
            let known = words.skip(1).step_by(2);
            match did_you_mean(&near(wanted, known)) {
                none if none.is_empty() => {
                    let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
                    format!("unknown key `{wanted}`; known here are `{}`", known.join("`, `"))
                }
                meant => format!("unknown key `{wanted}`{meant}"),
            }
        }
        _ => message.to_owned(),
    }
}

/// The names of types that a parser's message may have, and what they are called here.
const TYPES: [(&str, &str); 10] = [
    ("a nonzero u32", "a whole number above zero"),
    ("expected u32", "expected a whole number"),
    ("expected u64", "expected a whole number"),
    ("expected f32", "expected a number"),
    ("expected f64", "expected a number"),
    ("expected a boolean", "expected true or false"),
    ("expected a string", "expected a text"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("unknown variant", "unknown value"),
];
/// The words of what stands there instead, likewise.
const FOUND: [(&str, &str); 6] = [
    ("string", "a text"),
    ("map", "a table"),
    ("sequence", "a list"),
    ("integer", "a number"),
    ("floating point", "a number"),
    ("boolean", "true or false"),
];

/// A parser's message in words that the documentation has.
fn in_plain_words(message: &str) -> String {
    let mut words = TYPES.iter().fold(message.to_owned(), |words, (from, to)| words.replace(from, to));
    for (found, called) in FOUND {
        let Some(rest) = words.strip_prefix(&format!("invalid type: {found}")) else { continue };
        // What it is may stand between: integer `3`.
        if let Some((_, expected)) =
            rest.split_once(", expected ").filter(|(it, _)| it.is_empty() || it.starts_with(" `"))
        {
            words = format!("{called} stands here, expected {expected}");
        }
    }
    // Behind it stands the name of a type of ours.
    if let Some((before, _)) = words.split_once("expected struct ") {
        words = format!("{before}expected a table");
    }
    if let Some(key) = words.strip_prefix("missing field ") {
        words = format!("the key {key} is missing");
    }
    words
}

/// A parser's message without the value that it complains of, which may be a key.
fn without_values(message: &str) -> String {
    for begin in [
        "invalid type: string \"",
        "invalid value: string \"",
        "invalid type: character `",
        "unknown variant `",
    ] {
        let Some(rest) = message.strip_prefix(begin) else { continue };
        let expected = rest.rfind(", expected ").map_or("", |at| &rest[at..]);
        return format!("{}{expected}", begin.trim_end_matches(['"', '`', ' ']));
    }
    message.to_owned()
}
