//! Keys in clothes that are drawn by lot: some of what the fuzzer of frames makes, in each protocol. Very many of them by hand,
//! since it takes minutes:
//!
//! ```sh
//! # SEED is the number to draw from: 2 where none is given.
//! SEED=3 cargo test -p pelicycle-provider --test provider -- --ignored very_many_clothes
//! ```

use std::sync::{Arc, Mutex};

use pelicycle_provider::{ConfigurationSource, ReplyEventKind, ServiceModel, Services, Variable};
use pelicycle_testkit::disguise;
use pelicycle_testkit::frames::DIALECTS;
use pelicycle_testkit::loopback::KEY;

/// The streams in each protocol that every run of the tests reads.
const FEW: usize = 5;

/// The streams in each protocol that are read by hand.
const MANY: usize = 4000;

/// What stands in a trace for a frame with a part of the key.
const HIDDEN: &str = "(a frame with a part of the key)";

/// A model of a service with this protocol, and what is traced of it.
fn model(dialect: &str) -> (ServiceModel, Arc<Mutex<String>>) {
    let providers = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"http://127.0.0.1:9/\"\nkey_env = [\"TEST_KEY\"]\n"
    );
    let own = ConfigurationSource { name: "test.toml".to_owned(), own: true };
    let key = |name: &str| (name == "TEST_KEY").then(|| Variable::of_environment(KEY.to_owned()));
    let traced = Arc::new(Mutex::new(String::new()));
    let listener = Arc::clone(&traced);
    let services = Services::new(Arc::new(key)).changed(&toml::from_str(&providers).unwrap(), &own).unwrap();
    let services = services.traced(Arc::new(move |line: &str| {
        let mut traced = listener.lock().unwrap();
        traced.push_str(line);
        traced.push('\n');
    }));
    (services.model("test", "m").unwrap(), traced)
}

/// Reads so many streams of each protocol, drawn from this number on: gives those in which the key comes out.
fn leaks(seed: u32, count: usize) -> Vec<String> {
    std::thread::scope(|scope| {
        // Each draws for itself.
        let drawn = DIALECTS.into_iter().zip(seed * DIALECTS.len() as u32..);
        let threads: Vec<_> =
            drawn.map(|(dialect, seed)| scope.spawn(move || leaks_of(dialect, seed, count))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn leaks_of(dialect: &str, seed: u32, count: usize) -> Vec<String> {
    // Mixed, since what near numbers draw first is alike.
    let mut state = seed.wrapping_mul(0x9e37_79b1) ^ 0x85eb_ca6b;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut leaks = Vec::new();
    let (model, traced) = model(dialect);
    for _ in 0..count {
        let choices: Vec<u8> = (0..160).map(|_| byte()).collect();
        let disguised = disguise::stream(dialect, KEY, &choices);
        let [mut text, mut reasoning, mut end, mut stop, mut record] = [const { String::new() }; 5];
        match model.read_pieces(std::iter::once(disguised.body.as_slice())) {
            Ok(events) => events.into_iter().for_each(|event| match event {
                ReplyEventKind::Delta(delta) => {
                    text.push_str(&delta.text);
                    reasoning.push_str(&delta.reasoning);
                }
                ReplyEventKind::End(done) => end = done.error.unwrap_or_default(),
                ReplyEventKind::Metadata(metadata) => {
                    record = format!("{metadata:?}");
                    stop = metadata.service.and_then(|service| service.stop).unwrap_or_default();
                }
                ReplyEventKind::Sent(_) => {}
            }),
            // Where an error comes before anything else, its words are all.
            Err(words) => end = words,
        }
        // What the service says follows words of ours.
        let said = end.split_once(": ").map_or(end.as_str(), |(_, said)| said);
        let lines = std::mem::take(&mut *traced.lock().unwrap());
        let traced = disguise::joined(dialect, &lines);
        // Where nothing is told, no key is.
        let marked = [&text, &reasoning, &end, &record, &lines].iter().any(|all| all.contains("[key]"))
            || lines.contains(HIDDEN);
        if !marked || !lines.contains("< ") {
            let body = String::from_utf8_lossy(&disguised.body);
            leaks.push(format!(
                "{dialect}: no mark in {text:?}, {reasoning:?}, {lines} of
{body}"
            ));
        }
        for (what, all) in [
            ("reasoning and answer", format!("{reasoning}{text}")),
            ("answer and reasoning", format!("{text}{reasoning}")),
            ("reasoning, answer and end", format!("{reasoning}{text}{said}")),
            ("answer, reasoning and end", format!("{text}{reasoning}{said}")),
            ("answer and end", format!("{text}{said}")),
            ("reasoning and end", format!("{reasoning}{said}")),
            ("reply and reason", format!("{reasoning}{text}{stop}")),
            ("record", record),
            ("trace", traced),
        ] {
            if all.contains(&disguised.core) {
                let body = String::from_utf8_lossy(&disguised.body);
                leaks.push(format!("{dialect}: {:?} in the {what} {all:?} of\n{body}", disguised.core));
            }
        }
    }
    leaks
}

#[test]
fn a_key_in_clothes_by_lot_comes_out_nowhere() {
    let leaks = leaks(1, FEW);
    assert!(leaks.is_empty(), "{}", leaks.concat());
}

#[test]
#[ignore = "takes minutes"]
fn a_key_in_very_many_clothes_by_lot_comes_out_nowhere() {
    let seed = std::env::var("SEED").map_or(2, |seed| seed.parse().unwrap());
    let leaks = leaks(seed, MANY);
    assert!(leaks.is_empty(), "{} streams\n{}", leaks.len(), leaks.concat());
}
