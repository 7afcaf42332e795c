//! A page's description of itself for search engines: JSON-LD in the words of schema.org.
//!
//! A page is a `WebPage` or `CollectionPage` of the site, with the way to it; the page of an attempt also an `ImageObject`, and the
//! first page the `Dataset` of all attempts. Only facts are said: who made a drawing is the model, by name.

use pelicycle_text as text;
use serde_json::{Value, json};

use super::BaseUrl;
use super::poster::{HEIGHT, WIDTH, image_path};
use crate::SiteSettings;
use crate::view::{Poster, PosterDrawing};

/// The name of a site that has none.
const NAMELESS: &str = "pelicycle";
/// The page that stands for the site.
const INDEX: &str = "index.html";

/// The linked data of the page at `path`, as text that may stand in a `script` element.
pub(super) fn linked_data(poster: &Poster, path: &str, base: &BaseUrl, site: &SiteSettings) -> String {
    let site = site.shown();
    let address = base.join(path);
    let mut graph = vec![website(base, &site), page(poster, path, &address, base, &site)];
    graph.push(trail(poster, &address, base));
    graph.extend(poster.work.as_ref().map(|work| drawing(poster, work, &address, base)));
    if path == INDEX {
        graph.push(dataset(poster, base, &site));
    }
    let data = json!({ "@context": "https://schema.org", "@graph": graph });
    // Of these only strings have any, so the text means the same; none of them ends the element or begins a comment.
    let escaped = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    escaped.into_iter().fold(data.to_string(), |text, (from, to)| text.replace(from, to))
}

fn site_id(base: &BaseUrl) -> String {
    format!("{base}#site")
}

fn website(base: &BaseUrl, site: &SiteSettings) -> Value {
    let name = site.title.as_deref().unwrap_or(NAMELESS);
    let mut node = json!({ "@type": "WebSite", "@id": site_id(base), "url": base.to_string(), "name": name });
    add(&mut node, "description", site.description.as_deref().map(Value::from));
    add(&mut node, "author", author(site));
    node
}

fn author(site: &SiteSettings) -> Option<Value> {
    let mut node = json!({ "@type": "Person", "name": site.author.as_ref()? });
    add(&mut node, "url", site.link.as_deref().map(Value::from));
    Some(node)
}

fn page(poster: &Poster, path: &str, address: &str, base: &BaseUrl, site: &SiteSettings) -> Value {
    let kind = if poster.single { "WebPage" } else { "CollectionPage" };
    let credit = site.title.as_deref().unwrap_or(NAMELESS);
    let mut node = json!({
        "@type": kind,
        "@id": address,
        "url": address,
        "name": poster.title,
        "description": poster.about.as_ref().unwrap_or(&poster.sum),
        "inLanguage": "en",
        "isPartOf": { "@id": site_id(base) },
        "breadcrumb": { "@id": format!("{address}#trail") },
        "primaryImageOfPage": {
            "@type": "ImageObject",
            "contentUrl": base.join(&image_path(path)),
            "width": WIDTH,
            "height": HEIGHT,
            "creditText": credit,
        },
    });
    add(&mut node, "dateModified", date(poster));
    add(&mut node, "about", poster.asked.as_deref().map(Value::from));
    let main = match &poster.work {
        Some(_) => Some(json!({ "@id": format!("{address}#drawing") })),
        None => hung(poster, base),
    };
    add(&mut node, "mainEntity", main);
    node
}

/// The drawings that stand for a page of several.
fn hung(poster: &Poster, base: &BaseUrl) -> Option<Value> {
    let drawings = poster.plates.iter().filter_map(|plate| {
        let href = &plate.picture.as_ref()?.href;
        Some(json!({ "@type": "ImageObject", "name": plate.label, "creditText": plate.label, "contentUrl": base.join(href) }))
    });
    let items: Vec<Value> = drawings
        .enumerate()
        .map(|(place, item)| json!({ "@type": "ListItem", "position": place + 1, "item": item }))
        .collect();
    (!items.is_empty())
        .then(|| json!({ "@type": "ItemList", "numberOfItems": items.len(), "itemListElement": items }))
}

/// The way to a page from the first one.
fn trail(poster: &Poster, address: &str, base: &BaseUrl) -> Value {
    let first = base.join(INDEX);
    let mut places = vec![("All drawings".to_owned(), first.clone())];
    places.extend(poster.within.iter().map(|(title, path)| (title.clone(), base.join(path))));
    places.extend((address != first).then(|| (poster.title.clone(), address.to_owned())));
    let items: Vec<Value> = places
        .into_iter()
        .enumerate()
        .map(|(place, (name, item))| json!({ "@type": "ListItem", "position": place + 1, "name": name, "item": item }))
        .collect();
    json!({ "@type": "BreadcrumbList", "@id": format!("{address}#trail"), "itemListElement": items })
}

fn drawing(poster: &Poster, work: &PosterDrawing, address: &str, base: &BaseUrl) -> Value {
    let credit =
        work.lab.as_ref().map_or_else(|| work.model.clone(), |lab| format!("{} ({lab})", work.model));
    let mut node = json!({
        "@type": "ImageObject",
        "@id": format!("{address}#drawing"),
        "url": address,
        "contentUrl": base.join(&work.picture.href),
        "encodingFormat": "image/png",
        "width": work.picture.width,
        "height": work.picture.height,
        "name": format!("{}: {}", poster.title, work.prompt),
        "description": poster.sum,
        "creditText": credit,
        "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    });
    add(&mut node, "dateCreated", date(poster));
    let small = poster.plates.first().and_then(|plate| plate.picture.as_ref());
    add(&mut node, "thumbnailUrl", small.map(|small| base.join(&small.href).into()));
    add(&mut node, "caption", poster.asked.as_deref().map(Value::from));
    node
}

fn dataset(poster: &Poster, base: &BaseUrl, site: &SiteSettings) -> Value {
    let download = |path: &str, format: &str| json!({ "@type": "DataDownload", "encodingFormat": format, "contentUrl": base.join(path) });
    let name = site.title.as_deref().unwrap_or(&poster.title);
    let mut node = json!({
        "@type": "Dataset",
        "@id": format!("{base}#data"),
        "url": base.to_string(),
        "name": text::label(&format!("{name}: all attempts")),
        "description": format!(
            "Language models were asked to draw pictures as SVG. A row for each attempt: prompt, model, result, tokens, seconds \
             and cost. {}.",
            poster.sum
        ),
        "isAccessibleForFree": true,
        "variableMeasured": ["result", "output tokens", "seconds", "cost in US dollars"],
        "distribution": [download("attempts.csv", "text/csv"), download("attempts.json", "application/json")],
    });
    add(&mut node, "dateModified", date(poster));
    add(&mut node, "creator", author(site));
    node
}

/// The moment of the newest thing on a page.
fn date(poster: &Poster) -> Option<Value> {
    poster.newest.map(|newest| newest.to_string().into())
}

/// Adds what is known.
fn add(node: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(value), Some(node)) = (value, node.as_object_mut()) {
        node.insert(name.to_owned(), value);
    }
}
