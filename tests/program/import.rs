//! `pelicycle import`, on databases that `llm` wrote (`scripts/llm-logs` makes them) and on folders of real replies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;

use pelicycle_record::{Attempt, Outcome, ReplyOrigin, Verdict};
use pelicycle_store::Store;
use pelicycle_testkit::program::program;
use pelicycle_testkit::{copy, git, shared, tempdir, workspace};

fn import(results: &Path, arguments: &[&str]) -> Output {
    program()
        .args(["import", "--results"])
        .arg(results)
        .arg("--gallery")
        .arg(results.with_file_name("gallery"))
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn imported(results: &Path, arguments: &[&str]) -> (String, String) {
    let output = import(results, arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    (String::from_utf8(output.stdout).unwrap(), told)
}

fn attempts(results: &Path) -> Vec<Attempt> {
    let store = Store::open(results).unwrap();
    let listing = store.list().unwrap();
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    for stored in &listing.attempts {
        store.verify(stored).unwrap();
    }
    listing.attempts.into_iter().map(|stored| stored.attempt).collect()
}

fn logs(version: &str) -> PathBuf {
    workspace().join(format!("tests/fixtures/llm-logs/llm-{version}.db"))
}

#[test]
fn logs_of_both_generations_become_the_same_attempts_and_only_once() {
    for version in ["0.13", "0.27", "0.36"] {
        let folder = tempdir();
        let results = folder.path().join("results");
        let path = logs(version);
        let before = std::fs::read(&path).unwrap();
        let (said, told) = imported(&results, &["llm-logs", path.to_str().unwrap()]);
        assert!(said.starts_with("2 attempts imported, 2 drawn\n"), "{version}: {said}");
        assert!(said.contains("index.html"), "{said}");
        // One with a system prompt, one after another question.
        assert!(told.contains("left out 2 replies: the prompt was not asked alone"), "{told}");

        let found = attempts(&results);
        for attempt in &found {
            assert_eq!((attempt.origin, attempt.outcome), (ReplyOrigin::Imported, Outcome::Complete));
            assert_eq!(attempt.prompt.text, "Generate an SVG of a pelican riding a bicycle");
            let who = &attempt.contestant;
            assert_eq!((who.provider.as_str(), who.model.as_str()), ("llm", "bird-1"));
            assert_eq!(who.served.as_deref(), Some("bird-1-2025-01-31"));
            assert!(attempt.timing.total.is_some_and(|seconds| (0.01..10.0).contains(&seconds)));
            assert_eq!(attempt.timing.started.strftime("%Y-%m-%d").to_string(), "2026-11-22");
            let import = attempt.import.as_ref().unwrap();
            assert_eq!((import.from.as_str(), import.id.len()), ("llm-logs", 26));
        }
        let (plain, set) = (&found[0], &found[1]);
        assert_eq!(
            (set.request.sampling.temperature, set.request.sampling.max_tokens),
            (Some(0.5), Some(900))
        );
        assert_eq!(plain.request.sampling.temperature, None);
        // The oldest logged tokens only as the service's own words, and those not of a stream.
        let tokens = |attempt: &Attempt| (attempt.usage.input, attempt.usage.output);
        let streamed = if version == "0.13" { (None, None) } else { (Some(17), Some(40)) };
        assert_eq!((tokens(plain), tokens(set)), (streamed, (Some(17), Some(40))));
        if version != "0.13" {
            assert_eq!((plain.usage.reasoning, plain.usage.cached), (Some(5), Some(3)));
        }

        let (said, _) = imported(&results, &["llm-logs", path.to_str().unwrap()]);
        assert_eq!(said, "0 attempts imported, 0 drawn, 2 known before\n");
        assert_eq!(attempts(&results), found);
        assert_eq!(std::fs::read(&path).unwrap(), before, "the log is not written to");
        let elsewhere = folder.path().join("elsewhere");
        imported(&elsewhere, &["llm-logs", path.to_str().unwrap(), "--no-gallery"]);
        // A slow machine finds a drawing heavy, and says so; all else is the same.
        let told = |mut attempts: Vec<Attempt>| {
            attempts.iter_mut().filter_map(|attempt| attempt.check.as_mut()).for_each(|check| {
                check.findings.retain(|finding| finding.code.as_str() != "heavy");
            });
            attempts
        };
        assert_eq!(told(attempts(&elsewhere)), told(found), "the same on every machine");
    }
}

#[test]
fn only_the_prompts_asked_for_are_imported_and_other_files_are_told_apart() {
    let folder = tempdir();
    let results = folder.path().join("results");
    let path = logs("0.36");
    let path = path.to_str().unwrap();
    let (said, told) = imported(&results, &["llm-logs", path, "--prompt", "otter-unicycle", "--no-gallery"]);
    assert_eq!(said, "0 attempts imported, 0 drawn\n");
    assert!(told.contains("left out 1 reply"), "{told}");

    let text = folder.path().join("notes.db");
    std::fs::write(&text, "not a database at all, but long enough to be looked at as one".repeat(20))
        .unwrap();
    let other = folder.path().join("empty.db");
    std::fs::write(&other, "").unwrap();
    for (arguments, code, words) in [
        (["llm-logs", text.to_str().unwrap()], 1, "file is not a database"),
        (["llm-logs", other.to_str().unwrap()], 2, "is no database of llm's"),
        (["llm-logs", "/nowhere/logs.db"], 2, "no database at /nowhere/logs.db"),
        (["svg-folder", "/nowhere"], 2, "no folder at /nowhere"),
    ] {
        let output = import(&results, &arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && told.contains(words), "{told}");
    }
    assert!(attempts(&results).is_empty());
}

#[test]
fn a_folder_like_pelican_bicycle_is_imported_with_the_days_of_its_history() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let (results, drawings) = (folder.path().join("results"), folder.path().join("pelican-bicycle"));
    copy(&shared.join("corpus/pelican-bicycle"), &drawings);
    std::fs::write(drawings.join("README.md"), "![o1](o1-mini.svg)").unwrap();
    std::fs::create_dir(drawings.join("failures")).unwrap();
    std::fs::write(drawings.join("failures/gpt-4.202410260905.txt"), "I cannot draw that.").unwrap();
    std::fs::rename(drawings.join("o1-mini.svg"), drawings.join("o1.svg")).unwrap();
    git(&drawings, "2024-10-16T10:00:00Z", &["init", "-q"]);
    git(&drawings, "2024-10-16T10:00:00Z", &["add", "."]);
    git(&drawings, "2024-10-16T10:00:00Z", &["commit", "-qm", "All"]);
    git(&drawings, "2024-11-01T00:00:00Z", &["mv", "o1.svg", "o1-mini.svg"]);
    git(&drawings, "2024-11-01T00:00:00Z", &["commit", "-qm", "A name"]);
    std::fs::copy(drawings.join("gpt-4o.svg"), drawings.join("later.svg")).unwrap();

    let path = drawings.to_str().unwrap();
    let (said, told) = imported(&results, &["svg-folder", path]);
    assert_eq!((said.lines().next().unwrap(), told.as_str()), ("24 attempts imported, 23 drawn", ""));
    let found = attempts(&results);
    let by_model: BTreeMap<&str, &Attempt> = found.iter().map(|a| (a.contestant.model.as_str(), a)).collect();
    let day = |model: &str| by_model[model].timing.started.to_string();
    assert_eq!(day("gpt-4o"), "2024-10-16T10:00:00Z");
    assert_eq!(day("o1-mini"), "2024-10-16T10:00:00Z", "a new name is no new drawing");
    assert_eq!(day("gpt-4"), "2024-10-26T09:05:00Z");
    assert!(by_model["later"].timing.started > "2026-01-01T00:00:00Z".parse().unwrap(), "not in git");
    assert_eq!(by_model["gpt-4"].check.as_ref().unwrap().verdict, Verdict::NoSvg);
    assert_eq!(by_model["us.amazon.nova-lite-v1-0"].contestant.provider, "svg-folder");
    assert!(found.iter().all(|attempt| attempt.timing.total.is_none() && attempt.host.os.is_empty()));

    let (said, _) = imported(&results, &["svg-folder", path, "--no-gallery"]);
    assert_eq!(said, "0 attempts imported, 0 drawn, 24 known before\n");
    // Another date on the file changes nothing of what is known.
    std::fs::write(drawings.join("later.svg"), std::fs::read(drawings.join("gpt-4o.svg")).unwrap()).unwrap();
    let (said, _) = imported(&results, &["svg-folder", path, "--no-gallery"]);
    assert!(said.contains("24 known before"), "{said}");
}

#[test]
fn markdown_replies_are_imported_whole_under_the_provider_that_is_named() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let results = folder.path().join("results");
    let granite = shared.join("corpus/granite");
    let arguments = ["svg-folder", granite.to_str().unwrap(), "--provider", "llama.cpp", "--no-gallery"];
    imported(&results, &arguments);
    let found = attempts(&results);
    assert_eq!(found.len(), std::fs::read_dir(&granite).unwrap().count());
    let store = Store::open(&results).unwrap();
    for stored in store.list().unwrap().attempts {
        let name = &stored.attempt.import.as_ref().unwrap().id;
        assert_eq!(store.reply(&stored).unwrap().unwrap(), std::fs::read(granite.join(name)).unwrap());
        assert_eq!(stored.attempt.contestant.provider, "llama.cpp");
    }
    let output = import(&results, &["svg-folder", granite.to_str().unwrap(), "--provider", "local"]);
    assert_eq!(output.status.code(), Some(2));
    println!("{} replies", found.len());
}

#[test]
fn a_row_that_can_not_be_read_is_counted_and_the_others_come() {
    let Some(path) = shared().map(|shared| shared.join("cases/drawing/llm/old-int-ids.db")) else { return };
    if !path.is_file() {
        return;
    }
    let folder = tempdir();
    let (said, told) = imported(&folder.path().join("results"), &["llm-logs", path.to_str().unwrap()]);
    assert!(said.starts_with("8 attempts imported"), "{said}{told}");
    assert!(told.contains("left out 4 replies"), "{told}");
}

#[test]
fn folders_in_folders_become_models_with_several_samples() {
    let folder = tempdir();
    let drawings = folder.path().join("drawings");
    let svg =
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>"#;
    for name in ["openai/gpt-5/1.svg", "openai/gpt-5/2.svg", "2026-05-01/o1.svg", "o3.md", "o3.svg"] {
        let path = drawings.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, svg).unwrap();
    }
    let results = folder.path().join("results");
    let (said, told) = imported(&results, &["svg-folder", drawings.to_str().unwrap(), "--no-gallery"]);
    let words = "4 attempts imported, 4 drawn\n3 models, several samples of some: o1, o3, openai/gpt-5\n";
    assert_eq!(
        (said.as_str(), told.as_str()),
        (words, "left out 1 file: the whole reply lies beside each\n")
    );
    let found = |results: &Path| -> BTreeSet<String> {
        let one = |attempt: Attempt| {
            let file = attempt.import.unwrap().id;
            format!("{} {} {file}", attempt.contestant.model, attempt.sample)
        };
        attempts(results).into_iter().map(one).collect()
    };
    let mut expected = BTreeSet::from(
        [
            "o1 1 2026-05-01/o1.svg",
            "o3 1 o3.md",
            "openai/gpt-5 1 openai/gpt-5/1.svg",
            "openai/gpt-5 2 openai/gpt-5/2.svg",
        ]
        .map(str::to_owned),
    );
    assert_eq!(found(&results), expected);

    // Later others come that would stand before and between them: those that are there keep their numbers, and no two have one.
    for name in ["openai/gpt-5/0.svg", "openai/gpt-5/01.svg"] {
        std::fs::write(drawings.join(name), svg).unwrap();
    }
    let (said, _) = imported(&results, &["svg-folder", drawings.to_str().unwrap(), "--no-gallery"]);
    assert!(said.starts_with("2 attempts imported"), "{said}");
    expected.insert("openai/gpt-5 3 openai/gpt-5/0.svg".to_owned());
    expected.insert("openai/gpt-5 4 openai/gpt-5/01.svg".to_owned());
    assert_eq!(found(&results), expected);
    // A file that was written anew is the same sample.
    std::fs::write(drawings.join("openai/gpt-5/1.svg"), svg.replace('3', "2")).unwrap();
    imported(&results, &["svg-folder", drawings.to_str().unwrap(), "--no-gallery"]);
    assert_eq!((found(&results), attempts(&results).len()), (expected, 7));
}

#[test]
fn files_imported_for_one_prompt_are_taken_in_for_another_and_known_for_each_after_that() {
    let folder = tempdir();
    let drawings = folder.path().join("drawings");
    std::fs::create_dir(&drawings).unwrap();
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;
    std::fs::write(drawings.join("gpt-5.svg"), svg).unwrap();
    std::fs::write(drawings.join("o3.svg"), svg).unwrap();
    let of = |results: &Path, prompt: &str| {
        imported(results, &["svg-folder", drawings.to_str().unwrap(), "-p", prompt, "--no-gallery"]).0
    };
    let told = |results: &Path| -> BTreeSet<String> {
        let one = |attempt: Attempt| {
            let Attempt { prompt, contestant, sample, id, .. } = attempt;
            format!("{} {} {sample} {id}", prompt.id, contestant.model)
        };
        attempts(results).into_iter().map(one).collect()
    };
    let [here, there] = ["results", "there/results"].map(|name| folder.path().join(name));
    std::fs::create_dir(folder.path().join("there")).unwrap();
    for prompt in ["pelican", "pelican-2"] {
        assert_eq!(of(&here, prompt), "2 attempts imported, 2 drawn\n");
    }
    for prompt in ["pelican", "pelican-2"] {
        assert_eq!(of(&here, prompt), "0 attempts imported, 0 drawn, 2 known before\n");
    }
    let found = told(&here);
    let begins: Vec<&str> =
        found.iter().filter_map(|one| one.rsplit_once(' ')).map(|(begin, _)| begin).collect();
    assert_eq!(begins, ["pelican gpt-5 1", "pelican o3 1", "pelican-2 gpt-5 1", "pelican-2 o3 1"]);
    let ids: BTreeSet<&str> = found.iter().filter_map(|one| one.rsplit(' ').next()).collect();
    assert_eq!(ids.len(), 4, "an attempt each: {found:?}");
    // Another machine makes the same, in whatever order.
    of(&there, "pelican-2");
    of(&there, "pelican");
    assert_eq!(told(&there), found);
}
