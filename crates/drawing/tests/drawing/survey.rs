//! A folder of drawings held against a real Chromium, for whoever changes how they are lowered:
//!
//! ```sh
//! cargo test -p pelicycle-drawing survey -- --ignored --nocapture             # ../shared/cases/drawing
//! PELICYCLE_SURVEY=FOLDER cargo test -p pelicycle-drawing survey -- --ignored --nocapture
//! ```
//!
//! With `PELICYCLE_PICTURES=FOLDER`, our pictures are written there. Of replies (`.md`) is told what is found in them, and what is
//! kept of them is written beside the pictures.

use std::path::{Path, PathBuf};

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::{Inspection, PictureMoment};
use pelicycle_testkit::{files, shared};

use crate::pixels::{MOST, shares_seen};

/// The findings in a reply, in a line; what is kept of it is written into a folder.
fn told_of_reply(name: &str, seen: &Inspection, kept: Option<&Path>) -> String {
    let told: Vec<_> = seen.check.findings.iter().map(|finding| finding.code.as_str()).collect();
    let mended = seen.repaired.as_ref();
    let texts = [("svg", seen.svg.as_deref()), ("repaired.svg", mended.map(|one| one.svg.as_slice()))];
    for (extension, text) in texts {
        if let (Some(folder), Some(text)) = (kept, text) {
            std::fs::write(folder.join(name).with_extension(extension), text).unwrap();
        }
    }
    let mended = mended.map_or("no repair", |one| &one.name);
    format!("{name}: {:?}, {mended}; {}", seen.check.verdict, told.join(" "))
}

#[test]
#[ignore = "a survey of many drawings, for a person"]
fn survey_of_small_cases() {
    let named = std::env::var_os("PELICYCLE_SURVEY").map(PathBuf::from);
    let Some(folder) = named.or_else(|| Some(shared()?.join("cases/drawing"))) else { return };
    let pictures = std::env::var_os("PELICYCLE_PICTURES").map(PathBuf::from);
    let mut held = Vec::new();
    let mut paths = files(&folder);
    paths.sort();
    for path in paths {
        let reply = path.extension().is_some_and(|extension| extension == "md");
        if !reply && path.extension().is_none_or(|extension| extension != "svg") {
            continue;
        }
        let svg = std::fs::read(&path).unwrap();
        let seen = inspect(&svg, &InspectionOptions::default());
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        if reply {
            println!("{}", told_of_reply(&name, &seen, pictures.as_deref()));
            continue;
        }
        let repaired = seen.repaired.as_ref();
        if let (Some(folder), Some(png)) = (&pictures, seen.png.as_ref().or(repaired.map(|one| &one.png))) {
            std::fs::write(folder.join(name.replace('/', "-")).with_extension("png"), png).unwrap();
        }
        let told: Vec<_> = seen.check.findings.iter().map(|finding| finding.code.as_str()).collect();
        let told = told.join(" ");
        if seen.png.is_none() || seen.check.moment == Some(PictureMoment::FirstCycle) {
            let mended = repaired.map_or("no repair", |one| &one.name);
            println!("   –    {name}: {:?}, {:?}, {mended}; {told}", seen.check.verdict, seen.check.moment);
        } else {
            held.push((name, svg, seen, told));
        }
    }
    let drawings: Vec<(&[u8], &Inspection)> =
        held.iter().map(|(_, svg, seen, _)| (svg.as_slice(), seen)).collect();
    let Some(shares) = shares_seen(&drawings) else { return };
    let mut wrong = 0;
    for (share, (name, _, seen, told)) in shares.iter().zip(&held) {
        let shown = share.map_or("none".to_owned(), |share| format!("{:6.2} %", share * 100.0));
        if share.is_some() != seen.check.draws.browser || share.is_some_and(|share| share >= MOST) {
            wrong += 1;
            println!(
                "{shown} {name}: {:?}, browser {}; {told}",
                seen.check.verdict, seen.check.draws.browser
            );
        }
    }
    println!("{wrong} of {} differ", held.len());
}
