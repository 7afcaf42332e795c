//! A service's key: where it comes from, and that it goes nowhere but into the header it is for.

use std::borrow::Cow;

use secrecy::{ExposeSecret as _, SecretString};

/// The mark that stands in a text where the key stood.
const REDACTED: &str = "[key]";

/// The length of the shortest key that is searched for: a shorter one would be found everywhere.
const SHORTEST: usize = 6;

/// A service's key. It is wiped from memory when dropped and shows itself nowhere.
#[derive(Debug, Clone)]
pub(super) struct ApiKey {
    secret: SecretString,
    variable: String,
}

impl ApiKey {
    /// The key in the first of these variables that is set and not empty.
    pub(super) fn find(variables: &[String], lookup: &dyn Fn(&str) -> Option<String>) -> Option<ApiKey> {
        variables.iter().find_map(|variable| {
            let value = lookup(variable)?;
            let trimmed = value.trim();
            (!trimmed.is_empty())
                .then(|| ApiKey { secret: SecretString::from(trimmed), variable: variable.clone() })
        })
    }

    /// The name of the variable that it came from.
    pub(super) fn variable(&self) -> &str {
        &self.variable
    }

    /// The value of the header `authorization`, or of one that takes the bare key. None when it has characters that
    /// no header can have.
    pub(super) fn header(&self, bearer: bool) -> Option<reqwest::header::HeaderValue> {
        let key = self.secret.expose_secret();
        let value = if bearer { format!("Bearer {key}") } else { key.to_owned() };
        let mut value = reqwest::header::HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The text without the key, should it stand there: services quote keys in their errors.
    pub(super) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let key = self.secret.expose_secret();
        if key.len() < SHORTEST || !text.contains(key) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.replace(key, REDACTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_itself_only_in_its_header() {
        let lookup = |name: &str| match name {
            "EMPTY" => Some(" ".to_owned()),
            "SECOND" => Some("sk-planted-123\n".to_owned()),
            _ => None,
        };
        let names = ["NONE", "EMPTY", "SECOND"].map(str::to_owned);
        let key = ApiKey::find(&names, &lookup).unwrap();
        assert_eq!(key.variable(), "SECOND");
        assert!(!format!("{key:?}").contains("planted"));
        assert_eq!(key.header(true).unwrap().to_str().unwrap(), "Bearer sk-planted-123");
        assert!(!format!("{:?}", key.header(false)).contains("planted"));
        assert_eq!(key.redact("bad key sk-planted-123!"), "bad key [key]!");
        assert!(ApiKey::find(&names[..2], &lookup).is_none());
    }
}
