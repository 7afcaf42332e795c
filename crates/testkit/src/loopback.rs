//! A server that does exactly what a test says, byte for byte and in its own time.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A step of a server with a connection, once it has read the request.
#[derive(Debug, Clone)]
pub enum ServerStep {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Does nothing for so many milliseconds.
    Wait(u64),
    /// Breaks the connection with a reset.
    Reset,
}

/// A request as a server received it.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// The method.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The headers, by names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, null where it is no JSON.
    pub body: Value,
    /// The body as text.
    pub text: String,
    /// The moment when all of it had come.
    pub at: Instant,
}

/// A server on the loopback. It closes each connection when its steps are done.
#[derive(Debug)]
pub struct ScriptedServer {
    /// Its port on 127.0.0.1.
    pub port: u16,
    seen: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl ScriptedServer {
    /// A server that does these steps for the first request, the second one's for the second, and the last one's for
    /// all that follow.
    #[must_use]
    pub fn new(scripts: Vec<Vec<ServerStep>>) -> Self {
        Self::answering(move |n, _| scripts[n.min(scripts.len() - 1)].clone())
    }

    /// A server that decides on its steps by the number of a request and the request.
    #[must_use]
    pub fn answering(
        script: impl Fn(usize, &ReceivedRequest) -> Vec<ServerStep> + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let address = listen(move |stream| play(&stream, &log, &script));
        Self { port: address.port(), seen }
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<ReceivedRequest> {
        self.seen.lock().unwrap().clone()
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Answers connections to a port of its own until the test's process ends, each on a thread.
pub(crate) fn listen(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn play(
    mut stream: &TcpStream,
    log: &Mutex<Vec<ReceivedRequest>>,
    script: &dyn Fn(usize, &ReceivedRequest) -> Vec<ServerStep>,
) {
    stream.set_nodelay(true).unwrap();
    let Some(seen) = read_request(&mut BufReader::new(stream)) else { return };
    let steps = {
        let mut log = log.lock().unwrap();
        let steps = script(log.len(), &seen);
        log.push(seen);
        steps
    };
    for step in steps {
        match step {
            // Whoever asked may have gone.
            ServerStep::Send(bytes) if stream.write_all(&bytes).is_err() => return,
            ServerStep::Send(_) => {}
            ServerStep::Wait(ms) => std::thread::sleep(Duration::from_millis(ms)),
            ServerStep::Reset => {
                #[cfg(unix)]
                rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
                return;
            }
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    // Closed with something unread, a connection would be reset instead.
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    let _ = stream.read(&mut [0; 64]);
}

/// Reads a request; `None` when the connection is over.
pub(crate) fn read_request(reader: &mut impl BufRead) -> Option<ReceivedRequest> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let headers = read_headers(reader)?;
    let length = headers.get("content-length").map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Some(ReceivedRequest { method, path, headers, body, text, at: Instant::now() })
}

fn read_headers(reader: &mut impl BufRead) -> Option<BTreeMap<String, String>> {
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|&bytes| bytes > 0)?;
        let Some((name, value)) = line.trim().split_once(':') else { return Some(headers) };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
}

/// The head of an answer whose body is sent in chunks.
#[must_use]
pub fn head(status: u16, kind: &str, more: &[&str]) -> ServerStep {
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    ServerStep::Send(
        format!(
            "HTTP/1.1 {status} Some Words\r\ncontent-type: {kind}\r\nconnection: close\r\n{more}transfer-encoding: chunked\r\n\r\n"
        )
        .into_bytes(),
    )
}

/// The head of a stream of events.
#[must_use]
pub fn events() -> ServerStep {
    head(200, "text/event-stream", &[])
}

/// A chunk of a body.
#[must_use]
pub fn chunk(bytes: impl AsRef<[u8]>) -> ServerStep {
    let bytes = bytes.as_ref();
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    ServerStep::Send(framed)
}

/// The end of a body in chunks.
#[must_use]
pub fn end() -> ServerStep {
    ServerStep::Send(b"0\r\n\r\n".to_vec())
}

/// A whole answer.
#[must_use]
pub fn answer(status: u16, kind: &str, more: &[&str], body: &str) -> Vec<ServerStep> {
    let body = if body.is_empty() { vec![] } else { vec![chunk(body)] };
    [vec![head(status, kind, more)], body, vec![end()]].concat()
}

/// A whole stream of Chat Completions that says this.
#[must_use]
pub fn chat(text: &str) -> Vec<ServerStep> {
    vec![events(), chunk(chat_text(text)), chunk(CHAT_END), end()]
}

/// An event of Chat Completions with more text.
#[must_use]
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

/// A port that nobody listens to yet.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a server of this name listens.
pub fn wait_for(port: u16, name: &str) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(180), "{name} does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
}
