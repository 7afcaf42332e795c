//! aimock: an imitation of all the services on one port, by somebody else.
#![allow(clippy::print_stdout, reason = "a test tells that it skips")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The imitation, running.
pub struct Mock {
    child: Child,
    pub port: u16,
}

impl Mock {
    /// None where it is not installed, which is told.
    pub fn start() -> Option<Mock> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mock");
        let script = folder.join("node_modules/.bin/llmock");
        let node = Command::new("node").arg("--version").output();
        if !script.exists() || node.is_err() {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "Node.js or tests/mock/node_modules is missing"
            );
            println!("skipped: this test needs Node.js and `npm ci` in tests/mock");
            return None;
        }
        let port = free_port();
        let child = Command::new("node")
            .arg(script)
            .args(["-p", &port.to_string(), "-f", "fixtures", "--chunk-size", "8"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mock = Mock { child, port };
        wait_for(port, "aimock");
        Some(mock)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens to yet.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a server listens.
pub fn wait_for(port: u16, name: &str) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(180), "{name} does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
}
