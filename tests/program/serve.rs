//! `gallery --serve`: who is answered, and that a page shows a run's drawings as they come.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use pelicycle_store::Store;
use pelicycle_testkit::browser::begin;
use pelicycle_testkit::exhibits::hang;
use pelicycle_testkit::program::{ServingProgram, program, status};
use serde_json::json;

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn serve(store: &Store, out: &Path) -> ServingProgram {
    let mut command = program();
    command.args(["gallery", "--serve", "0", "--results"]).arg(store.root()).arg("--out").arg(out);
    ServingProgram::begin(command)
}

fn hall() -> (tempfile::TempDir, Store, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "crane", "2026-11-01T00:00:00Z", SVG, |_| {});
    let out = folder.path().join("gallery");
    (folder, store, out)
}

#[test]
fn pages_are_served_with_the_script_that_reloads_them_and_their_files_without() {
    let (_folder, store, out) = hall();
    let server = serve(&store, &out);
    let (head, body) = server.get("/");
    assert_eq!(status(&head), "200");
    let head = head.to_lowercase();
    for line in [
        "content-type: text/html; charset=utf-8",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
        "content-security-policy: frame-ancestors 'none'",
        "cache-control: no-cache",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    let page = String::from_utf8(body).unwrap();
    let kept = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("new EventSource") && page.contains("connect-src 'self'; script-src 'sha256-"));
    assert!(!kept.contains("EventSource") && !kept.contains("connect-src"));

    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nIf-None-Match: {tag}\r\nConnection: close\r\n\r\n",
        server.own
    );
    assert_eq!(status(&server.ask(&again).0), "304");
    let only = format!("HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.own);
    let (only_head, nothing) = server.ask(&only);
    assert!(only_head.to_lowercase().contains(&format!("etag: {tag}")) && nothing.is_empty());

    for (path, kind) in [
        ("/style.css", "text/css; charset=utf-8"),
        ("/attempts.csv", "text/csv; charset=utf-8"),
        ("/attempts.json", "application/json"),
    ] {
        let (head, body) = server.get(path);
        assert!(head.contains(kind), "{head}");
        assert_eq!(body, std::fs::read(out.join(&path[1..])).unwrap());
    }
    let folder = std::fs::read_dir(out.join("attempts")).unwrap().next().unwrap().unwrap().file_name();
    let folder = format!("/attempts/{}", folder.to_string_lossy());
    let (head, _) = server.get(&folder);
    assert!(status(&head) == "308" && head.contains(&format!("location: {folder}/")), "{head}");
    assert_eq!(status(&server.get(&format!("{folder}/")).0), "200");
    assert!(server.get(&format!("{folder}/reply.txt")).0.contains("text/plain"));
}

#[test]
fn nobody_else_is_answered_and_nothing_outside_is_found() {
    let (folder, store, out) = hall();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let server = serve(&store, &out);
    let own = &server.own;
    let port = own.rsplit(':').next().unwrap();
    let ask = |request: String| server.ask(&(request + "Connection: close\r\n\r\n")).0;
    for host in
        ["example.org", &format!("example.org:{port}"), &format!("{own}.example.org"), "127.0.0.1:1", ""]
    {
        let head = ask(format!("GET / HTTP/1.1\r\nHost: {host}\r\n"));
        assert!(["421", "400"].contains(&status(&head)), "{host}: {head}");
    }
    assert_eq!(status(&ask("GET / HTTP/1.0\r\n".to_owned())), "421", "without a host");
    assert_eq!(status(&ask(format!("GET http://example.org/ HTTP/1.1\r\nHost: {own}\r\n"))), "421");
    assert_eq!(status(&ask(format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n"))), "200");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        for path in ["/", "/.changes"] {
            let head = ask(format!("{method} {path} HTTP/1.1\r\nHost: {own}\r\nContent-Length: 0\r\n"));
            assert_eq!(status(&head), "405", "{method}");
            assert!(head.contains("allow: GET, HEAD"), "{head}");
        }
    }
    for path in [
        "/../secret.txt",
        "/attempts/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//etc/passwd",
        "/attempts//index.html",
        "/.pelicycle-gallery.json",
        "/.pelicycle-gallery.seen",
        "/none.html",
    ] {
        let (head, body) = server.get(path);
        assert_eq!(status(&head), "404", "{path}");
        assert!(!String::from_utf8_lossy(&body).contains("secret\n"), "{path}");
    }
}

#[test]
fn a_change_is_told_and_the_page_shows_what_came() {
    let (_folder, store, out) = hall();
    let server = serve(&store, &out);
    let mut stream = TcpStream::connect(&server.own).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("GET /.changes HTTP/1.1\r\nHost: {}\r\n\r\n", server.own).as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().ends_with("200 OK"));
    assert!(lines.any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")));
    assert!(lines.any(|line| line == "data: 0"), "one event at once");
    assert!(!String::from_utf8_lossy(&server.get("/").1).contains("newcomer"));
    hang(&store, "pelican", "newcomer", "2026-11-02T00:00:00Z", SVG, |_| {});
    assert!(lines.any(|line| line == "data: 1"), "one after the change");
    assert!(String::from_utf8_lossy(&server.get("/").1).contains("newcomer"));
}

#[test]
fn a_browser_sees_a_real_run_arrive_and_leaves_other_pages_alone() {
    let (_folder, store, out) = hall();
    let server = serve(&store, &out);
    let attempt = std::fs::read_dir(out.join("attempts")).unwrap().next().unwrap().unwrap().file_name();
    let order = json!({
        "address": format!("http://{}/", server.own),
        "attempt": format!("http://{}/attempts/{}/", server.own, attempt.to_string_lossy()),
    });
    let Some(mut browser) = begin("watch.mjs", order) else { return };
    let mut lines = BufReader::new(browser.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "watching");
    let mut run = program();
    run.args([
        "run",
        "-m",
        "hatchling",
        "-n",
        "1",
        "--max-tokens",
        "600",
        "--no-gallery",
        "--quiet",
        "--results",
    ]);
    assert!(run.arg(store.root()).status().unwrap().success());
    let told: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert!(browser.wait().unwrap().success());
    assert_eq!(told["errors"], json!([]));
    assert_eq!((&told["before"], &told["after"]), (&json!(1), &json!(2)));
    assert!(told["wallLoads"].as_u64().unwrap() >= 2);
    assert_eq!(told["attemptLoads"], 1, "a page that did not change is not loaded anew");
}
