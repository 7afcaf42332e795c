//! The guard, which says who is answered: requests that read, and where something may be changed those of our own pages, to an address that is
//! this server's own.
//!
//! A browser also sends requests here for pages of other sites. Such a page may call its own name our address (DNS
//! rebinding), and would then read the answers; its name stands in `Host`, so a host that is not ours is refused. Only
//! names can be given a new address, so a literal address that we listen to is taken. And such a page may send a form
//! here, whose answer it does not see but which would do its work: whose page it was stands in `Origin` and in
//! `Sec-Fetch-Site`, which no page can change.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Headers of every answer, unless it has others of its own: no other site may show or read it, and
/// it is what it says it is.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-cache"),
];

/// The requests that a server answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestGuard {
    /// The address at which it listens.
    pub(crate) own: SocketAddr,
    /// Whether its own pages may send something.
    pub(crate) posts: bool,
}

/// Lets through what the server answers.
pub(crate) async fn guard(State(guard): State<RequestGuard>, request: Request, next: Next) -> Response {
    let RequestGuard { own, posts } = guard;
    let mut answer = if !is_own_host(request.headers(), request.uri().authority(), own) {
        (StatusCode::MISDIRECTED_REQUEST, format!("This server answers at http://{own}/ only.\n"))
            .into_response()
    } else {
        match *request.method() {
            Method::GET | Method::HEAD => next.run(request).await,
            Method::POST if posts && is_own_page(request.headers()) => next.run(request).await,
            Method::POST if posts => {
                (StatusCode::FORBIDDEN, "Only a page of this server may send something here.\n")
                    .into_response()
            }
            _ => {
                let allowed = [(header::ALLOW, if posts { "GET, HEAD, POST" } else { "GET, HEAD" })];
                (StatusCode::METHOD_NOT_ALLOWED, allowed, "There is nothing to change here.\n")
                    .into_response()
            }
        }
    };
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// Whether a page of the server that is asked sent the request: by what the browser says of it, at least one thing of two.
/// Its host is known to be ours.
fn is_own_page(headers: &HeaderMap) -> bool {
    let only = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        (values.next().map(|value| value.as_bytes()), values.next().is_some())
    };
    let (host, _) = only(header::HOST);
    let own = |origin: &[u8]| {
        let named = origin.strip_prefix(b"http://");
        named.zip(host).is_some_and(|(named, host)| named.eq_ignore_ascii_case(host))
    };
    match (only(header::ORIGIN), only(HeaderName::from_static("sec-fetch-site"))) {
        ((_, true), _) | (_, (_, true)) | ((None, _), (None, _)) => false,
        ((origin, _), (site, _)) => origin.is_none_or(own) && site.is_none_or(|site| site == b"same-origin"),
    }
}

/// Whether somebody sees the answer to a request that reads. What a page of another site asks for as a part of itself, or ahead
/// of time, its browser shows to nobody; what it leads to is seen.
pub(crate) fn is_seen(headers: &HeaderMap) -> bool {
    let is = |name: &'static str, wanted: &[&[u8]]| {
        headers.get_all(HeaderName::from_static(name)).iter().any(|value| wanted.contains(&value.as_bytes()))
    };
    let is_other = is("sec-fetch-site", &[b"cross-site", b"same-site"]);
    !is_other || (is("sec-fetch-dest", &[b"document"]) && !headers.contains_key("sec-purpose"))
}

/// Whether a request is meant for this server: by its one `Host`, and by its target where that names a host too.
fn is_own_host(headers: &HeaderMap, target: Option<&Authority>, own: SocketAddr) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    is_own(&host, own) && target.is_none_or(|target| is_own(target, own))
}

fn is_own(host: &Authority, own: SocketAddr) -> bool {
    if host.as_str().contains('@') || host.port_u16().unwrap_or(80) != own.port() {
        return false;
    }
    let name = host.host();
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match literal.parse::<IpAddr>() {
        Ok(address) if own.ip().is_loopback() => address.is_loopback(),
        Ok(address) => own.ip().is_unspecified() || address == own.ip(),
        Err(_) => {
            let here = own.ip().is_loopback() || own.ip().is_unspecified();
            here && name.eq_ignore_ascii_case("localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str, own: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        is_own_host(&headers, None, own.parse().unwrap())
    }

    #[test]
    fn a_host_that_is_not_this_server_is_refused() {
        let loopback = "127.0.0.1:8765";
        for own in ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765", "127.0.0.2:8765"] {
            assert!(asked(own, loopback), "{own}");
        }
        for other in [
            "example.org:8765",
            "localhost.example.org:8765",
            "localhost:80",
            "localhost",
            "127.0.0.1",
            "192.168.0.7:8765",
            "me@localhost:8765",
            "127.0.0.1.example.org:8765",
            "localhost:8765/x",
            "",
        ] {
            assert!(!asked(other, loopback), "{other}");
        }
        assert!(asked("localhost", "127.0.0.1:80"));
        assert!(asked("192.168.0.7:8765", "0.0.0.0:8765") && asked("localhost:8765", "0.0.0.0:8765"));
        assert!(!asked("example.org:8765", "0.0.0.0:8765"));
        assert!(asked("192.168.0.7:8765", "192.168.0.7:8765"));
        assert!(!asked("192.168.0.8:8765", "192.168.0.7:8765"));
    }

    #[test]
    fn only_a_page_of_the_server_sends_something() {
        let sent = |lines: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:8766"));
            for (name, value) in lines {
                headers.append(*name, HeaderValue::from_static(value));
            }
            is_own_page(&headers)
        };
        let own = ("origin", "http://localhost:8766");
        assert!(sent(&[own]) && sent(&[own, ("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("sec-fetch-site", "same-origin")]));
        assert!(!sent(&[]), "a browser says whose page it is");
        for other in [
            "http://localhost:8765",
            "http://127.0.0.1:8766",
            "https://localhost:8766",
            "http://localhost:8766.example.org",
            "http://example.org",
            "localhost:8766",
            "null",
            "",
        ] {
            assert!(!sent(&[("origin", other)]), "{other}");
        }
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!sent(&[own, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(!sent(&[own, own]) && !sent(&[own, ("origin", "null")]));
    }

    #[test]
    fn what_another_site_only_fetches_is_not_seen() {
        for (site, destination, purpose, expected) in [
            ("", "", "", true),
            ("none", "document", "", true),
            ("same-origin", "image", "", true),
            ("same-origin", "document", "", true),
            ("cross-site", "image", "", false),
            ("same-site", "image", "", false),
            ("cross-site", "empty", "", false),
            ("cross-site", "iframe", "", false),
            ("cross-site", "", "", false),
            ("cross-site", "document", "", true),
            ("same-site", "document", "prefetch", false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in
                [("sec-fetch-site", site), ("sec-fetch-dest", destination), ("sec-purpose", purpose)]
            {
                if !value.is_empty() {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            }
            assert_eq!(is_seen(&headers), expected, "{site} {destination} {purpose}");
        }
    }

    #[test]
    fn a_request_names_one_host_and_no_other_as_its_target() {
        let own: SocketAddr = "127.0.0.1:8765".parse().unwrap();
        assert!(!is_own_host(&HeaderMap::new(), None, own));
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, HeaderValue::from_static("localhost:8765"));
        let other: Authority = "example.org:8765".parse().unwrap();
        assert!(!is_own_host(&headers, Some(&other), own));
        headers.append(header::HOST, HeaderValue::from_static("localhost:8765"));
        assert!(!is_own_host(&headers, None, own));
    }
}
