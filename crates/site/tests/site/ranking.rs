//! Tests of the ranking by judgements, in the gallery.

use pelicycle_store::Store;
use pelicycle_testkit::exhibits::hang_judgements;

use crate::building::{build, hang};

fn drawing(side: u8) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="{side}" height="4"/></svg>"#
    )
}

/// Six contestants, each with a name longer than the one before, and judges who prefer short names.
fn hall() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    for sample in 0..4 {
        for n in 1..=6u8 {
            let label = "x".repeat(usize::from(n));
            let started = format!("2026-11-0{n}T00:00:0{sample}Z");
            hang(&store, "pelican", &label, &started, &drawing(n), |attempt| {
                attempt.contestant.demonstration = n == 6;
            });
        }
    }
    (folder, store)
}

#[test]
fn a_board_hangs_with_everybody_on_it_and_walls_are_sorted_by_it() {
    let (folder, store) = hall();
    let out = folder.path().join("gallery");
    build(&store, &out);
    assert!(!out.join("ranking.html").exists(), "nobody judged yet");
    let wall = || {
        let page = std::fs::read_dir(out.join("prompts")).unwrap().next().unwrap().unwrap().path();
        std::fs::read_to_string(page).unwrap()
    };
    assert!(!wall().contains("data-rank"));

    hang_judgements(&store);
    build(&store, &out);
    let page = std::fs::read_to_string(out.join("ranking.html")).unwrap();
    assert!(page.contains("&lt;script&gt;"), "a name is no markup");
    assert_eq!(page.matches("<script").count(), 1, "the site's own, by its hash");
    assert!(page.contains("script-src 'sha256-"));
    let order: Vec<usize> =
        (1..=5).map(|n| page.find(&format!("<bdi>{}</bdi></a>", "x".repeat(n))).unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert!(!page.contains(&format!("<bdi>{}</bdi>", "x".repeat(6))), "a demonstration is no contestant");
    for words in
        ["By Ann", "By openai&#x2f;eye", "Agrees with people", "κ", "class=\"span\"", "data-sort=\"votes\""]
    {
        assert!(page.contains(words), "{words}");
    }
    // Ten contestants' rows in two boards, each with its drawing.
    assert_eq!(page.matches("<img ").count(), 10);
    let wall = wall();
    assert!(
        wall.contains("data-rank=\"0\"") && wall.contains("<option value=\"rank\">place in the ranking"),
        "{wall}"
    );
    let index = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(index.contains("href=\"ranking.html\""));

    assert_eq!(build(&store, &out).report.written, 0);
}
