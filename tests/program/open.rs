//! `pelicycle open`, with programs of our own in the browser's place.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;

fn script(folder: &Path, name: &str, words: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{words}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Opens the gallery in `folder` where no program is installed but those in it.
fn open(folder: &Path, browser: &str) -> Output {
    let mut program = program();
    program.arg("open").current_dir(folder).env("PATH", folder).env("BROWSER", browser).output().unwrap()
}

#[test]
fn the_gallery_is_opened_by_the_first_browser_that_can() {
    let folder = tempdir();
    let folder = folder.path().canonicalize().unwrap();
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let output = open(&folder, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("`pelicycle gallery` builds one"), "{}", told(&output));

    let index = folder.join("gallery/index.html");
    std::fs::create_dir(folder.join("gallery")).unwrap();
    std::fs::write(&index, "<!doctype html>").unwrap();
    let output = open(&folder, "nobody --new");
    assert_eq!(output.status.code(), Some(1));
    let words = told(&output);
    assert!(words.contains("no browser could be started") && words.contains("gallery/index.html"), "{words}");

    script(&folder, "broken", "exit 3");
    script(&folder, "own", "echo \"own $*\" > opened");
    script(&folder, "xdg-open", "echo \"system $*\" > opened");
    let shown = index.display();
    for (browser, opened) in [
        ("", format!("system {shown}")),
        ("broken:nobody", format!("system {shown}")),
        ("broken:own --new:xdg-open", format!("own --new {shown}")),
        ("own -a %s -b", format!("own -a {shown} -b")),
    ] {
        let output = open(&folder, browser);
        assert!(output.status.success(), "{}", told(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{shown}\n"));
        assert_eq!(std::fs::read_to_string(folder.join("opened")).unwrap().trim(), opened);
        std::fs::remove_file(folder.join("opened")).unwrap();
    }
}
