//! The JSON values of a frame, one by one: some servers write several with nothing between them that parts frames.

use super::frames::StreamFrame;
use super::halves::read_json;
use super::json_extent::JsonExtent;

/// The values of a frame, each as a frame of its own and found when it is asked for: a frame may have millions.
/// A value that is not in brackets is the last, with all that follows it.
#[derive(Debug)]
pub(super) struct FrameValues {
    /// The frame, until it is given.
    frame: Option<StreamFrame>,
    /// The beginning of the next value, where there are several.
    at: Option<usize>,
}

impl FrameValues {
    /// The values of a frame; the frame as it is where it has one or is no JSON.
    pub(super) fn of(frame: StreamFrame) -> FrameValues {
        let first = value_end(&frame.data);
        let rest = frame.data[first..].trim_start();
        let several = !rest.is_empty() && (rest.starts_with('{') || read_json(&frame.data[..first]).is_ok());
        FrameValues { frame: Some(frame), at: several.then_some(0) }
    }
}

impl Iterator for FrameValues {
    type Item = StreamFrame;

    fn next(&mut self) -> Option<StreamFrame> {
        let Some(at) = self.at else { return self.frame.take() };
        let frame = self.frame.as_ref()?;
        let rest = &frame.data[at..];
        let end = value_end(rest);
        let value =
            StreamFrame { event: frame.event.clone(), data: rest[..end].trim().to_owned(), bare: frame.bare };
        match rest[end..].trim_ascii_start().len() {
            0 => self.frame = None,
            left => self.at = Some(frame.data.len() - left),
        }
        Some(value)
    }
}

/// The end of the value in brackets that a text begins with; the text's length where it begins with none, or with one
/// that is not whole.
fn value_end(text: &str) -> usize {
    let begin = text.len() - text.trim_ascii_start().len();
    if !text[begin..].starts_with(['{', '[']) {
        return text.len();
    }
    let mut extent = JsonExtent::default();
    let closes = |byte: &u8| {
        extent.push(std::slice::from_ref(byte));
        extent.is_closed()
    };
    text.as_bytes()[begin..].iter().position(closes).map_or(text.len(), |at| begin + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let frame = StreamFrame { event: Some("e".to_owned()), data: text.to_owned(), bare: false };
        let values: Vec<_> = FrameValues::of(frame).collect();
        assert!(values.iter().all(|value| value.event.as_deref() == Some("e")));
        values.into_iter().map(|value| value.data).collect()
    }

    #[test]
    fn values_are_told_apart_by_their_brackets() {
        assert_eq!(values("{\"a\":\"}{\\\"\"} [1]\n{}"), ["{\"a\":\"}{\\\"\"}", "[1]", "{}"]);
        assert_eq!(values("[PING]{\"a\":1}"), ["[PING]", "{\"a\":1}"]);
        for one in ["", " {\"a\": [{}]} ", "x {}", "1 2", "}{", "[INFO] no room", "[12:00] [x] {", "{\"a\":"]
        {
            assert_eq!(values(one), [one], "{one}");
        }
    }

    #[test]
    fn what_follows_whole_values_is_the_last_piece() {
        assert_eq!(values("{\"a\":1}{\"b\":2}{\"mess"), ["{\"a\":1}", "{\"b\":2}", "{\"mess"]);
        assert_eq!(values("{} x y {"), ["{}", "x y {"]);
        assert_eq!(values("{}\n[DONE]"), ["{}", "[DONE]"]);
        assert_eq!(values("{}ü🚲"), ["{}", "ü🚲"]);
    }

    #[test]
    fn millions_of_values_are_told_apart_in_one_pass() {
        let count = 1 << 20;
        let frame = StreamFrame { event: None, data: "{}".repeat(count), bare: false };
        assert_eq!(FrameValues::of(frame).count(), count);
    }
}
