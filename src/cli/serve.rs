//! `pelicycle gallery --serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use pelicycle_serve::{LiveGallery, RefreshError};
use pelicycle_site::RebuiltGallery;

use super::gallery::tell;
use super::listen::listen;
use super::output::{say, say_error};
use super::runtime::runtime;
use super::signals::Signals;

/// Serves the gallery until Ctrl-C, and rebuilds it as attempts come.
pub(super) fn serve(gallery: LiveGallery, address: SocketAddr) -> anyhow::Result<ExitCode> {
    let gallery = Arc::new(gallery);
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let listener = listen(address).await?;
        let own = listener.local_addr()?;
        let mut signals = Signals::new().context("can't listen for Ctrl-C")?;
        let built = gallery.store.fingerprint();
        tell(&gallery.store, &gallery.rebuild()?);
        say(&format!("http://{own}/"));
        if !own.ip().is_loopback() {
            say_error(
                "others in your network can read it too, so nobody can vote in it; without an address it is served to \
                 this machine alone",
            );
        }
        say_error("It is rebuilt as attempts, votes and seals come. Ctrl-C ends it.");
        let heard = |rebuilt: Result<RebuiltGallery, RefreshError>| match rebuilt {
            Ok(rebuilt) => tell(&gallery.store, &rebuilt),
            Err(error) => say_error(&format!("error: {error}; it is tried again when results change")),
        };
        tokio::select! {
            ended = Arc::clone(&gallery).serve(listener, built, heard) => ended.context("the server failed"),
            () = signals.next() => Ok(()),
        }
    });
    // Browsers may hold a connection; nothing is lost by ending it.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}
