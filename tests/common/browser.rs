//! A real Chromium, driven by the scripts of `tests/browser`: `npm ci` there brings what drives it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// The browser and its driver, or the reason to skip, which is none in CI.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let chromium = std::env::split_paths(&path)
        .map(|folder| folder.join(&chromium))
        .chain([PathBuf::from(&chromium)])
        .find(|candidate| candidate.is_file());
    let missing = if chromium.is_none() {
        "Chromium: install the package chromium, or name the program in CHROMIUM"
    } else if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        "Node: install the package nodejs"
    } else if !driver.join("node_modules/playwright-core").is_dir() {
        "the driver: run npm ci in tests/browser"
    } else {
        return chromium.map(|chromium| (chromium, driver));
    };
    assert!(std::env::var("CI").as_deref() != Ok("true"), "this test needs {missing}");
    println!("skipped: this test needs {missing}");
    None
}

/// What a script of `tests/browser` tells of an order.
pub fn drive(script: &str, order: Value) -> Option<Value> {
    let output = begin(script, order)?.wait_with_output().unwrap();
    assert!(output.status.success(), "the driver failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Gives a script its order and lets it work.
pub fn begin(script: &str, mut order: Value) -> Option<Child> {
    let (chromium, driver) = browser()?;
    order["chromium"] = json!(chromium);
    let mut child = Command::new("node")
        .arg(driver.join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    Some(child)
}
