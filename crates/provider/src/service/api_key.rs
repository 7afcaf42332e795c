//! A service's key: where it comes from, and that it goes nowhere but into the header it is for.

use super::variable::Variable;
use secrecy::{ExposeSecret as _, SecretString};

/// A service's key. It is wiped from memory when dropped and shows itself nowhere.
#[derive(Debug, Clone)]
pub(super) struct ApiKey {
    secret: SecretString,
    variable: String,
    own: bool,
}

impl ApiKey {
    /// The key in the first of these variables that is set and not empty.
    pub(super) fn find(variables: &[String], lookup: &dyn Fn(&str) -> Option<Variable>) -> Option<ApiKey> {
        variables.iter().find_map(|variable| {
            let found = lookup(variable)?;
            let trimmed = found.value.trim();
            (!trimmed.is_empty()).then(|| ApiKey {
                secret: SecretString::from(trimmed),
                variable: variable.clone(),
                own: found.own,
            })
        })
    }

    /// Whether the user set it, and not a folder that may be from somebody else.
    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    /// The name of the variable that it came from.
    pub(super) fn variable(&self) -> &str {
        &self.variable
    }

    /// The value of the header `authorization`, or of one that takes the bare key. None when it has characters that
    /// no header can have.
    pub(super) fn header(&self, bearer: bool) -> Option<reqwest::header::HeaderValue> {
        let key = self.secret.expose_secret();
        // A header could carry some of these, and no key has them.
        if !key.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            return None;
        }
        let value = if bearer { format!("Bearer {key}") } else { key.to_owned() };
        let mut value = reqwest::header::HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The key itself, for the search in texts of the service.
    pub(super) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_itself_only_in_its_header() {
        let lookup = |name: &str| match name {
            "EMPTY" => Some(Variable::of_environment(" ".to_owned())),
            "SECOND" => Some(Variable::of_environment("sk-planted-123\n".to_owned())),
            "BAD" => Some(Variable::of_environment("sk-\tplanted".to_owned())),
            "FOREIGN" => Some(Variable::of_environment("sk-plánted".to_owned())),
            _ => None,
        };
        let names = ["NONE", "EMPTY", "SECOND"].map(str::to_owned);
        let key = ApiKey::find(&names, &lookup).unwrap();
        assert_eq!(key.variable(), "SECOND");
        assert!(!format!("{key:?}").contains("planted"));
        assert_eq!(key.header(true).unwrap().to_str().unwrap(), "Bearer sk-planted-123");
        assert!(!format!("{:?}", key.header(false)).contains("planted"));
        for bad in ["BAD", "FOREIGN"] {
            assert!(ApiKey::find(&[bad.to_owned()], &lookup).unwrap().header(true).is_none(), "{bad}");
        }
        assert!(ApiKey::find(&names[..2], &lookup).is_none());
    }
}
