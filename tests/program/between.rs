//! Tests of whose drawings are better: pairs of two sides are judged until it is settled, and `compare` says what follows.

use std::collections::BTreeSet;
use std::path::Path;

use pelicycle_picture::quick_picture;
use pelicycle_record::{
    AskedPrompt, Attempt, Id, JudgeKind, JudgeRecord, JudgementRecord, Preference, SCHEMA_VERSION,
};
use pelicycle_statistics::Random;
use pelicycle_store::Store;
use pelicycle_testkit::browser::drive;
use pelicycle_testkit::exhibits::{hang, hang_look};
use pelicycle_testkit::program::{ServingProgram, program};
use pelicycle_testkit::{shared, tempdir};
use serde_json::{Value, json};

use crate::vote::{VotePage, booth, vote};

fn pelicycle(results: &Path, arguments: &[&str]) -> (i32, String) {
    let output =
        program().arg(arguments[0]).arg("--results").arg(results).args(&arguments[1..]).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(told).unwrap())
}

#[track_caller]
fn compared(results: &Path, arguments: &[&str]) -> Value {
    let (code, told) = pelicycle(results, &[&["compare"], arguments, &["-f", "json"]].concat());
    assert_eq!(code, 0, "{told}");
    serde_json::from_str(&told).unwrap()
}

/// A drawing of a disk, larger with its number.
fn disk(colour: &str, n: usize) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><circle cx="45" cy="45" r="{}" fill="{colour}"/></svg>"#,
        5 + n
    )
}

/// Twelve drawings each of an old contestant and a new one.
fn two_dozen(store: &Store) {
    for n in 0..12 {
        hang(store, "pelican", "old", &format!("2024-11-01T10:00:{n:02}Z"), &disk("grey", n), |attempt| {
            attempt.request.sampling.temperature = Some(0.2);
        });
        hang(store, "pelican", "new", &format!("2026-11-01T10:00:{n:02}Z"), &disk("teal", n), |attempt| {
            attempt.request.sampling.temperature = Some(1.0);
        });
    }
}

/// The pictures of the drawings of a side, as the voting page shows them.
fn pictures(store: &Store, of: impl Fn(&Attempt) -> bool) -> BTreeSet<Vec<u8>> {
    let listing = store.list().unwrap();
    let kept = listing.attempts.iter().filter(|stored| of(&stored.attempt));
    kept.map(|stored| {
        let png = std::fs::read(stored.files.png.as_ref().unwrap()).unwrap();
        quick_picture(&png, 1600).unwrap().0
    })
    .collect()
}

/// Votes as one who prefers the pictures of `better`, but for one in `seldom`; until nothing is shown any more or so many votes
/// are given.
fn cast(server: &ServingProgram, better: &BTreeSet<Vec<u8>>, seldom: usize, most: usize) -> usize {
    for given in 0..most {
        let page = VotePage::of(server);
        if page.token.is_none() {
            return given;
        }
        let is_better = page.pictures.iter().map(|path| better.contains(&server.get(path).1));
        let is_better: Vec<bool> = is_better.collect();
        assert_eq!(is_better.iter().filter(|better| **better).count(), 1, "a drawing of each side");
        let left = is_better[0] != (given % seldom == seldom - 1);
        vote(server, &page, if left { "left" } else { "right" });
    }
    most
}

/// Keeps a person's votes on chance pairs of two sides, of which one in `seldom` is for the first side.
fn keep_votes(store: &Store, head: impl Fn(&Attempt) -> bool, seldom: usize, votes: usize) {
    let listing = store.list().unwrap();
    let (heads, bases): (Vec<&Attempt>, Vec<&Attempt>) =
        listing.attempts.iter().map(|stored| &stored.attempt).partition(|attempt| head(attempt));
    let mut random = Random::new(7);
    for n in 0..votes {
        let (base, head) = (bases[random.below(bases.len())], heads[random.below(heads.len())]);
        let for_left = n % seldom != seldom - 1;
        let record = JudgementRecord {
            schema: SCHEMA_VERSION,
            id: Id::new().unwrap(),
            judged: jiff::Timestamp::now(),
            tool: head.tool.clone(),
            judge: JudgeRecord { kind: JudgeKind::Person, name: "Ada".to_owned() },
            prompt: AskedPrompt { id: head.prompt.id.clone(), hash: head.prompt.hash.clone() },
            left: head.id.clone(),
            right: base.id.clone(),
            preference: Some(if for_left { Preference::Left } else { Preference::Right }),
            seconds: Some(1.0),
            asked: None,
        };
        store.write_judgement(&record, None).unwrap();
    }
}

#[test]
fn votes_between_two_sides_are_asked_until_they_settle_it_and_compare_says_so_first() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    two_dozen(&store);
    hang(&store, "pelican", "stranger", "2026-11-02T10:00:00Z", &disk("red", 9), |_| {});
    let results = store.root();
    let (_, told) = pelicycle(results, &["compare", "old", "new"]);
    let first = told.lines().next().unwrap();
    assert!(first.starts_with("Can't tell whether new draws better than old: nobody has judged"), "{told}");
    assert!(told.contains("pelicycle vote --between old new"), "{told}");
    assert!(told.contains("pelicycle judge -m PROVIDER/MODEL --between old new"), "{told}");
    assert!(told.contains("temperature: 0.2 → 1\n"), "{told}");

    let server = booth(results, &["--between", "old", "new"]);
    let new = pictures(&store, |attempt| attempt.contestant.slug == "new");
    let given = cast(&server, &new, 100, 100);
    assert_eq!(given, 9, "nine pairs that share no drawing, all for one side, settle it");
    let end = VotePage::of(&server);
    assert!(end.html.contains("It is settled") && !end.html.contains("better: its drawing"), "{}", end.html);
    drop(server);
    let votes = store.judgements().unwrap().records;
    let shown: BTreeSet<&Id> = votes.iter().flat_map(|vote| [&vote.left, &vote.right]).collect();
    assert_eq!((votes.len(), shown.len()), (9, 18), "no drawing was shown twice");

    let report = compared(results, &["old", "new"]);
    let sentence = report["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("new draws better than old: Ada preferred it in 100 % of 9 judgements (true"),
        "{sentence}"
    );
    assert_eq!((&report["verdict"], &report["preferred"]["verdict"]), (&"better".into(), &"better".into()));
    let (_, told) = pelicycle(results, &["compare", "old", "new"]);
    assert!(told.starts_with(sentence) && !told.contains("--between"), "{told}");
    assert_eq!(pelicycle(results, &["compare", "old", "new", "--fail-on", "worse"]).0, 0);
    assert_eq!(pelicycle(results, &["compare", "new", "old", "--fail-on", "worse"]).0, 3);
    assert_eq!(pelicycle(results, &["compare", "new", "old", "--fail-on", "preferred"]).0, 3);
    assert_eq!(pelicycle(results, &["compare", "new", "old"]).0, 0);
    assert_eq!(compared(results, &["new", "old"])["verdict"], "worse");
    look_at_the_page(results, &["old", "new"]);

    let (code, told) = pelicycle(results, &["vote", "--between", "old", "nobody", "--name", "Ada"]);
    assert!(code == 2 && told.contains("is no contestant"), "{told}");
    let (code, told) = pelicycle(results, &["vote", "--between", "old", "old", "--name", "Ada"]);
    assert!(code == 1 && told.contains("no two drawings"), "{told}");
}

/// Looks at the comparison's page in a real Chromium, narrow and wide, light and dark.
fn look_at_the_page(results: &Path, sides: &[&str]) {
    let folder = tempdir();
    let page = folder.path().join("comparison/index.html");
    std::fs::create_dir(page.parent().unwrap()).unwrap();
    let arguments = [&["compare"], sides, &["-o", page.to_str().unwrap()]].concat();
    let (code, told) = pelicycle(results, &arguments);
    assert_eq!(code, 0, "{told}");
    let views = json!([{ "width": 390, "scheme": "light" }, { "width": 1280, "scheme": "dark" }]);
    let shots = std::env::var_os("PELICYCLE_SHOTS").map(|folder| folder.into_string().unwrap());
    let order = json!({ "pages": [page], "alarm": "-", "views": views, "shots": shots });
    let Some(seen) = drive("look.mjs", order) else { return };
    for seen in seen.as_array().unwrap() {
        for what in ["errors", "violations", "broken", "cut"] {
            assert_eq!(seen[what], json!([]), "{what}: {seen}");
        }
        assert!(seen["overflow"].as_i64().unwrap() <= 0, "it is wider than the screen: {seen}");
        // Nine judged pairs, and those that nobody judged.
        assert_eq!((&seen["images"], &seen["unlabelled"]), (&json!(24), &json!(0)), "{seen}");
    }
    let html = std::fs::read_to_string(&page).unwrap();
    let first = html.find("<h1").unwrap();
    let (pairs, table) = (html.find("class=\"pairs\"").unwrap(), html.find("<table").unwrap());
    assert!(first < pairs && pairs < table && html.matches("class=\"preferred\"").count() == 9, "{html}");
}

#[test]
fn one_contestant_is_held_against_itself_at_another_time() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for (day, colour) in [(1, "grey"), (20, "teal")] {
        for n in 0..10 {
            let started = format!("2026-11-{day:02}T10:00:{n:02}Z");
            hang(&store, "pelican", "gpt", &started, &disk(colour, n), |_| {});
        }
    }
    let (spring, autumn) = ("2026-11-01", "2026-11-20");
    let later = |attempt: &Attempt| attempt.timing.started.to_string().starts_with(autumn);
    let server = booth(store.root(), &["--between", spring, autumn]);
    let better = pictures(&store, |attempt| !later(attempt));
    assert_eq!(cast(&server, &better, 100, 100), 9);
    drop(server);
    let report = compared(store.root(), &[spring, autumn]);
    assert_eq!(report["verdict"], "worse", "{}", report["sentence"]);
}

#[test]
fn time_and_cost_fail_a_comparison_only_by_name_and_items_never_by_the_whole() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for n in 0..12 {
        for (slug, month, seconds) in [("swift", 3, 10.0), ("slow", 4, 40.0)] {
            let started = format!("2026-{month:02}-01T10:00:{n:02}Z");
            hang(&store, "pelican", slug, &started, &disk("teal", n), |attempt| {
                attempt.timing.total = Some(seconds + n as f64);
                attempt.timing.host_load = Some(if slug == "slow" { 0.8 } else { 0.02 });
            });
        }
    }
    let code = |more: &[&str]| pelicycle(store.root(), &[&["compare", "swift", "slow"], more].concat()).0;
    assert_eq!(code(&["--fail-on", "worse"]), 0, "it is told and does not fail");
    assert_eq!(code(&["--fail-on", "worse", "-m", "seconds"]), 3);
    assert_eq!(code(&["--fail-on", "seconds"]), 3);
    assert_eq!(code(&["--fail-on", "cost"]), 0);
    assert_eq!(code(&["--fail-on", "beauty"]), 2);
    let (_, told) = pelicycle(store.root(), &["compare", "swift", "slow"]);
    assert!(
        told.contains("Time*") && told.contains("Loaded host (*): in 0 attempts of swift and 12 of slow"),
        "{told}"
    );
    // But for the sentence and what is to be copied.
    let mut lines = told.lines().skip(1).filter(|line| !line.starts_with("  pelicycle "));
    assert!(lines.all(|line| line.chars().count() <= 80), "{told}");
    let (_, junit) = pelicycle(store.root(), &["compare", "swift", "slow", "-f", "junit"]);
    assert!(junit.contains("failures=\"0\"") && junit.contains("name=\"preferred\"><skipped"), "{junit}");
    let (_, junit) = pelicycle(store.root(), &["compare", "swift", "slow", "-f", "junit", "-m", "seconds"]);
    assert!(junit.contains("failures=\"1\""), "{junit}");
}

/// The items that a person saw in the drawings of 2026, by their files.
fn seen(frontier: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(frontier.join("labels.json")).unwrap()).unwrap()
}

#[test]
fn thirty_votes_say_that_the_drawings_of_2026_are_better_than_those_of_2024_and_no_item_is_worse() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let results = folder.path().join("results");
    let later = folder.path().join("2026");
    std::fs::create_dir(&later).unwrap();
    let frontier = shared.join("corpus/frontier");
    let labels = seen(&frontier);
    let drawings = labels["drawings"].as_array().unwrap();
    for drawing in drawings.iter().take(22) {
        let file = drawing["file"].as_str().unwrap();
        std::fs::copy(frontier.join(file), later.join(file)).unwrap();
    }
    for (path, provider) in [(&shared.join("corpus/pelican-bicycle"), "of-2024"), (&later, "of-2026")] {
        let arguments =
            ["import", "svg-folder", path.to_str().unwrap(), "--provider", provider, "--no-gallery"];
        let (code, told) = pelicycle(&results, &arguments);
        assert!(code == 0 && told.contains("22 attempts imported"), "{told}");
    }
    let sides = ["provider:of-2024", "provider:of-2026"];
    let store = Store::open(&results).unwrap();
    let is_later = |attempt: &Attempt| attempt.contestant.provider == "of-2026";

    // By the page, as one who takes the earlier one in a tenth of the pairs.
    let server = booth(&results, &[&["--between"], &sides[..]].concat());
    let given = cast(&server, &pictures(&store, is_later), 10, 30);
    drop(server);
    println!("settled after {given} votes");
    let report = compared(&results, &[&sides[..], &["--rubric"]].concat());
    assert_eq!(report["verdict"], "better", "{}", report["sentence"]);
    let preferred = &report["preferred"]["views"][0];
    assert!(preferred["low"].as_f64().unwrap() > 0.5, "{preferred}");
    let item_is_worse = |report: &Value| {
        let answers = report["answers"].as_array().unwrap();
        answers.iter().any(|answer| answer["role"] == "item" && answer["verdict"] == "worse")
    };
    assert!(!item_is_worse(&report), "{report}");
    for judgement in store.judgements().unwrap().records {
        store.take_back_judgement(&judgement.id).unwrap();
    }

    // By thirty votes on pairs of chance, which share drawings, from somebody's own way of choosing them.
    keep_votes(&store, is_later, 10, 30);
    let report = compared(&results, &sides);
    println!("{}", report["sentence"]);
    assert_eq!(report["verdict"], "better", "{}", report["sentence"]);
    let view = &report["preferred"]["views"][0];
    assert!(view["independent_pairs"].as_f64().unwrap() < 22.0 + 1e-9, "{view}");
    let gate = [&["compare"], &sides[..], &["--rubric", "--fail-on", "worse"]].concat();
    let (code, told) = pelicycle(&results, &gate);
    assert_eq!(code, 0, "{told}");
    assert!(told.lines().all(|line| !line.contains(" worse ")), "{told}");
}

/// Twelve first drawings, each with a look that drew another and one that said that it is done.
fn a_dozen_looks(store: &Store) {
    for n in 0..12 {
        hang(store, "pelican", "gazer", &format!("2026-11-01T10:00:{n:02}Z"), &disk("grey", n), |_| {});
    }
    let listing = store.list().unwrap();
    let firsts = listing.first_attempts().filter(|first| first.contestant.slug == "gazer");
    for (n, first) in firsts.enumerate() {
        hang_look(store, first, 1, &format!("2026-11-02T10:00:{n:02}Z"), &disk("teal", n));
        hang_look(store, first, 2, &format!("2026-11-02T11:00:{n:02}Z"), "DONE");
    }
}

#[test]
fn looks_are_judged_blind_beside_the_drawings_that_they_began_with_and_nowhere_else() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    let results = store.root();
    hang(&store, "pelican", "other", "2026-10-01T10:00:00Z", &disk("red", 9), |_| {});
    let (code, told) = pelicycle(results, &["compare", "--looks"]);
    assert!(code == 2 && told.contains("pelicycle run --looks N"), "{told}");
    a_dozen_looks(&store);

    // Whoever does not ask for looks sees none of them.
    let is_look = |attempt: &Attempt| !attempt.is_first() && attempt.is_drawn();
    let plain = booth(results, &[]);
    let page = VotePage::of(&plain);
    let looks = pictures(&store, is_look);
    assert!(page.pictures.iter().all(|path| !looks.contains(&plain.get(path).1)));
    assert!(page.html.contains("12 pairs you have not seen"), "{}", page.html);
    drop(plain);

    let (_, told) = pelicycle(results, &["compare", "--looks"]);
    assert!(told.starts_with("Can't tell whether looks help: nobody has judged"), "{told}");
    assert!(told.contains("  pelicycle vote --looks --results "), "{told}");
    let server = booth(results, &["--looks"]);
    assert_eq!(cast(&server, &looks, 100, 100), 9, "nine that all go one way settle it");
    assert!(VotePage::of(&server).html.contains("pelicycle compare --looks"));
    drop(server);
    // Two names of one are one.
    let report = compared(results, &["--looks", "gazer", "gazer"]);
    let sentence = report["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Looks help: Ada preferred the last drawing to the first in 100 % of 9"),
        "{sentence}"
    );
    assert_eq!((&report["all"]["looks"], &report["all"]["drawn"]["after"]), (&json!(24), &json!(12)));
    let (code, told) = pelicycle(results, &["compare", "--looks", "nobody"]);
    assert!(code == 2 && told.contains("no contestant \"nobody\""), "{told}");
    // Those votes are of nobody's rank, and first attempts are compared without looks.
    let (code, told) = pelicycle(results, &["rank"]);
    assert!(code == 1 && told.contains("no judgement of these drawings"), "{told}");
    assert!(
        told.contains(", but 9 judgements of looks (`pelicycle compare --looks` counts them): "),
        "{told}"
    );
    for (rule, expected) in [("worse", 0), ("preferred", 0), ("seconds", 2)] {
        let (code, told) = pelicycle(results, &["compare", "--looks", "--fail-on", rule]);
        assert_eq!(code, expected, "looks help: {told}");
    }
    let report = compared(results, &["other", "gazer"]);
    assert_eq!(report["attempts"], json!([1, 12]), "{report}");
}
