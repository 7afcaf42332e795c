//! `pelicycle doctor` and `pelicycle prices`, with the real program and servers on the loopback.

use std::path::Path;

use pelicycle_testkit::loopback::{KEY, ScriptedServer, answer};
use pelicycle_testkit::model_file::drawer;
use pelicycle_testkit::program::program;
use pelicycle_testkit::{shared, tempdir};
use serde_json::Value;

/// Runs `pelicycle` in a folder with these variables.
fn pelicycle(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = program();
    command.current_dir(folder).args(args).env("XDG_DATA_HOME", folder.join("data"));
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn service<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["services"].as_array().unwrap().iter().find(|found| found["name"] == name).unwrap()
}

#[test]
fn what_works_and_what_does_not_is_told_with_an_exit_code() {
    let models = r#"{"data":[{"id":"bird-1"},{"id":"bird-2"}]}"#;
    let good = ScriptedServer::new(vec![answer(200, "application/json", &[], models)]);
    let refusing = ScriptedServer::answering(|_, seen| {
        let key = seen.headers["authorization"].clone();
        answer(401, "application/json", &[], &format!(r#"{{"error":{{"message":"bad key {key}"}}}}"#))
    });
    let ollama =
        ScriptedServer::new(vec![answer(200, "application/json", &[], r#"{"models":[{"name":"q:8b"}]}"#)]);
    let folder = tempdir();
    let configure = |text: &str| std::fs::write(folder.path().join("pelicycle.toml"), text).unwrap();
    let good_entry = format!(
        "[providers.good]\ndialect = \"chat\"\nbase_url = \"{}\"\nkey_env = [\"GOOD_KEY\"]\n",
        good.url("/v1")
    );
    configure(&format!("{good_entry}[contestants.bird]\nmodel = \"good/bird-2\"\n"));
    let host = format!("127.0.0.1:{}", ollama.port);
    let variables = [("GOOD_KEY", KEY), ("OLLAMA_HOST", host.as_str())];

    // The address is the folder's and the key is not: nobody is asked.
    let (code, words, _) = pelicycle(folder.path(), &["doctor", "good"], &variables);
    assert!(code == 1 && words.contains("--trust-folder") && words.contains(&good.url("/v1")), "{words}");
    assert!(good.seen().is_empty() && !words.contains(KEY), "{words}");
    let variables = [variables[0], variables[1], ("PELICYCLE_TRUST_FOLDER", "1")];

    let (code, words, _) = pelicycle(folder.path(), &["doctor", "good", "ollama"], &variables);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains(&format!("at {} by pelicycle.toml", good.url("/v1"))), "{words}");
    assert!(words.contains("by OLLAMA_HOST in the environment"), "{words}");
    assert!(words.contains("2 models in") && words.contains("GOOD_KEY from the environment"), "{words}");
    assert!(words.contains("1 model in") && words.contains(": q:8b"), "{words}");
    assert_eq!(good.seen()[0].path, "/v1/models");

    // All services: those that nobody set up are no fault.
    let (code, json, _) = pelicycle(folder.path(), &["doctor", "--json", "--offline"], &variables);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(code, 0, "{json}");
    assert_eq!(service(&report, "anthropic")["state"], "no-key");
    assert!(service(&report, "anthropic")["words"].as_str().unwrap().contains("ANTHROPIC_API_KEY"));
    assert!(report["parts"].as_array().unwrap().iter().all(|part| part["ok"] == true), "{json}");

    // Kernels can be chosen, of those that the processor runs.
    let kernels = |name| {
        let variables = [variables[0], variables[1], variables[2], ("PELICYCLE_KERNELS", name)];
        pelicycle(folder.path(), &["doctor", "--offline"], &variables)
    };
    let (code, words, _) = kernels("scalar");
    assert!(code == 0 && words.contains("scalar; this processor runs scalar"), "{words}");
    let (code, words, _) = kernels("avx1024");
    assert!(code == 1 && words.contains("PELICYCLE_KERNELS is \"avx1024\""), "{words}");

    let bad_entry = format!(
        "[providers.bad]\ndialect = \"chat\"\nbase_url = \"{}\"\nkey_env = [\"GOOD_KEY\"]\n",
        refusing.url("/v1")
    );
    configure(&format!("{good_entry}{bad_entry}[contestants.bird]\nmodel = \"good/bird-3\"\n"));
    let (code, json, errors) = pelicycle(folder.path(), &["doctor", "good", "bad", "--json"], &variables);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(code, 1);
    let bad = service(&report, "bad");
    assert!(bad["state"] == "fault" && bad["words"].as_str().unwrap().contains("HTTP 401"), "{json}");
    assert!(!json.contains(KEY) && !errors.contains(KEY), "the service quoted the key, we do not");
    assert!(json.contains("good does not list"), "{json}");
    let (code, _, errors) = pelicycle(folder.path(), &["doctor", "nobody"], &[]);
    assert!(code == 2 && errors.contains("no provider \"nobody\""), "{errors}");
}

/// The report of `doctor` on the models in a folder, without those of whoever runs the tests.
fn said_of_models(folder: &Path) -> String {
    let none = folder.join("none").to_string_lossy().into_owned();
    let places = ["HOME", "USERPROFILE", "XDG_CACHE_HOME", "HF_HOME", "LLAMA_CACHE", "OLLAMA_MODELS"];
    let variables: Vec<(&str, &str)> =
        places.iter().map(|place| (*place, none.as_str())).chain([("HF_HUB_CACHE", "")]).collect();
    let (code, json, errors) = pelicycle(folder, &["doctor", "--offline", "--json"], &variables);
    assert_eq!(code, 0, "a model that can't be run is no fault of what is set up: {json}{errors}");
    let report: Value = serde_json::from_str(&json).unwrap();
    let parts = report["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["name"] == "local models").unwrap();
    part["words"].as_str().unwrap().to_owned()
}

#[test]
fn models_that_can_be_run_are_told_apart_from_those_that_cannot_with_the_reason_of_each() {
    let folder = tempdir();
    let models = folder.path().join("models");
    std::fs::create_dir(&models).unwrap();
    let words = said_of_models(folder.path());
    assert_eq!(words, "none that can be run but hatchling, which reads text alone");

    let whole = std::fs::read(drawer(&models)).unwrap();
    let words = said_of_models(folder.path());
    let runs = "1 can be run, as their headers say: local/drawer; none sees pictures";
    assert!(words.starts_with(runs) && !words.contains("can't be run"), "{words}");

    let write = |name: &str, bytes: &[u8]| std::fs::write(models.join(name), bytes).unwrap();
    write("cut.gguf", &whole[..whole.len() / 2]);
    write("page.gguf", b"<html>Not found</html>");
    write("third-00001-of-00003.gguf", &whole);
    let at = whole.windows(8).position(|found| found == b"qwen3moe").unwrap();
    write("other.gguf", &[&whole[..at], b"qwen9moe", &whole[at + 8..]].concat());
    write("joined.gguf.part1of2", &whole[..9]);
    let words = said_of_models(folder.path());
    let (runs, broken) = words.split_once("; 5 can't be run: ").unwrap_or_else(|| panic!("{words}"));
    assert!(runs.starts_with("1 can be run, as their headers say: local/drawer; "), "{words}");
    for (name, why) in [
        ("local/cut (", "its download was cut short"),
        ("local/page (", "is not a GGUF file"),
        ("local/third (", "2 of its files are missing"),
        ("local/other (", "the architecture \"qwen9moe\""),
        ("joined.gguf.part1of2 (", "is the first of 2 pieces of a file that was cut"),
    ] {
        let (_, rest) = broken.split_once(name).unwrap_or_else(|| panic!("{name}: {words}"));
        // The reason is its own: it stands before the next name.
        let own = rest.split("), ").next().unwrap_or_default();
        assert!(own.contains(why), "{name}: {words}");
    }

    // A line names six, and how many there are beside them.
    (1..=7).for_each(|n| write(&format!("copy-{n}.gguf"), &whole));
    let words = said_of_models(folder.path());
    assert!(words.starts_with("8 can be run, as their headers say: local/"), "{words}");
    let named = words.split("; ").next().unwrap();
    assert!(named.matches("local/").count() == 6 && named.ends_with(" and 2 more"), "{words}");
}

#[test]
fn a_model_that_sees_is_named_and_half_a_projector_is_told() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let models = folder.path().join("models");
    std::fs::create_dir(&models).unwrap();
    let projector = models.join("mmproj-qwen3vl.f16.gguf");
    for file in ["qwen3vl.f16.gguf", "mmproj-qwen3vl.f16.gguf"] {
        std::fs::copy(shared.join("vision/models").join(file), models.join(file)).unwrap();
    }
    let words = said_of_models(folder.path());
    let sees = "1 can be run, as their headers say: local/qwen3vl; pictures are seen by local/qwen3vl";
    assert_eq!(words, sees);
    let whole = std::fs::read(&projector).unwrap();
    std::fs::write(&projector, &whole[..whole.len() / 2]).unwrap();
    let words = said_of_models(folder.path());
    assert!(words.starts_with("1 can be run, as their headers say: local/qwen3vl; none sees"), "{words}");
    assert!(words.contains("the projector of local/qwen3vl can't be used: "), "{words}");
}

#[cfg(unix)]
#[test]
fn no_command_of_the_folder_is_run_unless_it_is_trusted() {
    let folder = tempdir();
    let text = "[keys]\nOPENAI_API_KEY = [\"sh\", \"-c\", \"touch was-run; echo sk-1\"]\n";
    std::fs::write(folder.path().join("pelicycle.toml"), text).unwrap();
    let (_, words, _) = pelicycle(folder.path(), &["doctor", "--offline"], &[]);
    assert!(words.contains("keys.OPENAI_API_KEY is this folder's and is not run"), "{words}");
    assert!(!folder.path().join("was-run").exists());
    pelicycle(folder.path(), &["doctor", "--offline", "--trust-folder"], &[]);
    assert!(folder.path().join("was-run").exists());
}

#[test]
fn prices_are_looked_up_and_taken_from_a_newer_list() {
    let folder = tempdir();
    let run = |args: &[&str]| pelicycle(folder.path(), args, &[]);
    let (code, words, _) = run(&["prices", "show", "anthropic/claude-opus-4-7"]);
    assert!(code == 0 && words.contains("25") && words.contains("12.5"), "{words}");
    let list = r#"{"claude-opus-4-7": {"litellm_provider": "anthropic", "mode": "chat",
        "input_cost_per_token": 6e-6, "output_cost_per_token": 3e-5}}"#;
    let server = ScriptedServer::new(vec![answer(200, "application/json", &[], list)]);
    let (code, words, errors) = run(&["prices", "update", "--from", &server.url("/prices.json")]);
    assert_eq!(code, 0, "{words}{errors}");
    let (_, words, _) = run(&["prices", "show", "anthropic/claude-opus-4-7", "--json"]);
    let shown: Value = serde_json::from_str(&words).unwrap();
    assert_eq!(shown["anthropic/claude-opus-4-7"]["list"]["input"], 6.0, "{words}");
    let (code, _, errors) = run(&["prices", "show", "mine/unknown"]);
    assert!(code == 1 && errors.contains("no price of \"mine/unknown\" is known"), "{errors}");
    std::fs::write(folder.path().join("list.json"), "<html>").unwrap();
    let (code, _, errors) = run(&["prices", "update", "--from", "list.json"]);
    assert!(code == 1 && errors.contains("not LiteLLM's price list"), "{errors}");
}
