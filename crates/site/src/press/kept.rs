//! The pages that are left as they are without a look at what they show: those whose inputs are those of the last build.

use jiff::Timestamp;

use super::{Press, SectionPage};
use crate::build::HungExhibit;
use crate::view::{LookSeries, ModelWorks, PromptSection, ShownAttempt};
use crate::{GalleryError, OmittedRecord};

impl Press<'_> {
    /// Keeps all that the last build printed from these inputs; false where that can't be. `newest` is the moment of the newest thing
    /// on the pages among it.
    pub(super) fn keep_made_with(&self, inputs: Option<&str>, newest: Option<Timestamp>) -> bool {
        let kept = |inputs| self.site.keep_made_with(inputs, self.noted);
        let Some(paths) = inputs.and_then(kept) else { return false };
        if self.base.is_some() {
            let mut map = self.map();
            paths.iter().filter(|path| path.ends_with(".html")).for_each(|path| map.add(path, newest));
        }
        true
    }

    /// Inputs of what follows from everything.
    pub(super) fn inputs_of_all(&self, kind: &str, shown: &[HungExhibit<'_>]) -> Option<String> {
        self.inputs.key(kind).with_attempts(shown.iter().map(HungExhibit::view)).finish()
    }

    /// Inputs of the first page.
    pub(super) fn inputs_of_index(
        &self,
        shown: &[HungExhibit<'_>],
        omissions: &[OmittedRecord],
    ) -> Result<Option<String>, GalleryError> {
        let omissions: Vec<_> =
            omissions.iter().map(|omission| (&omission.place, &omission.reason)).collect();
        let key = self.inputs.key("index").with(&omissions)?;
        Ok(key.with_attempts(shown.iter().map(HungExhibit::view)).finish())
    }

    /// Inputs of a page of one prompt, or of the pages of a kind.
    pub(super) fn inputs_of_section(&self, section: &PromptSection<'_>, page: SectionPage) -> Option<String> {
        let key = self.inputs.key(page.kind());
        key.with_attempts(section.cases.iter().flat_map(|case| case.shown.iter().copied())).finish()
    }

    /// Inputs of the pages of one contestant.
    pub(super) fn inputs_of_model(&self, model: &ModelWorks<'_>) -> Result<Option<String>, GalleryError> {
        let mut key = self.inputs.key("model");
        for (section, case) in &model.cases {
            // The prompt is as somebody else's newest attempt may have recorded it.
            key = key.with(section.prompt)?.with_attempts(case.shown.iter().copied());
        }
        Ok(key.finish())
    }

    /// Inputs of the page of one attempt, whose neighbours and looks it shows too.
    pub(super) fn inputs_of_attempt(
        &self,
        one: &HungExhibit<'_>,
        neighbours: &[Option<ShownAttempt<'_>>],
        looks: &LookSeries<'_>,
    ) -> Result<Option<String>, GalleryError> {
        let mut key = self.inputs.key("attempt").with_attempts(std::iter::once(one.view()));
        for neighbour in neighbours {
            key = key.with_attempts(neighbour.iter().copied());
        }
        let readings: Vec<_> = one.exhibit.readings.iter().map(|reading| reading.id.as_str()).collect();
        let key = key.with_attempts(looks.beside(one.exhibit.attempt).iter().copied());
        Ok(key.with(&(one.exhibit.rubric, readings))?.finish())
    }
}

impl SectionPage {
    /// The name by which its inputs are kept.
    fn kind(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Timeline => "timeline",
            Self::Charts => "charts",
            Self::Versus => "versus",
        }
    }
}
