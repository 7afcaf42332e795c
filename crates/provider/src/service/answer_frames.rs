//! The frames of an answer: what each brings, told as it comes.

use std::time::Instant;

use serde_json::Value;

use super::exchange::Exchange;
use super::failure::{RequestFailure, shortened};
use super::frame_values::FrameValues;
use super::frames::{FrameSplitter, StreamFrame};
use super::halves::read_json;
use super::protocol::{WireProtocol, error_of};
use super::reply_builder::{ReplyBuilder, StreamEnd};
use super::wire_trace::FrameTrace;
use crate::{LOOPS, ReplyEvent, ReplyEventKind};

/// When a frame came, and until when it may be read.
pub(super) struct ReadingTime {
    pub(super) came: Instant,
    pub(super) deadline: Instant,
    /// Whether the body is over.
    pub(super) last: bool,
}

/// The state of a stream after a frame: it goes on, or ends.
pub(super) enum FrameEnd {
    Goes,
    Ends(StreamEnd),
    /// The time was over before the frame was.
    Late,
}

impl Exchange<'_> {
    /// Reads what was left when the body ended in order.
    pub(super) async fn read_rest(
        &self,
        protocol: &dyn WireProtocol,
        mut splitter: FrameSplitter,
        reply: &mut ReplyBuilder,
        trace: &mut FrameTrace,
        deadline: Instant,
    ) -> Result<StreamEnd, RequestFailure> {
        let mut frames = Vec::new();
        splitter.finish(&mut frames);
        let time = ReadingTime { came: Instant::now(), deadline, last: true };
        for frame in frames {
            match self.take_frame(protocol, frame, reply, trace, &time).await? {
                FrameEnd::Goes => {}
                FrameEnd::Ends(end) => return Ok(end),
                FrameEnd::Late if reply.state.ended => return Ok(StreamEnd::Over),
                FrameEnd::Late => return self.late(reply),
            }
        }
        self.close(protocol, &splitter, reply)
    }

    /// Ends an answer whose body ended in order, all of it read: a failure where no reply was in it.
    pub(super) fn close(
        &self,
        protocol: &dyn WireProtocol,
        splitter: &FrameSplitter,
        reply: &mut ReplyBuilder,
    ) -> Result<StreamEnd, RequestFailure> {
        if !reply.state.ended && reply.state.stop.is_some() && protocol.ends_with_body() {
            reply.end_with_body(protocol);
        }
        match (reply.content || reply.state.ended || reply.state.stop.is_some(), splitter.stray()) {
            (true, _) => Ok(StreamEnd::Over),
            (false, stray) if stray.is_empty() => {
                Err(RequestFailure::connection("the answer ended before anything of it came".to_owned()))
            }
            (false, stray) => {
                let stray = shortened(&self.connection.redact(stray));
                Err(RequestFailure::senseless(format!("the answer is no stream and no JSON: {stray}")))
            }
        }
    }

    /// Reads a frame and tells what it brought, value by value.
    pub(super) async fn take_frame(
        &self,
        protocol: &dyn WireProtocol,
        frame: StreamFrame,
        reply: &mut ReplyBuilder,
        trace: &mut FrameTrace,
        time: &ReadingTime,
    ) -> Result<FrameEnd, RequestFailure> {
        for value in FrameValues::of(frame) {
            self.events.room().await;
            // Others have their turn, however many values there are.
            tokio::task::consume_budget().await;
            let read = self.read(protocol, value, reply, trace, time.last);
            if let Some(end) = self.take(reply, read, time.came)? {
                return Ok(FrameEnd::Ends(end));
            }
            if Instant::now() >= time.deadline {
                return Ok(FrameEnd::Late);
            }
        }
        Ok(FrameEnd::Goes)
    }

    /// Reads a frame. What ends in half a frame is no fault where it is the `last`.
    pub(super) fn read(
        &self,
        protocol: &dyn WireProtocol,
        frame: StreamFrame,
        reply: &mut ReplyBuilder,
        trace: &mut FrameTrace,
        last: bool,
    ) -> Result<(), RequestFailure> {
        let json = match protocol.is_end(&frame.data) {
            true => None,
            false => Some(read_json(&frame.data)),
        };
        let read = json.as_ref().and_then(|read| read.as_ref().ok()).map(|(json, _)| json);
        trace.frame(self.connection, frame.event.as_deref(), &frame.data, read);
        match json {
            None => {
                reply.end_with_mark(protocol);
                Ok(())
            }
            Some(Ok((mut json, halves))) => {
                if halves {
                    reply.expect_halves();
                }
                self.connection.secrets().redact_json(&mut json);
                if let Some(error) = error_of(&json) {
                    return Err(RequestFailure::of_event(error));
                }
                if matches!(frame.event.as_deref(), Some("error" | "exception")) {
                    return Err(RequestFailure::of_event(&json));
                }
                if frame.bare && reply.is_fresh() {
                    name_type(&mut json, frame.event);
                    return reply.read_bare(protocol, &json);
                }
                read_value(protocol, json, frame.event.as_deref(), reply)
            }
            Some(Err(_)) if frame.data.trim().is_empty() => Ok(()),
            Some(Err(_)) if keeps_alive(&frame) => Ok(()),
            Some(Err(_)) if matches!(frame.event.as_deref(), Some("error" | "exception")) => {
                let words = self.connection.redact(frame.data);
                Err(RequestFailure::of_event(&Value::String(words)))
            }
            // A stream that was cut ends in half a frame.
            Some(Err(_)) if last && may_be_half(&frame.data) && (!frame.bare || reply.content) => Ok(()),
            Some(Err(_)) => {
                let data = shortened(&self.connection.redact(frame.data));
                Err(RequestFailure::senseless(format!("a frame of the stream is no JSON: {data}")))
            }
        }
    }

    /// Tells what a frame brought. Ends the stream where the frame does.
    pub(super) fn take(
        &self,
        reply: &mut ReplyBuilder,
        read: Result<(), RequestFailure>,
        at: Instant,
    ) -> Result<Option<StreamEnd>, RequestFailure> {
        if read.is_err() {
            // Nothing comes any more that could end a mark: what is held back for that is text, and its words follow it.
            reply.state.finish();
        }
        self.tell_text(reply, at);
        if let Err(failure) = read {
            return match reply.content {
                true => Ok(Some(StreamEnd::Failed(failure.message))),
                false => Err(failure),
            };
        }
        if reply.told > self.connection.limits.text {
            let words = format!("the reply is longer than {} MiB", self.connection.limits.text >> 20);
            return Ok(Some(StreamEnd::Bound(words)));
        }
        Ok(reply.loops().then(|| StreamEnd::Bound(LOOPS.to_owned())))
    }

    fn tell_text(&self, reply: &mut ReplyBuilder, at: Instant) {
        if let Some(delta) = reply.take_text() {
            self.tell(at, ReplyEventKind::Delta(delta));
        }
        if let Some(metadata) = reply.new_metadata() {
            self.tell(at, ReplyEventKind::Metadata(Box::new(metadata)));
        }
    }

    /// Tells how the answer ended.
    pub(super) fn finish(&self, mut reply: ReplyBuilder, end: StreamEnd) {
        let at = Instant::now();
        if let Some(delta) = reply.take_rest() {
            self.tell(at, ReplyEventKind::Delta(delta));
        }
        let (metadata, end) = reply.finish(self.model, self.bounds, end);
        self.tell(at, ReplyEventKind::Metadata(Box::new(metadata)));
        self.tell(at, ReplyEventKind::End(end));
    }

    fn tell(&self, at: Instant, kind: ReplyEventKind) {
        // Where nobody listens any more, this task is being ended.
        let _ = self.events.send(ReplyEvent { at, kind });
    }
}

/// Reads a value of the stream: an event, a list of such, or what is none.
fn read_value(
    protocol: &dyn WireProtocol,
    mut json: Value,
    event: Option<&str>,
    reply: &mut ReplyBuilder,
) -> Result<(), RequestFailure> {
    match json {
        Value::Object(_) => {
            if let Some(error) = error_of(&json) {
                return Err(RequestFailure::of_event(error));
            }
            name_type(&mut json, event.map(str::to_owned));
            reply.read_event(protocol, &json)
        }
        Value::Array(list) => list.into_iter().try_for_each(|one| read_value(protocol, one, event, reply)),
        Value::String(words) if protocol.is_end(&words) => {
            reply.end_with_mark(protocol);
            Ok(())
        }
        _ if event.is_some_and(is_sign_of_life) => Ok(()),
        Value::String(words) if words.trim().is_empty() || is_sign_of_life(&words) => Ok(()),
        // Before the end it is the service's word for what went wrong, as one without quotation marks is.
        Value::String(words) if !reply.state.ended && reply.state.stop.is_none() => {
            Err(RequestFailure::of_event(&Value::String(words)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let message = "The stream has values that are no events of its protocol; they were passed over.";
            reply.state.remark("stray-value", message);
            Ok(())
        }
    }
}

/// Takes the event's name for its type: some gateways leave it out of the data, where readers of the protocol look for it.
fn name_type(json: &mut Value, event: Option<String>) {
    if let (Some(frame), Some(name)) = (json.as_object_mut(), event) {
        frame.entry("type").or_insert(Value::String(name));
    }
}

/// Whether a frame only keeps the connection alive: by its name, or by a lone word where JSON is expected. Any other word is
/// one of the service's, and may name an error.
fn keeps_alive(frame: &StreamFrame) -> bool {
    frame.event.as_deref().is_some_and(is_sign_of_life) || (!frame.bare && is_sign_of_life(&frame.data))
}

/// Whether a text is a word that says that somebody is there.
fn is_sign_of_life(text: &str) -> bool {
    const WORDS: [&str; 8] =
        ["ping", "pong", "heartbeat", "keepalive", "processing", "waiting", "empty", "noop"];
    /// Longer than any of the words with all that may stand in and around it.
    const LONGEST: usize = 32;
    let letters = text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
    text.len() <= LONGEST
        && text.chars().all(|c| c.is_ascii_alphabetic() || " -_.:[]()<>…".contains(c))
        && WORDS.contains(&&*letters.collect::<String>())
}

/// Whether a text may be the beginning of JSON or of the end mark, as a stream has it that was cut.
fn may_be_half(text: &str) -> bool {
    let text = text.trim();
    let list = text.strip_prefix('[').map(str::trim_start);
    text.starts_with(['{', '"'])
        || list.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', '"', '[']))
        || "[DONE]".starts_with(text)
}
