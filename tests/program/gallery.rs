//! `pelicycle gallery` and `pelicycle sheet`: what they build, say and refuse.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use pelicycle_store::Store;
use pelicycle_testkit::exhibits::{hang, hang_hostile};
use pelicycle_testkit::program::program;
use pelicycle_testkit::{files, tempdir};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn gallery(results: &Path, out: &Path) -> Output {
    program().args(["gallery", "--results"]).arg(results).arg("--out").arg(out).output().unwrap()
}

fn built(results: &Path, out: &Path) -> String {
    let output = gallery(results, out);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The contents of the files of a site. Notes on times of files are no part of it.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let site = files(root).into_iter().filter(|path| !path.ends_with(".pelicycle-gallery.seen"));
    site.map(|path| (path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn the_same_results_make_the_same_bytes_and_a_second_build_writes_nothing() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    hang(&store, "pelican", "n", "2026-11-02T00:00:00Z", SVG, |_| {});
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    built(store.root(), &one);
    built(store.root(), &two);
    assert_eq!(contents(&one), contents(&two));
    let again = built(store.root(), &one);
    assert!(again.contains("2 attempts; 0 files written"), "{again}");
    assert!(again.trim_end().ends_with("index.html"), "{again}");
}

#[test]
fn a_gallery_is_not_emptied_because_the_results_were_mistyped() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    let out = folder.path().join("gallery");
    built(store.root(), &out);
    let before = contents(&out);
    let mistyped = folder.path().join("resluts");
    let output = gallery(&mistyped, &out);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && words.contains("--allow-empty"), "{words}");
    assert_eq!(contents(&out), before);
    let mut command = program();
    command.args(["gallery", "--allow-empty", "--results"]).arg(&mistyped).arg("--out").arg(&out);
    assert!(command.output().unwrap().status.success());
    assert!(!out.join("attempts").exists());
    built(&mistyped, &folder.path().join("new"));
}

#[test]
fn a_prompt_that_is_to_hang_first_and_is_not_there_is_told_with_its_line() {
    let folder = tempdir();
    // Attempts of it are kept, though nobody could ask it now.
    std::fs::create_dir_all(folder.path().join("results/long-ago")).unwrap();
    let site = "[site]\nlead = [\n  'long-ago',\n  'pelican',\n  'pelicn',\n  '../results',\n]\n";
    std::fs::write(folder.path().join("pelicycle.toml"), site).unwrap();
    let output = program().current_dir(&folder).arg("gallery").output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    let told: Vec<&str> = words.lines().collect();
    assert_eq!(told.len(), 2, "{words}");
    assert!(
        told[0].starts_with("warning: pelicycle.toml:5: site.lead names \"pelicn\"")
            && told[0].contains("did you mean \"pelican\""),
        "{words}"
    );
    assert!(told[1].starts_with("warning: pelicycle.toml:6: site.lead names \"../results\""), "{words}");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = tempdir();
    std::fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
    let output = gallery(&folder.path().join("none"), folder.path());
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("is not empty and not a gallery"), "{words}");
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_damaged_record_is_told_on_the_page_and_in_the_terminal() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "whole", "2026-11-01T00:00:00Z", SVG, |_| {});
    hang(&store, "pelican", "torn", "2026-11-01T00:00:00Z", SVG, |_| {});
    let torn = std::fs::read_dir(store.root().join("pelican/torn")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(torn.join("reply.md"), "another text").unwrap();
    let out = folder.path().join("gallery");
    let output = gallery(store.root(), &out);
    assert!(output.status.success());
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("reply.md is 12 bytes long") && words.contains("torn"), "{words}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 attempt, 1 damaged record skipped;"));
    let index = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(index.contains("1 record could not be read and is not shown"));
    assert!(!index.contains(&*folder.path().to_string_lossy()), "no path of the machine is published");
}

#[test]
fn a_sheet_shows_every_model_of_a_prompt() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_hostile(&store);
    let sheet = |arguments: &[&str]| {
        let file = folder.path().join("sheet.png");
        let mut command = program();
        command.arg("sheet").arg("--results").arg(store.root()).arg("--out").arg(&file).args(arguments);
        let output = command.output().unwrap();
        (output, std::fs::read(&file).unwrap_or_default())
    };
    let (output, png) = sheet(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains(" models\n"));
    let size = |png: &[u8]| png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap().info().size();
    let (width, height) = size(&png);
    assert!(width > height && width < 3000, "{width} × {height}");
    assert_eq!(sheet(&[]).1, png, "the same attempts make the same bytes");
    assert_ne!(sheet(&["--columns", "2"]).1, png);
    for (shape, expected) in [("link", (1200, 630)), ("square", (1080, 1080)), ("story", (1080, 1920))] {
        let (_, png) = sheet(&["--shape", shape, "--sort", "rank"]);
        assert_eq!(size(&png), expected, "{shape}");
    }
    let (output, _) = sheet(&["--prompt", "nothing"]);
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        words.contains("nothing was drawn for the prompt \"nothing\"") && words.contains("otter-boat"),
        "{words}"
    );
}

#[test]
fn an_address_that_nobody_could_follow_is_refused() {
    let folder = tempdir();
    for base in
        ["example.org", "ftp://example.org/", "https://me:secret@example.org/", "https://example.org/?a=b"]
    {
        let mut command = program();
        let output =
            command.arg("gallery").arg("--out").arg(folder.path().join("out")).args(["--base-url", base]);
        let output = output.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{base}");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.contains("--base-url <URL>"), "{words}");
    }
}
