//! A filter that meets no test passes, and a page with such a command measures nothing: so each `cargo test` in the pages is
//! held to the tests there are, by their source.

use std::path::{Path, PathBuf};

use pelicycle_testkit::{files, workspace};

/// A test as `cargo test` names it: modules and function.
struct NamedTest {
    path: String,
    ignored: bool,
}

/// The crate, target and tests that a command asks for.
#[derive(Debug, Default)]
struct TestCommand {
    package: Option<String>,
    target: Option<String>,
    library: bool,
    ignored: bool,
    filters: Vec<String>,
}

impl TestCommand {
    fn parsed(words: &str) -> Result<TestCommand, String> {
        let mut command = TestCommand::default();
        let mut words = words.split_whitespace();
        let mut of_harness = false;
        while let Some(word) = words.next() {
            match word {
                "--" => of_harness = true,
                "-p" => command.package = words.next().map(str::to_owned),
                "--test" => command.target = words.next().map(str::to_owned),
                "--lib" => command.library = true,
                "--ignored" => command.ignored = true,
                _ if word.starts_with('-') => {}
                _ if !of_harness && !command.filters.is_empty() => {
                    return Err(format!("cargo takes one filter before --, and {word:?} is another"));
                }
                _ => command.filters.push(word.to_owned()),
            }
        }
        Ok(command)
    }

    /// The reason why it runs nothing of what it names.
    fn fault(&self) -> Option<String> {
        let name = self.package.as_deref().unwrap_or("pelicycle");
        let Some(folder) = folder_of(name) else { return Some(format!("no crate is named {name}")) };
        let mut tests = Vec::new();
        if self.library || self.target.is_none() {
            tests.extend(tests_of_library(&folder));
        }
        match &self.target {
            Some(target) if !is_target(&folder, target) => {
                return Some(format!("{name} has no test target {target}"));
            }
            Some(target) => tests.extend(tests_of_target(&folder, target)),
            None if self.library => {}
            None => targets(&folder).iter().for_each(|target| tests.extend(tests_of_target(&folder, target))),
        }
        tests.retain(|test| test.ignored == self.ignored);
        if tests.is_empty() {
            return Some("it has no such tests at all".into());
        }
        let missed = self.filters.iter().find(|filter| !tests.iter().any(|test| test.path.contains(*filter)));
        missed.map(|filter| format!("no test that it runs has {filter:?} in its path"))
    }
}

/// The folder of a crate of ours.
fn folder_of(package: &str) -> Option<PathBuf> {
    let line = format!("name = \"{package}\"");
    let mut folders = vec![workspace(), workspace().join("prompts"), workspace().join("templates")];
    folders.extend(
        ["engine", "engine/kernels", "engine/tests", "crates/statistics/tests"]
            .map(|folder| workspace().join(folder)),
    );
    folders.extend(std::fs::read_dir(workspace().join("crates")).unwrap().map(|entry| entry.unwrap().path()));
    let is_it = |folder: &PathBuf| {
        std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| {
            let (_, package) = text.split_once("[package]\n").unwrap();
            package.lines().take_while(|it| !it.starts_with('[')).any(|it| it == line)
        })
    };
    folders.into_iter().find(is_it)
}

/// A package that is nothing but tests is that folder itself.
fn folder_of_tests(package: &Path) -> PathBuf {
    if package.ends_with("tests") { package.to_owned() } else { package.join("tests") }
}

fn is_target(folder: &Path, target: &str) -> bool {
    let tests = folder_of_tests(folder);
    tests.join(format!("{target}.rs")).is_file() || tests.join(target).join("main.rs").is_file()
}

/// The names of a crate's test targets.
fn targets(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder_of_tests(folder)) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| is_target(folder, name)).collect()
}

fn tests_of_target(folder: &Path, target: &str) -> Vec<NamedTest> {
    let tests = folder_of_tests(folder);
    let single = tests.join(format!("{target}.rs"));
    if single.is_file() { tests_in(&single, "") } else { tests_below(&tests.join(target)) }
}

/// None where there is no library or the manifest leaves out its tests.
fn tests_of_library(folder: &Path) -> Vec<NamedTest> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let library = manifest.split_once("[lib]\n").map_or("", |(_, library)| library);
    if library.lines().take_while(|line| !line.starts_with('[')).any(|line| line == "test = false") {
        return Vec::new();
    }
    let sources = folder.join("src");
    if sources.is_dir() { tests_below(&sources) } else { Vec::new() }
}

/// The tests of the files in a folder, which are its modules.
fn tests_below(folder: &Path) -> Vec<NamedTest> {
    let mut found = Vec::new();
    for file in files(folder) {
        let Some(module) = file.strip_prefix(folder).unwrap().to_str().unwrap().strip_suffix(".rs") else {
            continue;
        };
        let parts = module.split(['/', '\\']).filter(|part| !["main", "lib", "mod"].contains(part));
        found.extend(tests_in(&file, &parts.map(|part| format!("{part}::")).collect::<String>()));
    }
    found
}

/// The functions of a file that are marked as tests. `module` ends with `::`.
fn tests_in(file: &Path, module: &str) -> Vec<NamedTest> {
    let (mut found, mut inner) = (Vec::new(), String::new());
    let (mut marked, mut ignored) = (false, false);
    for line in std::fs::read_to_string(file).unwrap().lines() {
        // Modules within a file begin and end at its margin.
        if let Some(name) = line.strip_suffix(" {").and_then(|line| line.strip_prefix("mod ")) {
            inner = format!("{name}::");
        } else if line == "}" {
            inner.clear();
        }
        let line = line.trim_start();
        marked |= line.starts_with("#[") && (line.contains("[test]") || line.contains("::test"));
        ignored |= line.starts_with("#[ignore");
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some((name, _)) = function.and_then(|rest| rest.split_once(['(', '<'])) {
            if marked {
                found.push(NamedTest { path: format!("{module}{inner}{name}"), ignored });
            }
            (marked, ignored) = (false, false);
        }
    }
    found
}

/// The text behind `cargo test` in a page, in blocks and within lines.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, begin) in page.match_indices("cargo test ") {
        let fences = page[..at].lines().filter(|line| line.trim_start().starts_with("```"));
        let in_block = fences.count() % 2 == 1;
        let rest = &page[at + begin.len()..];
        let end = rest.find(if in_block { '\n' } else { '`' }).unwrap_or(rest.len());
        let words = &rest[..end];
        found.push(words.split_once(" #").map_or(words, |(words, _)| words).to_owned());
    }
    found
}

#[test]
fn commands_in_pages_run_the_tests_that_they_name() {
    let mut pages = files(&workspace().join("docs"));
    pages.retain(|page| page.extension().is_some_and(|it| it == "md"));
    pages.extend(["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| workspace().join(name)));
    let (mut held, mut faults) = (0, Vec::new());
    for page in pages {
        for words in commands(&std::fs::read_to_string(&page).unwrap()) {
            if words.contains('…') || words.contains("--workspace") {
                continue;
            }
            held += 1;
            if let Some(fault) = TestCommand::parsed(&words).map_or_else(Some, |command| command.fault()) {
                faults.push(format!("{}: cargo test {words}: {fault}", page.display()));
            }
        }
    }
    assert!(faults.is_empty() && held > 10, "{held} commands\n{}", faults.join("\n"));
}

#[test]
fn a_command_that_runs_nothing_is_told() {
    for words in [
        "-p pelicycle-judge --lib side_ -- --nocapture",
        "-p pelicycle-judge --test judge no_such_thing",
        "-p pelicycle-judge --test judges side_",
        "-p pelicycle-judges side_",
        "-p pelicycle-judge --test judge coverage_in_figures",
        "-p pelicycle-judge --test judge side_ -- --ignored",
        "-p pelicycle-judge --test judge side_ -- no_such_thing",
        "-p pelicycle-drawing pixels lowered",
    ] {
        let fault = TestCommand::parsed(words).map_or_else(Some, |command| command.fault());
        assert!(fault.is_some(), "{words}");
    }
}
