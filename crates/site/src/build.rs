//! From exhibits to a site: takes their files in, prints the pages, removes what no longer belongs.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pelicycle_record::measure::{Measures, Rubric};

use super::cache::{self, BuildCache};
use super::press::{Press, SectionPage};
use super::share::BaseUrl;
use super::site::{FileTally, Site};
use super::take::{self, HungFiles, IntakeProblem};
use super::view::{
    LookSeries, Poster, PremiumPage, RankingPage, SealsPage, ShownAttempt, models, neighbours, sections,
};
use super::{
    Exhibit, GalleryContext, GalleryError, OmittedRecord, SiteSettings, inputs, newer, parallel, templates,
};

/// Options of a build.
#[derive(Debug, Clone, Default)]
pub struct GalleryOptions {
    /// The address that it will be found at. What needs whole addresses is made only with one: the pages' pictures for links to them,
    /// the feed, and what crawlers read.
    pub base: Option<BaseUrl>,
    /// The site's description of itself.
    pub site: SiteSettings,
    /// Whether a gallery that shows attempts may be emptied where none is left.
    pub allow_empty: bool,
    /// The moment by which the ages of files are told; none for that of the system's clock.
    pub now: Option<SystemTime>,
}

/// The outcome of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildReport {
    /// Path of the first page.
    pub index: PathBuf,
    /// The number of first attempts shown.
    pub attempts: usize,
    /// The number of looks at them.
    pub looks: usize,
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
pub type VerifyExhibit<'a> = dyn Fn(usize) -> Result<(), OmittedRecord> + Sync + 'a;

/// Measures a kept drawing by a rubric, or says why it can't be. Asked only for attempts whose pages are printed anew.
pub type MeasureDrawing<'a> = dyn Fn(&[u8], &Rubric) -> Result<Measures, String> + Sync + 'a;

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
pub fn build(
    exhibits: &[Exhibit<'_>],
    verify: &VerifyExhibit<'_>,
    measure: &MeasureDrawing<'_>,
    omissions: &[OmittedRecord],
    context: GalleryContext<'_>,
    out: &Path,
    options: &GalleryOptions,
) -> Result<BuildReport, GalleryError> {
    OpenGallery::open(out)?.build(exhibits, verify, measure, omissions, context, options)
}

/// A gallery's folder as an earlier build left it, held for this one.
pub(super) struct OpenGallery {
    site: Site,
    before: BuildCache,
}

impl OpenGallery {
    /// Whether an earlier build left one there.
    pub(super) fn was_built_in(out: &Path) -> bool {
        Site::was_built_in(out)
    }

    /// # Errors
    /// A folder of something else; one that can't be read or made.
    pub(super) fn open(out: &Path) -> Result<Self, GalleryError> {
        let site = Site::open(out)?;
        let before = BuildCache::read(site.memory().as_deref());
        Ok(Self { site, before })
    }

    /// Builds the site in this folder.
    ///
    /// # Errors
    /// As [`build`].
    pub(super) fn build(
        self,
        exhibits: &[Exhibit<'_>],
        verify: &VerifyExhibit<'_>,
        measure: &MeasureDrawing<'_>,
        omissions: &[OmittedRecord],
        context: GalleryContext<'_>,
        options: &GalleryOptions,
    ) -> Result<BuildReport, GalleryError> {
        let Self { site, before } = self;
        let out = site.root().to_owned();
        if exhibits.is_empty() && !options.allow_empty && site.had_some("attempts/") {
            return Err(GalleryError::WouldEmpty { path: out });
        }
        let press = Press::new(&site, before.together(), measure, options, context)?;
        let now = options.now.unwrap_or_else(SystemTime::now);
        let (mut shown, omissions) = take_in(&press, &site, exhibits, verify, omissions, (&before, now))?;
        shown.sort_by(|a, b| newer(a.exhibit.attempt, b.exhibit.attempt));
        let unread = print(&press, &site, &shown, &omissions, context, options)?;
        drop(press);

        let seen = shown.iter().filter_map(|one| {
            one.hung.cached.clone().map(|cached| (one.exhibit.attempt.id.to_string(), cached))
        });
        let cache = BuildCache::new(seen, site.made_together());
        let notes =
            cache.text().map_err(|error| GalleryError::Write { path: out.clone(), source: error.into() })?;
        site.remember(&notes)?;
        let attempts = shown.iter().filter(|one| one.exhibit.attempt.is_first()).count();
        let looks = shown.len() - attempts;
        let problems = shown.into_iter().flat_map(|one| one.hung.problems).chain(unread).collect();
        let FileTally { written, unchanged, removed } = site.finish()?;
        Ok(BuildReport {
            index: out.join("index.html"),
            attempts,
            looks,
            written,
            unchanged,
            removed,
            problems,
        })
    }
}

/// Prints all pages of attempts that are given newest first. Returns texts that could not be read.
fn print(
    press: &Press<'_>,
    site: &Site,
    shown: &[HungExhibit<'_>],
    omissions: &[OmittedRecord],
    context: GalleryContext<'_>,
    options: &GalleryOptions,
) -> Result<Vec<IntakeProblem>, GalleryError> {
    let (own, ranks) = (&options.site, press.ranks());
    let sections = sections(shown.iter().map(HungExhibit::view), &own.makers, ranks);
    let models = models(&sections);
    site.put("style.css", format!("{}{}", templates::STYLE, own.style()).as_bytes())?;
    if let Some(logo) = &own.logo {
        site.put("logo.png", logo)?;
    }
    let seals = SealsPage::new(context.seals, &sections);
    let premium = PremiumPage::new(&models);
    let ranking = context.judged.and_then(|report| RankingPage::new(report, &models));
    let neighbours = neighbours(&shown.iter().map(HungExhibit::view).collect::<Vec<_>>());
    let looks = LookSeries::new(shown.iter().map(HungExhibit::view));

    let further = (seals.is_some(), premium.is_some());

    // What takes longest comes first, so that no core is left with it at the end.
    let mut work = PrintJobs::default();
    work.add(|| press.data(shown, "attempts.json"));
    work.add(|| press.data(shown, "attempts.csv"));
    work.add(|| press.index((&sections, &models), shown, omissions, further));
    for page in sections.iter().flat_map(SectionPage::all) {
        work.add(move || press.section(&page));
    }
    if let Some(page) = &ranking {
        let poster = || Poster::ranking(&sections, &models, ranks, own);
        work.add(move || press.page(RankingPage::PATH, "ranking.html", "", page, poster, None));
    }
    if let Some(page) = &seals {
        let poster = || Poster::seals(context.seals);
        work.add(move || press.page(SealsPage::PATH, "seals.html", "", page, poster, None));
    }
    if let Some(page) = &premium {
        let poster = || Poster::premium(page, &models);
        work.add(move || press.page(PremiumPage::PATH, "premium.html", "", page, poster, None));
    }
    for model in &models {
        work.add(|| press.model(model));
    }
    for (one, places) in shown.iter().zip(&neighbours) {
        work.0.push(Box::new(|| press.attempt(one, places, shown, &looks)));
    }
    let unread = parallel::map(&work.0, |print| print())?;
    press.directions(shown)?;
    Ok(unread.into_iter().flatten().collect())
}

/// Prints something, and returns texts that could not be read.
type PrintJob<'a> = Box<dyn Fn() -> Result<Vec<IntakeProblem>, GalleryError> + Sync + 'a>;

/// All that is to be printed, each by itself.
#[derive(Default)]
struct PrintJobs<'a>(Vec<PrintJob<'a>>);

impl<'a> PrintJobs<'a> {
    /// Adds what reads no texts.
    fn add(&mut self, print: impl Fn() -> Result<(), GalleryError> + Sync + 'a) {
        self.0.push(Box::new(move || print().map(|()| Vec::new())));
    }
}

/// An attempt whose files are in the site.
pub(super) struct HungExhibit<'a> {
    pub(super) exhibit: &'a Exhibit<'a>,
    pub(super) hung: HungFiles,
    /// Hash of the record.
    pub(super) record: blake3::Hash,
    /// The key of what pages show of it; none where that can't be told.
    inputs: Option<blake3::Hash>,
}

impl HungExhibit<'_> {
    /// The attempt as pages show it.
    pub(super) fn view(&self) -> ShownAttempt<'_> {
        let (attempt, pictures) = (self.exhibit.attempt, &self.hung.pictures);
        ShownAttempt { attempt, pictures, looks: 0, inputs: self.inputs.as_ref() }
    }
}

/// Takes the files of all exhibits into the site, by what the last build saw of them and by this moment. Returns those that are
/// shown, and all that are not.
fn take_in<'a>(
    press: &Press<'_>,
    site: &Site,
    exhibits: &'a [Exhibit<'a>],
    verify: &VerifyExhibit<'_>,
    omissions: &[OmittedRecord],
    (before, now): (&BuildCache, SystemTime),
) -> Result<(Vec<HungExhibit<'a>>, Vec<OmittedRecord>), GalleryError> {
    let numbered: Vec<_> = exhibits.iter().enumerate().collect();
    let taken = parallel::map(&numbered, |(index, exhibit)| {
        let record = blake3::hash(&serde_json::to_vec(exhibit.attempt).map_err(GalleryError::Page)?);
        let stamp = cache::stamp(record.as_bytes(), &exhibit.files, now);
        let known = stamp.as_deref().and_then(|stamp| take::unchanged(site, exhibit, before, stamp));
        let hung = match known {
            Some(hung) => hung,
            None => match verify(*index) {
                Ok(()) => take::anew(site, exhibit, stamp, |pictures, small| {
                    press.poster_of(exhibit, pictures, small)
                })?,
                Err(omission) => return Ok(Err(omission)),
            },
        };
        let inputs = hung.cached.as_ref().map(inputs::of_attempt);
        Ok::<_, GalleryError>(Ok(HungExhibit { exhibit, hung, record, inputs }))
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
