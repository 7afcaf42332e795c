//! A service that says its key in every way: nothing of it comes out, through any protocol.

use std::sync::{Arc, Mutex};

use pelicycle_provider::{Services, Variable};
use pelicycle_testkit::frames::{DIALECTS, ending, ends_with_words, framed, part, refusal};
use pelicycle_testkit::loopback::{KEY, ScriptedServer, ServerStep, answer, chunk, end, events};
use serde_json::{Value, json};

use crate::asking::{ReceivedReply, ask};

/// The frames of a whole stream that says these pieces, as text and as reasoning.
fn frames(dialect: &str, pieces: &[String]) -> Vec<Value> {
    let both = |piece: &String| [part(dialect, true, piece), part(dialect, false, piece)];
    let mut frames: Vec<Value> = pieces.iter().flat_map(both).collect();
    frames.extend(ending(dialect));
    frames
}

/// A frame that says these two texts, the first one first.
type FrameShape = fn(&str, &str) -> Value;

/// A frame of Gemini's with these parts.
fn gemini(parts: &Value) -> Value {
    json!({"candidates": [{"content": {"parts": parts}}]})
}

fn steps(dialect: &str, frames: &[String]) -> Vec<ServerStep> {
    let framed = frames.iter().map(|frame| chunk(framed(dialect, frame)));
    [vec![events()], framed.collect(), vec![end()]].concat()
}

/// Asks and gives what was heard, with all that was traced.
fn heard(dialect: &str, steps: Vec<ServerStep>) -> (ReceivedReply, String) {
    let server = ScriptedServer::new(vec![steps]);
    let said = Arc::new(Mutex::new(String::new()));
    let listener = Arc::clone(&said);
    let text = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"{}\"\nkey_env = [\"TEST_KEY\"]\ntries = 1\n\
         headers = {{ x-gate-token = \"planted-gate-77fe\", x-plain = \"shown-nowhere-1\" }}\n\
         header_env = {{ x-team = \"TEAM\" }}\n",
        server.url("")
    );
    let variables = Arc::new(|name: &str| match name {
        "TEST_KEY" => Some(Variable::of_environment(KEY.to_owned())),
        "TEAM" => Some(Variable::of_environment("planted-team-90ab".to_owned())),
        _ => None,
    });
    let own = pelicycle_provider::ConfigurationSource { name: "test.toml".to_owned(), own: true };
    let services = Services::new(variables).changed(&toml::from_str(&text).unwrap(), &own).unwrap().traced(
        Arc::new(move |line: &str| {
            listener.lock().unwrap().push_str(line);
            listener.lock().unwrap().push('\n');
        }),
    );
    let heard = ask(&services.model("test", "m").unwrap());
    let said = said.lock().unwrap().clone();
    (heard, said)
}

/// Whether a reader who knows the key's letters could still find a part of it.
fn shows(text: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let text = letters(text);
    ["planted", "5f0c2a91", "77fe", "90ab", "shownnowhere"].iter().any(|part| text.contains(part))
}

/// All that was heard, as text.
fn all(heard: &ReceivedReply) -> String {
    format!("{}\n{}\n{:?}\n{:?}", heard.text, heard.reasoning, heard.account, heard.done)
}

#[test]
fn a_key_that_is_cut_over_frames_comes_out_nowhere() {
    for dialect in DIALECTS {
        for cut in (1..KEY.len()).step_by(3) {
            let pieces = [format!("<svg>{}", &KEY[..cut]), format!("{}</svg>", &KEY[cut..])];
            let frames: Vec<String> = frames(dialect, &pieces).iter().map(Value::to_string).collect();
            let (heard, traced) = heard(dialect, steps(dialect, &frames));
            assert_eq!(heard.text, "<svg>[key]</svg>", "{dialect} {cut}");
            assert_eq!(heard.reasoning, "<svg>[key]</svg>", "{dialect} {cut}");
            let without_frames = |text: &str| -> String {
                // The two halves, as whoever joins the texts of the frames reads them.
                text.lines().filter(|line| line.contains(&KEY[..cut.max(5)])).collect()
            };
            assert!(!shows(&without_frames(&traced)), "{dialect} {cut}: {traced}");
        }
        let letters: Vec<String> = KEY.chars().map(String::from).collect();
        let frames: Vec<String> = frames(dialect, &letters).iter().map(Value::to_string).collect();
        let (heard, traced) = heard(dialect, steps(dialect, &frames));
        assert_eq!((heard.text.as_str(), heard.reasoning.as_str()), ("[key]", "[key]"), "{dialect}");
        // Joined again, as a reader of the trace could do it.
        let joined: String = traced
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("< ")?).ok())
            .map(|frame| letters_of(&frame))
            .collect();
        assert!(!shows(&joined), "{dialect}: {joined}");
    }
}

/// The single letters in a frame, each once.
fn letters_of(frame: &Value) -> String {
    match frame {
        Value::String(text) if text.len() == 1 => text.clone(),
        Value::Array(list) => list.iter().map(letters_of).find(|text| !text.is_empty()).unwrap_or_default(),
        Value::Object(map) => map.values().map(letters_of).find(|text| !text.is_empty()).unwrap_or_default(),
        _ => String::new(),
    }
}

#[test]
fn a_key_that_is_cut_between_reasoning_answer_and_error_comes_out_nowhere() {
    for dialect in DIALECTS {
        for cut in [1, 4, 11] {
            let (before, after) = KEY.split_at(cut);
            for thinks_first in [true, false] {
                let mut frames = vec![
                    part(dialect, thinks_first, &format!("a {before}")),
                    part(dialect, !thinks_first, &format!("{after} b")),
                ];
                frames.extend(ending(dialect));
                let frames: Vec<String> = frames.iter().map(Value::to_string).collect();
                let (heard, traced) = heard(dialect, steps(dialect, &frames));
                assert!(all(&heard).contains("[key] b"), "{dialect} {cut}: {}", all(&heard));
                assert!(!all(&heard).contains(after) && !traced.contains(after), "{dialect} {cut}: {traced}");
            }
            let error = match dialect {
                "ollama" => json!({ "error": after }),
                "anthropic" => json!({"type": "error", "error": {"message": after}}),
                _ => json!({"error": {"message": after, "code": 500}}),
            };
            let frames = [part(dialect, false, &format!("a {before}")), error].map(|frame| frame.to_string());
            let (heard, traced) = heard(dialect, steps(dialect, &frames));
            assert!(heard.error().contains("[key]"), "{dialect} {cut}: {}", heard.error());
            assert!(!all(&heard).contains(after) && !traced.contains(after), "{dialect} {cut}: {traced}");
        }
    }
}

#[test]
fn a_key_that_is_cut_between_a_reply_and_the_words_at_its_end_comes_out_nowhere() {
    for dialect in DIALECTS {
        for (cut, reasoning) in [(1, false), (3, true), (4, false), (5, true), (11, false)] {
            let (before, after) = KEY.split_at(cut);
            let words = format!("{after} b");
            let begin = part(dialect, reasoning, &format!("a {before}"));
            let refused = refusal(dialect, &words).map(|frame| [vec![frame], ending(dialect)].concat());
            for end in refused.into_iter().chain(ends_with_words(dialect, &words)) {
                let frames = std::iter::once(&begin).chain(&end).map(Value::to_string).collect::<Vec<_>>();
                let (heard, traced) = heard(dialect, steps(dialect, &frames));
                let all = all(&heard);
                assert!(
                    !all.contains(after) && !traced.contains(after),
                    "{dialect} {cut}: {all}\n{traced}\n{frames:?}"
                );
            }
        }
    }
}

#[test]
fn a_key_that_is_cut_over_a_refusal_and_an_answer_comes_out_nowhere() {
    for dialect in ["chat", "responses"] {
        for [first, second] in [[3, 9], [5, 12], [1, 14]] {
            let refused = |piece: &str| refusal(dialect, piece).unwrap();
            let pieces = [&KEY[..first], &KEY[first..second], &KEY[second..]];
            for frames in [
                vec![refused(pieces[0]), part(dialect, false, pieces[1]), refused(pieces[2])],
                vec![part(dialect, true, pieces[0]), refused(pieces[1]), part(dialect, false, pieces[2])],
                vec![refused(pieces[0]), refused(pieces[1]), refused(pieces[2])],
                vec![part(dialect, false, pieces[0]), part(dialect, true, "it is "), refused(&KEY[first..])],
            ] {
                let frames = [frames, ending(dialect)].concat();
                let frames = frames.iter().map(Value::to_string).collect::<Vec<_>>();
                let (heard, traced) = heard(dialect, steps(dialect, &frames));
                let all = all(&heard);
                for said in [&all, &traced] {
                    assert!(!said.contains(pieces[2]), "{dialect} {first} {second}: {said}\n{frames:?}");
                }
                assert!(heard.error().contains("[key]"), "{}", heard.error());
            }
        }
    }
}

#[test]
fn no_key_is_traced_after_another_one_or_after_many_frames() {
    let (before, after) = KEY.split_at(5);
    for dialect in DIALECTS {
        let traced_of = |mut parts: Vec<Value>| {
            parts.extend(ending(dialect));
            let frames: Vec<String> = parts.iter().map(Value::to_string).collect();
            heard(dialect, steps(dialect, &frames)).1
        };
        // One frame ends the key and begins it again, in its own place or another.
        let again = format!("{after} {before}");
        for places in [[false; 3], [true, false, false], [true, false, true]] {
            let pieces = [before, again.as_str(), after];
            let parts = places.iter().zip(pieces).map(|(thinks, text)| part(dialect, *thinks, text));
            let traced = traced_of(parts.collect());
            assert!(!traced.contains(after), "{dialect} {places:?}: {traced}");
        }
        // More frames between its parts than wait.
        let mut parts = vec![part(dialect, true, before)];
        parts.extend((0..300).map(|_| part(dialect, false, "- ")));
        parts.push(part(dialect, true, after));
        let traced = traced_of(parts);
        assert!(!traced.contains(after) && !traced.contains(before), "{dialect}: {traced}");
        assert!(traced.matches("\"- ").count() > 20, "what follows is told: {dialect}: {traced}");
    }
}

#[test]
fn no_key_is_traced_that_other_text_parts_or_that_one_frame_says() {
    let (before, after) = KEY.split_at(5);
    for dialect in DIALECTS {
        for thinks in [true, false] {
            // The rest of the key comes in its own part, after text of the other one; or its first letter does not.
            let (first, rest) = KEY.split_at(1);
            let (second, third) = rest.split_at(5);
            for pieces in [[before, "hello", after], [first, second, third]] {
                let places =
                    if pieces[1] == "hello" { [thinks, !thinks, thinks] } else { [thinks, !thinks, !thinks] };
                let mut parts: Vec<Value> =
                    places.iter().zip(pieces).map(|(thinks, text)| part(dialect, *thinks, text)).collect();
                parts.extend(ending(dialect));
                let frames: Vec<String> = parts.iter().map(Value::to_string).collect();
                let (heard, traced) = heard(dialect, steps(dialect, &frames));
                assert!(!traced.contains(pieces[2]), "{dialect} {pieces:?}: {traced}");
                assert!(!all(&heard).contains(pieces[2]), "{dialect} {pieces:?}: {}", all(&heard));
            }
        }
    }
    // One frame says the whole key in the order of its strings; or backwards, which reasoning before answer turns round.
    let shapes: [(&str, bool, FrameShape); 7] = [
        ("chat", false, |a, b| json!({"choices": [{"delta": {"reasoning_content": a, "content": b}}]})),
        ("chat", true, |a, b| json!({"choices": [{"delta": {"content": a, "reasoning_content": b}}]})),
        ("chat", false, |a, b| json!({"choices": [{"delta": {"content": [{"text": a}, {"text": b}]}}]})),
        ("gemini", false, |a, b| gemini(&json!([{"text": a, "thought": true}, {"text": b}]))),
        ("gemini", true, |a, b| gemini(&json!([{"text": a}, {"text": b, "thought": true}]))),
        ("ollama", false, |a, b| json!({"message": {"thinking": a, "content": b}, "done": false})),
        ("ollama", true, |a, b| json!({"message": {"content": a, "thinking": b}, "done": false})),
    ];
    for (dialect, answers_first, shape) in shapes {
        let heard_of = |frame: &Value| {
            let frames: Vec<String> =
                std::iter::once(frame).chain(&ending(dialect)).map(Value::to_string).collect();
            let (heard, traced) = heard(dialect, steps(dialect, &frames));
            (heard.reasoning + &heard.text, traced)
        };
        let frame = shape(before, after);
        let (joined, traced) = heard_of(&frame);
        assert!(!traced.contains(after), "{frame}: {traced}");
        assert!(!joined.contains(after), "{frame}: {joined}");
        if answers_first {
            let frame = shape(after, before);
            let (joined, _) = heard_of(&frame);
            assert!(joined.contains("[key]") && !joined.contains(KEY), "{frame}: {joined}");
        }
    }
    let body = json!({"error": {"message": before, "type": after}}).to_string();
    let (heard, traced) = heard("chat", answer(400, "application/json", &[], &body));
    assert!(!traced.contains(after) && !all(&heard).contains(after), "{traced}");
}

#[test]
fn a_key_in_disguise_comes_out_nowhere() {
    use base64::Engine as _;
    let escaped: String = KEY.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
    let percent: String = KEY.bytes().map(|b| format!("%{b:02x}")).collect();
    let entities: String = KEY.chars().map(|c| format!("&#{};", c as u32)).collect();
    let forms = [
        KEY.to_uppercase(),
        escaped.clone(),
        percent,
        entities,
        KEY.replace("plan", "plan<b>").replace("5f", "</b>5f"),
        base64::engine::general_purpose::STANDARD.encode(format!("Bearer {KEY}")),
    ];
    for dialect in DIALECTS {
        for form in &forms {
            let middle = form.len() / 2;
            for pieces in
                [vec![format!("a {form} b")], vec![form[..middle].to_owned(), form[middle..].to_owned()]]
            {
                let frames: Vec<String> = frames(dialect, &pieces).iter().map(Value::to_string).collect();
                let (heard, traced) = heard(dialect, steps(dialect, &frames));
                assert!(
                    heard.text.contains("[key]") && heard.reasoning.contains("[key]"),
                    "{dialect} {form}"
                );
                assert!(!shows(&all(&heard)), "{dialect} {form}: {}", all(&heard));
                assert!(!traced.contains(form.as_str()), "{dialect} {form}: {traced}");
            }
        }
        // Escaped by the frame's own JSON.
        let pieces = ["MARK".to_owned()];
        let frames: Vec<String> =
            frames(dialect, &pieces).iter().map(|f| f.to_string().replace("MARK", &escaped)).collect();
        let (heard, traced) = heard(dialect, steps(dialect, &frames));
        assert_eq!((heard.text.as_str(), heard.reasoning.as_str()), ("[key]", "[key]"), "{dialect}");
        assert!(!traced.contains(&escaped[6..]), "{dialect}: {traced}");
    }
}

#[test]
fn no_part_of_a_key_is_left_where_words_are_shortened() {
    // Our own bound on a service's words falls within the key.
    for before in 585..605 {
        let words = format!("{}{KEY}", "é".repeat(before));
        let body = json!({"error": {"message": words, "code": "x"}}).to_string();
        let (failed, _) = heard("chat", answer(400, "application/json", &[], &body));
        assert!(!shows(&all(&failed)), "{before}: {}", failed.error());
        let refusal = json!({"choices": [{"delta": {"refusal": words}}]}).to_string();
        let stop = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}).to_string();
        let (refused, _) = heard("chat", steps("chat", &[refusal, stop, "[DONE]".to_owned()]));
        assert!(refused.error().contains("declined") && !shows(&all(&refused)), "{before}");
        let header = format!("x-request-id: {}{KEY}", "x".repeat(before));
        let (kept, _) = heard("chat", answer(400, "application/json", &[&header], "{}"));
        assert!(!shows(&all(&kept)), "{before}: {:?}", kept.account);
        let coding = format!("content-encoding: {}{KEY}", "x".repeat(before));
        for status in [200, 400].into_iter().filter(|_| before % 5 == 0) {
            let (coded, _) = heard("chat", answer(status, "text/event-stream", &[&coding], ""));
            assert!(!shows(&all(&coded)), "{before}: {}", coded.error());
        }
        let named = format!("x-ratelimit-{}{KEY}: 1", "x".repeat(before));
        let (named, _) = heard("chat", answer(400, "application/json", &[&named], "{}"));
        assert!(!shows(&all(&named)), "{before}: {:?}", named.account);
        let place = format!("location: http://127.0.0.2/{}{KEY}", "x".repeat(before));
        let (moved, _) = heard("chat", answer(307, "text/plain", &[&place], ""));
        assert!(!shows(&all(&moved)), "{before}: {}", moved.error());
        let broken = format!("{}{KEY}", "x".repeat(before));
        let (broken, _) = heard("chat", steps("chat", &[broken]));
        assert!(!shows(&all(&broken)), "{before}: {}", broken.error());
    }
    // A reply that is cut within it.
    let frames = frames("chat", &[KEY[..14].to_owned()]);
    let (cut, _) = heard("chat", steps("chat", &[frames[0].to_string(), frames[1].to_string()]));
    assert_eq!((cut.text.as_str(), cut.reasoning.as_str()), ("[key]", "[key]"));
}

#[test]
fn configured_headers_are_sent_and_shown_nowhere() {
    let echo = ScriptedServer::answering(|_, seen| {
        let said = format!("{:?}", seen.headers);
        answer(400, "application/json", &[], &json!({"error": {"message": said}}).to_string())
    });
    drop(echo);
    let said =
        json!({"error": {"message": "planted-gate-77fe planted-team-90ab sk-planted-5f0c2a91"}}).to_string();
    let cookie = "set-cookie: session=planted-cookie";
    let (heard, traced) = heard("chat", answer(400, "application/json", &[cookie], &said));
    assert!(!shows(&all(&heard)) && !shows(&traced), "{traced}");
    for header in ["authorization", "x-gate-token", "x-team", "x-plain"] {
        assert!(traced.contains(&format!("{header}: [hidden]")), "{header}: {traced}");
    }
    assert!(traced.contains("content-type: application/json"), "{traced}");
}
