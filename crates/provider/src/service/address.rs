//! The address of a service.

use reqwest::Url;

use super::entry::ServiceEntry;
use super::variable::Variable;

/// The source of a service's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AddressSource {
    /// In words; none where it is the table's own.
    pub(super) words: Option<String>,
    /// Whether a folder says it, which may be from somebody else.
    pub(super) foreign: bool,
}

/// The address of a service: from the environment where it says one, else from the table. Without a `/` at its end.
///
/// # Errors
/// In words, when it can't be one: what says it, and why.
pub(super) fn address(
    entry: &ServiceEntry,
    lookup: &dyn Fn(&str) -> Option<Variable>,
) -> Result<(Url, AddressSource), (String, String)> {
    let set = |variable: &String| {
        let found = lookup(variable)?;
        let value = found.value.trim().to_owned();
        (!value.is_empty()).then_some((variable.clone(), value, found))
    };
    let configured = entry.address_from.as_ref();
    let of_folder = configured.is_some_and(|source| !source.own);
    let of_variable = |variable: &str, found: &Variable| AddressSource {
        words: Some(format!("{variable} in {}", found.from)),
        foreign: of_folder || !found.own,
    };
    let (from, text, source) = match entry.base_url_env.iter().find_map(set) {
        Some((variable, value, found)) => {
            let path = entry.base_path.as_deref().unwrap_or_default();
            let value = value.trim_end_matches('/');
            let url = if value.ends_with(path) { value.to_owned() } else { format!("{value}{path}") };
            let source = of_variable(&variable, &found);
            (variable, url, source)
        }
        None => match entry.host_env.as_ref().and_then(set) {
            Some((variable, value, found)) => {
                let url = host(&value, entry.host_port.unwrap_or(80));
                let source = of_variable(&variable, &found);
                (variable, url, source)
            }
            None => match &entry.base_url {
                Some(url) => {
                    let words = configured.map(|source| source.name.clone());
                    ("base_url".to_owned(), url.clone(), AddressSource { words, foreign: of_folder })
                }
                None => {
                    let why = "it is not set, and the service has no address of its own";
                    return Err((entry.base_url_env.join(" or "), why.to_owned()));
                }
            },
        },
    };
    match checked(&text) {
        Ok(url) => Ok((url, source)),
        Err(why) => Err((from, why)),
    }
}

fn checked(text: &str) -> Result<Url, String> {
    // The text itself is not repeated: it may hold a password.
    let url = Url::parse(text.trim_end_matches('/')).map_err(|error| format!("it is no address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must hold no user and no password; a key belongs into the variable for it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must hold no query; a key belongs into the variable for it".to_owned());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".to_owned());
    }
    Ok(url)
}

/// An address from Ollama's variable, which may lack scheme and port, and names what a server listens to.
fn host(value: &str, port: u16) -> String {
    let (scheme, rest) = value.split_once("://").unwrap_or(("", value));
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let bare = host.starts_with('[') && host.ends_with(']') || !host.contains(':');
    // A bare IPv6 address has colons and no port.
    let (host, bare) = match host.matches(':').count() {
        n if n > 1 && !host.starts_with('[') => (format!("[{host}]"), true),
        _ => (host.to_owned(), bare),
    };
    let host = match host.as_str() {
        host if host.is_empty() || host.starts_with(':') => format!("127.0.0.1{host}"),
        host => {
            // Listening everywhere is no place to go to; the own machine is among it.
            let own = host.strip_prefix("0.0.0.0").map(|rest| format!("127.0.0.1{rest}"));
            own.or_else(|| host.strip_prefix("[::]").map(|rest| format!("[::1]{rest}")))
                .unwrap_or(host.to_owned())
        }
    };
    let port = if bare && scheme.is_empty() { format!(":{port}") } else { String::new() };
    let scheme = if scheme.is_empty() { "http" } else { scheme };
    let path = path.trim_end_matches('/');
    format!("{scheme}://{host}{port}{}{path}", if path.is_empty() { "" } else { "/" })
}

/// The address of a path of a service.
pub(super) fn join(base: &Url, path: &str) -> Option<Url> {
    Url::parse(&format!("{}{path}", base.as_str().trim_end_matches('/'))).ok()
}

/// An address as it is recorded: without a query.
pub(super) fn recorded(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// Whether an address is on this machine.
pub(super) fn is_own(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollamas_variable_is_read_as_ollama_reads_it() {
        for (value, expected) in [
            ("", "http://127.0.0.1:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("box", "http://box:11434"),
            ("box:99", "http://box:99"),
            (":7", "http://127.0.0.1:7"),
            ("http://box", "http://box"),
            ("https://box:1/ollama/", "https://box:1/ollama"),
            ("[::]:5", "http://[::1]:5"),
            ("::1", "http://[::1]:11434"),
            ("[fe80::1]", "http://[fe80::1]:11434"),
        ] {
            assert_eq!(host(value, 11434), expected, "{value:?}");
        }
    }

    #[test]
    fn an_address_with_a_secret_in_it_is_refused_and_not_repeated() {
        for text in ["http://me:pass@host", "https://host/v1?key=pass", "ftp://host", "pass", "http://"] {
            let why = checked(text).unwrap_err();
            assert!(!why.contains("pass@") && !why.contains("key=pass"), "{why}");
        }
        let url = checked("https://host/v1/").unwrap();
        assert_eq!(join(&url, "/a?b=c").unwrap().as_str(), "https://host/v1/a?b=c");
        assert_eq!(recorded(&join(&url, "/a?b=c").unwrap()), "https://host/v1/a");
    }
}
