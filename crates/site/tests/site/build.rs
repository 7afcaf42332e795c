//! The gallery's folder: the same results make the same bytes, a new attempt touches only what it changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::Rubric;
use pelicycle_record::{Outcome, TextRecord};
use pelicycle_site::{GalleryOptions, RebuildError, rebuild_measured_by};
use pelicycle_store::Store;
use pelicycle_testkit::attempts::with_experts;
use pelicycle_testkit::exhibits::{ALARM, NO_PICTURE, hang_corpus, hang_failure, hang_hostile};
use pelicycle_testkit::shared;

use crate::building::{SVG, build, build_later, hang, site_files};

/// Set `PELICYCLE_LOOK` to a folder to keep these galleries there and look at them.
fn base(name: &str, folder: &tempfile::TempDir) -> PathBuf {
    std::env::var_os("PELICYCLE_LOOK")
        .map_or_else(|| folder.path().to_owned(), |look| Path::new(&look).join(name))
}

fn page(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).unwrap()
}

#[test]
fn a_new_attempt_touches_only_its_own_pages_and_those_that_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let out = folder.path().join("gallery");
    hang(&store, "pelican", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    hang(&store, "otter-boat", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    build(&store, &out);
    let before = site_files(&out);
    hang(&store, "pelican", "n", "2026-11-02T00:00:00Z", SVG, |_| {});
    build(&store, &out);
    let after = site_files(&out);
    let changed: Vec<_> =
        before.iter().filter(|(name, content)| after[*name] != **content).map(|(n, _)| n).collect();
    assert_eq!(changed.len(), 6, "{changed:?}");
    assert!(changed.iter().all(|n| *n == "index.html"
        || n.starts_with("prompts/pelican-")
        || n.starts_with("attempts.")
        || n.starts_with('.')
        // The one that it comes after leads to it.
        || n.starts_with("attempts/")));

    std::fs::remove_dir_all(store.root().join("otter-boat")).unwrap();
    build(&store, &out);
    let left = site_files(&out);
    assert!(!left.keys().any(|name| name.contains("otter-boat")));
    assert_eq!(left.keys().filter(|name| name.ends_with("/index.html")).count(), 2);
}

#[test]
fn without_results_the_page_says_how_to_get_some() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("gallery");
    let store = Store::open(folder.path().join("none")).unwrap();
    assert_eq!(build(&store, &out).report.attempts, 0);
    assert!(page(&site_files(&out), "index.html").contains("pelicycle run -m MODEL.gguf -n 4"));
}

#[test]
fn results_that_cannot_be_read_make_no_folder_and_leave_a_gallery_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (results, out) = (folder.path().join("results"), folder.path().join("gallery"));
    let store = Store::open(&results).unwrap();
    build(&store, &out);
    let before = site_files(&out);
    std::fs::remove_dir_all(&results).unwrap_or_default();
    std::fs::write(&results, "no folder any more").unwrap();
    let rebuild = |out: &Path| {
        let measure = |_: &[u8], _: &Rubric| Err("nothing is measured".to_owned());
        rebuild_measured_by(&store, &PromptLibrary::bundled(), &measure, out, &GalleryOptions::default())
    };
    let new = folder.path().join("new/gallery");
    assert!(matches!(rebuild(&new), Err(RebuildError::Store(_))));
    assert!(!folder.path().join("new").exists());
    assert!(matches!(rebuild(&out), Err(RebuildError::Store(_))));
    assert_eq!(site_files(&out), before);
}

#[test]
fn a_picture_that_is_none_is_told_and_not_published() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    let place = std::fs::read_dir(store.root().join("pelican/m")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(place.join("drawing.png"), "<svg onload='alert(1)'/>").unwrap();
    let out = folder.path().join("gallery");
    let [(path, why)] = &build(&store, &out).report.problems[..] else { panic!("one problem") };
    assert!(path.ends_with("drawing.png") && why.contains("the picture is not a whole PNG"), "{why}");
    let files = site_files(&out);
    assert!(!files.keys().any(|name| name.ends_with(".png")));
    assert!(page(&files, "index.html").contains("the picture is not a whole PNG"));
}

#[test]
fn the_experts_of_an_attempt_are_a_map_a_table_and_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    for (model, label) in ["wide", "wider", "partly"].iter().enumerate() {
        hang(&store, "pelican", label, "2026-11-01T00:00:00Z", SVG, |attempt| with_experts(attempt, model));
    }
    let broken = |attempt: &mut pelicycle_record::Attempt| {
        with_experts(attempt, 0);
        attempt.experts.as_mut().unwrap().counts = TextRecord::of(NO_PICTURE);
    };
    hang(&store, "pelican", "broken", "2026-11-01T00:00:00Z", SVG, broken);
    let out = folder.path().join("gallery");
    let [(path, why)] = &build(&store, &out).report.problems[..] else { panic!("one problem") };
    assert!(path.ends_with("experts.png") && why.contains("not a whole PNG"), "{why}");

    let files = site_files(&out);
    let pages = files.keys().filter(|name| name.ends_with("/index.html") && name.starts_with("attempts/"));
    let pages: Vec<(String, &str)> =
        pages.map(|name| (page(&files, name), name.strip_suffix("index.html").unwrap())).collect();
    let of =
        |label: &str| pages.iter().find(|(html, _)| html.contains(&format!(">{label}</a></h1>"))).unwrap();
    let (html, place) = of("wide");
    for words in [
        "A token takes 8 of 128 experts in each of 48 layers.",
        "of the 6,144 were taken at least once",
        "A token reads 1.9 GB of the model&#x27;s 18.6 GB of weights; the whole reply touched 18.1 GB.",
        "width=\"1024\" height=\"480\"",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("<tr><th scope=\"row\">").count(), 48);
    let (partly, _) = of("partly");
    assert!(partly.contains("A token takes 2 of 6 experts in each of 4 of the 5 layers."));
    assert!(!partly.contains("<tr><th scope=\"row\">0</th>"), "a layer without experts has no line");
    for (model, place) in [(0, place), (1, &of("wider").1)] {
        let map = &files[&format!("{place}experts.png")];
        assert!(map.len() < 6_000, "the map of model {model} is {} bytes", map.len());
        assert_ne!(*map, files[&format!("{place}experts-dark.png")]);
    }
    let (html, place) = of("broken");
    assert!(html.contains("A token takes 8 of 128 experts") && html.contains("The map is not shown: "));
    assert!(!files.contains_key(&format!("{place}experts.png")));
}

#[test]
fn failures_hang_in_their_place_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_failure(&store, "pelican", "gone", "2026-11-01T00:00:00Z", Outcome::Error, "connection refused");
    hang_failure(&store, "pelican", "stopped", "2026-11-01T00:00:00Z", Outcome::Cancelled, "");
    hang(&store, "pelican", "wrong", "2026-11-01T00:00:00Z", "<svg><a & b></svg>", |_| {});
    let out = folder.path().join("gallery");
    build(&store, &out);
    let index = page(&site_files(&out), "index.html");
    for words in ["connection refused", "The user stopped the request.", "Line 1: ", "0 drawn"] {
        assert!(index.contains(words), "{words}");
    }
}

#[test]
fn what_models_wrote_never_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let base = base("hostile", &folder);
    let store = Store::open(base.join("results")).unwrap();
    hang_hostile(&store);
    let out = base.join("gallery");
    build(&store, &out);
    let files = site_files(&out);
    assert!(
        !files.keys().any(|name| name.ends_with(".svg") || name.ends_with(".md")),
        "nothing opens as a drawing"
    );
    for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        // One script is ours, and the policy knows its hash.
        let mut html = String::from_utf8(content.clone()).unwrap();
        for ours in [pelicycle_templates::GALLERY_SCRIPT, pelicycle_templates::ATTEMPT_SCRIPT] {
            html = html.replace(&format!("<script>{ours}</script>"), "");
        }
        for tag in ["<script", "<img src=x", "<b>", "<image", "<iframe", "<object", "<embed"] {
            assert!(!html.contains(tag), "{tag} in {name}");
        }
        assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'), "{name}");
        assert!(html.contains("default-src 'none'"));
        assert!(html.len() < 600_000, "{name} is {} bytes long", html.len());
        let links = html.split("href=\"").skip(1).chain(html.split("src=\"").skip(1));
        for link in links.map(|rest| rest.split('"').next().unwrap()) {
            let outward = link.starts_with('/') || link.contains("//") || link.contains(ALARM);
            assert!(!outward || link.starts_with("data:image/svg+xml"), "{link} in {name}");
        }
    }
    assert!(
        files.iter().any(|(name, text)| name.ends_with("/reply.txt") && text.len() > 9_999_000),
        "whole beside"
    );
}

#[test]
fn the_corpus_makes_a_gallery() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let base = base("corpus", &folder);
    let store = Store::open(base.join("results")).unwrap();
    hang_corpus(&store, &shared);
    build(&store, &base.join("gallery"));
    let files = site_files(&base.join("gallery"));
    let index = page(&files, "index.html");
    assert!(
        index.contains("by 26 models"),
        "22 that drew, two of Granite's, one that failed, one in other rooms"
    );
    assert!(index.contains("503: overloaded"));
    assert!(files.keys().filter(|name| name.ends_with("drawing-small.png")).count() >= 22);
}

#[test]
fn a_changed_file_is_looked_at_again_although_the_last_build_knew_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "m", "2026-11-01T00:00:00Z", SVG, |_| {});
    let place = std::fs::read_dir(store.root().join("pelican/m")).unwrap().next().unwrap().unwrap().path();
    let out = folder.path().join("gallery");
    build_later(&store, &out);
    assert_eq!(build_later(&store, &out).report.written, 0);
    // Pages are known by what they follow from, and others' pages follow from those that come: they are as if made anew.
    let notes = std::fs::read_to_string(out.join(".pelicycle-gallery.seen")).unwrap();
    assert!(notes.contains("\"index.html\"") && notes.contains("models/m.html"), "{notes}");
    hang(&store, "pelican", "n", "2026-11-02T00:00:00Z", SVG, |_| {});
    hang(&store, "otter-boat", "m", "2026-11-03T00:00:00Z", SVG, |_| {});
    build_later(&store, &out);
    let cold = folder.path().join("cold");
    build_later(&store, &cold);
    assert_eq!(site_files(&out), site_files(&cold));

    let reply = std::fs::read_to_string(place.join("reply.md")).unwrap();
    std::fs::write(place.join("reply.md"), reply.replace("red", "tan")).unwrap();
    let without = build_later(&store, &out);
    assert_eq!((without.report.attempts, without.damaged.len()), (2, 1));
    std::fs::write(place.join("reply.md"), reply).unwrap();
    let again = build_later(&store, &out);
    assert_eq!((again.report.attempts, again.damaged.len()), (3, 0));
}

#[test]
fn a_model_has_a_page_a_grid_with_its_premium_and_a_place_in_the_years() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let blank = SVG.replace("<path d=\"M1 1h7v7z\"/>", "");
    for sample in 1..=10 {
        let number = |attempt: &mut pelicycle_record::Attempt| attempt.sample = sample;
        hang(&store, "pelican", "crane-1", "2026-11-01T00:00:00Z", SVG, number);
        hang(&store, "otter-boat", "crane-1", "2026-11-02T00:00:00Z", &blank, number);
        hang(&store, "pelican", "crane-2", "2026-11-03T00:00:00Z", &blank, number);
    }
    hang_failure(&store, "pelican", "crane-1", "2026-11-04T00:00:00Z", Outcome::Error, "overloaded");
    let out = folder.path().join("gallery");
    build(&store, &out);
    let files = site_files(&out);
    let one = |folder: &str, part: &str| {
        let name = files.keys().find(|name| name.starts_with(folder) && name.contains(part));
        page(&files, name.unwrap_or_else(|| panic!("no {part} in {folder}")))
    };
    let model = one("models/", "crane-1");
    assert!(
        model.contains("10 of 20: 50 %, likely 30 to 70 %"),
        "a failed request says nothing of the model"
    );
    let grid = one("grids/", "crane-1");
    assert!(grid.contains("data-label=\"Difference\">+100 points, likely +61 to +100"), "{grid}");
    assert!(grid.contains("drawn more often"));
    assert!(grid.find("class=\"grid\"") < grid.find("class=\"premium\""), "drawings first");
    let premium = page(&files, "premium.html");
    // crane-2 was asked for nothing else.
    assert!(
        premium.contains("Of 1 model, 1 draws the pelican more often and none less often; of 0"),
        "{premium}"
    );
    assert!(premium.contains("+100 points, likely +61 to +100") && premium.contains("prompts fresh -n 12"));
    let years = one("timelines/", "pelican");
    assert!(years.contains("Less often than before") && years.contains("−100 points, likely −100 to −61"));
    assert!(
        !files.keys().any(|name| name.starts_with("grids/") && name.contains("crane-2")),
        "one cell is no grid"
    );
    // The first of the newest run, not the one that came out well.
    let wall = one("prompts/", "pelican");
    assert!(wall.contains("the first answer of the model’s newest run, good or bad"));
}
