//! Reading the body of an answer that did not come over the network: for tests and fuzzing.

use std::collections::BTreeMap;
use std::time::Instant;

use pelicycle_record::ServiceRecord;

use super::exchange::Exchange;
use super::failure::RequestFailure;
use super::frame_values::FrameValues;
use super::frames::{FrameSplitter, StreamFrame};
use super::model::ServiceModel;
use super::reply_builder::{AskedBounds, ReplyBuilder, StreamEnd};
use super::wire_trace::FrameTrace;
use crate::{ReplyEventKind, reply_channel};

impl ServiceModel {
    /// Reads an answer whose body comes in these pieces and ends in order, and gives the events that are told of it.
    ///
    /// # Errors
    /// In words, where it is no answer.
    #[doc(hidden)]
    pub fn read_pieces<'a>(
        &self,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Vec<ReplyEventKind>, String> {
        let connection = self.connection();
        let (events, mut stream) = reply_channel();
        let exchange = Exchange {
            connection,
            model: self.model(),
            bounds: AskedBounds::default(),
            url: &connection.base,
            headers: &BTreeMap::new(),
            body: b"",
            events: &events,
        };
        let mut reply = ReplyBuilder::new(Instant::now(), ServiceRecord::default(), connection);
        let failed = |failure: RequestFailure| connection.redact(failure.message);
        let mut trace = FrameTrace::default();
        let end = read(&exchange, &mut reply, &mut trace, pieces);
        trace.finish(connection);
        let end = end.map_err(failed)?;
        reply.came_to_something(Some(&end)).map_err(failed)?;
        exchange.finish(reply, end);
        let mut told = Vec::new();
        while let Ok(event) = stream.try_recv() {
            told.push(event.kind);
        }
        Ok(told)
    }
}

fn read<'a>(
    exchange: &Exchange<'_>,
    reply: &mut ReplyBuilder,
    trace: &mut FrameTrace,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> Result<StreamEnd, RequestFailure> {
    let protocol = exchange.connection.entry.protocol().wire();
    let mut splitter = FrameSplitter::new(protocol.framing(), exchange.connection.limits.text);
    let mut frames = Vec::new();
    let mut take = |frames: &mut Vec<StreamFrame>, reply: &mut ReplyBuilder, last: bool| {
        for value in frames.drain(..).flat_map(FrameValues::of) {
            let read = exchange.read(protocol, value, reply, trace, last);
            if let Some(end) = exchange.take(reply, read, Instant::now())? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    };
    for piece in pieces {
        let pushed = splitter.push(piece, &mut frames);
        if let Some(end) = take(&mut frames, reply, false)? {
            return Ok(end);
        }
        if let Err(error) = pushed {
            return Ok(StreamEnd::Failed(error.to_string()));
        }
    }
    splitter.finish(&mut frames);
    match take(&mut frames, reply, true)? {
        Some(end) => Ok(end),
        None => exchange.close(protocol, &splitter, reply),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pelicycle_record::Outcome;
    use pelicycle_testkit::loopback::chat_text;

    use super::*;
    use crate::{Services, Variable};

    #[test]
    fn a_reply_without_end_is_stopped_and_kept_as_far_as_it_came() {
        let key = |name: &str| {
            (name == "OPENROUTER_API_KEY").then(|| Variable::of_environment("sk-planted-5f0c2a91".to_owned()))
        };
        let connection = Services::new(Arc::new(key)).connection("openrouter").unwrap();
        let mut connection = Arc::into_inner(connection).unwrap();
        connection.limits.text = 1 << 20;
        let connection = &Arc::new(connection);
        let (events, _stream) = reply_channel();
        let exchange = Exchange {
            connection,
            model: "m",
            bounds: AskedBounds::default(),
            url: &connection.base,
            headers: &BTreeMap::new(),
            body: b"",
            events: &events,
        };
        // Numbers, since a round would be ended for another reason; no tags, each of which costs a search of its own.
        let piece: String = (1_000_000..).take((1 << 18) / 8).map(|n: u32| format!("{n} ")).collect();
        let piece = chat_text(&piece);
        let mut reply = ReplyBuilder::new(Instant::now(), ServiceRecord::default(), connection);
        let pieces = std::iter::repeat_n(piece.as_bytes(), 8);
        let end = read(&exchange, &mut reply, &mut FrameTrace::default(), pieces).unwrap();
        assert_eq!(reply.told, 5 << 18);
        let (_, end) = reply.finish("m", AskedBounds::default(), end);
        assert_eq!(end.outcome, Outcome::Length);
        assert!(end.error.unwrap().contains("longer than 1 MiB"));
    }
}
