//! `model bench`, `model tokenize`, `model prompt` and `model inspect` as a person or a script calls them.

use std::path::Path;

use assert_cmd::Command;
use pelicycle_testkit::model_file::drawer;
use pelicycle_testkit::program::program;
use pelicycle_testkit::{shared, tempdir, workspace};
use serde_json::{Value, json};
use tempfile::TempDir;

fn model(command: &str, file: &Path) -> Command {
    let mut pelicycle = Command::from_std(program());
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
    let folder = tempdir();
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
    let folder = tempdir();
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

fn inspected(file: &Path) -> Value {
    serde_json::from_str(&stdout(model("inspect", file).args(["--json", "--no-measure"]))).unwrap()
}

#[test]
fn inspect_says_what_a_file_holds_and_needs() {
    let Some(shared) = shared() else { return };
    let file = shared.join("golden/models/qwen3moe.q8_0.gguf");
    let report = inspected(&file);
    let config = &parsed(&shared.join("golden/models/manifest.json"))["models"]["qwen3moe"]["config"];
    let number = |key: &str| config[key].as_u64().unwrap();
    let (layers, all, used) =
        (number("num_hidden_layers"), number("num_experts"), number("num_experts_per_tok"));
    assert_eq!(report["architecture"], "qwen3moe");
    assert_eq!(report["layers"], layers);
    assert_eq!(report["experts"], json!({"count": all, "used": used, "shared": 0}));
    assert_eq!(report["router_types"], json!(["F32"]));
    let parameters = report["parameters"].as_u64().unwrap();
    for list in ["tensor_types", "roles"] {
        let shares = report[list].as_array().unwrap().iter();
        assert_eq!(shares.map(|share| share["parameters"].as_u64().unwrap()).sum::<u64>(), parameters);
    }
    let idle = layers * (all - used) * 3 * number("hidden_size") * number("moe_intermediate_size");
    assert_eq!(report["active_parameters"], parameters - idle);
    let cache = layers * number("num_key_value_heads") * 2 * number("head_dim") * 2;
    assert_eq!(report["memory"]["cache_for_1000_tokens"], cache * 1000);
    assert_eq!(
        (&report["runs"], &report["problem"], &report["speed"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert!(report["remarks"][0].as_str().unwrap().contains("no chat template"), "{report}");
    assert!(stdout(&mut model("inspect", &file)).contains("architecture    qwen3moe\n"));
}

#[test]
fn inspect_says_what_this_machine_will_give() {
    let folder = tempdir();
    let file = drawer(folder.path());
    let report: Value =
        serde_json::from_str(&stdout(model("inspect", &file).args(["--json", "-t", "1"]))).unwrap();
    assert_eq!((&report["runs"], &report["problem"]), (&json!(true), &Value::Null));
    let number = |value: &Value| value.as_f64().unwrap();
    let (speed, read) = (&report["speed"], number(&report["bytes_per_token"]));
    assert_eq!(speed["threads"], 1);
    assert!(number(&speed["memory_bandwidth"]) > 1e8, "{speed}");
    let predicted = number(&speed["memory_bandwidth"]) / read;
    assert!((number(&speed["tokens_per_second"]) / predicted - 1.0).abs() < 1e-6);
    assert!(stdout(model("inspect", &file).args(["-t", "1"])).contains("tokens/s if memory is the limit"));

    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::rename(&file, folder.path().join("models/drawer.gguf")).unwrap();
    let mut named = model("inspect", Path::new("local/Draw"));
    assert!(stdout(named.arg("--no-measure").current_dir(&folder)).contains("models/drawer.gguf\n"));
}

#[test]
fn inspect_knows_the_bundled_model() {
    let report = inspected(Path::new("hatchling"));
    assert_eq!((&report["runs"], &report["chat_template"]), (&json!(true), &json!(true)), "{report}");
    assert!(report["experts"]["used"].as_u64() < report["experts"]["count"].as_u64(), "{report}");
    assert!(report["active_parameters"].as_u64() < report["parameters"].as_u64(), "{report}");
}

#[test]
fn inspect_shows_what_can_be_read_of_a_file_that_does_not_run() {
    let Some(shared) = shared() else { return };
    let whole = shared.join("golden/models/qwen3moe.f16.gguf");
    let folder = tempdir();
    let cut = folder.path().join("cut.gguf");
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() - 1000]).unwrap();
    let (whole, report) = (inspected(&whole), inspected(&cut));
    assert_eq!(report["runs"], false);
    assert!(report["problem"].as_str().unwrap().contains("download was cut short"), "{report}");
    for same in ["architecture", "parameters", "active_parameters", "tensor_types", "roles", "experts"] {
        assert_eq!(report[same], whole[same], "{same}");
    }
    assert_eq!(report["memory"]["cache_for_1000_tokens"], Value::Null);
    assert!(stdout(&mut model("inspect", &cut)).contains("\nruns            no: "));

    let unknown = folder.path().join("unknown.gguf");
    let at = bytes.windows(8).position(|found| found == b"qwen3moe").unwrap();
    let renamed = [&bytes[..at], b"qwen9moe", &bytes[at + 8..]].concat();
    std::fs::write(&unknown, renamed).unwrap();
    let report = inspected(&unknown);
    assert_eq!((&report["architecture"], &report["layers"]), (&json!("qwen9moe"), &Value::Null));
    assert!(report["problem"].as_str().unwrap().contains("\"qwen9moe\" is not supported"), "{report}");
    assert_eq!(report["parameters"], whole["parameters"]);
    assert_eq!(report["active_parameters"], Value::Null, "it does not say how many experts a token takes");
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
    let touched: Vec<u64> = lines.iter().map(|line| line["touched"].as_u64().unwrap()).collect();
    assert!(touched.is_sorted() && touched[2] <= report["weights"].as_u64().unwrap(), "{report}");
    assert!(
        touched[0] as f64 > lines[1]["bytes_per_token"].as_f64().unwrap(),
        "prompts take more than a row"
    );
    if cfg!(target_os = "linux") {
        let bytes = |key: &str| report["resident"][key].as_u64().unwrap();
        // What is mapped has the file's touched pages, whole ones, and the program's.
        assert!(bytes("mapped") > touched[2] && bytes("peak") >= bytes("own"), "{report}");
    }
    let out = stdout(model("bench", &file).args(asked));
    assert!(out.lines().nth(6).unwrap().starts_with("weights read at least once: 0.00 of 0.00 GB"), "{out}");
    let told = usize::from(cfg!(target_os = "linux"));
    assert_eq!(out.lines().count(), 3 + 3 + 1 + told, "{out}");
    assert!(
        stderr(model("bench", &file).args(["--parallel", "0"]), 2)
            .contains("takes a whole number from 1 to 1024, and \"0\" is none")
    );
}

#[test]
fn replay_decodes_texts_with_and_without_guesses() {
    let Some(shared) = shared() else { return };
    let file = shared.join("golden/models/qwen3moe.q8_0.gguf");
    let folder = TempDir::new().unwrap();
    let [repeats, short] = ["repeats.svg", "short.svg"].map(|name| folder.path().join(name));
    std::fs::write(&repeats, "<circle cx=\"1\" cy=\"2\" r=\"3\"/>\n".repeat(20)).unwrap();
    std::fs::write(&short, "<svg>").unwrap();
    let out = stdout(model("replay", &file).arg(&repeats).args(["-n", "300", "-t", "2", "--json"]));
    let report: Value = serde_json::from_str(&out).unwrap();
    let text = &report["texts"][0];
    assert_eq!((&text["tokens"], &report["threads"]), (&json!(268), &json!(2)));
    let number = |key: &str| text[key].as_f64().unwrap();
    assert!(number("right") > 0.0 && number("right") <= number("guesses"), "{text}");
    let steps = number("tokens") / number("tokens_per_step");
    assert!((steps + number("right") - number("tokens")).abs() < 1e-6, "{text}");
    assert!(number("plain") > 0.0 && number("speculative") > 0.0 && number("ratio") > 0.0);
    let error = stderr(model("replay", &file).arg(&short), 1);
    assert!(error.contains("short.svg: it has no more than 32 tokens"), "{error}");
}

#[test]
fn a_file_that_is_no_model_is_named_with_what_to_do() {
    let error = stderr(&mut model("inspect", &workspace().join("Cargo.toml")), 1);
    assert!(error.contains("Cargo.toml: is not a GGUF file") && error.contains("give a file"), "{error}");
}
