//! The body of a service's answer, cut anywhere: reading it ends, says and traces the same however it was cut, and never the
//! key that was sent. The first byte chooses the protocol, the second where it is cut. Where the first is 128 or more, what follows is
//! no body: it chooses the clothes in which an answer says the key.
#![no_main]

use std::sync::{Arc, LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use pelicycle_provider::{ConfigurationSource, ReplyEventKind, ServiceModel, Services, Variable};
use pelicycle_testkit::disguise;
use pelicycle_testkit::frames::DIALECTS;

const KEY: &str = "sk-planted-5f0c2a91";

/// The byte from which on the key is said.
const DISGUISED: u8 = 128;

static MODELS: LazyLock<Vec<ServiceModel>> = LazyLock::new(|| DIALECTS.map(model).into());

/// The trace of one answer.
static TRACED: Mutex<String> = Mutex::new(String::new());

fn model(protocol: &str) -> ServiceModel {
    let providers = format!(
        "[test]\ndialect = \"{protocol}\"\nbase_url = \"http://127.0.0.1:9/\"\nkey_env = [\"TEST_KEY\"]\n"
    );
    let own = ConfigurationSource { name: "test.toml".to_owned(), own: true };
    let key = |name: &str| (name == "TEST_KEY").then(|| Variable::of_environment(KEY.to_owned()));
    let services = Services::new(Arc::new(key)).changed(&toml::from_str(&providers).unwrap(), &own).unwrap();
    let services = services.traced(Arc::new(|line: &str| {
        let mut traced = TRACED.lock().unwrap();
        traced.push_str(line);
        traced.push('\n');
    }));
    services.model("test", "m").unwrap()
}

/// The text that is told of an answer, and its trace.
fn heard(model: &ServiceModel, pieces: &[&[u8]]) -> (Result<(String, String, String), String>, String) {
    let told = told(model, pieces);
    (told, std::mem::take(&mut *TRACED.lock().unwrap()))
}

fn told(model: &ServiceModel, pieces: &[&[u8]]) -> Result<(String, String, String), String> {
    let (mut text, mut reasoning, mut end) = (String::new(), String::new(), String::new());
    for event in model.read_pieces(pieces.iter().copied())? {
        match event {
            ReplyEventKind::Delta(delta) => {
                text.push_str(&delta.text);
                reasoning.push_str(&delta.reasoning);
            }
            ReplyEventKind::End(done) => end = format!("{done:?}"),
            _ => {}
        }
    }
    Ok((text, reasoning, end))
}

/// Reads an answer in which the key is said in clothes that these bytes choose: it comes out nowhere.
fn says_no_key(dialect: &str, model: &ServiceModel, choices: &[u8]) {
    let disguised = disguise::stream(dialect, KEY, choices);
    let (told, traced) = heard(model, &[&disguised.body]);
    // Where an error comes before anything else, its words are all.
    let (text, reasoning, end) = told.unwrap_or_else(|words| (String::new(), String::new(), words));
    let traced = disguise::joined(dialect, &traced);
    for all in [format!("{reasoning}{text}"), format!("{text}{reasoning}"), end, traced] {
        assert!(!all.contains(&disguised.core), "{:?} in {all:?}", disguised.core);
    }
}

fuzz_target!(|data: &[u8]| {
    let [which, cut, body @ ..] = data else { return };
    let number = usize::from(*which) % MODELS.len();
    let model = &MODELS[number];
    if *which >= DISGUISED {
        says_no_key(DIALECTS[number], model, body);
        return;
    }
    let together = heard(model, &[body]);
    let (one, other) = body.split_at(body.len() * usize::from(*cut) / 255);
    assert_eq!(heard(model, &[one, other]), together);
    assert!(!format!("{together:?}").contains(KEY));
});
