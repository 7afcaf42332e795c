//! A wall of a thousand drawings: what a browser fetches before anybody scrolls, and how it scrolls.

use std::path::{Path, PathBuf};

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::measure::Rubric;
use pelicycle_record::{Check, name};
use pelicycle_site::{Exhibit, build};
use pelicycle_store::AttemptFiles;
use pelicycle_testkit::attempts::attempt;
use pelicycle_testkit::browser::drive;
use pelicycle_testkit::{shared, tempdir};
use serde_json::json;

/// Drawings of the wall.
const DRAWINGS: usize = 1_000;
/// Those whose pictures are of full size, the newest: more than a browser fetches before it scrolls.
const LARGE: usize = 160;
/// The bounds on a wall of all of them and on the first page, in bytes.
const BOUNDS: [u64; 2] = [1_000_000, 500_000];

/// A real drawing, checked and rasterized: reply, verdict, and the file of its picture.
struct Specimen {
    reply: String,
    check: Check,
    png: PathBuf,
}

fn specimens(corpus: &Path, folder: &Path, raster: u32) -> Vec<Specimen> {
    let mut files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let inspected = files.iter().map(|file| {
        let reply = std::fs::read_to_string(file).unwrap();
        let found = inspect(reply.as_bytes(), &InspectionOptions { raster, ..InspectionOptions::default() });
        let png = folder.join(format!("{raster}-{}.png", file.file_stem().unwrap().to_string_lossy()));
        std::fs::write(&png, found.png.unwrap()).unwrap();
        Specimen { reply, check: found.check, png }
    });
    inspected.collect()
}

/// Builds the gallery of a thousand drawings in a folder; its first page.
fn first_page(shared: &Path, folder: &Path) -> PathBuf {
    let corpus = shared.join("corpus/pelican-bicycle");
    let (large, tiny) = (specimens(&corpus, folder, 1024), specimens(&corpus, folder, 64));
    let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let attempts: Vec<_> = (0..DRAWINGS)
        .map(|number| {
            let of = if number + LARGE >= DRAWINGS { &large } else { &tiny };
            let Specimen { reply, check, png } = &of[number % of.len()];
            let label = format!("family-{}-model-{}", number / 4 % 9, number / 4);
            let started = start + jiff::SignedDuration::from_hours(number as i64);
            let slug = name::slug(&label);
            let mut attempt = attempt("pelican", &slug, &started.to_string(), Some((reply, check.clone())));
            attempt.sample = u32::try_from(number % 4).unwrap() + 1;
            (attempt, png)
        })
        .collect();
    let exhibits: Vec<_> = attempts
        .iter()
        .map(|(attempt, png)| Exhibit {
            attempt,
            rubric: None,
            readings: Vec::new(),
            files: AttemptFiles { png: Some((*png).clone()), ..AttemptFiles::default() },
        })
        .collect();
    let out = folder.join("gallery");
    let unmeasured = |_: &[u8], _: &Rubric| Err("not measured".to_owned());
    build(
        &exhibits,
        &|_| Ok(()),
        &unmeasured,
        &[],
        Default::default(),
        &out,
        &pelicycle_site::GalleryOptions::default(),
    )
    .unwrap();

    out.join("index.html")
}

/// The tags of a page's pictures that are on show.
fn pictures(html: &str) -> Vec<&str> {
    html.split("<img ").skip(1).map(|rest| rest.split_once('>').unwrap().0).collect()
}

#[test]
fn the_first_page_of_a_thousand_drawings_is_under_a_megabyte_and_they_scroll() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let index = first_page(&shared, folder.path());
    let html = std::fs::read_to_string(&index).unwrap();
    let is_at_once = |picture: &&str| !picture.contains("loading=\"lazy\"");
    let at_once: Vec<&str> = pictures(&html).into_iter().filter(is_at_once).collect();
    let first = at_once.iter().take_while(|picture| picture.contains("fetchpriority=\"high\"")).count();
    assert!((1..=2).contains(&first) && at_once.len() <= 4, "{at_once:?}");
    assert_eq!(html.matches("fetchpriority").count(), first);
    assert_eq!(html.matches("rel=\"stylesheet\"").count(), 1);
    let before = html.find("<img ").unwrap();
    assert!(before < 8_000, "the first picture is named {before} bytes into the page");

    let wall = std::fs::read_dir(index.with_file_name("prompts")).unwrap().next().unwrap().unwrap().path();
    for (page, bound) in [wall, index].into_iter().zip(BOUNDS) {
        let Some(told) = drive("scroll.mjs", json!({ "page": page })) else { return };
        let fetched = told["fetched"].as_object().unwrap();
        let bytes: u64 = fetched.values().map(|bytes| bytes.as_u64().unwrap()).sum();
        let pictures = fetched.keys().filter(|name| name.ends_with(".png")).count();
        let frames = &told["frames"];
        println!("{}: {bytes} bytes, {pictures} pictures, {frames}", page.file_name().unwrap().display());
        assert!((8..LARGE / 4).contains(&pictures), "{pictures} pictures");
        // Each on a connection of its own, so they may change places.
        let begin: Vec<&String> = fetched.keys().take(4).collect();
        let named = at_once[0].split_once("drawing").unwrap().0.rsplit_once("attempts/").unwrap().1;
        let begins_with = |part: &str| begin.iter().any(|name| name.contains(part));
        assert!(begins_with("style.css") && begins_with(named), "{begin:?}");
        assert!(bytes < bound, "{bytes} bytes before scrolling, {pictures} pictures of them");
        assert!(told["reached"].as_bool().unwrap(), "the end was reached");
    }
}

/// Milliseconds until the largest picture of the first page is painted on a slow phone.
const LARGEST: u64 = 1_000;

/// Depends on the machine, which should do nothing else:
/// `cargo test --release --test program slow_phone -- --ignored --nocapture`
#[test]
#[ignore = "times a browser"]
fn the_first_page_of_a_thousand_drawings_paints_within_a_second_on_a_slow_phone() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let page = first_page(&shared, folder.path());
    for density in [2, 3] {
        let order = json!({ "page": page, "turns": 5, "density": density, "packed": true });
        let Some(told) = drive("paint.mjs", order) else { return };
        let turns = told["turns"].as_array().unwrap();
        let mut times: Vec<u64> = turns.iter().map(|turn| turn["largest"].as_u64().unwrap()).collect();
        times.sort_unstable();
        println!("{density} pixels to a CSS pixel: {times:?} ms; {}", turns[0]);
        assert!(times[times.len() / 2] < LARGEST, "{turns:?}");
    }
}
