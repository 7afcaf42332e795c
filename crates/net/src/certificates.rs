//! The system's certificates, read once a process, and only when a connection asks for them.

use std::sync::{Arc, OnceLock};

use reqwest::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// The TLS settings that all clients of this process share, and what checks certificates by them.
struct Shared {
    settings: ClientConfig,
    verifier: Arc<SystemVerifier>,
}

/// The system has no certificates that a server's could be checked with.
#[derive(Debug, thiserror::Error)]
#[error("the system has no certificates to check a server by: {0}")]
pub struct NoCertificates(String);

/// The TLS settings that all clients of this process share.
///
/// The system's store is read when it is first needed and not for each client: reading it takes longer than asking a
/// local server, which needs none of it and may run where there is no store at all.
pub(crate) fn tls() -> ClientConfig {
    shared().settings.clone()
}

/// Reads the system's certificates where this address needs them and they were not read before. The first handshake
/// would do it, and hold up everything else meanwhile: whoever measures a request does it before.
///
/// # Errors
/// Where there are none: no request to that address can succeed.
pub async fn read_certificates(url: &Url) -> Result<(), NoCertificates> {
    if url.scheme() != "https" {
        return Ok(());
    }
    let read = || shared().verifier.verifier().map(drop);
    let done = match shared().verifier.verifier.get() {
        Some(_) => Ok(read()),
        None => tokio::task::spawn_blocking(read).await,
    };
    // What could not run says so at the handshake.
    done.unwrap_or(Ok(())).map_err(|error| match error {
        Error::General(why) => NoCertificates(why),
        error => NoCertificates(error.to_string()),
    })
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(settings)
}

fn settings() -> Shared {
    // ring is the only choice of cryptography here; that it was made before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider = CryptoProvider::get_default()
        .map_or_else(|| Arc::new(rustls::crypto::ring::default_provider()), Arc::clone);
    let verifier = Arc::new(SystemVerifier { provider, verifier: OnceLock::new() });
    let mut settings = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::<SystemVerifier>::clone(&verifier))
        .with_no_client_auth();
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    Shared { settings, verifier }
}

/// The system's own verifier, made when it is first needed.
#[derive(Debug)]
struct SystemVerifier {
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Result<Verifier, Error>>,
}

impl SystemVerifier {
    fn verifier(&self) -> Result<&Verifier, Error> {
        let made = self.verifier.get_or_init(|| Verifier::new(Arc::clone(&self.provider)));
        made.as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for SystemVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::process::Command;
    use std::time::Duration;

    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ServerConfig, ServerConnection, Stream};

    use super::*;
    use crate::{ClientOptions, innermost};

    /// Says to this test, started anew, which address it shall ask.
    const ADDRESS: &str = "PELICYCLE_TEST_ADDRESS";

    /// A certificate for localhost that is valid for a hundred years, made for this test with `openssl req -x509`.
    const CERTIFICATE: &[u8] = include_bytes!("../fixtures/localhost.der");
    const KEY: &[u8] = include_bytes!("../fixtures/localhost-key.der");

    /// A port of localhost that answers every request with "hi", over TLS or without.
    fn server(over_tls: bool) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let key = PrivatePkcs8KeyDer::from(KEY);
        let settings =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key.into())
                .unwrap();
        let settings = Arc::new(settings);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut tls = ServerConnection::new(Arc::clone(&settings)).unwrap();
                // Whoever does not trust it breaks off.
                let _ = if over_tls {
                    answer(&mut Stream::new(&mut tls, &mut stream))
                } else {
                    answer(&mut stream)
                };
            }
        });
        port
    }

    fn answer(stream: &mut (impl std::io::Read + Write)) -> std::io::Result<()> {
        let mut said = Vec::new();
        while !said.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            said.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")?;
        stream.flush()
    }

    /// What two clients of this process hear, after the certificates were read.
    fn ask(address: &str) -> String {
        let options = ClientOptions {
            connect: Duration::from_secs(20),
            idle: Some(Duration::from_secs(20)),
            redirects: false,
            proxy: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let heard = || {
            runtime.block_on(async {
                match options.build().unwrap().get(address).send().await {
                    Ok(answer) => answer.text().await.unwrap(),
                    Err(error) => innermost(&error),
                }
            })
        };
        let read = runtime.block_on(read_certificates(&Url::parse(address).unwrap()));
        let read = read.map_or_else(|error| error.to_string(), |()| "read".to_owned());
        format!("{read}, {} {}", heard(), heard())
    }

    #[test]
    fn the_systems_certificates_alone_are_trusted_and_asked_for_by_tls_alone() {
        if let Ok(address) = std::env::var(ADDRESS) {
            return std::fs::write(std::env::var("PELICYCLE_TEST_HEARD").unwrap(), ask(&address)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let (empty, heard) = (folder.path().join("empty.pem"), folder.path().join("heard"));
        std::fs::write(&empty, "").unwrap();
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let secure = format!("https://localhost:{}/", server(true));
        let plain = format!("http://localhost:{}/", server(false));
        for (store, address, words) in [
            (fixtures.join("localhost.pem"), &secure, "read, hi hi"),
            (fixtures.join("other.pem"), &secure, "read, invalid peer certificate"),
            (
                empty.clone(),
                &secure,
                "the system has no certificates to check a server by: No CA certificates were loaded",
            ),
            (empty, &plain, "read, hi hi"),
        ] {
            // What was heard before must not pass for what is heard now.
            let _ = std::fs::remove_file(&heard);
            // What a process trusts is read once, so each store is read by one of its own.
            let done = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", std::thread::current().name().unwrap()])
                .env(ADDRESS, address)
                .env("PELICYCLE_TEST_HEARD", &heard)
                .env("SSL_CERT_FILE", &store)
                .env_remove("SSL_CERT_DIR")
                .output()
                .unwrap();
            assert!(done.status.success(), "{done:?}");
            let heard = std::fs::read_to_string(&heard).unwrap();
            assert!(heard.contains(words), "{}: {heard}", store.display());
        }
    }
}
