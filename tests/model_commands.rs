//! `model tokenize`, `model prompt` and `model inspect` as a person or a script calls them.
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
fn a_file_that_is_no_model_is_named_with_what_to_do() {
    let error =
        stderr(&mut model("inspect", Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))), 1);
    assert!(error.contains("Cargo.toml: is not a GGUF file") && error.contains("give a file"), "{error}");
}
