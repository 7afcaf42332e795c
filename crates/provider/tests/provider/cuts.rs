//! Bodies of answers, whole and damaged: whatever comes, reading ends, however it is cut over packets it says the same, and
//! the key that was sent is nowhere in it. `fuzz/fuzz_targets/frames.rs` does so with bodies that nobody wrote.

use std::sync::Arc;

use pelicycle_provider::{ReplyEventKind, ServiceModel, Variable};
use pelicycle_testkit::frames::{DIALECTS, ending, framed, part};
use pelicycle_testkit::loopback::KEY;
use pelicycle_testkit::mutated;

use crate::asking::services_with;

fn model(protocol: &str) -> ServiceModel {
    let providers = format!(
        "[test]\ndialect = \"{protocol}\"\nbase_url = \"http://127.0.0.1:9/\"\nkey_env = [\"TEST_KEY\"]\n"
    );
    let key = |name: &str| (name == "TEST_KEY").then(|| Variable::of_environment(KEY.to_owned()));
    services_with(&providers, Arc::new(key)).model("test", "m").unwrap()
}

/// A body of each protocol, with half pairs of a character, the key that was sent in pieces, and an error's shape.
fn body(protocol: &str) -> String {
    let (one, other) = KEY.split_at(KEY.len() / 2);
    let texts = ["<svg a=\\\"1\\\">\\ud83d", "\\udeb2", one, other, "</svg>"];
    let event = |json: String| format!("event: x\ndata: {json}\n\n");
    let part = |text: &str| match protocol {
        "chat" => event(format!(
            "{{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}"
        )),
        "responses" => event(format!(
            "{{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"{text}\"}}"
        )),
        "anthropic" => event(format!(
            "{{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}"
        )),
        "gemini" => event(format!(
            "{{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"{text}\"}}]}},\"index\":0}}]}}"
        )),
        _ => format!("{{\"message\":{{\"content\":\"{text}\"}},\"done\":false}}\r\n"),
    };
    let end = match protocol {
        "chat" => "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{}}]}\n\ndata: [DONE]\n\n",
        "responses" => {
            "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[]}}\n\n"
        }
        "anthropic" => {
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n"
        }
        "gemini" => {
            "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"totalTokenCount\":3}}\n\n"
        }
        _ => "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":5}\n",
    };
    let comment = if protocol == "ollama" { "\n" } else { ": comment\n\n" };
    texts.map(part).concat() + comment + end
}

#[test]
fn a_key_that_is_cut_where_an_answer_turns_out_as_reasoning_is_found() {
    let model = model("chat");
    for at in 1..KEY.len() {
        let (one, other) = KEY.split_at(at);
        let body = [one, &format!("{other} is mine.</think>"), "<svg/>"]
            .map(|text| {
                format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
            })
            .concat();
        let end = "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{}}]}\n\ndata: [DONE]\n\n";
        let (text, reasoning, _) = told(&model, &[body.as_bytes(), end.as_bytes()]).unwrap();
        assert!(text.ends_with("<svg/>") && reasoning.ends_with(" is mine."), "{text:?} {reasoning:?}");
        let all = text + &reasoning;
        assert!(!all.contains(one) || one.len() < 6, "{all:?}");
        assert!(!all.contains(other) || other.len() < 6, "{all:?}");
    }
}

/// The answer, the reasoning and the end that are told.
fn told(model: &ServiceModel, pieces: &[&[u8]]) -> Result<(String, String, String), String> {
    let (mut text, mut reasoning, mut end) = (String::new(), String::new(), String::new());
    for event in model.read_pieces(pieces.iter().copied())? {
        match event {
            ReplyEventKind::Delta(delta) => {
                text.push_str(&delta.text);
                reasoning.push_str(&delta.reasoning);
            }
            ReplyEventKind::End(done) => end = format!("{done:?}"),
            ReplyEventKind::Sent(_) | ReplyEventKind::Metadata(_) => {}
        }
    }
    Ok((text, reasoning, end))
}

#[test]
fn cuts_and_damage_change_nothing_but_what_they_damage() {
    for protocol in DIALECTS {
        let model = model(protocol);
        let whole = body(protocol);
        let (text, _, end) = told(&model, &[whole.as_bytes()]).unwrap();
        assert!(text.starts_with("<svg a=\"1\">\u{1f6b2}") && text.ends_with("</svg>"), "{protocol}: {text}");
        assert!(end.contains("Complete"), "{protocol}: {end}");
        for (round, bytes) in mutated(whole.as_bytes(), 200).enumerate() {
            // Places that have nothing to do with what was changed.
            let (one, other) = bytes.split_at(bytes.len() * (round % 97) / 97);
            let (first, second) = one.split_at(one.len() * (round % 13) / 13);
            let together = told(&model, &[&bytes]);
            assert_eq!(
                told(&model, &[first, second, other]),
                together,
                "{}",
                String::from_utf8_lossy(&bytes)
            );
            assert!(!format!("{together:?}").contains(KEY), "{together:?}");
        }
    }
}

#[test]
fn a_key_is_found_whose_tag_an_answer_begins_and_reasoning_ends() {
    for (protocol, before, after) in [
        ("chat", "sk-pl[", "b]anted-5f0c2a91 it is"),
        ("chat", "\\u0026#x73;<", "b>\\u0026#x6b;planted-5f0c2a91 sk"),
        ("ollama", "sk-pl<", "/b>anted-5f0c2a91 sk"),
    ] {
        let frames = match protocol {
            "chat" => vec![
                format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{before}\"}}}}]}}\n\n"),
                format!("data: {{\"choices\":[{{\"delta\":{{\"reasoning_content\":\"{after}\"}}}}]}}\n\n"),
                "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{}}]}\n\n".to_owned(),
            ],
            _ => vec![
                format!("{{\"message\":{{\"content\":\"{before}\"}},\"done\":false}}\n"),
                format!("{{\"message\":{{\"thinking\":\"{after}\"}},\"done\":false}}\n"),
                "{\"message\":{},\"done\":true,\"done_reason\":\"stop\"}\n".to_owned(),
            ],
        };
        let (text, reasoning, _) = told(&model(protocol), &[frames.concat().as_bytes()]).unwrap();
        assert!(!reasoning.contains("5f0c") && reasoning.contains("[key]"), "{protocol}: {text}|{reasoning}");
    }
}

/// A piece of the reasoning, or else of the answer.
type SaidPiece<'a> = (bool, &'a str);

/// What comes out of a stream that says these pieces.
fn told_of(dialect: &str, pieces: &[SaidPiece<'_>]) -> (String, String) {
    let parts = pieces.iter().map(|(thinks, piece)| part(dialect, *thinks, piece));
    let body: String =
        parts.chain(ending(dialect)).map(|frame| framed(dialect, &frame.to_string())).collect();
    let (text, reasoning, _) = told(&model(dialect), &[body.as_bytes()]).unwrap();
    (text, reasoning)
}

#[test]
fn a_key_that_changes_its_part_within_an_escape_or_a_mark_comes_out_in_neither() {
    const THINKS: bool = true;
    const ANSWERS: bool = false;
    let written =
        |from: usize, write: fn(u8) -> String| KEY.bytes().skip(from).map(write).collect::<String>();
    let percent = written(2, |byte| format!("%{byte:02X}"));
    let entities = written(2, |byte| format!("&#x{byte:x};"));
    let twice = written(2, |byte| format!("&amp;#x{byte:x};"));
    let octal = written(2, |byte| format!("\\{byte:o}"));
    let escapes = written(1, |byte| format!("\\u{byte:04x}"));
    let cases: [(&str, Vec<SaidPiece<'_>>, &str); 7] = [
        // The mark of reasoning ends where that comes which begins like a key, and the next change is open already.
        (
            "chat",
            vec![
                (ANSWERS, "sk-pl<|END_THINKING|>%73</"),
                (THINKS, "think>%"),
                (THINKS, "6B"),
                (THINKS, &percent),
            ],
            "%70%6C%61",
        ),
        (
            "ollama",
            vec![
                (ANSWERS, "so: [/THINK]&#x"),
                (ANSWERS, "73;&#x6b;["),
                (THINKS, "/T"),
                (THINKS, "HINK]"),
                (THINKS, &entities),
            ],
            "&#x70;&#x6c;",
        ),
        (
            "ollama",
            vec![(ANSWERS, "sk<|END_THINKING|>\\u007"), (THINKS, "3"), (THINKS, &escapes)],
            "\\u0070\\u006c",
        ),
        // What may begin a mark is held back, and stands where it came.
        (
            "chat",
            vec![
                (ANSWERS, "<seed:think>sk-pl<br/>anted<"),
                (THINKS, "hr>-5f0c2a91"),
                (ANSWERS, "</seed:think><svg/>"),
            ],
            "5f0c",
        ),
        // A part is gone on with, left within an escape, and come back to.
        (
            "gemini",
            vec![
                (THINKS, "Hm "),
                (ANSWERS, "&amp;#x73;&amp;#x6"),
                (THINKS, "b;"),
                (THINKS, &twice),
                (ANSWERS, " <svg/>"),
            ],
            "#x70;&amp;#x6c;",
        ),
        (
            "anthropic",
            vec![
                (THINKS, "Hm "),
                (ANSWERS, "\\163\\1"),
                (THINKS, "53"),
                (THINKS, &octal),
                (ANSWERS, " <svg/>"),
            ],
            "\\160\\154",
        ),
        (
            "responses",
            vec![(THINKS, "%7"), (ANSWERS, "3%"), (THINKS, "6B"), (ANSWERS, &percent), (THINKS, " so")],
            "%70%6C%61",
        ),
    ];
    let all = cases.map(|(dialect, pieces, core)| {
        let (text, reasoning) = told_of(dialect, &pieces);
        (format!("{dialect}: {reasoning}|{text}"), core)
    });
    let leaks: Vec<_> =
        all.iter().filter(|(all, core)| all.contains(core) || !all.contains("[key]")).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn a_key_is_found_whose_mathematical_letter_is_cut_between_the_parts() {
    for (first, second) in [("content", "reasoning_content"), ("reasoning_content", "content")] {
        let frame = |place: &str, text: &str| {
            format!("data: {{\"choices\":[{{\"delta\":{{\"{place}\":\"{text}\"}}}}]}}\n\n")
        };
        // The letters 𝐬 and 𝐤 as JSON escapes them.
        let body = frame(first, "so \\ud835")
            + &frame(second, &format!("\\udc2c\\ud835\\udc24{} is it", &KEY[2..]))
            + "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{}}]}\n\n";
        let (text, reasoning, _) = told(&model("chat"), &[body.as_bytes()]).unwrap();
        let all = format!("{reasoning}|{text}");
        assert!(!all.contains("anted") && all.contains("[key] is it"), "{all}");
    }
}

#[test]
fn words_of_an_error_go_on_with_no_key_whose_last_sign_may_begin_a_mark() {
    let model = model("chat");
    for (before, after) in
        [("a sk-pl<", "b>anted-5f0c2a91 is bad"), ("<think>a sk-pl[", "b]anted-5f0c2a91 is bad")]
    {
        let body = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{before}\"}}}}]}}\n\n")
            + &format!("data: {{\"error\":{{\"message\":\"{after}\",\"code\":500}}}}\n\n");
        let (text, reasoning, end) = told(&model, &[body.as_bytes()]).unwrap();
        assert!(end.contains("[key] is bad") && !end.contains("anted"), "{text}|{reasoning}|{end}");
    }
}
