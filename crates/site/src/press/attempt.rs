//! The page of one attempt, whose texts and measures are costly to come by.

use pelicycle_record::Verdict;
use pelicycle_record::measure::{RULES_VERSION, Rubric};

use super::Press;
use super::experts::files_of_maps;
use crate::build::HungExhibit;
use crate::site::MadeFrom;
use crate::source::SourceKey;
use crate::take::{self, IntakeProblem};
use crate::view::{
    AttemptPage, AttemptTexts, LookSeries, MeasuresView, NeighbourPlaces, Poster, page_path, prompt_path,
};
use crate::{GalleryError, texts};

/// Version of what is made of an attempt's texts. The rest of a page tells by itself whether it changed; its texts
/// are not read to find that out.
const TEXTS: u32 = 4;

impl Press<'_> {
    /// Prints the page of one attempt, whose neighbours stand at these places among `all`. Its texts are read only when there is
    /// something to print; returns those that could not be.
    pub(crate) fn attempt(
        &self,
        one: &HungExhibit<'_>,
        places: &NeighbourPlaces,
        all: &[HungExhibit<'_>],
        looks: &LookSeries<'_>,
    ) -> Result<Vec<IntakeProblem>, GalleryError> {
        let (attempt, files) = (one.exhibit.attempt, &one.exhibit.files);
        let beside = places.all().map(|place| place.map(|place| all[place].view()));
        let inputs = self.inputs_of_attempt(one, &beside, looks)?;
        // Maps are drawn for several pages together, so they go with none of them.
        let maps = files_of_maps(one.exhibit);
        if (maps.is_empty() || self.site.keep_as_they_are(&maps))
            && self.keep_made_with(inputs.as_deref(), Some(attempt.timing.started))
        {
            return Ok(Vec::new());
        }
        let (neighbours, strip) = (places.view(|place| all[place].view()), looks.strip(attempt));
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
            .with_looks(strip.clone())
        };
        let path = page_path(attempt);
        let poster = || Poster::attempt(one.view(), origin.clone());
        let share = self.share(&path, poster, inputs.as_deref())?;
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
        let from = MadeFrom { source: Some(&source), inputs: inputs.as_deref() };
        if self.is_printed(one, &path, &maps, from) {
            return Ok(Vec::new());
        }
        let (mut texts, mut problems) = texts::read(one.exhibit, &one.hung);
        texts.measures = self.measures(one);
        let experts = self.experts(one.exhibit, &mut problems)?;
        let page = page(texts, experts);
        self.print(&path, "attempt.html", "../../", &page, share.as_ref(), from)?;
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

    /// Whether the last build left the page and its maps as they would be made; they are kept then.
    fn is_printed(&self, one: &HungExhibit<'_>, path: &str, maps: &[String], from: MadeFrom<'_>) -> bool {
        // Counts that may have changed are drawn anew.
        if !maps.is_empty() && one.hung.cached.is_none() {
            return false;
        }
        (maps.is_empty() || self.site.keep_as_they_are(maps)) && self.site.keep(path, from)
    }
}
