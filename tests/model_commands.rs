//! `model bench`, `model tokenize`, `model prompt` and `model inspect` as a person or a script calls them.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a test says that it skips")]
fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("PELICYCLE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no golden data at {}", path.display());
    println!("skipped: no golden data at {}", path.display());
    None
}

fn model(command: &str, file: &Path) -> Command {
    let mut pelicycle = assert_cmd::cargo::cargo_bin_cmd!("pelicycle");
    pelicycle.args(["model", command]).arg(file);
    pelicycle
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn stderr(command: &mut Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stderr.clone()).unwrap()
}

fn parsed(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn tokenize_prints_ids_for_a_text_and_for_lines() {
    let Some(shared) = shared() else { return };
    let file = shared.join("golden/tokenizers/vocab-smollm2.gguf");
    let golden = parsed(&shared.join("golden/tokenizers/smollm2.json"));
    let cases = golden["cases"].as_array().unwrap();
    for (flag, field) in [(None, "ids"), (Some("--special"), "ids_with_special")] {
        let lines: String = cases.iter().map(|case| format!("{}\n", case["text"])).collect();
        let out = stdout(model("tokenize", &file).arg("--jsonl").args(flag).write_stdin(lines));
        let found: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected: Vec<Value> =
            cases.iter().map(|case| case.get(field).unwrap_or(&case["ids"]).clone()).collect();
        assert_eq!(found, expected);
    }
    let one = stdout(model("tokenize", &file).args(["-", "--json"]).write_stdin("Hello, world!"));
    assert_eq!(one, "{\"tokens\":[19556,28,905,17]}\n");
    let list = stdout(model("tokenize", &file).write_stdin("Hello\n"));
    assert_eq!(list, "  19556  \"Hello\"\n    198  \"\\n\"\n");
    let error = stderr(model("tokenize", &file).arg("--jsonl").write_stdin("\"a\"\nb\n"), 1);
    assert!(error.starts_with("error: line 2 is not a JSON string"), "{error}");
}

#[test]
fn prompt_prints_the_rendering_and_nothing_else() {
    let Some(shared) = shared() else { return };
    let chat = shared.join("golden/chat");
    let golden = parsed(&chat.join("chat.json"));
    let folder = tempfile::tempdir().unwrap();
    let (messages, arguments) = (folder.path().join("m.json"), folder.path().join("a.json"));
    let file = shared.join("golden/tokenizers/vocab-smollm2.gguf");
    for name in ["smollm2", "qwen3", "mixtral"] {
        let set = &golden["templates"][name];
        for case in set["cases"].as_array().unwrap() {
            std::fs::write(&messages, case["messages"].to_string()).unwrap();
            std::fs::write(&arguments, case["arguments"].to_string()).unwrap();
            let mut command = model("prompt", &file);
            command.arg("--messages").arg(&messages).arg("--arguments").arg(&arguments);
            command.arg("--template").arg(chat.join(set["template"].as_str().unwrap()));
            match case["rendered"].as_str() {
                // This file's begin and end tokens stand where Mixtral's own would.
                Some(rendered) if name == "mixtral" => assert_eq!(
                    stdout(&mut command),
                    rendered.replace("</s>", "<|im_end|>").replace("<s>", "<|im_start|>")
                ),
                Some(rendered) => assert_eq!(stdout(&mut command), rendered),
                None => assert!(
                    stderr(&mut command, 1).contains("Conversation roles must alternate user/assistant/user")
                ),
            }
        }
    }
}

#[test]
fn thinking_sets_the_variable_of_the_template() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let messages = folder.path().join("m.json");
    std::fs::write(&messages, "[]").unwrap();
    let template = folder.path().join("t.jinja");
    std::fs::write(&template, "{{ enable_thinking is defined }} {{ enable_thinking }}").unwrap();
    let file = shared.join("golden/tokenizers/vocab-smollm2.gguf");
    for (flags, expected) in
        [(&[][..], "False "), (&["--thinking", "on"], "True True"), (&["--thinking", "off"], "True False")]
    {
        let mut command = model("prompt", &file);
        command.arg("--messages").arg(&messages).arg("--template").arg(&template).args(flags);
        assert_eq!(stdout(&mut command), expected);
    }
}

#[test]
fn inspect_says_what_a_file_holds() {
    let Some(shared) = shared() else { return };
    let file = shared.join("golden/models/qwen3moe.f16.gguf");
    let report: Value = serde_json::from_str(&stdout(model("inspect", &file).arg("--json"))).unwrap();
    let config = &parsed(&shared.join("golden/models/manifest.json"))["models"]["qwen3moe"]["config"];
    assert_eq!(report["architecture"], "qwen3moe");
    assert_eq!(report["layers"], config["num_hidden_layers"]);
    assert_eq!(
        report["experts"],
        json!({"count": config["num_experts"], "used": config["num_experts_per_tok"]})
    );
    let sum: u64 =
        report["tensor_types"].as_array().unwrap().iter().map(|t| t["parameters"].as_u64().unwrap()).sum();
    assert_eq!(report["parameters"], sum);
    assert!(stdout(&mut model("inspect", &file)).contains("architecture    qwen3moe\n"));
}

#[test]
fn bench_measures_what_it_was_asked_for() {
    let Some(shared) = shared() else { return };
    let file = shared.join("golden/models/qwen3moe.q8_0.gguf");
    let asked = ["-p", "8", "-n", "4", "--parallel", "1,3", "-t", "2", "--repeat", "2"];
    let out = stdout(model("bench", &file).args(asked).arg("--json"));
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["architecture"], "qwen3moe");
    assert_eq!(report["threads"], 2);
    let lines = report["measurements"].as_array().unwrap();
    let found: Vec<_> = lines.iter().map(|line| [&line["work"], &line["size"], &line["tokens"]]).collect();
    assert_eq!(json!(found), json!([["prompt", 8, 8], ["decode", 1, 4], ["decode", 3, 12]]));
    for line in lines {
        let positive = |key: &str| line[key].as_f64().unwrap() > 0.0;
        assert!(positive("tokens_per_second") && positive("share_of_memory_bandwidth"), "{line}");
    }
    // One row takes four of its sixteen experts; three rows share some of theirs.
    assert_eq!(lines[1]["experts_per_step"], 4.0);
    let experts = lines[2]["experts_per_step"].as_f64().unwrap();
    assert!(experts > 4.0 && experts <= 12.0, "{experts}");
    assert!(lines[2]["bytes_per_token"].as_f64() < lines[1]["bytes_per_token"].as_f64());
    let out = stdout(model("bench", &file).args(asked));
    assert_eq!(out.lines().count(), 3 + 3, "{out}");
    assert!(stderr(model("bench", &file).args(["--parallel", "0"]), 2).contains("0 is not in 1..=1024"));
}

#[test]
fn a_file_that_is_no_model_is_named_with_what_to_do() {
    let error =
        stderr(&mut model("inspect", Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))), 1);
    assert!(error.contains("Cargo.toml: is not a GGUF file") && error.contains("give a file"), "{error}");
}
