//! The files of an attempt, listed in one place: what there can be beside a record, and by what name.

use pelicycle_record::Inspection;

use crate::layout;

/// The files beside an attempt's record: their contents when it is written, their paths when it is read. Absent where
/// the attempt has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptFiles<T> {
    /// The exact body of the request to a service.
    pub request: Option<T>,
    /// When which part of the reply came.
    pub timeline: Option<T>,
    /// The reply, byte for byte.
    pub reply: Option<T>,
    /// The reasoning text.
    pub thinking: Option<T>,
    /// The drawing as it stood in the reply.
    pub svg: Option<T>,
    /// The drawing, repaired or not, has active content: it is stored as text, so that opening the folder runs nothing.
    pub active: bool,
    /// Our raster of it.
    pub png: Option<T>,
    /// The drawing after a named repair.
    pub repaired_svg: Option<T>,
    /// Our raster of the repaired one.
    pub repaired_png: Option<T>,
    /// The picture of how often the reply took each expert.
    pub experts: Option<T>,
}

impl<T> AttemptFiles<T> {
    /// Takes each file that `find` has, by the attempt's need of it and its name.
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
