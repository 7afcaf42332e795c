//! What goes over the wire of a stream, told line by line without secrets, also where one is cut over two frames.

use std::collections::BTreeMap;

use serde_json::Value;

use super::connection::ServiceConnection;
use super::projection::projections;
use super::secrets::MAX_HELD;

/// The letters of a secret's beginning at the end of a string that make a frame wait for the next ones.
const WAITING: usize = 4;

/// The most frames that wait.
const MAX_WAITING: usize = 256;

/// The most strings of a frame that are followed.
const MAX_STRINGS: usize = 64;

/// The letters of a secret's beginning after which the rest is looked for in other places: without fewer, a secret is known.
const SHORTEST_ELSEWHERE: usize = 3;

/// The most other places in which a secret may have begun that a string goes on with.
const MAX_OTHERS: usize = 8;

/// The line that stands for a frame with a part of a secret.
const HIDDEN: &str = "(a frame with a part of the key)";

/// Tells the frames of one stream, where somebody listens.
#[derive(Debug, Default)]
pub(super) struct FrameTrace {
    waiting: Vec<String>,
    /// By its place in the frames, the end of a string that may be a secret's beginning.
    ends: BTreeMap<String, StringEnd>,
}

/// The end of a string, and how many letters of a secret it has.
#[derive(Debug, Clone)]
struct StringEnd {
    text: String,
    letters: usize,
    /// Whether frames wait for what follows it; not where those that it stands in were hidden.
    waits: bool,
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
        let mut crossed = false;
        let before = std::mem::take(&mut self.ends);
        for (place, text) in &strings {
            // What began in its own place, or else in another one of the frames before.
            let own = before.get(place).into_iter();
            let goes_on = |end: &StringEnd| end.letters >= SHORTEST_ELSEWHERE;
            let others =
                before.iter().filter(|(other, end)| *other != place && goes_on(end)).map(|(_, end)| end);
            let known = own.chain(others.take(MAX_OTHERS)).map(Some).chain([None]);
            let beginning = &text[..text.floor_char_boundary(MAX_HELD)];
            crossed |= !before.is_empty() && connection.secrets().has_cut(beginning);
            // All of them: a string that ends one secret may begin the next.
            for known in known {
                crossed |= self.follow(connection, place, known, text);
            }
        }
        // Places that this frame does not have wait for another one.
        for (place, end) in before {
            if self.ends.len() < MAX_STRINGS && strings.iter().all(|(seen, _)| *seen != place) {
                self.ends.insert(place, end);
            }
        }
        if crossed || self.waiting.len() > MAX_WAITING {
            self.hide();
        }
        if self.ends.values().all(|end| !end.waits) {
            self.tell(connection);
        }
    }

    /// Reads a string that may go on with what is known of a secret's beginning; says whether it ends one.
    fn follow(
        &mut self,
        connection: &ServiceConnection,
        place: &str,
        known: Option<&StringEnd>,
        text: &str,
    ) -> bool {
        let secrets = connection.secrets();
        let before = known.map_or("", |end| end.text.as_str());
        let whole = format!("{before}{}", &text[..text.floor_char_boundary(MAX_HELD)]);
        let finds = secrets.find(&whole);
        let crossed = finds.whole.iter().any(|(begin, end)| *begin < before.len() && *end > before.len());
        let (tail, begun) = match text.len() > MAX_HELD {
            true => {
                let tail = &text[text.ceil_char_boundary(text.len() - MAX_HELD)..];
                (tail.to_owned(), secrets.find(tail).begun)
            }
            false => (whole, finds.begun),
        };
        // A beginning that goes on for longer than that is no secret; to read it with each frame takes a square of the time.
        let begun = begun.filter(|(begin, _)| tail.len() - begin <= MAX_HELD);
        if let Some((begin, letters)) = begun {
            let told = known.is_some_and(|end| !end.waits) && projections(text).iter().all(Vec::is_empty);
            let end =
                StringEnd { text: tail[begin..].to_owned(), letters, waits: letters >= WAITING && !told };
            let kept = self.ends.entry(place.to_owned()).or_insert_with(|| end.clone());
            let waits = kept.waits || end.waits;
            if end.letters > kept.letters {
                *kept = end;
            }
            kept.waits = waits;
        }
        crossed
    }

    /// The stream is over.
    pub(super) fn finish(&mut self, connection: &ServiceConnection) {
        // A frame that still waits ends with the beginning of a secret.
        self.hide();
        self.tell(connection);
    }

    fn hide(&mut self) {
        self.waiting.fill(HIDDEN.to_owned());
        self.ends.values_mut().for_each(|end| end.waits = false);
    }

    fn tell(&mut self, connection: &ServiceConnection) {
        for line in self.waiting.drain(..) {
            connection.tell_safe("< ", &line);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Services, Variable};

    #[test]
    fn what_begins_like_a_secret_and_only_goes_on_is_not_read_again_and_again() {
        let key = |name: &str| {
            (name == "OPENAI_API_KEY").then(|| Variable::of_environment("sk-planted-5f0c2a91".to_owned()))
        };
        let services = Services::new(Arc::new(key)).traced(Arc::new(|_: &str| {}));
        let connection = services.connection("openai").unwrap();
        let mut trace = FrameTrace::default();
        for text in std::iter::once("sk").chain(std::iter::repeat_n(&*"-".repeat(200), 40)) {
            trace.frame(&connection, None, text, None);
            assert!(trace.ends.values().all(|end| end.text.len() <= MAX_HELD));
        }
        assert!(trace.ends.is_empty() && trace.waiting.is_empty());
    }
}
