//! A gallery that is rebuilt as its results change.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pelicycle_prompt::PromptLibrary;
use pelicycle_site::{GalleryOptions, RebuildError, RebuiltGallery, rebuild};
use pelicycle_store::{Store, StoreFingerprint};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, spawn_blocking};

use crate::serve;
use crate::vote::GalleryVoting;

/// The time between two looks at the results.
const POLL: Duration = Duration::from_millis(500);
/// The longest wait for results to settle: those of a run of many small replies never do.
const PATIENCE: Duration = Duration::from_secs(3);

/// A gallery that is rebuilt as its results change.
#[derive(Debug)]
pub struct LiveGallery {
    /// The results.
    pub store: Store,
    /// The prompts whose rubrics drawings are held against.
    pub library: PromptLibrary,
    /// The gallery's folder.
    pub out: PathBuf,
    /// The options of every build.
    pub options: GalleryOptions,
    /// The voting of visitors of this machine, if they may vote.
    pub voting: Option<Arc<GalleryVoting>>,
}

/// The failure of a rebuild.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RefreshError {
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    #[error("the gallery could not be rebuilt")]
    Task(#[from] JoinError),
}

impl LiveGallery {
    /// Rebuilds it.
    ///
    /// # Errors
    /// When the results can't be read, or the site can't be written.
    pub fn rebuild(&self) -> Result<RebuiltGallery, RebuildError> {
        rebuild(&self.store, &self.library, &self.out, &self.options)
    }

    /// Serves it at `listener` and does not end; rebuilds it whenever the results are others than those that it was `built`
    /// from, and tells `heard` what came of that.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        built: StoreFingerprint,
        heard: impl FnMut(Result<RebuiltGallery, RefreshError>),
    ) -> io::Result<()> {
        let (changed, changes) = watch::channel(0);
        tokio::select! {
            ended = serve(listener, &self.out, changes, self.voting.clone()) => ended,
            never = self.keep_up(built, &changed, heard) => match never {},
        }
    }

    /// Rebuilds whenever the results have changed and settled.
    async fn keep_up(
        self: &Arc<Self>,
        mut built: StoreFingerprint,
        changed: &watch::Sender<u64>,
        mut heard: impl FnMut(Result<RebuiltGallery, RefreshError>),
    ) -> std::convert::Infallible {
        let (mut last, mut since) = (built, None::<Instant>);
        loop {
            tokio::time::sleep(POLL).await;
            let store = self.store.clone();
            let Ok(now) = spawn_blocking(move || store.fingerprint()).await else { continue };
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
            let gallery = Arc::clone(self);
            let rebuilt = spawn_blocking(move || gallery.rebuild()).await;
            heard(
                rebuilt.map_err(RefreshError::from).and_then(|rebuilt| rebuilt.map_err(RefreshError::from)),
            );
            // Pages find out by themselves whether they changed, so another program's rebuild is told too.
            built = now;
            changed.send_modify(|number| *number += 1);
        }
    }
}
