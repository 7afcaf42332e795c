//! The client that all requests go through.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use crate::certificates::tls;

/// The most redirects that are followed in a row, where they are.
const REDIRECTS: usize = 10;

/// The choices that differ between those who ask.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The time until a connection must stand.
    pub connect: Duration,
    /// The longest silence within an answer; none where the caller bounds it.
    pub idle: Option<Duration>,
    /// Whether redirects are followed. They must not be where a key goes with the request: it would go to whoever the
    /// redirect names.
    pub redirects: bool,
    /// Whether the system's proxy is used; a server on this machine is reached without.
    pub proxy: bool,
}

impl ClientOptions {
    /// A client with these options. It repeats nothing by itself: what is sent again, and when, its callers decide.
    ///
    /// # Errors
    /// When the system's TLS or proxy settings can't be used.
    pub fn build(&self) -> Result<Client, reqwest::Error> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls())
            .user_agent(concat!("pelicycle/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect)
            .redirect(if self.redirects { Policy::limited(REDIRECTS) } else { Policy::none() })
            .retry(reqwest::retry::never());
        if let Some(idle) = self.idle {
            builder = builder.read_timeout(idle);
        }
        if !self.proxy {
            builder = builder.no_proxy();
        }
        builder.build()
    }
}
