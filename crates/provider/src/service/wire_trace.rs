//! What goes over the wire of a stream, told line by line without secrets, also where one is cut over two frames.

use std::collections::BTreeMap;

use serde_json::Value;

use super::connection::ServiceConnection;

/// The letters of a secret's beginning at the end of a string that make a frame wait for the next ones.
const WAITING: usize = 4;

/// The most frames that wait.
const MAX_WAITING: usize = 256;

/// The most strings of a frame that are followed.
const MAX_STRINGS: usize = 64;

/// The line that stands for a frame with a part of a secret.
const HIDDEN: &str = "(a frame with a part of the key)";

/// Tells the frames of one stream, where somebody listens.
#[derive(Debug, Default)]
pub(super) struct FrameTrace {
    waiting: Vec<String>,
    /// By its place in the frames, the end of a string that may be a secret's beginning.
    ends: BTreeMap<String, String>,
}

impl FrameTrace {
    /// Tells a frame.
    pub(super) fn frame(
        &mut self,
        connection: &ServiceConnection,
        event: Option<&str>,
        data: &str,
        json: Option<&Value>,
    ) {
        if !connection.is_traced() {
            return;
        }
        let event = event.map(|event| format!("{event}: ")).unwrap_or_default();
        self.waiting.push(connection.redact(format!("{event}{data}")));
        let mut strings = Vec::new();
        match json {
            Some(json) => collect(json, String::new(), &mut strings),
            None => strings.push((String::new(), data)),
        }
        let (mut crossed, mut waits) = (false, false);
        for (place, text) in strings {
            let known = self.ends.remove(&place).unwrap_or_default();
            let whole = known.clone() + text;
            let finds = connection.secrets().find(&whole);
            crossed |= finds.whole.iter().any(|(begin, end)| *begin < known.len() && *end > known.len());
            if let Some((begin, letters)) = finds.begun {
                waits |= letters >= WAITING;
                self.ends.insert(place, whole[begin..].to_owned());
            }
        }
        if crossed || self.waiting.len() > MAX_WAITING {
            self.hide();
        }
        if !waits {
            self.tell(connection);
        }
    }

    /// The stream is over.
    pub(super) fn finish(&mut self, connection: &ServiceConnection) {
        // A frame that still waits ends with the beginning of a secret.
        self.hide();
        self.tell(connection);
    }

    fn hide(&mut self) {
        self.waiting.fill(HIDDEN.to_owned());
    }

    fn tell(&mut self, connection: &ServiceConnection) {
        for line in self.waiting.drain(..) {
            connection.tell("< ", || line);
        }
    }
}

/// The strings of a value, each with its place.
fn collect<'a>(value: &'a Value, place: String, strings: &mut Vec<(String, &'a str)>) {
    if strings.len() >= MAX_STRINGS || place.len() > 512 {
        return;
    }
    match value {
        Value::String(text) => strings.push((place, text)),
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate().take(MAX_STRINGS) {
                collect(value, format!("{place}/{index}"), strings);
            }
        }
        Value::Object(map) => {
            for (name, value) in map {
                collect(value, format!("{place}/{name}"), strings);
            }
        }
        _ => {}
    }
}
