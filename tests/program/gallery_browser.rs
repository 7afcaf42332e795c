//! The gallery in a real Chromium: every view, narrow and wide, light and dark, with hostile attempts in the data.
//!
//! `npm ci` in `tests/browser` brings what drives the browser; the browser is the system's.

use std::path::{Path, PathBuf};

use pelicycle_store::Store;
use pelicycle_testkit::browser::drive;
use pelicycle_testkit::exhibits::{ALARM, hang, hang_corpus, hang_hostile, hang_judgements};
use pelicycle_testkit::program::program;
use pelicycle_testkit::{shared, tempdir};
use serde_json::{Value, json};

fn look(pages: &[PathBuf], views: &Value) -> Option<Vec<Value>> {
    let shots = std::env::var_os("PELICYCLE_SHOTS").map(PathBuf::from);
    let seen = drive("look.mjs", json!({ "pages": pages, "alarm": ALARM, "views": views, "shots": shots }))?;
    Some(serde_json::from_value(seen).unwrap())
}

/// Builds the gallery of a store, and gives its pages.
fn pages_of(store: &Store, out: &Path) -> Vec<PathBuf> {
    pages_built(store, out, &[])
}

/// As `pages_of`, with more said to the command.
fn pages_built(store: &Store, out: &Path, more: &[&str]) -> Vec<PathBuf> {
    let mut command = program();
    command.args(["gallery", "--results"]).arg(store.root()).arg("--out").arg(out).args(more);
    let built = command.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut pages = vec![out.join("index.html")];
    pages.extend(Some(out.join("ranking.html")).filter(|page| page.is_file()));
    for folder in ["prompts", "models", "grids", "timelines", "charts", "versus", "attempts"] {
        let Ok(entries) = std::fs::read_dir(out.join(folder)) else { continue };
        let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        // Beside the pages of a published gallery lie their pictures for links.
        found.retain(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "html"));
        found.sort();
        pages.extend(found.into_iter().map(|p| if p.is_dir() { p.join("index.html") } else { p }));
    }
    pages
}

/// Narrow and light, wide and dark; the real drawings are looked at the other way round.
fn views() -> Value {
    json!([{ "width": 360, "scheme": "light" }, { "width": 1920, "scheme": "dark" }])
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// Asserts all that must be so on every page in every view.
fn hold(out: &Path, seen: &[Value]) {
    let root = format!("file://{}/", out.canonicalize().unwrap().display());
    for page in seen {
        let place = format!("{} at {}", page["path"], page["view"]);
        assert_eq!(page["alarmed"], false, "a script ran: {place}");
        for request in strings(&page["requests"]) {
            assert!(
                request.starts_with(&root) || request.starts_with("data:image/svg+xml"),
                "{request}: {place}"
            );
        }
        assert_eq!(strings(&page["errors"]), [""; 0], "{place}");
        assert_eq!(strings(&page["violations"]), [""; 0], "{place}");
        assert_eq!(strings(&page["broken"]), [""; 0], "{place}");
        assert_eq!(strings(&page["cut"]), [""; 0], "a badge is cut: {place}");
        assert_eq!(page["unlabelled"], 0, "{place}");
        assert_eq!(page["unreachable"], 0, "{place}");
        assert!(page["overflow"].as_i64().unwrap() <= 0, "it is wider than the screen: {place}");
        assert_eq!(page["firstStop"]["words"], "Skip to the drawings", "{place}");
        assert_eq!(page["firstStop"]["visible"], true, "{place}");
        assert_eq!(page["afterSkip"], "main", "{place}");
        let dark = page["view"]["scheme"] == "dark";
        let room = if dark { "rgb(24, 23, 20)" } else { "rgb(244, 242, 237)" };
        assert_eq!(page["room"], room, "{place}");
        if let Some(plate) = page["plate"].as_str() {
            assert_eq!(plate, "rgb(255, 255, 255)", "large pictures stay on white: {place}");
        }
    }
}

#[test]
fn hostile_attempts_run_nothing_load_nothing_and_break_no_page() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_hostile(&store);
    hang_judgements(&store);
    let out = folder.path().join("gallery");
    let mut pages = pages_of(&store, &out);
    // Of the many alike, a few are enough.
    let alike: Vec<_> =
        pages.iter().filter(|page| page.to_string_lossy().contains("20261110-")).cloned().collect();
    pages.retain(|page| !alike[2..].contains(page));
    let Some(seen) = look(&pages, &views()) else { return };
    for page in &pages {
        assert!(
            seen.iter().any(|seen| seen["path"] == page.to_string_lossy().as_ref()),
            "{} is looked at",
            page.display()
        );
    }
    let of = |page: &str, kind: &str| page.contains(kind);
    for kind in ["gallery/index", "/prompts/", "/models/", "/grids/", "/timelines/", "/versus/", "/attempts/"]
    {
        let made = pages.iter().any(|page| of(&page.to_string_lossy(), kind));
        for width in [360, 1920] {
            let found =
                |seen: &Value| seen["view"]["width"] == width && of(seen["path"].as_str().unwrap(), kind);
            assert_eq!(seen.iter().any(found), made, "{kind} at {width}");
        }
    }
    hold(&out, &seen);
}

#[test]
fn real_drawings_are_shown_in_every_view() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_corpus(&store, &shared);
    hang_judgements(&store);
    let out = folder.path().join("gallery");
    let pages = pages_of(&store, &out);
    let some: Vec<_> = pages.iter().take(3).chain(pages.iter().skip(3).step_by(12)).cloned().collect();
    let views = json!([{ "width": 1920, "scheme": "light" }, { "width": 360, "scheme": "dark" }]);
    let Some(seen) = look(&some, &views) else { return };
    hold(&out, &seen);
    assert!(seen[0]["images"].as_u64().unwrap() >= 30);
}

#[test]
fn walls_and_boards_are_sorted_drawings_are_compared_and_an_address_keeps_it() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_corpus(&store, &shared);
    hang_judgements(&store);
    let out = folder.path().join("gallery");
    let pages = pages_of(&store, &out);
    let pelicans = |folder: &str| {
        let found =
            pages.iter().find(|p| p.to_string_lossy().contains(&format!("{folder}/pelican-41c826e0")));
        found.unwrap().clone()
    };
    let attempt = pages.iter().find(|page| {
        page.to_string_lossy().contains("attempts/")
            && std::fs::read_to_string(page).unwrap().contains("Watch it being drawn")
    });
    let order = json!({ "wall": pelicans("prompts"), "versus": pelicans("versus"), "attempt": attempt.unwrap(), "ranking": out.join("ranking.html") });
    let Some(told) = drive("use.mjs", order) else { return };

    let names = |key: &str| -> Vec<String> {
        told[key].as_array().unwrap().iter().map(|case| case["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(strings(&told["errors"]), [""; 0]);
    assert_eq!(told["tools"], true);
    let (before, by_name) = (names("before"), names("byName"));
    assert_ne!(before, by_name);
    assert!(
        by_name[0].starts_with("cerebras") && by_name.last().unwrap().starts_with("us.amazon"),
        "{by_name:?}"
    );
    assert_eq!(names("filtered"), ["gpt-3.5-turbo", "gpt-4o", "gpt-4o-mini"]);
    assert_eq!(told["count"], format!("3 of {}", before.len()));
    assert_eq!(told["hash"], "#sort=name&provider=gpt");
    assert_eq!(names("again"), names("filtered"), "an address brings the choice back");
    assert!(told["largerPicture"].as_f64().unwrap() > told["firstPicture"].as_f64().unwrap());
    assert_eq!(
        (&told["plainTools"], told["plainCases"].as_u64()),
        (&json!(false), Some(before.len() as u64))
    );

    let plates = strings(&told["plates"]);
    assert_eq!(
        told["large"],
        json!([[null, false], [plates[0], true], [plates[1], true], [null, false], [plates[1], true]]),
        "a drawing opens large, has an address, keys lead on, and forward opens what back closed"
    );
    assert_eq!(told["backs"], json!([0, 0]), "back closes a large drawing and stays on the page");
    assert_eq!(
        told["swiped"],
        json!([plates[0], plates[1], plates[0], plates[0], null]),
        "a tap opens it, a swipe leads on, another back, one up or down stays, and it closes"
    );
    assert_eq!(told["fits"], true, "all of it is on the screen of a phone");
    let copies = strings(&told["copies"]);
    for [address, code] in [[copies[0], copies[1]], [copies[2], copies[3]]] {
        assert!(address.starts_with("attempts/20") && address.ends_with("/index.html"), "{address}");
        let folder = address.trim_end_matches("index.html");
        let begin = format!("<a href=\"{address}\"><img src=\"{folder}drawing.png\" alt=\"");
        assert!(code.starts_with(&begin) && code.ends_with("\" width=\"512\"></a>"), "{code}");
    }
    assert_eq!(strings(&told["found"]), ["claude-3-haiku-20240307"]);
    assert_eq!(told["foundNothing"], "Nothing found");
    assert!(told["picked"].as_str().unwrap().starts_with("../versus/pelican-41c826e0.html#compare=20"));
    assert_eq!(strings(&told["wallViolations"]), [""; 0]);

    // A board stands by strength, is sorted by a press of a column's head and the other way round by another.
    let (stands, named, turned) =
        (strings(&told["board"]), strings(&told["boardByName"]), strings(&told["boardTurned"]));
    assert!(stands.len() > 10 && stands != named, "{stands:?}");
    assert_eq!(told["boardBegins"], json!([["Strength", "descending"]]));
    // Numbers in names count as numbers.
    assert_eq!((named[0], named[1]), ("cerebras-llama3.1-8b", "cerebras-llama3.1-70b"));
    assert!(named.last().unwrap().starts_with("us.amazon"), "{named:?}");
    assert_eq!(turned, named.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(told["boardHash"], "#sort=-name");
    assert_eq!(strings(&told["boardAgain"]), turned, "an address brings the order back");
    assert_eq!(strings(&told["boardPlain"]), stands, "without script it stands by strength");
    assert_eq!(told["boardSorted"], json!([["Model", "descending"]]));

    assert_eq!(
        (&told["benchBefore"], &told["bench"], &told["broken"]),
        (&json!(false), &json!(3), &json!(0))
    );
    assert_eq!(strings(&told["violations"]), [""; 0]);
    let [plate, highest] = [0, 1].map(|index| told["overlaid"][index].as_f64().unwrap());
    assert!(
        (plate - highest).abs() < 0.02,
        "drawings under a slider have the shape of the highest: {plate}, {highest}"
    );
    // Three drawings have two edges between them.
    assert_eq!(told["clip"], json!(["", "inset(0px 0px 0px 15%)", "inset(0px 0px 0px 30%)"]));
    // Rows were chosen in the order 0, 3, 1.
    let rows = strings(&told["names"]);
    let chosen = [rows[0], rows[2], rows[1]];
    assert_eq!(told["words"], format!("From left to right: {}", chosen.join(" · ")));
    assert_eq!(strings(&told["figures"]).len(), 3);
    for (figures, name) in strings(&told["figures"]).iter().zip(chosen) {
        assert!(figures.starts_with(name), "{figures} is not of {name}");
    }
    let hash = told["versusHash"].as_str().unwrap();
    assert!(hash.starts_with("#compare=20") && hash.ends_with("&view=slider&at=30"), "{hash}");
    assert_eq!(told["linked"], json!([3, "bench slider", "30"]));
    assert_eq!(told["blink"], json!([0, 1, 1]));
    assert_eq!(told["turns"], json!([format!("1 of 3: {}", chosen[0]), format!("2 of 3: {}", chosen[1])]));
    assert_eq!((&told["live"], &told["runs"], &told["stops"]), (&json!("off"), &json!(false), &json!(true)));
    assert_eq!(told["stray"], false, "what an address names and the page has not is passed over");
    assert_eq!(told["replay"], true, "a drawing is drawn before the eye");
}

#[test]
fn an_empty_gallery_and_a_published_one_are_pages_too() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    let mut pages = pages_of(&store, &folder.path().join("gallery"));
    // Linked data stands in a script element of pages that let no such script run: it is data, so nothing complains.
    let store = Store::open(folder.path().join("others")).unwrap();
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;
    let name = format!("</script><script>document.title='{ALARM}'</script>");
    hang(&store, "pelican", &name, "2026-11-01T00:00:00Z", svg, |_| {});
    let published =
        pages_built(&store, &folder.path().join("site"), &["--base-url", "https://example.org/pelicans"]);
    assert!(
        std::fs::read_to_string(&published[0]).unwrap().contains("<script type=\"application/ld+json\">")
    );
    pages.extend(published);
    let Some(seen) = look(&pages, &views()) else { return };
    hold(folder.path(), &seen);
}

/// The alarm finds what the tests above look for where it is: a page without our rules, with the same hostile text in
/// it.
#[test]
fn the_alarm_works() {
    let folder = tempdir();
    let page = folder.path().join("index.html");
    let svg = format!("<svg onload=\"document.title='{ALARM}'\"></svg><img src='https://{ALARM}/a.png'>");
    std::fs::write(
        &page,
        format!("<!doctype html><title>quiet</title><div style='width:4000px'>{svg}</div>"),
    )
    .unwrap();
    let Some(seen) = look(&[page], &views()) else { return };
    assert_eq!(seen[0]["alarmed"], true);
    assert!(strings(&seen[0]["requests"]).iter().any(|request| request.contains(ALARM)));
    assert!(seen[0]["overflow"].as_i64().unwrap() > 0);
    assert!(strings(&seen[0]["violations"]).iter().any(|violation| violation.starts_with("image-alt")));
    assert_eq!(strings(&seen[0]["broken"]).len(), 1);
}
