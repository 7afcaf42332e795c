//! The addresses that pages are served at.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

/// The address of a gallery when nothing else is said.
pub(super) const ADDRESS: &str = "127.0.0.1:8765";

/// Reads `ADDRESS:PORT`, or a port of this machine alone.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    named.as_deref().unwrap_or(text).parse().map_err(|_| {
        format!("{text:?} is neither a port, such as 8765, nor an address and a port, such as {ADDRESS}")
    })
}

/// An address that this program could not take.
#[derive(Debug, thiserror::Error)]
#[error("nothing can be served at {address}")]
pub(super) struct ListenError {
    /// The address.
    pub(super) address: SocketAddr,
    /// The system's error.
    pub(super) source: io::Error,
}

/// Takes an address to serve pages at.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| ListenError { address, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_a_port_alone() {
        for (text, expected) in [
            ("8000", "127.0.0.1:8000"),
            (":0", "127.0.0.1:0"),
            ("localhost:80", "127.0.0.1:80"),
            ("0.0.0.0:8000", "0.0.0.0:8000"),
            ("[::1]:8000", "[::1]:8000"),
            (ADDRESS, "127.0.0.1:8765"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for text in ["", "example.org:80", "127.0.0.1", "70000", "http://localhost:80"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
