//! The address of a published site.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The address of a published site's first page: `https://example.org/pelicans/`. It ends in `/`, has neither query nor
/// user, and no character that HTML or XML would have escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// A text that is no address to publish under.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BaseUrlError {
    #[error("https:// is missing at its beginning: type {0}")]
    Bare(String),
    #[error(
        "it is no whole address: one begins with https:// and a host, as https://example.org/pelicans does"
    )]
    Relative,
    #[error(
        "it is no address ({0}); one begins with https:// and a host, as https://example.org/pelicans does"
    )]
    Parse(url::ParseError),
    #[error("it must begin with https:// or http://, as what others link to does")]
    Scheme,
    #[error("it must hold no user and no password")]
    User,
    #[error("it must hold neither a query (?) nor a fragment (#): pages' paths are put behind it")]
    Query,
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            // `example.org:8000` is read as an address of the scheme `example.org`.
            Ok(_) => return Err(meant(text).map_or(BaseUrlError::Scheme, BaseUrlError::Bare)),
            Err(url::ParseError::RelativeUrlWithoutBase) => {
                return Err(meant(text).map_or(BaseUrlError::Relative, BaseUrlError::Bare));
            }
            Err(error) => return Err(BaseUrlError::Parse(error)),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::User);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        let url = url.as_str().trim_end_matches('/').replace('&', "%26").replace('\'', "%27");
        Ok(Self(format!("{url}/")))
    }
}

/// The address that a text without a scheme stands for, where it begins with the name of a host.
fn meant(text: &str) -> Option<String> {
    let text = text.strip_prefix("//").unwrap_or(text);
    let host = text.split(['/', ':']).next()?;
    let named = host.contains('.') || host == "localhost";
    if text.contains("://") || !named || !host.starts_with(char::is_alphanumeric) {
        return None;
    }
    let whole = format!("https://{text}");
    whole.parse::<BaseUrl>().ok().map(|_| whole)
}

impl BaseUrl {
    /// The address of a file of the site; a folder's `index.html` is the folder.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        let path = match path.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => path,
        };
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_folder_whether_it_was_written_as_one_or_not() {
        for (text, expected) in [
            ("https://example.org", "https://example.org/"),
            ("https://Example.org/pelicans", "https://example.org/pelicans/"),
            ("http://localhost:8000/a//", "http://localhost:8000/a/"),
            ("https://example.org/a b/\"><script>", "https://example.org/a%20b/%22%3E%3Cscript%3E/"),
            ("https://example.org/a&b'c", "https://example.org/a%26b%27c/"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().to_string(), expected);
        }
        let base: BaseUrl = "https://example.org/pelicans".parse().unwrap();
        assert_eq!(base.join("index.html"), "https://example.org/pelicans/");
        assert_eq!(base.join("attempts/x/index.html"), "https://example.org/pelicans/attempts/x/");
        assert_eq!(
            base.join("models/index.html.html"),
            "https://example.org/pelicans/models/index.html.html"
        );
    }

    #[test]
    fn what_nobody_could_follow_is_refused() {
        for (text, expected) in [
            ("ftp://example.org", BaseUrlError::Scheme),
            ("javascript:alert(1)", BaseUrlError::Scheme),
            ("https://me:secret@example.org/", BaseUrlError::User),
            ("https://example.org/?page=1", BaseUrlError::Query),
            ("https://example.org/#top", BaseUrlError::Query),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(expected), "{text}");
        }
        assert!(matches!("https://".parse::<BaseUrl>(), Err(BaseUrlError::Parse(_))));
    }

    #[test]
    fn an_address_without_a_scheme_is_told_with_what_to_type() {
        for (text, typed) in [
            ("example.org", "https://example.org"),
            ("//example.org/pelicans", "https://example.org/pelicans"),
            ("example.org:8000/pelicans", "https://example.org:8000/pelicans"),
            ("localhost:8000", "https://localhost:8000"),
            ("me.github.io/pelicans/", "https://me.github.io/pelicans/"),
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert_eq!(error.to_string(), format!("https:// is missing at its beginning: type {typed}"));
        }
        // No host is seen in these, or more is wrong with them.
        for text in [
            "pelicans",
            "./pelicans",
            "/example.org",
            "",
            "http//example.org",
            "me:secret@example.org",
            "example.org?a",
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert!(matches!(error, BaseUrlError::Relative | BaseUrlError::Scheme), "{text}: {error}");
        }
    }
}
