//! Answers that have no end, in every place where an answer could have none: each comes to its bound.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pelicycle_record::Outcome;
use pelicycle_testkit::loopback::{CHAT_END, chat_text};

use crate::asking::{ReceivedReply, ask, services};

/// A chunked stream of events begins so.
const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Says this and then `unit` for as long as somebody reads.
fn pour(mut stream: TcpStream, begin: &str, unit: &str) {
    let _ = stream.read(&mut [0; 4096]);
    let mut going = stream.write_all(begin.as_bytes()).is_ok();
    // A build without optimisation reads the digits of a length no faster than they would come.
    let at_once = if unit == "0" { 256 } else { 8 << 10 };
    let many = unit.repeat(at_once / unit.len() + 1);
    while going {
        going = stream.write_all(many.as_bytes()).is_ok();
        // Slow enough to cost little; no bound on bytes takes a second at this pace.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Words of an answer that is ended by the clock alone.
const BY_THE_CLOCK: &str = "within 0.";

/// Asks a server whose answer begins so and never ends; how often it was asked, and what was heard.
fn poured(dialect: &str, begin: String, unit: &'static str, times: &str) -> (usize, ReceivedReply) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            let begin = begin.replace("HERE", &port.to_string());
            std::thread::spawn(move || pour(stream, &begin, unit));
        }
    });
    let providers = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"http://127.0.0.1:{port}\"\ntries = 1\n{times}"
    );
    let heard = ask(&services(&providers).model("test", "m").unwrap());
    (asked.load(Ordering::Relaxed), heard)
}

#[test]
fn an_answer_without_end_comes_to_a_bound_wherever_it_has_none() {
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let said = format!("{EVENTS}{}", chunk(&chat_text("<svg>")));
    let whole = format!("{EVENTS}{}", chunk(&(chat_text("<svg>") + CHAT_END)));
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}\r\n");
    let error = Outcome::Error;
    let cases: Vec<(&str, String, &'static str, Outcome, &str)> = vec![
        ("chat", "HTTP/1.1 200 OK\r\nx: ".to_owned(), "a", error, ""),
        ("chat", "HTTP/1.1 200 OK\r\n".to_owned(), "x: a\r\n", error, ""),
        ("chat", String::new(), "HTTP/1.1 103 Early Hints\r\n\r\n", error, BY_THE_CLOCK),
        ("chat", format!("{EVENTS}5;"), "x=a;", error, "the connection broke"),
        ("chat", EVENTS.to_owned(), "0", error, BY_THE_CLOCK),
        ("chat", EVENTS.to_owned(), "1\r\n:\r\n1\r\n\n\r\n", error, BY_THE_CLOCK),
        ("ollama", EVENTS.to_owned(), "1\r\n\n\r\n", error, BY_THE_CLOCK),
        ("chat", format!("{said}0\r\n"), "x: a\r\n", Outcome::Cut, "the connection broke"),
        ("chat", format!("{whole}0\r\n"), "x: a\r\n", Outcome::Complete, ""),
        ("chat", whole, "1\r\n:\r\n1\r\n\n\r\n", Outcome::Complete, ""),
        ("chat", head("200 OK", "content-encoding: gzip\r\n"), "\u{1f}\0", error, "encoded as \"gzip\""),
        ("chat", head("429 No", "content-encoding: gzip\r\n"), "\u{1f}\0", error, "encoded as \"gzip\""),
        ("chat", head("500 No", ""), "oh ", error, "HTTP 500"),
        ("chat", head("200 OK", "content-type: text/html\r\n"), "<p>", error, "a page came"),
        ("chat", head("307 No", "location: http://127.0.0.1:HERE/\r\n"), "a", error, "is not followed"),
    ];
    std::thread::scope(|scope| {
        for (dialect, begin, unit, outcome, words) in cases {
            scope.spawn(move || {
                // What another bound ends has time for it on a busy machine, too.
                let times = match words {
                    BY_THE_CLOCK => "first_seconds = 0.25\ntotal_seconds = 0.4\n",
                    _ => "first_seconds = 300\ntotal_seconds = 300\n",
                };
                let (asked, heard) = poured(dialect, begin.clone(), unit, times);
                let told = format!("{begin:?} {unit:?}: {:?} {}", heard.outcome(), heard.error());
                assert!(heard.outcome() == outcome && heard.error().contains(words), "{told}");
                // Time may be over before the server has looked.
                assert!(asked == 1 || asked == 0 && words == BY_THE_CLOCK, "{asked} {told}");
            });
        }
    });
}
