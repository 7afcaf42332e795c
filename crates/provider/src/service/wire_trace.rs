//! The trace of a stream: its lines without secrets, also where one is cut over two frames.

use std::collections::BTreeMap;

use pelicycle_secrets::{MAX_HELD, has_letters, unfinished_escape};
use serde_json::Value;

use super::connection::ServiceConnection;

/// The letters of a secret's beginning at the end of a string that make a frame wait for the next ones.
const WAITING: usize = 4;

/// The most frames that wait.
const MAX_WAITING: usize = 256;

/// The most strings of a frame that are followed.
const MAX_STRINGS: usize = 64;

/// The most ends of strings that are known.
const MAX_ENDS: usize = 2 * MAX_STRINGS;

/// The bytes of a kind's name that count.
const LONGEST_KIND: usize = 40;

/// The bytes of a string's place that are followed, and of the kinds around it that count.
const LONGEST_PLACE: usize = 512;

/// The letters of a secret's beginning after which the rest is looked for in other places: without fewer, a secret is known.
const SHORTEST_ELSEWHERE: usize = 3;

/// The most other places in which a secret may have begun that a string goes on with.
const MAX_OTHERS: usize = 8;

/// The most readings of a string's end: it may go on with each of several places.
const MAX_READINGS: usize = 6;

/// The line that stands for a frame with a part of a secret.
const HIDDEN: &str = "(a frame with a part of the key)";

/// Tells the frames of one stream, where somebody listens.
#[derive(Debug, Default)]
pub(super) struct FrameTrace {
    waiting: Vec<String>,
    /// By its place in the frames, the end of a string that may be a secret's beginning.
    ends: BTreeMap<String, Vec<StringEnd>>,
}

/// A string of a frame, and where it stands: its place, and its place among those of its kind.
struct TracedString<'a> {
    places: [String; 2],
    text: &'a str,
}

/// The end of a string after what it may go on with, and how many letters of a secret it has.
#[derive(Debug, Clone)]
struct StringEnd {
    text: String,
    letters: usize,
    /// Whether frames wait for what follows it; not where those that it stands in were hidden.
    waits: bool,
    /// Whether it ends within an escape, so that its last letter stands in what follows.
    escapes: bool,
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
            Some(json) => collect(json, &mut FramePlace::default(), &mut strings),
            None => strings.push(TracedString { places: [String::new(), " ".to_owned()], text: data }),
        }
        let mut crossed = false;
        let before = std::mem::take(&mut self.ends);
        // The ends of this frame's own strings, in their order: one may go on with another.
        let mut now: Vec<StringEnd> = Vec::new();
        for string in &strings {
            let known = string.knowns(&before, &now);
            let beginning = &string.text[..string.text.floor_char_boundary(MAX_HELD)];
            let anything = !before.is_empty() || !now.is_empty();
            crossed |= anything && connection.secrets().has_cut(beginning);
            // All of them: a string that ends one secret may begin the next.
            let mut readings = Vec::new();
            for known in known.into_iter().map(Some).chain([None]) {
                let (goes_over, end) = follow(connection, known, string.text);
                crossed |= goes_over;
                if let Some(end) = end {
                    end.add(&mut readings);
                }
            }
            if !readings.is_empty() {
                self.ends.extend(string.places.iter().map(|place| (place.clone(), readings.clone())));
                now.extend(readings);
            }
        }
        // Places that this frame does not have wait for another one.
        for (place, ends) in before {
            if self.ends.len() < MAX_ENDS && strings.iter().all(|seen| !seen.places.contains(&place)) {
                self.ends.insert(place, ends);
            }
        }
        if crossed || self.waiting.len() > MAX_WAITING {
            self.hide();
        }
        if self.ends.values().flatten().all(|end| !end.waits) {
            self.tell(connection);
        }
    }

    /// Ends the trace: the stream is over.
    pub(super) fn finish(&mut self, connection: &ServiceConnection) {
        // A frame that still waits ends with the beginning of a secret.
        self.hide();
        self.tell(connection);
    }

    fn hide(&mut self) {
        self.waiting.fill(HIDDEN.to_owned());
        self.ends.values_mut().flatten().for_each(|end| end.waits = false);
    }

    fn tell(&mut self, connection: &ServiceConnection) {
        for line in self.waiting.drain(..) {
            connection.tell_safe("< ", &line);
        }
    }
}

impl TracedString<'_> {
    /// The ends of strings that it may go on with: in its own place, in other ones of the frames before, or in this frame.
    fn knowns<'a>(
        &self,
        before: &'a BTreeMap<String, Vec<StringEnd>>,
        now: &'a [StringEnd],
    ) -> Vec<&'a StringEnd> {
        let goes_on = |end: &&StringEnd| end.letters >= SHORTEST_ELSEWHERE || end.escapes;
        let [own, of_kind] =
            self.places.each_ref().map(|place| before.get(place).map(Vec::as_slice).unwrap_or_default());
        let of_kind = of_kind.iter().filter(|end| own.iter().all(|own| own.text != end.text));
        let others =
            before.iter().filter(|(place, _)| !self.places.contains(place)).flat_map(|(_, ends)| ends);
        let beside = now.iter().rev().filter(goes_on).take(MAX_OTHERS);
        own.iter().chain(of_kind).chain(others.filter(goes_on).take(MAX_OTHERS)).chain(beside).collect()
    }
}

impl StringEnd {
    /// Adds the end of a string, read as what goes on with something, to those of other readings. What another has in it is
    /// known, and of too many the first ones stay: those that go on with their own place.
    fn add(self, readings: &mut Vec<StringEnd>) {
        if let Some(longer) = readings.iter_mut().find(|known| known.text.ends_with(&self.text)) {
            longer.letters = longer.letters.max(self.letters);
            longer.waits |= self.waits;
            return;
        }
        let mut longest = self;
        readings.retain(|known| {
            let within = longest.text.ends_with(&known.text);
            if within {
                longest.letters = longest.letters.max(known.letters);
                longest.waits |= known.waits;
            }
            !within
        });
        if readings.len() < MAX_READINGS {
            readings.push(longest);
        }
    }
}

/// Reads a string that may go on with what is known of a secret's beginning; says whether it ends one, and whether it
/// ends with the beginning of one.
fn follow(
    connection: &ServiceConnection,
    known: Option<&StringEnd>,
    text: &str,
) -> (bool, Option<StringEnd>) {
    let secrets = connection.secrets();
    let before = known.map_or("", |end| end.text.as_str());
    let whole = format!("{before}{}", &text[..text.floor_char_boundary(MAX_HELD)]);
    let finds = secrets.find_with_cut(&whole);
    let crossed = finds.whole.iter().any(|(begin, end)| *begin < before.len() && *end > before.len());
    let (tail, begun) = match text.len() > MAX_HELD {
        true => {
            let tail = &text[text.ceil_char_boundary(text.len() - MAX_HELD)..];
            (tail.to_owned(), secrets.find_with_cut(tail).begun)
        }
        false => (whole, finds.begun),
    };
    // A beginning that goes on for longer than that is no secret; to read it with each frame takes a square of the time.
    let begun = begun.filter(|(begin, _)| tail.len() - begin <= MAX_HELD);
    let escape = unfinished_escape(&tail);
    let escapes = escape < tail.len();
    // Of an escape that is cut nobody knows yet whether it is a letter.
    let begun = begun.or(escapes.then_some((escape, 0)));
    let end = begun.map(|(begin, letters)| {
        let told = known.is_some_and(|end| !end.waits) && !has_letters(text);
        StringEnd {
            text: tail[begin.min(escape)..].to_owned(),
            letters,
            waits: letters >= WAITING && !told,
            escapes,
        }
    });
    (crossed, end)
}

/// The place of a value in its frame, and the kinds of the objects that it stands in.
#[derive(Default)]
struct FramePlace {
    place: String,
    kinds: String,
}

/// Collects the strings of a value, each with its places. These are copied for strings alone: a frame may have a
/// million other members.
fn collect<'a>(value: &'a Value, at: &mut FramePlace, strings: &mut Vec<TracedString<'a>>) {
    if strings.len() >= MAX_STRINGS || at.place.len() > LONGEST_PLACE {
        return;
    }
    let (place, kinds) = (at.place.len(), at.kinds.len());
    match value {
        // What is empty goes on with nothing: Ollama says an empty answer beside each piece of the reasoning, and what such places
        // kept of all the pieces would leave no room for the last.
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => {
            let of_kind = format!("{} {}", at.place, at.kinds);
            strings.push(TracedString { places: [at.place.clone(), of_kind], text });
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate().take(MAX_STRINGS) {
                at.place += &format!("/{index}");
                collect(value, at, strings);
                at.place.truncate(place);
            }
        }
        Value::Object(map) => {
            if kinds <= LONGEST_PLACE {
                at.kinds += &kind(map);
            }
            for (name, value) in map {
                at.place.push('/');
                at.place += name;
                collect(value, at, strings);
                at.place.truncate(place);
            }
            at.kinds.truncate(kinds);
        }
        _ => {}
    }
}

/// The kind that an object says of itself: reasoning and answer may stand in the same place and be told apart by that alone.
fn kind(map: &serde_json::Map<String, Value>) -> String {
    let word = map.get("type").and_then(Value::as_str).unwrap_or_default();
    let word = &word[..word.floor_char_boundary(LONGEST_KIND)];
    let thought = map.get("thought").and_then(Value::as_bool).unwrap_or_default();
    format!("{word}{}", if thought { "+" } else { "" })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{Services, Variable};

    #[test]
    fn places_stay_short_however_deep_and_long_winded_a_frame_is() {
        let mut frame = serde_json::json!({"text": "x"});
        for _ in 0..100 {
            frame = serde_json::json!({"type": "k".repeat(60), "in": frame});
        }
        let mut strings = Vec::new();
        let mut at = FramePlace::default();
        collect(&frame, &mut at, &mut strings);
        assert_eq!((strings.len(), at.place.len(), at.kinds.len()), (MAX_STRINGS, 0, 0));
        let most = 2 * LONGEST_PLACE + LONGEST_KIND + 1;
        assert!(strings.iter().all(|string| string.places[1].len() <= most));
        assert_eq!(strings[1].places, ["/in/type".to_owned(), format!("/in/type {}", "k".repeat(80))]);
    }

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
            assert!(trace.ends.values().flatten().all(|end| end.text.len() <= MAX_HELD));
        }
        assert!(trace.ends.is_empty() && trace.waiting.is_empty());
    }

    /// The trace of frames with these texts, each in its place.
    fn traced(frames: &[(&str, &str)]) -> String {
        let frame = |(place, text): &(&str, &str)| serde_json::json!({ *place: *text });
        traced_frames(&frames.iter().map(frame).collect::<Vec<_>>())
    }

    fn traced_frames(frames: &[Value]) -> String {
        let key = |name: &str| {
            (name == "OPENAI_API_KEY").then(|| Variable::of_environment("sk-planted-5f0c2a91".to_owned()))
        };
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let services =
            Services::new(Arc::new(key)).traced(Arc::new(move |line: &str| *heard.lock().unwrap() += line));
        let connection = services.connection("openai").unwrap();
        let mut trace = FrameTrace::default();
        for frame in frames {
            trace.frame(&connection, None, &frame.to_string(), Some(frame));
        }
        trace.finish(&connection);
        said.lock().unwrap().clone()
    }

    #[test]
    fn a_secret_in_escapes_that_is_cut_within_one_is_traced_in_no_place() {
        let marked = ["sk-pl\\x", "73<i class=\"x\">\\x6b\\x2d<b>\\", "x70\\x6", "c\n\\x61\\", "x6e<b>\\x"];
        let rest =
            ["74\\x65\\x64\\x2", "d[b]\\x35\\x66", "\\x30\\x63\\x32\t\\", "x61", "\\x39\\x31[/b]s", "k-pl"];
        for places in [["a", "a"], ["a", "b"]] {
            let frames =
                marked.map(|text| (places[0], text)).into_iter().chain(rest.map(|text| (places[1], text)));
            let said = traced(&frames.collect::<Vec<_>>());
            for part in ["x65", "x35", "x63"] {
                assert!(!said.contains(part), "{part} {places:?}: {said}");
            }
        }
    }

    #[test]
    fn a_secret_that_is_cut_within_an_escape_between_two_places_is_traced_in_neither() {
        let entities =
            "&#x6e;&#x74;&#x65;&#x64;&#x2d;&#x35;&#x66;&#x30;-&#x63;&#x32;&#x61;&#x39;&#x31; it is ";
        let (marked, tagged) = (format!(";**{entities}"), format!("70;\n&#x6c;&#x61;[color=red]{entities}"));
        for (one, other) in [
            // The letter of the escape is in neither place.
            (
                vec!["-\\u0073<!-", "- a > b -->", "\\u006b<b>", "\\u002d\\u"],
                vec!["0070\\u006c", "\\u0061\\u", "006e\\u00", "74\\u006", "5\\u", "0064\\u002", "d\\u0035"],
            ),
            (vec!["&"], vec!["#x73;&#x6b;&", "#x70;&#x6c;&#x61;", &marked]),
            // What another place begins has more letters than what this one began, and is no secret.
            (
                vec!["&#", "x73;&#", "x6b", ";<i class="],
                vec!["\"x\">&#x", "2d;&#", "x70;&#x6c;&#x61", &marked],
            ),
            (
                vec![" it is &#x73;"],
                vec!["</b>&#x6b;<", "!", "-- a ", ">", " b -->&#x2d;&", "", "#x", &tagged],
            ),
        ] {
            let frames = one.iter().map(|text| ("a", *text)).chain(other.iter().map(|text| ("b", *text)));
            let said = traced(&frames.chain([("c", "stop")]).collect::<Vec<_>>());
            assert!(!said.contains("x65") && !said.contains("006e") && !said.contains("0035"), "{said}");
        }
    }

    #[test]
    fn a_secret_in_any_clothes_is_traced_nowhere_though_another_place_has_its_first_letters() {
        let hex: String = "sk-planted-5f0c2a91".bytes().map(|byte| format!("{byte:02x}")).collect();
        for (begin, rest, part) in [
            ("5f0c73", &hex[2..], "706c616e"),
            ("7", &hex[1..], "706c616e"),
            ("sk-[zq][pl", "an][/zq]ted-5f0c2a91", "5f0c"),
            ("sk-[zq][", "plan][/zq]ted-5f0c2a91", "5f0c"),
        ] {
            let said = traced(&[("a", begin), ("b", rest), ("c", "stop")]);
            assert!(!said.contains(part) && said.contains("stop"), "{begin}: {said}");
        }
    }

    #[test]
    fn a_secret_whose_escape_a_mark_parts_between_two_places_is_traced_in_neither() {
        let thoughts = ["sk\\u0", "0", "73\u{200b}\\u006b", "</", "b>\\", "u00", "2d\\u0070\\", "u006◁/thin"];
        let answers = [
            "k▷c\\u0061\\u",
            "006e\\u0074\\u006",
            "5\\u0064\\u002d\\",
            "u0035\\u00",
            "66\\u0030",
            "\\u0063\\u0032",
            "\\u0061\\u0039\\",
            "u0031<svg>",
        ];
        let frames = thoughts
            .map(|text| serde_json::json!({"message": {"thinking": text, "content": ""}, "done": false}));
        let more = answers.map(|text| serde_json::json!({"message": { "content": text }, "done": false}));
        let blank = ["", "", "", "", ""]
            .map(|text| serde_json::json!({"message": { "content": text }, "done": false}));
        let last = [serde_json::json!({"message": {}, "done": true, "done_reason": "stop"})];
        let said = traced_frames(&[frames.as_slice(), &more, &blank, &last].concat());
        for part in ["u0064", "u0035", "u0030"] {
            assert!(!said.contains(part), "{part}: {said}");
        }
        // The frames without a text are told.
        assert!(
            said.contains(HIDDEN) && said.matches("\"content\":\"\"},\"done\":false").count() >= blank.len(),
            "{said}"
        );
    }

    #[test]
    fn a_secret_that_goes_on_in_a_place_which_was_empty_for_many_frames_is_traced_in_neither() {
        let thoughts = ["%EF%BD%93", "%E", "F%BD%8B%EF%BC%8", "D%EF"];
        let answers = [
            "%BD%90%EF%",
            "BD",
            "%8C",
            "%EF%BD%81%EF%BD%8E%EF%BD%94%EF%BD%85%EF%BD%84%EF%BC%8D%EF%BC%95%EF%BD%86%EF%BC%90%EF%BD%83%EF%BC%92%EF%BD%81%EF%BC%99%EF%BC%91",
        ];
        let frames = thoughts.map(|text| serde_json::json!({"thinking": text, "content": ""}));
        let more = answers.map(|text| serde_json::json!({ "content": text }));
        let first = [serde_json::json!({"model": "m"})];
        let said = traced_frames(&[first.as_slice(), &frames, &more].concat());
        assert!(!said.contains("%BD%94") && said.contains(HIDDEN) && said.contains("model"), "{said}");
    }
}
