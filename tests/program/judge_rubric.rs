//! `pelicycle judge --rubric` with a service that sees: what it says of each item is kept, shown beside the rules, and never asked
//! twice.

use std::process::Command;

use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::ItemState;
use pelicycle_record::{JudgeKind, Outcome, RubricReading};
use pelicycle_testkit::exhibits::hang;
use pelicycle_testkit::loopback::{KEY, ScriptedServer, chat};
use serde_json::{Value, json};

use crate::work_folder::{ProgramOutput, WorkFolder};

/// Two drawings by two makers, whose words are not for the model.
fn hall(server: &ScriptedServer) -> WorkFolder {
    let place = WorkFolder::new();
    let store = place.store();
    let library = PromptLibrary::bundled();
    let pelican = library.get("pelican").unwrap();
    for (number, maker) in ["crimson", "rosy"].into_iter().enumerate() {
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><desc>SECRETWORD</desc><circle cx="25" cy="60" r="{0}" fill="none" stroke="black"/><circle cx="65" cy="60" r="{0}" fill="none" stroke="black"/></svg>"#,
            15 + number
        );
        let started = format!("2026-11-0{}T00:00:00Z", number + 1);
        hang(&store, "pelican", maker, &started, &svg, |attempt| {
            attempt.prompt.text = pelican.text.clone();
            attempt.prompt.hash = pelican.hash();
        });
    }
    let entry = format!(
        "[providers.mine]\ndialect = \"chat\"\nbase_url = \"{}\"\nbackoff_seconds = 0.02\nkey_env = [\"MINE_KEY\"]\n",
        server.url("/v1")
    );
    std::fs::write(place.path().join("pelicycle.toml"), entry).unwrap();
    place
}

fn run(place: &WorkFolder, code: i32, args: &[&str]) -> ProgramOutput {
    let mut command: Command = place.program();
    command
        .args(["judge", "-m", "mine/eye", "--rubric"])
        .args(args)
        .env("MINE_KEY", KEY)
        .env("PELICYCLE_TRUST_FOLDER", "1");
    ProgramOutput::new(code, &command.output().unwrap())
}

fn question(body: &Value) -> String {
    let content = body["messages"][0]["content"].as_array().unwrap();
    content.iter().filter_map(|part| part["text"].as_str()).collect()
}

/// Numbers of the items that a question lists.
fn items(body: &Value) -> Vec<usize> {
    let question = question(body);
    let numbers = question.lines().filter_map(|line| line.split_once(". ")?.0.parse().ok());
    numbers.collect()
}

/// The first is met, the second is not, of the rest nothing can be told.
fn answer(body: &Value) -> String {
    let of = |item: usize| match item {
        1 => json!({"item": 1, "answer": "met", "box": [0.1, 0.5, 0.8, 0.4]}),
        2 => json!({"item": 2, "answer": "not-met", "box": null}),
        item => json!({"item": item, "answer": "cant-tell"}),
    };
    json!({"answers": items(body).into_iter().map(of).collect::<Vec<_>>()}).to_string()
}

fn readings(place: &WorkFolder) -> Vec<RubricReading> {
    let found = place.store().readings().unwrap();
    assert!(found.damaged.is_empty(), "{:?}", found.damaged);
    found.records
}

#[test]
fn a_drawing_is_held_against_its_rubric_once_and_both_answers_stand_on_its_page() {
    let server = ScriptedServer::answering(|_, seen| chat(&answer(&seen.body)));
    let place = hall(&server);
    let told = run(&place, 0, &["--dry-run"]);
    assert!(told.stdout.contains("2 drawings would be shown to mine/eye, in 2 requests"), "{}", told.stdout);
    assert!(server.seen().is_empty() && readings(&place).is_empty());

    let said = run(&place, 0, &[]);
    assert!(said.stdout.contains("2 drawings read"), "{}", said.stdout);
    assert!(said.stdout.contains("it agrees with the rules on "), "{}", said.stdout);
    let kept = readings(&place);
    assert_eq!((kept.len(), server.seen().len()), (2, 2));
    for reading in &kept {
        assert_eq!((reading.judge.kind, reading.judge.name.as_str()), (JudgeKind::Model, "mine/eye"));
        assert_eq!(reading.asked.as_ref().unwrap().outcome, Outcome::Complete);
        let answers = reading.answers.as_ref().unwrap();
        let states: Vec<ItemState> = answers.iter().map(|item| item.state).collect();
        assert_eq!(states[..3], [ItemState::Met, ItemState::NotMet, ItemState::CantTell]);
        assert_eq!((answers[0].place, answers[1].place), (Some([0.1, 0.5, 0.8, 0.4]), None));
    }
    for seen in server.seen() {
        let body = seen.body.to_string();
        assert_eq!(body.matches("data:image/png;base64,").count(), 1);
        for word in ["crimson", "rosy", "SECRETWORD"] {
            assert!(!body.contains(word), "{word} is not for the model");
        }
    }
    // Readings are no judgements of pairs.
    assert!(place.store().judgements().unwrap().records.is_empty());

    let again = run(&place, 0, &[]);
    assert!(again.stdout.contains("it has read every drawing there is"), "{}", again.stdout);
    assert_eq!(server.seen().len(), 2, "nothing is asked twice");

    // Held against what a person saw: of the first drawing the second item is there after all.
    let labels = json!({"drawings": [{"attempt": kept[0].attempt, "seen": {"wheels": "yes", "spokes": "yes", "frame": "no"}}]});
    std::fs::write(place.path().join("labels.json"), labels.to_string()).unwrap();
    let held = run(&place, 0, &["--labels", "labels.json"]);
    for words in [
        "it agrees with people's labels on 1 of 2 items that both decide (50 %",
        "the rules agree with people's labels on ",
        "spokes in every wheel: it says not met, people met, the rules ",
    ] {
        assert!(held.stdout.contains(words), "{words}: {}", held.stdout);
    }
    // They are kept as a person's, once, and another file of the same labels in another name is another person's.
    let people = |place: &WorkFolder| {
        let kept = readings(place).into_iter().filter(|reading| reading.judge.kind == JudgeKind::Person);
        kept.map(|reading| (reading.judge.name, reading.answers.unwrap().len())).collect::<Vec<_>>()
    };
    assert_eq!(people(&place), [("labels".to_owned(), 3)]);
    assert!(run(&place, 0, &["--labels", "labels.json"]).stdout.contains("no new labels"));
    assert_eq!(people(&place).len(), 1);
    let absent = json!({"by": "Ann", "drawings": [{"file": "nobodys.svg", "seen": {"wheels": "yes"}}]});
    std::fs::write(place.path().join("labels.json"), absent.to_string()).unwrap();
    let told = run(&place, 0, &["--labels", "labels.json"]).stdout;
    assert!(told.contains("no new labels; 1 drawing of the labels not among these"), "{told}");

    std::fs::write(place.path().join("labels.json"), "[]").unwrap();
    assert!(run(&place, 1, &["--labels", "labels.json"]).stderr.contains("holds no labels"));

    let mut gallery = place.program();
    ProgramOutput::new(0, &gallery.arg("gallery").output().unwrap());
    let page = place.path().join("gallery/attempts").join(kept[0].attempt.as_str()).join("index.html");
    let page = std::fs::read_to_string(page).unwrap();
    for words in [
        "Seen by <bdi>mine&#x2f;eye</bdi>",
        "10 to 90 % across, 50 to 90 % down",
        "all are shown",
        "Seen by people: <bdi>labels</bdi>",
        "It agrees with people on 1 of 2 items that both decide.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("Found by the rules of version "), "the rules' answers stand beside");
}

#[test]
fn a_reply_that_leaves_an_item_out_is_kept_but_not_read_and_its_drawing_is_asked_about_again() {
    let server = ScriptedServer::answering(|number, seen| match number {
        0 => chat(r#"{"answers": [{"item": 1, "answer": "met"}]}"#),
        _ => chat(&answer(&seen.body)),
    });
    let place = hall(&server);
    let said = run(&place, 0, &["-n", "1"]);
    assert!(said.stdout.contains("0 drawings read, 1 not understood"), "{}", said.stdout);
    assert!(said.stderr.contains("does not answer each item once"), "{}", said.stderr);
    let kept = readings(&place);
    assert!(kept[0].answers.is_none() && kept[0].asked.as_ref().unwrap().reply.is_some());
    let said = run(&place, 0, &[]);
    assert!(said.stdout.contains("2 drawings read"), "{}", said.stdout);
}

/// Two folders may have a file of one name: a label is of one drawing.
#[test]
fn a_label_by_a_name_that_two_imported_folders_have_is_of_neither_until_it_says_which() {
    let server = ScriptedServer::answering(|_, seen| chat(&answer(&seen.body)));
    let place = hall(&server);
    for (number, provider) in ["old", "new"].into_iter().enumerate() {
        let folder = place.path().join(provider);
        std::fs::create_dir(&folder).unwrap();
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="{}"/></svg>"#,
            2 + number
        );
        std::fs::write(folder.join("m.svg"), svg).unwrap();
        let mut import = place.program();
        import.args(["import", "svg-folder", provider, "--provider", provider, "--no-gallery"]);
        ProgramOutput::new(0, &import.output().unwrap());
    }
    let mut label = json!({"file": "m.svg", "seen": {"wheels": "no"}});
    let write = |label: &Value| {
        let labels = json!({"by": "Ann", "drawings": [label]});
        std::fs::write(place.path().join("labels.json"), labels.to_string()).unwrap();
    };
    write(&label);
    let refused = run(&place, 1, &["--labels", "labels.json"]);
    for words in
        ["drawing 1 of labels.json", "m.svg", "2 imported files", "of provider old", "of provider new"]
    {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    assert!(server.seen().is_empty() && readings(&place).is_empty());
    label["provider"] = "new".into();
    write(&label);
    let told = run(&place, 0, &["--labels", "labels.json", "-n", "1"]).stdout;
    assert!(told.contains("labels of 1 drawing kept"), "{told}");
    let of_ann: Vec<RubricReading> =
        readings(&place).into_iter().filter(|reading| reading.judge.name == "Ann").collect();
    let [reading] = of_ann.as_slice() else { panic!("{of_ann:?}") };
    let listing = place.store().list().unwrap();
    let whose = listing.attempts.iter().find(|stored| stored.attempt.id == reading.attempt).unwrap();
    assert_eq!(whose.attempt.contestant.provider, "new");
    assert_eq!((reading.asked.is_none(), reading.answers.as_ref().unwrap().len()), (true, 1));
}
