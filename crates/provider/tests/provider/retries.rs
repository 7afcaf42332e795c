//! Tests of requests that are asked again, and when, against a server that fails as it is told.

use std::time::{Duration, Instant};

use pelicycle_provider::ServiceModel;
use pelicycle_record::{Outcome, RequestRecord};
use pelicycle_testkit::loopback::{ScriptedServer, ServerStep, answer, chat, chat_text, chunk, end, events};

use crate::asking::{ask, hear, remote};

const BUSY: &str =
    r#"{"error":{"message":"Slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#;

fn failing(status: u16, more: &[&str], body: &str) -> Vec<ServerStep> {
    answer(status, "application/json", more, body)
}

#[test]
fn a_service_that_is_busy_is_asked_again_and_every_try_is_kept() {
    for status in [408, 409, 425, 429, 500, 502, 503, 529] {
        let server =
            ScriptedServer::new(vec![failing(status, &[], BUSY), failing(status, &[], BUSY), chat("hi")]);
        let heard = ask(&remote(&server, "chat", ""));
        assert_eq!((heard.outcome(), heard.text.as_str(), heard.sent), (Outcome::Complete, "hi", 3));
        let tries = &heard.service().tries;
        assert_eq!(tries.len(), 2, "{status}");
        for failed in tries {
            assert_eq!(failed.status, Some(status));
            assert!(failed.error.contains("Slow down (rate_limit_exceeded)"), "{}", failed.error);
            assert!(failed.waited.unwrap() <= 0.1 && failed.seconds > 0.0);
        }
        assert_eq!(heard.service().status, Some(200));
    }
}

#[test]
fn what_would_fail_the_same_way_is_not_asked_again() {
    let money = r#"{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    let spent = r#"{"type":"error","error":{"type":"rate_limit_error","message":"Limit","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    for (status, body) in [
        (400, BUSY),
        (401, BUSY),
        (402, BUSY),
        (403, BUSY),
        (404, BUSY),
        (413, BUSY),
        (429, money),
        (429, spent),
    ] {
        let server = ScriptedServer::new(vec![failing(status, &[], body), chat("hi")]);
        let heard = ask(&remote(&server, "chat", ""));
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 1), "{status} {body}");
        assert!(heard.error().starts_with(&format!("HTTP {status}")), "{}", heard.error());
        assert_eq!(heard.service().tries.len(), 1);
        assert_eq!(heard.service().tries[0].waited, None);
    }
}

#[test]
fn tries_come_to_an_end() {
    let server = ScriptedServer::new(vec![failing(529, &[], BUSY)]);
    let heard = ask(&remote(&server, "chat", "tries = 3"));
    assert_eq!((heard.outcome(), heard.sent, server.seen().len()), (Outcome::Error, 3, 3));
    assert!(heard.error().ends_with("(tried 3 times)"), "{}", heard.error());
    assert_eq!(heard.service().tries.len(), 3);
}

#[test]
fn the_wait_that_a_service_asks_for_is_kept() {
    for (header, least) in [("retry-after: 0.1", 0.1), ("retry-after-ms: 80", 0.08)] {
        let server = ScriptedServer::new(vec![failing(429, &[header], BUSY), chat("hi")]);
        let heard = ask(&remote(&server, "chat", ""));
        assert_eq!(heard.outcome(), Outcome::Complete);
        let seen = server.seen();
        let waited = (seen[1].at - seen[0].at).as_secs_f64();
        assert!(waited >= least && waited < least + 1.0, "{header}: {waited}");
    }
    let info = r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0.1s"}]}}"#;
    let server = ScriptedServer::new(vec![failing(429, &[], info), failing(400, &[], "{}")]);
    let heard = ask(&remote(&server, "gemini", ""));
    assert!(heard.service().tries[0].waited.unwrap() >= 0.1);
}

#[test]
fn a_wait_beyond_patience_is_told_instead_of_waited_for() {
    let tomorrow = "retry-after: Fri, 06 Nov 2099 08:49:37 GMT";
    for header in ["retry-after: 86400", tomorrow] {
        let server = ScriptedServer::new(vec![failing(429, &[header], BUSY), chat("hi")]);
        let begin = Instant::now();
        let heard = ask(&remote(&server, "chat", ""));
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 1));
        assert!(heard.error().contains("asks to wait"), "{}", heard.error());
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn connections_that_break_before_anything_came_are_tried_again() {
    let error = "data: {\"error\":{\"code\":503,\"message\":\"m\"}}\n\n";
    let starts = [
        ("closed", vec![]),
        ("reset", vec![ServerStep::Reset]),
        ("an empty stream", vec![events(), end()]),
        ("comments alone", vec![events(), chunk(": wait\n\n"), ServerStep::Reset]),
        ("no text yet", vec![events(), chunk(chat_text("")), ServerStep::Reset]),
        ("an error at once", vec![events(), chunk(error), end()]),
    ];
    for (name, start) in starts {
        let server = ScriptedServer::new(vec![start, chat("hi")]);
        let heard = ask(&remote(&server, "chat", ""));
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Complete, 2), "{name}: {}", heard.error());
        assert_eq!(heard.service().tries.len(), 1, "{name}");
    }
    let mut gone = ScriptedServer::new(vec![chat("hi")]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    gone.port = port;
    let heard = ask(&remote(&gone, "chat", "tries = 2"));
    let words = format!("can't connect to 127.0.0.1:{port}: ");
    assert!(heard.error().starts_with(&words) && heard.sent == 2, "{}", heard.error());
    let heard = ask(&remote(&gone, "ollama", "tries = 1\nstart = \"ollama serve\""));
    assert!(heard.error().ends_with("is it running? `ollama serve` starts it"), "{}", heard.error());
}

/// Says to the test of that name, started anew, which file it shall write what it hears to.
#[cfg(target_os = "linux")]
const HEARD: &str = "PELICYCLE_TEST_HEARD";

#[cfg(target_os = "linux")]
#[test]
fn where_the_system_has_no_certificates_that_is_said_and_nothing_is_sent() {
    if let Ok(file) = std::env::var(HEARD) {
        let entry =
            "[test]\ndialect = \"ollama\"\nbase_url = \"https://127.0.0.1:9/\"\nstart = \"ollama serve\"\n";
        let heard = ask(&crate::asking::services(entry).model("test", "m").unwrap());
        return std::fs::write(file, format!("{:?} {} {}", heard.outcome(), heard.sent, heard.error()))
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (empty, heard) = (folder.path().join("empty.pem"), folder.path().join("heard"));
    std::fs::write(&empty, "").unwrap();
    // What a process trusts is read once.
    let done = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", std::thread::current().name().unwrap()])
        .envs([(HEARD, &heard), ("SSL_CERT_FILE", &empty)])
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let heard = std::fs::read_to_string(&heard).unwrap();
    let words = "Error 0 the system has no certificates to check a server by: No CA certificates were loaded";
    assert!(heard.starts_with(words) && !heard.contains("is it running"), "{heard}");
}

#[test]
fn once_something_came_nothing_is_asked_again() {
    let error = "data: {\"error\":{\"code\":503,\"message\":\"m\"}}\n\n";
    let think = "data: {\"choices\":[{\"delta\":{\"reasoning\":\"Hm\"}}]}\n\n";
    for begin in [chat_text("<"), think.to_owned()] {
        for ending in [vec![ServerStep::Wait(20), ServerStep::Reset], vec![chunk(error), end()], vec![]] {
            let server =
                ScriptedServer::new(vec![[vec![events(), chunk(&begin)], ending].concat(), chat("hi")]);
            let heard = ask(&remote(&server, "chat", ""));
            assert!(matches!(heard.outcome(), Outcome::Cut | Outcome::Error));
            assert_eq!(heard.sent, 1);
        }
    }
}

#[test]
fn a_server_that_loads_its_model_is_waited_for() {
    let loading = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
    let mut scripts = vec![failing(503, &[], loading); 2];
    scripts.push(chat("hi"));
    let server = ScriptedServer::new(scripts);
    let heard = ask(&remote(&server, "chat", "tries = 1"));
    assert_eq!((heard.outcome(), heard.sent), (Outcome::Complete, 3), "{}", heard.error());
    let tries = &heard.service().tries;
    assert_eq!(tries.len(), 1, "one wait, not two failures");
    assert!(tries[0].waited.unwrap() >= 0.9);
    let server = ScriptedServer::new(vec![failing(503, &[], loading)]);
    let heard = ask(&remote(&server, "chat", "first_seconds = 0.1"));
    assert!(heard.outcome() == Outcome::Error && heard.error().contains("Loading model"));
}

#[test]
fn times_are_those_of_the_try_that_was_answered() {
    let slow = [vec![ServerStep::Wait(200)], failing(500, &[], BUSY)].concat();
    let server = ScriptedServer::new(vec![slow, chat("hi")]);
    let heard = ask(&remote(&server, "chat", ""));
    assert_eq!(heard.sent, 2);
    assert!(heard.pieces[0].0 < Duration::from_millis(150), "{:?}", heard.pieces);
    assert!(heard.service().tries[0].seconds >= 0.2);
}

#[test]
fn one_that_is_told_to_wait_tells_the_others_of_the_service() {
    let server = ScriptedServer::answering(|n, _| match n {
        0 => failing(429, &["retry-after-ms: 300"], BUSY),
        _ => chat("hi"),
    });
    let first = remote(&server, "chat", "");
    let second: ServiceModel = first.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let later = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            hear(&second, RequestRecord::default()).await
        };
        let (one, other) = tokio::join!(hear(&first, RequestRecord::default()), later);
        assert_eq!((one.sent, other.sent), (2, 1));
    });
    let seen = server.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_millis(290));
    assert!(
        seen[2].at - seen[0].at >= Duration::from_millis(290),
        "the second did not find it out for itself"
    );
}
