//! One request and the answer to it, within bounds of time and size.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pelicycle_net::{BodyError, BodyLimits, innermost};
use pelicycle_record::ServiceRecord;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Response, Url};
use tokio::time::timeout;

use super::answer_frames::{FrameEnd, ReadingTime};
use super::connection::ServiceConnection;
use super::failure::RequestFailure;
use super::frames::FrameSplitter;
use super::header::shown;
use super::protocol::WireProtocol;
use super::reply_builder::{AskedBounds, ReplyBuilder, StreamEnd};
use super::wire_trace::FrameTrace;
use crate::ReplySender;

/// The time that a connection is listened to after the end mark, for what still belongs to the answer.
const AFTER_END: Duration = Duration::from_secs(1);

/// The headers of a request that say what was asked for.
const ASKING_HEADERS: [&str; 2] = ["anthropic-version", "anthropic-beta"];

/// The headers of an answer that are kept, by the beginning of their names.
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
    pub(super) connection: &'a Arc<ServiceConnection>,
    pub(super) model: &'a str,
    pub(super) bounds: AskedBounds,
    pub(super) url: &'a Url,
    pub(super) headers: &'a BTreeMap<String, String>,
    pub(super) body: &'a [u8],
    pub(super) events: &'a ReplySender,
}

impl Exchange<'_> {
    /// Sends the request and tells all of the answer, to its end.
    ///
    /// # Errors
    /// When nothing of an answer came; then nothing was told of one either.
    pub(super) async fn run(&self, record: &mut ServiceRecord) -> Result<(), RequestFailure> {
        let begin = Instant::now();
        let deadline = begin + self.connection.limits.total;
        let first = (begin + self.connection.limits.first).min(deadline);
        record.status = None;
        record.answer_headers.clear();
        let response = self.send(record, first).await?;
        let head = Instant::now();
        let status = response.status();
        record.status = Some(status.as_u16());
        record.answer_headers = self.kept(response.headers());
        self.trace_answer(&response);
        if !status.is_success() {
            return Err(self.refused(response, deadline).await);
        }
        if let Some(words) = self.encoded(response.headers()) {
            return Err(RequestFailure::senseless(words));
        }
        let protocol = self.connection.entry.protocol().wire();
        let mut reply = ReplyBuilder::new(head, record.clone(), self.connection);
        let kind = response.headers().get(CONTENT_TYPE).map(|v| v.as_bytes().to_ascii_lowercase());
        if kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
            return Err(self.page(response, deadline).await);
        }
        let mut trace = FrameTrace::default();
        let end = self.stream(protocol, response, &mut reply, &mut trace, first, deadline).await;
        trace.finish(self.connection);
        reply.came_to_something(end.as_ref().ok())?;
        self.finish(reply, end?);
        Ok(())
    }

    async fn send(&self, record: &mut ServiceRecord, first: Instant) -> Result<Response, RequestFailure> {
        let mut headers = self.connection.headers.clone();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        let asking = |name: &&str| {
            let value = headers.get(*name).filter(|value| !value.is_sensitive())?;
            Some(((*name).to_owned(), value.to_str().ok()?.to_owned()))
        };
        record.headers = ASKING_HEADERS.iter().filter_map(asking).collect();
        self.connection.tell("> ", || format!("POST {}", self.url));
        for (name, value) in &headers {
            self.connection.tell("> ", || format!("{name}: {}", shown(name, value)));
        }
        self.connection.tell("> ", || without_pictures(&String::from_utf8_lossy(self.body)));
        let request = self.connection.client.post(self.url.clone()).headers(headers).body(self.body.to_vec());
        match timeout(left(first), request.send()).await {
            Err(_) => Err(RequestFailure::connection(format!(
                "no answer within {}",
                seconds(self.connection.limits.first)
            ))),
            Ok(Err(error)) if error.is_connect() => {
                let host = self.url.host_str().unwrap_or_default();
                let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
                Err(RequestFailure::connection(format!(
                    "can't connect to {host}{port}: {}{}",
                    innermost(&error),
                    self.connection.entry.start_hint()
                )))
            }
            Ok(Err(error)) => Err(RequestFailure::connection(format!(
                "the connection broke before an answer: {}",
                innermost(&error)
            ))),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// The failure of an answer whose status says that it is none.
    async fn refused(&self, response: Response, deadline: Instant) -> RequestFailure {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = self.body(response, self.connection.limits.error, deadline).await.unwrap_or_default();
        if let Some(place) = headers.get(LOCATION).filter(|_| status.is_redirection()) {
            let place = self.connection.redact(String::from_utf8_lossy(place.as_bytes()).into_owned());
            body = format!("it redirects to {place}, which is not followed");
        } else if let Some(words) = self.encoded(&headers) {
            body = words;
        }
        let json = serde_json::from_str(&body).ok();
        let mut trace = FrameTrace::default();
        trace.frame(self.connection, None, &body, json.as_ref());
        trace.finish(self.connection);
        RequestFailure::of_answer(status.as_u16(), &headers, &body)
    }

    /// The failure of an answer that is a page for people.
    async fn page(&self, response: Response, deadline: Instant) -> RequestFailure {
        let status = response.status().as_u16();
        let page = self.body(response, self.connection.limits.error, deadline).await.unwrap_or_default();
        let said = RequestFailure::of_answer(status, &HeaderMap::new(), &page).message;
        RequestFailure::senseless(format!("a page came instead of a stream: {said}"))
    }

    /// Reads an answer and tells its parts as they come.
    async fn stream(
        &self,
        protocol: &dyn WireProtocol,
        mut response: Response,
        reply: &mut ReplyBuilder,
        trace: &mut FrameTrace,
        first: Instant,
        deadline: Instant,
    ) -> Result<StreamEnd, RequestFailure> {
        let limits = &self.connection.limits;
        let mut splitter = FrameSplitter::new(protocol.framing(), limits.text);
        let mut frames = Vec::new();
        let (mut received, mut until) = (0, first);
        // The moment until which is listened after the end mark.
        let mut after_end = None;
        loop {
            let waited = match Instant::now() < deadline {
                true => timeout(left(until), response.chunk()).await,
                // What comes faster than it is read is always ready, and never waited for.
                false => timeout(Duration::ZERO, std::future::pending()).await,
            };
            let at = Instant::now();
            let chunk = match waited {
                // What comes after the end mark is only waited for because it may.
                Err(_) | Ok(Err(_)) if reply.state.ended => return Ok(StreamEnd::Over),
                // Without a mark for the end, silence is one.
                Err(_) if at < deadline && reply.state.stop.is_some() && !protocol.has_end_mark() => {
                    reply.end_with_silence();
                    return Ok(StreamEnd::Over);
                }
                Err(_) if at >= deadline && received > 0 => return self.late(reply),
                Err(_) => {
                    let words = match (at >= deadline, received) {
                        (true, _) => self.no_end(),
                        (false, 0) => format!("no answer within {}", seconds(limits.first)),
                        (false, _) => format!("the service fell silent for {}", seconds(limits.idle)),
                    };
                    return self.broken(reply, words);
                }
                Ok(Err(error)) => {
                    return self.broken(reply, format!("the connection broke: {}", innermost(&error)));
                }
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => chunk,
            };
            received += chunk.len();
            if received > limits.stream {
                return Ok(StreamEnd::Bound(format!(
                    "the stream is longer than {} MiB",
                    limits.stream >> 20
                )));
            }
            if let Err(error) = splitter.push(&chunk, &mut frames) {
                return match reply.content {
                    true => Ok(StreamEnd::Failed(error.to_string())),
                    false => Err(RequestFailure::senseless(error.to_string())),
                };
            }
            let time = ReadingTime { came: at, deadline, last: false };
            for frame in frames.drain(..) {
                match self.take_frame(protocol, frame, reply, trace, &time).await? {
                    FrameEnd::Goes => {}
                    FrameEnd::Ends(end) => return Ok(end),
                    FrameEnd::Late => break,
                }
            }
            frames.clear();
            if reply.state.ended {
                after_end = after_end.or(Some(at + AFTER_END));
            }
            until = after_end.unwrap_or(at + limits.idle).min(deadline);
            if after_end.is_some_and(|end| Instant::now() >= end) {
                return Ok(StreamEnd::Over);
            }
        }
        self.read_rest(protocol, splitter, reply, trace, deadline).await
    }

    fn no_end(&self) -> String {
        format!("no end within {}", seconds(self.connection.limits.total))
    }

    /// The end of an answer that came for longer than it may.
    pub(super) fn late(&self, reply: &ReplyBuilder) -> Result<StreamEnd, RequestFailure> {
        match reply.content {
            true => Ok(StreamEnd::Broken(self.no_end())),
            // It was busy all that time, and asked again it would be for as long.
            false => Err(RequestFailure::senseless(self.no_end())),
        }
    }

    fn broken(&self, reply: &ReplyBuilder, words: String) -> Result<StreamEnd, RequestFailure> {
        if reply.content { Ok(StreamEnd::Broken(words)) } else { Err(RequestFailure::connection(words)) }
    }

    /// The text of a body that is no stream, up to a bound.
    async fn body(
        &self,
        response: Response,
        bound: usize,
        deadline: Instant,
    ) -> Result<String, RequestFailure> {
        let limits = BodyLimits {
            deadline: deadline.into(),
            idle: Some(self.connection.limits.idle),
            bytes: bound as u64,
        };
        let bytes = limits.read(response).await.map_err(|error| match error {
            BodyError::Late | BodyError::Broken(_) => RequestFailure::connection(error.to_string()),
            BodyError::TooLong(_) | BodyError::Write(_) => RequestFailure::senseless(error.to_string()),
        })?;
        Ok(self.connection.redact(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Words for an answer that is encoded, where it is.
    fn encoded(&self, headers: &HeaderMap) -> Option<String> {
        let coding = headers.get(CONTENT_ENCODING).filter(|coding| coding.as_bytes() != b"identity")?;
        let coding = self.connection.redact(String::from_utf8_lossy(coding.as_bytes()).into_owned());
        Some(format!(
            "the answer is encoded as {:?}, which was not asked for; something between here and the service does that",
            super::failure::shortened(&coding)
        ))
    }

    fn kept(&self, headers: &HeaderMap) -> BTreeMap<String, String> {
        let keep = |name: &str| KEPT_HEADERS.iter().any(|begin| name.starts_with(begin));
        let known = headers.iter().filter(|(name, _)| keep(name.as_str()));
        known
            .filter_map(|(name, value)| {
                // Whole before it is shortened: a part of a key would not be found.
                let value = self.connection.redact(value.to_str().ok()?.to_owned());
                let name = self.connection.redact(name.as_str().to_owned());
                Some((super::failure::shortened(&name), super::failure::shortened(&value)))
            })
            .collect()
    }

    fn trace_answer(&self, response: &Response) {
        self.connection.tell("< ", || format!("{:?} {}", response.version(), response.status()));
        for (name, value) in response.headers() {
            self.connection.tell("< ", || format!("{name}: {}", shown(name, value)));
        }
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
