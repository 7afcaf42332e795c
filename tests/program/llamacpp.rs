//! A whole run on llama.cpp's own server from the Python package, with the real SmolLM2. By hand, since the package takes
//! long to build:
//!
//! ```sh
//! pip install 'llama-cpp-python[server]' && scripts/fetch-smollm2
//! cargo test --test program -- --ignored llamacpp::      # PELICYCLE_PYTHON names another python3
//! ```

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pelicycle_record::{Outcome, Timeline};
use pelicycle_testkit::loopback::free_port;
use pelicycle_testkit::workspace;
use serde_json::Value;

use crate::work_folder::{ProgramOutput, WorkFolder};

const MODEL: &str = "SmolLM2-135M-Instruct.Q4_1";

struct LlamaServer(Child);

impl LlamaServer {
    fn start(port: u16) -> LlamaServer {
        let model = workspace().join("models").join(format!("{MODEL}.gguf"));
        assert!(model.exists(), "run scripts/fetch-smollm2");
        let python = std::env::var("PELICYCLE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let child = Command::new(python)
            .args(["-m", "llama_cpp.server", "--n_ctx", "2048", "--port", &port.to_string(), "--model"])
            .arg(model)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = LlamaServer(child);
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.0.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: is llama-cpp-python[server] installed?");
            assert!(begin.elapsed() < Duration::from_secs(120), "the server does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }
}

impl Drop for LlamaServer {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs python3 with llama-cpp-python[server], and SmolLM2"]
fn a_real_model_on_a_real_server_is_asked_kept_and_shown() {
    let port = free_port();
    let _server = LlamaServer::start(port);
    let place = WorkFolder::new();
    let url = format!("http://127.0.0.1:{port}/v1");
    let name = format!("llamacpp/{MODEL}");
    let args = ["-m", &name, "-n", "2", "--max-tokens", "60", "--temperature", "0"];
    let output = place.command(None, &args).env("LLAMACPP_BASE_URL", &url).output().unwrap();
    let said = ProgramOutput::new(0, &output);
    assert!(place.index().is_file(), "{}", said.stdout);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 2);
    for stored in attempts {
        let attempt = &stored.attempt;
        assert!(matches!(attempt.outcome, Outcome::Length | Outcome::Complete), "{:?}", attempt.error);
        let reply = place.store().reply(&stored).unwrap().unwrap();
        assert!(!reply.is_empty() && attempt.check.is_some());
        assert!(attempt.timing.first_token.unwrap() < attempt.timing.last_token.unwrap());
        let timeline = std::fs::read(stored.files.timeline.as_ref().unwrap()).unwrap();
        let timeline = Timeline::read(&timeline, reply.len() as u64, 0).unwrap();
        assert!(timeline.reply.len() > 5, "it came in pieces");

        // The oracle: the same request, answered whole.
        let sent = std::fs::read(stored.files.request.as_ref().unwrap()).unwrap();
        let mut body: Value = serde_json::from_slice(&sent).unwrap();
        body["stream"] = false.into();
        body.as_object_mut().unwrap().remove("stream_options");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let whole = runtime.block_on(async {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request =
                client.post(format!("{url}/chat/completions")).header("content-type", "application/json");
            request.body(body.to_string()).send().await.unwrap().text().await.unwrap()
        });
        let whole: Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"].as_str().unwrap().as_bytes(), reply);
    }
}
