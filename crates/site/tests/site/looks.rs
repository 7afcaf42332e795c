//! Tests of looks, the drawings that models made when they saw their own: beside the first attempts, and never among them.

use pelicycle_record::Attempt;
use pelicycle_site::{SheetOptions, exhibit, sheet};
use pelicycle_store::Store;
use pelicycle_testkit::attempts::look_at;
use pelicycle_testkit::exhibits::{hang_judgements, hang_look};

use crate::building::{SVG, build, build_for, hang, site_files};

/// Three contestants with two samples each; looks at the first sample of `crane`.
fn hall() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    for (index, label) in ["crane", "heron", "stork-with-a-name"].iter().enumerate() {
        for sample in 1..=2 {
            let started = format!("2026-11-0{}T00:00:0{sample}Z", index + 1);
            hang(&store, "pelican", label, &started, SVG, |attempt| attempt.sample = sample);
        }
    }
    (folder, store)
}

fn first_of_crane(store: &Store) -> Attempt {
    let listing = store.list().unwrap();
    listing.first_attempts().find(|one| one.contestant.slug == "crane" && one.sample == 1).unwrap().clone()
}

#[test]
fn looks_change_nothing_but_the_pages_of_their_own_series() {
    let (folder, store) = hall();
    hang_judgements(&store);
    let out = folder.path().join("gallery");
    let base = "https://example.org/";
    let before = build_for(&store, &out, base);
    let old = site_files(&out);
    let sheet_of = |store: &Store| {
        let listing = store.list().unwrap();
        let exhibits: Vec<_> = listing.attempts.iter().map(exhibit).collect();
        sheet(&exhibits, &SheetOptions::default()).unwrap().png
    };
    let old_sheet = sheet_of(&store);

    // Newer than all, of another shape, and at last without a drawing.
    let first = first_of_crane(&store);
    let wide = SVG.replace("0 0 9 9", "0 0 18 9");
    hang_look(&store, &first, 1, "2026-11-09T00:00:00Z", &wide);
    hang_look(&store, &first, 2, "2026-11-09T00:01:00Z", "DONE");
    let after = build_for(&store, &out, base);
    let new = site_files(&out);
    assert_eq!((before.report.attempts, before.report.looks), (6, 0));
    assert_eq!((after.report.attempts, after.report.looks), (6, 2));
    assert_eq!(sheet_of(&store), old_sheet);
    let link = format!("<a href=\"attempts/{}/index.html#looks\">2 looks</a>", first.id);
    let words = [format!("<p class=\"looked\">{link}</p>"), format!(" · {link}")];
    for (name, page) in &old {
        let here = String::from_utf8_lossy(&new[name]).into_owned();
        let list = ["attempts.csv", "attempts.json", "sitemap.xml", ".pelicycle-gallery.json"];
        if name.contains(first.id.as_str()) || list.contains(&name.as_str()) {
            continue;
        }
        // Elsewhere only the word on the card is new.
        let rest = words.iter().fold(here, |page, word| {
            page.replace(word.as_str(), "").replace(&word.replace("href=\"", "href=\"../"), "")
        });
        assert!(rest == String::from_utf8_lossy(page), "{name}");
    }
    assert!(String::from_utf8_lossy(&new["index.html"]).contains(&words[0]));
    let listing = store.list().unwrap();
    for look in
        listing.attempts.iter().filter_map(|stored| stored.attempt.look.as_ref().zip(Some(&stored.attempt)))
    {
        let page = String::from_utf8_lossy(&new[&format!("attempts/{}/index.html", look.1.id)]).into_owned();
        let title = format!("<meta property=\"og:title\" content=\"crane, look {}\">", look.0.number);
        assert!(page.contains(&title), "a link to a look says what it leads to: {page}");
    }
    let rows: serde_json::Value = serde_json::from_slice(&new["attempts.json"]).unwrap();
    let counted = |look: bool| {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["look"].is_number() == look)
            .map(|row| row["counts"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!((counted(false).len(), counted(true)), (6, vec![false.into(), false.into()]));
}

#[test]
fn the_pages_of_a_series_have_its_strip_and_a_look_the_way_to_what_was_shown() {
    let (folder, store) = hall();
    let first = first_of_crane(&store);
    hang_look(&store, &first, 1, "2026-11-09T00:00:00Z", SVG);
    hang_look(&store, &first, 2, "2026-11-09T00:01:00Z", "<svg");
    hang_look(&store, &first, 3, "2026-11-09T00:02:00Z", "DONE");
    let out = folder.path().join("gallery");
    build(&store, &out);
    let listing = store.list().unwrap();
    let page = |attempt: &Attempt| {
        let html = std::fs::read_to_string(out.join(format!("attempts/{}/index.html", attempt.id))).unwrap();
        html.replace("&#x2f;", "/")
    };
    let series: Vec<&Attempt> = listing
        .attempts
        .iter()
        .map(|stored| &stored.attempt)
        .filter(|one| one.id == first.id || one.look.is_some())
        .collect();
    for (index, attempt) in series.iter().enumerate() {
        let html = page(attempt);
        assert_eq!(html.matches("<li aria-current=\"page\">\n      <a class=\"plate\"").count(), 1, "{html}");
        for other in &series {
            assert!(
                html.contains(&format!("<a class=\"plate\" href=\"../../attempts/{}/index.html\"", other.id))
            );
        }
        assert!(html.contains("<b>Look 3</b> · said that it is done"), "{html}");
        let shown = index.checked_sub(1).map(|parent| series[parent].id.as_str());
        let parent = shown
            .map(|id| format!("href=\"../../attempts/{id}/index.html\" rel=\"prev\">its drawing before"));
        assert_eq!(html.contains("rel=\"prev\">its drawing"), parent.is_some());
        assert!(parent.is_none_or(|parent| html.contains(&parent)), "{html}");
        assert_eq!(html.contains("Compare with…"), index == 0, "nobody finds a look on the wall");
    }
    let done = page(series[3]);
    assert!(done.contains("Done.</strong>") && !done.contains("No SVG"), "{done}");
    assert!(!page(series[0]).contains("Newer: no. 1"), "a look is no sample");
}

#[test]
fn a_look_whose_first_attempt_is_not_here_or_is_another_model_s_stands_alone() {
    let (folder, store) = hall();
    let mut first = first_of_crane(&store);
    // It names heron's attempt as the drawing that it was shown.
    let listing = store.list().unwrap();
    let heron = listing.first_attempts().find(|one| one.contestant.slug == "heron").unwrap();
    hang(&store, "pelican", "crane", "2026-11-09T00:00:00Z", SVG, |attempt| {
        look_at(attempt, &first, &heron.id, u32::MAX);
        attempt.look.as_mut().unwrap().first = heron.id.clone();
    });
    first.id = "20200101-000000-000-k3f9q2m8x7ab".parse().unwrap();
    hang_look(&store, &first, 1, "2026-11-09T00:01:00Z", SVG);
    let out = folder.path().join("gallery");
    let built = build(&store, &out);
    assert_eq!((built.report.attempts, built.report.looks, built.damaged.len()), (6, 2, 0));
    let files = site_files(&out);
    assert!(!String::from_utf8_lossy(&files["index.html"]).contains("looks</a>"));
    let looks: Vec<_> = files
        .values()
        .map(|file| String::from_utf8_lossy(file))
        .filter(|page| page.contains("a drawing of its own, which is not here,"))
        .collect();
    assert_eq!(looks.len(), 2, "each says that it lacks what it was shown");
}
