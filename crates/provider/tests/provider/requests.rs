//! Our requests beside those of the services' own clients, as `scripts/record-requests` recorded them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pelicycle_provider::{EarlierTurn, ReplyRequest, Variable, VariableLookup};
use pelicycle_record::{RequestRecord, SamplingSettings};
use pelicycle_testkit::loopback::{ScriptedServer, answer};
use serde_json::{Value, json};

use crate::asking::{ask_all, request, services_with};

/// The picture that the clients were given: a white pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\xb1\x38\xf6\x14\0\0\0\0IEND\xaeB`\x82";

/// The text that goes with the picture of a look.
const AGAIN: &str = "Here is what your SVG looks like.";

fn recorded(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/requests");
    serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

/// One spelling for what services take in two: keys in camel case, whole numbers without a fraction.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let key = |key: &str| {
                let mut words = key.split('_');
                let first = words.next().unwrap_or_default().to_owned();
                words.fold(first, |all, word| {
                    let (head, tail) = word.split_at(word.len().min(1));
                    all + &head.to_ascii_uppercase() + tail
                })
            };
            Value::Object(map.iter().map(|(k, v)| (key(k), plain(v))).collect())
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Number(n) => n.as_f64().map_or(value.clone(), |n| json!(n)),
        other => other.clone(),
    }
}

#[test]
fn a_request_is_the_one_that_the_services_own_client_sends() {
    let none = RequestRecord::default;
    let effort = |max_tokens| SamplingSettings {
        effort: Some("low".to_owned()),
        max_tokens: Some(max_tokens),
        ..SamplingSettings::default()
    };
    let sampled = SamplingSettings {
        temperature: Some(0.5),
        top_p: Some(0.9),
        top_k: Some(40),
        ..SamplingSettings::default()
    };
    let local = SamplingSettings {
        max_tokens: Some(900),
        min_p: Some(0.05),
        repeat_penalty: Some(1.1),
        ..sampled.clone()
    };
    let seeded = |sampling| RequestRecord { seed: Some(7), sampling, ..none() };
    let thinking = |thinking, sampling| SamplingSettings { thinking: Some(thinking), ..sampling };
    let cases = [
        ("anthropic", "anthropic", "claude-opus-4-7", "", none()),
        ("anthropic-thinking", "anthropic", "claude-opus-5-5", "", effort(9000).into()),
        ("anthropic-pictures", "anthropic", "claude-opus-4-7", "", none()),
        ("openai-pictures", "openai", "gpt-6.1-sol", "/v1", none()),
        ("vllm-pictures", "vllm", "m", "/v1", none()),
        ("gemini-pictures", "gemini", "gemini-4-argon", "", none()),
        ("ollama-pictures", "ollama", "qwen3:8b", "", none()),
        ("anthropic-look", "anthropic", "claude-opus-4-7", "", none()),
        ("openai-look", "openai", "gpt-6.1-sol", "/v1", none()),
        ("vllm-look", "vllm", "m", "/v1", none()),
        ("gemini-look", "gemini", "gemini-4-argon", "", none()),
        ("ollama-look", "ollama", "qwen3:8b", "", none()),
        ("openai", "openai", "gpt-6.1-sol", "/v1", none()),
        ("openai-thinking", "openai", "gpt-6.1-sol", "/v1", thinking(true, effort(9000)).into()),
        ("vllm", "vllm", "m", "/v1", seeded(thinking(false, local.clone()))),
        ("gemini", "gemini", "gemini-4-argon", "", none()),
        ("gemini-thinking", "gemini", "gemini-4-argon", "", seeded(effort(9000).or(&sampled))),
        (
            "ollama",
            "ollama",
            "qwen3:8b",
            "",
            seeded(SamplingSettings { top_p: None, ..thinking(true, local) }),
        ),
        (
            "mistral",
            "mistral",
            "mistral-large-4",
            "/v1",
            seeded(SamplingSettings {
                max_tokens: Some(900),
                temperature: Some(0.5),
                ..SamplingSettings::default()
            }),
        ),
    ];
    let turn =
        vec![EarlierTurn { prompt: "Draw a pelican.".to_owned(), reply: "Here it is: <svg/>".to_owned() }];
    for (name, provider, model, path, settings) in cases {
        let expected = recorded(name);
        let server = ScriptedServer::new(vec![answer(400, "application/json", &[], "{}")]);
        let variables: VariableLookup = Arc::new(|variable: &str| {
            variable.ends_with("_API_KEY").then(|| Variable::of_environment("KEY".to_owned()))
        });
        let change = format!("[{provider}]\nbase_url = \"{}\"\n", server.url(path));
        let services = services_with(&change, variables);
        let pictures = if name.ends_with("-pictures") { vec![PNG.to_vec(); 2] } else { Vec::new() };
        let request = match name.ends_with("-look") {
            true => ReplyRequest {
                earlier: turn.clone(),
                pictures: vec![PNG.to_vec()],
                ..request(AGAIN, settings)
            },
            false => ReplyRequest { pictures, ..request("Draw a pelican.", settings) },
        };
        let heard = ask_all(&services.model(provider, model).unwrap(), request);
        let seen = server.seen().remove(0);

        assert_eq!(seen.path, expected["path"], "{name}");
        let headers: BTreeMap<String, String> = serde_json::from_value(expected["headers"].clone()).unwrap();
        for (header, value) in &headers {
            assert_eq!(seen.headers.get(header), Some(value), "{name}");
        }
        let (mut ours, mut theirs) = (plain(&seen.body), plain(&expected["body"]));
        let prompt = "Draw a pelican.";
        let text = serde_json::to_string(&theirs).unwrap();
        theirs = serde_json::from_str(&text.replace("Generate an SVG of a pelican riding a bicycle", prompt))
            .unwrap();
        if provider == "ollama" {
            // Its client always sends an empty list of tools; we ask that a long prompt be refused, not cut. A key in
            // a variable is for Ollama's cloud.
            assert_eq!(theirs.as_object_mut().unwrap().remove("tools"), Some(json!([])));
            assert_eq!(ours.as_object_mut().unwrap().remove("truncate"), Some(json!(false)));
        }
        assert_eq!(ours, theirs, "{name}");
        assert_eq!(serde_json::from_slice::<Value>(&heard.body).unwrap(), seen.body);
    }
}

/// The parts of a form by their names.
fn parts(kind: &str, body: &str) -> BTreeMap<String, String> {
    let boundary = kind.split_once("boundary=").unwrap().1.trim_matches('"');
    let part = |part: &str| {
        let (head, text) = part.split_once("\r\n\r\n")?;
        let name = head.split_once("; name=\"")?.1.split_once('"')?.0;
        Some((name.to_owned(), text.trim_end_matches("\r\n").to_owned()))
    };
    body.split(&format!("--{boundary}")).filter_map(part).collect()
}

#[test]
fn a_batch_is_left_as_the_services_own_client_leaves_one() {
    let ids = [r#"{"id":"file-1"}"#, r#"{"id":"batch-1","status":"validating"}"#];
    for (provider, model, path, names) in [
        ("anthropic", "claude-opus-4-7", "", vec!["anthropic-batch"]),
        ("openai", "gpt-6.1-sol", "/v1", vec!["openai-batch-file", "openai-batch"]),
    ] {
        let server = ScriptedServer::new(ids.map(|id| answer(200, "application/json", &[], id)).to_vec());
        let variables: VariableLookup = Arc::new(|variable: &str| {
            variable.ends_with("_API_KEY").then(|| Variable::of_environment("KEY".to_owned()))
        });
        let change = format!("[{provider}]\nbase_url = \"{}\"\n", server.url(path));
        let services = services_with(&change, variables);
        let batches = services.model(provider, model).unwrap().batches().unwrap();
        let prompt = "Generate an SVG of a pelican riding a bicycle";
        let body = batches.request(prompt, &RequestRecord::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(batches.submit(&[body.clone(), body])).unwrap();

        for (seen, name) in server.seen().iter().zip(names) {
            let expected = recorded(name);
            assert_eq!(seen.path, expected["path"], "{name}");
            for (header, value) in expected["headers"].as_object().unwrap() {
                let (ours, theirs) = (&seen.headers[header], value.as_str().unwrap());
                // The boundary of a form is anyone's choice.
                assert_eq!(ours.split(';').next(), theirs.split(';').next(), "{name}");
            }
            if seen.body.is_null() {
                let form = parts(&seen.headers["content-type"], &seen.text);
                let expected = &expected["body"];
                assert_eq!(form["purpose"], expected["purpose"].as_str().unwrap());
                let lines = |text: &str| -> Vec<Value> {
                    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
                };
                assert_eq!(lines(&form["file"]), lines(expected["file"].as_str().unwrap()));
            } else {
                assert_eq!(plain(&seen.body), plain(&expected["body"]), "{name}");
            }
        }
    }
}
