//! Answers whose frames are not quite what their protocol says: whoever stands between here and the model frames anew.

use pelicycle_record::Outcome;
use pelicycle_testkit::loopback::{CHAT_END, ScriptedServer, ServerStep, answer, chat_text};

use crate::asking::{ReceivedReply, ask, remote};

const OLLAMA: [&str; 2] = [
    r#"{"model":"m","message":{"role":"assistant","content":"<svg/>"},"done":false}"#,
    r#"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":5}"#,
];

fn played(dialect: &str, kind: &str, body: &str) -> ReceivedReply {
    let steps: Vec<ServerStep> = answer(200, kind, &[], body);
    ask(&remote(&ScriptedServer::new(vec![steps]), dialect, "tries = 1"))
}

fn is_drawn(dialect: &str, kind: &str, body: &str) {
    let heard = played(dialect, kind, body);
    assert_eq!((heard.text.as_str(), heard.outcome()), ("<svg/>", Outcome::Complete), "{body}\n{heard:?}");
}

#[test]
fn chunks_that_nothing_parts_are_read_one_by_one() {
    let stream = format!("{}{}{CHAT_END}", chat_text("<svg"), chat_text("/>"));
    is_drawn("chat", "text/event-stream", &stream.replace("\n\n", "\n"));
    is_drawn("chat", "text/event-stream", &stream.replace("data: ", "data: data: "));
    let together = stream.replacen("\n\ndata: ", "", 1);
    assert!(together.contains("}{"));
    is_drawn("chat", "text/event-stream", &together);
    is_drawn("ollama", "application/x-ndjson", &OLLAMA.concat());
    let named = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"<svg/>\"}}\n\
        event: message_stop\ndata: {\"type\":\"message_stop\"}\n";
    is_drawn("anthropic", "text/event-stream", named);
}

#[test]
fn lines_that_come_as_events_and_one_that_goes_over_many_are_read() {
    let events: String = OLLAMA.map(|line| format!("data: {line}\n\n")).concat();
    is_drawn("ollama", "text/event-stream", &events);
    is_drawn("ollama", "text/event-stream", &format!(": hello\n\n{events}data: [DONE]\n\n"));
    let whole = OLLAMA[1].replace("\"content\":\"\"", "\"content\":\"<svg/>\"");
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&whole).unwrap());
    is_drawn("ollama", "application/json", &pretty.unwrap());
}

#[test]
fn words_that_keep_a_connection_alive_are_passed_over() {
    for alive in [
        "data: ping\n\n",
        "data: keep-alive\n\n",
        "data: [HEARTBEAT]\n\n",
        "data: Keep_Alive\n\n",
        "data: processing...\n\n",
        "data: [WAITING]\n\n",
        "event: ping\ndata:\n\n",
        "event: heartbeat\ndata: Still at work, 3 s\n\n",
        "event: keepalive\ndata: {\"at\":3}\n\n",
    ] {
        let (text, end) = (chat_text("<svg"), chat_text("/>"));
        is_drawn("chat", "text/event-stream", &format!("{alive}{text}{alive}{end}{CHAT_END}"));
        let nothing = played("chat", "text/event-stream", alive);
        assert_eq!(nothing.outcome(), Outcome::Error, "{alive}");
    }
    let words = played("chat", "text/event-stream", &format!("{}data: no more room\n\n", chat_text("<svg")));
    assert_eq!(words.outcome(), Outcome::Error);
    assert!(words.error().contains("no more room"), "{words:?}");
}

#[test]
fn a_lone_word_that_is_no_sign_of_life_is_an_error_in_the_services_words() {
    for word in ["overloaded", "error", "timeout", "unauthorized", "[ERROR]", "Internal", "quota_exceeded"] {
        for begun in ["", &chat_text("<svg")] {
            for end in ["\n\n", "\n", ""] {
                let told = played("chat", "text/event-stream", &format!("{begun}data: {word}{end}"));
                assert_eq!(told.outcome(), Outcome::Error, "{word}: {told:?}");
                assert!(told.error().contains(word), "{word}: {told:?}");
            }
        }
    }
    let named = played("chat", "text/event-stream", "event: error\ndata: overloaded\n\n");
    assert!(named.error().contains("overloaded"), "{named:?}");
}

#[test]
fn a_lone_value_of_json_is_not_passed_over_in_silence() {
    let sse = "text/event-stream";
    let (text, rest) = (chat_text("<svg"), chat_text("/>"));
    // Words are the service's, in quotation marks or not.
    for (dialect, begun) in
        [("chat", text.as_str()), ("ollama", OLLAMA[0]), ("gemini", ""), ("anthropic", "")]
    {
        for words in ["\"upstream timed out\"", "[\"upstream timed out\"]"] {
            let told = played(dialect, sse, &format!("{begun}data: {words}\n\n"));
            assert_eq!(told.outcome(), Outcome::Error, "{dialect}: {told:?}");
            assert!(told.error().contains("upstream timed out"), "{dialect}: {told:?}");
            assert_eq!(told.text.is_empty(), begun.is_empty(), "{dialect}: {told:?}");
        }
    }
    let remarked = |stream: &str| {
        let heard = played("chat", sse, stream);
        assert_eq!((heard.text.as_str(), heard.outcome()), ("<svg/>", Outcome::Complete), "{heard:?}");
        heard.service().remarks.iter().any(|remark| remark.code == "stray-value")
    };
    for stray in ["42", "null", "true", "[7]"] {
        assert!(remarked(&format!("{text}data: {stray}\n\n{rest}{CHAT_END}")), "{stray}");
    }
    assert!(
        remarked(&format!("{text}{rest}{CHAT_END}data: \"good bye\"\n\n")),
        "after the end it is no error"
    );
    // Signs of life are none, and the end mark is one.
    for alive in ["data: \"ping\"\n\n", "data: \"\"\n\n", "event: heartbeat\ndata: 17\n\n", "data: []\n\n"] {
        assert!(!remarked(&format!("{text}{alive}{rest}{CHAT_END}")), "{alive}");
    }
    let quoted = CHAT_END.replace("[DONE]", "\"[DONE]\"");
    assert!(!remarked(&format!("{text}{rest}{quoted}")));
    // Events in a list are events.
    let event = |frame: &str| frame.trim_start_matches("data: ").trim_end().to_owned();
    assert!(!remarked(&format!("data: [{},{}]\n\n{CHAT_END}", event(&text), event(&rest))));
}

#[test]
fn the_name_of_an_event_is_its_type_where_its_data_has_none() {
    let anthropic = "event: message_start\ndata: {\"message\":{\"model\":\"m\"}}\n\n\
        event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"<svg/>\"}}\n\n\
        event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"}}\n\nevent: message_stop\ndata: {}\n\n";
    is_drawn("anthropic", "text/event-stream", anthropic);
    let responses = "event: response.output_text.delta\ndata: {\"delta\":\"<svg/>\"}\n\n\
        event: response.completed\ndata: {\"response\":{\"status\":\"completed\"}}\n\n";
    is_drawn("responses", "text/event-stream", responses);
    let failed = "event: chunk\ndata: {\"message\":\"no room\",\"code\":503}\n\n";
    assert!(played("chat", "text/event-stream", failed).error().contains("no room"));
}

#[test]
fn text_in_the_place_where_plain_completions_have_it_is_the_reply() {
    let chunk = |text: &str, end: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"text\":\"{text}\",\"finish_reason\":{end}}}]}}\n\n")
    };
    let stream = chunk("<svg", "null") + &chunk("/>", "null") + &chunk("", "\"stop\"");
    is_drawn("chat", "text/event-stream", &format!("{stream}data: [DONE]\n\n"));
    let both = "data: {\"choices\":[{\"delta\":{\"content\":\"<svg/>\"},\"text\":\"<svg/>\",\"finish_reason\":\"stop\"}]}\n\n";
    is_drawn("chat", "text/event-stream", both);
    let lines = "{\"response\":\"<svg/>\",\"done\":false}\n{\"response\":\"\",\"done\":true,\"done_reason\":\"stop\"}\n";
    is_drawn("ollama", "application/x-ndjson", lines);
    let chunk =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"<svg/>\"}]},\"finishReason\":\"STOP\"}]}";
    is_drawn("gemini", "text/event-stream", &format!("data: {{\"response\":{chunk}}}\n\n"));
}

#[test]
fn whole_values_are_read_before_one_that_is_cut() {
    let together = OLLAMA.concat().replacen("<svg/>", "<svg>", 1) + "{\"mess";
    let heard = played("ollama", "application/x-ndjson", &together);
    assert_eq!(heard.text, "<svg>", "{heard:?}");
    let open = format!("{0}{0}{{\"mess", OLLAMA[0]);
    let heard = played("ollama", "application/x-ndjson", &open);
    assert_eq!((heard.text.as_str(), heard.outcome()), ("<svg/><svg/>", Outcome::Cut), "{heard:?}");
}

#[test]
fn a_frame_of_countless_values_ends_with_the_time() {
    let body = format!("data: {}\n\n", "{}".repeat(7 << 20));
    for body in [body.as_str(), body.trim_end()] {
        let steps: Vec<ServerStep> = answer(200, "text/event-stream", &[], body);
        let server = ScriptedServer::new(vec![steps]);
        let begin = std::time::Instant::now();
        let heard = ask(&remote(&server, "chat", "tries = 1\ntotal_seconds = 0.2"));
        assert!(heard.error().contains("within 0.2 s"), "{heard:?}");
        assert!(begin.elapsed().as_secs() < 8);
    }
}

#[test]
fn a_chunk_is_read_though_no_empty_line_parts_it_from_a_heartbeat_or_an_error() {
    let (text, end) = (chat_text("<svg"), chat_text("/>") + CHAT_END);
    for alive in ["event: ping\ndata: ping\n", "event: heartbeat\ndata: Still at work, 3 s\n", "data: ping\n"]
    {
        is_drawn("chat", "text/event-stream", &format!("{}\n{alive}\n{end}", text.trim_end()));
        is_drawn("chat", "text/event-stream", &format!("{alive}{text}{alive}{end}"));
    }
    for between in ["", "event: x\n"] {
        let stream = format!("{}\n{between}error: {{\"message\":\"no room\"}}\n\n", text.trim_end());
        let heard = played("chat", "text/event-stream", &stream);
        assert_eq!(heard.text, "<svg", "{heard:?}");
        assert!(heard.error().contains("no room"), "{heard:?}");
    }
}

#[test]
fn an_error_in_an_envelope_is_told() {
    let error = "data: {\"response\":{\"error\":{\"code\":429,\"message\":\"no quota\"}}}\n\n";
    let chunk = "data: {\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"<svg\"}]}}]}}\n\n";
    for (begin, text) in [("", ""), (chunk, "<svg")] {
        let heard = played("gemini", "text/event-stream", &format!("{begin}{error}"));
        assert!(heard.error().contains("no quota"), "{heard:?}");
        assert_eq!((heard.text.as_str(), heard.outcome()), (text, Outcome::Error), "{heard:?}");
    }
}
