//! Our reading of the protocols against somebody else's: aimock imitates all of the services on one port.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test panics where it fails, and tells that it skips"
)]

mod service_support;

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pelicycle::attempt::{Outcome, RequestRecord};
use service_support::*;

const SVG: &str = "<svg viewBox=\"0 0 9 9\"><title>Pélican 🚲</title></svg>";

/// The protocols, and the path in front of theirs.
const DIALECTS: [(&str, &str); 5] =
    [("anthropic", ""), ("responses", "/v1"), ("chat", "/v1"), ("gemini", ""), ("ollama", "")];

/// The imitation, running.
struct Mock {
    child: Child,
    port: u16,
}

impl Mock {
    /// None where it is not installed, which is told.
    fn start() -> Option<Mock> {
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
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("node")
            .arg(script)
            .args(["-p", &port.to_string(), "-f", "fixtures", "--chunk-size", "8"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mock = Mock { child, port };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(60), "aimock does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(mock)
    }

    fn ask(&self, (dialect, path): (&str, &str), prompt: &str) -> Heard {
        let providers = format!(
            "[test]\ndialect = \"{dialect}\"\nbase_url = \"http://127.0.0.1:{}{path}\"\nkey_env = [\"TEST_KEY\"]\n\
             tries = 2\nbackoff_seconds = 0.02\nmax_tokens = 900\n",
            self.port
        );
        let remote = services(&providers).model("test", "m").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(hear_of(&remote, prompt, RequestRecord::default()))
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_protocol_is_read_as_someone_else_speaks_it() {
    let Some(mock) = Mock::start() else { return };
    for dialect in DIALECTS {
        let heard = mock.ask(dialect, "think");
        assert_eq!((heard.text.as_str(), heard.outcome()), (SVG, Outcome::Complete), "{dialect:?}");
        // It gives Ollama's reasoning another name than Ollama does.
        if dialect.0 != "ollama" {
            assert_eq!(heard.reasoning, "A pelican needs a pouch.", "{dialect:?}");
            assert_eq!(heard.account.usage.output, Some(9), "{dialect:?}");
        }
        assert!(heard.pieces.len() > 5, "{dialect:?}: it came in pieces");

        let heard = mock.ask(dialect, "length");
        // It knows no length of Ollama's.
        let ended = if dialect.0 == "ollama" { Outcome::Complete } else { Outcome::Length };
        assert_eq!((heard.text.as_str(), heard.outcome()), ("Stopped early", ended), "{dialect:?}");

        let heard = mock.ask(dialect, "slow");
        let (first, last) = (heard.pieces[0].0, heard.pieces.last().unwrap().0);
        assert!(
            first >= Duration::from_millis(350) && last > first + Duration::from_millis(50),
            "{dialect:?}"
        );
        assert_eq!(heard.outcome(), Outcome::Complete, "{dialect:?}");

        let heard = mock.ask(dialect, "cutoff");
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Cut, 1), "{dialect:?}: {}", heard.error());
        assert!(
            !heard.text.is_empty()
                && "This will be cut before the end: a long text in many small pieces, of which few arrive."
                    .starts_with(&heard.text)
        );

        let heard = mock.ask(dialect, "busy");
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 2), "{dialect:?}");
        assert!(
            heard.error().contains("HTTP 429") && heard.error().contains("Rate limit reached"),
            "{dialect:?}"
        );
        assert!(heard.service().tries[0].waited.unwrap() >= 1.0, "it asks for a second: {dialect:?}");
    }
}
