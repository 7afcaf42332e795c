//! From the bytes of a stream to its frames: server-sent events, or one JSON value a line.
//!
//! A frame is only complete when its end has come, so neither a piece that ends inside a character nor one that ends
//! inside a line break matters.

use super::json_extent::JsonExtent;

/// The bytes that are kept of what is neither an event nor JSON.
const MAX_STRAY: usize = 4 << 10;

/// The bytes of an event's name that count: each value of its data has it.
const MAX_NAME: usize = 128;

/// The rule by which a stream is cut into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events, by WHATWG's rules.
    Events,
    /// One value a line.
    Lines,
}

/// One frame: the data of an event, or a line. What is no UTF-8 is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamFrame {
    /// The event's name, where it has one.
    pub(super) event: Option<String>,
    /// The event's data, its lines joined.
    pub(super) data: String,
    /// Whether it stands in the stream of events without being one: a JSON value by itself.
    pub(super) bare: bool,
}

/// A frame that is longer than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame of the stream is longer than {bound} bytes")]
pub(super) struct FrameTooLong {
    bound: usize,
}

/// A stream on its way to frames.
#[derive(Debug)]
pub(super) struct FrameSplitter {
    framing: Framing,
    /// Whether lines are frames, however those came to be framed that follow.
    lines: bool,
    bound: usize,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    event: Option<String>,
    data: Option<Vec<u8>>,
    /// The brackets and strings that are open at the end of the data, where it is JSON.
    extent: JsonExtent,
    /// The name that came after the data: of the next event, where no empty line ends this one.
    event_after: Option<String>,
    /// JSON that stands in the stream without being an event.
    bare: BareJson,
    /// The beginning of what is neither an event nor JSON.
    stray: Vec<u8>,
}

/// A JSON value by itself, as far as it came.
#[derive(Debug, Default)]
struct BareJson {
    bytes: Vec<u8>,
    extent: JsonExtent,
}

impl BareJson {
    /// Whether a value must follow what came: one that begins a line goes on with it.
    fn wants_value(&self) -> bool {
        let last = self.bytes.trim_ascii_end().last();
        !self.extent.in_string() && matches!(last, Some(b',' | b'[' | b':'))
    }

    /// Takes a line in; says whether the value ends with it.
    fn push(&mut self, line: &[u8]) -> bool {
        self.extent.push(line);
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        self.extent.is_closed()
    }
}

impl FrameSplitter {
    /// A splitter that lets no frame grow over `bound` bytes.
    pub(super) fn new(framing: Framing, bound: usize) -> FrameSplitter {
        FrameSplitter {
            framing,
            lines: framing == Framing::Lines,
            bound,
            line: Vec::new(),
            after_return: false,
            event: None,
            data: None,
            extent: JsonExtent::default(),
            event_after: None,
            bare: BareJson::default(),
            stray: Vec::new(),
        }
    }

    /// The beginning of what came and was neither an event nor JSON.
    pub(super) fn stray(&self) -> String {
        String::from_utf8_lossy(&self.stray).trim().to_owned()
    }

    /// Takes more of the stream in; what is complete by that goes to `frames`.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        frames: &mut Vec<StreamFrame>,
    ) -> Result<(), FrameTooLong> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let held = self.line.len() + self.bare.bytes.len() + self.data.as_ref().map_or(0, Vec::len);
            if held + part.len() > self.bound {
                return Err(FrameTooLong { bound: self.bound });
            }
            self.line.extend_from_slice(part);
            let Some(end) = end else { break };
            self.after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.end_line(&line, frames);
        }
        Ok(())
    }

    /// Ends the stream. A frame whose end did not come is given all the same: whether it is whole, its reader sees.
    pub(super) fn finish(&mut self, frames: &mut Vec<StreamFrame>) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_line(&line, frames);
        }
        self.end_bare(frames);
        self.end_event(frames);
    }

    /// Takes a line in that may belong to JSON by itself; says whether it does.
    fn bare_line(&mut self, line: &[u8], frames: &mut Vec<StreamFrame>) -> bool {
        let begins = matches!(line.trim_ascii_start().first(), Some(b'{' | b'['));
        let fresh = matches!(line.first(), Some(b'{')) && !self.bare.wants_value();
        if !self.bare.bytes.is_empty() && (fresh || is_field(line)) {
            // What was open before it does not go on.
            self.end_bare(frames);
        }
        if self.bare.bytes.is_empty() && (!begins || self.data.is_some()) {
            return false;
        }
        if self.bare.push(line) {
            self.end_bare(frames);
        }
        true
    }

    fn end_bare(&mut self, frames: &mut Vec<StreamFrame>) {
        let bytes = std::mem::take(&mut self.bare).bytes;
        if !bytes.is_empty() {
            let data = String::from_utf8_lossy(&bytes).into_owned();
            // Where lines are the frames, this is one of them, over however many lines it goes.
            frames.push(StreamFrame { event: None, data, bare: !self.lines });
        }
    }

    fn add_stray(&mut self, line: &[u8]) {
        let room = MAX_STRAY.saturating_sub(self.stray.len());
        self.stray.extend_from_slice(&line[..line.len().min(room)]);
        self.stray.push(b'\n');
        self.stray.truncate(MAX_STRAY);
    }

    fn end_line(&mut self, line: &[u8], frames: &mut Vec<StreamFrame>) {
        // Only the first should have a byte order mark; whoever joins files sends more.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if self.bare_line(line, frames) {
            return;
        }
        if is_field(line) {
            // Some servers frame lines of JSON as events.
            self.framing = Framing::Events;
        }
        match self.framing {
            Framing::Lines if line.iter().all(u8::is_ascii_whitespace) => {}
            Framing::Lines => {
                let data = String::from_utf8_lossy(line).into_owned();
                frames.push(StreamFrame { event: None, data, bare: false });
            }
            Framing::Events if line.is_empty() => self.end_event(frames),
            Framing::Events => self.field(line, frames),
        }
    }

    /// Takes a line of an event in.
    fn field(&mut self, line: &[u8], frames: &mut Vec<StreamFrame>) {
        let (field, value) = match line.iter().position(|&b| b == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => self.add_data(value, frames),
            b"event" => {
                let name = Some(String::from_utf8_lossy(&value[..value.len().min(MAX_NAME)]).into_owned());
                *if self.data.is_some() { &mut self.event_after } else { &mut self.event } = name;
            }
            // No field of the standard's, and llama.cpp's server told its errors so.
            b"error" => {
                if self.data_is_whole() {
                    self.end_event_before(frames);
                }
                self.event_after = None;
                self.event = Some("error".to_owned());
                self.data = Some(value.to_vec());
                self.extent = JsonExtent::default();
                self.extent.push(value);
            }
            // Comments keep a connection alive; `id` and `retry` are for readers that reconnect.
            b"" | b"id" | b"retry" => {}
            _ => self.add_stray(line),
        }
    }

    fn add_data(&mut self, mut value: &[u8], frames: &mut Vec<StreamFrame>) {
        // Whoever frames again what is framed already writes it twice.
        while let Some(inner) = value.strip_prefix(b"data:") {
            value = inner.strip_prefix(b" ").unwrap_or(inner);
        }
        if self.is_another_event(value) {
            self.end_event_before(frames);
        }
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => {
                self.extent = JsonExtent::default();
                self.data = Some(value.to_vec());
            }
        }
        self.extent.push(value);
    }

    /// Whether a line of data belongs to another event than the data before it: the empty line between them is missing.
    fn is_another_event(&self, value: &[u8]) -> bool {
        let Some(data) = &self.data else { return false };
        let begins = matches!(value.trim_ascii_start().first(), Some(b'{' | b'['));
        match data.trim_ascii_start().first() {
            None => false,
            // No JSON goes on so, and no name of an event stands within one.
            Some(b'{' | b'[') => self.extent.is_closed() && (begins || self.event_after.is_some()),
            // Words, such as those that keep a connection alive, are no beginning of JSON; those of an error may quote it.
            Some(_) => begins && !matches!(self.event.as_deref(), Some("error" | "exception")),
        }
    }

    /// Whether the data that came is a JSON value, or the mark that stands for one.
    fn data_is_whole(&self) -> bool {
        let begins = self.data.as_ref().and_then(|data| data.trim_ascii_start().first());
        matches!(begins, Some(b'{' | b'[')) && self.extent.is_closed()
    }

    /// Ends an event whose empty line is missing: a name that came after its data is that of the next one.
    fn end_event_before(&mut self, frames: &mut Vec<StreamFrame>) {
        let next = self.event_after.take();
        self.end_event(frames);
        self.event = next;
    }

    fn end_event(&mut self, frames: &mut Vec<StreamFrame>) {
        let event = self.event_after.take().or(self.event.take());
        if let Some(data) = self.data.take() {
            frames.push(StreamFrame {
                event,
                data: String::from_utf8_lossy(&data).into_owned(),
                bare: false,
            });
        }
    }
}

/// Whether a line is one of a stream of events.
fn is_field(line: &[u8]) -> bool {
    [&b"data:"[..], b"event:", b"error:", b"id:", b"retry:", b":"].iter().any(|field| line.starts_with(field))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(framing: Framing, pieces: &[&[u8]]) -> Vec<(Option<String>, String)> {
        let mut splitter = FrameSplitter::new(framing, 1000);
        let mut frames = Vec::new();
        for piece in pieces {
            splitter.push(piece, &mut frames).unwrap();
        }
        splitter.finish(&mut frames);
        frames.into_iter().map(|frame| (frame.event, frame.data)).collect()
    }

    const STREAM: &str = "\u{feff}: hello\r\nevent: a\r\ndata: {\"x\":\r\ndata:  \"ü🚲\"}\r\n\r\n\
        data\n\nevent: lost\n\ndata:1\r\rid: 7\ndata: 2\n\n: end\n\n";

    fn expected() -> Vec<(Option<String>, String)> {
        let named = |event: Option<&str>, data: &str| (event.map(str::to_owned), data.to_owned());
        vec![named(Some("a"), "{\"x\":\n \"ü🚲\"}"), named(None, ""), named(None, "1"), named(None, "2")]
    }

    #[test]
    fn events_are_read_by_the_rules_of_their_standard() {
        assert_eq!(split(Framing::Events, &[STREAM.as_bytes()]), expected());
    }

    #[test]
    fn an_event_without_its_last_line_break_is_given_to_its_reader() {
        assert_eq!(split(Framing::Events, &[b"data: [DONE]"]), [(None, "[DONE]".to_owned())]);
        assert_eq!(split(Framing::Lines, &[b"{\"a\":1}\r\n\r\n \n{\"b\""]).len(), 2);
    }

    #[test]
    fn json_by_itself_is_a_frame_and_what_is_neither_is_kept_for_an_error() {
        let bare = |text: &str| {
            let mut splitter = FrameSplitter::new(Framing::Events, 1000);
            let mut frames = Vec::new();
            splitter.push(text.as_bytes(), &mut frames).unwrap();
            splitter.finish(&mut frames);
            let frames: Vec<_> =
                frames.into_iter().map(|f| (f.bare, f.event, f.data.trim().to_owned())).collect();
            (frames, splitter.stray())
        };
        let json = "{\n  \"error\": {\n    \"message\": \"} no\"\n  }\n}";
        assert_eq!(bare(json).0, [(true, None, json.to_owned())]);
        let lines = bare("{\"a\":1}\n{\"b\":[2]}\ndata: 3\n\n{\"cut\":\n").0;
        let data: Vec<_> = lines.iter().map(|(bare, _, data)| (*bare, data.as_str())).collect();
        assert_eq!(data, [(true, "{\"a\":1}"), (true, "{\"b\":[2]}"), (false, "3"), (true, "{\"cut\":")]);
        let list = "[{\n\"a\": [\n{}\n]}\n,\r\n{\n\"b\":\n{}\n}\n]";
        let (frames, _) = bare(list);
        assert_eq!(frames.len(), 1, "{frames:?}");
        assert_eq!(bare("{\"cut\":\n\ndata: 3\n\n").0.len(), 2, "what was cut does not swallow what follows");
        assert_eq!(
            bare("error: {\"x\":1}\n\n").0,
            [(false, Some("error".to_owned()), "{\"x\":1}".to_owned())]
        );
        let (frames, stray) = bare("upstream timed out\nafter 60 s\n");
        assert!(frames.is_empty());
        assert_eq!(stray, "upstream timed out\nafter 60 s");
    }

    #[test]
    fn frames_are_told_apart_where_the_empty_line_is_missing_or_the_framing_is_another() {
        let named = |event: Option<&str>, data: &str| (event.map(str::to_owned), data.to_owned());
        let events = |text: &str| split(Framing::Events, &[text.as_bytes()]);
        assert_eq!(
            events("event: a\ndata: {\"x\":\ndata: [\ndata: {}]}\nevent: b\ndata: {\"}\":2}\ndata: [DONE]\n"),
            [named(Some("a"), "{\"x\":\n[\n{}]}"), named(Some("b"), "{\"}\":2}"), named(None, "[DONE]")]
        );
        assert_eq!(
            events("data: {\"a\":1}\nevent: late\n\ndata: 2\n\n"),
            [named(Some("late"), "{\"a\":1}"), named(None, "2")]
        );
        assert_eq!(
            events(
                "data: {\"a\":1}\nevent: ping\ndata: ping\n\nevent: ping\ndata: wait\ndata: {\"b\":2}\n\n"
            ),
            [
                named(None, "{\"a\":1}"),
                named(Some("ping"), "ping"),
                named(Some("ping"), "wait"),
                named(None, "{\"b\":2}")
            ]
        );
        let quoting = "event: error\ndata: it said\ndata: {\"c\":5}\n\n";
        assert_eq!(events(quoting), [named(Some("error"), "it said\n{\"c\":5}")]);
        for between in ["", "event: x\n"] {
            assert_eq!(
                events(&format!(
                    "event: a\ndata: {{}}\n{between}error: {{\"message\":\"no\"}}\n\ndata: 2\n\n"
                )),
                [named(Some("a"), "{}"), named(Some("error"), "{\"message\":\"no\"}"), named(None, "2")]
            );
        }
        assert_eq!(events("data: data: 1\n\ndata:data:2\n\n"), [named(None, "1"), named(None, "2")]);
        let lines = |text: &str| split(Framing::Lines, &[text.as_bytes()]);
        assert_eq!(
            lines(": hi\ndata: 1\n\nevent: b\ndata: 2\n\n"),
            [named(None, "1"), named(Some("b"), "2")]
        );
        assert_eq!(
            lines("{\n \"a\": [\n1\n]}\n{\"b\":2}\n"),
            [named(None, "{\n \"a\": [\n1\n]}\n"), named(None, "{\"b\":2}\n")]
        );
        assert_eq!(lines("<html>\n"), [named(None, "<html>")]);
    }

    #[test]
    fn a_frame_over_the_bound_is_refused_however_it_comes() {
        let line = format!("data: {}\n", "x".repeat(98));
        for pieces in [vec![line.repeat(10)], vec![line.clone(); 10], vec!["x".repeat(600); 2]] {
            let mut splitter = FrameSplitter::new(Framing::Events, 900);
            let mut frames = Vec::new();
            let mut refused = false;
            for piece in &pieces {
                refused |= splitter.push(piece.as_bytes(), &mut frames).is_err();
            }
            assert!(refused && frames.is_empty());
        }
    }

    proptest! {
        #[test]
        fn wherever_the_stream_is_cut_the_frames_are_the_same(cuts in prop::collection::vec(0..STREAM.len(), 0..12)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&STREAM.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.push(&STREAM.as_bytes()[from..]);
            prop_assert_eq!(split(Framing::Events, &pieces), expected());
        }
    }
}
