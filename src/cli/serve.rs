//! `pelicycle gallery --serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::gallery::tell;
use super::output::{say, say_error};
use super::run::signals::Signals;
use pelicycle_prompt::PromptLibrary;
use pelicycle_serve::serve as serve_site;
use pelicycle_site::{GalleryOptions, RebuildError, RebuiltGallery, rebuild};
use pelicycle_store::{Fingerprint, Store};

/// Where a gallery is served when nothing else is said.
pub(super) const ADDRESS: &str = "127.0.0.1:8765";
/// How often the results are looked at.
const POLL: Duration = Duration::from_millis(500);
/// How long it is waited for results to settle: a run of many small replies never does.
const PATIENCE: Duration = Duration::from_secs(3);

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

/// What is served, and what it is rebuilt from.
pub(super) struct Hall {
    pub(super) store: Store,
    pub(super) library: PromptLibrary,
    pub(super) out: PathBuf,
    pub(super) options: GalleryOptions,
}

impl Hall {
    fn rebuild(&self) -> Result<RebuiltGallery, RebuildError> {
        rebuild(&self.store, &self.library, &self.out, &self.options)
    }
}

/// Serves the gallery until Ctrl-C, and rebuilds it as attempts come.
pub(super) fn serve(hall: Hall, address: SocketAddr) -> anyhow::Result<ExitCode> {
    let hall = Arc::new(hall);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("nothing can be served at {address}; --serve 0 takes a port that is free")
        })?;
        let own = listener.local_addr()?;
        let mut signals = Signals::new().context("can't listen for Ctrl-C")?;
        let seen = hall.store.fingerprint();
        tell(&hall.store, &hall.rebuild()?);
        say(&format!("http://{own}/"));
        if !own.ip().is_loopback() {
            say_error("others in your network can read it too; without an address it is served to this machine alone");
        }
        say_error("It is rebuilt as attempts come. Ctrl-C ends it.");
        let (changed, changes) = watch::channel(0);
        tokio::select! {
            ended = serve_site(listener, &hall.out, changes) => ended.context("the server failed"),
            never = keep_up(&hall, seen, &changed) => match never {},
            () = signals.next() => Ok(()),
        }
    });
    // Browsers may hold a connection; nothing is lost by ending it.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

/// Rebuilds the gallery whenever the results have changed and settled, and says so.
async fn keep_up(
    hall: &Arc<Hall>,
    mut built: Fingerprint,
    changed: &watch::Sender<u64>,
) -> std::convert::Infallible {
    let (mut last, mut since) = (built, None::<Instant>);
    loop {
        tokio::time::sleep(POLL).await;
        let looked = hall.store.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || looked.fingerprint()).await else { continue };
        let settled = now == last;
        last = now;
        if now == built {
            since = None;
            continue;
        }
        let waited = since.get_or_insert_with(Instant::now).elapsed();
        if !settled && waited < PATIENCE {
            continue;
        }
        since = None;
        let builder = Arc::clone(hall);
        match tokio::task::spawn_blocking(move || builder.rebuild()).await {
            Ok(Ok(rebuilt)) => tell(&hall.store, &rebuilt),
            Ok(Err(error)) => say_error(&format!("error: {error}; it is tried again when results change")),
            Err(_) => {
                say_error("error: the gallery could not be rebuilt; it is tried again when results change");
            }
        }
        // Pages find out by themselves whether they changed, so another program's rebuild is told too.
        built = now;
        changed.send_modify(|number| *number += 1);
    }
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
