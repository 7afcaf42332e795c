//! From a wanted model to files in the cache.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::cache::RepoCache;
use super::choose::choose;
use super::client::HubClient;
use super::disk_space::{check_space, is_whole};
use super::error::HubError;
use super::event::{PullEvent, PullListener};
use super::fetch::{FetchEnd, RemoteFile, fetch};
use super::lock::BlobLock;
use super::partial_file::PartialFile;
use super::settings::HubSettings;
use super::spec::ModelSpec;
use super::tree::RepoFile;
use crate::links;

/// The hub, with its cache on this machine.
pub struct Hub {
    settings: HubSettings,
    client: Arc<HubClient>,
}

/// The files that are to be fetched.
pub struct PullPlan<'a> {
    hub: &'a Hub,
    wanted: ModelSpec,
    files: Vec<RepoFile>,
    /// The places of the files, once they were asked for.
    sources: OnceCell<Vec<Arc<RemoteFile>>>,
}

/// A model that was brought into the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledModel {
    /// The commit it is of.
    pub commit: String,
    /// Its files; the one to open is the first.
    pub files: Vec<PathBuf>,
    /// The bytes that had to be fetched for it.
    pub fetched: u64,
}

impl Hub {
    /// Gets ready; nothing is asked yet.
    ///
    /// # Errors
    /// When no connection can be set up.
    pub fn new(settings: HubSettings, listener: PullListener) -> Result<Hub, HubError> {
        let client = Arc::new(HubClient::new(&settings, listener)?);
        Ok(Hub { settings, client })
    }

    /// Finds out which files are meant. Offline those in the cache are asked.
    ///
    /// # Errors
    /// When the hub can't be asked, or no one model is meant.
    pub async fn plan(&self, wanted: ModelSpec) -> Result<PullPlan<'_>, HubError> {
        let files =
            if self.settings.offline { self.cached(&wanted)? } else { self.client.list(&wanted).await? };
        let files = choose(&wanted, files)?;
        Ok(PullPlan { hub: self, wanted, files, sources: OnceCell::new() })
    }

    /// The files of the revision that are in the cache.
    fn cached(&self, wanted: &ModelSpec) -> Result<Vec<RepoFile>, HubError> {
        let cache = RepoCache::new(&self.settings.cache, &wanted.repo);
        let commit = cache.commit(&wanted.revision);
        let files: Vec<RepoFile> = links(cache.folder(), &mut Vec::new())
            .into_iter()
            .filter(|link| Some(&link.commit) == commit.as_ref())
            .map(|link| RepoFile { path: link.file, bytes: link.bytes, sum: None })
            .collect();
        if files.is_empty() {
            return Err(self.offline(&wanted.repo));
        }
        Ok(files)
    }

    fn offline(&self, wanted: &str) -> HubError {
        HubError::Offline { wanted: wanted.to_owned(), cache: self.settings.cache.clone() }
    }
}

impl PullPlan<'_> {
    /// The files, those of a split model in their order.
    #[must_use]
    pub fn files(&self) -> &[RepoFile] {
        &self.files
    }

    /// The bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// Brings what is missing into the cache. When this is dropped, what came is kept and gone on with next time.
    ///
    /// # Errors
    /// When a file can't be fetched or written, or is not what the hub says it is.
    pub async fn fetch(&self) -> Result<PulledModel, HubError> {
        let cache = RepoCache::new(&self.hub.settings.cache, &self.wanted.repo);
        if self.hub.settings.offline {
            let commit =
                cache.commit(&self.wanted.revision).ok_or_else(|| self.hub.offline(&self.wanted.repo))?;
            let files = self.files.iter().map(|file| cache.snapshot(&commit, &file.path)).collect();
            return Ok(PulledModel { commit, files, fetched: 0 });
        }
        let sources = self.sources().await?;
        let Some(commit) = sources.first().map(|source| source.resolved.commit.clone()) else {
            return Err(HubError::NoModels {
                repo: self.wanted.repo.clone(),
                revision: self.wanted.revision.clone(),
            });
        };
        check_space(&cache, sources)?;
        let (mut files, mut fetched) = (Vec::new(), 0);
        for source in sources {
            fetched += self.fetch_file(&cache, source).await?;
            let sum = source.resolved.sum.hex();
            let fail = |error| HubError::Write { path: cache.snapshot(&commit, &source.file), source: error };
            files.push(cache.link(&commit, &source.file, sum).map_err(fail)?);
        }
        let fail = |error| HubError::Write { path: cache.folder().join("refs"), source: error };
        cache.set_revision(&self.wanted.revision, &commit).map_err(fail)?;
        Ok(PulledModel { commit, files, fetched })
    }

    /// Whether any of the files, or a beginning of one, is in the cache already.
    ///
    /// # Errors
    /// When the hub can't be asked.
    pub async fn is_begun(&self) -> Result<bool, HubError> {
        if self.hub.settings.offline {
            return Ok(true);
        }
        let cache = RepoCache::new(&self.hub.settings.cache, &self.wanted.repo);
        let begun = |source: &Arc<RemoteFile>| {
            let RemoteFile { resolved, file, .. } = &**source;
            let sum = resolved.sum.hex();
            is_whole(&cache.blob(sum), resolved.bytes)
                || is_whole(&cache.snapshot(&resolved.commit, file), resolved.bytes)
                || cache.incomplete(sum).exists()
        };
        Ok(self.sources().await?.iter().any(begun))
    }

    /// The first bytes of a file by its place among all, at most so many. They are held against no sum: what they say is
    /// good for a look, and no more.
    ///
    /// # Errors
    /// When they can't be had.
    pub async fn beginning(&self, place: usize, most: u64) -> Result<Vec<u8>, HubError> {
        let Some(source) = self.sources().await?.get(place) else { return Ok(Vec::new()) };
        let range = 0..most.min(source.resolved.bytes);
        self.hub.client.beginning(&source.resolved.link, &range).await
    }

    /// The places of the files.
    async fn sources(&self) -> Result<&Vec<Arc<RemoteFile>>, HubError> {
        self.sources.get_or_try_init(|| self.resolve()).await
    }

    /// Asks where the files are, and holds them against the list: all are of one commit.
    async fn resolve(&self) -> Result<Vec<Arc<RemoteFile>>, HubError> {
        let mut sources: Vec<Arc<RemoteFile>> = Vec::new();
        for file in &self.files {
            let first = sources.first().map(|source| source.resolved.commit.as_str());
            let revision = first.unwrap_or(&self.wanted.revision);
            let resolved = self.hub.client.resolve(&self.wanted, revision, &file.path).await?;
            let same = first.is_none_or(|commit| commit == resolved.commit)
                && file.sum.as_ref().is_none_or(|sum| *sum == resolved.sum)
                && file.bytes == resolved.bytes;
            if !same {
                return Err(HubError::Changed { file: file.path.clone() });
            }
            sources.push(Arc::new(RemoteFile::new(self.wanted.clone(), file.path.clone(), resolved)));
        }
        Ok(sources)
    }

    /// Makes sure that a file's blob is there; the bytes that came for it.
    async fn fetch_file(&self, cache: &RepoCache, source: &Arc<RemoteFile>) -> Result<u64, HubError> {
        let (client, resolved) = (&self.hub.client, &source.resolved);
        let tell = |event| (client.listener)(event);
        let file = || source.file.clone();
        let sum = resolved.sum.hex();
        let blob = cache.blob(sum);
        let is_there = || {
            is_whole(&blob, resolved.bytes)
                || is_whole(&cache.snapshot(&resolved.commit, &source.file), resolved.bytes)
        };
        if is_there() {
            tell(PullEvent::Present { file: file() });
            return Ok(0);
        }
        let fail = |path: &Path, error| HubError::Write { path: path.to_owned(), source: error };
        let folder = blob.parent().unwrap_or(cache.folder());
        std::fs::create_dir_all(folder).map_err(|error| fail(folder, error))?;
        let _lock = BlobLock::take(&cache.lock(sum), || tell(PullEvent::Waiting { file: file() })).await?;
        if is_there() {
            tell(PullEvent::Present { file: file() });
            return Ok(0);
        }
        self.fetch_blob(cache, source).await
    }

    /// Fetches a file's blob, from its beginning where what came is not the hub's; the bytes that came.
    async fn fetch_blob(&self, cache: &RepoCache, source: &Arc<RemoteFile>) -> Result<u64, HubError> {
        let (client, resolved) = (&self.hub.client, &source.resolved);
        let tell = |event| (client.listener)(event);
        let file = || source.file.clone();
        let sum = resolved.sum.hex();
        let (blob, incomplete) = (cache.blob(sum), cache.incomplete(sum));
        let fail = |path: &Path, error| HubError::Write { path: path.to_owned(), source: error };
        let discard = || std::fs::remove_file(&incomplete).map_err(|error| fail(&incomplete, error));
        let start_over = |why: &str| -> Result<(), HubError> {
            discard()?;
            tell(PullEvent::StartedOver { why: why.to_owned() });
            Ok(())
        };
        let mut piece = client.tuning.piece;
        loop {
            let partial = PartialFile::open(&incomplete, &resolved.sum, resolved.bytes)
                .map_err(|error| fail(&incomplete, error))?;
            let from = partial.from();
            tell(PullEvent::Started { file: file(), bytes: resolved.bytes, from });
            match fetch(client, source, &partial, piece).await {
                Ok(()) => {}
                Err(FetchEnd::NoRanges) if piece < resolved.bytes || from > 0 => {
                    drop(partial);
                    piece = resolved.bytes;
                    start_over("the server sends whole files only")?;
                    continue;
                }
                Err(FetchEnd::NoRanges) => return Err(no_ranges(source)),
                Err(FetchEnd::Failed(error)) => return Err(error),
            }
            let (found, bytes) = partial.finish().await.map_err(|error| fail(&incomplete, error))?;
            if found == resolved.sum && bytes == resolved.bytes {
                std::fs::rename(&incomplete, &blob).map_err(|error| fail(&blob, error))?;
                tell(PullEvent::Finished { file: file() });
                return Ok(resolved.bytes - from);
            }
            if from == 0 {
                discard()?;
                let (expected, found) = (sum.to_owned(), found.hex().to_owned());
                return Err(HubError::Sum { file: file(), expected, found });
            }
            // What was there may have been another's, or damaged.
            start_over("its beginning, which was there, is not the hub's")?;
        }
    }
}

fn no_ranges(source: &RemoteFile) -> HubError {
    let why = "the server sends whole files only, and was cut".to_owned();
    HubError::Cut { file: source.file.clone(), at: 0, bytes: source.resolved.bytes, why }
}
