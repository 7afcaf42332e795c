//! Streams that never end, and say something new in every one of many small frames.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use pelicycle_record::Outcome;
use pelicycle_testkit::loopback::{ServerStep, chat_text, chunk, events};

use crate::work_folder::WorkFolder;

/// Writes for as long as somebody reads.
fn pour(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 4096]);
    let (ServerStep::Send(head), mut count) = (events(), 0_u64) else { return };
    let mut going = stream.write_all(&head).is_ok();
    while going {
        let frames: String = (count..count + 500).map(|n| chat_text(&n.to_string())).collect();
        count += 500;
        let ServerStep::Send(bytes) = chunk(frames) else { return };
        going = stream.write_all(&bytes).is_ok();
    }
}

#[test]
fn four_endless_streams_end_on_time_in_little_memory() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in server.incoming().flatten() {
            std::thread::spawn(move || pour(stream));
        }
    });
    let place = WorkFolder::new();
    let entry = format!(
        "[providers.mine]\ndialect = \"chat\"\nbase_url = \"http://{address}/v1\"\ntotal_seconds = 1.5\ntries = 1\n"
    );
    std::fs::write(place.path().join("pelicycle.toml"), entry).unwrap();
    let mut command = place.command(None, &["-m", "mine/m", "-n", "4", "--no-gallery", "--trust-folder"]);
    let begin = Instant::now();
    let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    while running.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(peak.unwrap_or(0) / 1024);
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!((1..200).contains(&most), "{most} MiB");
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 4);
    for stored in attempts {
        // A machine that reads quicker meets the bound on the reply's length before.
        assert!(
            matches!(stored.attempt.outcome, Outcome::Cut | Outcome::Length),
            "{:?}",
            stored.attempt.error
        );
        assert!(stored.attempt.reply.is_some());
    }
}
