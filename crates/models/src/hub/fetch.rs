//! A file's bytes, by ranges over several connections, handed on in order.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use pelicycle_net::{Backoff, NextTry, shown};
use reqwest::{StatusCode, Url};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::client::{HubClient, ResolvedFile, passing};
use super::error::{HubError, TransferFault};
use super::event::PullEvent;
use super::partial_file::PartialFile;
use super::spec::ModelSpec;

/// A file on the hub.
#[derive(Debug)]
pub(super) struct RemoteFile {
    pub(super) wanted: ModelSpec,
    pub(super) file: String,
    pub(super) resolved: ResolvedFile,
    /// The address in use, and how often it was renewed.
    link: Mutex<(u32, Url)>,
}

/// The reason why the fetching of a file ended before the file was whole.
pub(super) enum FetchEnd {
    /// The server sends whole files only.
    NoRanges,
    Failed(HubError),
}

/// The message of a range's task: bytes, or why there are no more.
type Piece = Result<Bytes, FetchEnd>;

impl RemoteFile {
    pub(super) fn new(wanted: ModelSpec, file: String, resolved: ResolvedFile) -> RemoteFile {
        let link = Mutex::new((0, resolved.link.clone()));
        RemoteFile { wanted, file, resolved, link }
    }

    /// Asks for the address again, unless another connection did since `seen`.
    async fn renew(&self, client: &HubClient, seen: u32) -> Result<(), HubError> {
        let mut link = self.link.lock().await;
        if link.0 == seen {
            let again = client.resolve(&self.wanted, &self.resolved.commit, &self.file).await?;
            if again.sum != self.resolved.sum {
                return Err(HubError::Changed { file: self.file.clone() });
            }
            *link = (seen + 1, again.link);
        }
        Ok(())
    }
}

/// Adds what is missing of the file to `partial`, by ranges of `piece` bytes, in order.
///
/// The ranges after the first wait in memory, so that what is written is always a beginning; it takes no more than
/// `connections` times `piece` bytes.
pub(super) async fn fetch(
    client: &Arc<HubClient>,
    source: &Arc<RemoteFile>,
    partial: &PartialFile,
    piece: u64,
) -> Result<(), FetchEnd> {
    let bytes = source.resolved.bytes;
    let mut next = partial.from();
    let mut at = next;
    // Dropping this ends the tasks in it.
    let mut tasks = JoinSet::new();
    let mut window: VecDeque<(u64, UnboundedReceiver<Piece>)> = VecDeque::new();
    loop {
        while next < bytes && window.len() < client.tuning.connections.max(1) {
            let range = next..bytes.min(next.saturating_add(piece.max(1)));
            next = range.end;
            let (send, receive) = unbounded_channel();
            window.push_back((range.end, receive));
            tasks.spawn(run(Arc::clone(client), Arc::clone(source), range, send));
        }
        let Some((end, mut chunks)) = window.pop_front() else { return Ok(()) };
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            at += chunk.len() as u64;
            if !partial.add(chunk).await {
                // The disk refused; finishing tells why.
                return Ok(());
            }
        }
        if at != end {
            return Err(FetchEnd::Failed(cut(source, at, "its connection's task ended early".to_owned())));
        }
        while tasks.try_join_next().is_some() {}
    }
}

fn cut(source: &RemoteFile, at: u64, why: String) -> HubError {
    HubError::Cut { file: source.file.clone(), at, bytes: source.resolved.bytes, why }
}

/// Fetches a range, and goes on after faults that pass.
async fn run(
    client: Arc<HubClient>,
    source: Arc<RemoteFile>,
    range: Range<u64>,
    send: UnboundedSender<Piece>,
) {
    let mut backoff = Backoff::new(client.tuning.backoff);
    let mut at = range.start;
    while at < range.end {
        let before = at;
        let (seen, link) = source.link.lock().await.clone();
        let fault = match attempt(&client, &source, &link, &mut at, range.end, &send).await {
            Ok(()) => continue,
            Err(fault) => fault,
        };
        if at > before {
            backoff.reset();
        }
        let failed = match fault {
            TransferFault::Passing { why, after } => match backoff.next(after) {
                NextTry::After(pause) => {
                    client.pause(why, pause).await;
                    continue;
                }
                NextTry::GiveUp | NextTry::AskedTooLong => FetchEnd::Failed(cut(&source, at, why)),
            },
            TransferFault::Expired { why } => match backoff.next(None) {
                NextTry::After(_) => match source.renew(&client, seen).await {
                    Ok(()) => continue,
                    Err(error) => FetchEnd::Failed(error),
                },
                NextTry::GiveUp | NextTry::AskedTooLong => FetchEnd::Failed(cut(&source, at, why)),
            },
            TransferFault::NoRanges => FetchEnd::NoRanges,
            TransferFault::Lasting(error) => FetchEnd::Failed(error),
        };
        // Nobody listens where another range failed first.
        let _ = send.send(Err(failed));
        return;
    }
}

/// Sends one request for what is left of a range, and hands on its bytes.
async fn attempt(
    client: &HubClient,
    source: &RemoteFile,
    link: &Url,
    at: &mut u64,
    end: u64,
    send: &UnboundedSender<Piece>,
) -> Result<(), TransferFault> {
    let bytes = source.resolved.bytes;
    let mut response = client.bytes(link, &(*at..end)).await?;
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let range =
            response.headers().get(reqwest::header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
        let expected = format!("bytes {at}-{}/{bytes}", end - 1);
        if range.map(str::trim) != Some(expected.as_str()) {
            return Err(TransferFault::Lasting(HubError::Malformed {
                address: shown(response.url()),
                what: format!("it sent {:?} where {expected:?} was asked for", range.unwrap_or_default()),
            }));
        }
    } else if *at > 0 || end < bytes {
        return Err(TransferFault::NoRanges);
    }
    let url = response.url().clone();
    while let Some(chunk) = response.chunk().await.map_err(|error| passing(&url, &error))? {
        let count = chunk.len() as u64;
        if count > end - *at {
            return Err(TransferFault::Lasting(HubError::Malformed {
                address: shown(&url),
                what: "it sent more than was asked for".to_owned(),
            }));
        }
        *at += count;
        (client.listener)(PullEvent::Arrived(count));
        if send.send(Ok(chunk)).is_err() {
            break;
        }
    }
    match *at < end {
        true => Err(TransferFault::Passing { why: format!("{}: ended early", shown(&url)), after: None }),
        false => Ok(()),
    }
}
