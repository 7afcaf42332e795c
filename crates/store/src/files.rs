//! The files of an attempt, listed in one place: what there can be beside a record, by what name, and which of them a
//! record tells of.

use pelicycle_record::{Attempt, Inspection, TextRecord};

use crate::layout;

/// The files beside an attempt's record: their contents when it is written, their paths when it is read. Absent where
/// the attempt has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptFiles<T> {
    /// The exact body of the request to a service.
    pub request: Option<T>,
    /// The times at which the parts of the reply came.
    pub timeline: Option<T>,
    /// The reply, byte for byte.
    pub reply: Option<T>,
    /// The reasoning text.
    pub thinking: Option<T>,
    /// The drawing as it stood in the reply.
    pub svg: Option<T>,
    /// Whether the drawing, repaired or not, has active content: it is stored as text, so that opening the folder runs
    /// nothing.
    pub active: bool,
    /// Our raster of the drawing.
    pub png: Option<T>,
    /// The drawing after a named repair.
    pub repaired_svg: Option<T>,
    /// Our raster of the repaired drawing.
    pub repaired_png: Option<T>,
    /// The picture of how often the reply took each expert.
    pub experts: Option<T>,
}

/// No files, whatever one would be.
impl<T> Default for AttemptFiles<T> {
    fn default() -> Self {
        Self {
            request: None,
            timeline: None,
            reply: None,
            thinking: None,
            svg: None,
            active: false,
            png: None,
            repaired_svg: None,
            repaired_png: None,
            experts: None,
        }
    }
}

impl<T> AttemptFiles<T> {
    /// The files that there are, with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        [
            (layout::REQUEST, &self.request),
            (layout::TIMELINE, &self.timeline),
            (layout::REPLY, &self.reply),
            (layout::THINKING, &self.thinking),
            (svg_name(self.active), &self.svg),
            (layout::PNG, &self.png),
            (repaired_name(self.active), &self.repaired_svg),
            (layout::REPAIRED_PNG, &self.repaired_png),
            (layout::EXPERTS, &self.experts),
        ]
        .into_iter()
        .filter_map(|(name, file)| Some((name, file.as_ref()?)))
    }

    /// The files whose length and hash a record has, with what they are called in errors.
    pub(crate) fn hashed(&self) -> [(&'static str, Option<&T>); 5] {
        [
            ("request", self.request.as_ref()),
            ("timeline", self.timeline.as_ref()),
            ("reply", self.reply.as_ref()),
            ("thinking", self.thinking.as_ref()),
            ("experts", self.experts.as_ref()),
        ]
    }

    /// The files that `find` gives, by their names, for each that is needed.
    pub(crate) fn collect<E>(
        active: bool,
        needed: &AttemptFiles<()>,
        find: impl Fn(&'static str) -> Result<T, E>,
    ) -> Result<Self, E> {
        let take = |needed: Option<()>, name| needed.map(|()| find(name)).transpose();
        Ok(Self {
            request: take(needed.request, layout::REQUEST)?,
            timeline: take(needed.timeline, layout::TIMELINE)?,
            reply: take(needed.reply, layout::REPLY)?,
            thinking: take(needed.thinking, layout::THINKING)?,
            svg: take(needed.svg, svg_name(active))?,
            active,
            png: take(needed.png, layout::PNG)?,
            repaired_svg: take(needed.repaired_svg, repaired_name(active))?,
            repaired_png: take(needed.repaired_png, layout::REPAIRED_PNG)?,
            experts: take(needed.experts, layout::EXPERTS)?,
        })
    }
}

impl AttemptFiles<()> {
    /// The files that a record tells of. Whether a drawing has active content no record says.
    pub(crate) fn needed(attempt: &Attempt) -> Self {
        let texts = AttemptFiles::recorded(attempt);
        let check = attempt.check.as_ref();
        let repaired = check.is_some_and(|check| check.repaired).then_some(());
        Self {
            request: texts.request.map(drop),
            timeline: texts.timeline.map(drop),
            reply: texts.reply.map(drop),
            thinking: texts.thinking.map(drop),
            svg: check.is_some_and(|check| check.svg.is_some()).then_some(()),
            active: false,
            png: check.is_some_and(|check| check.draws.resvg).then_some(()),
            repaired_svg: repaired,
            repaired_png: repaired,
            experts: texts.experts.map(drop),
        }
    }
}

impl<'a> AttemptFiles<&'a TextRecord> {
    /// The lengths and hashes that a record has.
    pub(crate) fn recorded(attempt: &'a Attempt) -> Self {
        Self {
            request: attempt.service.as_ref().and_then(|service| service.request.as_ref()),
            timeline: attempt.timeline.as_ref(),
            reply: attempt.reply.as_ref(),
            thinking: attempt.thinking.as_ref(),
            experts: attempt.experts.as_ref().map(|experts| &experts.counts),
            ..Self::default()
        }
    }
}

impl<'a> AttemptFiles<&'a [u8]> {
    /// The files that a check made of a reply.
    #[must_use]
    pub fn drawn(inspection: &'a Inspection) -> Self {
        let repaired = inspection.repaired.as_ref();
        Self {
            svg: inspection.svg.as_deref(),
            active: inspection.active,
            png: inspection.png.as_deref(),
            repaired_svg: repaired.map(|repaired| repaired.svg.as_slice()),
            repaired_png: repaired.map(|repaired| repaired.png.as_slice()),
            ..Self::default()
        }
    }
}

fn svg_name(active: bool) -> &'static str {
    if active { layout::SVG_ACTIVE } else { layout::SVG }
}

fn repaired_name(active: bool) -> &'static str {
    if active { layout::REPAIRED_ACTIVE } else { layout::REPAIRED }
}
