//! The secrets of a connection, and where they stand in a text of a service.
//!
//! A service may quote a key in other clothes than it was sent in: escaped, encoded, in capitals, with markup, marks of
//! reasoning or line breaks within. So letters and digits alone are compared, once as they stand, once with escapes
//! read, once without tags, and all that once more without marks of reasoning; base64 and hex of a key are searched for
//! beside it. What stands between the first and the last letter of a find goes with it.

use secrecy::{ExposeSecret as _, SecretString};

use super::key_encodings::{encodings, squeezed};
use super::needle::{Beginning, Needle, search};
use super::projection::{escape_begin, escape_begins, projections};

/// The mark that stands in a text where a secret stood.
pub(super) const REDACTED: &str = "[key]";

/// The length of the shortest secret that is searched for: a shorter one would be found everywhere.
const SHORTEST: usize = 6;

/// The letters and digits that a secret must have to be searched for in other clothes; shorter ones are searched for as
/// they are.
const SHORTEST_DISGUISED: usize = 8;

/// The first letters of a secret that may stand elsewhere are fewer than so many.
const LONGEST_CUT: usize = 3;

/// The letters and digits of a secret's beginning that are taken out where a text ends within it.
pub(super) const SHORTEST_BEGINNING: usize = 6;

/// The most bytes of a stream that are held back since they may be a secret's beginning.
pub(super) const MAX_HELD: usize = 4 << 10;

/// The signs of an escape whose every sign is escaped again: those of `\u005d` are six.
const SIGNS_OF_ESCAPE: usize = 6;

/// The bytes of a text that are searched at a time.
pub(super) const WINDOW: usize = 64 << 10;

/// The secrets of a connection. They show themselves nowhere and are wiped from memory when dropped.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    needles: Vec<Needle>,
    /// Secrets without their first letters.
    cut: Vec<Needle>,
    /// Short secrets, searched for as they are.
    exact: Vec<SecretString>,
}

/// The places of secrets in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Finds {
    /// The byte ranges of secrets, in order, none touching another.
    pub(super) whole: Vec<(usize, usize)>,
    /// The beginning of a secret at the text's end: where it begins, and how many of its letters are there.
    pub(super) begun: Option<(usize, usize)>,
}

impl Secrets {
    /// Adds a secret to those that are searched for.
    pub(super) fn add(&mut self, secret: &str) {
        let letters = squeezed(secret);
        if letters.len() < SHORTEST_DISGUISED {
            if secret.len() >= SHORTEST {
                self.exact.push(SecretString::from(secret));
            }
            return;
        }
        for letters in std::iter::once(letters.clone()).chain(encodings(secret, &letters)) {
            let cut = (1..LONGEST_CUT).filter(|cut| letters.len() >= cut + SHORTEST_DISGUISED);
            self.cut.extend(cut.map(|cut| Needle::new(&letters[cut..])));
            self.needles.push(Needle::new(&letters));
        }
    }

    /// Takes whole secrets out of every string of a JSON value, names of fields among them.
    pub(super) fn redact_json(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        if self.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let Some(without) = self.without_whole(text) {
                    *text = without;
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.redact_json(value)),
            Value::Object(map) => {
                let names: Vec<String> =
                    map.keys().filter(|name| self.without_whole(name).is_some()).cloned().collect();
                for name in names {
                    if let Some(value) = map.remove(&name) {
                        map.insert(self.without_whole(&name).unwrap_or_default(), value);
                    }
                }
                map.values_mut().for_each(|value| self.redact_json(value));
            }
            Value::Number(number) if self.without_whole(&number.to_string()).is_some() => {
                *value = Value::from(REDACTED);
            }
            _ => {}
        }
    }

    /// Whether a text of moderate length has a secret in it but for its first letters.
    pub(super) fn has_cut(&self, text: &str) -> bool {
        let mut found = Vec::new();
        for marks in projections(text) {
            search(&self.cut, &marks, &[], &mut found);
        }
        !found.is_empty()
    }

    /// Whether there is nothing to search for.
    pub(super) fn is_empty(&self) -> bool {
        self.needles.is_empty() && self.exact.is_empty()
    }

    /// The text without whole secrets; none where there are none in it.
    fn without_whole(&self, text: &str) -> Option<String> {
        let (whole, _) = self.find_all(text);
        (!whole.is_empty()).then(|| replaced(text, text.len(), &whole))
    }

    /// A text without the secrets in it, and without the beginning of one at its end.
    pub(super) fn redact(&self, text: String) -> String {
        if self.is_empty() {
            return text;
        }
        let (whole, sure) = self.find_all(&text);
        let mut out = replaced(&text, sure, &whole);
        let rest = &text[sure..];
        match self.find(rest).begun.filter(|(_, letters)| *letters >= SHORTEST_BEGINNING) {
            Some((begin, _)) => {
                out.push_str(&rest[..begin]);
                out.push_str(REDACTED);
            }
            None => out.push_str(rest),
        }
        out
    }

    /// Searches a text of any length: gives the byte ranges of secrets, and the end of what is sure, in which they all are.
    pub(super) fn find_all(&self, text: &str) -> (Vec<(usize, usize)>, usize) {
        let mut whole = Vec::new();
        let mut sure = 0;
        while sure < text.len() {
            let rest = &text[sure..];
            let window = &rest[..boundary(rest, WINDOW)];
            let finds = self.find(window);
            whole.extend(finds.whole.iter().map(|(begin, end)| (sure + begin, sure + end)));
            let last = window.len() == rest.len();
            sure += finds.end_of_sure(window);
            if last {
                break;
            }
        }
        (whole, sure)
    }

    /// Searches a text of moderate length.
    pub(super) fn find(&self, text: &str) -> Finds {
        self.find_by(text, &[&self.needles])
    }

    /// As [`Secrets::find`], and also for secrets without their first letters.
    pub(super) fn find_with_cut(&self, text: &str) -> Finds {
        self.find_by(text, &[&self.needles, &self.cut])
    }

    fn find_by(&self, text: &str, lists: &[&[Needle]]) -> Finds {
        let mut finds = Finds::default();
        let mut begun = |begin: usize, letters: usize| {
            let known = finds.begun.get_or_insert((begin, letters));
            *known = (known.0.min(begin), known.1.max(letters));
        };
        if !self.needles.is_empty() {
            // Half an escape at the end reads as letters that it does not stand for, and a letter may have many escapes within.
            let escapes = escape_begins(text);
            for marks in projections(text) {
                for list in lists {
                    for Beginning { begin, letters } in search(list, &marks, &escapes, &mut finds.whole) {
                        begun(begin, letters);
                    }
                }
            }
            // Nor is it known what that half goes on with: it may end the name of a tag in square brackets, which is none with
            // such a sign in it. A secret that began far before is none.
            let near = text.ceil_char_boundary(text.len().saturating_sub(2 * MAX_HELD));
            let last = escapes.len().saturating_sub(SIGNS_OF_ESCAPE).max(1);
            for end in escapes.iter().take(1).chain(escapes.iter().skip(last)) {
                for marks in projections(&text[near..*end]) {
                    for list in lists {
                        for Beginning { begin, letters } in search(list, &marks, &[], &mut Vec::new()) {
                            begun(near + begin, letters);
                        }
                    }
                }
            }
        }
        for secret in &self.exact {
            let secret = secret.expose_secret();
            finds.whole.extend(text.match_indices(secret).map(|(at, found)| (at, at + found.len())));
            let letters =
                (1..secret.len()).rev().find(|&n| secret.is_char_boundary(n) && text.ends_with(&secret[..n]));
            if let Some(letters) = letters {
                begun(text.len() - letters, letters);
            }
        }
        finds.whole = merged(finds.whole);
        finds
    }
}

impl Finds {
    /// The end of what is sure to be no secret's beginning.
    fn end_of_sure(&self, text: &str) -> usize {
        let begun = self.begun.map_or(text.len(), |(begin, _)| begin);
        let whole = self.whole.last().map_or(0, |(_, end)| *end);
        let end = begun.min(escape_begin(text)).max(whole);
        // What would be held back longer than that is no secret.
        if text.len() - end > MAX_HELD { boundary(text, text.len() - MAX_HELD) } else { end }
    }
}

/// Ranges in order, those that overlap as one.
pub(super) fn merged(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (begin, end) in ranges {
        match merged.last_mut() {
            Some(last) if begin < last.1 => last.1 = last.1.max(end),
            _ => merged.push((begin, end)),
        }
    }
    merged
}

/// The first `end` bytes of a text with a mark in place of each of these ranges, none of which goes beyond.
pub(super) fn replaced(text: &str, end: usize, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(end);
    let mut from = 0;
    for &(begin, until) in ranges.iter().filter(|(_, until)| *until <= end) {
        out.push_str(&text[from..begin]);
        out.push_str(REDACTED);
        from = until;
    }
    out.push_str(&text[from..end]);
    out
}

/// The last boundary of a character that is not after `most`.
pub(super) fn boundary(text: &str, most: usize) -> usize {
    text.floor_char_boundary(most)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::super::protocol::TextPart;
    use super::super::reply_text::{ReplyText, SafeText};
    use super::*;

    const KEY: &str = "sk-planted-5f0c2a91";

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        secrets
    }

    /// What is told of a text that comes in these pieces.
    fn streamed(secrets: &Secrets, pieces: impl IntoIterator<Item = String>) -> String {
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        for piece in pieces {
            text.push(secrets, vec![(TextPart::Answer, piece)], &mut out);
        }
        out.answer + &text.finish(secrets).answer
    }

    fn each(f: impl Fn(char) -> String) -> String {
        KEY.chars().map(f).collect()
    }

    /// The key in all clothes that services may put on it.
    fn clothes() -> Vec<String> {
        [
            escaped(),
            escaped_twice(),
            tagged(),
            with_marks_of_reasoning(),
            with_codes_and_breaks(),
            encoded(),
            in_other_letters(),
        ]
        .concat()
    }

    /// As it is, in capitals, and with escapes of JSON, of addresses, of HTML and of C.
    fn escaped() -> Vec<String> {
        vec![
            KEY.to_owned(),
            KEY.to_uppercase(),
            each(|c| format!("\\u{:04x}", c as u32)),
            KEY.replacen('s', "\\u0073", 1),
            KEY.replace('-', "\\/-"),
            KEY.replace('a', "\\\\u0061"),
            each(|c| format!("%{:02X}", c as u32)),
            KEY.replace('-', "%2D"),
            KEY.replace('-', "%252D").replace('p', "%2570"),
            each(|c| format!("&#{};", c as u32)),
            each(|c| format!("&#x{:x};", c as u32)),
            each(|c| format!("&amp;#{};", c as u32)),
            each(|c| format!("\\{:o}", c as u32)),
        ]
    }

    /// With each sign of its first letters' escapes percent-encoded: such a letter has many signs that begin an escape.
    fn escaped_twice() -> Vec<String> {
        const LETTERS: usize = 8;
        let twice = |between: &str, write: &dyn Fn(char) -> String| {
            let percent = |text: String| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
            let letters: Vec<String> = KEY[..LETTERS].chars().map(|c| percent(write(c))).collect();
            letters.join(between) + &KEY[LETTERS..]
        };
        let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap().to_string().into_bytes();
        let code = |c: char| format!("\\u{:04x}", c as u32);
        let hex = twice("", &|c| wide(c).iter().map(|byte| format!("\\x{byte:02x}")).collect());
        vec![
            twice("", &|c| wide(c).iter().map(|byte| format!("%{byte:02X}")).collect()),
            twice("", &|c| wide(c).iter().map(|byte| format!("\\{byte:o}")).collect()),
            // A mark within the first letter makes it as long as letters may be.
            format!("{}<|{}|>{}", &hex[..35], "a".repeat(48), &hex[35..]),
            hex,
            twice("", &code),
            twice("-", &code),
            twice(" ", &code),
            KEY.replace("plan", "[zq%5C%75%30%30%35%64plan[/zq]"),
        ]
    }

    /// With tags of HTML, of Markdown and of forums between its letters.
    fn tagged() -> Vec<String> {
        vec![
            KEY.replace("plan", "plan<b class=\"x\">").replace('5', "</b>5"),
            KEY.replace("plan", "plan&lt;b&gt;"),
            KEY.replace("plan", "**plan**"),
            each(|c| format!("[b]{c}[/b]")),
            KEY.replace("plan", "pl[b]an"),
            KEY.replace("plan", "pl[color=red]an[/color]"),
            KEY.replace("plan", "pl[quote author=A B]an"),
            KEY.replace("plan", "<b>[plan]</b>"),
            KEY.replace("plan", "[b][plan][/b]"),
            KEY.replace("plan", "[color=red][plan][/color]"),
            KEY.replace("plan", "[zz][plan][/zz]"),
            KEY.replace("plan", "[i][b][plan][/b][/i]"),
            KEY.replace("plan", "[plan][b]").replace("ted", "[/b]ted"),
            KEY.replace("plan", "[b]pl[an]").replace("5f0c", "5[/b]f0c"),
            KEY.replace("plan", "[zz]pl[an][/zz]"),
            KEY.replace("plan", "[hr][plan]"),
            KEY.replace("plan", "<i>[b][plan][/b]</i>"),
            KEY.replace("plan", "[[b]][plan][[/b]]"),
            KEY.replace("plan", "[b]\\u005bplan][/b]"),
            KEY.replace("planted", "[b][plan][/b] [i][ted][/i]"),
        ]
    }

    /// With marks of reasoning and special tokens between its letters, also within tags, codes, escapes and base64.
    fn with_marks_of_reasoning() -> Vec<String> {
        let longest = "a".repeat(48);
        vec![
            KEY.replace("plan", "pl<|END_THINKING|>an"),
            KEY.replace("plan", "pl[/THINK]an"),
            KEY.replace("plan", "pl◁/think▷an"),
            KEY.replace("plan", "pl<|im_start|>an"),
            KEY.replace("plan", "<g>pl<|END_THINKING|></g>an"),
            KEY.replace("plan", "[i[/THINK]]pl[/i]an"),
            KEY.replace("plan", "pl\\u00</think>61n"),
            KEY.replace("plan", "pl&#[/THINK]x61;n"),
            KEY.replace("plan", "pl\u{1b}[3<|END_THINKING|>1man"),
            KEY.replace("plan", "%<|channel|>analysis<|message|>70lan"),
            format!("c2stcGxhbn</think>{}", &STANDARD.encode(KEY)[10..]),
            KEY.replace("plan", &format!("pl\\u{{0000<|{longest}|>61}}n")),
            KEY.replace("-5", &format!("&NotNestedGreaterGr<|{longest}|>eater;5")),
        ]
    }

    /// With codes for terminals, with texts around it, and with breaks.
    fn with_codes_and_breaks() -> Vec<String> {
        vec![
            each(|c| format!("{c} ")),
            each(|c| format!("\u{1b}[1;31m{c}\u{1b}[0m")),
            KEY.replace("plan", "pl\\u001b[3man"),
            KEY.replace("plan", "\u{1b}[1m[plan]\u{1b}(B\u{1b}[m"),
            KEY.replace("plan", "\u{1b}]8;;https://a\u{1b}\\plan\u{1b}]8;;\u{1b}\\"),
            KEY.replace("planted", "pla\u{1b}]8;;https://a.b/c?d\u{1b}\\nted"),
            KEY.replace("planted", "pla\\u001b]8;;https://a\\u001b\\\\nted"),
            KEY.replace("plan", "pl\u{1b}]0;a title\u{7}an"),
            KEY.replace("plan", "pl\u{9b}31man\u{9b}0m"),
            KEY.replace("plan", "pl\u{9d}8;;https://a\u{9c}an"),
            KEY.replace("plan", "pl\\u009b31man"),
            format!("[the key {}", KEY.replace("plan", "pl[b]a[/b]n")),
            format!("[h1]{}[size=2]", KEY.replace("plan", "pl[h1]a[/h1]n")),
            format!("\u{1b}]{}", KEY.replace("plan", "pl<b>an")),
            format!("\u{1b}]0;{}\u{7}", KEY.replace("plan", "pl[b]an")),
            KEY.replace("nted", "nt<!-- > -->ed"),
            KEY.replace("plan", "pl\u{200b}an"),
            KEY.replace("-5f", "-\n    5f"),
        ]
    }

    /// As numbers, in base64 and base32, backwards, and with letters moved by thirteen.
    fn encoded() -> Vec<String> {
        let mut all = vec![
            KEY.bytes().map(|b| format!("{b:02X}:")).collect(),
            KEY.bytes().map(|b| format!("0x{b:02x}, ")).collect(),
            KEY.bytes().map(|b| format!("{b} ")).collect(),
            KEY.bytes().map(|b| format!("{b:03}")).collect(),
            KEY.bytes().map(|b| format!("{b:03o}")).collect(),
            KEY.bytes().map(|b| format!("x{b:02X}, ")).collect(),
            KEY.bytes().map(|b| format!("={b:02X}")).collect(),
            KEY.bytes().map(|b| format!("{b:02x}00")).collect(),
            each(|c| format!("U+{:04X} ", c as u32)),
            KEY.bytes().map(|b| format!("{b:08b} ")).collect(),
            KEY.bytes().map(|b| format!("00 {b:02x} ")).collect(),
            STANDARD.encode(STANDARD.encode(KEY)),
            STANDARD.encode(format!("a{}", STANDARD.encode(format!("Bearer {KEY}")))),
            KEY.chars().rev().collect(),
            "fx-cynagrq-5s0p2n91".to_owned(),
            // As Python's base64.b32encode writes it, after nothing, "a" and "abcd".
            "ONVS24DMMFXHIZLEFU2WMMDDGJQTSMI=".to_owned(),
            "MFZWWLLQNRQW45DFMQWTKZRQMMZGCOJR".to_owned(),
            "MFRGGZDTNMWXA3DBNZ2GKZBNGVTDAYZSME4TC===".to_owned(),
        ];
        for before in ["", "a", "ab"] {
            all.push(STANDARD.encode(format!("{before}{KEY}xyz")));
            all.push(URL_SAFE_NO_PAD.encode(format!("{before}{KEY}")));
        }
        all
    }

    /// In letters that look like its own, with accents among them.
    fn in_other_letters() -> Vec<String> {
        vec![
            each(|c| format!("{c}\u{0301}")),
            each(|c| char::from_u32(c as u32 + 0xfee0).unwrap().into()),
            // Mathematical letters and digits, ringed ones, and the signs for a wavelength and a kelvin.
            each(|c| match c {
                'a'..='z' => char::from_u32(c as u32 - 97 + 0x1d41a).unwrap().into(),
                '0'..='9' => char::from_u32(c as u32 - 48 + 0x1d7ce).unwrap().into(),
                c => c.into(),
            }),
            each(|c| match c {
                'a'..='z' => char::from_u32(c as u32 - 97 + 0x24d0).unwrap().into(),
                c => c.into(),
            }),
            // Tags, and white letters in black rings and squares.
            each(|c| char::from_u32(c as u32 + 0xe0000).unwrap().into()),
            KEY.replacen("pla", "🅟🅛🅰", 1),
            KEY.replacen("pla", "🇵🇱🇦", 1),
            KEY.replacen("sk", "ſ\u{212a}", 1),
            // Wide ones as the escapes of their bytes.
            wide_bytes(|byte| format!("%{byte:02X}")),
            wide_bytes(|byte| format!("%25{byte:02X}")),
            wide_bytes(|byte| format!("\\x{byte:02x}")),
            wide_bytes(|byte| format!("\\{byte:o}")),
            "𝐬𝐤".bytes().map(|byte| format!("%{byte:02x}")).collect::<String>() + &KEY[2..],
        ]
    }

    /// The key in wide letters, each byte of them written so.
    fn wide_bytes(write: impl Fn(u8) -> String) -> String {
        each(|c| char::from_u32(c as u32 + 0xfee0).unwrap().into()).bytes().map(write).collect()
    }

    /// As much of the key as a reader could still find.
    fn shows(text: &str) -> bool {
        let text = squeezed(text);
        text.contains("planted") || text.contains("5f0c2a91")
    }

    #[test]
    fn a_key_is_found_in_all_its_clothes() {
        let secrets = secrets();
        for form in clothes() {
            let redacted = secrets.redact(format!("the key {form} is bad"));
            assert!(redacted.contains(REDACTED) && redacted.ends_with(" is bad"), "{form}: {redacted}");
            assert!(redacted.starts_with("the key "), "{form}: {redacted}");
            assert!(!shows(&redacted), "{form}: {redacted}");
        }
    }

    #[test]
    fn bytes_that_are_a_character_in_utf8_are_read_as_letters_of_latin1_too() {
        let secrets = secrets();
        for form in ["sk-planted-5f0%C7%B2a91", "sk-planted-5f0\\xc7\\xb2a91", "sk-planted-5f0%25C7%25B2a91"]
        {
            assert_eq!(secrets.redact(format!("a {form} b")), "a [key] b", "{form}");
        }
    }

    #[test]
    fn a_key_is_found_wherever_the_stream_is_cut() {
        let secrets = secrets();
        for form in clothes() {
            let text = format!("<svg> {form} </svg>");
            let cuts: Vec<usize> = (1..text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            for cut in cuts {
                let out = streamed(&secrets, [&text[..cut], &text[cut..]].map(str::to_owned));
                assert!(out.contains(REDACTED) && out.ends_with("</svg>"), "{form} cut at {cut}: {out}");
            }
            let out = streamed(&secrets, text.chars().map(String::from));
            assert!(out.contains(REDACTED), "{form} letter by letter: {out}");
        }
    }

    #[test]
    fn a_stream_that_ends_within_a_key_ends_before_it() {
        let secrets = secrets();
        for end in 7..KEY.len() {
            let cut = secrets.redact(format!("hi {}", &KEY[..end]));
            assert_eq!(cut, "hi [key]", "{end}");
        }
        assert_eq!(secrets.redact("keys begin with sk-p".to_owned()), "keys begin with sk-p");
    }

    #[test]
    fn a_short_key_is_found_as_it_is() {
        let mut secrets = Secrets::default();
        secrets.add("ollama");
        secrets.add("none");
        assert_eq!(secrets.redact("an ollama, an Ollama, none".to_owned()), "an [key], an Ollama, none");
    }

    #[test]
    fn json_keeps_its_shape() {
        let mut value = serde_json::json!({"a": [KEY, 1, {"b": "sk-plan"}], KEY: true});
        secrets().redact_json(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["[key]", 1, {"b": "sk-plan"}], "[key]": true}));
    }

    #[test]
    fn a_long_text_is_searched_whole_and_what_waits_is_bounded() {
        let secrets = secrets();
        let text = format!("{}{KEY}{}", "x".repeat(WINDOW - 5), "é".repeat(WINDOW));
        assert_eq!(secrets.redact(text.clone()), text.replace(KEY, REDACTED));
        let (mut reply, mut out) = (ReplyText::default(), SafeText::default());
        reply.push(&secrets, vec![(TextPart::Answer, "sk-pl".to_owned())], &mut out);
        for n in 1..3 * MAX_HELD {
            reply.push(&secrets, vec![(TextPart::Answer, " ".to_owned())], &mut out);
            assert!("sk-pl".len() + n - out.answer.len() <= MAX_HELD + 8);
        }
        assert!(out.answer.len() > MAX_HELD);
    }

    #[cfg(unix)]
    #[test]
    fn no_text_takes_many_times_as_long_as_another_of_its_length() {
        use rustix::time::{ClockId, clock_gettime};
        let secrets = secrets();
        let took = |unit: &str| {
            let text = unit.repeat(WINDOW / 2 / unit.len());
            let time = || {
                let time = clock_gettime(ClockId::ThreadCPUTime);
                time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
            };
            let begin = time();
            secrets.redact(text);
            time() - begin
        };
        let usual = took("<path d='M 0 9' n=\\\"1\\\"/>\\n");
        for unit in [
            "<a ",
            "<!-- ",
            "<!--<a ",
            "<?",
            "<![CDATA[",
            "&a",
            "&amp",
            "\\\\",
            "\\u005c",
            "%25",
            "sk-pla",
            "[a=",
            "[a ",
            "[b]",
            "[b][pl][/b]",
            "[THINK]",
            "<|a",
            "<|channel",
            "<|a|>",
            "<1>",
            "[zz][",
            "[",
            "\u{1b}[",
            "\u{1b}]a",
            "\u{1b}]\\",
            "\u{9b}1",
            "\u{1b}&a[b=<a ",
        ] {
            let took = took(unit);
            assert!(took < 12.0 * usual, "{unit}: {took} s, and {usual} s for what is usual");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_the_key_comes_through_unchanged(pieces in prop::collection::vec("[sk <>&;%\\\\a-z0-9é-]{0,12}", 0..20)) {
            prop_assert_eq!(streamed(&secrets(), pieces.clone()), pieces.concat());
        }
    }
}
