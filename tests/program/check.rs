//! `pelicycle check`, as it is typed.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use assert_cmd::assert::OutputAssertExt as _;
use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;

const GOOD: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><rect width=\"5\" height=\"5\"/></svg>";

fn check(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = program()
        .arg("check")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

#[test]
fn the_exit_code_tells_drawn_from_the_rest() {
    assert_eq!(check(&[], GOOD.as_bytes()).status.code(), Some(0));
    assert_eq!(check(&["-"], b"no drawing").status.code(), Some(1));
    assert_eq!(check(&["/nonexistent"], b"").status.code(), Some(2));
    assert_eq!(check(&["."], b"").status.code(), Some(2));
    assert_eq!(check(&["--no-such-flag"], b"").status.code(), Some(2));
    assert_eq!(check(&["--bound", "nothing=1"], b"").status.code(), Some(2));
    assert_eq!(check(&["--bound", "seconds=x"], b"").status.code(), Some(2));
}

#[test]
fn json_has_the_shape_that_others_rely_on() {
    let output = check(&["--json"], format!("Hi\n{GOOD}").as_bytes());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["verdict"], "drawn");
    assert_eq!(json["draws"], serde_json::json!({"resvg": true, "browser": true}));
    assert_eq!(json["repaired"], false);
    assert_eq!(json["candidates"][0]["start"], 3);
    assert_eq!(json["candidates"][0]["end"], 3 + GOOD.len());
    assert_eq!(json["candidates"][0]["chosen"], true);
    assert!(json["candidates"][0]["why"].is_string());
    assert_eq!(
        json["svg"],
        serde_json::json!({"bytes": GOOD.len(), "width": 9.0, "height": 9.0, "elements": 2})
    );
    assert!(json["findings"].is_array());
}

#[test]
fn people_read_the_verdict_first_and_places_like_a_compilers() {
    let text = GOOD.replace("<rect", "\n<text>a & b</text><rect");
    let output = check(&[], text.as_bytes());
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.starts_with("malformed"), "{words}");
    assert!(words.contains("\n2:9 unescaped-ampersand: "), "{words}");
    assert!(words.contains("escape-ampersands"), "{words}");
    assert!(!words.contains('\x1b'), "no colour into a pipe");
}

#[test]
fn nothing_that_acts_on_a_terminal_is_printed() {
    let text = GOOD.replace("<rect", "<image href=\"a\u{202e}\u{9b}b.png\"/><x y=\u{1b}[31m><rect");
    for arguments in [&[][..], &["--json"]] {
        let output = check(arguments, text.as_bytes());
        let words = String::from_utf8(output.stdout).unwrap();
        let acts = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!words.chars().any(acts), "{words:?}");
    }
    let output = check(&["/nonexistent/\u{1b}[31m"], b"");
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn the_picture_is_written_whole_or_not_at_all() {
    let folder = tempdir();
    let path = folder.path().join("out.png");
    let png = path.to_str().unwrap();
    check(&["--png", png, "--raster", "64"], GOOD.as_bytes()).assert().success();
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));
    assert_eq!(&bytes[16..24], [0, 0, 0, 64, 0, 0, 0, 64]);
    std::fs::remove_file(&path).unwrap();
    let output = check(&["--png", png], b"nothing");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("picture: there is none"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    let broken = GOOD.replace("</svg>", "<text>a & b</text></svg>");
    let output = check(&["--png", png, "--raster", "64"], broken.as_bytes());
    assert_eq!(output.status.code(), Some(1), "a repair does not count as drawn");
    assert!(String::from_utf8_lossy(&output.stdout).contains("out.png, of the repaired drawing"));
    assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    let output = check(&["--png", png, "--json"], broken.as_bytes());
    assert!(String::from_utf8_lossy(&output.stderr).contains("of the repaired drawing"));
    assert_eq!(check(&["--png", "/nonexistent/a.png"], GOOD.as_bytes()).status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn an_endless_input_ends() {
    let started = Instant::now();
    assert_eq!(check(&["/dev/zero"], b"").status.code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_drawing_is_held_against_the_rubric_of_the_prompt_that_is_named() {
    let board = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\">\
        <rect x=\"90\" y=\"215\" width=\"220\" height=\"12\" rx=\"6\" fill=\"#a52\"/>\
        <circle cx=\"130\" cy=\"237\" r=\"11\" fill=\"#222\"/><circle cx=\"270\" cy=\"237\" r=\"11\" fill=\"#222\"/></svg>";
    let words = |arguments: &[&str]| {
        let output = check(arguments, board.as_bytes());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let pelican = words(&[]);
    assert!(pelican.contains("\nstructure: 3 shapes, no path commands, 2 colours"), "{pelican}");
    assert!(
        pelican.contains("\nrubric of pelican, and how sure the rules are:\n  met 95 %       two wheels"),
        "{pelican}"
    );
    assert!(pelican.contains("\n  not met 95 %   a rider above the vehicle"), "{pelican}");
    let otter = words(&["--prompt", "otter-skateboard"]);
    assert!(otter.contains("  met 95 %       something that joins the wheels"), "{otter}");
    assert!(!otter.contains("spokes"), "{otter}");
    let json: serde_json::Value = serde_json::from_str(&words(&["--json"])).unwrap();
    assert_eq!(json["measures"]["structure"]["shapes"], 3);
    assert_eq!(json["measures"]["rubric"][0]["item"], "wheels");
    assert_eq!(json["measures"]["rubric"][0]["state"], "met");
    let wheel = &json["measures"]["rubric"][0]["found"][0];
    assert_eq!(wheel["outline"]["round"]["centre"], serde_json::json!([130.0, 237.0]), "{wheel}");
    assert!(json.get("unmeasured").is_none());
    let unknown = check(&["--prompt", "otter-skatebord"], board.as_bytes());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("otter-skateboard"), "near names are told");
}

#[test]
fn a_drawing_that_could_not_be_checked_is_no_verdict_by_the_exit_code() {
    // Turbulence over the whole canvas takes far longer than the clock that is given here.
    let slow = GOOD.replace(
        "<rect width=\"5\" height=\"5\"/>",
        "<filter id=\"f\"><feTurbulence baseFrequency=\".4\" numOctaves=\"9\"/></filter><rect filter=\"url(#f)\" width=\"9\" height=\"9\"/>",
    );
    let told = check(&["--bound", "clock_seconds=0.01"], slow.as_bytes());
    let words = String::from_utf8(told.stderr).unwrap();
    assert_eq!((told.status.code(), told.stdout.is_empty()), (Some(2), true), "{words}");
    assert!(
        words.contains("for no fault of the drawing: it did not end within 0.01 s by the clock"),
        "{words}"
    );
}
