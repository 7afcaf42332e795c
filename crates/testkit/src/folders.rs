//! The folders beside the tests, and how a test skips without them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Says that the calling test skips, since it needs something that is not there. In CI it fails instead.
#[track_caller]
pub fn skip(needs: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "this test needs {needs}");
    println!("skipped: this test needs {needs}");
}

/// The root of the checkout.
#[must_use]
pub fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap().to_owned()
}

/// Puts a pipe at a path, that nobody writes to.
#[cfg(unix)]
pub fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "{}", path.display());
}

/// A file of `docs/`.
#[must_use]
pub fn docs(name: &str) -> PathBuf {
    workspace().join("docs").join(name)
}

/// The folder of golden data: `PELICYCLE_SHARED`, or the one beside the checkout. Without it a test skips.
#[track_caller]
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("PELICYCLE_SHARED")
        .map_or_else(|| workspace().with_file_name("shared"), PathBuf::from);
    if folder.join("corpus").is_dir() {
        return Some(folder);
    }
    skip(&format!("the golden data in {}", folder.display()));
    None
}

/// Whether `python3` has this module. Without it a test skips.
#[track_caller]
#[must_use]
pub fn has_python(module: &str) -> bool {
    let found = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    let has = found.is_ok_and(|output| output.status.success());
    if !has {
        skip(&format!("python3 with the module {module}"));
    }
    has
}

/// All files in a folder and in the folders within it.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Copies a folder and the folders within it into another, which is made.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs git in a folder, as nobody in particular; its commits are authored at this date.
pub fn git(folder: &Path, date: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
