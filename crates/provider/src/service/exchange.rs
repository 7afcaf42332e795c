//! One request and the answer to it, within bounds of time and size.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pelicycle_net::{BodyError, BodyLimits, innermost};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

use super::answer::{Answer, End};
use super::dialect::Dialect;
use super::failure::Failure;
use super::frames::{Frame, Framing, Splitter};
use super::link::Link;
use crate::{Event, EventKind};
use pelicycle_record::ServiceRecord;

/// How long a connection is listened to after the end mark, for what still belongs to the answer.
const AFTER_END: Duration = Duration::from_secs(1);

/// Headers of a request that say what was asked for.
const ASKING_HEADERS: [&str; 2] = ["anthropic-version", "anthropic-beta"];

/// Headers of an answer that are kept, by the beginning of their names.
const KEPT_HEADERS: [&str; 9] = [
    "request-id",
    "x-request-id",
    "x-generation-id",
    "openai-processing-ms",
    "anthropic-ratelimit-",
    "x-ratelimit-",
    "x-litellm-response-cost",
    "retry-after",
    "server",
];

/// One request and the answer to it.
pub(super) struct Exchange<'a> {
    pub(super) link: &'a Link,
    pub(super) model: &'a str,
    pub(super) url: &'a Url,
    pub(super) headers: &'a BTreeMap<String, String>,
    pub(super) body: &'a [u8],
    pub(super) events: &'a UnboundedSender<Event>,
}

impl Exchange<'_> {
    /// Sends the request and tells all of the answer, to its end.
    ///
    /// # Errors
    /// When nothing of an answer came; then nothing was told of one either.
    pub(super) async fn run(&self, record: &mut ServiceRecord) -> Result<(), Failure> {
        let begin = Instant::now();
        let deadline = begin + self.link.bounds.total;
        let first = (begin + self.link.bounds.first).min(deadline);
        record.status = None;
        record.answer_headers.clear();
        let response = self.send(record, first).await?;
        let head = Instant::now();
        let status = response.status();
        record.status = Some(status.as_u16());
        record.answer_headers = self.kept(response.headers());
        self.trace_answer(&response);
        if !status.is_success() {
            let headers = response.headers().clone();
            let mut body = self.body(response, self.link.bounds.error, deadline).await.unwrap_or_default();
            if let Some(place) = headers.get("location").filter(|_| status.is_redirection()) {
                body = format!(
                    "it redirects to {}, which is not followed",
                    String::from_utf8_lossy(place.as_bytes())
                );
            }
            self.link.tell("< ", || body.clone());
            return Err(Failure::of_answer(status.as_u16(), &headers, &body));
        }
        if let Some(coding) = response.headers().get(CONTENT_ENCODING).filter(|v| v.as_bytes() != b"identity")
        {
            let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
            return Err(Failure::senseless(format!(
                "the answer is encoded as {coding:?}, which was not asked for; something between here and the service does that"
            )));
        }
        let dialect = self.link.entry.dialect().dialect();
        let mut answer = Answer::new(head, record.clone());
        let kind = response.headers().get(CONTENT_TYPE).map(|v| v.as_bytes().to_ascii_lowercase());
        let kind = String::from_utf8_lossy(&kind.unwrap_or_default()).into_owned();
        let end = if kind.starts_with("application/json") && dialect.framing() == Framing::Events {
            answer.streamed = false;
            self.whole(dialect, response, &mut answer, deadline).await?
        } else if kind.starts_with("text/html") {
            let page = self.body(response, self.link.bounds.error, deadline).await.unwrap_or_default();
            let headers = HeaderMap::new();
            let said = Failure::of_answer(status.as_u16(), &headers, &page).message;
            return Err(Failure::senseless(format!("a page came instead of a stream: {said}")));
        } else {
            self.stream(dialect, response, &mut answer, first, deadline).await?
        };
        self.finish(answer, end);
        Ok(())
    }

    async fn send(&self, record: &mut ServiceRecord, first: Instant) -> Result<Response, Failure> {
        let mut headers = self.link.headers.clone();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        let asking = |name: &&str| Some(((*name).to_owned(), headers.get(*name)?.to_str().ok()?.to_owned()));
        record.headers = ASKING_HEADERS.iter().filter_map(asking).collect();
        self.link.tell("> ", || format!("POST {}", self.url));
        for (name, value) in &headers {
            self.link.tell("> ", || {
                // The key's header is marked as one.
                let value = if value.is_sensitive() { "[key]" } else { value.to_str().unwrap_or("?") };
                format!("{name}: {value}")
            });
        }
        self.link.tell("> ", || without_pictures(&String::from_utf8_lossy(self.body)));
        let request = self.link.client.post(self.url.clone()).headers(headers).body(self.body.to_vec());
        match timeout(left(first), request.send()).await {
            Err(_) => {
                Err(Failure::connection(format!("no answer within {}", seconds(self.link.bounds.first))))
            }
            Ok(Err(error)) if error.is_connect() => {
                let host = self.url.host_str().unwrap_or_default();
                let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
                Err(Failure::connection(format!("can't connect to {host}{port}: {}", innermost(&error))))
            }
            Ok(Err(error)) => Err(Failure::connection(format!(
                "the connection broke before an answer: {}",
                innermost(&error)
            ))),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// Reads an answer that is no stream.
    async fn whole(
        &self,
        dialect: &dyn Dialect,
        response: Response,
        answer: &mut Answer,
        deadline: Instant,
    ) -> Result<End, Failure> {
        let text = self.body(response, self.link.bounds.text, deadline).await?;
        self.link.tell("< ", || text.clone());
        let json: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::senseless(format!("the answer is no JSON, as it says: {error}")))?;
        let read = dialect.read_whole(&json, &mut answer.reading);
        if !answer.reading.has_content() {
            read?;
            return Ok(End::Over);
        }
        Ok(read.map_or_else(|failure| End::Failed(failure.message), |()| End::Over))
    }

    /// Reads a stream and tells its parts as they come.
    async fn stream(
        &self,
        dialect: &dyn Dialect,
        mut response: Response,
        answer: &mut Answer,
        first: Instant,
        deadline: Instant,
    ) -> Result<End, Failure> {
        let bounds = &self.link.bounds;
        let mut splitter = Splitter::new(dialect.framing(), bounds.text);
        let mut frames = Vec::new();
        let (mut received, mut until) = (0, first);
        loop {
            let waited = timeout(left(until), response.chunk()).await;
            let at = Instant::now();
            let chunk = match waited {
                // What comes after the end mark is only waited for because it may.
                Err(_) | Ok(Err(_)) if answer.reading.ended => return Ok(End::Over),
                Err(_) => {
                    let words = match (at >= deadline, received) {
                        (true, _) => format!("no end within {}", seconds(bounds.total)),
                        (false, 0) => format!("no answer within {}", seconds(bounds.first)),
                        (false, _) => format!("the service fell silent for {}", seconds(bounds.idle)),
                    };
                    return self.broken(answer, words);
                }
                Ok(Err(error)) => {
                    return self.broken(answer, format!("the connection broke: {}", innermost(&error)));
                }
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => chunk,
            };
            received += chunk.len();
            if received > bounds.stream {
                return Ok(End::Bound(format!("the stream is longer than {} MiB", bounds.stream >> 20)));
            }
            if let Err(error) = splitter.push(&chunk, &mut frames) {
                return match answer.content {
                    true => Ok(End::Failed(error.to_string())),
                    false => Err(Failure::senseless(error.to_string())),
                };
            }
            for frame in frames.drain(..) {
                let read = self.read(dialect, frame, answer, false);
                if let Some(end) = self.take(answer, read, at)? {
                    return Ok(end);
                }
            }
            let next = if answer.reading.ended { AFTER_END } else { bounds.idle };
            until = (at + next).min(deadline);
        }
        splitter.finish(&mut frames);
        for frame in frames.drain(..) {
            let read = self.read(dialect, frame, answer, true);
            if let Some(end) = self.take(answer, read, Instant::now())? {
                return Ok(end);
            }
        }
        match answer.content || answer.reading.ended || answer.reading.stop.is_some() {
            true => Ok(End::Over),
            false => Err(Failure::connection("the answer ended before anything of it came".to_owned())),
        }
    }

    fn broken(&self, answer: &Answer, words: String) -> Result<End, Failure> {
        if answer.content { Ok(End::Broken(words)) } else { Err(Failure::connection(words)) }
    }

    fn read(
        &self,
        dialect: &dyn Dialect,
        frame: Frame,
        answer: &mut Answer,
        last: bool,
    ) -> Result<(), Failure> {
        let data = self.link.redact(frame.data);
        self.link.tell("< ", || {
            let event = frame.event.map(|event| format!("{event}: ")).unwrap_or_default();
            format!("{event}{data}")
        });
        if dialect.is_end(&data) {
            answer.reading.ended = true;
            return Ok(());
        }
        match serde_json::from_str(&data) {
            Ok(json) => dialect.read(&json, &mut answer.reading),
            // A stream that was cut ends in half a frame, and some keep alive with empty ones.
            Err(_) if last || data.trim().is_empty() => Ok(()),
            Err(_) => {
                let data = super::failure::shortened(&data);
                Err(Failure::senseless(format!("a frame of the stream is no JSON: {data}")))
            }
        }
    }

    /// Tells what a frame brought. Ends the stream where the frame does.
    fn take(
        &self,
        answer: &mut Answer,
        read: Result<(), Failure>,
        at: Instant,
    ) -> Result<Option<End>, Failure> {
        self.tell_text(answer, at);
        if let Err(failure) = read {
            return match answer.content {
                true => Ok(Some(End::Failed(failure.message))),
                false => Err(failure),
            };
        }
        if answer.told > self.link.bounds.text {
            let words = format!("the reply is longer than {} MiB", self.link.bounds.text >> 20);
            return Ok(Some(End::Bound(words)));
        }
        Ok(None)
    }

    fn tell_text(&self, answer: &mut Answer, at: Instant) {
        if let Some(delta) = answer.take_text() {
            self.tell(at, EventKind::Delta(delta));
        }
        if let Some(account) = answer.news() {
            self.tell(at, EventKind::Account(Box::new(account)));
        }
    }

    fn finish(&self, mut answer: Answer, end: End) {
        answer.reading.finish();
        let at = Instant::now();
        self.tell_text(&mut answer, at);
        let (account, done) = answer.finish(self.model, end, |text| self.link.redact(text));
        self.tell(at, EventKind::Account(Box::new(account)));
        self.tell(at, EventKind::Done(done));
    }

    /// The text of a body that is no stream, up to a bound.
    async fn body(&self, response: Response, bound: usize, deadline: Instant) -> Result<String, Failure> {
        let limits =
            BodyLimits { deadline: deadline.into(), idle: Some(self.link.bounds.idle), bytes: bound as u64 };
        let bytes = limits.read(response).await.map_err(|error| match error {
            BodyError::Late | BodyError::Broken(_) => Failure::connection(error.to_string()),
            BodyError::TooLong(_) | BodyError::Write(_) => Failure::senseless(error.to_string()),
        })?;
        Ok(self.link.redact(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn kept(&self, headers: &HeaderMap) -> BTreeMap<String, String> {
        let keep = |name: &str| KEPT_HEADERS.iter().any(|begin| name.starts_with(begin));
        let known = headers.iter().filter(|(name, _)| keep(name.as_str()));
        known
            .filter_map(|(name, value)| {
                let value = super::failure::shortened(value.to_str().ok()?);
                Some((name.as_str().to_owned(), self.link.redact(value)))
            })
            .collect()
    }

    fn trace_answer(&self, response: &Response) {
        self.link.tell("< ", || format!("{:?} {}", response.version(), response.status()));
        for (name, value) in response.headers() {
            self.link.tell("< ", || format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        }
    }

    fn tell(&self, at: Instant, kind: EventKind) {
        // Where nobody listens any more, this task is being ended.
        let _ = self.events.send(Event { at, kind });
    }
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// A body for people: strings in it that are so long and have no space are pictures, and nobody reads them.
fn without_pictures(body: &str) -> String {
    const PICTURE: usize = 1000;
    let is_picture = |part: &&str| part.len() >= PICTURE && !part.bytes().any(|byte| byte == b' ');
    let parts = body.split('"').map(|part| match Some(part).filter(is_picture) {
        Some(picture) => format!("({} bytes of a picture)", picture.len()),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("\"")
}
