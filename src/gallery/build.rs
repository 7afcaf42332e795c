//! From exhibits to a site.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use minijinja::context;
use minijinja::value::{Serde, Value};

use super::heat::{self, Ground};
use super::picture;
use super::site::{Site, Tally};
use super::view::{
    AttemptPage, Card, ExpertsView, IndexPage, MapPaths, Neighbour, Picture, Pictures, PromptPage, Texts,
    equal_share, page_path, prompt_path, sections,
};
use super::{Exhibit, GalleryError, Omission, templates, text};
use crate::attempt::{Attempt, ExpertsRecord};
use crate::drawing::Verdict;
use crate::experts::ExpertCounts;

/// Longest file that is taken into the site: as long as the store keeps.
const MAX_FILE: u64 = 64 << 20;
/// How much of a text a page shows; the whole of it is a link away.
const MAX_SHOWN_BYTES: usize = 64 << 10;
const MAX_SHOWN_LINES: usize = 2_000;
/// Longest drawing that a page carries as an image of its own.
const MAX_BROWSER_SVG: usize = 256 << 10;

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The first page.
    pub index: PathBuf,
    /// Attempts shown.
    pub attempts: usize,
    /// Files written, new or changed.
    pub written: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
    /// Files of an earlier build that no longer belong.
    pub removed: usize,
    /// Files that could not be taken in, with the reason; their attempts are shown without them.
    pub problems: Vec<(PathBuf, String)>,
}

/// Tells, before there is anything to show, whether a site can be built in `out`; makes the folder.
///
/// # Errors
/// As [`build`].
pub fn ready(out: &Path) -> Result<(), GalleryError> {
    Site::open(out).map(drop)
}

/// Builds the site in `out`, which is made, empty, or a gallery built before.
///
/// # Errors
/// A folder of something else; a failing disk. A file of an exhibit that cannot be read is no error: its attempt says so.
pub fn build(exhibits: &[Exhibit], omissions: &[Omission], out: &Path) -> Result<Report, GalleryError> {
    let mut newest_first: Vec<&Exhibit> = exhibits.iter().collect();
    newest_first.sort_by(|a, b| {
        let key = |attempt: &Attempt| (attempt.timing.started, attempt.sample);
        key(&b.attempt).cmp(&key(&a.attempt)).then_with(|| b.attempt.id.cmp(&a.attempt.id))
    });

    let mut builder = Builder { site: Site::open(out)?, problems: Vec::new() };
    let pictures =
        newest_first.iter().map(|exhibit| builder.pictures(exhibit)).collect::<Result<Vec<_>, _>>()?;
    let cards = newest_first
        .iter()
        .zip(&pictures)
        .map(|(exhibit, pictures)| (&exhibit.attempt, Card::new(&exhibit.attempt, pictures)));
    let sections = sections(cards);

    let templates = templates::environment()?;
    let render = |name: &str, root: &str, page: Value| -> Result<String, GalleryError> {
        Ok(templates.get_template(name)?.render(context! { root, page })?)
    };
    let site = &mut builder.site;
    site.put("style.css", templates::STYLE.as_bytes())?;
    let attempts = newest_first.iter().map(|exhibit| &exhibit.attempt);
    let index = IndexPage::new(attempts, &sections, omissions);
    site.put("index.html", render("index.html", "", Value::from(Serde(&index)))?.as_bytes())?;
    for section in &sections {
        let page = PromptPage { section: section.hang(true) };
        let html = render("prompt.html", "../", Value::from(Serde(&page)))?;
        site.put(&section.href, html.as_bytes())?;
    }

    let neighbours = neighbours(&newest_first);
    for ((exhibit, pictures), neighbours) in newest_first.iter().zip(&pictures).zip(neighbours) {
        let texts = builder.texts(exhibit)?;
        let experts = builder.experts(exhibit)?;
        let prompt_href = prompt_path(&exhibit.attempt.prompt);
        let page = AttemptPage::new(
            &exhibit.attempt,
            pictures,
            texts,
            experts,
            exhibit.files.active,
            &prompt_href,
            neighbours,
        );
        let html = render("attempt.html", "../../", Value::from(Serde(&page)))?;
        builder.site.put(&page_path(&exhibit.attempt), html.as_bytes())?;
    }

    let Tally { written, unchanged, removed } = builder.site.finish()?;
    let index = out.join("index.html");
    Ok(Report { index, attempts: exhibits.len(), written, unchanged, removed, problems: builder.problems })
}

struct Builder {
    site: Site,
    problems: Vec<(PathBuf, String)>,
}

impl Builder {
    /// Takes an attempt's rasters into the site.
    fn pictures(&mut self, exhibit: &Exhibit) -> Result<Pictures, GalleryError> {
        let mut pictures = Pictures::default();
        if let Some(path) = &exhibit.files.png {
            match self.picture(&exhibit.attempt, path, "drawing")? {
                Ok((small, large)) => (pictures.small, pictures.large) = (Some(small), Some(large)),
                Err(problem) => pictures.problem = Some(problem),
            }
        }
        if let Some(path) = &exhibit.files.repaired_png
            && let Ok((small, large)) = self.picture(&exhibit.attempt, path, "repaired")?
        {
            (pictures.repaired_small, pictures.repaired_large) = (Some(small), Some(large));
        }
        Ok(pictures)
    }

    /// Takes one raster and its small copy into the site, or says why it is not taken.
    fn picture(
        &mut self,
        attempt: &Attempt,
        path: &Path,
        name: &str,
    ) -> Result<Result<(Picture, Picture), String>, GalleryError> {
        let large_path = format!("attempts/{}/{name}.png", attempt.id);
        let small_path = format!("attempts/{}/{name}-small.png", attempt.id);
        let taken = read(path).map_err(|error| error.to_string()).and_then(|png| {
            let size = picture::size(&png).map_err(|error| error.to_string())?;
            Ok((png, size))
        });
        let (png, (width, height)) = match taken {
            Ok(taken) => taken,
            Err(problem) => return Ok(Err(self.problem(path, problem))),
        };
        let source = blake3::hash(&png).to_hex();
        if !self.site.keep(&small_path, &source) {
            match picture::small(&png) {
                Ok(small) => self.site.put_made_from(&small_path, &small, Some(&source))?,
                Err(error) => return Ok(Err(self.problem(path, error.to_string()))),
            }
        }
        self.site.put(&large_path, &png)?;
        let (small_width, small_height) = picture::small_size((width, height));
        Ok(Ok((
            Picture { href: small_path, width: small_width, height: small_height },
            Picture { href: large_path, width, height },
        )))
    }

    /// Takes an attempt's texts into the site, and reads as much of them as its page shows.
    fn texts(&mut self, exhibit: &Exhibit) -> Result<Texts, GalleryError> {
        let (attempt, files) = (&exhibit.attempt, &exhibit.files);
        let mut take = |path: &Option<PathBuf>, name: &str| -> Result<Option<Vec<u8>>, GalleryError> {
            let Some(path) = path else { return Ok(None) };
            match read(path) {
                Ok(content) => {
                    self.site.put(&format!("attempts/{}/{name}", attempt.id), &content)?;
                    Ok(Some(content))
                }
                Err(error) => {
                    self.problem(path, error.to_string());
                    Ok(None)
                }
            }
        };
        // Every text goes out under a name that no browser runs, the drawing too.
        let reply = take(&files.reply, "reply.txt")?;
        let thinking = take(&files.thinking, "thinking.txt")?;
        let svg = take(&files.svg, "drawing.svg.txt")?;
        let shown = |text: Vec<u8>| text::excerpt(&text, MAX_SHOWN_BYTES, MAX_SHOWN_LINES);
        Ok(Texts {
            browser: svg.as_deref().and_then(|svg| browser_image(attempt, svg, files.active)),
            reply: reply.map(shown),
            thinking: thinking.map(shown),
            svg: svg.map(shown),
        })
    }

    /// Draws the map of an attempt's experts.
    fn experts(&mut self, exhibit: &Exhibit) -> Result<Option<ExpertsView>, GalleryError> {
        let Some(record) = &exhibit.attempt.experts else { return Ok(None) };
        let Some(path) = &exhibit.files.experts else { return Ok(None) };
        let counts = match read(path).map_err(|error| error.to_string()).and_then(|png| counts(&png, record))
        {
            Ok(counts) => counts,
            Err(why) => return Ok(Some(ExpertsView::new(record, Err(self.problem(path, why))))),
        };
        let place = |name: &str| format!("attempts/{}/{name}.png", exhibit.attempt.id);
        let paths = MapPaths { light: place("experts"), dark: place("experts-dark") };
        let equal = equal_share(record);
        self.site.put(&paths.light, &heat::map(&counts, equal, Ground::Light))?;
        self.site.put(&paths.dark, &heat::map(&counts, equal, Ground::Dark))?;
        // The same for all of them.
        self.site.put("scale.png", &heat::scale(Ground::Light))?;
        self.site.put("scale-dark.png", &heat::scale(Ground::Dark))?;
        Ok(Some(ExpertsView::new(record, Ok((&counts, paths)))))
    }

    fn problem(&mut self, path: &Path, why: String) -> String {
        self.problems.push((path.to_owned(), why.clone()));
        why
    }
}

/// The drawing as an address for `<img>`, which shows it without script, load or link. It is offered only for what
/// passed the check's bounds and has no active content, and it is no file that could be opened by itself.
fn browser_image(attempt: &Attempt, svg: &[u8], active: bool) -> Option<String> {
    let check = attempt.check.as_ref()?;
    let fit = matches!(check.verdict, Verdict::Drawn | Verdict::Blank) && check.draws.browser && !active;
    (fit && svg.len() <= MAX_BROWSER_SVG).then(|| {
        format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(svg))
    })
}

/// The counts in a picture, if they are of the size that was recorded.
fn counts(png: &[u8], record: &ExpertsRecord) -> Result<ExpertCounts, String> {
    let counts = ExpertCounts::from_png(png).map_err(|error| error.to_string())?;
    if (counts.layers(), counts.experts()) != (record.layers as usize, record.experts as usize) {
        return Err(format!(
            "the picture of the experts is of {} layers by {}, the record speaks of {} by {}",
            counts.layers(),
            counts.experts(),
            record.layers,
            record.experts
        ));
    }
    Ok(counts)
}

/// For each attempt, the next newer and the next older of the same contestant on the same prompt.
fn neighbours(newest_first: &[&Exhibit]) -> Vec<(Option<Neighbour>, Option<Neighbour>)> {
    let neighbour = |attempt: &Attempt| Neighbour { href: page_path(attempt), sample: attempt.sample };
    let mut found = vec![(None, None); newest_first.len()];
    let mut last: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (index, exhibit) in newest_first.iter().enumerate() {
        let attempt = &exhibit.attempt;
        let key =
            (attempt.prompt.id.as_str(), attempt.prompt.text.as_str(), attempt.contestant.slug.as_str());
        if let Some(newer) = last.insert(key, index) {
            found[index].0 = Some(neighbour(&newest_first[newer].attempt));
            found[newer].1 = Some(neighbour(attempt));
        }
    }
    found
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is over 64 MiB"));
    }
    Ok(content)
}
