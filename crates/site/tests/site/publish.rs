//! A gallery that is built to be published: what its pages say of themselves, the feed, the map, the data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use pelicycle_record::Outcome;
use pelicycle_store::Store;
use pelicycle_testkit::exhibits::{hang_failure, hang_hostile};
use roxmltree::{Document, Node};

use crate::building::{SVG, build, build_for, hang, site_files};

const BASE: &str = "https://example.org/pelicans/";
const ATOM: &str = "http://www.w3.org/2005/Atom";
const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// Everything of a site but the notes of its builder.
fn published(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = site_files(root);
    files.retain(|name, _| !name.starts_with('.'));
    files
}

fn text<'a>(files: &'a BTreeMap<String, Vec<u8>>, name: &str) -> &'a str {
    std::str::from_utf8(&files[name]).unwrap()
}

/// The file that an address of the site stands for.
fn file_at(address: &str) -> String {
    let path = address.strip_prefix(BASE).unwrap_or_else(|| panic!("{address} leads elsewhere"));
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

fn hostile() -> (tempfile::TempDir, Store, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang_hostile(&store);
    hang(&store, "otter-boat", "=cmd|' /C calc'!A0", "2026-11-13T00:00:00Z", SVG, |attempt| {
        attempt.contestant.provider = "@evil, \"quoted\"\r\nline".to_owned();
        attempt.contestant.model = "\u{fffe}\u{ffff}\u{0}]]><entry/>&".to_owned();
    });
    hang_failure(&store, "otter-boat", "-1+1", "2026-11-14T00:00:00Z", Outcome::Error, "+refused");
    let out = folder.path().join("site");
    (folder, store, out)
}

/// The number of attempts of that gallery, and its files as it is published, built once for all who look at it.
static HOSTILE: LazyLock<(usize, BTreeMap<String, Vec<u8>>)> = LazyLock::new(|| {
    let (_folder, store, out) = hostile();
    build_for(&store, &out, BASE);
    (store.list().unwrap().attempts.len(), published(&out))
});

/// Two drawings and a failed request: enough for what does not depend on what models wrote.
fn few() -> (tempfile::TempDir, Store, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    hang(&store, "pelican", "crane", "2026-11-01T00:00:00Z", SVG, |_| {});
    hang(&store, "otter-boat", "stork", "2026-11-02T00:00:00Z", SVG, |_| {});
    hang_failure(&store, "pelican", "heron", "2026-11-03T00:00:00Z", Outcome::Error, "refused");
    let out = folder.path().join("site");
    (folder, store, out)
}

fn only<'a>(node: Node<'a, 'a>, name: &str) -> Node<'a, 'a> {
    let namespace = node.tag_name().namespace().unwrap().to_owned();
    let mut found = node.children().filter(|child| child.has_tag_name((namespace.as_str(), name)));
    let first = found.next().unwrap_or_else(|| panic!("{} has no {name}", node.tag_name().name()));
    assert!(found.next().is_none(), "{} has more than one {name}", node.tag_name().name());
    first
}

fn link<'a>(node: Node<'a, 'a>, relation: &str) -> &'a str {
    let found = node
        .children()
        .find(|child| child.has_tag_name((ATOM, "link")) && child.attribute("rel") == Some(relation));
    found.unwrap().attribute("href").unwrap()
}

/// RFC 4287, sections 4.1.1 and 4.1.2: what must be there, and how often.
#[test]
fn the_feed_has_what_atom_requires_and_leads_to_the_newest_drawings() {
    let (_, files) = &*HOSTILE;
    let document = Document::parse(text(files, "feed.xml")).unwrap();
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    assert_eq!(only(feed, "id").text(), Some("https://example.org/pelicans/feed.xml"));
    assert_eq!(link(feed, "self"), "https://example.org/pelicans/feed.xml");
    assert_eq!(link(feed, "alternate"), BASE);
    assert!(only(feed, "title").text().is_some());
    assert!(only(only(feed, "author"), "name").text().is_some());
    let updated: Timestamp = only(feed, "updated").text().unwrap().parse().unwrap();

    let entries: Vec<_> = feed.children().filter(|node| node.has_tag_name((ATOM, "entry"))).collect();
    let times: Vec<Timestamp> =
        entries.iter().map(|entry| only(*entry, "updated").text().unwrap().parse().unwrap()).collect();
    assert_eq!(updated, times[0], "the newest, with the time that it took");
    assert_eq!(updated.to_string(), "2026-11-13T00:00:12Z");
    assert!(times.is_sorted_by(|a, b| a >= b));
    let ids: BTreeSet<_> = entries.iter().map(|entry| only(*entry, "id").text().unwrap()).collect();
    assert_eq!(ids.len(), entries.len());
    assert!(
        ids.iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45 && &id[23..24] == "8"),
        "{ids:?}"
    );
    for entry in &entries {
        for name in ["title", "summary"] {
            assert!(!only(*entry, name).text().unwrap().is_empty());
        }
        assert!(files.contains_key(&file_at(link(*entry, "alternate"))));
        let content = only(*entry, "content");
        assert_eq!(content.attribute("type"), Some("xhtml"));
        let within: Vec<_> =
            content.descendants().filter(Node::is_element).map(|n| n.tag_name().name()).collect();
        assert_eq!(within, ["content", "div", "p", "a", "img", "p"], "names are values");
        let picture = content.descendants().find_map(|node| node.attribute("src")).unwrap();
        assert!(files[&file_at(picture)].starts_with(b"\x89PNG"));
    }
    let title = only(entries[0], "title").text().unwrap();
    assert!(title.starts_with("=cmd|' /C calc'!A0: "), "{title}");
    assert!(!text(files, "feed.xml").contains("-1+1"), "a failed request is no drawing");
}

/// The protocol of sitemaps.org: a `urlset` of `url`, each with one `loc` under the site's address and a W3C date.
#[test]
fn the_map_names_every_page_once() {
    let (_, files) = &*HOSTILE;
    let document = Document::parse(text(files, "sitemap.xml")).unwrap();
    let set = document.root_element();
    assert!(set.has_tag_name((SITEMAP, "urlset")));
    let pages: Vec<String> = set
        .children()
        .filter(Node::is_element)
        .map(|url| {
            assert!(url.has_tag_name((SITEMAP, "url")));
            let _: Date = only(url, "lastmod").text().unwrap().parse().unwrap();
            let address = only(url, "loc").text().unwrap();
            assert!(address.len() < 2_048);
            file_at(address)
        })
        .collect();
    let expected: BTreeSet<&String> = files.keys().filter(|name| name.ends_with(".html")).collect();
    assert_eq!(pages.iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(pages.len(), expected.len());
    assert_eq!(
        text(files, "robots.txt"),
        "User-agent: *\nDisallow:\n\nSitemap: https://example.org/pelicans/sitemap.xml\n"
    );
}

/// The Open Graph protocol: title, type, image and address of each page.
#[test]
fn every_page_says_what_it_is_and_has_a_picture_for_links_to_it() {
    let (_, files) = &*HOSTILE;
    let mut pictures = BTreeSet::new();
    for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let html = std::str::from_utf8(content).unwrap();
        let said = |start: &str| {
            let parts: Vec<_> = html.split(start).collect();
            assert_eq!(parts.len(), 2, "{start} once in {name}");
            parts[1].split('"').next().unwrap().to_owned()
        };
        assert!(!said("property=\"og:title\" content=\"").is_empty());
        assert!(!said("property=\"og:description\" content=\"").is_empty());
        assert!(!said("property=\"og:image:alt\" content=\"").is_empty());
        assert_eq!(said("property=\"og:type\" content=\""), "website");
        for own in ["property=\"og:url\" content=\"", "rel=\"canonical\" href=\""] {
            assert_eq!(file_at(&said(own)), *name);
        }
        let picture = file_at(&said("property=\"og:image\" content=\""));
        let size =
            png::Decoder::new(std::io::Cursor::new(&files[&picture])).read_info().unwrap().info().size();
        assert_eq!(size, (1200, 630), "{picture}");
        assert!(pictures.insert(picture), "its own");
    }
    let heavy = pictures.iter().max_by_key(|name| files[*name].len()).unwrap();
    assert!(files[heavy].len() < 300_000, "{heavy} is {} bytes", files[heavy].len());
}

#[test]
fn a_picture_for_links_is_the_same_from_pixels_at_hand_and_from_the_file() {
    let (_folder, store, out) = few();
    build_for(&store, &out, BASE);
    let before = published(&out);
    let posters: Vec<&String> =
        before.keys().filter(|name| name.starts_with("attempts/") && name.ends_with("/index.png")).collect();
    assert_eq!(posters.len(), 3);
    posters.iter().for_each(|name| std::fs::remove_file(out.join(name.as_str())).unwrap());
    // The small pictures are there and are not made again.
    assert_eq!(build_for(&store, &out, BASE).report.written, 3);
    assert!(before == published(&out));
}

/// Google's lists of required properties: an image has `contentUrl` and one of four that say whose it is; a data set a name and a
/// description of 50 to 5,000 characters, its downloads a `contentUrl`; a step of a trail position, name and address.
#[test]
fn every_page_has_linked_data_that_no_text_of_a_model_breaks() {
    const BEGIN: &str = "<script type=\"application/ld+json\">";
    let (_, files) = &*HOSTILE;
    let mut kinds = BTreeMap::<String, usize>::new();
    for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let html = std::str::from_utf8(content).unwrap();
        let parts: Vec<_> = html.split(BEGIN).collect();
        assert_eq!(parts.len(), 2, "once in {name}");
        let text = parts[1].split("</script>").next().unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{name}");
        assert!(parts[1][text.len()..].starts_with("</script>\n<link"), "{name}");
        let data: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(data["@context"], "https://schema.org");
        let mut nodes = vec![&data];
        while let Some(node) = nodes.pop() {
            nodes.extend(
                node.as_array()
                    .into_iter()
                    .flatten()
                    .chain(node.as_object().into_iter().flat_map(|node| node.values())),
            );
            let said = |key: &str| node[key].as_str().filter(|value| !value.is_empty());
            let Some(kind) = said("@type") else { continue };
            *kinds.entry(kind.to_owned()).or_default() += 1;
            match kind {
                "ImageObject" => {
                    assert!(files[&file_at(said("contentUrl").unwrap())].starts_with(b"\x89PNG"));
                    assert!(said("creditText").is_some(), "{node}");
                }
                "Dataset" => {
                    assert!(said("name").is_some());
                    assert!((50..5_000).contains(&said("description").unwrap().chars().count()));
                    assert_eq!(node["distribution"].as_array().unwrap().len(), 2);
                }
                "DataDownload" => assert!(files.contains_key(&file_at(said("contentUrl").unwrap()))),
                "ListItem" => {
                    assert!(node["position"].as_u64().unwrap() >= 1);
                    let item = &node["item"];
                    let leads = item.as_str().is_some_and(|item| files.contains_key(&file_at(item)));
                    assert!(item["contentUrl"].is_string() || (leads && said("name").is_some()), "{node}");
                }
                "WebPage" | "CollectionPage" => {
                    assert_eq!(file_at(said("url").unwrap()), *name);
                    assert!(said("name").is_some() && said("description").is_some());
                    let _: Timestamp = said("dateModified").unwrap().parse().unwrap();
                }
                "WebSite" => assert_eq!((said("url"), said("name")), (Some(BASE), Some("pelicycle"))),
                "ItemList" | "BreadcrumbList" => {
                    assert!(!node["itemListElement"].as_array().unwrap().is_empty());
                }
                other => panic!("{other} in {name}"),
            }
        }
    }
    let pages = files.keys().filter(|name| name.ends_with(".html")).count();
    assert_eq!((kinds["WebSite"], kinds["BreadcrumbList"], kinds["Dataset"]), (pages, pages, 1));
    assert_eq!(kinds["WebPage"] + kinds["CollectionPage"], pages);
    // The name that would end the element stands in it as a value.
    let own = |data: &str| data.contains("\\u003c/script\\u003e");
    assert!(files.values().filter_map(|text| std::str::from_utf8(text).ok()).any(own));
}

#[test]
fn without_an_address_nothing_is_made_that_needs_one() {
    let (_folder, store, out) = few();
    build_for(&store, &out, BASE);
    build(&store, &out);
    let files = published(&out);
    for gone in ["feed.xml", "sitemap.xml", "robots.txt", "index.png"] {
        assert!(!files.contains_key(gone), "{gone}");
    }
    for name in files.keys().filter(|name| name.ends_with(".html")) {
        let html = text(&files, name);
        for word in ["\"og:", "\"canonical\"", "feed.xml", "ld+json"] {
            assert!(!html.contains(word), "{word} in {name}");
        }
    }
}

#[test]
fn all_data_lie_beside_the_pages_the_same_in_both_forms() {
    let (attempts, files) = &*HOSTILE;
    let rows: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(&files["attempts.json"]).unwrap();
    assert_eq!(rows.len(), *attempts);
    let mut reader = csv::Reader::from_reader(files["attempts.csv"].as_slice());
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().collect::<BTreeSet<_>>(), rows[0].keys().map(String::as_str).collect());
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len());
    for (row, record) in rows.iter().zip(&records) {
        for (name, field) in header.iter().zip(record) {
            let expected = match &row[name] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::Number(number) if number.is_f64() => {
                    assert_eq!(field.parse::<f64>().ok(), number.as_f64(), "{name}");
                    continue;
                }
                serde_json::Value::String(text) if text.starts_with(['=', '+', '-', '@']) => {
                    format!("'{text}")
                }
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(field, expected, "{name}");
        }
        for path in ["page", "picture", "svg", "reply", "reasoning"] {
            assert!(row[path].as_str().is_none_or(|path| files.contains_key(path)), "{}", row[path]);
        }
    }
    let formula = rows.iter().find(|row| row["label"] == "=cmd|' /C calc'!A0").unwrap();
    assert_eq!(formula["provider"], "@evil, \"quoted\"\r\nline", "a value as it is");
    assert_eq!((&formula["drawn"], &formula["output_tokens"]), (&true.into(), &1311.into()));
    assert_eq!(formula["seed"], 17_446_744_073_709_551_615_u64);
    assert_eq!(formula["temperature"], 0.8);
    let failed = rows.iter().find(|row| row["label"] == "-1+1").unwrap();
    assert_eq!((&failed["counts"], &failed["error"]), (&false.into(), &"+refused".into()));
    assert!(failed["verdict"].is_null() && failed["reply"].is_null());
}

#[test]
fn published_bytes_follow_from_the_results_and_addresses_stay() {
    let (folder, store, out) = few();
    build_for(&store, &out, BASE);
    let other = folder.path().join("other");
    build_for(&store, &other, BASE);
    let before = published(&out);
    assert!(before == published(&other), "the same results make the same bytes");
    assert_eq!(build_for(&store, &out, BASE).report.written, 0);

    hang(&store, "pelican", "newcomer", "2026-11-20T00:00:00Z", SVG, |_| {});
    build_for(&store, &out, BASE);
    let after = published(&out);
    assert!(before.keys().all(|name| after.contains_key(name)), "no address goes");
    let changed =
        before.iter().filter(|(name, content)| after[*name] != **content).map(|(name, _)| name.as_str());
    let stays = changed.filter(|name| name.starts_with("attempts/") || name.starts_with("models/"));
    // The one before it on its prompt leads to it now.
    let [before_it] = stays.collect::<Vec<_>>()[..] else { panic!("one page of an attempt") };
    assert!(text(&after, before_it).contains("Later: <bdi>newcomer</bdi>"), "{before_it}");
    assert!(text(&after, "feed.xml").contains("newcomer"));

    // An identity stays when the site moves.
    build_for(&store, &other, "http://localhost:8000");
    let moved = published(&other);
    let ids = |feed: &str| -> BTreeSet<String> {
        let document = Document::parse(feed).unwrap();
        let ids = document.descendants().filter(|node| node.has_tag_name((ATOM, "id")));
        ids.filter_map(|id| id.text()).filter(|id| id.starts_with("urn:")).map(str::to_owned).collect()
    };
    let (kept, moved) = (ids(text(&after, "feed.xml")), ids(text(&moved, "feed.xml")));
    assert!(!kept.is_empty() && kept == moved);
}
