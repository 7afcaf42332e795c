//! `pelicycle run` with services: from the name on the command line to the gallery, with the real program.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use pelicycle_record::{Attempt, Outcome, Timeline, Verdict};
use pelicycle_testkit::loopback::{
    CHAT_END, KEY, ReceivedRequest, ScriptedServer, ServerStep, answer, chat_text, chunk, end, events, head,
};
use pelicycle_testkit::model_file::babbler;
use pelicycle_testkit::{files, tempdir};

use crate::work_folder::{ProgramOutput, WorkFolder};

const SVG: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>"#;

/// A reply in pieces, with some time between them.
fn drawing() -> Vec<ServerStep> {
    let pieces = SVG.as_bytes().chunks(30).map(|piece| String::from_utf8(piece.to_vec()).unwrap());
    let pieces = pieces.flat_map(|piece| [chunk(chat_text(&piece)), ServerStep::Wait(15)]);
    [vec![events()], pieces.collect(), vec![chunk(CHAT_END), end()]].concat()
}

/// Tells `pelicycle.toml` of a server; more lines may follow.
fn configure(place: &WorkFolder, text: &str) {
    std::fs::write(place.path().join("pelicycle.toml"), text).unwrap();
}

fn entry(name: &str, server: &ScriptedServer, more: &str) -> String {
    format!(
        "[providers.{name}]\ndialect = \"chat\"\nbase_url = \"{}\"\nbackoff_seconds = 0.02\n{more}\n",
        server.url("/v1")
    )
}

fn command(place: &WorkFolder, args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = place.command(None, args);
    // Most tests name their servers in the folder's own file.
    command.env("PELICYCLE_TRUST_FOLDER", "1").envs(variables.iter().copied());
    command
}

fn run(place: &WorkFolder, code: i32, args: &[&str], variables: &[(&str, &str)]) -> ProgramOutput {
    ProgramOutput::new(code, &command(place, args, variables).output().unwrap())
}

#[cfg(unix)]
#[test]
fn nothing_is_asked_where_the_results_have_no_place_for_it() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    let args = ["-m", "mine/m", "--no-gallery"];
    run(&place, 0, &args, &[]);
    let asked = server.seen().len();
    let slug = place.attempts()[0].attempt.contestant.slug.clone();
    let contestant = format!("results/pelican/{slug}");
    let kept = place.path().join("kept");
    for taken in [contestant.as_str(), "results/pelican", "results/runs", "results/.incoming", "results"] {
        let at = place.path().join(taken);
        std::fs::rename(&at, &kept).unwrap();
        let refused = |what: &str| {
            let said = run(&place, 1, &args, &[]);
            assert!(said.stderr.contains(taken) && said.stderr.contains(what), "{taken}: {}", said.stderr);
            assert!(!said.stderr.contains("os error"), "{}", said.stderr);
            std::fs::remove_file(&at).unwrap();
        };
        std::fs::write(&at, "").unwrap();
        refused("folder");
        assert!(Command::new("mkfifo").arg(&at).status().unwrap().success());
        refused("folder");
        std::os::unix::fs::symlink("nowhere", &at).unwrap();
        refused(if taken == "results" { "folder" } else { "it is a link" });
        std::fs::rename(&kept, &at).unwrap();
    }
    assert_eq!(server.seen().len(), asked, "nothing was asked");
    run(&place, 0, &args, &[]);
    assert_eq!(place.attempts().len(), 2);
}

#[test]
fn a_services_drawing_goes_all_the_way_to_the_gallery() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    let said = run(&place, 0, &["-m", "mine/some/model:8b", "-n", "2"], &[]);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 2);
    for stored in &attempts {
        let attempt = &stored.attempt;
        assert_eq!(
            (attempt.outcome, attempt.check.as_ref().unwrap().verdict),
            (Outcome::Complete, Verdict::Drawn)
        );
        assert_eq!(
            (attempt.contestant.provider.as_str(), attempt.contestant.model.as_str()),
            ("mine", "some/model:8b")
        );
        assert_eq!(std::fs::read_to_string(stored.files.svg.as_ref().unwrap()).unwrap(), SVG);
        let request = &attempt.request;
        assert_eq!(
            (request.seed, request.run_seed, request.sampling.temperature),
            (None, None, None),
            "nothing was asked for"
        );
        assert!(attempt.engine.is_none());
        let service = attempt.service.as_ref().unwrap();
        assert_eq!(service.endpoint, server.url("/v1/chat/completions"));
        let sent: serde_json::Value =
            serde_json::from_slice(&std::fs::read(stored.files.request.as_ref().unwrap()).unwrap()).unwrap();
        assert_eq!(sent["messages"][0]["content"].as_str(), Some(attempt.prompt.text.as_str()));
        assert!(server.seen().iter().any(|seen| seen.body == sent));

        let timing = &attempt.timing;
        let (first, last) = (timing.first_token.unwrap(), timing.last_token.unwrap());
        assert!(timing.head.unwrap() <= first && first < last && last <= timing.total.unwrap(), "{timing:?}");
        assert_eq!(timing.first_text, timing.first_token);
        assert!(timing.tokens_per_second.unwrap() > 0.0);
        let text = std::fs::read(stored.files.timeline.as_ref().unwrap()).unwrap();
        let timeline = Timeline::read(&text, SVG.len() as u64, 0).unwrap();
        assert!(
            timeline.reply.len() >= 2 && timeline.reply.last().unwrap().1 == SVG.len() as u64,
            "{timeline:?}"
        );
    }
    assert!(said.stderr.contains("some/model:8b sample 1: drawn, 5 tokens"), "{}", said.stderr);
    let page = place.path().join("gallery/attempts").join(attempts[0].attempt.id.as_str()).join("index.html");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("127.0.0.1") && page.contains("model:8b"), "the page tells who was asked");
}

#[test]
fn a_matrix_of_services_and_local_models_runs_side_by_side() {
    let slow = || ScriptedServer::answering(|_, _| [vec![ServerStep::Wait(400)], drawing()].concat());
    let (one, two) = (slow(), slow());
    let place = WorkFolder::new();
    let model = babbler(place.path(), 1);
    configure(&place, &(entry("one", &one, "concurrency = 3") + &entry("two", &two, "concurrency = 1")));
    let model = model.to_str().unwrap();
    run(
        &place,
        0,
        &["-m", "one/a", "-m", "one/b", "-m", "two/c", "-m", model, "-n", "2", "--max-tokens", "20"],
        &[],
    );
    assert_eq!(place.attempts().len(), 8);
    let spread = |server: &ScriptedServer, n: usize| {
        let seen = server.seen();
        seen[n].at - seen[0].at
    };
    assert!(spread(&one, 2) < Duration::from_millis(300), "three at a time, of both models");
    assert!(spread(&one, 3) > Duration::from_millis(390), "and not four");
    assert!(spread(&two, 1) > Duration::from_millis(390), "one after the other");
    assert!(
        one.seen()[0].at.max(two.seen()[0].at) - one.seen()[0].at.min(two.seen()[0].at)
            < Duration::from_millis(300)
    );
    let models: BTreeSet<_> =
        one.seen().iter().map(|seen| seen.body["model"].as_str().unwrap().to_owned()).collect();
    assert_eq!(models, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    for seen in one.seen() {
        assert_eq!(seen.body["max_tokens"], 20, "what was asked for is sent");
    }
}

#[test]
fn settings_are_sent_where_they_were_asked_for() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    run(&place, 0, &["-m", "mine/m", "--seed", "7", "--temperature", "0.25", "-n", "2", "--no-gallery"], &[]);
    for stored in place.attempts() {
        let request = &stored.attempt.request;
        assert_eq!((request.run_seed, request.sampling.temperature), (Some(7), Some(0.25)));
        let sent = request.seed.unwrap() & 0x7fff_ffff;
        assert!(
            server.seen().iter().any(|seen| seen.body["seed"] == sent && seen.body["temperature"] == 0.25)
        );
    }
}

#[test]
fn what_can_not_be_asked_is_told_before_anything_is() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, "key_env = [\"MINE_KEY\"]"));
    for (args, words) in [
        (&["-m", "mine/m"][..], "mine needs a key: set MINE_KEY"),
        (&["-m", "anthropic/claude-opus-4-7"], "anthropic needs a key: set ANTHROPIC_API_KEY"),
        (&["-m", "gemini/x"], "set GOOGLE_API_KEY or GEMINI_API_KEY"),
        (&["-m", "opnai/x"], "no provider \"opnai\" is known: did you mean \"openai\"?"),
        (&["-m", "claude-opus-4-7"], "did you mean \"anthropic/claude-opus-4-7\"?"),
        (&["-m", "nobody/x"], "no provider \"nobody\" is known; there are local, anthropic"),
        (&["-m", "gpt-4o"], "did you mean \"openai/gpt-4o\"?"),
        (&["-m", "hatchling", "-m", "mine/m"], "MINE_KEY"),
        (
            &["-m", "openai/y", "-m", "mine/m", "-m", "gemini/x", "-m", "openai/x"],
            "error: keys are missing: set GOOGLE_API_KEY or GEMINI_API_KEY for gemini, MINE_KEY for mine, \
             OPENAI_API_KEY for openai\n",
        ),
    ] {
        let said = run(&place, 2, args, &[]);
        assert!(said.stderr.contains(words), "{args:?}: {}", said.stderr);
    }
    let key = [("MINE_KEY", KEY), ("ANTHROPIC_API_KEY", KEY)];
    for (args, words) in [
        // One who could be asked is not, while others can't.
        (&["-m", "mine/m", "-m", "openai/x"][..], "openai needs a key: set OPENAI_API_KEY"),
        (&["-m", "mine/m", "--top-k", "4"], "can't be asked for a top_k"),
        (&["-m", "mine/m", "--effort", "low"], "can't be told how hard to think"),
        (&["-m", "anthropic/claude-opus-4-7", "--temperature", "1"], "takes no temperature"),
        (&["-m", "anthropic/claude-opus-5-5", "--thinking", "off"], "can't be asked not to think"),
    ] {
        let said = run(&place, 2, args, &key);
        assert!(said.stderr.contains(words), "{args:?}: {}", said.stderr);
    }
    for (file, args, words) in [
        (
            "[run]\nsampels = 3\n",
            &[][..],
            "pelicycle.toml:2: unknown key `sampels`: did you mean \"samples\"?",
        ),
        (
            "[run]\nsamples = 'x'\n",
            &[],
            "pelicycle.toml:2: a text stands here, expected a whole number above zero",
        ),
        ("[run]\nmodel = 'gpt-4o'\n", &[], "pelicycle.toml:2: run.model: \"gpt-4o\" is no model"),
        (
            "[contestants.a]\nmodel = 'gpt-4o'\n",
            &["-m", "a"],
            "pelicycle.toml:2: contestants.a.model: \"gpt-4o\" is no model",
        ),
        (
            "[lineups]\nspring = [\n  'hatchling',\n  'gpt-4o',\n]\n",
            &["-m", "lineup:spring"],
            "pelicycle.toml:4: lineups.spring names \"gpt-4o\", which is no contestant there and no model",
        ),
    ] {
        configure(&place, file);
        let said = run(&place, 2, args, &key);
        let lines: Vec<&str> = said.stderr.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("error: {words}")), "{}", said.stderr);
        if file.contains("gpt-4o") {
            assert!(lines[0].contains(": did you mean \"openai/gpt-4o\"?"), "{}", lines[0]);
        }
    }
    configure(&place, "[providers.mine]\nbase_url = \"http://127.0.0.1:1\"\n");
    let said = run(&place, 2, &["-m", "mine/m"], &key);
    assert!(said.stderr.contains("pelicycle.toml: providers.mine: say which dialect"), "{}", said.stderr);
    configure(&place, "[providers.openai]\nbase_url = \"http://me:pass@127.0.0.1:1\"\n");
    let said = run(&place, 2, &["-m", "openai/m"], &[("OPENAI_API_KEY", KEY)]);
    assert!(
        said.stderr.contains("no user and no password") && !said.stderr.contains("pass@"),
        "{}",
        said.stderr
    );
    assert!(server.seen().is_empty() && !place.results().exists(), "nothing was asked");
}

#[test]
fn the_variables_of_the_services_are_honoured() {
    let place = WorkFolder::new();
    let server = ScriptedServer::new(vec![drawing()]);
    let url = server.url("/v1");
    run(&place, 0, &["-m", "vllm/m", "--no-gallery"], &[("VLLM_BASE_URL", &url)]);
    assert!(!server.seen()[0].headers.contains_key("authorization"));
    run(
        &place,
        0,
        &["-m", "openrouter/a/b", "--no-gallery"],
        &[("OPENROUTER_BASE_URL", &url), ("OPENROUTER_API_KEY", KEY)],
    );
    assert_eq!(server.seen()[1].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(server.seen()[1].body["model"], "a/b");

    let lines = "{\"model\":\"q\",\"message\":{\"content\":\"hi\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":1}\n";
    let ollama = ScriptedServer::new(vec![answer(200, "application/x-ndjson", &[], lines)]);
    run(
        &place,
        0,
        &["-m", "ollama/q", "--no-gallery"],
        &[("OLLAMA_HOST", &format!("0.0.0.0:{}", ollama.port))],
    );
    assert_eq!(ollama.seen()[0].path, "/api/chat");
}

#[test]
fn a_failed_request_is_an_attempt_and_resume_asks_again() {
    let busy = answer(400, "application/json", &[], r#"{"error":{"message":"No such model"}}"#);
    let first = busy.clone();
    let server = ScriptedServer::answering(move |n, _| if n < 2 { first.clone() } else { drawing() });
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    let said = run(&place, 1, &["-m", "mine/m", "-n", "2", "--seed", "3"], &[]);
    assert!(said.stderr.contains("failed: HTTP 400 Bad Request: No such model"), "{}", said.stderr);
    let run_id = &place.store().runs().unwrap()[0];
    let next = format!(
        "\n2 requests failed; `pelicycle run --resume {} --trust-folder` asks them again\n",
        run_id.as_str()
    );
    assert!(said.stdout.contains(&next), "{}", said.stdout);
    let failed = place.attempts();
    assert!(failed.iter().all(|s| s.attempt.outcome == Outcome::Error && s.attempt.reply.is_none()));
    assert!(failed.iter().all(|s| s.attempt.service.as_ref().unwrap().tries.len() == 1));
    let page = std::fs::read_to_string(place.index()).unwrap();
    assert!(page.contains("No such model"), "the gallery says why");

    // Where no line was told for each, the end says why.
    let sick = ScriptedServer::new(vec![busy.clone()]);
    configure(&place, &entry("mine", &sick, ""));
    let quiet = run(&place, 1, &["-m", "mine/m", "-n", "2", "--quiet", "--results", "quiet"], &[]);
    assert!(
        quiet.stderr.starts_with("m failed: HTTP 400 Bad Request: No such model (2 times)\n2 requests"),
        "{}",
        quiet.stderr
    );
    configure(&place, &entry("mine", &server, ""));

    // The record names the address, but a key goes only where the configuration says.
    let text = std::fs::read_to_string(place.path().join("pelicycle.toml")).unwrap();
    configure(&place, "[providers.mine]\ndialect = \"chat\"\nbase_url = \"http://127.0.0.1:1/v1\"\n");
    let said = run(&place, 1, &["--resume", "last"], &[]);
    assert!(said.stderr.contains("is at http://127.0.0.1:1/v1 now"), "{}", said.stderr);
    configure(&place, &text);
    run(&place, 0, &["--resume", "last", "--no-gallery"], &[]);
    let attempts = place.attempts();
    let done: Vec<&Attempt> =
        attempts.iter().map(|s| &s.attempt).filter(|a| a.outcome == Outcome::Complete).collect();
    assert_eq!((attempts.len(), done.len()), (4, 2));
    let seeds: BTreeSet<_> = attempts.iter().map(|s| s.attempt.request.seed.unwrap()).collect();
    assert_eq!(seeds.len(), 2, "the same samples were asked for again");
}

#[test]
fn a_key_of_the_users_goes_to_no_address_that_a_folder_says_unless_it_is_trusted() {
    let server = ScriptedServer::new(vec![drawing()]);
    let url = server.url("/v1");
    let own_header = format!("{}header_env = {{ x-team = \"MINE_TEAM\" }}\n", entry("mine", &server, ""));
    let cases = [
        (
            "openrouter/a/b",
            format!("[providers.openrouter]\nbase_url = \"{url}\"\n"),
            "",
            "OPENROUTER_API_KEY",
        ),
        ("openrouter/a/b", String::new(), "OPENROUTER_BASE_URL", "OPENROUTER_API_KEY"),
        ("mine/m", entry("mine", &server, "key_env = [\"ANTHROPIC_API_KEY\"]"), "", "ANTHROPIC_API_KEY"),
        ("mine/m", own_header, "", "MINE_TEAM"),
    ];
    for (model, config, dotenv, variable) in cases {
        let place = WorkFolder::new();
        configure(&place, &config);
        if !dotenv.is_empty() {
            std::fs::write(place.path().join(".env"), format!("{dotenv}={url}\n")).unwrap();
        }
        let asked = |args: &[&str]| {
            let mut command = place.command(None, &[&["-m", model, "--no-gallery"], args].concat());
            command.env(variable, KEY);
            command
        };
        let before = server.seen().len();
        for args in [&[][..], &["--config", "pelicycle.toml"]] {
            let said = ProgramOutput::new(2, &asked(args).output().unwrap());
            let from = if dotenv.is_empty() { "pelicycle.toml" } else { ".env" };
            assert!(said.stderr.contains(&url) && said.stderr.contains(from), "{}", said.stderr);
            assert!(
                said.stderr.contains(variable) && said.stderr.contains("--trust-folder"),
                "{}",
                said.stderr
            );
            assert!(!said.stderr.contains(KEY));
        }
        assert_eq!(server.seen().len(), before, "nothing was asked");
        let said = ProgramOutput::new(0, &asked(&["--trust-folder"]).output().unwrap());
        let provider = model.split('/').next().unwrap();
        assert!(said.stderr.contains(&format!("{provider} is asked at {url} (by ")), "{}", said.stderr);
        assert_eq!(server.seen().len(), before + 1);

        // The user's own file may say the same.
        if dotenv.is_empty() {
            let own = tempdir();
            std::fs::create_dir(own.path().join("pelicycle")).unwrap();
            std::fs::write(own.path().join("pelicycle/pelicycle.toml"), &config).unwrap();
            std::fs::remove_file(place.path().join("pelicycle.toml")).unwrap();
            let output = asked(&[]).env("XDG_CONFIG_HOME", own.path()).output().unwrap();
            let said = ProgramOutput::new(0, &output);
            assert!(said.stderr.contains(&format!("{provider} is asked at {url} (by ")), "{}", said.stderr);
        }
    }
}

#[test]
fn a_key_of_the_folder_goes_where_the_folder_says() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, "key_env = [\"MINE_KEY\"]"));
    std::fs::write(place.path().join(".env"), "MINE_KEY=sk-of-the-folder\n").unwrap();
    let output = place.command(None, &["-m", "mine/m", "--no-gallery"]).output().unwrap();
    ProgramOutput::new(0, &output);
    assert_eq!(server.seen()[0].headers["authorization"], "Bearer sk-of-the-folder");
}

#[cfg(unix)]
#[test]
fn a_command_of_the_folder_is_run_only_where_it_is_trusted() {
    let server = ScriptedServer::new(vec![drawing()]);
    let place = WorkFolder::new();
    let mark = place.path().join("was-run");
    let keys =
        format!("[keys]\nMINE_KEY = [\"sh\", \"-c\", \"touch '{}'; echo sk-by-command\"]\n", mark.display());
    configure(&place, &(entry("mine", &server, "key_env = [\"MINE_KEY\"]") + &keys));
    let args = ["-m", "mine/m", "--no-gallery"];
    let said = ProgramOutput::new(2, &place.command(None, &args).output().unwrap());
    assert!(
        said.stderr.contains("keys.MINE_KEY") && said.stderr.contains("--trust-folder"),
        "{}",
        said.stderr
    );
    assert!(!mark.exists());
    run(&place, 0, &args, &[]);
    assert!(mark.exists());
    assert_eq!(server.seen()[0].headers["authorization"], "Bearer sk-by-command");
}

#[test]
fn a_key_that_is_cut_or_disguised_is_in_no_file_and_no_line() {
    let pieces = [
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{}", &KEY[..9]),
        format!("{}</title>", &KEY[9..]),
    ];
    let escaped: String = KEY.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
    let whole = format!("{}{}", chat_text(&pieces[0]), chat_text(&pieces[1]))
        + &format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"<desc>{escaped}</desc></svg>\",\"reasoning\":\"{escaped}\"}}}}]}}\n\n"
        );
    let answer_whole = format!(
        "{{\"model\":\"m\",\"choices\":[{{\"message\":{{\"content\":\"<svg>{escaped} {}</svg>\"}},\"finish_reason\":\"stop\"}}]}}",
        KEY.replace('-', "\\/-")
    );
    let server = ScriptedServer::answering(move |n, _| match n {
        0 => vec![events(), chunk(&whole), chunk(CHAT_END), end()],
        _ => answer(200, "application/json", &[], &answer_whole),
    });
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, "key_env = [\"MINE_KEY\"]\nconcurrency = 1"));
    let args = ["-m", "mine/m", "-n", "2", "--debug"];
    let output = command(&place, &args, &[("MINE_KEY", KEY)]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let exported = place.path().join("table.jsonl");
    let mut export = pelicycle_testkit::program::program();
    export.current_dir(place.path()).args(["export", "-o", exported.to_str().unwrap()]).output().unwrap();
    let letters =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().filter(|b| b.is_ascii_alphanumeric()).copied().collect() };
    let shows = |bytes: &[u8]| letters(bytes).windows(7).any(|part| part == b"planted");
    assert!(!shows(&output.stdout) && !shows(&output.stderr), "{}", String::from_utf8_lossy(&output.stderr));
    for file in files(place.path()) {
        let bytes = std::fs::read(&file).unwrap();
        let inner = escaped.replace('\\', "");
        assert!(!shows(&bytes), "{}", file.display());
        assert!(
            !letters(&bytes).windows(inner.len()).any(|part| part == inner.as_bytes()),
            "{}",
            file.display()
        );
    }
    let attempts = place.attempts();
    let reply = std::fs::read_to_string(attempts[0].files.reply.as_ref().unwrap()).unwrap();
    assert!(reply.contains("<title>[key]</title>") && reply.contains("<desc>[key]</desc>"), "{reply}");
}

#[test]
fn a_key_goes_nowhere_but_into_its_header() {
    // A service that quotes the key wherever it can.
    let echo = |n: usize, seen: &ReceivedRequest| {
        let key = KEY;
        assert!(seen.headers.values().any(|value| value.contains(key)));
        let error = format!(
            "{{\"error\":{{\"message\":\"Incorrect API key provided: {key}.\",\"code\":\"{key}\"}}}}"
        );
        let header = format!("x-request-id: {key}");
        let limit = format!("x-ratelimit-limit-requests: {key}");
        match n % 5 {
            0 => answer(401, "application/json", &[&header, &limit], &error),
            1 => answer(500, "text/html", &[&header], &format!("<html>{key}</html>")),
            2 => vec![events(), chunk(format!("data: {error}\n\n")), end()],
            3 => vec![events(), chunk(chat_text("<svg>")), chunk(format!("data: {error}\n\n")), end()],
            _ => {
                let chunk_text = format!(
                    "data: {{\"id\":\"{key}\",\"model\":\"{key}\",\"provider\":\"{key}\",\"choices\":[{{\"delta\":{{\"content\":\"hi {key}\",\"reasoning\":\"{key}\"}},\"finish_reason\":\"{key}\"}}],\"usage\":{{\"x\":\"{key}\"}},\"timings\":{{\"y\":\"{key}\"}}}}\n\ndata: [DONE]\n\n"
                );
                [vec![head(200, "text/event-stream", &[&header, &limit])], vec![chunk(chunk_text), end()]]
                    .concat()
            }
        }
    };
    for (debug, key_header) in [(false, ""), (true, ""), (true, "key_header = \"x-api-key\"\n")] {
        let server = ScriptedServer::answering(echo);
        let place = WorkFolder::new();
        let more = format!("key_env = [\"MINE_KEY\"]\ntries = 1\nconcurrency = 1\n{key_header}");
        configure(&place, &entry("mine", &server, &more));
        let mut args = vec!["-m", "mine/m", "-n", "5"];
        args.extend(debug.then_some("--debug"));
        let output = command(&place, &args, &[("MINE_KEY", KEY)]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("planted"), "{said}");
        assert!(said.contains("Incorrect API key provided: [key]"), "{said}");
        assert_eq!(said.contains("> POST http://127.0.0.1"), debug, "{said}");
        assert_eq!(place.attempts().len(), 5);
        let mut read = 0;
        for file in files(place.path()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(7).any(|part| part == b"planted"), "{}", file.display());
            read += 1;
        }
        assert!(read > 20, "results and gallery were there to be searched");
        let quiet = command(&place, &["-m", "mine/m", "--json"], &[("MINE_KEY", KEY)]).output().unwrap();
        assert!(!String::from_utf8(quiet.stdout).unwrap().contains("planted"));
    }
}

#[test]
fn a_drawing_that_stands_only_in_the_thinking_is_told_of() {
    let thought = format!(
        "data: {{\"model\":\"m\",\"choices\":[{{\"delta\":{{\"reasoning\":{}}}}}]}}\n\n",
        serde_json::json!(SVG)
    );
    let server = ScriptedServer::new(vec![vec![events(), chunk(thought), chunk(CHAT_END), end()]]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    run(&place, 0, &["-m", "mine/m", "--no-gallery"], &[]);
    let attempts = place.attempts();
    let check = attempts[0].attempt.check.as_ref().unwrap();
    let codes: Vec<_> = check.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!((check.verdict, codes), (Verdict::NoSvg, vec!["draft-in-thinking", "empty-reply"]));
}

#[test]
fn what_came_in_a_burst_or_two_has_no_speed() {
    let (a, b) = SVG.split_at(30);
    for steps in [
        vec![events(), ServerStep::Wait(50), chunk(chat_text(SVG)), chunk(CHAT_END), end()],
        vec![
            events(),
            chunk(chat_text(a)),
            ServerStep::Wait(50),
            chunk(chat_text(b)),
            chunk(CHAT_END),
            end(),
        ],
    ] {
        let server = ScriptedServer::new(vec![steps]);
        let place = WorkFolder::new();
        configure(&place, &entry("mine", &server, ""));
        run(&place, 0, &["-m", "mine/m", "--no-gallery"], &[]);
        assert_eq!(place.attempts()[0].attempt.timing.tokens_per_second, None);
    }
}

#[test]
fn two_who_resume_a_run_at_once_ask_each_sample_once() {
    let failing = answer(400, "application/json", &[], "{}");
    let server = ScriptedServer::answering(move |n, _| match n < 3 {
        true => failing.clone(),
        false => [vec![ServerStep::Wait(500)], drawing()].concat(),
    });
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    run(&place, 1, &["-m", "mine/m", "-n", "3", "--no-gallery"], &[]);
    let resume = || {
        let mut command = command(&place, &["--resume", "last", "--no-gallery"], &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [resume(), resume()].map(|child| child.wait_with_output().unwrap());
    let said = both.each_ref().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let mut codes = both.map(|output| output.status.code().unwrap());
    codes.sort_unstable();
    // The slower of the two found it taken, or found nothing left.
    assert!(codes == [0, 1] || codes == [0, 0], "{codes:?} {said:?}");
    assert!(
        codes == [0, 0] || said.iter().any(|said| said.contains("is under way in another process")),
        "{said:?}"
    );
    assert_eq!((server.seen().len(), place.attempts().len()), (6, 6));
    assert!(
        std::fs::read_dir(place.results().join(".incoming"))
            .unwrap()
            .flatten()
            .all(|file| { !file.file_name().to_string_lossy().starts_with("run-") })
    );
}

#[test]
fn a_service_that_says_too_much_of_itself_ends_no_run() {
    let long = "long ".repeat(1 << 18);
    let frame = format!(
        "data: {{\"id\":\"{long}\",\"model\":\"{long}\",\"provider\":\"{long}\",\"service_tier\":\"{long}\",\
         \"choices\":[{{\"delta\":{{\"content\":\"hi\",\"refusal\":null}},\"finish_reason\":\"{}\"}}],\
         \"usage\":{{\"completion_tokens\":1,\"x\":\"{long}\"}}}}\n\ndata: [DONE]\n\n",
        "stop".repeat(1 << 18)
    );
    let timing = format!("data: {{\"choices\":[],\"timings\":{{\"x\":\"{}\"}}}}\n\n", "y".repeat(4 << 20));
    let server = ScriptedServer::new(vec![vec![events(), chunk(timing), chunk(frame), end()]]);
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    run(&place, 0, &["-m", "mine/m", "-n", "2", "--no-gallery"], &[]);
    for stored in place.attempts() {
        assert_eq!(stored.attempt.usage.output, Some(1));
        let record = std::fs::metadata(stored.folder.join("attempt.json")).unwrap();
        assert!(record.len() < 20_000, "{}", record.len());
    }
}

#[test]
fn a_key_that_no_header_can_have_is_not_repeated() {
    let place = WorkFolder::new();
    let said = run(&place, 2, &["-m", "openai/m"], &[("OPENAI_API_KEY", "planted\nkey")]);
    assert!(
        said.stderr.contains("the key in OPENAI_API_KEY") && !said.stderr.contains("planted"),
        "{}",
        said.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_had_come_and_leaves_no_request_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    let server = ScriptedServer::answering(|_, _| {
        vec![events(), chunk(chat_text("<svg>")), ServerStep::Wait(20_000), chunk(CHAT_END), end()]
    });
    let place = WorkFolder::new();
    configure(&place, &entry("mine", &server, ""));
    let child = command(&place, &["-m", "mine/m", "--no-gallery"], &[]).spawn().unwrap();
    while server.seen().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let attempts = place.attempts();
    let attempt = &attempts[0].attempt;
    assert_eq!((attempt.outcome, attempt.usage.output), (Outcome::Cancelled, None));
    assert_eq!(attempt.reply.as_ref().unwrap().bytes, 5);
    assert_eq!(attempt.service.as_ref().unwrap().endpoint, server.url("/v1/chat/completions"));
}
