//! From the bytes of a stream to its frames: server-sent events, or one JSON value a line.
//!
//! A frame is only complete when its end has come, so neither a piece that ends inside a character nor one that ends
//! inside a line break matters.

/// How a stream is cut into frames.
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
    bound: usize,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Nothing has come yet: a byte order mark may.
    fresh: bool,
    event: Option<String>,
    data: Option<Vec<u8>>,
}

impl FrameSplitter {
    /// A splitter that lets no frame grow over `bound` bytes.
    pub(super) fn new(framing: Framing, bound: usize) -> FrameSplitter {
        FrameSplitter {
            framing,
            bound,
            line: Vec::new(),
            after_return: false,
            fresh: true,
            event: None,
            data: None,
        }
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
            let held = self.line.len() + self.data.as_ref().map_or(0, Vec::len);
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

    /// The stream is over. A frame whose end did not come is given all the same: whether it is whole, its reader sees.
    pub(super) fn finish(mut self, frames: &mut Vec<StreamFrame>) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_line(&line, frames);
        }
        self.end_event(frames);
    }

    fn end_line(&mut self, line: &[u8], frames: &mut Vec<StreamFrame>) {
        let fresh = std::mem::take(&mut self.fresh);
        let line = if fresh { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        match self.framing {
            Framing::Lines if line.iter().all(u8::is_ascii_whitespace) => {}
            Framing::Lines => {
                frames.push(StreamFrame { event: None, data: String::from_utf8_lossy(line).into_owned() });
            }
            Framing::Events if line.is_empty() => self.end_event(frames),
            Framing::Events => {
                let (field, value) = match line.iter().position(|&b| b == b':') {
                    Some(colon) => (&line[..colon], &line[colon + 1..]),
                    None => (line, &b""[..]),
                };
                let value = value.strip_prefix(b" ").unwrap_or(value);
                match field {
                    b"data" => match &mut self.data {
                        Some(data) => {
                            data.push(b'\n');
                            data.extend_from_slice(value);
                        }
                        None => self.data = Some(value.to_vec()),
                    },
                    b"event" => self.event = Some(String::from_utf8_lossy(value).into_owned()),
                    // Comments keep a connection alive; `id` and `retry` are for readers that reconnect.
                    _ => {}
                }
            }
        }
    }

    fn end_event(&mut self, frames: &mut Vec<StreamFrame>) {
        let event = self.event.take();
        if let Some(data) = self.data.take() {
            frames.push(StreamFrame { event, data: String::from_utf8_lossy(&data).into_owned() });
        }
    }
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
