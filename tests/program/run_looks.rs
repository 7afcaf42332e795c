//! `pelicycle run --looks`: what is typed, and what is told.

use pelicycle_testkit::loopback::{ScriptedServer, chat};
use serde_json::Value;

use crate::work_folder::{ProgramOutput, WorkFolder};

const SVG: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>"#;

fn run(place: &WorkFolder, code: i32, args: &[&str]) -> ProgramOutput {
    let output = place.command(None, args).env("PELICYCLE_TRUST_FOLDER", "1").output().unwrap();
    ProgramOutput::new(code, &output)
}

#[test]
fn looks_are_told_apart_from_the_drawings_that_are_counted() {
    let server = ScriptedServer::answering(|_, seen| match seen.body["messages"].as_array().unwrap().len() {
        1 => chat(SVG),
        // The conversation has our picture of that drawing; the improved one is enough.
        _ if seen.text.contains("fill='red'") => chat("DONE"),
        _ => chat(&SVG.replace("<circle", "<circle fill='red'")),
    });
    let place = WorkFolder::new();
    let entry = format!("[providers.mine]\ndialect = \"chat\"\nbase_url = \"{}\"\n", server.url("/v1"));
    std::fs::write(place.path().join("pelicycle.toml"), entry).unwrap();
    std::fs::create_dir(place.path().join("given")).unwrap();
    std::fs::write(place.path().join("given/a.svg"), SVG).unwrap();

    let dry = run(&place, 0, &["-m", "mine/eye", "-n", "2", "--looks", "3", "--dry-run"]);
    assert!(dry.stdout.contains("2 requests and at most 6 looks"), "{}", dry.stdout);
    let refused = run(&place, 2, &["-m", "folder/given", "-m", "hatchling", "--looks", "1"]);
    assert!(refused.stderr.contains("given: its replies lie ready"), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("hatchling: the model inside pelicycle reads text alone"),
        "{}",
        refused.stderr
    );
    assert!(server.seen().is_empty() && place.attempts().is_empty());

    let said = run(&place, 0, &["-m", "mine/eye", "-m", "folder/given", "-n", "2", "--looks", "3", "--json"]);
    assert!(said.stderr.contains("given goes without looks: its replies lie ready"), "{}", said.stderr);
    let events: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["left"], &events[0]["looks_left"]), (&3.into(), &6.into()));
    let of = |name: &'static str| events.iter().filter(move |event| event["event"] == name);
    let mut looks: Vec<_> =
        of("attempt-finished").map(|event| (event["look"].as_u64(), event["done"].as_bool())).collect();
    looks.sort_unstable();
    let both = |look, done| [(look, done); 2];
    let expected =
        [&[(None, None)][..], &both(None, None), &both(Some(1), Some(false)), &both(Some(2), Some(true))];
    assert_eq!(looks, expected.concat());
    let end = of("run-finished").next().unwrap();
    let counts =
        ["attempts", "drawn", "looks", "looks_drawn", "failed"].map(|key| end[key].as_u64().unwrap());
    assert_eq!(counts, [3, 3, 4, 2, 0]);

    let said = run(&place, 0, &["-m", "mine/eye", "--looks", "3", "--no-gallery"]);
    assert!(said.stderr.contains(": 1 to ask and at most 3 looks, seed"), "{}", said.stderr);
    assert!(said.stderr.contains("\nlook 1/3 pelican eye sample 1: drawn, 5 tokens"), "{}", said.stderr);
    assert!(said.stderr.contains("\nlook 2/3 pelican eye sample 1: says that it is done"), "{}", said.stderr);
    let rows: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("pelican ")).collect();
    assert!(rows[0].contains("eye  ") && rows[0].contains("1/1    1 drawn"), "{rows:?}");
    assert!(rows[1].contains("eye, looks") && rows[1].contains("1/2    1 done, 1 drawn"), "{rows:?}");
    assert!(
        said.stdout.contains("\n1 first attempt, 2 looks: only first attempts are counted"),
        "{}",
        said.stdout
    );
    let resumed = run(&place, 0, &["--resume", "last", "--no-gallery"]);
    assert!(resumed.stdout.contains("nothing was left to ask"), "{}", resumed.stdout);
}
