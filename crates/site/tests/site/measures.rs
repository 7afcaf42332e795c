//! Measures on an attempt's page: the rubric in words, what was found laid over the raster, and only our own numbers
//! in it.

use std::path::Path;

use base64::Engine as _;
use pelicycle_prompt::PromptLibrary;
use pelicycle_site::GalleryOptions;
use pelicycle_store::Store;
use pelicycle_testkit::exhibits::hang;

use crate::building::build_from;

const BICYCLE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\">\
    <title>MY-PELICAN</title><g id=\"MY-WHEELS\">\
    <circle cx=\"100\" cy=\"220\" r=\"50\" fill=\"none\" stroke=\"#222\" stroke-width=\"5\"/>\
    <circle cx=\"300\" cy=\"220\" r=\"50\" fill=\"none\" stroke=\"#222\" stroke-width=\"5\"/></g>\
    <path d=\"M100 220L180 220L160 150L260 150L300 220\" fill=\"none\" stroke=\"#b22\" stroke-width=\"4\"/></svg>";

/// Builds the gallery with the rubrics of a library, and gives the page of the attempt.
fn page(store: &Store, gallery: &Path, library: &PromptLibrary) -> String {
    build_from(store, library, gallery, &GalleryOptions::default());
    let folder = std::fs::read_dir(gallery.join("attempts")).unwrap().next().unwrap().unwrap().path();
    // The templates escape a slash, too.
    std::fs::read_to_string(folder.join("index.html")).unwrap().replace("&#x2f;", "/")
}

#[test]
fn a_page_tells_each_item_and_shows_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let gallery = folder.path().join("gallery");
    let store = Store::open(folder.path().join("results")).unwrap();
    let asked = PromptLibrary::bundled().get("pelican").unwrap().record();
    hang(&store, "pelican", "Model", "2026-01-02T03:04:05Z", BICYCLE, |attempt| attempt.prompt = asked);
    let html = page(&store, &gallery, &PromptLibrary::bundled());
    assert!(html.contains("two wheels of like size on one ground line"), "{html}");
    assert!(html.contains("<td class=\"met\">met, 95% sure</td>") && html.contains("can’t tell"));
    assert!(html.contains("radii 52 and 52"), "the words say what was found");
    let overlay = html.split("class=\"found\" src=\"data:image/svg+xml;base64,").nth(1).unwrap();
    let overlay = overlay.split('"').next().unwrap();
    let overlay = base64::engine::general_purpose::STANDARD.decode(overlay).unwrap();
    let overlay = String::from_utf8(overlay).unwrap();
    let document = roxmltree::Document::parse(&overlay).unwrap();
    assert_eq!(document.root_element().attribute("width"), Some("1024"), "as large as the raster");
    assert!(!overlay.contains("MY-"), "nothing that the model wrote is in it");

    // Another rubric for the same prompt is another page; the same again leaves it as it is.
    let prompts = folder.path().join("prompts");
    std::fs::create_dir(&prompts).unwrap();
    let only = "id = \"pelican\"\ntitle = \"A pelican riding a bicycle\"\nfamily = \"pelican\"\n\
        text = \"Generate an SVG of a pelican riding a bicycle\"\nrubric = [{ find = \"wheels\", count = 3 }]\n";
    std::fs::write(prompts.join("pelican.toml"), only).unwrap();
    let three = page(&store, &gallery, &PromptLibrary::with_dir(&prompts).unwrap());
    assert!(three.contains("three wheels of like size") && !three.contains("a rider above"));
    // A text that is not the prompt's own is another prompt, and no rubric is known for it.
    std::fs::write(prompts.join("pelican.toml"), only.replace("Generate", "Draw")).unwrap();
    let none = page(&store, &gallery, &PromptLibrary::with_dir(&prompts).unwrap());
    assert!(none.contains("Shapes painted") && !none.contains("Asked for"));
}
