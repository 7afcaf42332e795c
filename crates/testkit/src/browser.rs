//! A real Chromium, driven by the scripts of `tests/browser`: `npm ci` there brings what drives it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::{skip, workspace};

/// The browser on this machine: the one that `CHROMIUM` names, or the first on the path. Without it a test skips.
#[track_caller]
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let names = named.map_or_else(
        || ["chromium", "chromium-browser", "google-chrome"].map(PathBuf::from).to_vec(),
        |named| vec![named],
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain([PathBuf::new()])
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        skip("Chromium: install the package chromium, or name the program in CHROMIUM");
    }
    found
}

/// Runs a script of `tests/browser` on an order, and returns its answer.
///
/// `None` where the browser or its driver is missing, which skips the test.
#[track_caller]
#[must_use]
pub fn drive(script: &str, order: Value) -> Option<Value> {
    let output = begin(script, order)?.wait_with_output().unwrap();
    assert!(output.status.success(), "the driver failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Asks a script that answers line by line. It and its browser serve all tests of the process, and end with it.
///
/// `None` as for [`drive`].
#[track_caller]
#[must_use]
pub fn ask(script: &'static str, mut order: Value) -> Option<Value> {
    static RUNNING: Mutex<BTreeMap<&str, (ChildStdin, BufReader<ChildStdout>)>> = Mutex::new(BTreeMap::new());
    order["chromium"] = json!(chromium()?);
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if !running.contains_key(script) {
        let mut child = spawn(script)?;
        let ends = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        running.insert(script, ends);
    }
    let (input, output) = running.get_mut(script).unwrap();
    writeln!(input, "{order}").unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "the driver failed");
    Some(serde_json::from_str(&line).unwrap())
}

/// Gives a script its order and lets it work. `None` as for [`drive`].
#[track_caller]
#[must_use]
pub fn begin(script: &str, mut order: Value) -> Option<Child> {
    order["chromium"] = json!(chromium()?);
    let mut child = spawn(script)?;
    child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    Some(child)
}

#[track_caller]
fn spawn(script: &str) -> Option<Child> {
    let folder = workspace().join("tests/browser");
    if !has_driver(&folder) {
        skip("Node.js and the browser's driver: run npm ci in tests/browser");
        return None;
    }
    let child = Command::new("node")
        .arg(folder.join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    Some(child)
}

fn has_driver(folder: &Path) -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    node.is_ok() && folder.join("node_modules/playwright-core").is_dir()
}
