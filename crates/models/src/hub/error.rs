//! The errors of fetching a model.

use std::path::PathBuf;
use std::time::Duration;

use pelicycle_text::size;

use super::spec::{FileChoice, ModelSpec};

/// The reason why a model was not fetched.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum HubError {
    #[error(
        "{text:?} is no model of the hub: give OWNER/REPO, OWNER/REPO:QUANTIZATION or OWNER/REPO/FILE.gguf, such as \
         Qwen/Qwen3-0.6B-GGUF:Q8_0"
    )]
    Form { text: String },
    #[error("{revision:?} is no revision: give a branch, a tag or a commit")]
    RevisionForm { revision: String },
    #[error("HF_ENDPOINT is {endpoint:?}, which is no address: {why}")]
    Endpoint { endpoint: String, why: String },
    #[error(
        "the hub's token (HF_TOKEN, or the file that `hf auth login` writes) has characters that no token has"
    )]
    Token,
    #[error("there is no home folder; set HF_HUB_CACHE to the folder where models are to be kept")]
    NoHome,
    #[error("HF_HUB_OFFLINE is set, and {wanted} is not in the cache {}", cache.display())]
    Offline { wanted: String, cache: PathBuf },

    #[error("can't set up a connection: {source}")]
    Client { source: reqwest::Error },
    #[error("{address} can't be reached: {why}")]
    Unreachable { address: String, why: String },
    #[error("{address} answered {status}{}", said(message))]
    Refused { address: String, status: u16, message: String },
    #[error("{address} does not answer as the hub does: {what}")]
    Malformed { address: String, what: String },

    #[error("{}", no_repo(repo, endpoint, *token))]
    NoRepo { repo: String, endpoint: String, token: bool },
    #[error("{}", gated(repo, page, *token))]
    Gated { repo: String, page: String, token: bool },
    #[error(
        "{address} answered 403{}; perhaps your token may not read {repo}, or its terms must be accepted at {page}",
        said(message)
    )]
    Forbidden { address: String, repo: String, page: String, message: String },
    #[error("{repo} has no revision {revision:?}")]
    NoRevision { repo: String, revision: String },
    #[error(
        "{repo} has no GGUF model in revision {revision:?}; look for a repository whose name ends in -GGUF"
    )]
    NoModels { repo: String, revision: String },
    #[error(
        "{repo} has {file} in {pieces} pieces that were cut anywhere, which nothing can read by themselves: fetch {file}.part1of{pieces} \
         and on, join them in order into {file}, and put that into models/"
    )]
    InPieces { repo: String, file: String, pieces: u32 },
    #[error("{} has no {}; it has:{}", wanted.repo, asked(wanted), offers(there))]
    NoSuchFile { wanted: ModelSpec, there: Vec<(String, u64, String)> },
    #[error(
        "{} of {} may be any of these; name one as OWNER/REPO/FILE.gguf:{}", asked(wanted), wanted.repo, offers(there)
    )]
    SeveralFiles { wanted: ModelSpec, there: Vec<(String, u64, String)> },
    #[error("{} of {file} is missing in {repo}: the publisher has not uploaded it all", parts(*missing))]
    PartsMissing { repo: String, file: String, missing: u32 },
    #[error("{file} changed in the repository while it was asked for; try again")]
    Changed { file: String },

    #[error(
        "{} has {} free, and {} are needed; free some, or set HF_HUB_CACHE to a folder on a larger disk",
        folder.display(), size::words(*free), size::words(*needed)
    )]
    NoSpace { folder: PathBuf, free: u64, needed: u64 },
    #[error("can't write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(
        "{file} came with the sum {found} where the hub names {expected}; it was thrown away, so fetch it again"
    )]
    Sum { file: String, expected: String, found: String },
    #[error(
        "{file} was cut after {} of {}: {why}; what came is kept, and the same command goes on from there",
        size::words(*at), size::words(*bytes)
    )]
    Cut { file: String, at: u64, bytes: u64, why: String },
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

const LOGIN: &str = "set HF_TOKEN or log in with `hf auth login`";

fn no_repo(repo: &str, endpoint: &str, token: bool) -> String {
    match token {
        true => format!("{endpoint} knows no {repo}, or your token may not see it; check the spelling"),
        false => format!("{endpoint} knows no {repo}; check the spelling, or, where it is private, {LOGIN}"),
    }
}

fn gated(repo: &str, page: &str, token: bool) -> String {
    match token {
        true => format!(
            "{repo} is open only to those who accept its terms: do so at {page} with your token's account"
        ),
        false => format!("{repo} is open only to those who accept its terms: do so at {page}, then {LOGIN}"),
    }
}

fn asked(wanted: &ModelSpec) -> String {
    match &wanted.what {
        FileChoice::Usual => "the usual file".to_owned(),
        FileChoice::Quantization(tag) => format!("{tag:?}"),
        FileChoice::File(path) => format!("file {path:?}"),
    }
}

fn parts(missing: u32) -> String {
    if missing == 1 { "1 part".to_owned() } else { format!("{missing} parts") }
}

/// A line for each: quantization, size, name.
fn offers(there: &[(String, u64, String)]) -> String {
    let tags = there.iter().map(|(tag, ..)| tag.chars().count()).max().unwrap_or(0).min(40);
    let line = |(tag, bytes, path): &(String, u64, String)| {
        format!("\n  {tag:tags$}  {:>8}  {path}", size::words(*bytes))
    };
    there.iter().map(line).collect()
}

/// A failure of one request.
#[derive(Debug)]
pub(super) enum TransferFault {
    /// It may go well the next time, after a pause that the server may have asked for.
    Passing { why: String, after: Option<Duration> },
    /// The address that the hub gave for a file is not good any more.
    Expired { why: String },
    /// The server sends whole files only.
    NoRanges,
    /// It will fail again.
    Lasting(HubError),
}

impl From<HubError> for TransferFault {
    fn from(error: HubError) -> TransferFault {
        TransferFault::Lasting(error)
    }
}
