//! The client that all requests go through.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

/// How often a redirect is followed where it may be.
const REDIRECTS: usize = 6;

/// Choices that differ between those who ask.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Until a connection stands.
    pub connect: Duration,
    /// Longest silence within an answer; none where the caller bounds it.
    pub idle: Option<Duration>,
    /// Whether redirects are followed. They must not be where a key goes with the request: it would go to whoever the
    /// redirect names.
    pub redirects: bool,
    /// Whether the system's proxy is used; a server on this machine is reached without.
    pub proxy: bool,
}

/// A client with these options. What is asked again, and when, its callers decide: it repeats nothing itself.
///
/// # Errors
/// When the system's TLS or proxy settings can't be used.
pub fn client(options: &ClientOptions) -> Result<Client, reqwest::Error> {
    // ring is the only choice of cryptography here; that it was made before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("pelicycle/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect)
        .redirect(if options.redirects { Policy::limited(REDIRECTS) } else { Policy::none() })
        .retry(reqwest::retry::never());
    if let Some(idle) = options.idle {
        builder = builder.read_timeout(idle);
    }
    if !options.proxy {
        builder = builder.no_proxy();
    }
    builder.build()
}
