//! `pelicycle run` from a model file to the gallery, with the real program.

use std::collections::BTreeSet;
use std::process::Stdio;

use pelicycle_record::{ExpertCounts, Outcome, Verdict};
use pelicycle_run::sample_seed;
use pelicycle_testkit::docs;
use pelicycle_testkit::model_file::{DRAWING, babbler, drawer};

use crate::work_folder::WorkFolder;

#[test]
fn every_sample_is_kept_checked_and_shown() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 1);
    let said = place.run(0, Some(&model), &["-n", "4", "--max-tokens", "40", "--seed", "3"]);
    let attempts = place.attempts();
    assert_eq!(
        attempts.iter().map(|s| s.attempt.sample).collect::<BTreeSet<_>>(),
        BTreeSet::from([1, 2, 3, 4])
    );
    let run = place.store().read_run(&attempts[0].attempt.run).unwrap();
    for stored in &attempts {
        let attempt = &stored.attempt;
        assert_eq!((&attempt.run, attempt.outcome), (&run.id, Outcome::Length));
        let slug = &attempt.contestant.slug;
        let seed = sample_seed(3, &attempt.prompt.hash, slug, attempt.sample);
        assert_eq!((attempt.request.run_seed, attempt.request.seed), (Some(3), Some(seed)));
        assert_eq!((attempt.usage.output, attempt.request.sampling.max_tokens), (Some(40), Some(40)));
        assert!(attempt.check.is_some() && attempt.timing.tokens_per_second.is_some());
        let engine = attempt.engine.as_ref().unwrap();
        let bytes = std::fs::read(&model).unwrap();
        let experts = attempt.experts.as_ref().unwrap();
        let picture = std::fs::read(stored.files.experts.as_ref().unwrap()).unwrap();
        let counts = ExpertCounts::from_png(&picture).unwrap();
        assert_eq!((experts.tokens, experts.used, counts.layers(), counts.experts()), (40, 2, 2, 4));
        for layer in counts.with_experts() {
            assert_eq!(layer.counts.iter().sum::<u32>(), 40 * 2);
        }
        assert!(experts.token_bytes <= experts.touched_bytes && experts.touched_bytes <= experts.total_bytes);
        assert_eq!((engine.bytes, engine.quantization.as_str()), (bytes.len() as u64, "Q8_0"));
        assert_eq!(engine.hash, blake3::hash(&bytes).to_hex().as_str());
    }
    // How many meet in a step depends on when each request came.
    assert!(
        attempts
            .iter()
            .filter_map(|s| s.attempt.timing.batch)
            .max()
            .is_some_and(|batch| (2..=4).contains(&batch))
    );

    let lines: Vec<_> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{}", said.stderr);
    assert_eq!(lines[0], format!("run {}: 4 to ask, seed 3", run.id));
    assert!(lines[4].starts_with("4/4 pelican babbler-1 sample "), "{}", lines[4]);
    assert!(said.stdout.contains("gallery file://") && place.index().is_file());
    let page = std::fs::read_to_string(place.index()).unwrap();
    assert!(attempts.iter().all(|s| page.contains(s.attempt.id.as_str())), "the gallery shows every attempt");
}

#[test]
fn a_drawing_goes_all_the_way_from_the_weights_to_the_gallery() {
    let place = WorkFolder::new();
    let model = drawer(place.path());
    place.run(0, Some(&model), &["-p", "pelican", "-p", "otter-boat", "--temperature", "0"]);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 2);
    for stored in attempts {
        assert_eq!(stored.attempt.outcome, Outcome::Complete);
        assert_eq!(stored.attempt.check.as_ref().unwrap().verdict, Verdict::Drawn);
        assert_eq!(std::fs::read_to_string(stored.files.svg.unwrap()).unwrap(), DRAWING);
        let png = std::fs::read(stored.files.png.unwrap()).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
    }
}

#[test]
fn json_tells_every_event_with_its_keys() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 2);
    let said = place.run(0, Some(&model), &["-n", "3", "--max-tokens", "30", "--json"]);
    assert_eq!(said.stderr, "");
    let events = said.events();
    let keys = |event: &str| -> Vec<BTreeSet<String>> {
        let of_kind = events.iter().filter(|found| found["event"] == event);
        of_kind.map(|found| found.as_object().unwrap().keys().cloned().collect()).collect()
    };
    let documented = std::fs::read_to_string(docs("running.md")).unwrap();
    for (event, count) in
        [("run-started", 1), ("attempt-started", 3), ("attempt-finished", 3), ("run-finished", 1)]
    {
        let found = keys(event);
        assert_eq!(found.len(), count, "{event}");
        let (_, section) = documented.split_once(&format!("### `{event}`")).expect("it is documented");
        let section = section.split("\n#").next().unwrap();
        for keys in found {
            for key in keys.iter().filter(|key| *key != "event") {
                assert!(section.contains(&format!("`{key}`")), "{event}: {key} is not documented");
            }
            assert_eq!(section.matches("\n| `").count(), keys.len() - 1, "{event}: {keys:?}");
        }
    }
    assert_eq!((&events[0]["event"], &events[7]["event"]), (&"run-started".into(), &"run-finished".into()));
    let folders: BTreeSet<_> =
        place.attempts().into_iter().map(|s| s.folder.canonicalize().unwrap()).collect();
    let told = events.iter().filter_map(|event| event["folder"].as_str());
    let told: BTreeSet<_> = told.map(|folder| place.path().join(folder).canonicalize().unwrap()).collect();
    assert_eq!(told, folders);
}

#[test]
fn quiet_says_nothing_where_all_is_well() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 3);
    let said = place.run(0, Some(&model), &["--max-tokens", "5", "--quiet", "--no-gallery"]);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert_eq!(place.attempts().len(), 1);
    assert!(!place.path().join("gallery").exists());
}

#[test]
fn a_mistake_on_the_command_line_is_told_before_anything_starts() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 4);
    let model = model.to_str().unwrap();
    let cases: [(&[&str], &str); 13] = [
        (&["-m", "gone.gguf"], "no model file at gone.gguf"),
        (&["-m", "nobody/gpt"], "no provider \"nobody\" is known; there are local, anthropic, "),
        (&["-m", "local/gone"], "no local model \"gone\""),
        (&["-m", model, "-m", model], "takes part twice"),
        (&["-m", model, "-p", "pelikan"], "pelikan"),
        (&["-m", model, "-p", "family:birds"], "birds"),
        (&["-m", model, "--temperature", "-1"], "temperature"),
        (&["-m", model, "--temperature", "nan"], "temperature"),
        (&["-m", model, "--top-p", "7"], "top-p is 7; it must be above 0 and at most 1"),
        (&["-m", model, "--min-p", "2"], "min-p"),
        (&["-m", model, "--repeat-penalty", "0"], "repeat-penalty"),
        (&["-m", model, "-n", "0"], "--samples"),
        (&["--resume", "last", "-m", model], "cannot be used with"),
    ];
    for (args, words) in cases {
        let said = place.run(2, None, args);
        assert!(said.stderr.contains(words) && said.stdout.is_empty(), "{args:?}: {}", said.stderr);
    }
    let said = place.run(2, None, &["--resume", "last"]);
    assert!(said.stderr.contains("none is kept there"), "{}", said.stderr);
    assert!(!place.results().exists(), "nothing was started");
}

#[test]
fn a_file_that_is_no_model_is_named() {
    let place = WorkFolder::new();
    std::fs::write(place.path().join("notes.gguf"), "not a model").unwrap();
    let said = place.run(1, None, &["-m", "notes.gguf"]);
    assert!(said.stderr.starts_with("error: ") && said.stderr.contains("notes.gguf"), "{}", said.stderr);
    assert!(!place.results().exists());
}

#[test]
fn places_that_cannot_be_written_are_told_before_anything_is_asked() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 5);
    std::fs::create_dir(place.path().join("gallery")).unwrap();
    std::fs::write(place.path().join("gallery/thesis.txt"), "mine").unwrap();
    let said = place.run(1, Some(&model), &["--max-tokens", "5"]);
    assert!(said.stderr.contains("nothing was asked") && said.stderr.contains("gallery"), "{}", said.stderr);
    assert!(!place.results().exists());

    std::fs::write(place.results(), "a file").unwrap();
    let said = place.run(1, Some(&model), &["--max-tokens", "5", "--no-gallery"]);
    assert!(said.stderr.contains("is not a folder"), "{}", said.stderr);
    // A folder can't be made where a file is.
    let said = place.run(1, Some(&model), &["--max-tokens", "5", "--no-gallery", "--results", "results/in"]);
    assert!(said.stderr.contains("results"), "{}", said.stderr);
}

#[test]
fn a_seed_gives_the_same_replies_whatever_decodes_beside_them() {
    let replies = |args: &[&str]| {
        let place = WorkFolder::new();
        let model = babbler(place.path(), 6);
        let base =
            ["-p", "pelican", "-p", "cat-boat", "-n", "4", "--max-tokens", "80", "--no-gallery", "--quiet"];
        place.run(0, Some(&model), &[&base[..], args].concat());
        place.replies()
    };
    let first = replies(&["--seed", "11", "-t", "1", "--parallel", "1"]);
    assert_eq!(first.len(), 8);
    assert_eq!(first.values().collect::<BTreeSet<_>>().len(), 8, "each sample has its own seed");
    for others in
        [["-t", "2", "--parallel", "4"], ["-t", "1", "--parallel", "8"], ["-t", "2", "--parallel", "1"]]
    {
        assert_eq!(replies(&[&["--seed", "11"], &others[..]].concat()), first, "{others:?}");
    }
    let other = replies(&["--seed", "12"]);
    assert!(first.iter().all(|(key, reply)| other[key] != *reply));
}

#[test]
fn a_model_that_may_end_its_turn_does() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 7);
    let all = ["--top-k", "0", "--top-p", "1", "--min-p", "0", "--temperature", "4", "--seed", "1"];
    place.run(0, Some(&model), &[&all[..], &["-n", "6", "--max-tokens", "3000", "--no-gallery"]].concat());
    let attempts = place.attempts();
    assert!(attempts.iter().any(|s| s.attempt.outcome == Outcome::Complete), "1 token of 259 ends it");
    assert!(attempts.iter().any(|s| s.attempt.check.as_ref().unwrap().verdict == Verdict::Drawn));
}

#[test]
fn the_configuration_speaks_where_the_command_line_does_not() {
    let place = WorkFolder::new();
    babbler(place.path(), 8);
    let config = place.path().join("pelicycle.toml");
    let text = "models = [\".\"]\n[run]\nmodel = [\"local/babbler\"]\nprompt = [\"cat-boat\"]\nsamples = 3\n\
        max_tokens = 7\ntemperature = 0.25\nthinking = false\n";
    std::fs::write(&config, text).unwrap();
    place.run(0, None, &["--samples", "2", "--no-gallery"]);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 2, "a flag wins");
    for stored in &attempts {
        let request = &stored.attempt.request;
        assert_eq!(stored.attempt.prompt.id, "cat-boat");
        assert_eq!((request.sampling.max_tokens, request.sampling.temperature), (Some(7), Some(0.25)));
        assert_eq!((request.sampling.thinking, request.sampling.top_k), (Some(false), Some(40)));
    }
    std::fs::write(&config, "[run]\ntop_p = 3\n").unwrap();
    let said = place.run(2, Some(&place.path().join("babbler-8.gguf")), &[]);
    assert!(said.stderr.contains("top-p is 3"), "{}", said.stderr);
    std::fs::write(&config, "[run]\nsamples = 0\n").unwrap();
    let said = place.run(2, None, &[]);
    assert!(said.stderr.contains("pelicycle.toml:2: "), "{}", said.stderr);
}

#[test]
fn a_run_whose_reader_goes_away_is_finished_all_the_same() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 9);
    for form in ["--json", "--no-gallery"] {
        let mut command = place.command(Some(&model), &["-n", "3", "--max-tokens", "40", form]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{form}");
    }
    assert_eq!(place.attempts().len(), 6);
}
