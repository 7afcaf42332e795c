//! A stream that says a key in other clothes: encoded, broken by marks also within an escape, cut over frames and over reasoning,
//! answer, refusal and the words at its end. What is made here is what SECURITY.md promises to find.

use serde_json::Value;

use crate::frames::{ending, ends_with_words, framed, part, refusal};

/// The texts that may stand before and after the key.
const FILLERS: [&str; 10] =
    ["", "so: ", "é🚲", "sk", "sk-pl", " it is ", "\n```svg\n<path d=\"M1 1\"/>\n", "<svg>", "5f0c", "-"];

/// The marks of reasoning, which may stand within the writing of a character as well: they are taken out before it is read.
const REASONING_MARKS: [&str; 4] = ["</think>", "[/THINK]", "<|END_THINKING|>", "◁/think▷"];

/// The marks that may stand between its characters: signs, tags, codes for terminals, and marks of reasoning.
const MARKS: [&str; 18] = [
    "-",
    " ",
    "\n",
    "\t",
    "\u{200b}",
    "**",
    "<b>",
    "</b>",
    "<i class=\"x\">",
    "<!-- a > b -->",
    "\u{1b}[1;31m",
    "[b]",
    "[/b]",
    "[color=red]",
    REASONING_MARKS[0],
    REASONING_MARKS[1],
    REASONING_MARKS[2],
    REASONING_MARKS[3],
];

/// A key in other clothes within a stream.
#[derive(Debug)]
pub struct Disguised {
    /// The body of the answer.
    pub body: Vec<u8>,
    /// The text that must not come out of it in one piece.
    pub core: String,
}

/// Chooses by the bytes of an input, and by zeros after its end.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(*self.0.next().unwrap_or(&0)) % bound
    }

    fn of<'b>(&mut self, list: &[&'b str]) -> &'b str {
        list[self.below(list.len())]
    }
}

/// A stream of this protocol in which the bytes choose how the key is said.
#[must_use]
pub fn stream(dialect: &str, key: &str, data: &[u8]) -> Disguised {
    let mut choices = Choices(data.iter());
    let units = units(key, &mut choices);
    let (first, last) = (2.min(units.len()), units.len().saturating_sub(4));
    let (before, after) = (choices.of(&FILLERS), choices.of(&FILLERS));
    let mut said = before.to_owned();
    let mut core = String::new();
    let mut marks = choices.below(8);
    for (n, unit) in units.iter().enumerate() {
        let mut piece = unit.clone();
        if marks > 0 {
            match choices.below(6) {
                0 | 1 => piece += choices.of(&MARKS),
                2 => {
                    let at = piece.floor_char_boundary(choices.below(unit.len()));
                    piece.insert_str(at, choices.of(&REASONING_MARKS));
                }
                _ => marks += 1,
            }
            marks -= 1;
        }
        if (first..last).contains(&n) {
            core += if n + 1 == last { unit } else { &piece };
        }
        said += &piece;
    }
    said += after;
    let mut pieces = Vec::new();
    let mut rest = said.as_str();
    for _ in 0..choices.below(24) {
        let (piece, next) = rest.split_at(rest.floor_char_boundary(choices.below(16)));
        pieces.push(piece);
        rest = next;
    }
    pieces.push(rest);
    let (thinks_first, turns) = (choices.below(2) == 1, choices.below(pieces.len() + 1));
    let at_end = choices.below(4);
    let (pieces, last) =
        pieces.split_at(pieces.len() - if at_end == 0 { 0 } else { choices.below(pieces.len()) });
    let parts =
        pieces.iter().enumerate().map(|(n, piece)| part(dialect, thinks_first != (n >= turns), piece));
    let frames: Vec<Value> = parts.chain(end(dialect, at_end == 1, last, &mut choices)).collect();
    let body: String = frames.iter().map(|frame| framed(dialect, &frame.to_string())).collect();
    Disguised { body: body.into_bytes(), core }
}

/// The end of a stream that says these pieces last: as a refusal where that is asked for and the protocol has such, or else as words
/// for the end.
fn end(dialect: &str, refuses: bool, pieces: &[&str], choices: &mut Choices<'_>) -> Vec<Value> {
    let refusals: Option<Vec<Value>> = pieces.iter().map(|piece| refusal(dialect, piece)).collect();
    match refusals.filter(|_| refuses) {
        _ if pieces.is_empty() => ending(dialect),
        Some(refusals) => [refusals, ending(dialect)].concat(),
        None => {
            let mut ends = ends_with_words(dialect, &pieces.concat());
            ends.swap_remove(choices.below(ends.len()))
        }
    }
}

/// The key in one of many clothes, a character each.
fn units(key: &str, choices: &mut Choices<'_>) -> Vec<String> {
    let each = |write: &dyn Fn(char) -> String| key.chars().map(write).collect::<Vec<_>>();
    let percent = choices.below(4) == 0;
    let units = match choices.below(15) {
        0 => each(&|c| c.to_uppercase().to_string()),
        1 => each(&|c| format!("\\u{:04x}", c as u32)),
        2 => each(&|c| format!("%{:02X}", c as u32)),
        3 => each(&|c| format!("&#{};", c as u32)),
        4 => each(&|c| format!("&#x{:x};", c as u32)),
        5 => each(&|c| format!("{:02x}", c as u32)),
        6 => each(&|c| format!("{} ", c as u32)),
        7 => key.chars().rev().map(String::from).collect(),
        8 => each(&|c| char::from_u32(c as u32 + 0xfee0).unwrap_or(c).to_string()),
        9 => {
            let before = ["", "a", "ab"][choices.below(3)];
            base64(format!("{before}{key}").as_bytes()).chars().map(String::from).collect()
        }
        10 => each(&|c| format!("\\x{:02x}", c as u32)),
        11 => each(&|c| format!("\\{:o}", c as u32)),
        12 => {
            let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap_or(c).to_string();
            each(&|c| wide(c).bytes().map(|byte| format!("%{byte:02X}")).collect())
        }
        _ => each(&|c| c.to_string()),
    };
    if !percent {
        return units;
    }
    // The whole writing percent-encoded: what was escaped is so twice.
    units.iter().map(|unit| unit.bytes().map(|byte| format!("%{byte:02X}")).collect()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = |chunk: &[u8]| {
        let number = (0..3).fold(0, |n, at| n << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        let letters = (0..=chunk.len()).map(move |at| LETTERS[number >> (18 - 6 * at) & 63] as char);
        letters.collect::<String>()
    };
    bytes.chunks(3).map(three).collect()
}

/// The places of all texts of the model's and of the words for the end, in the frames of each protocol.
fn places(dialect: &str) -> &'static [&'static str] {
    match dialect {
        "chat" => &[
            "/choices/0/delta/reasoning_content",
            "/choices/0/delta/content",
            "/choices/0/delta/refusal",
            "/choices/0/finish_reason",
            "/error/message",
        ],
        "responses" => {
            &["/delta", "/message", "/response/error/message", "/response/incomplete_details/reason"]
        }
        "anthropic" => {
            &["/delta/thinking", "/delta/text", "/delta/stop_details/explanation", "/error/message"]
        }
        "gemini" => &[
            "/candidates/0/content/parts/0/text",
            "/candidates/0/finishMessage",
            "/promptFeedback/blockReason",
            "/error/message",
        ],
        _ => &["/message/thinking", "/message/content", "/done_reason", "/error"],
    }
}

/// The text in the frames of a trace, joined as a reader of it would.
#[must_use]
pub fn joined(dialect: &str, trace: &str) -> String {
    let frames =
        trace.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("< ")?).ok());
    let said = |frame: Value| -> String {
        places(dialect).iter().filter_map(|place| frame.pointer(place)?.as_str()).collect()
    };
    frames.map(said).collect()
}
