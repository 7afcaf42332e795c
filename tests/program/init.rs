//! `pelicycle init`: a first configuration out of what this machine has.

use std::path::Path;

use pelicycle_testkit::loopback::{KEY, ScriptedServer, answer};
use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;

/// Runs `pelicycle` in a folder that is also the home, with these variables; exit code, standard output, standard error.
fn pelicycle(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = program();
    command.current_dir(folder).args(args).env("HOME", folder).env_remove("HF_HOME");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn who_can_be_asked_now_stands_in_the_file_and_is_asked_by_the_next_command() {
    let catalog = r#"{"data":[{"id":"text-embedding-3"},{"id":"gpt-4o"},{"id":"gpt-5.5"}]}"#;
    let openai = ScriptedServer::new(vec![answer(200, "application/json", &[], catalog)]);
    let tags = r#"{"models":[{"name":"nomic-embed-text"},{"name":"qwen3:8b"}]}"#;
    let ollama = ScriptedServer::new(vec![answer(200, "application/json", &[], tags)]);
    let (address, host) = (openai.url("/v1"), format!("127.0.0.1:{}", ollama.port));
    let variables =
        [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", address.as_str()), ("OLLAMA_HOST", host.as_str())];
    let folder = tempdir();

    let (code, words, next) = pelicycle(folder.path(), &["init"], &variables);
    assert_eq!(code, 0, "{next}");
    assert!(
        words.contains("OpenAI: openai/gpt-5.5\n") && words.contains("Ollama: ollama/qwen3:8b\n"),
        "{words}"
    );
    assert!(next.contains("next: pelicycle run"), "{next}");
    let file = std::fs::read_to_string(folder.path().join("pelicycle.toml")).unwrap();
    assert!(file.contains("\n    \"openai/gpt-5.5\",\n    # \"openai/gpt-4o\",\n"), "{file}");
    assert!(!file.contains(KEY) && !file.contains("embed"), "{file}");

    let (code, plan, errors) = pelicycle(folder.path(), &["run", "--dry-run"], &variables);
    assert_eq!(code, 0, "{errors}");
    let told = plan + &errors;
    assert!(told.contains("gpt-5.5") && told.contains("qwen3:8b"), "{told}");

    let (code, _, why) = pelicycle(folder.path(), &["init"], &variables);
    assert!(code == 2 && why.contains("there is a pelicycle.toml already"), "{why}");
    assert_eq!(std::fs::read_to_string(folder.path().join("pelicycle.toml")).unwrap(), file);
}

#[test]
fn a_machine_with_nothing_gets_the_demonstration_and_advice() {
    let folder = tempdir();
    let (code, _, advice) = pelicycle(folder.path(), &["init", "--offline"], &[]);
    assert!(code == 0 && advice.contains("pelicycle model pull"), "{advice}");
    let (code, _, errors) = pelicycle(folder.path(), &["run", "--dry-run"], &[]);
    assert_eq!(code, 0, "{errors}");
}

#[test]
fn a_service_whose_key_is_refused_or_that_is_not_asked_is_told_and_stands_there_as_a_comment() {
    let refused = r#"{"error":{"message":"no such key","code":"invalid_api_key"}}"#;
    let openai = ScriptedServer::new(vec![answer(401, "application/json", &[], refused)]);
    let address = openai.url("/v1");
    let variables =
        [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", address.as_str()), ("OLLAMA_HOST", "127.0.0.1:9")];
    for (args, why) in
        [(&["init"][..], "no such key"), (&["init", "--offline"], "was not asked for its models")]
    {
        let folder = tempdir();
        let (code, _, told) = pelicycle(folder.path(), args, &variables);
        assert!(code == 0 && told.contains("OpenAI is left out: ") && told.contains(why), "{told}");
        assert!(!told.contains("Set a key") && !told.contains(KEY), "{told}");
        assert!(told.contains("Ollama is left out: "), "its address is set: {told}");
        let file = std::fs::read_to_string(folder.path().join("pelicycle.toml")).unwrap();
        assert!(file.contains("    # OpenAI: ") && file.contains("    # \"openai/gpt-"), "{file}");
        assert!(!file.contains(KEY), "{file}");
        let (code, plan, errors) = pelicycle(folder.path(), &["run", "--dry-run"], &variables);
        assert!(code == 0 && plan.contains("hatchling"), "{plan}{errors}");
    }
}
