//! `gallery --serve`: who is answered, and that a page shows a run's drawings as they come.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use pelicycle_store::Store;
use pelicycle_testkit::browser::begin;
use pelicycle_testkit::exhibits::hang;
use pelicycle_testkit::program::{ServingProgram, program, status};
use pelicycle_testkit::tempdir;
use serde_json::json;

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn serve(store: &Store, out: &Path) -> ServingProgram {
    let mut command = program();
    command.args(["gallery", "--serve", "0", "--voter", "Ada", "--results"]).arg(store.root());
    command.arg("--out").arg(out);
    ServingProgram::begin(command)
}

fn hall() -> (tempfile::TempDir, Store, std::path::PathBuf) {
    let folder = tempdir();
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

/// The text after `begin` in a text, up to a quote.
fn after<'a>(text: &'a str, begin: &str) -> &'a str {
    text.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {text}")).1.split('"').next().unwrap()
}

#[test]
fn visitors_vote_in_the_gallery_without_names_and_on_nothing_that_they_opened_by_name() {
    let (_folder, store, out) = hall();
    for (who, fill) in [("heron", "teal"), ("stork", "orange")] {
        let svg = SVG.replace("/></svg>", &format!(" fill=\"{fill}\"/></svg>"));
        hang(&store, "pelican", who, "2026-11-01T00:00:00Z", &svg, |_| {});
    }
    let server = serve(&store, &out);
    let page = |path: &str| {
        let (head, body) = server.get(path);
        assert_eq!(status(&head), "200", "{path}");
        String::from_utf8(body).unwrap()
    };
    // Pages lead to the pairs of their prompt, and their files have nothing of it.
    let index = page("/");
    assert!(index.contains("<a href=\"/vote/all/\">"));
    let stem = after(&index, "href=\"prompts&#x2f;").trim_end_matches(".html").to_owned();
    let wall = format!("/prompts/{stem}.html");
    let booth = format!("/vote/{stem}/");
    assert!(page(&wall).contains(&format!("<a href=\"{booth}\">")));
    for file in
        pelicycle_testkit::files(&out).iter().filter(|file| file.extension().is_some_and(|it| it == "html"))
    {
        let kept = std::fs::read_to_string(file).unwrap().to_lowercase();
        assert!(!kept.contains("/vote/") && !kept.contains("vote without"), "{}", file.display());
    }

    // The page of the pair names nobody.
    let (head, _) = server.get(&booth);
    assert!(head.to_lowercase().contains("cache-control: no-store"), "{head}");
    let shown = page(&booth);
    for name in ["crane", "heron", "stork", "local", "2026"] {
        assert!(!shown.contains(name), "{name} in {shown}");
    }
    let picture = after(&shown, "src=\"");
    assert!(picture.starts_with(&format!("{booth}drawings/")) && status(&server.get(picture).0) == "200");

    // Only a page of the gallery votes, once, and the vote is on the disk when it is answered.
    let token = after(&shown, "name=\"token\" value=\"").to_owned();
    let (form, own) = (format!("token={token}&choice=left"), format!("Origin: http://{}\r\n", server.own));
    let vote = format!("{booth}vote");
    assert_eq!(status(&server.post(&vote, &form, "").0), "403");
    assert_eq!(status(&server.post(&vote, &form, "Origin: http://example.org\r\n").0), "403");
    assert_eq!(store.judgements().unwrap().records.len(), 0);
    for _ in 0..2 {
        let (head, _) = server.post(&vote, &form, &own);
        assert!(status(&head) == "303" && head.contains(&format!("location: {booth}\r\n")), "{head}");
        let kept = store.judgements().unwrap().records;
        assert_eq!(kept.iter().map(|vote| vote.judge.name.as_str()).collect::<Vec<_>>(), ["Ada"]);
    }

    // A drawing of the pair on show is opened by name meanwhile: the vote doesn't count, and the pair is shown no more.
    let token = after(&page(&booth), "name=\"token\" value=\"").to_owned();
    let listing = store.list().unwrap();
    let kept = &store.judgements().unwrap().records[0];
    let other =
        listing.attempts.iter().find(|it| ![&kept.left, &kept.right].contains(&&it.attempt.id)).unwrap();
    let opened = page(&format!("/attempts/{}/", other.attempt.id));
    assert!(
        opened.contains(&format!("<a href=\"{booth}\">")),
        "the page of an attempt leads to its prompt's pairs"
    );
    let (head, body) = server.post(&vote, &format!("token={token}&choice=tie"), &own);
    assert_eq!(status(&head), "409");
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("with its maker’s name") && body.contains("No pair is left here"), "{body}");
    assert_eq!(store.judgements().unwrap().records.len(), 1);

    for (path, expected) in
        [("/vote", "303"), ("/vote/", "303"), ("/vote/all/", "200"), ("/vote/none-41c826e0/", "404")]
    {
        assert_eq!(status(&server.get(path).0), expected, "{path}");
    }
    for path in ["/", &wall, "/.changes", "/vote/all/"] {
        assert_eq!(status(&server.post(path, &form, &own).0), "405", "{path}");
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

    // A vote shows as well.
    assert_eq!(status(&server.get("/ranking.html").0), "404");
    let shown = String::from_utf8(server.get("/vote/all/").1).unwrap();
    let form = format!("token={}&choice=left", after(&shown, "name=\"token\" value=\""));
    let own = format!("Origin: http://{}\r\n", server.own);
    assert_eq!(status(&server.post("/vote/all/vote", &form, &own).0), "303");
    assert!(lines.any(|line| line == "data: 2"), "one after the vote");
    assert!(String::from_utf8_lossy(&server.get("/ranking.html").1).contains("newcomer"));
}

#[test]
fn a_browser_sees_a_real_run_arrive_and_leaves_other_pages_alone() {
    let (_folder, store, out) = hall();
    // On a prompt that nothing comes to, so that its page stays.
    hang(&store, "otter-boat", "heron", "2026-11-01T00:00:00Z", SVG, |_| {});
    let server = serve(&store, &out);
    let listing = store.list().unwrap();
    let attempt = listing.attempts.iter().find(|it| it.attempt.prompt.id == "otter-boat").unwrap();
    let order = json!({
        "address": format!("http://{}/", server.own),
        "attempt": format!("http://{}/attempts/{}/", server.own, attempt.attempt.id),
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
    assert_eq!((&told["before"], &told["after"]), (&json!(2), &json!(3)));
    assert!(told["wallLoads"].as_u64().unwrap() >= 2);
    assert_eq!(told["attemptLoads"], 1, "a page that did not change is not loaded anew");
}
