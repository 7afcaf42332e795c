//! A server that does exactly what a test says, byte for byte and in its own time, and one who asks it.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a helper of tests is a test")]

pub mod mock;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pelicycle_provider::{
    Provider as _, ReplyEventKind, ReplyMetadata, ReplyRequest, RequestEnd, ServiceModel, Services,
    VariableLookup,
};
use pelicycle_record::{Outcome, RequestRecord, ServiceRecord};
use serde_json::Value;

/// What a server does with a connection once it has read the request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Does nothing for a while.
    Wait(u64),
    /// Breaks the connection with a reset.
    Reset,
}

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// Null where it is no JSON.
    pub body: Value,
    pub text: String,
    pub at: Instant,
}

/// A server on the loopback. It closes each connection when its steps are done.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A server that does these steps for the first request, the second one's for the second, and the last one's for
    /// all that follow.
    pub fn new(scripts: Vec<Vec<Step>>) -> Server {
        Server::answering(move |n, _| scripts[n.min(scripts.len() - 1)].clone())
    }

    /// A server that decides on its steps by the number of a request and the request.
    pub fn answering(script: impl Fn(usize, &Seen) -> Vec<Step> + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, script) = (Arc::clone(&seen), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, log, script) = (stream.unwrap(), Arc::clone(&log), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, &log, script.as_ref()));
            }
        });
        Server { port, seen }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Seen>>, script: &dyn Fn(usize, &Seen) -> Vec<Step>) {
    stream.set_nodelay(true).unwrap();
    let Some(seen) = read_request(&mut stream) else { return };
    let steps = {
        let mut log = log.lock().unwrap();
        let steps = script(log.len(), &seen);
        log.push(seen);
        steps
    };
    for step in steps {
        match step {
            // Whoever asked may have gone.
            Step::Send(bytes) if stream.write_all(&bytes).is_err() => return,
            Step::Send(_) => {}
            Step::Wait(ms) => std::thread::sleep(Duration::from_millis(ms)),
            Step::Reset => {
                #[cfg(unix)]
                rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
                return;
            }
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    // Closed with something unread, a connection would be reset instead.
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    let _ = stream.read(&mut [0; 64]);
}

fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |n| n.parse::<usize>().unwrap());
    while bytes.len() < end + 4 + length {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
    }
    let text = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Some(Seen { path, headers, body, text, at: Instant::now() })
}

/// The head of an answer whose body is sent in chunks.
pub fn head(status: u16, kind: &str, more: &[&str]) -> Step {
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    Step::Send(
        format!(
            "HTTP/1.1 {status} Some Words\r\ncontent-type: {kind}\r\nconnection: close\r\n{more}transfer-encoding: chunked\r\n\r\n"
        )
        .into_bytes(),
    )
}

/// The head of a stream of events.
pub fn events() -> Step {
    head(200, "text/event-stream", &[])
}

/// A chunk of a body.
pub fn chunk(bytes: impl AsRef<[u8]>) -> Step {
    let bytes = bytes.as_ref();
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    Step::Send(framed)
}

/// The end of a body in chunks.
pub fn end() -> Step {
    Step::Send(b"0\r\n\r\n".to_vec())
}

/// A whole answer.
pub fn answer(status: u16, kind: &str, more: &[&str], body: &str) -> Vec<Step> {
    let body = if body.is_empty() { vec![] } else { vec![chunk(body)] };
    [vec![head(status, kind, more)], body, vec![end()]].concat()
}

/// A whole stream of Chat Completions that says this.
pub fn chat(text: &str) -> Vec<Step> {
    vec![events(), chunk(chat_text(text)), chunk(CHAT_END), end()]
}

/// An event of Chat Completions with more text.
pub fn chat_text(text: &str) -> String {
    let text = Value::from(text);
    format!(
        "data: {{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{text}}}}}]}}\n\n"
    )
}

/// The events that end such a stream.
pub const CHAT_END: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,\"total_tokens\":14}}\n\n\
    data: [DONE]\n\n";

/// The key that every server of a test is asked with.
pub const KEY: &str = "sk-planted-5f0c2a91";

/// What came of a request.
#[derive(Debug, Default)]
pub struct Heard {
    pub text: String,
    pub reasoning: String,
    pub account: ReplyMetadata,
    pub done: Option<RequestEnd>,
    /// Times that the request was sent.
    pub sent: usize,
    /// When each piece of text came, after the request was last sent.
    pub pieces: Vec<(Duration, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn outcome(&self) -> Outcome {
        self.done.as_ref().unwrap().outcome
    }

    pub fn error(&self) -> &str {
        self.done.as_ref().unwrap().error.as_deref().unwrap_or_default()
    }

    pub fn service(&self) -> &ServiceRecord {
        self.account.service.as_ref().unwrap()
    }

    pub fn remarks(&self) -> Vec<&str> {
        self.service().remarks.iter().map(|remark| remark.code.as_str()).collect()
    }
}

/// The services that `[providers]` tells of, with [`KEY`] in the variable `TEST_KEY`.
pub fn services(providers: &str) -> Services {
    let variables: VariableLookup = Arc::new(|name: &str| (name == "TEST_KEY").then(|| KEY.to_owned()));
    Services::new(&toml::from_str(providers).unwrap(), variables).unwrap()
}

/// A model `m` of a server that speaks this dialect; patience is short, as far as `more` does not say otherwise.
pub fn remote(server: &Server, dialect: &str, more: &str) -> ServiceModel {
    let patience = |key: &str, value: &str| match more.contains(key) {
        true => String::new(),
        false => format!("{key} = {value}\n"),
    };
    let providers = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"{}\"\nkey_env = [\"TEST_KEY\"]\n{}{}{}{more}\n",
        server.url(""),
        patience("first_seconds", "5"),
        patience("idle_seconds", "5"),
        patience("backoff_seconds", "0.02"),
    );
    services(&providers).model("test", "m").unwrap()
}

/// Asks and hears all of it.
pub fn ask(remote: &ServiceModel) -> Heard {
    ask_with(remote, RequestRecord::default())
}

/// Asks with these settings and hears all of it.
pub fn ask_with(remote: &ServiceModel, settings: RequestRecord) -> Heard {
    ask_all(remote, request("Draw a pelican.", settings))
}

/// Sends a request and hears all of it.
pub fn ask_all(remote: &ServiceModel, request: ReplyRequest) -> Heard {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(hear_all(remote, request))
}

pub async fn hear(remote: &ServiceModel, settings: RequestRecord) -> Heard {
    hear_of(remote, "Draw a pelican.", settings).await
}

pub async fn hear_of(remote: &ServiceModel, prompt: &str, settings: RequestRecord) -> Heard {
    hear_all(remote, request(prompt, settings)).await
}

/// A request without pictures.
pub fn request(prompt: &str, settings: RequestRecord) -> ReplyRequest {
    ReplyRequest {
        prompt_id: "pelican".to_owned(),
        prompt: prompt.to_owned(),
        pictures: Vec::new(),
        sample: 1,
        settings,
    }
}

/// Hears all that becomes of a request.
pub async fn hear_all(remote: &ServiceModel, request: ReplyRequest) -> Heard {
    let mut stream = remote.ask(request);
    let mut heard = Heard::default();
    let mut begin = Instant::now();
    while let Some(event) = stream.recv().await {
        assert!(heard.done.is_none(), "nothing follows the end");
        match event.kind {
            ReplyEventKind::Sent(sent) => {
                assert!(heard.text.is_empty(), "a reply is not begun twice");
                heard.sent += 1;
                begin = event.at;
                heard.body = sent.body.unwrap();
            }
            ReplyEventKind::Delta(delta) => {
                heard.text.push_str(&delta.text);
                heard.reasoning.push_str(&delta.reasoning);
                heard.pieces.push((event.at - begin, delta.text));
            }
            ReplyEventKind::Metadata(account) => heard.account = *account,
            ReplyEventKind::End(done) => heard.done = Some(done),
        }
    }
    heard
}
