//! The press: prints pages from their views, each only when what it shows has changed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use pelicycle_picture::PixelPicture;
use pelicycle_record::ContestantRecord;
use serde::Serialize;

use super::build::{GalleryOptions, HungExhibit, MeasureDrawing};
use super::inputs::SharedInputs;
use super::makers::ModelOrigin;
use super::share::{self, BaseUrl, DrawnBlocks, Feed, LayPicture, SiteMap};
use super::site::{MadeFrom, MadeTogether, Site};
use super::source::SourceKey;
use super::view::{
    AttemptPictures, ChartPage, GridPage, IndexPage, ModelPage, ModelWorks, Poster, PromptPage,
    PromptSection, SealNote, ShownAttempt, TimelinePage, VersusPage, WallRanks, newest, page_path,
    prompt_path,
};
use super::{
    Exhibit, GalleryContext, GalleryError, OmittedRecord, OwnMakers, SiteSettings, parallel, templates,
};

mod attempt;
mod experts;
mod kept;

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
    pub(super) fn all<'a, 'b>(section: &'b PromptSection<'a>) -> [(&'b PromptSection<'a>, SectionPage); 4] {
        [Self::Wall, Self::Charts, Self::Versus, Self::Timeline].map(|page| (section, page))
    }
}

/// Prints pages, each only when what it shows has changed.
pub(super) struct Press<'a> {
    templates: Environment<'static>,
    site: &'a Site,
    /// The files that the last build made from the same inputs.
    noted: &'a MadeTogether,
    measure: &'a MeasureDrawing<'a>,
    base: Option<&'a BaseUrl>,
    /// The key of what every page is made by: templates, and what the site says of itself.
    made_by: String,
    /// The inputs that every page shares.
    inputs: SharedInputs,
    makers: &'a OwnMakers,
    own: &'a SiteSettings,
    ranks: WallRanks,
    context: GalleryContext<'a>,
    map: Mutex<SiteMap>,
    /// Words on posters.
    blocks: DrawnBlocks,
    /// The origins of models, by what tells them: of thousands of attempts there are some hundred models.
    origins: Mutex<HashMap<String, ModelOrigin>>,
}

impl<'a> Press<'a> {
    /// A press that prints into `site`. What needs whole addresses is printed only where the site's own is known.
    ///
    /// # Errors
    /// A template that is broken.
    pub(super) fn new(
        site: &'a Site,
        noted: &'a MadeTogether,
        measure: &'a MeasureDrawing<'a>,
        options: &'a GalleryOptions,
        context: GalleryContext<'a>,
    ) -> Result<Self, GalleryError> {
        let (templates, ranks) = (templates::environment(&options.site)?, WallRanks::new(context.judged));
        let own = (&options.site, options.site.logo.is_some());
        let made_by = SourceKey::new(templates::fingerprint()).with(&own)?.finish();
        let inputs = SharedInputs::new(&made_by, options, context)?;
        let base = options.base.as_ref();
        let (own, makers) = (&options.site, &options.site.makers);
        Ok(Self {
            templates,
            site,
            noted,
            measure,
            base,
            made_by,
            inputs,
            makers,
            own,
            ranks,
            context,
            map: Mutex::default(),
            blocks: DrawnBlocks::default(),
            origins: Mutex::default(),
        })
    }

    /// The known origin of a contestant.
    fn origin(&self, contestant: &ContestantRecord) -> ModelOrigin {
        let ContestantRecord { provider, model, released, demonstration, .. } = contestant;
        let key = format!("{provider}\n{model}\n{released:?}\n{demonstration}");
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.entry(key).or_insert_with(|| self.makers.origin(contestant)).clone()
    }

    /// The places that judgements gave to contestants.
    pub(super) fn ranks(&self) -> &WallRanks {
        &self.ranks
    }

    /// Prints a page at `path`, from which `root` leads to the site's root, and notes its inputs.
    pub(super) fn page(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        poster: impl FnOnce() -> Poster,
        inputs: Option<&str>,
    ) -> Result<(), GalleryError> {
        let share = self.share(path, poster, inputs)?;
        let source = SourceKey::new(&self.made_by).with(page)?.with(&self.shared(share.as_ref()))?.finish();
        let from = MadeFrom { source: Some(&source), inputs };
        if self.site.keep(path, from) {
            return Ok(());
        }
        self.print(path, template, root, page, share.as_ref(), from)
    }

    fn map(&self) -> MutexGuard<'_, SiteMap> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The inputs of the preview of a link to a page, beside what every page is made by.
    fn shared<'p>(&self, poster: Option<&'p Poster>) -> Option<(u32, &'p Poster, String)> {
        Some((share::PREVIEW_VERSION, poster?, self.base?.to_string()))
    }

    /// The poster of a page of a site with an address, which is drawn where it is not as it was.
    fn share(
        &self,
        path: &str,
        poster: impl FnOnce() -> Poster,
        inputs: Option<&str>,
    ) -> Result<Option<Poster>, GalleryError> {
        if self.base.is_none() {
            return Ok(None);
        }
        let poster = poster();
        self.map().add(path, poster.newest);
        let lay: &LayPicture<'_> = &|board, picture, place, side, rim| {
            self.site.read(picture).is_some_and(|png| board.lay(&png, place, side, rim).is_ok())
        };
        self.draw(path, &poster, inputs, lay)?;
        Ok(Some(poster))
    }

    /// Draws the poster of an attempt's page ahead of the page, from the pixels of its small picture, which was just made.
    pub(super) fn poster_of(
        &self,
        exhibit: &Exhibit<'_>,
        pictures: &AttemptPictures,
        small: &PixelPicture,
    ) -> Result<(), GalleryError> {
        if self.base.is_none() {
            return Ok(());
        }
        let attempt = exhibit.attempt;
        let shown = ShownAttempt { attempt, pictures, looks: 0, inputs: None };
        let poster = Poster::attempt(shown, self.origin(&attempt.contestant));
        let lay: &LayPicture<'_> = &|board, _, place, side, rim| {
            board.lay_pixels(small, place, side, rim);
            true
        };
        self.draw(&page_path(attempt), &poster, None, lay)
    }

    /// Draws the poster of the page at `path` where it is not as it was, with pictures that `lay` lays on it.
    fn draw(
        &self,
        path: &str,
        poster: &Poster,
        inputs: Option<&str>,
        lay: &LayPicture<'_>,
    ) -> Result<(), GalleryError> {
        let image = share::image_path(path);
        let source = poster.source(|picture| self.site.hash(picture))?;
        let from = MadeFrom { source: Some(&source), inputs };
        if self.site.keep(&image, from) {
            return Ok(());
        }
        let plot = |frame| {
            let frame = Value::from(Serde(frame));
            self.templates.get_template("plot.svg")?.render(context! { frame })
        };
        let plot = poster.chart.as_ref().map(plot).transpose()?;
        let png = share::draw(poster, plot.as_deref(), &self.blocks, lay)
            .ok_or_else(|| GalleryError::Poster { path: image.clone() })?;
        self.site.put_made_from(&image, &png, from)
    }

    /// Prints a page from its template.
    fn print(
        &self,
        path: &str,
        template: &str,
        root: &str,
        page: &impl Serialize,
        poster: Option<&Poster>,
        from: MadeFrom<'_>,
    ) -> Result<(), GalleryError> {
        let share = poster.zip(self.base).map(|(poster, base)| share::preview(poster, path, base, self.own));
        let (page, share) = (Value::from(Serde(page)), Value::from(Serde(&share)));
        let html = self.templates.get_template(template)?.render(context! { root, page, share })?;
        self.site.put_made_from(path, html.as_bytes(), from)
    }

    /// Prints the first page, with ways to the further pages that there are: of seals, and of the premium.
    pub(super) fn index(
        &self,
        (sections, models): (&[PromptSection<'_>], &[ModelWorks<'_>]),
        shown: &[HungExhibit<'_>],
        omissions: &[OmittedRecord],
        (seals, premium): (bool, bool),
    ) -> Result<(), GalleryError> {
        let inputs = self.inputs_of_index(shown, omissions)?;
        let attempts = sections.iter().flat_map(PromptSection::attempts);
        if self.keep_made_with(inputs.as_deref(), newest(attempts)) {
            return Ok(());
        }
        let page = IndexPage::new(sections, models, omissions, &self.ranks, (self.own, self.context))
            .with_pages(seals, premium);
        let poster = || Poster::index(sections, models, self.own);
        self.page("index.html", "index.html", "", &page, poster, inputs.as_deref())
    }

    /// Prints a page of one prompt, or the pages of a kind.
    pub(super) fn section(
        &self,
        (section, page): &(&PromptSection<'_>, SectionPage),
    ) -> Result<(), GalleryError> {
        let inputs = self.inputs_of_section(section, *page);
        let inputs = inputs.as_deref();
        if self.keep_made_with(inputs, newest(section.attempts())) {
            return Ok(());
        }
        match page {
            SectionPage::Wall => {
                let (path, page) = (prompt_path(section.prompt), PromptPage::new(section, &self.ranks));
                let page = page.with_seal(SealNote::new(section, self.context.seals));
                self.page(&path, "prompt.html", "../", &page, || Poster::wall(section), inputs)
            }
            SectionPage::Timeline => TimelinePage::new(section).map_or(Ok(()), |page| {
                self.page(&page.path, "timeline.html", "../", &page, || Poster::timeline(section), inputs)
            }),
            SectionPage::Charts => parallel::map(&ChartPage::all(section, &self.ranks), |page| {
                self.page(&page.path, "chart.html", "../", page, || Poster::chart(section, page), inputs)
            })
            .map(drop),
            SectionPage::Versus => VersusPage::new(section).map_or(Ok(()), |page| {
                self.page(&page.path, "versus.html", "../", &page, || Poster::versus(section), inputs)
            }),
        }
    }

    /// Prints the pages of one contestant.
    pub(super) fn model(&self, model: &ModelWorks<'_>) -> Result<(), GalleryError> {
        let inputs = self.inputs_of_model(model)?;
        let inputs = inputs.as_deref();
        if self.keep_made_with(inputs, newest(model.attempts())) {
            return Ok(());
        }
        let page = ModelPage::new(model, &self.ranks, &self.own.lead);
        self.page(&page.path, "model.html", "../", &page, || Poster::model(model), inputs)?;
        if let Some(page) = GridPage::new(model) {
            self.page(&page.path, "grid.html", "../", &page, || Poster::grid(model), inputs)?;
        }
        Ok(())
    }

    /// Writes all the data as a file for other programs: JSON or CSV, by the path's end.
    pub(super) fn data(&self, shown: &[HungExhibit<'_>], path: &str) -> Result<(), GalleryError> {
        let inputs = self.inputs_of_all(path, shown);
        if self.keep_made_with(inputs.as_deref(), None) {
            return Ok(());
        }
        // A row follows from the record and from which files are there.
        let mut source = SourceKey::new(templates::fingerprint());
        for HungExhibit { hung, record, .. } in shown {
            let has_picture = hung.pictures.large.is_some();
            source = source.with(&(record.to_hex().as_str(), hung.missing, has_picture))?;
        }
        let source = source.finish();
        let from = MadeFrom { source: Some(&source), inputs: inputs.as_deref() };
        if self.site.keep(path, from) {
            return Ok(());
        }
        let rows = shown.iter().map(|one| (one.exhibit, &one.hung));
        let text = if path.ends_with(".json") { share::json(rows)? } else { share::csv(rows)? };
        self.site.put_made_from(path, &text, from)
    }

    /// Writes what leads others to the pages: the feed, the map for crawlers, and the file that names the map.
    pub(super) fn directions(&self, shown: &[HungExhibit<'_>]) -> Result<(), GalleryError> {
        let Some(base) = self.base else { return Ok(()) };
        let inputs = self.inputs_of_all("directions", shown);
        if self.keep_made_with(inputs.as_deref(), None) {
            return Ok(());
        }
        let put = |path: &str, text: &str| {
            let from = MadeFrom { source: None, inputs: inputs.as_deref() };
            self.site.put_made_from(path, text.as_bytes(), from)
        };
        let feed = Value::from(Serde(Feed::new(base, shown.iter().map(HungExhibit::view))));
        let feed = self.templates.get_template("feed.xml")?.render(context! { feed })?;
        put(Feed::PATH, &feed)?;
        for (path, text) in self.map().files(base, &self.templates)? {
            put(&path, &text)?;
        }
        put(share::ROBOTS, &share::robots(base))
    }
}
