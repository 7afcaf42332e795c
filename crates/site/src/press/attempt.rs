//! The page of one attempt, whose texts and measures are costly to come by.

use pelicycle_record::Verdict;
use pelicycle_record::measure::{RULES_VERSION, Rubric};

use super::Press;
use super::experts::files_of_maps;
use crate::build::HungExhibit;
use crate::source::SourceKey;
use crate::take::{self, Problem};
use crate::view::{
    AttemptPage, AttemptTexts, LookStrip, MeasuresView, Neighbours, Poster, page_path, prompt_path,
};
use crate::{GalleryError, texts};

/// Version of what is made of an attempt's texts. The rest of a page tells by itself whether it changed; its texts
/// are not read to find that out.
const TEXTS: u32 = 4;

impl Press<'_> {
    /// Prints the page of one attempt. Its texts are read only when there is something to print; returns those that could
    /// not be.
    pub(crate) fn attempt(
        &self,
        one: &HungExhibit<'_>,
        neighbours: &Neighbours,
        looks: Option<&LookStrip>,
    ) -> Result<Vec<Problem>, GalleryError> {
        let (attempt, files) = (one.exhibit.attempt, &one.exhibit.files);
        let (prompt_href, origin) = (prompt_path(&attempt.prompt), self.origin(&attempt.contestant));
        let page = |texts, experts| {
            AttemptPage::new(
                attempt,
                &one.hung.pictures,
                texts,
                experts,
                files.active,
                origin.clone(),
                &prompt_href,
                neighbours.clone(),
            )
            .with_looks(looks.cloned())
        };
        let path = page_path(attempt);
        let share = self.share(&path, || Poster::attempt(one.view(), origin.clone()))?;
        let source = SourceKey::new(&self.made_by)
            .with(&page(AttemptTexts::default(), None))?
            // The record holds the hashes of the texts.
            .with(&(one.record.to_hex().as_str(), TEXTS, one.hung.missing, files.active))?
            .with(&files.experts.is_some())?
            // Measures follow from the drawing, whose hash the record has too.
            .with(&(RULES_VERSION, one.exhibit.rubric))?
            .with(&one.exhibit.readings.iter().map(|reading| reading.id.as_str()).collect::<Vec<_>>())?
            .with(&self.shared(share.as_ref()))?
            .finish();
        if self.is_printed(one, &path, &source) {
            return Ok(Vec::new());
        }
        let (mut texts, mut problems) = texts::read(one.exhibit, &one.hung);
        texts.measures = self.measures(one);
        let experts = self.experts(one.exhibit, &mut problems)?;
        let page = page(texts, experts);
        self.print(&path, "attempt.html", "../../", &page, share.as_ref(), &source)?;
        Ok(problems)
    }

    /// Measures what was drawn as written.
    fn measures(&self, one: &HungExhibit<'_>) -> Option<MeasuresView> {
        let check = one.exhibit.attempt.check.as_ref()?;
        let path = one.exhibit.files.svg.as_ref().filter(|_| check.verdict == Verdict::Drawn)?;
        // One that can't be read is told of where its text is shown.
        let svg = take::read(path).ok()?;
        let measured = (self.measure)(&svg, one.exhibit.rubric.unwrap_or(&Rubric::default()));
        let size = one.hung.pictures.large.as_ref().map(|picture| (picture.width, picture.height));
        Some(MeasuresView::new(measured, check.has_page_styles(), size, &one.exhibit.readings))
    }

    /// Whether the last build left the page and its maps as they would be made from `source`; they are kept then.
    fn is_printed(&self, one: &HungExhibit<'_>, path: &str, source: &str) -> bool {
        let maps = files_of_maps(one.exhibit);
        // Counts that may have changed are drawn anew.
        if !maps.is_empty() && one.hung.cached.is_none() {
            return false;
        }
        let files: Vec<&str> = std::iter::once(path).chain(maps.iter().map(String::as_str)).collect();
        self.site.is_made_from(path, source) && self.site.keep_as_they_are(&files)
    }
}
