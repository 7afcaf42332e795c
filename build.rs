//! Tells the program what `--version` says of its build: the target, and the commit.
use std::path::Path;
use std::process::Command;

/// Letters of a commit's name that are told.
const SHORT: usize = 12;
/// Gives the commit where neither git nor a package tells it.
const VARIABLE: &str = "PELICYCLE_COMMIT";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    println!("cargo:rustc-env=PELICYCLE_TARGET={}", var("TARGET").unwrap_or_default());
    let optimised = var("PROFILE").is_some_and(|profile| profile == "release");
    println!("cargo:rustc-env=PELICYCLE_LEVEL={}", if optimised { "optimised" } else { "debug" });
    let folder = std::env::current_dir().unwrap_or_default();
    let commit = var(VARIABLE).and_then(|name| short(&name)).or_else(|| packed(&folder));
    // A build for developing has changes of its own, and would be made anew for every commit.
    let commit = commit.or_else(|| if optimised { checked_out(&folder) } else { None });
    if let Some(commit) = commit {
        println!("cargo:rustc-env={VARIABLE}={commit}");
    }
}

/// The commit that a published package was made from, as cargo wrote it into it.
pub(crate) fn packed(folder: &Path) -> Option<String> {
    let told = std::fs::read_to_string(folder.join(".cargo_vcs_info.json")).ok()?;
    let (_, rest) = told.split_once("\"sha1\"")?;
    short(rest.split('"').nth(1)?)
}

/// The commit that is checked out, where the folder is the root of a repository and not a folder inside another's.
pub(crate) fn checked_out(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(folder).output().ok()?;
        let told = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| told.trim().to_owned())
    };
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    // Grows with every commit and every change of branch.
    let log = folder.join(git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    if log.is_file() {
        println!("cargo:rerun-if-changed={}", log.display());
    }
    short(&git(&["rev-parse", "HEAD"])?)
}

/// The beginning of a commit's name; nothing where it is no name of a commit.
fn short(name: &str) -> Option<String> {
    let plain = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| name.chars().take(SHORT).collect())
}
