//! From exhibits to a site.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;

use super::heat::{self, Ground};
use super::seen::{self, Seen};
use super::share::{self, BaseUrl, Feed, Share, SiteMap};
use super::site::{Site, Tally};
use super::take::{self, Hung, Problem};
use super::view::{
    AttemptPage, ExpertsView, GridPage, IndexPage, MapPaths, MeasuresView, Model, ModelPage, Neighbour,
    Poster, PromptPage, RankingPage, Ranks, Section, Texts, TimelinePage, VersusPage, equal_share, folder,
    models, page_path, prompt_path, sections,
};
use super::{Exhibit, GalleryError, Omission, newer, parallel, templates, texts, view};
use pelicycle_judge as judge;
use pelicycle_record::ExpertCounts;
use pelicycle_record::Verdict;
use pelicycle_record::measure::{Measures, RULES_VERSION, Rubric};
use pelicycle_record::{Attempt, ExpertsRecord};

/// Version of what is made of an attempt's texts. The rest of a page tells by itself whether it changed; its texts
/// are not read to find that out.
const TEXTS: u32 = 4;

/// How a site is built.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where it will be found. What needs whole addresses is made only with one: the pages' pictures for links to them,
    /// the feed, and what crawlers read.
    pub base: Option<BaseUrl>,
}

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

/// Holds the files of the exhibit with this index against its record; one that does not fit is left out. Asked only
/// for exhibits whose files changed since the last build.
pub type Verify<'a> = dyn Fn(usize) -> Result<(), Omission> + Sync + 'a;

/// Measures a kept drawing by a rubric, or says why it can't be. Asked only for attempts whose pages are printed anew.
pub type Measure<'a> = dyn Fn(&[u8], &Rubric) -> Result<Measures, String> + Sync + 'a;

/// Tells, before there is anything to show, whether a site can be built in `out`; makes the folder.
///
/// # Errors
/// As [`build`].
pub fn ready(out: &Path) -> Result<(), GalleryError> {
    Site::open(out).map(drop)
}

/// Builds the site in `out`, which is made, empty, or a gallery built before. `judged` is what judgements made of the
/// contestants, where there are any.
///
/// # Errors
/// A folder of something else; a failing disk. A file of an exhibit that cannot be read is no error: its attempt says so.
pub fn build(
    exhibits: &[Exhibit<'_>],
    verify: &Verify<'_>,
    measure: &Measure<'_>,
    omissions: &[Omission],
    judged: Option<&judge::Report>,
    out: &Path,
    options: &Options,
) -> Result<Report, GalleryError> {
    let site = Site::open(out)?;
    let (mut shown, omissions) = take_in(&site, exhibits, verify, omissions)?;
    shown.sort_by(|a, b| newer(a.exhibit.attempt, b.exhibit.attempt));
    let sections = sections(shown.iter().map(Shown::view));
    let models = models(&sections);

    let press = Press {
        templates: templates::environment()?,
        site: &site,
        measure,
        base: options.base.as_ref(),
        ranks: Ranks::new(judged),
        map: Mutex::default(),
    };
    site.put("style.css", templates::STYLE.as_bytes())?;
    let index = IndexPage::new(&sections, &models, &omissions, &press.ranks);
    press.page("index.html", "index.html", "", &index, || Poster::index(&sections, &models))?;
    if let Some(page) = judged.and_then(|report| RankingPage::new(report, &models)) {
        let poster = || Poster { title: "Who draws best?".to_owned(), ..Poster::index(&sections, &models) };
        press.page(RankingPage::PATH, "ranking.html", "", &page, poster)?;
    }
    parallel::map(&sections, |section| press.section(section))?;
    parallel::map(&models, |model| press.model(model))?;
    let pages: Vec<_> = shown.iter().zip(neighbours(&shown)).collect();
    let unread = parallel::map(&pages, |(one, neighbours)| press.attempt(one, neighbours.clone()))?;
    press.data(&shown)?;
    press.directions(&shown)?;

    let seen =
        Seen::new(shown.iter().filter_map(|one| {
            one.hung.taken.clone().map(|taken| (one.exhibit.attempt.id.to_string(), taken))
        }));
    let memory =
        seen.text().map_err(|error| GalleryError::Write { path: out.to_owned(), source: error.into() })?;
    site.remember(&memory)?;
    let attempts = shown.len();
    let problems =
        shown.into_iter().flat_map(|one| one.hung.problems).chain(unread.into_iter().flatten()).collect();
    let Tally { written, unchanged, removed } = site.finish()?;
    Ok(Report { index: out.join("index.html"), attempts, written, unchanged, removed, problems })
}

/// An attempt that is shown.
struct Shown<'a> {
    exhibit: &'a Exhibit<'a>,
    hung: Hung,
    /// Hash of the record.
    record: blake3::Hash,
}

impl Shown<'_> {
    fn view(&self) -> view::Shown<'_> {
        view::Shown { attempt: self.exhibit.attempt, pictures: &self.hung.pictures }
    }
}

/// Takes the files of all exhibits into the site. Returns those that are shown, and all that are not.
fn take_in<'a>(
    site: &Site,
    exhibits: &'a [Exhibit<'a>],
    verify: &Verify<'_>,
    omissions: &[Omission],
) -> Result<(Vec<Shown<'a>>, Vec<Omission>), GalleryError> {
    let before = Seen::read(site.memory().as_deref());
    let now = SystemTime::now();
    let numbered: Vec<_> = exhibits.iter().enumerate().collect();
    let taken = parallel::map(&numbered, |(index, exhibit)| {
        let record = blake3::hash(&serde_json::to_vec(exhibit.attempt).unwrap_or_default());
        let stamp = seen::stamp(record.as_bytes(), &exhibit.files, now);
        let known = stamp.as_deref().and_then(|stamp| take::unchanged(site, exhibit, &before, stamp));
        let hung = match known {
            Some(hung) => hung,
            None => match verify(*index) {
                Ok(()) => take::anew(site, exhibit, stamp)?,
                Err(omission) => return Ok(Err(omission)),
            },
        };
        Ok::<_, GalleryError>(Ok(Shown { exhibit, hung, record }))
    })?;
    let (mut shown, mut left_out) = (Vec::with_capacity(taken.len()), omissions.to_vec());
    for one in taken {
        match one {
            Ok(one) => shown.push(one),
            Err(omission) => left_out.push(omission),
        }
    }
    left_out.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((shown, left_out))
}

/// Prints pages, each only when what it shows has changed.
struct Press<'a> {
    templates: Environment<'static>,
    site: &'a Site,
    measure: &'a Measure<'a>,
    base: Option<&'a BaseUrl>,
    ranks: Ranks,
    map: Mutex<SiteMap>,
}

impl Press<'_> {
    /// A page at `path`, from which `root` leads to the site's root.
    fn page(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        poster: impl FnOnce() -> Poster,
    ) -> Result<(), GalleryError> {
        let share = self.share(path, poster)?;
        let source = self.source(&[&json(page)?, &json(&share)?]);
        if self.site.keep(path, &source) {
            return Ok(());
        }
        self.print(path, template, root, page, share.as_ref(), &source)
    }

    /// What the head of a page says to those who link to it; its poster is drawn, where that is something new.
    fn share(&self, path: &str, poster: impl FnOnce() -> Poster) -> Result<Option<Share>, GalleryError> {
        let Some(base) = self.base else { return Ok(None) };
        let poster = poster();
        self.map.lock().unwrap_or_else(PoisonError::into_inner).add(path, poster.newest);
        let image = share::image_path(path);
        let source = poster.source(|picture| self.site.hash(picture));
        if !self.site.keep(&image, &source) {
            let pictures = poster.plates.iter().map(|plate| self.site.read(&plate.picture.as_ref()?.href));
            let png = share::draw(&poster, &pictures.collect::<Vec<_>>())
                .ok_or_else(|| GalleryError::Poster { path: image.clone() })?;
            self.site.put_made_from(&image, &png, Some(&source))?;
        }
        Ok(Some(share::share(&poster, path, base)))
    }

    fn print(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        share: Option<&Share>,
        source: &str,
    ) -> Result<(), GalleryError> {
        let (page, share) = (Value::from(Serde(page)), Value::from(Serde(share)));
        let html = self.templates.get_template(template)?.render(context! { root, page, share })?;
        self.site.put_made_from(path, html.as_bytes(), Some(source))
    }

    /// The pages of one prompt.
    fn section(&self, section: &Section<'_>) -> Result<(), GalleryError> {
        let (path, page) = (prompt_path(section.prompt), PromptPage::new(section, &self.ranks));
        self.page(&path, "prompt.html", "../", &page, || Poster::wall(section))?;
        if let Some(page) = TimelinePage::new(section) {
            self.page(&page.path, "timeline.html", "../", &page, || Poster::timeline(section))?;
        }
        if let Some(page) = VersusPage::new(section) {
            self.page(&page.path, "versus.html", "../", &page, || Poster::versus(section))?;
        }
        Ok(())
    }

    /// The pages of one contestant.
    fn model(&self, model: &Model<'_>) -> Result<(), GalleryError> {
        let page = ModelPage::new(model);
        self.page(&page.path, "model.html", "../", &page, || Poster::model(model))?;
        if let Some(page) = GridPage::new(model) {
            self.page(&page.path, "grid.html", "../", &page, || Poster::grid(model))?;
        }
        Ok(())
    }

    /// All the data, as files for other programs.
    fn data(&self, shown: &[Shown<'_>]) -> Result<(), GalleryError> {
        let rows = || shown.iter().map(|one| (one.exhibit, &one.hung));
        // A row follows from the record and from which files are there.
        let parts: Vec<_> = shown
            .iter()
            .flat_map(|one| {
                let there = format!("{:?} {:?}", one.hung.missing, one.hung.pictures.large.is_some());
                [one.record.as_bytes().to_vec(), there.into_bytes()]
            })
            .collect();
        let source = self.source(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        if !self.site.keep("attempts.json", &source) {
            self.site.put_made_from("attempts.json", share::json(rows()).as_bytes(), Some(&source))?;
        }
        if !self.site.keep("attempts.csv", &source) {
            self.site.put_made_from("attempts.csv", &share::csv(rows())?, Some(&source))?;
        }
        Ok(())
    }

    /// What leads others to the pages: the feed, the map for crawlers, and where that is.
    fn directions(&self, shown: &[Shown<'_>]) -> Result<(), GalleryError> {
        let Some(base) = self.base else { return Ok(()) };
        let feed = Value::from(Serde(Feed::new(base, shown.iter().map(Shown::view))));
        let feed = self.templates.get_template("feed.xml")?.render(context! { feed })?;
        self.site.put(Feed::PATH, feed.as_bytes())?;
        let map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, text) in map.files(base, &self.templates)? {
            self.site.put(&path, text.as_bytes())?;
        }
        self.site.put(share::ROBOTS, share::robots(base).as_bytes())
    }

    /// The page of one attempt. Its texts are read only when there is something to print; returns those that could
    /// not be.
    fn attempt(
        &self,
        one: &Shown<'_>,
        neighbours: (Option<Neighbour>, Option<Neighbour>),
    ) -> Result<Vec<Problem>, GalleryError> {
        let (attempt, files) = (one.exhibit.attempt, &one.exhibit.files);
        let prompt_href = prompt_path(&attempt.prompt);
        let page = |texts, experts, neighbours| {
            AttemptPage::new(
                attempt,
                &one.hung.pictures,
                texts,
                experts,
                files.active,
                &prompt_href,
                neighbours,
            )
        };
        // The record holds the hashes of the texts.
        let bare = json(&page(Texts::default(), None, neighbours.clone()))?;
        let missing = format!("{TEXTS} {:?} {}", one.hung.missing, files.active);
        // Measures follow from the drawing, whose hash the record has too.
        let measured = json(&(RULES_VERSION, one.exhibit.rubric))?;
        let path = page_path(attempt);
        let share = self.share(&path, || Poster::attempt(one.view()))?;
        let source =
            self.source(&[&bare, one.record.as_bytes(), missing.as_bytes(), &measured, &json(&share)?]);
        let maps = one.hung.taken.as_ref().filter(|_| attempt.experts.is_some()).map(|_| maps(attempt));
        let with_maps: Vec<&str> = std::iter::once(path.as_str())
            .chain(
                maps.iter().flat_map(|maps| [maps.light.as_str(), maps.dark.as_str(), SCALES[0], SCALES[1]]),
            )
            .collect();
        let drawn = attempt.experts.is_none() || files.experts.is_none() || maps.is_some();
        if drawn && self.site.is_made_from(&path, &source) && self.site.keep_as_they_are(&with_maps) {
            return Ok(Vec::new());
        }
        let (mut texts, mut problems) = texts::read(one.exhibit, &one.hung);
        texts.measures = self.measures(one);
        let experts = self.experts(one.exhibit, &mut problems)?;
        let page = page(texts, experts, neighbours);
        self.print(&path, "attempt.html", "../../", &page, share.as_ref(), &source)?;
        Ok(problems)
    }

    /// Measures what was drawn as written.
    fn measures(&self, one: &Shown<'_>) -> Option<MeasuresView> {
        let check = one.exhibit.attempt.check.as_ref()?;
        let path = one.exhibit.files.svg.as_ref().filter(|_| check.verdict == Verdict::Drawn)?;
        // One that can't be read is told of where its text is shown.
        let svg = take::read(path).ok()?;
        let measured = (self.measure)(&svg, one.exhibit.rubric.unwrap_or(&Rubric::default()));
        let size = one.hung.pictures.large.as_ref().map(|picture| (picture.width, picture.height));
        Some(MeasuresView::new(measured, size))
    }

    /// Draws the map of an attempt's experts.
    fn experts(
        &self,
        exhibit: &Exhibit<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<ExpertsView>, GalleryError> {
        let Some(record) = &exhibit.attempt.experts else { return Ok(None) };
        let Some(path) = &exhibit.files.experts else { return Ok(None) };
        let read = take::read(path).map_err(|error| error.to_string());
        let counts = match read.and_then(|png| counts(&png, record)) {
            Ok(counts) => counts,
            Err(why) => {
                problems.push((path.clone(), why.clone()));
                return Ok(Some(ExpertsView::new(record, Err(why))));
            }
        };
        let paths = maps(exhibit.attempt);
        let equal = equal_share(record);
        self.site.put(&paths.light, &heat::map(&counts, equal, Ground::Light))?;
        self.site.put(&paths.dark, &heat::map(&counts, equal, Ground::Dark))?;
        // The same for all of them.
        self.site.put(SCALES[0], &heat::scale(Ground::Light))?;
        self.site.put(SCALES[1], &heat::scale(Ground::Dark))?;
        Ok(Some(ExpertsView::new(record, Ok((&counts, paths)))))
    }

    /// Hash of the templates and of these parts.
    fn source(&self, parts: &[&[u8]]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(templates::fingerprint());
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn json(page: &impl Serialize) -> Result<Vec<u8>, GalleryError> {
    serde_json::to_vec(page).map_err(GalleryError::Page)
}

/// Scales of the maps of experts, the same for all attempts.
const SCALES: [&str; 2] = ["scale.png", "scale-dark.png"];

/// Where the maps of an attempt's experts lie.
fn maps(attempt: &Attempt) -> MapPaths {
    let place = |name: &str| format!("{}/{name}.png", folder(attempt));
    MapPaths { light: place("experts"), dark: place("experts-dark") }
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
fn neighbours(newest_first: &[Shown<'_>]) -> Vec<(Option<Neighbour>, Option<Neighbour>)> {
    let neighbour = |attempt: &Attempt| Neighbour { href: page_path(attempt), sample: attempt.sample };
    let mut found = vec![(None, None); newest_first.len()];
    let mut last: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (index, one) in newest_first.iter().enumerate() {
        let attempt = one.exhibit.attempt;
        let key =
            (attempt.prompt.id.as_str(), attempt.prompt.text.as_str(), attempt.contestant.slug.as_str());
        if let Some(newer) = last.insert(key, index) {
            found[index].0 = Some(neighbour(newest_first[newer].exhibit.attempt));
            found[newer].1 = Some(neighbour(attempt));
        }
    }
    found
}
