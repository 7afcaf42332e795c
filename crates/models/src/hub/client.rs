//! Asking the hub: its list of files, where a file is, and its bytes.

use std::ops::Range;
use std::time::Duration;

use pelicycle_net::{
    Backoff, BodyError, BodyLimits, ClientOptions, NextTry, innermost, read_certificates, shown,
};
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, ETAG, HeaderMap, HeaderName, HeaderValue, LINK, LOCATION,
    RANGE, RETRY_AFTER,
};
use reqwest::{Method, Response, StatusCode, Url};
use tokio::time::Instant;

use super::checksum::Checksum;
use super::error::{HubError, TransferFault};
use super::event::{PullEvent, PullListener};
use super::settings::{HubSettings, HubToken, TransferTuning};
use super::spec::ModelSpec;
use super::tree::{RepoFile, TreeEntry};
use crate::is_commit;

/// The number of redirects that are followed in a row.
const REDIRECTS: usize = 6;
/// The most bytes of a page of the list; a page has a thousand files.
const PAGE_BYTES: u64 = 16 << 20;
/// The most pages of a list.
const PAGES: usize = 100;
/// The number of characters of a server's message that are shown.
const MESSAGE: usize = 300;
/// The time until a connection must stand.
const CONNECT: Duration = Duration::from_secs(10);
/// The words for a server that is silent for too long.
const LATE: &str = "no answer in time";
/// The time within which a page of the list must be there, however slowly it comes.
const PAGE: Duration = Duration::from_secs(300);

const COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");

/// A file of a commit: its address, and what it must be.
#[derive(Debug, Clone)]
pub(super) struct ResolvedFile {
    pub(super) commit: String,
    pub(super) sum: Checksum,
    pub(super) bytes: u64,
    /// The address of its bytes: often another host's address, good for an hour or so.
    pub(super) link: Url,
}

/// A connection to one hub.
pub(super) struct HubClient {
    http: reqwest::Client,
    endpoint: Url,
    token: Option<HubToken>,
    pub(super) tuning: TransferTuning,
    pub(super) listener: PullListener,
}

impl HubClient {
    pub(super) fn new(settings: &HubSettings, listener: PullListener) -> Result<HubClient, HubError> {
        let options = ClientOptions {
            connect: CONNECT,
            idle: Some(settings.tuning.idle),
            // Followed here, so that the token goes to nobody else.
            redirects: false,
            proxy: true,
        };
        let http = options.build().map_err(|source| HubError::Client { source: source.without_url() })?;
        Ok(HubClient {
            http,
            endpoint: settings.endpoint.clone(),
            token: settings.token.clone(),
            tuning: settings.tuning.clone(),
            listener,
        })
    }

    /// All model files of a repository.
    pub(super) async fn list(&self, wanted: &ModelSpec) -> Result<Vec<RepoFile>, HubError> {
        let words =
            ["api", "models"].into_iter().chain(wanted.repo.split('/')).chain(["tree", &wanted.revision]);
        let mut url = self.url(words)?;
        url.set_query(Some("recursive=true"));
        let mut files = Vec::new();
        for _ in 0..PAGES {
            let (page, next) = self.patiently(|| self.page(wanted, &url)).await?;
            files.extend(page.into_iter().filter_map(TreeEntry::into_file));
            match next {
                Some(next) => url = next,
                None => return Ok(files),
            }
        }
        Err(malformed(&url, &format!("the list of files has more than {PAGES} pages")))
    }

    async fn page(
        &self,
        wanted: &ModelSpec,
        url: &Url,
    ) -> Result<(Vec<TreeEntry>, Option<Url>), TransferFault> {
        let response = self.follow(Method::GET, url.clone(), None).await?;
        if !response.status().is_success() {
            return Err(self.refusal(&response, wanted));
        }
        let next = next_page(response.headers()).map(|link| url.join(&link)).transpose();
        let next = next.map_err(|_| malformed(url, "the next page's address is none"))?;
        if next.as_ref().is_some_and(|next| !same_origin(next, url)) {
            return Err(malformed(url, "the next page is on another host").into());
        }
        let limits = BodyLimits { deadline: Instant::now() + PAGE, idle: None, bytes: PAGE_BYTES };
        let body = limits.read(response).await.map_err(|error| match error {
            BodyError::TooLong(_) => malformed(url, "the list of files is too long").into(),
            BodyError::Late => interrupted(url, LATE),
            BodyError::Broken(why) => interrupted(url, &why),
            BodyError::Write(error) => interrupted(url, &error.to_string()),
        })?;
        let entries = serde_json::from_slice(&body)
            .map_err(|error| malformed(url, &format!("the list of files can't be read: {error}")))?;
        Ok((entries, next))
    }

    /// Asks where a file of a revision is to be had.
    pub(super) async fn resolve(
        &self,
        wanted: &ModelSpec,
        revision: &str,
        file: &str,
    ) -> Result<ResolvedFile, HubError> {
        let words = wanted.repo.split('/').chain(["resolve", revision]).chain(file.split('/'));
        let url = self.url(words)?;
        self.patiently(|| self.head(wanted, &url)).await
    }

    async fn head(&self, wanted: &ModelSpec, asked: &Url) -> Result<ResolvedFile, TransferFault> {
        let (mut commit, mut etag, mut size) = (None, None, None);
        let mut url = asked.clone();
        for _ in 0..=REDIRECTS {
            let response = self.send(Method::HEAD, &url, None).await?;
            let (status, headers) = (response.status(), response.headers());
            commit = commit.or_else(|| text(headers, &COMMIT));
            etag = etag.or_else(|| text(headers, &LINKED_ETAG));
            size = size.or_else(|| text(headers, &LINKED_SIZE));
            let link = match target(&url, &response)? {
                // The storage that it leads to need not be asked: the hub has said all.
                Some(next) if etag.is_some() && size.is_some() && !same_origin(&next, &self.endpoint) => next,
                Some(next) => {
                    url = next;
                    continue;
                }
                None if status.is_success() => {
                    etag = etag.or_else(|| text(headers, &ETAG));
                    size = size.or_else(|| text(headers, &CONTENT_LENGTH));
                    url
                }
                None => return Err(self.refusal(&response, wanted)),
            };
            let missing = |what: &str| malformed(asked, what);
            return Ok(ResolvedFile {
                commit: commit
                    .filter(|commit| is_commit(commit))
                    .ok_or_else(|| missing("it names no commit (X-Repo-Commit)"))?,
                sum: etag
                    .and_then(|etag| Checksum::parse(&etag))
                    .ok_or_else(|| missing("it names no checksum (X-Linked-Etag)"))?,
                bytes: size
                    .and_then(|size| size.parse().ok())
                    .ok_or_else(|| missing("it names no length (X-Linked-Size)"))?,
                link,
            });
        }
        Err(malformed(asked, "it redirects too often").into())
    }

    /// A file's bytes in a range. The answer is one with a body: partial, or whole where the server has no ranges.
    pub(super) async fn bytes(&self, link: &Url, range: &Range<u64>) -> Result<Response, TransferFault> {
        let header = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let response = self.follow(Method::GET, link.clone(), HeaderValue::from_str(&header).ok()).await?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status if status.is_client_error() && !is_passing(status) => Err(TransferFault::Expired {
                why: format!("{} answered {}", shown(response.url()), status.as_u16()),
            }),
            _ => Err(failure(&response)),
        }
    }

    /// A file's bytes in a range that begins with it, whole in memory.
    pub(super) async fn beginning(&self, link: &Url, range: &Range<u64>) -> Result<Vec<u8>, HubError> {
        self.patiently(|| async {
            let mut response = self.bytes(link, range).await?;
            let url = response.url().clone();
            let mut all = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| passing(&url, &error))? {
                all.extend_from_slice(&chunk);
                // A server without ranges sends the whole file.
                if all.len() as u64 >= range.end {
                    break;
                }
            }
            all.truncate(usize::try_from(range.end).unwrap_or(usize::MAX));
            Ok(all)
        })
        .await
    }

    /// Makes a request until it does not fail in a way that passes.
    async fn patiently<T, F: Future<Output = Result<T, TransferFault>>>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<T, HubError> {
        let unreachable = |why| HubError::Unreachable { address: shown(&self.endpoint), why };
        read_certificates(&self.endpoint).await.map_err(|error| unreachable(error.to_string()))?;
        let mut backoff = Backoff::new(self.tuning.backoff);
        loop {
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(TransferFault::Lasting(error)) => return Err(error),
                Err(TransferFault::Passing { why, after }) => match backoff.next(after) {
                    NextTry::After(pause) => self.pause(why, pause).await,
                    NextTry::GiveUp | NextTry::AskedTooLong => {
                        return Err(unreachable(why));
                    }
                },
                Err(TransferFault::Expired { why }) => {
                    return Err(unreachable(why));
                }
                Err(TransferFault::NoRanges) => {
                    return Err(malformed(&self.endpoint, "it sent what was not asked for"));
                }
            }
        }
    }

    /// Waits, and says why.
    pub(super) async fn pause(&self, why: String, pause: Duration) {
        (self.listener)(PullEvent::TryingAgain { why, pause });
        tokio::time::sleep(pause).await;
    }

    /// An address below the hub's, with each word escaped.
    fn url<'a>(&self, words: impl Iterator<Item = &'a str>) -> Result<Url, HubError> {
        let mut url = self.endpoint.clone();
        match url.path_segments_mut() {
            Ok(mut path) => {
                path.pop_if_empty().extend(words);
            }
            Err(()) => return Err(malformed(&self.endpoint, "no path can be added to its address")),
        }
        Ok(url)
    }

    async fn follow(
        &self,
        method: Method,
        url: Url,
        range: Option<HeaderValue>,
    ) -> Result<Response, TransferFault> {
        let mut next = url.clone();
        for _ in 0..=REDIRECTS {
            let response = self.send(method.clone(), &next, range.clone()).await?;
            match target(&next, &response)? {
                Some(target) => next = target,
                None => return Ok(response),
            }
        }
        Err(malformed(&url, "it redirects too often").into())
    }

    /// One request. The token goes to the hub alone.
    async fn send(
        &self,
        method: Method,
        url: &Url,
        range: Option<HeaderValue>,
    ) -> Result<Response, TransferFault> {
        let mut request = self.http.request(method, url.clone()).header(ACCEPT_ENCODING, "identity");
        if let Some(token) = self.token.as_ref().filter(|_| same_origin(url, &self.endpoint)) {
            request = request.header(AUTHORIZATION, token.header());
        }
        if let Some(range) = range {
            request = request.header(RANGE, range);
        }
        let response = request.send().await.map_err(|error| passing(url, &error))?;
        if is_passing(response.status()) { Err(failure(&response)) } else { Ok(response) }
    }

    /// The meaning of a refusal by the hub.
    fn refusal(&self, response: &Response, wanted: &ModelSpec) -> TransferFault {
        let (repo, token) = (wanted.repo.clone(), self.token.is_some());
        let code = text(response.headers(), &ERROR_CODE).unwrap_or_default();
        let message = text(response.headers(), &ERROR_MESSAGE).unwrap_or_default();
        let page = self.url(repo.split('/')).map_or_else(|_| repo.clone(), |url| url.to_string());
        match (code.as_str(), response.status().as_u16()) {
            ("GatedRepo", _) => HubError::Gated { repo, page, token },
            (_, 403) => HubError::Forbidden { address: shown(response.url()), repo, page, message },
            ("RevisionNotFound", _) => HubError::NoRevision { repo, revision: wanted.revision.clone() },
            ("EntryNotFound", _) => HubError::NoModels { repo, revision: wanted.revision.clone() },
            // Whether a repository is private or not there at all, the hub does not tell strangers.
            ("RepoNotFound", _) | (_, 401 | 404) => {
                HubError::NoRepo { repo, endpoint: shown(&self.endpoint), token }
            }
            (_, status) => HubError::Refused { address: shown(response.url()), status, message },
        }
        .into()
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.chars().take(MESSAGE).collect())
}

/// The address that a redirect leads to.
fn target(from: &Url, response: &Response) -> Result<Option<Url>, HubError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    // Longer than any message: a signed address.
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(to) = location.and_then(|location| from.join(location).ok()) else {
        return Err(malformed(from, "it redirects to no address"));
    };
    match (from.scheme(), to.scheme()) {
        (_, "https") | ("http", "http") => Ok(Some(to)),
        (_, scheme) => Err(malformed(from, &format!("it redirects to {scheme}://, which is not secure"))),
    }
}

/// The address in `Link: <…>; rel="next"`.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let link = headers.get(LINK)?.to_str().ok()?;
    link.split(',').find_map(|part| {
        let (address, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then(|| address.to_owned())
    })
}

fn same_origin(a: &Url, b: &Url) -> bool {
    a.origin() == b.origin()
}

fn malformed(url: &Url, what: &str) -> HubError {
    HubError::Malformed { address: shown(url), what: what.to_owned() }
}

fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}

/// A failure that passes, by the server's word.
fn failure(response: &Response) -> TransferFault {
    let after = text(response.headers(), &RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
    TransferFault::Passing {
        why: format!("{} answered {}", shown(response.url()), response.status().as_u16()),
        after: after.map(Duration::from_secs),
    }
}

/// A failure of the connection.
pub(super) fn passing(url: &Url, error: &reqwest::Error) -> TransferFault {
    if error.is_timeout() { interrupted(url, LATE) } else { interrupted(url, &innermost(error)) }
}

fn interrupted(url: &Url, why: &str) -> TransferFault {
    TransferFault::Passing { why: format!("{}: {why}", shown(url)), after: None }
}
