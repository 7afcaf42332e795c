//! Through LiteLLM's proxy, somebody else's reading of the protocols on both sides, in front of aimock. By hand, since the
//! package takes long to install:
//!
//! ```sh
//! pip install 'litellm[proxy]' && (cd tests/mock && npm ci)
//! # PELICYCLE_LITELLM names the program `litellm`
//! cargo test -p pelicycle-provider --test provider -- --ignored litellm::
//! ```

use std::process::{Child, Command, Stdio};

use pelicycle_record::{Outcome, RequestRecord};
use pelicycle_testkit::loopback::{KEY, free_port, wait_for};
use pelicycle_testkit::tempdir;

use crate::aimock::Aimock;
use crate::asking::{ReceivedReply, hear_of, services};

const SVG: &str = "<svg viewBox=\"0 0 9 9\"><title>Pélican 🚲</title></svg>";

/// Our protocol towards the proxy, the path in front of its own, and the proxy's towards the service.
const ROADS: [(&str, &str, &str); 5] = [
    ("chat", "/v1", "by-chat"),
    ("chat", "/v1", "by-anthropic"),
    ("chat", "/v1", "by-gemini"),
    ("anthropic", "", "by-anthropic"),
    ("responses", "/v1", "by-chat"),
];

struct Proxy {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Proxy {
    fn start(mock: &Aimock) -> Proxy {
        let up = format!("http://127.0.0.1:{}", mock.port);
        let folder = tempdir();
        let config = folder.path().join("config.yaml");
        let models = [
            ("by-chat", "openai/m", "/v1"),
            ("by-anthropic", "anthropic/claude-opus-4-7", ""),
            ("by-gemini", "gemini/gemini-3.5-flash", "/v1beta"),
        ];
        let models = models.map(|(name, model, path)| {
            format!("  - model_name: {name}\n    litellm_params: {{model: {model}, api_base: \"{up}{path}\", api_key: sk-up}}\n")
        });
        let text = format!(
            "model_list:\n{}litellm_settings: {{telemetry: false, num_retries: 0}}\n",
            models.concat()
        );
        std::fs::write(&config, text).unwrap();
        let port = free_port();
        let program = std::env::var("PELICYCLE_LITELLM").unwrap_or_else(|_| "litellm".to_owned());
        let child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--config"])
            .arg(&config)
            .env("LITELLM_MASTER_KEY", KEY)
            // Else it fetches a list of prices when it starts.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("litellm is installed, or PELICYCLE_LITELLM names it");
        let proxy = Proxy { child, port, _folder: folder };
        wait_for(port, "litellm");
        proxy
    }

    fn ask(&self, (dialect, path, model): (&str, &str, &str), prompt: &str) -> ReceivedReply {
        let providers = format!(
            "[test]\ndialect = \"{dialect}\"\nbase_url = \"http://127.0.0.1:{}{path}\"\nkey_env = [\"TEST_KEY\"]\n\
             tries = 2\nbackoff_seconds = 0.02\nmax_tokens = 900\n",
            self.port
        );
        let remote = services(&providers).model("test", model).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(hear_of(&remote, prompt, RequestRecord::default()))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs the program litellm, and aimock"]
fn every_road_through_the_proxy_brings_the_reply_and_its_faults() {
    let mock = Aimock::start().expect("aimock is installed");
    let proxy = Proxy::start(&mock);
    for road in ROADS {
        let heard = proxy.ask(road, "think");
        assert_eq!(
            (heard.text.as_str(), heard.outcome()),
            (SVG, Outcome::Complete),
            "{road:?}: {}",
            heard.error()
        );
        assert_eq!(heard.account.usage.output, Some(9), "{road:?}");
        assert!(heard.pieces.len() > 2, "{road:?}: it came in pieces");

        let heard = proxy.ask(road, "busy");
        assert_eq!(heard.outcome(), Outcome::Error, "{road:?}");
        assert!(heard.error().contains("HTTP 429"), "{road:?}: {}", heard.error());

        // The proxy tells of the cut in a frame of its own.
        let heard = proxy.ask(road, "cutoff");
        assert_eq!(heard.outcome(), Outcome::Error, "{road:?}");
        assert!(heard.error().contains("the service broke off"), "{road:?}: {}", heard.error());
        assert!(
            !heard.text.is_empty() && "This will be cut before the end: a long text".starts_with(&heard.text)
        );

        let heard = proxy.ask(road, "length");
        assert_eq!((heard.text.as_str(), heard.outcome()), ("Stopped early", Outcome::Length), "{road:?}");
    }
}
