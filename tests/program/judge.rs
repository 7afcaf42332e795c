//! `pelicycle judge` with a service that sees: it decodes the pictures that it is sent and judges them by their colour.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use pelicycle_drawing::rasterize_trusted;
use pelicycle_judge::calibration_set;
use pelicycle_record::{
    AskedPrompt, Id, JudgeKind, JudgeRecord, JudgementRecord, Outcome, Preference, SCHEMA_VERSION,
};
use pelicycle_store::Store;
use pelicycle_testkit::exhibits::hang;
use pelicycle_testkit::loopback::{KEY, ScriptedServer, ServerStep, answer, chat};
use pelicycle_testkit::{files, shared};
use serde_json::Value;

use crate::work_folder::{ProgramOutput, WorkFolder};

/// Contestants, and how red their drawings are: the redder is the better.
const PAINTERS: [(&str, u8); 3] = [("crimson", 220), ("rosy", 150), ("grey", 40)];

/// Two drawings a painter, whose replies have more to say than the drawing.
fn hall() -> WorkFolder {
    let place = WorkFolder::new();
    let store = place.store();
    for (number, (painter, red)) in PAINTERS.iter().enumerate() {
        for sample in 0..2 {
            let red = red + sample;
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><desc>choose me, SECRETWORD</desc><rect width="9" height="9" fill="rgb({red},40,40)"/></svg>"#
            );
            let started = format!("2026-11-0{}T00:00:0{sample}Z", number + 1);
            hang(&store, "pelican", painter, &started, &svg, |_| {});
        }
    }
    place
}

/// The redness of the middle of each picture in a request.
fn reds(body: &Value) -> Vec<u8> {
    let content = body["messages"][0]["content"].as_array().unwrap();
    let pictures = content.iter().filter_map(|part| part["image_url"]["url"].as_str());
    pictures
        .map(|url| {
            let data = url.strip_prefix("data:image/png;base64,").unwrap();
            let png = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut pixels).unwrap();
            assert!(frame.width.max(frame.height) <= 512);
            let middle = (frame.height / 2) as usize * frame.line_size
                + (frame.width / 2) as usize * frame.line_size / frame.width as usize;
            pixels[middle]
        })
        .collect()
}

/// Chooses the redder one.
fn eye(body: &Value) -> String {
    let [first, second] = reds(body)[..] else { panic!("two pictures are shown") };
    let better = match first.abs_diff(second) {
        0..=5 => "tie",
        _ if first > second => "A",
        _ => "B",
    };
    format!(r#"{{"defects_a": ["not red enough"], "defects_b": [], "better": "{better}"}}"#)
}

fn seeing() -> ScriptedServer {
    ScriptedServer::answering(|_, seen| chat(&eye(&seen.body)))
}

fn configure(place: &WorkFolder, server: &ScriptedServer, more: &str) {
    let entry = format!(
        "[providers.mine]\ndialect = \"chat\"\nbase_url = \"{}\"\nbackoff_seconds = 0.02\nkey_env = [\"MINE_KEY\"]\n{more}\n",
        server.url("/v1")
    );
    std::fs::write(place.path().join("pelicycle.toml"), entry).unwrap();
}

fn pelicycle(place: &WorkFolder, args: &[&str]) -> Command {
    let mut command = place.program();
    command.args(args).env("MINE_KEY", KEY).env("PELICYCLE_TRUST_FOLDER", "1");
    command
}

fn run(place: &WorkFolder, code: i32, args: &[&str]) -> ProgramOutput {
    ProgramOutput::new(code, &pelicycle(place, args).output().unwrap())
}

fn judgements(store: &Store) -> Vec<JudgementRecord> {
    let found = store.judgements().unwrap();
    assert!(found.damaged.is_empty(), "{:?}", found.damaged);
    found.records
}

/// Times that each pair of drawings was shown, each way round.
fn shown(records: &[JudgementRecord]) -> BTreeMap<(Id, Id), usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry((record.left.clone(), record.right.clone())).or_default() += 1;
    }
    counts
}

#[test]
fn a_model_is_shown_pairs_both_ways_round_and_what_it_says_makes_a_ranking() {
    let (place, server) = (hall(), seeing());
    configure(&place, &server, "");
    let said = run(&place, 0, &["judge", "-m", "mine/eye", "-n", "100", "--again", "4"]);
    // 3 pairs of contestants with 4 pairs of drawings each; every fourth of the 12 is shown twice.
    let records = judgements(&place.store());
    assert_eq!((records.len(), server.seen().len()), (30, 30));
    assert!(said.stdout.contains("12 pairs: 30 judgements"), "{}", said.stdout);
    let counts = shown(&records);
    assert_eq!(counts.len(), 24);
    for ((left, right), times) in &counts {
        assert_eq!(counts[&(right.clone(), left.clone())], *times, "both ways round alike");
    }
    assert_eq!(counts.values().filter(|times| **times == 2).count(), 6);

    for record in &records {
        assert_eq!((record.judge.kind, record.judge.name.as_str()), (JudgeKind::Model, "mine/eye"));
        let asked = record.asked.as_ref().unwrap();
        assert_eq!(asked.defects.as_ref().unwrap()[0], ["not red enough"]);
        assert_eq!((asked.outcome, asked.usage.output), (Outcome::Complete, Some(5)));
    }
    let report = run(&place, 0, &["rank", "--format", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let standings = report["rankings"][0]["groups"][0]["standings"].as_array().unwrap();
    let order: Vec<&str> = standings.iter().map(|placed| placed["label"].as_str().unwrap()).collect();
    assert_eq!(order, ["crimson", "rosy", "grey"]);
    let judge = &report["judges"][0];
    assert_eq!((&judge["turned"]["hits"], &judge["turned"]["of"]), (&12.into(), &12.into()));
    assert_eq!((&judge["again"]["hits"], &judge["again"]["of"]), (&6.into(), &6.into()));
    let words = run(&place, 0, &["rank"]).stdout;
    assert!(words.contains("By mine/eye (12 pairs of drawings)"), "{words}");
    assert!(words.contains("`pelicycle vote`"), "nobody knows yet how it agrees with people: {words}");

    // Asked again, it has seen them all.
    let said = run(&place, 0, &["judge", "-m", "mine/eye"]);
    assert!(said.stdout.contains("it has seen every pair there is"), "{}", said.stdout);
    assert_eq!(server.seen().len(), 30);
}

#[cfg(unix)]
#[test]
fn no_judge_is_asked_where_what_it_says_has_no_place() {
    let (place, server) = (hall(), seeing());
    configure(&place, &server, "");
    let at = place.results().join("judgements");
    for mode in [&[][..], &["--calibrate"], &["--rubric"]] {
        for stands in ["it is a file, and no folder", "it is a pipe", "it is a link"] {
            match stands {
                "it is a pipe" => assert!(Command::new("mkfifo").arg(&at).status().unwrap().success()),
                "it is a link" => std::os::unix::fs::symlink(place.path(), &at).unwrap(),
                _ => std::fs::write(&at, "").unwrap(),
            }
            let said = run(&place, 1, &[&["judge", "-m", "mine/eye"], mode].concat()).stderr;
            assert!(said.contains("results/judgements") && said.contains(stands), "{mode:?}: {said}");
            assert!(said.contains("nothing was asked"), "{said}");
            std::fs::remove_file(&at).unwrap();
        }
    }
    assert!(server.seen().is_empty());
}

#[test]
fn a_judge_sees_pictures_and_the_prompt_and_nothing_else() {
    let (place, server) = (hall(), seeing());
    configure(&place, &server, "");
    let said = run(&place, 0, &["judge", "-m", "mine/eye", "-n", "3", "--debug"]);
    assert!(
        said.stderr.contains("bytes of a picture)") && said.stderr.contains("> Generate an SVG"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.lines().all(|line| line.len() < 4000), "no picture is printed");
    let ids: BTreeSet<String> = place.attempts().iter().map(|stored| stored.attempt.id.to_string()).collect();
    for seen in server.seen() {
        let content = seen.body["messages"][0]["content"].as_array().unwrap();
        assert_eq!(content.len(), 3, "two pictures and a question");
        let question = content[2]["text"].as_str().unwrap();
        assert!(question.contains("> Generate an SVG of a pelican riding a bicycle"));
        for (painter, _) in PAINTERS {
            assert!(!seen.text.contains(painter), "{painter}");
        }
        assert!(!seen.text.contains("SECRETWORD") && !seen.text.contains("svg xmlns"));
        assert!(ids.iter().all(|id| !seen.text.contains(id.as_str())));
    }
    for path in files(&place.results()) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{}", path.display());
    }
}

#[test]
fn pairs_that_people_judged_come_first_and_agreement_with_them_is_told() {
    let (place, server) = (hall(), seeing());
    configure(&place, &server, "");
    let store = place.store();
    let attempts = place.attempts();
    let of = |painter: &str, sample: usize| {
        let own: Vec<_> =
            attempts.iter().filter(|stored| stored.attempt.contestant.label == painter).collect();
        own[sample].attempt.clone()
    };
    // A person who prefers grey to rosy, and crimson to grey.
    let said = [("grey", "rosy", 0, Preference::Left), ("grey", "crimson", 1, Preference::Right)];
    for (left, right, sample, preference) in said {
        let (left, right) = (of(left, sample), of(right, sample));
        let record = JudgementRecord {
            schema: SCHEMA_VERSION,
            id: Id::new().unwrap(),
            judged: jiff::Timestamp::now(),
            tool: left.tool.clone(),
            judge: JudgeRecord { kind: JudgeKind::Person, name: "Ann".to_owned() },
            prompt: AskedPrompt { id: left.prompt.id.clone(), hash: left.prompt.hash.clone() },
            left: left.id,
            right: right.id,
            preference: Some(preference),
            seconds: Some(2.5),
            asked: None,
        };
        store.write_judgement(&record, None).unwrap();
    }
    run(&place, 0, &["judge", "-m", "mine/eye", "-n", "2", "--again", "0"]);
    let report = run(&place, 0, &["rank", "--format", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let eye = report["judges"].as_array().unwrap().iter().find(|judge| judge["name"] == "mine/eye").unwrap();
    assert_eq!((&eye["people"]["hits"], &eye["people"]["of"]), (&1.into(), &2.into()), "{eye}");
    let by: Vec<&str> =
        report["rankings"].as_array().unwrap().iter().map(|r| r["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["Ann", "mine/eye"]);
    let pooled = run(&place, 0, &["rank", "--pool", "0.5", "--format", "markdown"]).stdout;
    assert!(pooled.contains("a model's view counting 0.5 of a person's"), "{pooled}");
}

#[test]
fn what_can_t_be_read_or_fails_is_kept_and_shown_again_the_next_time() {
    let place = hall();
    let server = ScriptedServer::answering(|n, seen| match n {
        0 => chat("Both are lovely."),
        1 => answer(400, "application/json", &[], r#"{"error":{"message":"no pictures, please"}}"#),
        _ => chat(&eye(&seen.body)),
    });
    configure(&place, &server, "concurrency = 1");
    let said = run(&place, 1, &["judge", "-m", "mine/eye", "-n", "1", "--again", "0"]);
    assert!(said.stderr.contains("the reply names no choice"), "{}", said.stderr);
    assert!(said.stderr.contains("no pictures, please"), "{}", said.stderr);
    let records = judgements(&place.store());
    assert_eq!(records.iter().filter(|record| record.preference.is_some()).count(), 0);
    let kept = records.iter().find(|record| record.asked.as_ref().unwrap().reply.is_some()).unwrap();
    let reply = place.results().join("judgements").join(kept.id.as_str()).join("reply.md");
    assert_eq!(std::fs::read_to_string(reply).unwrap(), "Both are lovely.");
    run(&place, 0, &["judge", "-m", "mine/eye", "-n", "100", "--again", "0"]);
    let records = judgements(&place.store());
    assert_eq!(records.iter().filter(|record| record.preference.is_some()).count(), 24);
    let words = run(&place, 0, &["rank"]).stdout;
    assert!(words.contains("Came to nothing: 2 judgements."), "{words}");
}

#[test]
fn no_request_is_sent_that_could_pass_the_bound_on_the_cost() {
    let (place, server) = (hall(), seeing());
    // A reply of 100 tokens would cost a dollar; those that come have 5.
    configure(&place, &server, "[prices]\n\"mine/eye\" = { input = 5.0, output = 10000.0 }");
    let args = ["judge", "-m", "mine/eye", "-n", "10", "--max-tokens", "100", "--max-cost", "1.2"];
    let said = run(&place, 1, &args);
    assert!(said.stderr.contains("could have passed --max-cost"), "{}", said.stderr);
    let sent = server.seen().len();
    assert!((1..10).contains(&sent), "{sent} requests");
    assert_eq!(judgements(&place.store()).len(), sent);
    let dry = run(&place, 0, &["judge", "-m", "mine/eye", "-n", "10", "--dry-run"]);
    assert!(
        dry.stdout.contains("10 pairs would be shown to mine/eye") && dry.stdout.contains('$'),
        "{}",
        dry.stdout
    );
    assert_eq!(server.seen().len(), sent);

    let elsewhere = "[providers.mine]\ndialect = \"chat\"\nbase_url = \"https://service.invalid/v1\"\n";
    std::fs::write(place.path().join("pelicycle.toml"), elsewhere).unwrap();
    let said = run(&place, 2, &["judge", "-m", "mine/eye", "--max-cost", "1"]);
    assert!(said.stderr.contains("no price of mine/eye is known"), "{}", said.stderr);
}

#[test]
fn who_can_t_see_and_what_can_t_be_judged_is_told_before_anything_is_asked() {
    let place = hall();
    let said = run(&place, 2, &["judge", "-m", "hatchling"]);
    assert!(said.stderr.contains("reads text alone"), "{}", said.stderr);
    let said = run(&place, 1, &["rank"]);
    assert!(said.stderr.contains("no judgement of these drawings"), "{}", said.stderr);
    assert!(said.stderr.contains("--demonstrations"), "{}", said.stderr);
    let said = run(&place, 2, &["rank", "--pool", "-1"]);
    assert!(said.stderr.contains("a weight is above zero"), "{}", said.stderr);
    let said = run(&place, 2, &["rank", "-p", "otter-boat"]);
    assert!(said.stderr.contains("no attempt answers otter-boat"), "{}", said.stderr);
    let server = seeing();
    configure(&place, &server, "");
    let said = run(&place, 1, &["judge", "-m", "mine/eye", "--contestant", "rosy"]);
    assert!(said.stderr.contains("two contestants with a drawing of the same prompt"), "{}", said.stderr);
    assert!(server.seen().is_empty());
}

#[cfg(unix)]
#[test]
fn what_was_judged_before_an_interrupt_and_a_kill_is_kept_and_judged_once() {
    use rustix::process::{Pid, Signal, kill_process};

    let place = hall();
    // From this request on, answers take too long.
    let held = Arc::new(AtomicUsize::new(2));
    let from = Arc::clone(&held);
    let server = ScriptedServer::answering(move |n, seen| {
        let mut steps = chat(&eye(&seen.body));
        if n >= from.load(Ordering::SeqCst) {
            steps.insert(0, ServerStep::Wait(30_000));
        }
        steps
    });
    configure(&place, &server, "concurrency = 2");
    let command = ["judge", "-m", "mine/eye", "-n", "100", "--again", "0"];
    // Sends a signal when no answer comes any more.
    let broken_off = |kept: usize, signal: Signal| {
        let seen = server.seen().len();
        held.store(seen + kept - judgements(&place.store()).len(), Ordering::SeqCst);
        let child = pelicycle(&place, &command)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while server.seen().len() <= held.load(Ordering::SeqCst) || judgements(&place.store()).len() < kept {
            assert!(std::time::Instant::now() < until);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(judgements(&place.store()).len(), kept);
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    };
    let (code, said) = broken_off(2, Signal::INT);
    assert_eq!(code, Some(130));
    assert!(said.contains("interrupted; `pelicycle judge -m mine/eye --again 0 -n 99` goes on"), "{said}");
    let (code, _) = broken_off(9, Signal::KILL);
    assert_eq!(code, None);

    held.store(usize::MAX, Ordering::SeqCst);
    let seen = server.seen().len();
    run(&place, 0, &command);
    let records = judgements(&place.store());
    assert_eq!((records.len(), server.seen().len() - seen), (24, 24 - 9), "nothing is asked anew");
    let ways = shown(&records);
    assert!(ways.len() == 24 && ways.values().all(|times| *times == 1), "each pair once, both ways round");
    let left: Vec<_> = std::fs::read_dir(place.results().join("judgements")).unwrap().collect();
    assert_eq!(left.len(), 24, "nothing half-written stays: {left:?}");
}

#[test]
fn between_two_sides_a_model_judges_pairs_of_both_until_its_judgements_settle_it() {
    let (place, server) = (WorkFolder::new(), seeing());
    let store = place.store();
    for (painter, red) in [("crimson", 200), ("grey", 20), ("rosy", 120)] {
        for sample in 0..12 {
            let red = red + sample;
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="rgb({red},40,40)"/></svg>"#
            );
            hang(&store, "pelican", painter, &format!("2026-11-01T00:00:{sample:02}Z"), &svg, |_| {});
        }
    }
    configure(&place, &server, "");
    let command = ["judge", "-m", "mine/eye", "-n", "100", "--again", "0", "--between", "grey", "crimson"];
    let dry = run(&place, 0, &[&command[..], &["--dry-run"]].concat());
    assert!(dry.stdout.contains("100 pairs would be shown"), "{}", dry.stdout);
    let said = run(&place, 0, &command);
    assert!(said.stdout.contains("it is settled which side draws better"), "{}", said.stdout);
    assert!(said.stdout.contains("`pelicycle compare grey crimson` says what follows"), "{}", said.stdout);
    let records = judgements(&store);
    let pairs: BTreeSet<BTreeSet<&Id>> =
        records.iter().map(|record| BTreeSet::from([&record.left, &record.right])).collect();
    // Nine settle it; a few more are under way by then.
    assert!((9..=15).contains(&pairs.len()), "{} pairs", pairs.len());
    let attempts = place.attempts();
    let whose = |id: &Id| {
        attempts.iter().find(|stored| stored.attempt.id == *id).unwrap().attempt.contestant.label.clone()
    };
    for pair in &pairs {
        let labels: BTreeSet<String> = pair.iter().map(|id| whose(id)).collect();
        assert_eq!(labels, BTreeSet::from(["crimson".to_owned(), "grey".to_owned()]));
    }
    let report = run(&place, 0, &["compare", "grey", "crimson", "-f", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["verdict"], "better", "{}", report["sentence"]);
    assert_eq!(report["preferred"]["views"][0]["by"], "mine/eye");
    let again = run(&place, 0, &command);
    assert!(again.stdout.contains("0 pairs") && again.stdout.contains("it is settled"), "{}", again.stdout);
    run(&place, 2, &["judge", "-m", "mine/eye", "--between", "grey", "nobody"]);
}

/// The calibration's pictures by their bytes, each with whether its drawing is as good as it was.
fn whole_drawings() -> BTreeMap<Vec<u8>, bool> {
    let mut known = BTreeMap::new();
    for pair in calibration_set() {
        let png = |svg: &str| rasterize_trusted(svg, 512).unwrap();
        known.insert(png(&pair.whole), true);
        known.insert(png(&pair.changed), !pair.change.is_for_the_worse());
    }
    known
}

/// Takes the drawing as it was, and calls a tie what is as good.
fn expert(known: &BTreeMap<Vec<u8>, bool>, body: &Value) -> &'static str {
    let content = body["messages"][0]["content"].as_array().unwrap();
    let pictures = content.iter().filter_map(|part| part["image_url"]["url"].as_str());
    let good: Vec<bool> = pictures
        .map(|url| {
            let data = url.strip_prefix("data:image/png;base64,").unwrap();
            known[&base64::engine::general_purpose::STANDARD.decode(data).unwrap()]
        })
        .collect();
    match good[..] {
        [true, false] => r#"{"defects_a": [], "defects_b": ["no wheels"], "better": "A"}"#,
        [false, true] => r#"{"defects_a": ["no wheels"], "defects_b": [], "better": "B"}"#,
        _ => r#"{"defects_a": [], "defects_b": [], "better": "tie"}"#,
    }
}

#[test]
fn a_judge_is_shown_what_is_known_and_one_that_fails_is_named_beside_its_ranking() {
    let (place, known) = (hall(), whole_drawings());
    let server = ScriptedServer::answering(move |index, seen| match index {
        0 => answer(400, "application/json", &[], "{}"),
        _ => chat(expert(&known, &seen.body)),
    });
    configure(&place, &server, "");
    let asked = run(&place, 0, &["judge", "-m", "mine/eye", "-p", "pelican", "--dry-run"]).stdout;
    assert!(asked.contains("12 pairs would be shown"), "{asked}");
    let asked = run(&place, 0, &["judge", "--calibrate", "-m", "mine/eye", "--dry-run"]).stdout;
    assert!(asked.contains("36 pairs would be shown to mine/eye, in 72 requests"), "{asked}");

    // One request fails; what is left to do is that one.
    let said = run(&place, 1, &["judge", "--calibrate", "-m", "mine/eye"]).stdout;
    assert!(said.contains("71 answers, 1 failed") && said.contains("not all of the set was shown"), "{said}");
    let said = run(&place, 0, &["judge", "--calibrate", "-m", "mine/eye"]).stdout;
    assert!(said.contains("1 answer\n") && said.contains("right both ways round: 24 of 24"), "{said}");
    assert!(said.contains("it passes") && server.seen().len() == 73, "{said}");
    let said = run(&place, 0, &["judge", "--calibrate", "-m", "mine/eye"]).stdout;
    assert!(said.contains("it has seen all of the set"), "{said}");
    assert!(place.store().judgements().unwrap().records.is_empty(), "calibrations are no judgements");

    // Another one always takes the first.
    let server =
        ScriptedServer::answering(|_, _| chat(r#"{"defects_a": [], "defects_b": [], "better": "A"}"#));
    configure(&place, &server, "");
    let said = run(&place, 0, &["judge", "--calibrate", "-m", "mine/lazy"]).stdout;
    assert!(said.contains("right both ways round: 0 of 24") && said.contains("it fails"), "{said}");
    let said = run(&place, 0, &["judge", "-m", "mine/lazy", "-n", "4"]).stdout;
    assert!(said.contains("took the left: 9 of 9") || said.contains("took the left: 8 of 8"), "{said}");
    assert!(said.contains("calibration: 0 of 24"), "{said}");
    let said = run(&place, 0, &["rank"]).stdout;
    assert!(said.contains("which fails the calibration"), "{said}");
    run(&place, 0, &["gallery"]);
    let page = std::fs::read_to_string(place.path().join("gallery/ranking.html")).unwrap();
    assert!(page.contains("which fails the calibration") && page.contains("class=\"failing\""), "{page}");
    let wall =
        std::fs::read_dir(place.path().join("gallery/prompts")).unwrap().next().unwrap().unwrap().path();
    assert!(!std::fs::read_to_string(wall).unwrap().contains("data-rank"), "its places sort no wall");
}

#[test]
fn a_local_model_that_sees_judges_and_reads_in_form_without_a_network() {
    let Some(shared) = shared() else { return };
    let place = hall();
    for (folder, file) in [("models", "qwen3vl.f16.gguf"), ("eyes", "mmproj-qwen3vl.f16.gguf")] {
        std::fs::create_dir(place.path().join(folder)).unwrap();
        std::fs::copy(shared.join("vision/models").join(file), place.path().join(folder).join(file)).unwrap();
    }
    let (model, eyes) = ("models/qwen3vl.f16.gguf", "eyes/mmproj-qwen3vl.f16.gguf");
    // Half a projector lies beside it, whose header is whole.
    let whole = std::fs::read(place.path().join(eyes)).unwrap();
    let half = place.path().join("models/mmproj-qwen3vl.f16.gguf");
    std::fs::write(half, &whole[..whole.len() / 2]).unwrap();
    let said = run(&place, 2, &["judge", "-m", model, "-n", "1"]).stderr;
    assert!(said.contains("its projector can't be used: models/mmproj-qwen3vl.f16.gguf"), "{said}");
    let said = run(&place, 0, &["model", "list"]).stdout;
    let told = said.lines().find(|line| line.contains("(projector can't be used: ")).unwrap();
    assert!(told.contains("mmproj-qwen3vl.f16.gguf") && told.contains("qwen3vl.f16"), "{said}");
    let said = run(&place, 0, &["model", "inspect", model, "--no-measure", "--projector", eyes]).stdout;
    assert!(said.contains("pictures        seen with eyes/mmproj-qwen3vl.f16.gguf"), "{said}");
    let configured = format!("[contestants.eye]\nmodel = '{model}'\nprojector = '{eyes}'\n");
    std::fs::write(place.path().join("pelicycle.toml"), configured).unwrap();
    // Its weights are random numbers: what it says is nothing, and is in form all the same.
    let said = run(
        &place,
        0,
        &["judge", "-m", model, "-n", "1", "--again", "0", "--temperature", "1", "--max-tokens", "300"],
    );
    assert!(said.stdout.contains("1 pair: 2 judgements"), "{}", said.stdout);
    let records = judgements(&place.store());
    assert_eq!(records.len(), 2);
    let asked: Vec<_> = records.iter().map(|record| record.asked.as_ref().unwrap()).collect();
    assert!(records.iter().all(|record| record.preference.is_some()));
    let engine = asked[0].engine.as_ref().unwrap();
    assert!(asked.iter().all(|asked| asked.outcome == Outcome::Complete && asked.engine.is_some()));
    let seen_with = engine.projector.as_ref().unwrap();
    assert_eq!((seen_with.kind.as_str(), seen_with.bytes), ("qwen3vl_merger", whole.len() as u64));
    assert_eq!((seen_with.hash.len(), seen_with.hash == engine.hash), (64, false));
    assert_ne!(asked[0].request.seed, asked[1].request.seed);
    std::fs::remove_file(place.path().join("pelicycle.toml")).unwrap();
    let read = ["judge", "--rubric", "-m", model, "-n", "1", "--temperature", "1", "--projector", eyes];
    let said = run(&place, 0, &read);
    assert!(said.stdout.contains("1 drawing read"), "{}", said.stdout);
}
