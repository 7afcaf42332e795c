//! The press: prints pages from their views, each only when what it shows has changed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use pelicycle_record::ContestantRecord;
use pelicycle_store::StoredSeal;
use serde::Serialize;

use super::build::{GalleryOptions, HungExhibit, MeasureDrawing};
use super::makers::Origin;
use super::share::{self, BaseUrl, Feed, SiteMap};
use super::site::Site;
use super::source::SourceKey;
use super::view::{
    ChartPage, GridPage, ModelPage, ModelWorks, Poster, PromptPage, Ranks, SealNote, Section, TimelinePage,
    VersusPage, prompt_path,
};
use super::{GalleryContext, GalleryError, OwnMakers, SiteSettings, parallel, templates};

mod attempt;
mod experts;

/// A page of one prompt, or the pages of a kind: they are printed side by side, since a gallery may be of one prompt.
#[derive(Debug, Clone, Copy)]
pub(super) enum SectionPage {
    Wall,
    Timeline,
    Charts,
    Versus,
}

impl SectionPage {
    /// All that a section has.
    pub(super) fn all<'a, 'b>(section: &'b Section<'a>) -> [(&'b Section<'a>, SectionPage); 4] {
        [Self::Wall, Self::Charts, Self::Versus, Self::Timeline].map(|page| (section, page))
    }
}

/// Prints pages, each only when what it shows has changed.
pub(super) struct Press<'a> {
    templates: Environment<'static>,
    site: &'a Site,
    measure: &'a MeasureDrawing<'a>,
    base: Option<&'a BaseUrl>,
    /// What every page is made by: templates, and what the site says of itself.
    made_by: String,
    makers: &'a OwnMakers,
    own: &'a SiteSettings,
    ranks: Ranks,
    seals: &'a [StoredSeal],
    map: Mutex<SiteMap>,
    /// Where models come from, by what tells it: of thousands of attempts there are some hundred models.
    origins: Mutex<HashMap<String, Origin>>,
}

impl<'a> Press<'a> {
    /// A press that prints into `site`. What needs whole addresses is printed only where the site's own is known.
    ///
    /// # Errors
    /// A template that is broken.
    pub(super) fn new(
        site: &'a Site,
        measure: &'a MeasureDrawing<'a>,
        options: &'a GalleryOptions,
        context: GalleryContext<'a>,
    ) -> Result<Self, GalleryError> {
        let (templates, ranks) = (templates::environment(&options.site)?, Ranks::new(context.judged));
        let own = (&options.site, options.site.logo.is_some());
        let made_by = SourceKey::new(templates::fingerprint()).with(&own)?.finish();
        let base = options.base.as_ref();
        let (own, makers) = (&options.site, &options.site.makers);
        let seals = context.seals;
        Ok(Self {
            templates,
            site,
            measure,
            base,
            made_by,
            makers,
            own,
            ranks,
            seals,
            map: Mutex::default(),
            origins: Mutex::default(),
        })
    }

    /// What is known of where a contestant comes from.
    fn origin(&self, contestant: &ContestantRecord) -> Origin {
        let ContestantRecord { provider, model, released, demonstration, .. } = contestant;
        let key = format!("{provider}\n{model}\n{released:?}\n{demonstration}");
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.entry(key).or_insert_with(|| self.makers.origin(contestant)).clone()
    }

    /// The places that judgements gave to contestants.
    pub(super) fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Prints a page at `path`, from which `root` leads to the site's root.
    pub(super) fn page(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        poster: impl FnOnce() -> Poster,
    ) -> Result<(), GalleryError> {
        let share = self.share(path, poster)?;
        let source = SourceKey::new(&self.made_by).with(page)?.with(&self.shared(share.as_ref()))?.finish();
        if self.site.keep(path, &source) {
            return Ok(());
        }
        self.print(path, template, root, page, share.as_ref(), &source)
    }

    /// What the preview of a link to a page follows from, beside what every page is made by.
    fn shared<'p>(&self, poster: Option<&'p Poster>) -> Option<(u32, &'p Poster, String)> {
        Some((share::PREVIEW_VERSION, poster?, self.base?.to_string()))
    }

    /// The poster of a page of a site with an address, which is drawn where it is not as it was.
    fn share(&self, path: &str, poster: impl FnOnce() -> Poster) -> Result<Option<Poster>, GalleryError> {
        if self.base.is_none() {
            return Ok(None);
        }
        let poster = poster();
        self.map.lock().unwrap_or_else(PoisonError::into_inner).add(path, poster.newest);
        let image = share::image_path(path);
        let source = poster.source(|picture| self.site.hash(picture))?;
        if !self.site.keep(&image, &source) {
            let plot = |frame| {
                let frame = Value::from(Serde(frame));
                self.templates.get_template("plot.svg")?.render(context! { frame })
            };
            let plot = poster.chart.as_ref().map(plot).transpose()?;
            let png = share::draw(&poster, plot.as_deref(), |path| self.site.read(path))
                .ok_or_else(|| GalleryError::Poster { path: image.clone() })?;
            self.site.put_made_from(&image, &png, Some(&source))?;
        }
        Ok(Some(poster))
    }

    /// Prints a page from its template.
    fn print(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        poster: Option<&Poster>,
        source: &str,
    ) -> Result<(), GalleryError> {
        let share = poster.zip(self.base).map(|(poster, base)| share::preview(poster, path, base, self.own));
        let (page, share) = (Value::from(Serde(page)), Value::from(Serde(&share)));
        let html = self.templates.get_template(template)?.render(context! { root, page, share })?;
        self.site.put_made_from(path, html.as_bytes(), Some(source))
    }

    /// Prints a page of one prompt, or the pages of a kind.
    pub(super) fn section(&self, (section, page): &(&Section<'_>, SectionPage)) -> Result<(), GalleryError> {
        match page {
            SectionPage::Wall => {
                let (path, page) = (prompt_path(section.prompt), PromptPage::new(section, &self.ranks));
                let page = page.with_seal(SealNote::new(section, self.seals));
                self.page(&path, "prompt.html", "../", &page, || Poster::wall(section))
            }
            SectionPage::Timeline => TimelinePage::new(section).map_or(Ok(()), |page| {
                self.page(&page.path, "timeline.html", "../", &page, || Poster::timeline(section))
            }),
            SectionPage::Charts => parallel::map(&ChartPage::all(section, &self.ranks), |page| {
                self.page(&page.path, "chart.html", "../", page, || Poster::chart(section, page))
            })
            .map(drop),
            SectionPage::Versus => VersusPage::new(section).map_or(Ok(()), |page| {
                self.page(&page.path, "versus.html", "../", &page, || Poster::versus(section))
            }),
        }
    }

    /// Prints the pages of one contestant.
    pub(super) fn model(&self, model: &ModelWorks<'_>) -> Result<(), GalleryError> {
        let page = ModelPage::new(model);
        self.page(&page.path, "model.html", "../", &page, || Poster::model(model))?;
        if let Some(page) = GridPage::new(model) {
            self.page(&page.path, "grid.html", "../", &page, || Poster::grid(model))?;
        }
        Ok(())
    }

    /// Writes all the data as a file for other programs: JSON or CSV, by the path's end.
    pub(super) fn data(&self, shown: &[HungExhibit<'_>], path: &str) -> Result<(), GalleryError> {
        // A row follows from the record and from which files are there.
        let mut source = SourceKey::new(templates::fingerprint());
        for HungExhibit { hung, record, .. } in shown {
            let has_picture = hung.pictures.large.is_some();
            source = source.with(&(record.to_hex().as_str(), hung.missing, has_picture))?;
        }
        let source = source.finish();
        if self.site.keep(path, &source) {
            return Ok(());
        }
        let rows = shown.iter().map(|one| (one.exhibit, &one.hung));
        let text = if path.ends_with(".json") { share::json(rows).into_bytes() } else { share::csv(rows)? };
        self.site.put_made_from(path, &text, Some(&source))
    }

    /// Writes what leads others to the pages: the feed, the map for crawlers, and the file that names the map.
    pub(super) fn directions(&self, shown: &[HungExhibit<'_>]) -> Result<(), GalleryError> {
        let Some(base) = self.base else { return Ok(()) };
        let feed = Value::from(Serde(Feed::new(base, shown.iter().map(HungExhibit::view))));
        let feed = self.templates.get_template("feed.xml")?.render(context! { feed })?;
        self.site.put(Feed::PATH, feed.as_bytes())?;
        let map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, text) in map.files(base, &self.templates)? {
            self.site.put(&path, text.as_bytes())?;
        }
        self.site.put(share::ROBOTS, share::robots(base).as_bytes())
    }
}
