//! The map for crawlers: the list of all pages, and the file that says where it is.
//!
//! The map follows the protocol of sitemaps.org: an address and a day for each page, at most 50,000 in a file, and a
//! file of files where there are more.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::BaseUrl;

/// Path of the map; more than one file of it are `sitemap-1.xml` and so on, and this one lists them.
const PATH: &str = "sitemap.xml";
/// Path of the file in which crawlers look for the map, at the root of a host.
pub(crate) const ROBOTS: &str = "robots.txt";
/// Addresses of a file, by the protocol.
const MOST: usize = 50_000;

/// The pages of a site by their paths, and when the newest thing on each came, where it has one.
#[derive(Debug, Default)]
pub(crate) struct SiteMap(BTreeMap<String, Option<Timestamp>>);

#[derive(Debug, Serialize)]
struct Entry {
    address: String,
    /// A day, as RFC 3339 writes it.
    changed: Option<String>,
}

impl Entry {
    fn new(base: &BaseUrl, path: &str, changed: Option<Timestamp>) -> Self {
        Self {
            address: base.join(path),
            changed: changed.map(|changed| changed.strftime("%Y-%m-%d").to_string()),
        }
    }
}

impl SiteMap {
    pub(crate) fn add(&mut self, path: &str, changed: Option<Timestamp>) {
        self.0.insert(path.to_owned(), changed);
    }

    /// The files of the map: their paths and their texts.
    pub(crate) fn files(
        &self,
        base: &BaseUrl,
        templates: &minijinja::Environment<'_>,
    ) -> Result<Vec<(String, String)>, minijinja::Error> {
        self.in_files_of(MOST, base, templates)
    }

    fn in_files_of(
        &self,
        most: usize,
        base: &BaseUrl,
        templates: &minijinja::Environment<'_>,
    ) -> Result<Vec<(String, String)>, minijinja::Error> {
        let template = templates.get_template("sitemap.xml")?;
        let pages: Vec<_> = self.0.iter().collect();
        let print = |pages: &[(&String, &Option<Timestamp>)]| {
            let entries: Vec<_> =
                pages.iter().map(|(path, changed)| Entry::new(base, path, **changed)).collect();
            template.render(context! { entries => listed(&entries), index => false })
        };
        if pages.len() <= most {
            return Ok(vec![(PATH.to_owned(), print(&pages)?)]);
        }
        let (mut files, mut entries) = (Vec::new(), Vec::new());
        for (number, part) in (1..).zip(pages.chunks(most)) {
            let path = format!("sitemap-{number}.xml");
            let newest = part.iter().filter_map(|(_, changed)| **changed).max();
            entries.push(Entry::new(base, &path, newest));
            files.push((path, print(part)?));
        }
        files.push((
            PATH.to_owned(),
            template.render(context! { entries => listed(&entries), index => true })?,
        ));
        Ok(files)
    }
}

fn listed(entries: &Vec<Entry>) -> Value {
    Value::from(Serde(entries))
}

/// All may read all. Crawlers heed it only where the site is at its host's root.
pub(crate) fn robots(base: &BaseUrl) -> String {
    format!("User-agent: *\nDisallow:\n\nSitemap: {}\n", base.join(PATH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates;

    #[test]
    fn pages_that_no_file_holds_are_spread_over_several() {
        let base: BaseUrl = "https://example.org/p".parse().unwrap();
        let mut map = SiteMap::default();
        for (path, changed) in [
            ("b.html", "2026-11-02T23:59:59Z"),
            ("a.html", "2026-11-01T00:00:00Z"),
            ("c/index.html", "2026-11-03T00:00:00Z"),
        ] {
            map.add(path, Some(changed.parse().unwrap()));
        }
        let templates = templates::environment(&crate::SiteSettings::default()).unwrap();
        let one = map.files(&base, &templates).unwrap();
        assert_eq!(one.len(), 1);
        let xml = roxmltree::Document::parse(&one[0].1).unwrap();
        assert_eq!(xml.descendants().filter(|node| node.has_tag_name("loc")).count(), 3);

        let files = map.in_files_of(2, &base, &templates).unwrap();
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]);
        let xml = roxmltree::Document::parse(&files[2].1).unwrap();
        assert_eq!(xml.root_element().tag_name().name(), "sitemapindex");
        let texts = xml.descendants().filter(|node| node.is_text()).filter_map(|node| node.text());
        let texts: Vec<_> = texts.filter(|text| !text.trim().is_empty()).collect();
        assert_eq!(
            texts,
            [
                "https://example.org/p/sitemap-1.xml",
                "2026-11-02",
                "https://example.org/p/sitemap-2.xml",
                "2026-11-03"
            ]
        );
    }
}
