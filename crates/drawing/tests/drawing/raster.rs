//! The picture: the same bytes on every machine, the renderer's true version, and real drawings.

use std::collections::BTreeMap;

use pelicycle_drawing::{InspectionOptions, RENDERER, WorkerPool, inspect};
use pelicycle_record::Verdict;
use pelicycle_testkit::shared;

use crate::WORKER;

#[test]
fn the_renderer_is_named_with_the_version_that_is_built_in() {
    let lock = include_str!("../../../../Cargo.lock");
    let package = lock.split("[[package]]").find(|package| package.contains("name = \"resvg\"")).unwrap();
    let version = package.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"');
    assert!(RENDERER.starts_with(&format!("resvg {version}, lowering ")), "{RENDERER}");
}

/// Whoever changes the renderer, the fonts or the compression sees it here.
#[test]
fn rasters_are_the_same_bytes_everywhere() {
    let ns = "xmlns=\"http://www.w3.org/2000/svg\"";
    let drawings = [
        (
            "shapes",
            format!(
                "<svg {ns} viewBox=\"0 0 40 30\"><circle cx=\"20\" cy=\"15\" r=\"9\" fill=\"#e69\" stroke=\"#036\"/><path d=\"M2 28q18-22 36 0\" fill=\"none\" stroke=\"#000\"/></svg>"
            ),
        ),
        (
            "gradient",
            format!(
                "<svg {ns} viewBox=\"0 0 20 20\"><linearGradient id=\"g\"><stop stop-color=\"red\"/><stop offset=\"1\" stop-color=\"blue\"/></linearGradient><rect width=\"20\" height=\"20\" fill=\"url(#g)\"/></svg>"
            ),
        ),
        (
            "text",
            format!(
                "<svg {ns} viewBox=\"0 0 120 30\"><text x=\"3\" y=\"20\" font-size=\"16\">Pelican</text><text x=\"65\" y=\"20\" font-family=\"Arial\" font-size=\"14\" font-weight=\"bold\">rides</text></svg>"
            ),
        ),
        (
            "filter",
            format!(
                "<svg {ns} viewBox=\"0 0 20 20\"><filter id=\"f\"><feGaussianBlur stdDeviation=\"1\"/></filter><rect x=\"5\" y=\"5\" width=\"9\" height=\"9\" filter=\"url(#f)\"/></svg>"
            ),
        ),
    ];
    let mut hashes = String::new();
    for (name, text) in drawings {
        let png =
            inspect(text.as_bytes(), &InspectionOptions { raster: 256, ..InspectionOptions::default() })
                .png
                .expect(name);
        hashes.push_str(&format!("{name} {}\n", blake3::hash(&png)));
    }
    insta::assert_snapshot!(hashes);
}

#[test]
fn real_drawings_get_the_verdict_that_a_person_would_give() {
    let Some(shared) = shared() else { return };
    let options = InspectionOptions { raster: 256, ..InspectionOptions::default() };
    let pool = WorkerPool::with_program(WORKER, 2, options);
    let mut seen = BTreeMap::new();
    for folder in ["corpus/pelican-bicycle", "corpus/granite"] {
        for entry in std::fs::read_dir(shared.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let reply = std::fs::read(&path).unwrap();
            let check = pool.inspect(&reply, 256).unwrap().check;
            let codes: Vec<_> = check.findings.iter().map(|finding| finding.code.clone()).collect();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            seen.insert(name, (check.verdict, check.draws.resvg, check.draws.browser, codes));
        }
    }
    assert_eq!(seen.len(), 34);
    for (name, (verdict, resvg, browser, codes)) in &seen {
        assert_eq!(*verdict, Verdict::Drawn, "{name}");
        assert!(resvg, "{name}");
        // One has no xmlns: the renderer is lenient, a browser is not.
        assert_eq!(*browser, name != "gemini-1.5-pro-001.svg", "{name}");
        assert_eq!(codes.iter().any(|code| code.as_str() == "missing-xmlns"), !browser, "{name}");
        let known = ["no-viewbox", "missing-xmlns", "font-fallback"];
        assert!(codes.iter().all(|code| known.contains(&code.as_str())), "{name}: {codes:?}");
    }
}
