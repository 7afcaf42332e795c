//! Measures on an attempt's page: the rubric in words, what was found laid over the raster, and only our own numbers
//! in it.

use std::path::Path;

use base64::Engine as _;
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::ItemState;
use pelicycle_record::{AskedPrompt, Id, JudgeKind, JudgeRecord, ReadItem, RubricReading, SCHEMA_VERSION};
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
    assert!(html.contains("class=\"met\">met, 95 % sure</td>") && html.contains("can’t tell"));
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

/// The items that a judge of a kind answered about the only attempt.
fn read(store: &Store, kind: JudgeKind, name: &str) {
    let attempt = store.list().unwrap().attempts.remove(0).attempt;
    let answer = |asked: &str| ReadItem { asked: asked.to_owned(), state: ItemState::Met, place: None };
    let reading = RubricReading {
        schema: SCHEMA_VERSION,
        id: Id::new().unwrap(),
        judged: "2026-02-02T00:00:00Z".parse().unwrap(),
        tool: attempt.tool,
        judge: JudgeRecord { kind, name: name.to_owned() },
        prompt: AskedPrompt { id: attempt.prompt.id, hash: attempt.prompt.hash },
        attempt: attempt.id,
        answers: Some(vec![answer("a saddle"), answer("two wheels of like size on one ground line")]),
        seconds: None,
        asked: None,
    };
    store.write_reading(&reading, None).unwrap();
}

#[test]
fn a_rubric_on_a_phone_stays_a_table_and_says_what_each_answer_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let asked = PromptLibrary::bundled().get("pelican").unwrap().record();
    hang(&store, "pelican", "Model", "2026-01-02T03:04:05Z", BICYCLE, |attempt| attempt.prompt = asked);
    read(&store, JudgeKind::Person, "Ann");
    read(&store, JudgeKind::Model, "eye");
    let html = page(&store, &folder.path().join("gallery"), &PromptLibrary::bundled());
    let tables: Vec<&str> = html.split("<div class=\"rubric\"").skip(1).collect();
    assert_eq!(tables.len(), 3, "the rules', people's and the model's: {html}");
    for table in tables {
        let table = table.split("</table>").next().unwrap();
        // A style that makes blocks of rows takes their roles away, and the head is not seen.
        for tag in ["<table", "<thead", "<tbody", "<tr", "<th", "<td"] {
            let places: Vec<&str> =
                table.split(tag).skip(1).filter(|rest| rest.starts_with([' ', '>'])).collect();
            assert!(!places.is_empty(), "{tag}");
            assert!(places.iter().all(|rest| rest.starts_with(" role=\"")), "{tag}: {table}");
        }
        let heads: Vec<&str> = table
            .split(" role=\"columnheader\" scope=\"col\">")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap())
            .collect();
        let row = table.split("<tr role=\"row\"").nth(2).unwrap();
        let labels: Vec<&str> =
            row.split("data-label=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let asked = heads.iter().position(|head| *head == "Asked for").unwrap();
        assert_eq!(labels, heads[asked + 1..]);
    }
}
