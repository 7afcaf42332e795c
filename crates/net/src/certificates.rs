//! The system's certificates, read once a process, and only when a connection asks for them.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// The TLS settings that all clients of this process share.
///
/// The system's store is read at the first handshake and not for each client: reading it takes longer than asking a
/// local server, which needs none of it and may run where there is no store at all.
pub(crate) fn tls() -> ClientConfig {
    static SHARED: OnceLock<ClientConfig> = OnceLock::new();
    SHARED.get_or_init(settings).clone()
}

fn settings() -> ClientConfig {
    // ring is the only choice of cryptography here; that it was made before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider = CryptoProvider::get_default()
        .map_or_else(|| Arc::new(rustls::crypto::ring::default_provider()), Arc::clone);
    let verifier = SystemVerifier { provider, verifier: OnceLock::new() };
    let mut settings = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    settings
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

    /// What two clients of this process hear.
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
        format!("{} {}", heard(), heard())
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
            (fixtures.join("localhost.pem"), &secure, "hi hi"),
            (fixtures.join("other.pem"), &secure, "invalid peer certificate"),
            (empty.clone(), &secure, "No CA certificates were loaded from the system"),
            (empty, &plain, "hi hi"),
        ] {
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
