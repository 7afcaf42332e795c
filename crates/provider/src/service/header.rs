//! The headers of every request to a service: which of them are secret, and what is shown of them.

use pelicycle_secrets::Secrets;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::api_key::ApiKey;
use super::entry::ServiceEntry;
use super::service_error::ServiceError;
use super::variable::VariableLookup;

/// The headers of a request whose values are shown: what they say is public.
const PUBLIC: [&str; 3] = ["content-type", "anthropic-version", "anthropic-beta"];

/// The ends of names that say that a value is secret.
const SECRET_ENDS: [&str; 9] = [
    "authorization",
    "apikey",
    "accesskey",
    "secretkey",
    "authtoken",
    "accesstoken",
    "password",
    "secret",
    "bearer",
];

/// The ends of names of headers that say so besides.
const SECRET_HEADER_ENDS: [&str; 6] = ["-key", "-token", "-auth", "cookie", "-credential", "-credentials"];

/// The words before a secret in a header.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "token "];

/// The headers of every request to a service.
#[derive(Debug)]
pub(super) struct ServiceHeaders {
    /// The headers, the key among them; all but the public ones are marked as secret.
    pub(super) map: HeaderMap,
    /// The variable of the user's own environment that gave one, if any did.
    pub(super) own_variable: Option<String>,
}

impl ServiceHeaders {
    /// The headers that an entry and the key make. Adds what is secret of them to `secrets`.
    ///
    /// # Errors
    /// For one that can't be sent.
    pub(super) fn new(
        provider: &str,
        entry: &ServiceEntry,
        key: Option<&ApiKey>,
        variables: &VariableLookup,
        secrets: &mut Secrets,
    ) -> Result<ServiceHeaders, ServiceError> {
        let mut map = HeaderMap::new();
        let mut own_variable = None;
        map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let bad =
            |header: &str| ServiceError::Header { provider: provider.to_owned(), header: header.to_owned() };
        let mut add = |header: &str, value: &str, from_variable: bool| {
            let name = HeaderName::try_from(header).map_err(|_| bad(header))?;
            let mut sent = HeaderValue::try_from(value).map_err(|_| bad(header))?;
            sent.set_sensitive(from_variable || !PUBLIC.contains(&name.as_str()));
            if from_variable || is_secret(name.as_str(), value) {
                secrets.add(without_scheme(value));
            }
            map.insert(name, sent);
            Ok::<(), ServiceError>(())
        };
        for (header, value) in entry.headers.iter().filter(|(_, value)| !value.is_empty()) {
            add(header, value, false)?;
        }
        for (header, variable) in &entry.header_env {
            let Some(found) = variables(variable).filter(|found| !found.value.is_empty()) else { continue };
            add(header, &found.value, true)?;
            if found.own {
                own_variable = Some(variable.clone());
            }
        }
        if let Some(key) = key {
            secrets.add(key.expose());
            let name = entry.key_header.as_deref().unwrap_or("authorization");
            let header = HeaderName::try_from(name).map_err(|_| bad(name))?;
            let value = key.header(entry.key_header.is_none());
            let refused = || ServiceError::BadKey { variable: key.variable().to_owned() };
            map.insert(header, value.ok_or_else(refused)?);
            if key.is_own() {
                own_variable = Some(key.variable().to_owned());
            }
        }
        Ok(ServiceHeaders { map, own_variable })
    }
}

/// The value of a header as it is shown: secrets are not.
pub(super) fn shown<'a>(name: &HeaderName, value: &'a HeaderValue) -> &'a str {
    match value.is_sensitive() || is_secret(name.as_str(), "") {
        true => "[hidden]",
        false => value.to_str().unwrap_or("?"),
    }
}

/// Whether a header is a secret, by its name or by what it begins with.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let value = value.trim_start().to_ascii_lowercase();
    names_secret(&name)
        || SECRET_HEADER_ENDS.iter().any(|end| name.ends_with(end))
        || SCHEMES.iter().any(|scheme| value.starts_with(scheme))
}

/// Whether a name says that its value is a secret.
pub(super) fn names_secret(name: &str) -> bool {
    let plain: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET_ENDS.iter().any(|end| plain.ends_with(end))
}

/// The secret itself, where a word stands before it.
fn without_scheme(value: &str) -> &str {
    let value = value.trim();
    let begins =
        |scheme: &&&str| value.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(begins).map_or(value, |scheme| value[scheme.len()..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_one() {
        for name in [
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "helicone-auth",
            "x-token",
            "set-cookie",
        ] {
            assert!(is_secret(name, "v"), "{name}");
        }
        assert!(is_secret("x-proxy", "Bearer abc") && is_secret("x-proxy", " basic abc"));
        assert!(!is_secret("x-title", "pelicycle") && !is_secret("content-type", "application/json"));
        assert_eq!(without_scheme("Bearer abc"), "abc");
        assert!(!names_secret("max_tokens") && !names_secret("prompt_cache_key") && names_secret("api_key"));
    }
}
