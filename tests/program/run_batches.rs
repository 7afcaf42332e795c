//! Runs by batches: left with a service, fetched later, kept like others; with the real program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pelicycle_record::{Attempt, CostSource, Outcome, ReplyOrigin, Verdict};
use pelicycle_testkit::files;
use pelicycle_testkit::loopback::{KEY, ScriptedServer, ServerStep, answer};
use serde_json::{Value, json};

use crate::work_folder::{ProgramOutput, WorkFolder};

const SVG: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>"#;

/// The batches that a service was left, and what it says of each.
#[derive(Default)]
struct Desk {
    /// Names of the requests of each batch.
    batches: Vec<Vec<String>>,
    /// Files that were uploaded.
    files: Vec<String>,
    /// Whether they are over.
    over: bool,
    /// Lines of results of a request, by batch and name; a request without is answered with a drawing.
    results: BTreeMap<(usize, String), Value>,
}

fn names(requests: &[Value]) -> Vec<String> {
    requests.iter().map(|request| request["custom_id"].as_str().unwrap().to_owned()).collect()
}

fn lines<'a>(all: impl IntoIterator<Item = &'a Value>) -> String {
    all.into_iter().map(|line| format!("{line}\n")).collect()
}

fn json_answer(value: &Value) -> Vec<ServerStep> {
    answer(200, "application/json", &[], &value.to_string())
}

/// A service that speaks Anthropic's protocol of batches.
fn anthropic(desk: &Arc<Mutex<Desk>>) -> ScriptedServer {
    let desk = Arc::clone(desk);
    ScriptedServer::answering(move |_, seen| {
        let mut desk = desk.lock().unwrap();
        let parts: Vec<&str> = seen.path.trim_start_matches("/v1/messages/batches").split('/').collect();
        let number = || parts[1].trim_start_matches("msgbatch_").parse::<usize>().unwrap();
        let batch = |number: usize, desk: &Desk| {
            let (word, over) =
                if desk.over { ("ended", desk.batches[number].len()) } else { ("in_progress", 1) };
            json!({"id": format!("msgbatch_{number}"), "type": "message_batch", "processing_status": word,
                   "request_counts": {"processing": 0, "succeeded": over, "errored": 0, "canceled": 0, "expired": 0},
                   "results_url": "https://elsewhere.invalid/results"})
        };
        match parts.len() {
            1 => {
                desk.batches.push(names(seen.body["requests"].as_array().unwrap()));
                json_answer(&batch(desk.batches.len() - 1, &desk))
            }
            2 => json_answer(&batch(number(), &desk)),
            _ => {
                let message = json!({"id": "msg_1", "type": "message", "model": "claude-opus-4-7",
                    "content": [{"type": "text", "text": SVG}], "stop_reason": "end_turn",
                    "usage": {"input_tokens": 1000, "output_tokens": 2000, "service_tier": "batch"}});
                let drawn = json!({"type": "succeeded", "message": message});
                // In whatever order.
                let results = desk.batches[number()].iter().rev().filter_map(|name| {
                    let result = desk.results.get(&(number(), name.clone())).unwrap_or(&drawn);
                    (!result.is_null()).then(|| json!({"custom_id": name, "result": result}))
                });
                answer(200, "application/x-jsonl", &[], &lines(&results.collect::<Vec<_>>()))
            }
        }
    })
}

fn run(place: &WorkFolder, server: &ScriptedServer, code: i32, args: &[&str]) -> ProgramOutput {
    let mut command = place.command(None, args);
    command.env("ANTHROPIC_BASE_URL", server.url("")).env("ANTHROPIC_API_KEY", KEY);
    command.env("OPENAI_BASE_URL", server.url("/v1")).env("OPENAI_API_KEY", KEY);
    command.env("XDG_DATA_HOME", place.path().join("data"));
    ProgramOutput::new(code, &command.output().unwrap())
}

fn posts(server: &ScriptedServer) -> usize {
    server.seen().iter().filter(|seen| !seen.text.is_empty()).count()
}

fn of_samples(place: &WorkFolder, sample: u32) -> Vec<Attempt> {
    let all = place.attempts().into_iter().map(|stored| stored.attempt);
    all.filter(|attempt| attempt.sample == sample).collect()
}

#[test]
fn a_batch_is_left_looked_after_and_fetched_and_what_failed_is_left_again() {
    let desk = Arc::new(Mutex::new(Desk::default()));
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "too busy"}});
    let failed = json!({"type": "errored", "error": error});
    desk.lock().unwrap().results =
        [((0, "sample-1".to_owned()), failed), ((0, "sample-2".to_owned()), Value::Null)].into();
    let (server, place) = (anthropic(&desk), WorkFolder::new());

    let said = run(&place, &server, 0, &["-m", "anthropic/claude-opus-4-7", "-n", "3", "--batch"]);
    assert!(said.stdout.contains("left 3 samples with anthropic as batch msgbatch_0"), "{}", said.stdout);
    assert!(said.stdout.contains("--resume"), "{}", said.stdout);
    assert_eq!((place.attempts().len(), posts(&server)), (0, 1));
    let left = server.seen().remove(0);
    for request in left.body["requests"].as_array().unwrap() {
        assert_eq!(request["params"]["model"], "claude-opus-4-7");
        assert!(request["params"].get("stream").is_none(), "{request}");
    }

    let said = run(&place, &server, 3, &["--resume", "last"]);
    assert!(said.stdout.contains("3 samples, in_progress, 1 of 3 over"), "{}", said.stdout);
    assert_eq!((place.attempts().len(), posts(&server)), (0, 1), "nothing is left twice");

    desk.lock().unwrap().over = true;
    run(&place, &server, 1, &["--resume", "last"]);
    assert_eq!(posts(&server), 1);
    let stored = place.attempts();
    assert_eq!(stored.len(), 3);
    let drawn = stored.iter().find(|stored| stored.attempt.outcome == Outcome::Complete).unwrap();
    let attempt = &drawn.attempt;
    assert_eq!((attempt.sample, attempt.check.as_ref().unwrap().verdict), (1, Verdict::Drawn));
    assert_eq!(attempt.origin, ReplyOrigin::Batch);
    let timing = &attempt.timing;
    assert_eq!((timing.total, timing.first_token, timing.tokens_per_second), (None, None, None));
    let service = attempt.service.as_ref().unwrap();
    assert_eq!((service.batch.as_deref(), service.tier.as_deref()), (Some("msgbatch_0"), Some("batch")));
    assert!(service.remarks.is_empty(), "{:?}", service.remarks);
    let cost = attempt.cost.as_ref().unwrap();
    assert_eq!(cost.source, CostSource::List);
    assert!(
        (cost.usd - (1000.0 * 2.5 + 2000.0 * 12.5) / 1e6).abs() < 1e-12,
        "half of the list price: {}",
        cost.usd
    );
    let sent: Value =
        serde_json::from_slice(&std::fs::read(drawn.files.request.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(sent, left.body["requests"][0]["params"]);
    assert!(of_samples(&place, 2)[0].error.as_ref().unwrap().contains("too busy"));
    assert!(of_samples(&place, 3)[0].error.as_ref().unwrap().contains("without a result"));

    desk.lock().unwrap().over = false;
    let said = run(&place, &server, 3, &["--resume", "last"]);
    assert!(said.stdout.contains("left 2 samples with anthropic as batch msgbatch_1"), "{}", said.stdout);
    desk.lock().unwrap().over = true;
    run(&place, &server, 0, &["--resume", "last"]);
    assert_eq!(place.replies().len(), 3);
    let posted = posts(&server);
    let said = run(&place, &server, 0, &["--resume", "last"]);
    assert!(said.stdout.contains("nothing was left to ask"), "{}", said.stdout);
    assert_eq!(posts(&server), posted);
    assert!(place.index().is_file());
}

/// A service that speaks OpenAI's protocol of batches. Its first request of a batch has no answer.
fn openai(desk: &Arc<Mutex<Desk>>) -> ScriptedServer {
    let desk = Arc::clone(desk);
    ScriptedServer::answering(move |_, seen| {
        let mut desk = desk.lock().unwrap();
        match seen.path.trim_start_matches("/v1") {
            "/files" => {
                assert!(seen.headers["content-type"].starts_with("multipart/form-data; boundary="));
                assert!(seen.text.contains("name=\"purpose\"\r\n\r\nbatch\r\n"), "{}", seen.text);
                let file =
                    seen.text.lines().filter(|line| line.starts_with("{\"custom_id\"")).map(str::to_owned);
                desk.files = file.collect();
                json_answer(&json!({"id": "file-up", "object": "file"}))
            }
            "/batches" => {
                assert_eq!(seen.body["input_file_id"], "file-up");
                assert_eq!(seen.body["endpoint"], "/v1/responses");
                json_answer(&json!({"id": "batch_1", "status": "validating"}))
            }
            "/batches/batch_1" => {
                // Over at the second look.
                let word = if std::mem::replace(&mut desk.over, true) { "completed" } else { "in_progress" };
                json_answer(&json!({"id": "batch_1", "status": word, "output_file_id": "file-out",
                    "error_file_id": "file-err", "request_counts": {"total": 2, "completed": 1, "failed": 0}}))
            }
            "/files/file-out/content" => {
                let message = json!({"type": "message", "content": [{"type": "output_text", "text": SVG}]});
                let body = json!({"id": "resp_1", "model": "gpt-6.1-sol", "status": "completed", "output": [message],
                    "usage": {"input_tokens": 10, "output_tokens": 20}});
                let line = json!({"id": "batch_req_2", "custom_id": "sample-1", "error": null,
                    "response": {"status_code": 200, "request_id": "r", "body": body}});
                answer(200, "application/octet-stream", &[], &lines([&line]))
            }
            "/files/file-err/content" => {
                let body = json!({"error": {"message": "no such effort", "type": "invalid_request_error"}});
                let line = json!({"custom_id": "sample-0", "response": {"status_code": 400, "body": body}, "error": null});
                answer(200, "application/octet-stream", &[], &lines([&line]))
            }
            path => panic!("{path} is no place of a batch"),
        }
    })
}

#[test]
fn one_command_leaves_a_file_of_requests_waits_and_fetches() {
    let desk = Arc::new(Mutex::new(Desk::default()));
    let (server, place) = (openai(&desk), WorkFolder::new());
    let args = ["-m", "openai/gpt-6.1-sol", "-n", "2", "--batch", "--wait", "--max-tokens", "900", "--debug"];
    let said = run(&place, &server, 1, &args);
    let requests: Vec<Value> =
        desk.lock().unwrap().files.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names(&requests), ["sample-0", "sample-1"]);
    for request in &requests {
        assert_eq!((&request["method"], &request["url"]), (&json!("POST"), &json!("/v1/responses")));
        let body = &request["body"];
        assert_eq!((&body["max_output_tokens"], &body["store"]), (&json!(900), &json!(false)));
        assert!(body.get("stream").is_none() && body.get("stream_options").is_none(), "{body}");
    }
    let (failed, drawn) = (&of_samples(&place, 1)[0], &of_samples(&place, 2)[0]);
    assert!(failed.error.as_ref().unwrap().contains("(HTTP 400): no such effort"), "{:?}", failed.error);
    assert_eq!(failed.service.as_ref().unwrap().status, Some(400));
    assert_eq!((drawn.outcome, drawn.usage.output), (Outcome::Complete, Some(20)));
    assert_eq!(drawn.service.as_ref().unwrap().response_id.as_deref(), Some("resp_1"));

    assert!(
        said.stderr.contains("POST") && said.stderr.contains("/v1/batches"),
        "--debug tells: {}",
        said.stderr
    );
    assert!(!said.stderr.contains(KEY) && !said.stdout.contains(KEY));
    for path in files(place.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!found, "{} has the key", path.display());
    }
}

#[test]
fn what_can_not_be_left_is_told_before_anything_is_sent() {
    let server = ScriptedServer::new(vec![answer(500, "text/plain", &[], "not to be asked")]);
    let place = WorkFolder::new();
    let words = |args: &[&str]| run(&place, &server, 2, args).stderr;
    let said = words(&["-m", "ollama/qwen3:8b", "--batch"]);
    assert!(said.contains("can't be asked in a batch, only models of anthropic and openai"), "{said}");
    let said = words(&["-m", "anthropic/claude-opus-4-7", "-m", "hatchling", "--batch"]);
    assert!(said.contains("can't be asked in a batch"), "{said}");
    let said = words(&["-m", "anthropic/claude-opus-4-7", "-n", "9", "--batch", "--max-cost", "0.5"]);
    assert!(said.contains("more than --max-cost, so nothing was sent"), "{said}");
    let said = words(&["-m", "hatchling", "--wait"]);
    assert!(said.contains("--wait is for a run by --batch"), "{said}");
    assert_eq!((server.seen().len(), place.store().runs().unwrap().len()), (0, 0));
}

#[test]
fn a_batch_that_was_not_taken_is_left_by_resume_and_one_that_may_have_been_is_not_sent_twice() {
    let limited =
        answer(429, "application/json", &["retry-after: 0"], r#"{"error":{"message":"slow down"}}"#);
    let taken = json!({"id": "msgbatch_7", "processing_status": "in_progress"});
    let refused = answer(400, "application/json", &[], r#"{"error":{"message":"no such model"}}"#);
    let server = ScriptedServer::new(vec![refused, limited, vec![ServerStep::Reset], json_answer(&taken)]);
    let place = WorkFolder::new();
    let said = run(&place, &server, 1, &["-m", "anthropic/claude-nope", "--batch"]);
    assert!(said.stderr.contains("no such model"), "{}", said.stderr);
    assert_eq!(server.seen().len(), 1);
    let said = run(&place, &server, 1, &["--resume", "last"]);
    assert!(said.stderr.contains("the batch was not taken"), "{}", said.stderr);
    assert_eq!(server.seen().len(), 3, "asked again after 429, and not after a broken connection");
    let said = run(&place, &server, 3, &["--resume", "last", "--json"]);
    assert_eq!(said.events()[0]["event"], "batch-submitted");
    assert_eq!(said.events()[0]["batch"], "msgbatch_7");
}

#[test]
fn a_batch_that_the_service_forgot_leaves_failed_attempts_that_are_left_again() {
    let taken = json!({"id": "msgbatch_7", "processing_status": "in_progress"});
    let forgotten = answer(404, "application/json", &[], r#"{"error":{"message":"no such batch"}}"#);
    let server =
        ScriptedServer::answering(
            move |_, seen| if seen.text.is_empty() { forgotten.clone() } else { json_answer(&taken) },
        );
    let place = WorkFolder::new();
    run(&place, &server, 0, &["-m", "anthropic/claude-opus-4-7", "--batch", "--quiet"]);
    run(&place, &server, 1, &["--resume", "last"]);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 1);
    let attempt = &attempts[0].attempt;
    assert!(attempt.error.as_ref().unwrap().contains("no such batch"), "{:?}", attempt.error);
    assert_eq!((attempt.origin, attempt.cost.is_none()), (ReplyOrigin::Batch, true));
    run(&place, &server, 3, &["--resume", "last"]);
    assert_eq!(posts(&server), 2);
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_batches_are_waited_for_leaves_them_for_resume() {
    use rustix::process::{Pid, Signal, kill_process};

    let desk = Arc::new(Mutex::new(Desk::default()));
    let (server, place) = (anthropic(&desk), WorkFolder::new());
    let mut command =
        place.command(None, &["-m", "anthropic/claude-opus-4-7", "-n", "2", "--batch", "--wait"]);
    command.env("ANTHROPIC_BASE_URL", server.url("")).env("ANTHROPIC_API_KEY", KEY);
    let running = place.watch(command);
    running.wait_for("batch-submitted");
    kill_process(Pid::from_child(&running.child), Signal::INT).unwrap();
    running.end(130);
    desk.lock().unwrap().over = true;
    run(&place, &server, 0, &["--resume", "last"]);
    assert_eq!((place.replies().len(), posts(&server)), (2, 1));
}
