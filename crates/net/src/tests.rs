//! The client and its bounds against a server that behaves badly on purpose.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::*;

/// Long enough for anything on this machine, so that reaching it is a failure.
const AMPLE: Duration = Duration::from_secs(20);
/// Short enough to be waited for.
const SHORT: Duration = Duration::from_millis(150);
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";

/// An act of the server with a connection once the request has been read.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// It sends this and closes.
    Send(&'static str),
    /// It sends this and keeps the connection open in silence.
    Hang(&'static str),
    /// It sends this, and then a part now and then, without an end.
    Drip(&'static str, Duration),
    /// It sends this, and then as much as the other side takes.
    Flood(&'static str),
}

/// Serves connections until the test is over, and gives the address and the heads of the requests.
async fn server(act: Act) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/list", listener.local_addr().unwrap());
    let (heads, seen) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = heads.send(head(&mut stream).await);
            tokio::spawn(serve(stream, act));
        }
    });
    (address, seen)
}

async fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.is_ok_and(|read| read > 0) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

async fn serve(mut stream: TcpStream, act: Act) -> std::io::Result<()> {
    match act {
        Act::Send(text) => stream.write_all(text.as_bytes()).await,
        Act::Hang(text) => {
            stream.write_all(text.as_bytes()).await?;
            tokio::time::sleep(AMPLE).await;
            Ok(())
        }
        Act::Drip(text, pause) => {
            stream.write_all(text.as_bytes()).await?;
            loop {
                tokio::time::sleep(pause).await;
                stream.write_all(b".").await?;
            }
        }
        Act::Flood(text) => {
            stream.write_all(text.as_bytes()).await?;
            loop {
                stream.write_all(&[b'.'; 4096]).await?;
            }
        }
    }
}

fn options() -> ClientOptions {
    ClientOptions { connect: AMPLE, idle: None, redirects: false, proxy: false }
}

fn limits(deadline: Duration, idle: Option<Duration>, bytes: u64) -> BodyLimits {
    BodyLimits { deadline: Instant::now() + deadline, idle, bytes }
}

async fn get(url: &str, options: &ClientOptions) -> reqwest::Response {
    options.build().unwrap().get(url).send().await.unwrap()
}

#[tokio::test]
async fn a_body_that_falls_silent_is_late_after_the_longest_silence() {
    let (url, _) = server(Act::Hang(HEAD)).await;
    let response = get(&url, &options()).await;
    let begun = Instant::now();
    let error = limits(AMPLE, Some(SHORT), 1000).read(response).await.unwrap_err();
    assert!(matches!(error, BodyError::Late), "{error}");
    assert!(begun.elapsed() >= SHORT && begun.elapsed() < AMPLE / 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_body_that_never_falls_silent_is_late_at_the_deadline() {
    let (url, _) = server(Act::Drip(HEAD, Duration::from_millis(10))).await;
    let response = get(&url, &options()).await;
    let error = limits(SHORT, Some(AMPLE), 1000).read(response).await.unwrap_err();
    assert!(matches!(error, BodyError::Late), "{error}");
}

#[tokio::test]
async fn the_clients_own_bound_on_silence_is_told_as_lateness() {
    let (url, _) = server(Act::Hang(HEAD)).await;
    let response = get(&url, &ClientOptions { idle: Some(SHORT), ..options() }).await;
    let error = limits(AMPLE, None, 1000).read(response).await.unwrap_err();
    assert!(matches!(error, BodyError::Late), "{error}");
}

#[tokio::test]
async fn an_endless_body_is_refused_at_its_bound() {
    let (url, _) = server(Act::Flood("HTTP/1.1 200 OK\r\n\r\n")).await;
    let response = get(&url, &options()).await;
    let mut kept = Vec::new();
    let error = limits(AMPLE, None, 100_000).copy(response, &mut kept).await.unwrap_err();
    assert!(matches!(error, BodyError::TooLong(100_000)), "{error}");
    assert!(!kept.is_empty() && kept.len() <= 100_000, "{}", kept.len());
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_body_is_told_and_what_came_is_kept() {
    let (url, _) = server(Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")).await;
    let error = limits(AMPLE, None, 1000).read(get(&url, &options()).await).await.unwrap_err();
    assert!(matches!(error, BodyError::Broken(_)), "{error}");
    let some = limits(AMPLE, None, 1000).read_some(get(&url, &options()).await).await;
    assert_eq!(some, b"half");
}

#[tokio::test]
async fn a_body_that_can_not_be_written_is_an_error_of_writing() {
    let (url, _) = server(Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntext")).await;
    let mut small = [0; 2];
    let error = limits(AMPLE, None, 1000).copy(get(&url, &options()).await, &mut &mut small[..]).await;
    assert!(matches!(error, Err(BodyError::Write(_))), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_followed_only_where_it_may_be() {
    let (target, _) = server(Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntext")).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
    let (url, _) = server(Act::Send(redirect.leak())).await;
    assert_eq!(get(&url, &options()).await.status(), 302);
    assert_eq!(get(&url, &ClientOptions { redirects: true, ..options() }).await.status(), 200);
}

#[tokio::test]
async fn every_request_says_who_asks() {
    let (url, mut seen) = server(Act::Send("HTTP/1.1 204 No Content\r\n\r\n")).await;
    get(&url, &options()).await;
    let head = seen.recv().await.unwrap();
    let expected = concat!("user-agent: pelicycle/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(head.contains(expected), "{head}");
}

#[tokio::test]
async fn a_text_is_fetched_whole_or_not_at_all() {
    let fetched = async |act: Act| {
        let (url, _) = server(act).await;
        fetch(&url, 1 << 20, Duration::from_secs(1)).await
    };
    for (act, expected) in [
        (Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntext"), "text"),
        (Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\u{1}"), "\u{1}"),
    ] {
        assert_eq!(fetched(act).await.unwrap(), expected);
    }
    let fails = async |act: Act, expected: &str| {
        let error = fetched(act).await.expect_err(expected);
        assert!(error.to_string().contains(expected), "{act:?}: {error}");
    };
    tokio::join!(
        fails(Act::Send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), "answered 404"),
        fails(Act::Send(HEAD), "it could not be fetched"),
        fails(Act::Flood("HTTP/1.1 200 OK\r\n\r\n"), "longer than 1 MiB"),
        fails(Act::Hang(HEAD), "not all of it came within 1 s"),
        fails(Act::Hang(""), "not all of it came within 1 s"),
    );
}
