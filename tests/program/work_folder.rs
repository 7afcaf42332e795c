//! A folder to run the program in, and what the program says there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use pelicycle_record::Outcome;
use pelicycle_store::{Store, StoredAttempt};
use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;
use serde_json::Value;

/// A working directory that goes with the test, with `results/` and `gallery/` in it.
pub(crate) struct WorkFolder(tempfile::TempDir);

impl WorkFolder {
    pub(crate) fn new() -> WorkFolder {
        WorkFolder(tempdir())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.path().join("results")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.path().join("gallery/index.html")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(self.results()).unwrap()
    }

    /// The program in this folder.
    pub(crate) fn program(&self) -> Command {
        let mut command = program();
        command.current_dir(self.path());
        command
    }

    /// `pelicycle run` with these arguments and a model, where one is given.
    pub(crate) fn command(&self, model: Option<&Path>, args: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("run").args(args).stdin(Stdio::null());
        model.map(|model| command.arg("-m").arg(model));
        command
    }

    /// Runs to the end and expects this exit code.
    pub(crate) fn run(&self, code: i32, model: Option<&Path>, args: &[&str]) -> ProgramOutput {
        ProgramOutput::new(code, &self.command(model, args).output().unwrap())
    }

    /// Starts a run that tells its events, to be disturbed.
    pub(crate) fn start(&self, model: Option<&Path>, args: &[&str]) -> RunningProgram {
        self.watch(self.command(model, args))
    }

    /// Starts a command that tells its events.
    pub(crate) fn watch(&self, mut command: Command) -> RunningProgram {
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
        RunningProgram { child, events }
    }

    /// All attempts, oldest first: none is damaged, and every text is as it was recorded.
    pub(crate) fn attempts(&self) -> Vec<StoredAttempt> {
        let store = self.store();
        let listing = store.list().unwrap();
        assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
        for stored in &listing.attempts {
            store.verify(stored).unwrap();
        }
        listing.attempts
    }

    /// The replies that ended by themselves, by prompt and sample; that of no sample is there twice.
    pub(crate) fn replies(&self) -> BTreeMap<(String, u32), Vec<u8>> {
        let mut replies = BTreeMap::new();
        for stored in self.attempts().iter().filter(|stored| is_done(stored)) {
            let key = (stored.attempt.prompt.id.clone(), stored.attempt.sample);
            let reply = self.store().reply(stored).unwrap().unwrap();
            assert!(replies.insert(key.clone(), reply).is_none(), "{key:?} was asked twice");
        }
        replies
    }
}

/// Whether an attempt is one that a resumed run leaves alone.
pub(crate) fn is_done(stored: &StoredAttempt) -> bool {
    !matches!(stored.attempt.outcome, Outcome::Cancelled | Outcome::Error | Outcome::Cut)
}

/// The output of a run.
pub(crate) struct ProgramOutput {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl ProgramOutput {
    /// The output of a program that should end with this exit code.
    pub(crate) fn new(code: i32, output: &Output) -> ProgramOutput {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = ProgramOutput { stdout: text(&output.stdout), stderr: text(&output.stderr) };
        assert_eq!(output.status.code(), Some(code), "{}{}", said.stdout, said.stderr);
        said
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A run that goes on.
pub(crate) struct RunningProgram {
    pub(crate) child: Child,
    pub(crate) events: Receiver<Value>,
}

impl RunningProgram {
    /// The next event of this kind.
    pub(crate) fn wait_for(&self, event: &str) -> Value {
        self.wait_for_any(&[event])
    }

    /// The next event of one of these kinds.
    pub(crate) fn wait_for_any(&self, events: &[&str]) -> Value {
        let wanted = |found: &Value| events.iter().any(|event| found["event"] == *event);
        self.events.iter().find(wanted).expect("the run tells it")
    }

    /// The events that are left, once it has ended with this exit code.
    pub(crate) fn end(mut self, code: i32) -> Vec<Value> {
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{status}");
        self.events.iter().collect()
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; one that has ended can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
