//! A service's stream in every state that it can be in, played by a server that does exactly what it is told.

use std::time::Duration;

use pelicycle_record::{Outcome, RequestRecord, SamplingSettings};
use pelicycle_testkit::loopback::{
    CHAT_END, KEY, ScriptedServer, ServerStep, answer, chat, chat_text, chunk, end, events,
};

use crate::asking::{ReceivedReply, ask, ask_with, remote};

/// Asks a server that plays this once.
fn played(dialect: &str, steps: Vec<ServerStep>) -> ReceivedReply {
    let server = ScriptedServer::new(vec![steps]);
    ask(&remote(&server, dialect, "tries = 1"))
}

/// The stream of these events.
fn stream(frames: &[&str]) -> Vec<ServerStep> {
    let body: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    answer(200, "text/event-stream", &[], &body)
}

#[test]
fn reasoning_that_a_server_left_in_the_answer_is_taken_out_though_only_its_end_is_marked() {
    for (pieces, answer, reasoning) in [
        (["so: <svg/> no</th", "ink>\n\n<svg></svg>"], "<svg></svg>", "so: <svg/> no"),
        (["[THINK]hm[/TH", "INK] <svg/>"], "<svg/>", "hm"),
    ] {
        let mut steps = vec![events()];
        // The first piece is told long before the second comes.
        steps.extend([chunk(chat_text(pieces[0])), ServerStep::Wait(60), chunk(chat_text(pieces[1]))]);
        steps.extend([chunk(CHAT_END), end()]);
        let heard = played("chat", steps);
        assert_eq!((heard.text.as_str(), heard.reasoning.as_str()), (answer, reasoning));
        assert!(heard.service().remarks.iter().any(|remark| remark.code == "thinking-in-text"));
    }
}

#[test]
fn a_reply_comes_in_its_pieces_with_their_times() {
    let steps = vec![
        events(),
        ServerStep::Wait(60),
        chunk(chat_text("<svg")),
        ServerStep::Wait(80),
        chunk(chat_text("/>")),
        chunk(CHAT_END),
        end(),
    ];
    let heard = played("chat", steps);
    assert_eq!((heard.text.as_str(), heard.outcome(), heard.sent), ("<svg/>", Outcome::Complete, 1));
    let times: Vec<_> = heard.pieces.iter().map(|(at, _)| at.as_millis()).collect();
    assert!(times[0] >= 60 && times[1] >= times[0] + 70, "{times:?}");
    let usage = &heard.account.usage;
    assert_eq!((usage.input, usage.output, usage.reasoning), (Some(9), Some(5), None));
    let service = heard.service();
    assert_eq!((service.dialect.as_str(), service.status), ("chat", Some(200)));
    assert_eq!((service.response_id.as_deref(), service.stop.as_deref()), (Some("c1"), Some("stop")));
    assert!(service.tries.is_empty() && service.remarks.is_empty(), "{service:?}");
    assert_eq!(heard.account.served.as_deref(), Some("m"));
}

#[test]
fn the_request_is_what_was_recorded_and_its_key_is_in_its_header_alone() {
    let server = ScriptedServer::new(vec![chat("hi")]);
    let sampling =
        SamplingSettings { temperature: Some(0.5), max_tokens: Some(7), ..SamplingSettings::default() };
    let settings = RequestRecord::from(sampling);
    let heard = ask_with(&remote(&server, "chat", ""), settings);
    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/chat/completions");
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&heard.body).unwrap(), seen.body);
    assert_eq!(seen.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(seen.headers["content-type"], "application/json");
    assert!(!seen.headers.contains_key("accept-encoding"), "the times of a compressed stream mean little");
    assert_eq!((&seen.body["temperature"], &seen.body["max_tokens"]), (&0.5.into(), &7.into()));
    assert_eq!(heard.service().endpoint, server.url("/chat/completions"));
}

#[test]
fn line_ends_comments_and_packets_make_no_difference() {
    let text = format!(": hello\n\n{}: KEEPALIVE\n\n{}{CHAT_END}", chat_text("pé"), chat_text("lican 🚲"));
    let multi_line = text.replace("\"choices\"", "\ndata: \"choices\"");
    let forms = [text.clone(), text.replace('\n', "\r\n"), text.replace('\n', "\r"), multi_line];
    for form in forms {
        let whole = played("chat", answer(200, "text/event-stream", &[], &form));
        // Byte by byte no character, no `data:` and no line end comes whole.
        let bytes: Vec<ServerStep> = form.bytes().map(|byte| chunk([byte])).collect();
        let pieces = played("chat", [vec![events()], bytes, vec![end()]].concat());
        for heard in [whole, pieces] {
            assert_eq!((heard.text.as_str(), heard.outcome()), ("pélican 🚲", Outcome::Complete), "{form}");
        }
    }
}

#[test]
fn a_stream_without_its_end_mark_is_cut_however_it_ends() {
    let text = chat_text("<svg>");
    let stop = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let endings = [
        ("closed within a chunk", vec![ServerStep::Send(b"40\r\ndata: {\"cho".to_vec())]),
        ("closed between chunks", vec![]),
        ("ended in order", vec![end()]),
        ("ended within an event", vec![chunk("data: {\"choices\":[{\"del"), end()]),
        ("closed after a reason, not in order", vec![chunk(stop)]),
        ("reset", vec![ServerStep::Wait(30), ServerStep::Reset]),
    ];
    for (name, ending) in endings {
        let heard = played("chat", [vec![events(), chunk(&text)], ending].concat());
        assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Cut, "<svg>"), "{name}");
        assert!(!heard.error().is_empty() && heard.sent == 1, "{name}");
        assert_eq!(heard.account.usage.output, None, "{name}");
    }
}

#[test]
fn half_of_the_end_is_an_end_and_is_remarked_on() {
    let text = chat_text("<svg>");
    let stop = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let usage = "data: {\"choices\":[],\"usage\":{\"completion_tokens\":5}}\n\n";
    for (ending, remark) in [
        (vec![chunk(stop), chunk(usage), end()], "no-end-mark"),
        (vec![chunk(usage), chunk("data: [DONE]\n\n"), end()], "no-stop-reason"),
    ] {
        let heard = played("chat", [vec![events(), chunk(&text)], ending].concat());
        assert_eq!((heard.outcome(), heard.text.as_str(), heard.sent), (Outcome::Complete, "<svg>", 1));
        assert_eq!((heard.remarks(), heard.account.usage.output), (vec![remark], Some(5)));
    }
    let nothing = played("chat", stream(&["[DONE]"]));
    assert_eq!(nothing.outcome(), Outcome::Error, "an end of nothing is no reply");
    let start = r#"{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}"#;
    let text = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}"#;
    let delta = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#;
    let heard = played("anthropic", stream(&[start, text, delta, "[DONE]"]));
    assert_eq!((heard.outcome(), heard.remarks()), (Outcome::Complete, vec!["no-end-mark"]));
    assert_eq!(played("anthropic", stream(&[start, text, delta])).outcome(), Outcome::Cut);
}

#[test]
fn what_follows_the_end_mark_is_not_the_reply_but_its_usage_counts() {
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":7}}"#;
    let more = r#"{"choices":[{"delta":{"content":"more","reasoning":"more"},"finish_reason":"length"}]}"#;
    let hi = r#"{"model":"m","choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}"#;
    let heard = played("chat", stream(&[hi, "[DONE]", more, usage]));
    assert_eq!((heard.text.as_str(), heard.reasoning.as_str()), ("hi", ""));
    assert_eq!((heard.outcome(), heard.account.usage.output), (Outcome::Complete, Some(7)));
}

#[test]
fn gemini_may_give_a_reason_for_the_end_before_it() {
    let part = |text: &str, more: &str| {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}}{more}}}],"modelVersion":"m"}}"#
        )
    };
    let stop = r#","finishReason":"STOP""#;
    let frame = |text: &str, more: &str| chunk(format!("data: {}\n\n", part(text, more)));
    let slow = |first: ServerStep| {
        vec![events(), first, ServerStep::Wait(1100), frame("b", ""), frame("c", stop), end()]
    };
    let cases = [
        (vec![events(), frame("a", stop), frame("b", stop), frame("c", ""), end()], "abc"),
        (slow(frame("a", stop)), "abc"),
        (slow(chunk("data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n")), "bc"),
    ];
    std::thread::scope(|scope| {
        for (steps, text) in cases {
            scope.spawn(move || {
                let heard = played("gemini", steps);
                assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, text));
                assert_eq!(heard.remarks(), ["usage-missing"]);
            });
        }
        let open = vec![events(), frame("a", stop), ServerStep::Wait(5000), end()];
        let heard = ask(&remote(&ScriptedServer::new(vec![open]), "gemini", "idle_seconds = 0.3\ntries = 1"));
        assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "a"), "left open after it");
    });
}

#[test]
fn an_error_keeps_the_services_words_in_whatever_way_it_comes() {
    let text = chat_text("<svg>");
    let plain = |bytes: &str| bytes.to_owned();
    for error in [
        plain("error: {\"code\":400,\"message\":\"context is full\"}\n\n"),
        plain("error: context is full\n\n"),
        plain("event: error\ndata: {\"message\":\"context is full\",\"code\":400}\n\n"),
        plain("event: error\ndata: context is full\n\n"),
        plain("event: exception\ndata: {\"message\":\"context is full\"}\n\n"),
        plain("data: {\"object\":\"error\",\"message\":\"context is full\",\"code\":400}\n\n"),
        plain("data: {\"choices\":[{\"delta\":{},\"error\":{\"message\":\"context is full\"}}]}\n\n"),
        plain("data: {\"message\":\"context is full\",\"code\":400}\n\n"),
        plain("{\"error\":{\"code\":400,\"message\":\"context is full\"}}"),
        plain("{\n  \"error\": {\n    \"message\": \"context is full\"\n  }\n}\n"),
    ] {
        let done = chunk("data: [DONE]\n\n");
        for (before, kept) in [(vec![], ""), (vec![chunk(&text)], "<svg>")] {
            for after in [vec![], vec![done.clone()]] {
                let steps =
                    [vec![events()], before.clone(), vec![chunk(&error)], after, vec![end()]].concat();
                let heard = played("chat", steps);
                assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Error, kept), "{error}");
                assert!(heard.error().contains("context is full"), "{error}: {}", heard.error());
            }
        }
    }
    for dialect in ["chat", "responses", "anthropic", "gemini", "ollama"] {
        for body in [
            r#"{"error":{"message":"No endpoints found","code":404}}"#,
            r#"{"object":"error","message":"No endpoints found","code":404}"#,
            r#"{"type":"error","error":{"type":"x","message":"No endpoints found"}}"#,
            r#"{"message":"No endpoints found","code":404}"#,
            r#"{"message":"No endpoints found","success":false}"#,
            r#"[{"error":{"message":"No endpoints found","code":404}}]"#,
        ] {
            for kind in ["application/json", "text/event-stream"] {
                let heard = played(dialect, answer(200, kind, &[], body));
                assert_eq!(heard.outcome(), Outcome::Error, "{dialect} {body}");
                assert!(heard.error().contains("No endpoints found"), "{dialect} {body}: {}", heard.error());
                assert!(!heard.error().contains("{\""), "words, not JSON: {}", heard.error());
            }
        }
    }
    let busy = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let server = ScriptedServer::new(vec![answer(200, "application/json", &[], busy)]);
    assert_eq!(ask(&remote(&server, "anthropic", "tries = 3")).sent, 3, "what passes is asked again");
    let heard = played("chat", answer(200, "text/event-stream", &[], "upstream timed out\n"));
    assert!(heard.error().contains("upstream timed out"), "{}", heard.error());
}

#[test]
fn an_empty_error_is_none() {
    for empty in ["{}", "false", "\"\"", "null", "[]", "{\"message\":\"\"}"] {
        let first = format!(
            r#"{{"model":"m","error":{empty},"choices":[{{"delta":{{"content":"hi"}},"finish_reason":"stop"}}]}}"#
        );
        let heard = played("chat", stream(&[&first, "[DONE]"]));
        assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "hi"), "{empty}");
    }
}

#[test]
fn a_stream_is_read_whatever_its_label_says() {
    let body = format!("{}{CHAT_END}", chat_text("hi"));
    for kind in
        ["application/json", "application/json; charset=utf-8", "text/plain", "application/octet-stream"]
    {
        let heard = played("chat", answer(200, kind, &[], &body));
        assert_eq!(
            (heard.outcome(), heard.text.as_str(), heard.remarks().len()),
            (Outcome::Complete, "hi", 0),
            "{kind}"
        );
        let heard = played("chat", answer(200, kind, &[], &format!(": hello\n\n{body}")));
        assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "hi"), "{kind}");
    }
    let whole = r#"{"id":"c","model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"completion_tokens":2}}"#;
    let heard = played("chat", answer(200, "text/event-stream", &[], whole));
    assert_eq!(
        (heard.outcome(), heard.text.as_str(), heard.remarks()),
        (Outcome::Complete, "hi", vec!["not-streamed"])
    );
}

#[test]
fn a_character_that_is_cut_in_two_is_joined() {
    let delta = |text: &str| format!(r#"{{"model":"m","choices":[{{"delta":{{"content":"{text}"}}}}]}}"#);
    let frames = [delta("a \\ud83d"), delta("\\udeb2 b"), delta("\\ud83d")];
    let mut frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    frames.extend([r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, "[DONE]"]);
    let heard = played("chat", stream(&frames));
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "a 🚲 b\u{fffd}"));
}

#[test]
fn a_flood_of_small_frames_ends_on_time_and_waits_nowhere() {
    let counted = |from: u32| (from..from + 2000).map(|n| chat_text(&n.to_string())).collect::<String>();
    let flood: Vec<ServerStep> = (0..100).map(|n| chunk(counted(n * 2000))).collect();
    let server = ScriptedServer::new(vec![[vec![events()], flood].concat()]);
    let remote = remote(&server, "chat", "total_seconds = 0.5\ntries = 1");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begin = std::time::Instant::now();
    runtime.block_on(async {
        use pelicycle_provider::{Provider as _, ReplyEventKind};
        let mut stream = remote.ask(crate::asking::request("x", RequestRecord::default()));
        let mut most = 0;
        let end = loop {
            let event = stream.recv().await.unwrap();
            // A listener that is slower than the server.
            std::thread::sleep(Duration::from_micros(20));
            let mut waiting = 0;
            while let Ok(event) = stream.try_recv() {
                waiting += 1;
                if let ReplyEventKind::End(end) = event.kind {
                    return assert_eq!(end.error.as_deref(), Some("no end within 0.5 s"));
                }
            }
            most = most.max(waiting);
            assert!(most <= 300, "{most} events waited");
            if let ReplyEventKind::End(end) = event.kind {
                break end;
            }
        };
        assert_eq!((end.outcome, end.error.as_deref()), (Outcome::Cut, Some("no end within 0.5 s")));
    });
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_length_that_is_a_lie_is_a_cut() {
    let text = chat_text("<svg>");
    let lie = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{text}",
        text.len() + 50
    );
    let heard = played("chat", vec![ServerStep::Send(lie.into_bytes())]);
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Cut, "<svg>"));
    let short = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{text}{CHAT_END}",
        text.len()
    );
    let heard = played("chat", vec![ServerStep::Send(short.into_bytes())]);
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Cut, "<svg>"));
}

#[test]
fn silence_ends_a_reply_and_comments_are_no_silence() {
    let server = ScriptedServer::new(vec![vec![events(), chunk(chat_text("<svg>")), ServerStep::Wait(3000)]]);
    let heard = ask(&remote(&server, "chat", "idle_seconds = 0.15\ntries = 1"));
    assert_eq!((heard.outcome(), heard.error()), (Outcome::Cut, "the service fell silent for 0.15 s"));

    let kept: Vec<ServerStep> = (0..8).flat_map(|_| [chunk(": wait\n\n"), ServerStep::Wait(60)]).collect();
    let steps = [vec![events()], kept, vec![chunk(chat_text("hi")), chunk(CHAT_END), end()]].concat();
    let server = ScriptedServer::new(vec![steps]);
    let heard = ask(&remote(&server, "chat", "idle_seconds = 0.3\ntries = 1"));
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "hi"));
}

#[test]
fn no_reply_is_waited_for_for_ever() {
    let server = ScriptedServer::new(vec![vec![ServerStep::Wait(3000)]]);
    let heard = ask(&remote(&server, "chat", "first_seconds = 0.1\ntries = 2"));
    assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 2));
    assert!(heard.error().contains("no answer within 0.1 s") && heard.error().contains("tried 2 times"));

    let server = ScriptedServer::new(vec![vec![events(), ServerStep::Wait(3000)]]);
    let heard = ask(&remote(&server, "chat", "first_seconds = 0.1\ntries = 1"));
    assert!(heard.error().contains("no answer within 0.1 s"), "{}", heard.error());

    let drip: Vec<ServerStep> =
        (0..100).flat_map(|_| [chunk(chat_text("a")), ServerStep::Wait(20)]).collect();
    let server = ScriptedServer::new(vec![[vec![events()], drip].concat()]);
    let heard = ask(&remote(&server, "chat", "total_seconds = 0.3\ntries = 1"));
    assert_eq!((heard.outcome(), heard.error()), (Outcome::Cut, "no end within 0.3 s"));
    assert!(!heard.text.is_empty(), "what came before the end of the time is kept");

    // Busy with nothing: empty texts, comments, calls of tools. Asking again would take as long again.
    let call = |n: u32| {
        format!(
            "{{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{n}\"}}}}]}}}}]}}"
        )
    };
    let busy = |n: u32| {
        [chat_text(""), ": wait\n\n".to_owned(), format!("data: {}\n\n", call(n))][n as usize % 3].clone()
    };
    let steps: Vec<ServerStep> = (0..100).flat_map(|n| [chunk(busy(n)), ServerStep::Wait(20)]).collect();
    let server = ScriptedServer::new(vec![[vec![events()], steps].concat()]);
    let heard = ask(&remote(&server, "chat", "total_seconds = 0.3\ntries = 3"));
    assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 1));
    assert!(heard.error().contains("no end within 0.3 s"), "{}", heard.error());
}

#[test]
fn a_server_that_does_not_close_after_the_end_holds_nobody_up() {
    let drip = (0..100).flat_map(|_| [chunk(": wait\n\n"), ServerStep::Wait(100)]);
    let begin = std::time::Instant::now();
    std::thread::scope(|scope| {
        for after in [vec![ServerStep::Wait(20_000)], drip.collect()] {
            scope.spawn(move || {
                let steps = [vec![events(), chunk(chat_text("hi")), chunk(CHAT_END)], after].concat();
                let heard = played("chat", steps);
                assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "hi"));
            });
        }
    });
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
}

#[test]
fn a_line_without_end_is_refused() {
    let piece = vec![b'x'; 1 << 20];
    let pieces: Vec<ServerStep> = (0..18).map(|_| chunk(&piece)).collect();
    let heard = played("chat", [vec![events(), chunk("data: ")], pieces].concat());
    assert_eq!(heard.outcome(), Outcome::Error);
    assert!(heard.error().contains("longer than 16777216 bytes"), "{}", heard.error());
    assert_eq!(heard.sent, 1, "it would come again");
}

/// Whatever looks at each tag anew from the beginning, or to the end of what is searched at a time, takes far longer here.
#[test]
fn a_long_reply_full_of_tags_takes_no_longer_than_its_length() {
    for (open, close) in [("<", ">"), ("<|", "|>"), ("[", "]"), ("</think", ">")] {
        // Numbers, since a round would be ended for another reason.
        let text: String =
            (100_000..).take((1 << 18) / 8).map(|n: u32| format!("{open}{n}{close}")).collect();
        let frame = |piece: &[u8]| chunk(chat_text(std::str::from_utf8(piece).unwrap()));
        let frames = text.as_bytes().chunks(4 << 10).map(frame).collect();
        let begin = std::time::Instant::now();
        let heard = played("chat", [vec![events()], frames, vec![chunk(CHAT_END), end()]].concat());
        assert_eq!((heard.outcome(), heard.text.len()), (Outcome::Complete, text.len()), "{open}");
        assert!(begin.elapsed() < Duration::from_secs(30), "{open}: {:?}", begin.elapsed());
    }
}

#[test]
fn a_reply_that_goes_round_in_a_circle_is_ended_and_said_to_loop() {
    let loops = "the reply goes round in a circle";
    let round = chat_text("<path d=\"M0 0h9\"/>\n").repeat(5);
    let thought = chat_text("Wait, ").replace("\"content\"", "\"reasoning_content\"").repeat(20);
    for round in [round, thought] {
        let rounds: Vec<ServerStep> = (0..2000).map(|_| chunk(&round)).collect();
        let heard = played("chat", [vec![events(), chunk(chat_text("<svg>"))], rounds].concat());
        assert_eq!(heard.outcome(), Outcome::Length);
        assert!(heard.error().starts_with(loops), "{}", heard.error());
        assert!(heard.text.len() < 10_000, "{} bytes", heard.text.len());
    }
    // What nobody sees, in no order, before and after reasoning, whoever takes it for what.
    let mut state = 1_u32;
    let mut blanks = || -> String {
        let blank = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            [" ", "\n", "\t", "\u{200b}", "\u{a0}"][(state >> 24) as usize % 5]
        };
        (0..100).map(blank).collect()
    };
    let refusal = |text: &str| chat_text(text).replace("\"content\"", "\"refusal\"");
    let thought = |text: &str| chat_text(text).replace("\"content\"", "\"reasoning\"");
    for (begin, say) in [
        ("", &chat_text as &dyn Fn(&str) -> String),
        ("<think>", &chat_text),
        ("<think>a</think>", &chat_text),
        ("a", &chat_text),
        ("", &thought),
        ("", &refusal),
    ] {
        let rounds: Vec<ServerStep> = (0..300).map(|_| chunk(say(&blanks()))).collect();
        let heard = played("chat", [vec![events(), chunk(chat_text(begin))], rounds].concat());
        assert!(heard.error().contains(loops), "{begin:?}: {}", heard.error());
    }
    // Each round is another, or there are few, or the service had given a reason for the end.
    let paths: String = (0..2000).map(|n| format!("<path d='M{n} 0h9'/>")).collect();
    let few = "<path d='M0 0h9'/>".repeat(400);
    for text in [paths, few] {
        let pieces =
            text.as_bytes().chunks(100).map(|piece| chunk(chat_text(std::str::from_utf8(piece).unwrap())));
        let heard = played("chat", [vec![events()], pieces.collect(), vec![chunk(CHAT_END), end()]].concat());
        assert_eq!((heard.outcome(), heard.text.len()), (Outcome::Complete, text.len()));
    }
}

#[test]
fn an_error_within_a_stream_keeps_what_came_before_it() {
    let error = r#"{"error":{"code":502,"message":"Upstream is gone","metadata":{"error_type":"provider_unavailable"}}}"#;
    let text = chat_text("<svg>");
    let heard = played("chat", vec![events(), chunk(text), chunk(format!("data: {error}\n\n")), end()]);
    assert_eq!((heard.outcome(), heard.text.as_str(), heard.sent), (Outcome::Error, "<svg>", 1));
    assert!(heard.error().contains("Upstream is gone (provider_unavailable)"), "{}", heard.error());
}

#[test]
fn an_answer_that_is_no_stream_is_read_or_told() {
    let whole = r#"{"id":"c","model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
    let heard = played("chat", answer(200, "application/json; charset=utf-8", &[], whole));
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "hi"));
    assert_eq!(heard.remarks(), ["not-streamed"]);

    let page = "<html><title>Sign in</title><body>to the network</body></html>";
    let heard = played("chat", answer(200, "text/html", &[], page));
    assert!(heard.error().contains("a page came instead of a stream") && heard.error().contains("Sign in"));
    let heard = played("chat", answer(200, "application/json", &[], "{\"ok\":true}"));
    assert!(heard.error().contains("no answer: {\"ok\":true}"), "{}", heard.error());
    let heard = played("chat", answer(200, "application/json", &[], "not json"));
    assert!(heard.error().contains("no JSON"), "{}", heard.error());
    let heard = played("chat", answer(200, "text/event-stream", &[], ""));
    assert!(heard.error().contains("ended before anything of it came"), "{}", heard.error());
    let heard = played("chat", answer(200, "text/event-stream", &["content-encoding: gzip"], "\u{1f}\u{8b}"));
    assert!(heard.error().contains("encoded as \"gzip\""), "{}", heard.error());
    let heard = played("chat", stream(&["{\"choices\":", "[DONE]"]));
    assert!(heard.error().contains("a frame of the stream is no JSON"), "{}", heard.error());
    let heard = played("chat", answer(307, "text/plain", &["location: http://127.0.0.2/"], ""));
    assert!(heard.error().contains("redirects to http://127.0.0.2/, which is not followed"));
}

#[test]
fn endings_that_are_no_drawing_have_their_names() {
    let stop = |word: &str| format!("{{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{word}\"}}]}}");
    let think = r#"{"choices":[{"delta":{"reasoning_content":"Hm"}}]}"#;
    let heard = played("chat", stream(&[think, &stop("length"), "[DONE]"]));
    assert_eq!((heard.outcome(), heard.text.as_str(), heard.reasoning.as_str()), (Outcome::Length, "", "Hm"));
    assert_eq!(heard.remarks(), ["usage-missing"]);
    let heard = played("chat", stream(&[&stop("content_filter"), "[DONE]"]));
    assert_eq!(heard.outcome(), Outcome::Filtered);
    let refusal = r#"{"choices":[{"delta":{"refusal":"I can't draw."}}]}"#;
    let heard = played("chat", stream(&[refusal, &stop("stop"), "[DONE]"]));
    assert_eq!((heard.outcome(), heard.error()), (Outcome::Refusal, "the model declined: I can't draw."));

    let start = r#"{"type":"message_start","message":{"id":"msg","model":"m","usage":{"input_tokens":12,"output_tokens":1}}}"#;
    let delta = r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"bio","explanation":null}},"usage":{"output_tokens":3}}"#;
    let heard = played("anthropic", stream(&[start, delta, r#"{"type":"message_stop"}"#]));
    assert_eq!((heard.outcome(), heard.error(), heard.text.as_str()), (Outcome::Refusal, "bio", ""));
    assert_eq!((heard.account.usage.input, heard.account.usage.output), (Some(12), Some(3)));
    assert_eq!(heard.service().stop_detail.as_ref().unwrap()["category"], "bio");
}

#[test]
fn every_dialect_comes_to_its_end_over_the_wire() {
    let anthropic = stream(&[
        r#"{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"something_new","x":[]}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#,
        r#"{"type":"message_stop"}"#,
    ]);
    let responses = stream(&[
        r#"{"type":"response.created","response":{"id":"i","model":"m"}}"#,
        r#"{"type":"response.reasoning_summary_text.delta","delta":"Hm"}"#,
        r#"{"type":"response.output_text.delta","delta":"hi"}"#,
        r#"{"type":"response.completed","response":{"id":"i","model":"m","status":"completed","usage":{"input_tokens":1,"output_tokens":5}}}"#,
    ]);
    let mistral = stream(&[
        r#"{"id":"i","model":"m","choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}}]}"#,
        r#"{"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":5}}"#,
        "[DONE]",
    ]);
    let gemini = stream(&[
        r#"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]}}],"modelVersion":"m","responseId":"i"}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":3}}"#,
    ]);
    let lines = "{\"model\":\"m\",\"message\":{\"thinking\":\"Hm\",\"content\":\"\"},\"done\":false}\n\
        {\"model\":\"m\",\"message\":{\"content\":\"hi\"},\"done\":false}\n\
        {\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":1,\"eval_count\":5}\n";
    let ollama = answer(200, "application/x-ndjson", &[], lines);
    for (dialect, path, steps) in [
        ("anthropic", "/v1/messages", anthropic),
        ("responses", "/responses", responses),
        ("chat", "/chat/completions", mistral),
        ("gemini", "/v1beta/models/m:streamGenerateContent?alt=sse", gemini),
        ("ollama", "/api/chat", ollama),
    ] {
        let server = ScriptedServer::new(vec![steps.clone()]);
        let heard = ask(&remote(&server, dialect, "tries = 1"));
        let (text, thinking) = (heard.text.as_str(), heard.reasoning.as_str());
        assert_eq!((text, thinking, heard.outcome()), ("hi", "Hm", Outcome::Complete), "{dialect}");
        let usage = &heard.account.usage;
        assert_eq!((usage.input, usage.output), (Some(1), Some(5)), "{dialect}");
        assert_eq!(server.seen()[0].path, path);
        assert_eq!(heard.account.served.as_deref(), Some("m"), "{dialect}");

        // The same without its last words, and without the end of the body.
        let ServerStep::Send(body) = &steps[1] else { panic!() };
        let cut = body[..body.len() - 60].to_vec();
        let heard = played(dialect, vec![steps[0].clone(), ServerStep::Send(cut)]);
        assert_eq!(heard.outcome(), Outcome::Cut, "{dialect}: {heard:?}");
    }
}

#[test]
fn an_error_line_of_ollama_is_a_failure_and_what_it_leaves_out_is_unknown() {
    let line = "{\"model\":\"m\",\"message\":{\"content\":\"<svg\"},\"done\":false}\n";
    let error = format!("{line}{{\"error\":\"an error was encountered while running the model\"}}\n");
    let heard = played("ollama", answer(200, "application/x-ndjson", &[], &error));
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Error, "<svg"));
    assert!(heard.error().contains("while running the model"));
    let done = format!("{line}{{\"message\":{{}},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":4}}");
    let heard = played("ollama", answer(200, "application/x-ndjson", &[], &done));
    assert_eq!((heard.account.usage.input, heard.account.usage.output), (None, Some(4)));
    // A plain JSON content type is no reason to wait for the end.
    let heard = played("ollama", answer(200, "application/json", &[], &done));
    assert_eq!((heard.outcome(), heard.remarks().len()), (Outcome::Complete, 0));
}

#[test]
fn a_reply_that_ended_at_a_servers_context_is_said_to_have() {
    let done = "{\"model\":\"m\",\"message\":{\"content\":\"<svg\"},\"done\":true,\"done_reason\":\"length\",\"prompt_eval_count\":24,\"eval_count\":1000}\n";
    let asked_word = |word: &str, max_tokens, context| {
        let done = &done.replace("length", word);
        let server = ScriptedServer::new(vec![answer(200, "application/x-ndjson", &[], done)]);
        let sampling = SamplingSettings { max_tokens, context, ..SamplingSettings::default() };
        let heard = ask_with(&remote(&server, "ollama", "local = true"), RequestRecord::from(sampling));
        assert_eq!(heard.outcome(), Outcome::Length);
        if let Some(context) = context {
            assert_eq!(server.seen()[0].body["options"]["num_ctx"], context);
        }
        (heard.error().to_owned(), heard.remarks().contains(&"context-full"))
    };
    let asked = |max_tokens, context| asked_word("length", max_tokens, context);
    let full = ("the server's context is full".to_owned(), true);
    assert_eq!(asked(None, None), full);
    assert_eq!(asked(None, Some(1024)), full);
    assert_eq!(asked(Some(4096), None), full);
    assert_eq!(asked(Some(4096), Some(1024)), full);
    let bound = ("the bound on tokens was reached".to_owned(), false);
    assert_eq!(asked(Some(1000), None), bound);
    // As other servers call it.
    for word in ["limit", "max_new_tokens", "MAX_LENGTH"] {
        assert_eq!(asked_word(word, None, Some(1024)), full, "{word}");
        assert_eq!(asked_word(word, Some(1000), None), bound, "{word}");
    }
}

#[test]
fn a_model_that_was_not_asked_for_is_told() {
    let other = r#"{"model":"m-mini","choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}],"usage":{"completion_tokens":1}}"#;
    let heard = played("chat", stream(&[other, "[DONE]"]));
    assert_eq!((heard.outcome(), heard.remarks()), (Outcome::Complete, vec!["served-other-model"]));
    assert_eq!(heard.account.served.as_deref(), Some("m-mini"));
    let dated = other.replace("m-mini", "m-2026-08-07");
    assert_eq!(played("chat", stream(&[&dated, "[DONE]"])).remarks(), [""; 0]);
}

#[test]
fn whoever_stops_listening_breaks_the_request_off() {
    let server = ScriptedServer::answering(|_, _| {
        vec![
            events(),
            chunk(chat_text("a.")),
            ServerStep::Wait(100),
            chunk(chat_text("b")),
            ServerStep::Wait(5000),
        ]
    });
    let remote = remote(&server, "chat", "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use pelicycle_provider::{Provider as _, ReplyEventKind, ReplyRequest};
        let request = ReplyRequest {
            prompt_id: "x".to_owned(),
            earlier: Vec::new(),
            prompt: "x".to_owned(),
            pictures: Vec::new(),
            sample: 1,
            settings: RequestRecord::default(),
        };
        let mut stream = remote.ask(request);
        loop {
            if let ReplyEventKind::Delta(delta) = stream.recv().await.unwrap().kind {
                assert_eq!(delta.text, "a.");
                break;
            }
        }
        drop(stream);
        tokio::time::timeout(Duration::from_secs(1), async {
            while tokio::runtime::Handle::current().metrics().num_alive_tasks() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("the task and its connection end");
    });
}

/// The frames of a stream that says this and then ends by this word.
fn ended_by(dialect: &str, text: &str, word: &str) -> Vec<ServerStep> {
    match dialect {
        "chat" => stream(&[
            &format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":"{word}"}}]}}"#),
            "[DONE]",
        ]),
        "responses" => stream(&[
            &format!(r#"{{"type":"response.output_text.delta","delta":"{text}"}}"#),
            &format!(
                r#"{{"type":"response.incomplete","response":{{"status":"incomplete","incomplete_details":{{"reason":"{word}"}}}}}}"#
            ),
        ]),
        "anthropic" => stream(&[
            &format!(r#"{{"type":"content_block_delta","delta":{{"text":"{text}"}}}}"#),
            &format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{word}"}}}}"#),
            r#"{"type":"message_stop"}"#,
        ]),
        "gemini" => stream(&[&format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},"finishReason":"{word}"}}]}}"#
        )]),
        _ => {
            let line = format!(
                "{{\"message\":{{\"content\":\"{text}\"}},\"done\":true,\"done_reason\":\"{word}\"}}\n"
            );
            answer(200, "application/x-ndjson", &[], &line)
        }
    }
}

#[test]
fn a_word_for_the_end_means_the_same_in_every_protocol_and_spelling() {
    let ends = [
        ("MAX_TOKENS", Outcome::Length),
        ("maxTokens", Outcome::Length),
        ("max_output_tokens", Outcome::Length),
        ("length", Outcome::Length),
        ("context_length_exceeded", Outcome::Length),
        ("repetition", Outcome::Length),
        ("content_filter", Outcome::Filtered),
        ("SAFETY", Outcome::Filtered),
        ("sensitive", Outcome::Filtered),
        ("refusal", Outcome::Refusal),
        ("aborted", Outcome::Error),
        ("cancelled", Outcome::Error),
        ("TIMEOUT", Outcome::Error),
    ];
    for dialect in ["chat", "responses", "anthropic", "gemini", "ollama"] {
        let server =
            ScriptedServer::new(ends.iter().map(|(word, _)| ended_by(dialect, "<svg", word)).collect());
        let model = remote(&server, dialect, "tries = 1");
        for (word, outcome) in ends {
            let heard = ask(&model);
            assert_eq!((heard.outcome(), heard.text.as_str()), (outcome, "<svg"), "{dialect} {word}");
            assert!(!heard.error().is_empty(), "{dialect} {word}");
        }
    }
}

#[test]
fn a_stream_that_ends_before_it_began_is_the_services_failure_and_asked_again() {
    let first = [vec![events(), chunk("data: [DONE]\n\n"), chunk(chat_text("late")), end()], chat("hi")];
    for scripts in [first.to_vec(), vec![stream(&["[DONE]"]), chat("hi")]] {
        let server = ScriptedServer::new(scripts);
        let heard = ask(&remote(&server, "chat", "tries = 2"));
        assert_eq!((heard.outcome(), heard.text.as_str(), heard.sent), (Outcome::Complete, "hi", 2));
        assert!(heard.service().tries[0].error.contains("before anything of a reply came"));
    }
    let heard = played("chat", stream(&["[DONE]"]));
    assert_eq!(heard.outcome(), Outcome::Error, "{}", heard.error());
}

#[test]
fn an_answer_is_read_in_the_forms_that_services_give_it() {
    let chunk_of =
        |text: &str| format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}}}}]}}"#);
    let last = r#"{"candidates":[{"finishReason":"STOP"}]}"#;
    let list = format!("[{}\n,\r\n{}\n,\r\n{last}\n]", chunk_of("<svg"), chunk_of("/>"));
    let heard = played("gemini", answer(200, "application/json", &[], &list));
    assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "<svg/>"), "{}", heard.error());
    let stop = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
    for content in [r#"{"type":"text","text":"<svg/>"}"#, r#"["<svg",null,"/>"]"#, r#"[{"text":"<svg/>"}]"#] {
        let text = format!(r#"{{"choices":[{{"delta":{{"content":{content}}}}}]}}"#);
        let heard = played("chat", stream(&[&text, stop, "[DONE]"]));
        assert_eq!((heard.outcome(), heard.text.as_str()), (Outcome::Complete, "<svg/>"), "{content}");
    }
    let encoded = answer(429, "application/json", &["content-encoding: gzip"], "\u{1f}junk");
    assert!(played("chat", encoded).error().contains("encoded as \"gzip\""));
}
