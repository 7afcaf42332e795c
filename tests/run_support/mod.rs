//! What the tests of `pelicycle run` share: a folder of their own, and the real program in it.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a helper of tests is a test")]

pub mod model_file;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use pelicycle_record::Outcome;
use pelicycle_store::{Store, StoredAttempt};
use serde_json::Value;

/// A working directory that goes with the test, with `results/` and `gallery/` in it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn results(&self) -> PathBuf {
        self.path().join("results")
    }

    pub fn index(&self) -> PathBuf {
        self.path().join("gallery/index.html")
    }

    pub fn store(&self) -> Store {
        Store::open(self.results()).unwrap()
    }

    /// `pelicycle run` with these arguments and a model, where one is given.
    pub fn command(&self, model: Option<&Path>, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pelicycle"));
        command.current_dir(self.path()).env_remove("PELICYCLE_RESULTS").env_remove("PELICYCLE_GALLERY");
        // No variable of whoever runs the tests may send a request anywhere.
        for (name, _) in std::env::vars() {
            if name.ends_with("_API_KEY") || name.ends_with("_BASE_URL") || name == "OLLAMA_HOST" {
                command.env_remove(name);
            }
        }
        command.arg("run").args(args).stdin(Stdio::null());
        model.map(|model| command.arg("-m").arg(model));
        command
    }

    /// Runs to the end and expects this exit code.
    pub fn run(&self, code: i32, model: Option<&Path>, args: &[&str]) -> Said {
        Said::new(code, &self.command(model, args).output().unwrap())
    }

    /// Starts a run that tells its events, to be disturbed.
    pub fn start(&self, model: Option<&Path>, args: &[&str]) -> Running {
        self.watch(self.command(model, args))
    }

    /// Starts a command that tells its events.
    pub fn watch(&self, mut command: Command) -> Running {
        let mut child = command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (send, events) = channel();
        std::thread::spawn(move || {
            // A line that a kill cut short is no event.
            let whole = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            for event in whole {
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        Running { child, events }
    }

    /// All attempts, oldest first: none is damaged, and every text is as it was recorded.
    pub fn attempts(&self) -> Vec<StoredAttempt> {
        let store = self.store();
        let listing = store.list().unwrap();
        assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
        for stored in &listing.attempts {
            store.verify(stored).unwrap();
        }
        listing.attempts
    }

    /// The replies that ended by themselves, by prompt and sample; that of no sample is there twice.
    pub fn replies(&self) -> BTreeMap<(String, u32), Vec<u8>> {
        let mut replies = BTreeMap::new();
        for stored in self.attempts().iter().filter(|stored| is_done(stored)) {
            let key = (stored.attempt.prompt.id.clone(), stored.attempt.sample);
            let reply = self.store().reply(stored).unwrap().unwrap();
            assert!(replies.insert(key.clone(), reply).is_none(), "{key:?} was asked twice");
        }
        replies
    }
}

/// All files in a folder and those in it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Whether an attempt is one that a resumed run leaves alone.
pub fn is_done(stored: &StoredAttempt) -> bool {
    !matches!(stored.attempt.outcome, Outcome::Cancelled | Outcome::Error | Outcome::Cut)
}

/// What a run said.
pub struct Said {
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// What was said by a program that should end with this exit code.
    pub fn new(code: i32, output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = Said { stdout: text(&output.stdout), stderr: text(&output.stderr) };
        assert_eq!(output.status.code(), Some(code), "{}{}", said.stdout, said.stderr);
        said
    }

    pub fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A run that goes on.
pub struct Running {
    pub child: Child,
    pub events: Receiver<Value>,
}

impl Running {
    /// The next event of this kind.
    pub fn wait_for(&self, event: &str) -> Value {
        self.wait_for_any(&[event])
    }

    /// The next event of one of these kinds.
    pub fn wait_for_any(&self, events: &[&str]) -> Value {
        let wanted = |found: &Value| events.iter().any(|event| found["event"] == *event);
        self.events.iter().find(wanted).expect("the run tells it")
    }

    /// The events that are left, once it has ended with this exit code.
    pub fn end(mut self, code: i32) -> Vec<Value> {
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{status}");
        self.events.iter().collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; one that has ended can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
