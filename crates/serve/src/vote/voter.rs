//! The person who votes, by name.

use pelicycle_record::{JudgeKind, JudgeRecord};
use pelicycle_text as text;

/// Longest name, in characters.
const MAX_NAME: usize = 64;

/// A name that nobody can vote by.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum VoterError {
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {MAX_NAME} characters")]
    Long,
    #[error("it has characters that can't be seen")]
    Unseen,
}

/// The person of this name; spaces around it are not part of it.
///
/// # Errors
/// A name that is empty, long, or does not show what it is.
pub fn voter(name: &str) -> Result<JudgeRecord, VoterError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(VoterError::Empty);
    }
    if name.chars().count() > MAX_NAME {
        return Err(VoterError::Long);
    }
    if name.contains(['\t', '\n']) || text::visible(name) != name {
        return Err(VoterError::Unseen);
    }
    Ok(JudgeRecord { kind: JudgeKind::Person, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_seen_of_it() {
        assert_eq!(voter("  Ada Lovelace ").unwrap().name, "Ada Lovelace");
        assert_eq!(voter(&"é".repeat(64)).unwrap().kind, JudgeKind::Person);
        assert_eq!(voter(" "), Err(VoterError::Empty));
        assert_eq!(voter(&"é".repeat(65)), Err(VoterError::Long));
        for name in ["a\nb", "a\tb", "a\r\nb", "a\u{1b}[31m", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!(voter(name), Err(VoterError::Unseen), "{name:?}");
        }
    }
}
