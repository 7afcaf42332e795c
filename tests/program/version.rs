//! `pelicycle --version`, and the commit in it.

use pelicycle_testkit::program::program;
use pelicycle_testkit::{git, tempdir};

#[expect(dead_code, clippy::print_stdout, reason = "its main is cargo's, to which it speaks so")]
#[path = "../../build.rs"]
mod build;

#[test]
fn the_short_version_is_a_line_and_the_long_one_says_what_drawings_hang_on() {
    let said = |word: &str| {
        let output = program().arg(word).env("PELICYCLE_KERNELS", "scalar").output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    let short = format!("pelicycle {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(said("-V"), short);
    let long = said("--version");
    let rest = long.strip_prefix(&short).unwrap();
    let names: Vec<&str> = rest.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["commit", "build", "features", "kernels", "renderer"]);
    assert!(
        rest.contains("kernels   scalar\nrenderer  resvg ") && rest.contains(std::env::consts::ARCH),
        "{rest}"
    );
}

#[test]
fn a_reader_that_goes_away_ends_no_command_in_a_panic() {
    let mut command = program();
    command.args(["completions", "bash"]).stdout(std::process::Stdio::piped());
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_commit_is_that_of_the_checkout_or_of_the_package_and_never_of_a_folder_around_it() {
    let folder = tempdir();
    let folder = folder.path();
    assert_eq!(build::checked_out(folder), None, "no repository");
    std::fs::create_dir(folder.join("inner")).unwrap();
    std::fs::write(folder.join("inner/file"), "").unwrap();
    git(folder, "2026-11-01T00:00:00Z", &["init", "-q"]);
    assert_eq!(build::checked_out(folder), None, "no commit");
    git(folder, "2026-11-01T00:00:00Z", &["add", "."]);
    git(folder, "2026-11-01T00:00:00Z", &["commit", "-qm", "All"]);
    let commit = build::checked_out(folder).unwrap();
    assert!(commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{commit}");
    assert_eq!(build::checked_out(&folder.join("inner")), None, "somebody else's repository");

    assert_eq!(build::packed(folder), None);
    let told = r#"{ "git": { "sha1": "0123456789abcdef0123456789abcdef01234567", "dirty": true }, "path_in_vcs": "" }"#;
    std::fs::write(folder.join(".cargo_vcs_info.json"), told).unwrap();
    assert_eq!(build::packed(folder).as_deref(), Some("0123456789ab"));
    std::fs::write(folder.join(".cargo_vcs_info.json"), r#"{ "git": { "sha1": "<script>" } }"#).unwrap();
    assert_eq!(build::packed(folder), None);
}
