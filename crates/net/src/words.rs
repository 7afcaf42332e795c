//! Addresses and errors in words, without what may be secret in them.

use reqwest::Url;

/// The address in words, without its user, query and fragment: signed addresses carry their right in the query.
#[must_use]
pub fn shown(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = if url.path() == "/" { "" } else { url.path() };
    format!("{}://{}{port}{path}", url.scheme(), url.host_str().unwrap_or_default())
}

/// The cause at the bottom of an error, in words: the one that says something.
#[must_use]
pub fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_nothing_that_may_be_a_secret() {
        let url = |text: &str| shown(&Url::parse(text).unwrap());
        assert_eq!(url("https://a:b@hub.example:8443/x/y?sig=secret#z"), "https://hub.example:8443/x/y");
        assert_eq!(url("http://127.0.0.1/"), "http://127.0.0.1");
    }
}
