//! The cost of two hundred streams at a time, beside a client that only reads their bytes. By hand, and by name, since it
//! measures the memory of its whole process:
//!
//! ```sh
//! cargo test --release -p pelicycle-provider --test provider -- --ignored --nocapture load::
//! ```
#![expect(clippy::print_stdout, reason = "a measurement that is read by a person")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use pelicycle_provider::{Provider as _, ReplyEventKind, ReplyRequest, ServiceModel};
use pelicycle_record::RequestRecord;
use pelicycle_testkit::loopback::{CHAT_END, ServerStep, chat_text, chunk, end, events};
use rustix::time::{ClockId, clock_gettime};

use crate::asking::services;

const STREAMS: usize = 200;
const PIECES: u32 = 250;
const EVERY: Duration = Duration::from_millis(20);

/// Server and clients count from here.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Each piece of text is the time when it was written, in microseconds.
fn serve(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let _ = stream.read(&mut [0; 4096]);
    let ServerStep::Send(head) = events() else { return };
    let mut send = |step: ServerStep| {
        if let ServerStep::Send(bytes) = step {
            let _ = stream.write_all(&bytes);
        }
    };
    send(ServerStep::Send(head));
    let begin = Instant::now();
    for piece in 1..=PIECES {
        std::thread::sleep((begin + EVERY * piece).saturating_duration_since(Instant::now()));
        send(chunk(chat_text(&format!("{} ", BEGIN.elapsed().as_micros()))));
    }
    send(chunk(CHAT_END));
    send(end());
}

fn late(written: &str) -> Option<f64> {
    let written: u64 = written.trim().parse().ok()?;
    Some(BEGIN.elapsed().as_secs_f64() * 1e3 - written as f64 / 1e3)
}

/// Reads a stream as pelicycle does; how late each piece was for whoever listens, in milliseconds.
async fn ours(remote: ServiceModel) -> Vec<f64> {
    let mut stream = remote.ask(ReplyRequest {
        prompt_id: "x".to_owned(),
        earlier: Vec::new(),
        prompt: "x".to_owned(),
        pictures: Vec::new(),
        sample: 1,
        settings: RequestRecord::default(),
    });
    let mut times = Vec::new();
    while let Some(event) = stream.recv().await {
        match event.kind {
            ReplyEventKind::Delta(delta) => times.extend(late(&delta.text)),
            ReplyEventKind::End(done) => assert_eq!(done.error, None),
            ReplyEventKind::Sent(_) | ReplyEventKind::Metadata(_) => {}
        }
    }
    times
}

/// Reads its bytes and looks for the text in them.
async fn bare(client: reqwest::Client, url: String) -> Vec<f64> {
    let mut response = client.post(url).body("{}").send().await.unwrap();
    let mut times = Vec::new();
    while let Some(bytes) = response.chunk().await.unwrap() {
        let text = String::from_utf8_lossy(&bytes);
        times.extend(text.split("\"content\":\"").skip(1).filter_map(|rest| late(rest.split('"').next()?)));
    }
    times
}

/// Runs all streams on a thread of their own; says how late the pieces were, and what the thread cost.
fn measure<F: Future<Output = Vec<f64>> + Send + 'static>(
    name: &str,
    stream: impl Fn() -> F + Send + 'static,
) {
    let resident = || -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    let before = resident();
    let (times, cpu, wall) = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let begin = Instant::now();
        let times = runtime.block_on(async {
            let tasks: Vec<_> = (0..STREAMS).map(|_| tokio::spawn(stream())).collect();
            let mut all = Vec::new();
            for task in tasks {
                all.extend(task.await.unwrap());
            }
            all
        });
        let cpu = clock_gettime(ClockId::ThreadCPUTime);
        (times, cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9, begin.elapsed().as_secs_f64())
    })
    .join()
    .unwrap();
    let mut times = times;
    times.sort_by(f64::total_cmp);
    assert_eq!(times.len(), STREAMS * PIECES as usize, "{name}");
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: late by {:.2} ms (median), {:.2} ms (99 %); {:.1} % of a core, {:.1} µs a piece; {} KiB more memory",
        at(0.5),
        at(0.99),
        100.0 * cpu / wall,
        1e6 * cpu / times.len() as f64,
        resident().saturating_sub(before),
    );
}

#[test]
#[ignore = "a measurement, read by a person"]
fn two_hundred_streams_at_a_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            std::thread::Builder::new().stack_size(64 << 10).spawn(move || serve(stream)).unwrap();
        }
    });
    let url = format!("http://127.0.0.1:{port}");
    let providers = format!("[test]\ndialect = \"chat\"\nbase_url = \"{url}\"\n");
    let remote = services(&providers).model("test", "m").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    println!("{STREAMS} streams of {PIECES} pieces, one each {} ms", EVERY.as_millis());
    for _ in 0..2 {
        let (client, url) = (client.clone(), url.clone());
        measure("bare client", move || bare(client.clone(), url.clone()));
        let remote = remote.clone();
        measure("pelicycle  ", move || ours(remote.clone()));
    }
}
