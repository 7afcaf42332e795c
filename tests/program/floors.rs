//! The floors of the house: which crate may stand on which is written down in ARCHITECTURE.md, and nothing else is built.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The crates that each of our crates stands on, by cargo's own account: tests and build scripts left out.
fn built() -> BTreeMap<String, Vec<String>> {
    let metadata = metadata();
    let short = |name: &Value| name.as_str().unwrap().trim_start_matches("pelicycle-").to_owned();
    let ours = |package: &&Value| package["name"].as_str().unwrap().starts_with("pelicycle");
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap().iter().filter(ours) {
        let dependencies = package["dependencies"].as_array().unwrap().iter().filter(ours);
        let mut names: Vec<String> =
            dependencies.filter(|one| one["kind"].is_null()).map(|one| short(&one["name"])).collect();
        names.sort();
        all.insert(short(&package["name"]), names);
    }
    all
}

/// Cargo's own account of our crates.
fn metadata() -> Value {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same by ARCHITECTURE.md: lines `crate → crate, crate` of its one block of them.
fn written() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let edges = text.lines().filter_map(|line| line.split_once(" → "));
    edges
        .filter(|(name, _)| !name.trim().contains([' ', '|']))
        .map(|(name, on)| {
            let mut names: Vec<String> =
                on.split(',').map(|one| one.trim().to_owned()).filter(|one| one != "–").collect();
            names.sort();
            (name.trim().to_owned(), names)
        })
        .collect()
}

#[test]
fn crates_stand_on_each_other_as_the_architecture_says() {
    let (built, written) = (built(), written());
    let lines = |all: &BTreeMap<String, Vec<String>>| {
        let line = |(name, on): (&String, &Vec<String>)| format!("{name} → {}", on.join(", "));
        all.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lines(&built), lines(&written), "built, and as ARCHITECTURE.md has it");
}

#[test]
fn a_crate_whose_library_is_not_tested_has_no_test_in_it() {
    for package in metadata()["packages"].as_array().unwrap() {
        for target in package["targets"].as_array().unwrap() {
            if target["test"] == false && target["kind"][0] == "lib" {
                let root = Path::new(target["src_path"].as_str().unwrap()).parent().unwrap();
                assert!(!holds_a_test(root), "tests in {} never run", root.display());
            }
        }
    }
}

fn holds_a_test(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds_a_test(&path);
        }
        path.extension().is_some_and(|it| it == "rs")
            && std::fs::read_to_string(path).unwrap().contains("#[test]")
    })
}

#[test]
fn plain_data_needs_neither_a_renderer_nor_a_network() {
    for package in ["pelicycle-store", "pelicycle-judge", "pelicycle-compare", "pelicycle-table"] {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["tree", "--offline", "-e", "normal", "--prefix", "none", "-p", package])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        for heavy in ["resvg", "usvg", "reqwest", "tokio", "rusqlite", "parquet", "pelicycle-engine"] {
            let found = tree.lines().any(|line| line.split(' ').next() == Some(heavy));
            assert!(!found, "{package} stands on {heavy}");
        }
    }
}
