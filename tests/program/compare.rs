//! `pelicycle compare` and `baseline`: what can be told is told, what can't is not, in every format.

use std::path::Path;
use std::process::Output;

use pelicycle_record::{Attempt, Outcome, Verdict as Drawn};
use pelicycle_statistics::{Rate, exact_rates};
use pelicycle_store::{AttemptFiles, Store};
use pelicycle_testkit::attempts::{attempt, check, tiny_png};
use pelicycle_testkit::program::program;
use pelicycle_testkit::{git, tempdir};
use serde_json::Value;

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn pelicycle(results: &Path, arguments: &[&str]) -> Output {
    program().arg(arguments[0]).arg("--results").arg(results).args(&arguments[1..]).output().unwrap()
}

#[track_caller]
fn told(results: &Path, arguments: &[&str]) -> String {
    let output = pelicycle(results, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(results: &Path, arguments: &[&str], code: i32) -> String {
    let output = pelicycle(results, arguments);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words}");
    words
}

/// An attempt that drew or did not, with so many tokens.
fn one(slug: &str, prompt: &str, started: &str, drawn: bool, tokens: u64) -> Attempt {
    let verdict = if drawn { Drawn::Drawn } else { Drawn::Malformed };
    let mut made = attempt(prompt, slug, started, Some((SVG, check(SVG, SVG, verdict))));
    made.usage.output = Some(tokens);
    // What is the same everywhere is no question.
    made.timing.total = None;
    made
}

fn keep(store: &Store, attempt: &Attempt) {
    let png = tiny_png();
    let files = AttemptFiles {
        reply: Some(SVG.as_bytes()),
        svg: Some(SVG.as_bytes()),
        png: attempt.is_drawn().then_some(&png),
        ..AttemptFiles::default()
    };
    store.write(attempt, &files).unwrap();
}

/// Twenty drawings of each: `after` draws eight of them, with half the tokens.
fn twenty(store: &Store) {
    for n in 0..20u64 {
        let day = |month: u32| format!("2026-{month:02}-{:02}T10:00:00Z", n % 20 + 1);
        keep(store, &one("before", "pelican", &day(3), true, 1000 + n * 37 % 200));
        keep(store, &one("after", "pelican", &day(4), n % 5 < 2, 500 + n * 41 % 90));
    }
}

fn answer<'a>(report: &'a Value, measure: &str) -> &'a Value {
    let answers = report["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["measure"] == measure).unwrap_or_else(|| panic!("{measure}"))
}

#[test]
fn what_got_worse_and_what_got_better_is_told_with_figures_and_exit_codes() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    twenty(&store);
    let results = store.root();
    let report: Value =
        serde_json::from_str(&told(results, &["compare", "before", "after", "-f", "json"])).unwrap();
    let drawn = answer(&report, "drawn");
    assert_eq!(
        (&drawn["verdict"], &drawn["base"]["hits"], &drawn["head"]["hits"]),
        (&"worse".into(), &20.into(), &8.into())
    );
    let fisher = exact_rates(&[(Rate { hits: 20, of: 20 }, Rate { hits: 8, of: 20 })]);
    assert!((drawn["p"].as_f64().unwrap() - fisher).abs() < 1e-12);
    assert!(drawn["p_corrected"].as_f64().unwrap() > fisher, "several questions were asked");
    assert!(drawn["effect"]["high"].as_f64().unwrap() < 0.0 && drawn["needed"].is_null());
    let tokens = answer(&report, "output-tokens");
    assert_eq!((&tokens["verdict"], &tokens["effect"]["kind"]), (&"better".into(), &"ratio".into()));
    assert!((0.4..0.6).contains(&tokens["effect"]["estimate"].as_f64().unwrap()));
    assert!(report["silent"].as_array().unwrap().contains(&"cost".into()));

    let worse = ["compare", "before", "after", "--fail-on", "worse"];
    assert_eq!(refused(results, &worse, 3), "");
    told(results, &["compare", "after", "before", "--fail-on", "worse", "-m", "drawn"]);
    told(results, &["compare", "before", "after"]);
    assert!(refused(results, &["compare", "before", "befor"], 2).contains("did you mean \"before\""));
    assert!(refused(results, &["compare", "before", "before"], 1).contains("nothing to compare"));
    assert!(
        refused(results, &["compare", "before", "after", "-m", "beauty"], 2)
            .contains("there are preferred, drawn, ended")
    );
    assert!(refused(results, &["compare", "before"], 2).contains("HEAD"));
}

#[test]
fn what_a_small_sample_does_not_tell_is_not_told_but_what_it_would_take_is() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for n in 0..10u64 {
        let at = |month: u32| format!("2026-{month:02}-01T10:{n:02}:00Z");
        keep(&store, &one("before", "pelican", &at(3), true, 1000 + n * 37));
        keep(&store, &one("after", "pelican", &at(4), n < 8, 1010 + n * 37));
    }
    let report: Value = serde_json::from_str(&told(
        store.root(),
        &["compare", "before", "after", "-f", "json", "-m", "drawn"],
    ))
    .unwrap();
    let drawn = answer(&report, "drawn");
    // Fisher's test of 10 of 10 against 8 of 10.
    assert!((drawn["p"].as_f64().unwrap() - 0.473_684_210_526).abs() < 1e-9);
    assert_eq!(drawn["verdict"], "cant-tell");
    let needed = drawn["needed"].as_u64().unwrap();
    assert!((15..25).contains(&needed), "{needed}");
    assert!(drawn["smallest_down"].as_f64().unwrap() < -0.3 && drawn["smallest_up"].is_null());
    let text = told(store.root(), &["compare", "before", "after"]);
    for words in ["can't tell", "10 of 10 (100 %)", "8 of 10 (80 %)", "a side would settle it", "(Holm)"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    told(store.root(), &["compare", "before", "after", "--fail-on", "worse"]);
    // Two against two can show nothing at all.
    let tiny = Store::open(folder.path().join("tiny")).unwrap();
    for n in 0..2u64 {
        keep(&tiny, &one("before", "pelican", &format!("2026-03-01T10:0{n}:00Z"), true, 1000 + n));
        keep(&tiny, &one("after", "pelican", &format!("2026-04-01T10:0{n}:00Z"), false, 10 + n));
    }
    let text = told(tiny.root(), &["compare", "before", "after"]);
    assert!(text.contains("no difference could have shown in so few drawings"), "{text}");
}

#[test]
fn a_gate_does_not_pass_where_every_request_of_a_side_failed() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for n in 0..12u64 {
        let at = |month: u32| format!("2026-{month:02}-01T10:{n:02}:00Z");
        keep(&store, &one("works", "pelican", &at(3), true, 1000 + n));
        for (slug, answers) in [("down", false), ("shaky", n == 0)] {
            let mut made = one(slug, "pelican", &at(4), true, 1000 + n);
            if !answers {
                made.outcome = Outcome::Error;
                made.check = None;
                made.reply = None;
                store.write(&made, &AttemptFiles::default()).unwrap();
            } else {
                keep(&store, &made);
            }
        }
    }
    let results = store.root();
    for names in [["works", "down"], ["down", "works"]] {
        for fail_on in ["worse", "drawn", "preferred"] {
            let words = refused(results, &["compare", names[0], names[1], "--fail-on", fail_on], 1);
            assert!(words.contains("all 12 requests to down failed") && !words.contains("works"), "{words}");
        }
        told(results, &["compare", names[0], names[1]]);
    }
    told(results, &["compare", "works", "shaky", "--fail-on", "worse"]);
    let words = refused(results, &["compare", "--rendering", "down", "--fail-on", "worse"], 1);
    assert!(words.contains("no kept drawing"), "{words}");
}

/// The day of the commits.
const DAY: &str = "2026-06-30T10:00:00Z";

#[test]
fn sides_are_contestants_runs_days_tags_and_baselines() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    twenty(&store);
    let results = store.root().to_owned();
    git(folder.path(), DAY, &["init", "-q"]);
    git(folder.path(), DAY, &["add", "."]);
    git(folder.path(), DAY, &["commit", "-qm", "One"]);
    git(folder.path(), DAY, &["tag", "v1.0"]);
    assert!(
        told(&results, &["baseline", "save", "spring", "2026-03-01..2026-03-31"])
            .starts_with("spring: 20 attempts\n")
    );
    for n in 0..20u64 {
        let mut later = one("before", "pelican", &format!("2026-06-{:02}T10:00:00Z", n + 1), n < 4, 1100);
        later.run = "20260601-100000-000-k3f9q2m8x7ab".parse().unwrap();
        keep(&store, &later);
    }
    git(folder.path(), DAY, &["add", "."]);
    git(folder.path(), DAY, &["commit", "-qm", "Two"]);
    git(folder.path(), DAY, &["tag", "v2.0"]);

    let attempts = |base: &str, head: &str, more: &[&str]| -> (u64, u64, u64) {
        let words = [&["compare", base, head, "-f", "json"][..], more].concat();
        let report: Value = serde_json::from_str(&told(&results, &words)).unwrap();
        let count = |value: &Value| value.as_u64().unwrap();
        (count(&report["attempts"][0]), count(&report["attempts"][1]), count(&report["shared"]))
    };
    assert_eq!(attempts("2026-03-01..2026-03-31", "2026-06-01..", &[]), (20, 20, 0));
    assert_eq!(attempts("v1.0", "v2.0", &["--contestant", "before"]), (20, 20, 20));
    assert_eq!(attempts("spring", "run:20260601-100000-000", &[]), (20, 20, 0));
    assert_eq!(attempts("baseline:spring", "tag:v2.0", &["--contestant", "before"]), (20, 20, 20));
    assert_eq!(attempts("local/before.gguf", "after", &[]), (40, 20, 0));
    assert_eq!(attempts("spring", "after", &[]), (20, 20, 0));

    assert!(told(&results, &["baseline", "list"]).contains("2026-03-01..2026-03-31"));
    assert!(refused(&results, &["baseline", "save", "spring"], 2).contains("stays what it is"));
    assert!(refused(&results, &["baseline", "save", "Spring!"], 2).contains("a-z"));
    // A name that is a baseline and a contestant.
    told(&results, &["baseline", "save", "before", "v1.0"]);
    assert!(refused(&results, &["compare", "before", "after"], 2).contains("write baseline:before"));
    assert_eq!(attempts("contestant:before", "after", &[]), (40, 20, 0));
    assert_eq!(told(&results, &["baseline", "rm", "before"]), "removed before\n");
    assert!(refused(&results, &["baseline", "rm", "before"], 2).contains("no baseline"));
    assert!(
        refused(&results, &["compare", "v3.0", "v2.0"], 2)
            .contains("no contestant, run, date, tag or baseline")
    );
}

#[test]
fn every_format_says_the_same_and_none_lets_a_name_act() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    let evil = "<script>alert(1)</script>\u{1b}[31m|[x](https://hostile.example)";
    for n in 0..12u64 {
        keep(&store, &one("before", "pelican", &format!("2026-03-01T10:{n:02}:00Z"), true, 900 + n));
        let mut after = one("after", "pelican", &format!("2026-04-01T10:{n:02}:00Z"), n < 3, 900 + n);
        after.contestant.label = evil.to_owned();
        keep(&store, &after);
    }
    let side = format!("contestant:{evil}");
    let out = |format: &str| told(store.root(), &["compare", "before", &side, "-f", format]);
    let html = out("html");
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
    assert!(html.contains("src=\"data:image&#x2f;png;base64,") && html.contains(">worse<"), "{html}");
    assert!(!html.contains("src=\"http") && !html.contains("href="), "{html}");
    let text = out("text");
    assert!(!text.contains('\u{1b}') && text.contains("worse"), "{text}");
    let markdown = out("markdown");
    assert!(
        markdown.contains("**worse**") && !markdown.contains("<script") && !markdown.contains("[x]("),
        "{markdown}"
    );
    let pictures = folder.path().join("pictures");
    let at = "https://example.org/pr 7/";
    let shown = told(
        store.root(),
        &[
            "compare",
            "before",
            &side,
            "-f",
            "markdown",
            "--pictures",
            pictures.to_str().unwrap(),
            "--pictures-at",
            at,
        ],
    );
    let own = shown.strip_prefix(&markdown).unwrap();
    assert!(own.contains("| pelican | ![no. 1 of base](https://example.org/pr%207/1-base.png) |"), "{own}");
    assert!(own.contains("no drawing") && !own.contains("<script") && !own.contains("[x]("), "{own}");
    let files =
        std::fs::read_dir(&pictures).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    assert_eq!(
        files.filter(|png| png.starts_with(b"\x89PNG")).count(),
        6 + 3,
        "six pairs, three without a second"
    );
    let junit = folder.path().join("junit.xml");
    let path = junit.to_str().unwrap();
    told(store.root(), &["compare", "before", &side, "-o", path]);
    let document = std::fs::read_to_string(&junit).unwrap();
    let document = roxmltree::Document::parse(&document).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    let failed = document.descendants().filter(|node| node.has_tag_name("failure")).count();
    assert_eq!(suite.attribute("tests").unwrap(), cases.to_string());
    assert_eq!((suite.attribute("failures").unwrap(), failed), ("1", 1));
    assert!(suite.attribute("name").unwrap().contains("<script>"));
}

#[test]
fn a_history_flags_where_the_level_changed_and_when_another_model_was_served() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for n in 0..30u64 {
        let mut made =
            one("gpt", "pelican", &format!("2026-03-{:02}T10:00:00Z", n + 1), n % 7 != 0, 1000 + n * 13 % 50);
        made.contestant.served = Some("gpt-a".to_owned());
        if n >= 18 {
            made.usage.output = Some(2000 + n * 17 % 60);
            made.contestant.served = Some("gpt-b".to_owned());
        }
        if n == 29 {
            made.outcome = Outcome::Error;
        }
        keep(&store, &made);
    }
    let words = ["compare", "--history", "gpt", "-f", "json"];
    let history: Value = serde_json::from_str(&told(store.root(), &words)).unwrap();
    let lines = history["lines"].as_array().unwrap();
    let line = |name: &str| lines.iter().find(|line| line["measure"] == name).unwrap();
    let changes = line("output-tokens")["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0]["started"], "2026-03-19T10:00:00Z");
    assert!(
        changes[0]["before"].as_f64().unwrap() < 1100.0 && changes[0]["after"].as_f64().unwrap() > 1900.0
    );
    assert!(line("drawn")["changes"].as_array().unwrap().is_empty());
    let marks = history["marks"].as_array().unwrap();
    let served: Vec<_> = marks.iter().filter(|mark| mark["what"] == "served").collect();
    assert_eq!(
        (served.len(), &served[0]["started"], &served[0]["after"]),
        (1, &changes[0]["started"], &"gpt-b".into())
    );
    let text = told(store.root(), &["compare", "--history", "gpt"]);
    assert!(
        text.contains("changed at 2026-03-19 10:00:00 UTC") && text.contains("served: gpt-a → gpt-b"),
        "{text}"
    );
    let page = told(store.root(), &["compare", "--history", "gpt", "-f", "html"]);
    assert_eq!(page.matches("class=\"level\"").count(), 2, "the level before and the one after");
    let days: usize = lines.iter().map(|line| line["days"].as_array().unwrap().len()).sum();
    assert_eq!(page.matches("class=\"day\"").count(), days, "a dot a day and measure");
    assert!(page.contains("<bdi>gpt-b</bdi>") && page.contains("No change that stands out"));
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("NaN"));
    if let Some(out) = std::env::var_os("PELICYCLE_SHOTS") {
        std::fs::write(std::path::Path::new(&out).join("history.html"), &page).unwrap();
    }
    refused(store.root(), &["compare", "--history", "nobody"], 2);
}
