//! A server on loopback that speaks the hub's protocol, and misbehaves where a test says so.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::loopback::{ReceivedRequest, listen, read_request};

/// The repository that it has.
pub const REPO: &str = "owner/Tiny-GGUF";
/// The commit of that repository.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A request to the hub or to its storage.
#[derive(Debug, Clone)]
pub struct HubRequest {
    /// The method.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The headers, by names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Whether it came to the storage rather than to the hub.
    pub to_storage: bool,
}

impl HubRequest {
    fn new(request: ReceivedRequest, to_storage: bool) -> Self {
        let ReceivedRequest { method, path, headers, .. } = request;
        Self { method, path, headers, to_storage }
    }

    /// The bytes asked for, where a range was.
    #[must_use]
    pub fn range(&self) -> Option<(usize, usize)> {
        let (start, end) = self.headers.get("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse().unwrap(), end.parse().unwrap_or(usize::MAX - 1)))
    }

    /// Whether it asks the storage for bytes of a file.
    #[must_use]
    pub fn is_for_bytes(&self) -> bool {
        self.to_storage && self.method == "GET"
    }
}

/// An act of the hub instead of the right one.
#[derive(Debug, Clone)]
pub enum HubAct {
    /// Answers with a status and headers.
    Status(u16, &'static [(&'static str, &'static str)]),
    /// Sends so many bytes of the body, then closes.
    Cut(usize),
    /// Sends the body with another byte at this place of the file.
    Spoil(usize),
    /// Sends the whole file, as a server without ranges does.
    Whole,
    /// Says another place or length than it sends.
    Lie(&'static str),
    /// Sends as many bytes more than were asked for.
    More(usize),
    /// Answers with this text.
    Text(&'static str),
    /// Waits before it answers.
    Late(Duration),
}

type Script = Box<dyn FnMut(&HubRequest) -> Option<HubAct> + Send>;

/// The storage to which the hub sends for the bytes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubStorage {
    /// The hub has the bytes itself.
    Own,
    /// On another host (another port is another origin).
    Elsewhere,
    /// On the same host, by a redirect without a host.
    Relative,
}

struct Shared {
    files: BTreeMap<String, Vec<u8>>,
    storage: HubStorage,
    storage_address: OnceLock<String>,
    page: usize,
    script: Mutex<Script>,
    seen: Mutex<Vec<HubRequest>>,
}

/// The hub, until the test's process ends.
pub struct FakeHub {
    shared: Arc<Shared>,
    /// Its address: `http://127.0.0.1:PORT`.
    pub address: String,
}

/// Bytes that are different everywhere.
#[must_use]
pub fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

/// The sum of bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FakeHub {
    /// A hub with these files, whose storage is elsewhere.
    #[must_use]
    pub fn new(files: &[(&str, &[u8])]) -> FakeHub {
        FakeHub::with(files, HubStorage::Elsewhere, 1000, |_| None)
    }

    /// A hub that does now and then what a script says.
    #[must_use]
    pub fn scripted(
        files: &[(&str, &[u8])],
        script: impl FnMut(&HubRequest) -> Option<HubAct> + Send + 'static,
    ) -> FakeHub {
        FakeHub::with(files, HubStorage::Elsewhere, 1000, script)
    }

    /// A hub with files, a kind of storage, so many entries a page of its list, and a script.
    #[must_use]
    pub fn with(
        files: &[(&str, &[u8])],
        storage: HubStorage,
        page: usize,
        script: impl FnMut(&HubRequest) -> Option<HubAct> + Send + 'static,
    ) -> FakeHub {
        let shared = Arc::new(Shared {
            files: files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect(),
            storage,
            storage_address: OnceLock::new(),
            page,
            script: Mutex::new(Box::new(script)),
            seen: Mutex::default(),
        });
        let [address, behind] = [false, true].map(|to_storage| {
            let shared = Arc::clone(&shared);
            let address = listen(move |stream| while serve(&shared, &stream, to_storage).is_some() {});
            format!("http://{address}")
        });
        shared.storage_address.set(behind).unwrap();
        FakeHub { shared, address }
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<HubRequest> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Bytes that were asked of the storage.
    #[must_use]
    pub fn asked(&self) -> usize {
        let ranges = self.seen().into_iter().filter(HubRequest::is_for_bytes).filter_map(|seen| seen.range());
        ranges.map(|(start, end)| end + 1 - start).sum()
    }
}

/// Answers one request; `None` when the connection is over.
fn serve(shared: &Shared, stream: &TcpStream, to_storage: bool) -> Option<()> {
    // Byte by byte, since the next request has another reader.
    let received = read_request(&mut BufReader::with_capacity(1, stream))?;
    let request = HubRequest::new(received, to_storage);
    shared.seen.lock().unwrap().push(request.clone());
    let mut act = (shared.script.lock().unwrap())(&request);
    if let Some(HubAct::Late(pause)) = act {
        std::thread::sleep(pause);
        act = None;
    }
    if let Some(HubAct::Status(status, headers)) = act {
        let headers: Vec<_> = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        return answer(stream, &request, status, &headers, b"", None);
    }
    if let Some(HubAct::Text(text)) = act {
        return answer(stream, &request, 200, &[], text.as_bytes(), None);
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if let Some(revision) = path.strip_prefix(&format!("/api/models/{REPO}/tree/")) {
        return tree(shared, stream, &request, revision, query);
    }
    let from_storage = path.strip_prefix("/storage/");
    let resolved = path.strip_prefix(&format!("/{REPO}/resolve/")).and_then(|rest| rest.split_once('/'));
    let file = from_storage.or(resolved.map(|(_, file)| file));
    let Some((file, bytes)) = file.and_then(|file| Some((file, shared.files.get(file)?))) else {
        let headers = [("x-error-code".to_owned(), "RepoNotFound".to_owned())];
        return answer(stream, &request, 404, &headers, b"", None);
    };
    let mut headers = Vec::new();
    if from_storage.is_none() {
        headers.push(("x-repo-commit".to_owned(), COMMIT.to_owned()));
        let sum = format!("\"{}\"", sha256(bytes));
        if shared.storage == HubStorage::Own {
            headers.push(("etag".to_owned(), sum));
        } else {
            headers.push(("x-linked-etag".to_owned(), sum));
            headers.push(("x-linked-size".to_owned(), bytes.len().to_string()));
            let host = if shared.storage == HubStorage::Relative {
                ""
            } else {
                shared.storage_address.get().unwrap()
            };
            headers
                .push(("location".to_owned(), format!("{host}/storage/{file}?signature=planted-signature")));
            return answer(stream, &request, 302, &headers, b"", None);
        }
    }
    content(stream, &request, headers, bytes, act.as_ref())
}

fn tree(
    shared: &Shared,
    stream: &TcpStream,
    request: &HubRequest,
    revision: &str,
    query: &str,
) -> Option<()> {
    let skip: usize =
        query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map_or(0, |n| n.parse().unwrap());
    let entries: Vec<_> = shared
        .files
        .iter()
        .skip(skip)
        .take(shared.page)
        .map(|(path, bytes)| {
            serde_json::json!({
                "type": "file", "oid": "00", "path": path, "size": bytes.len(),
                "lfs": { "oid": sha256(bytes), "size": bytes.len(), "pointerSize": 135 },
            })
        })
        .collect();
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if skip + entries.len() < shared.files.len() {
        let next =
            format!("/api/models/{REPO}/tree/{revision}?recursive=true&cursor={}", skip + entries.len());
        headers.push(("link".to_owned(), format!("<{next}>; rel=\"next\"")));
    }
    answer(stream, request, 200, &headers, serde_json::to_string(&entries).unwrap().as_bytes(), None)
}

fn content(
    stream: &TcpStream,
    request: &HubRequest,
    mut headers: Vec<(String, String)>,
    bytes: &[u8],
    act: Option<&HubAct>,
) -> Option<()> {
    let range = request.range().filter(|_| !matches!(act, Some(HubAct::Whole)));
    let (mut status, mut start, mut end) = (200, 0, bytes.len());
    if let Some((first, last)) = range {
        (status, start, end) = (206, first, last.saturating_add(1).min(bytes.len()));
        if start >= bytes.len() {
            return answer(stream, request, 416, &headers, b"", None);
        }
    }
    if let Some(HubAct::More(more)) = act {
        end = (end + *more).min(bytes.len());
    }
    if status == 206 {
        let said = match act {
            Some(HubAct::Lie(said)) => (*said).to_owned(),
            _ => format!("bytes {start}-{}/{}", range.unwrap().1.min(bytes.len() - 1), bytes.len()),
        };
        headers.push(("content-range".to_owned(), said));
    }
    let mut body = bytes[start..end].to_vec();
    if let Some(HubAct::Spoil(at)) = act
        && (start..end).contains(at)
    {
        body[*at - start] ^= 1;
    }
    let cut = match act {
        Some(HubAct::Cut(after)) => Some(*after),
        _ => None,
    };
    answer(stream, request, status, &headers, &body, cut)
}

fn answer(
    mut stream: &TcpStream,
    request: &HubRequest,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
    cut: Option<usize>,
) -> Option<()> {
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    if request.method != "HEAD" {
        let sent = cut.map_or(body, |after| &body[..after.min(body.len())]);
        stream.write_all(sent).ok()?;
    }
    stream.flush().ok()?;
    if cut.is_some() {
        let _ = stream.shutdown(std::net::Shutdown::Both);
        return None;
    }
    Some(())
}
