//! The maps of the experts that an attempt took.

use pelicycle_record::{Attempt, ExpertCounts, ExpertsRecord};

use super::Press;
use crate::heat::{self, PageGround};
use crate::take::{self, IntakeProblem};
use crate::view::{ExpertsView, MapPaths, equal_share, folder};
use crate::{Exhibit, GalleryError};

/// Scales of the maps of experts, the same for all attempts.
const SCALES: [&str; 2] = ["scale.png", "scale-dark.png"];

impl Press<'_> {
    /// Draws the maps of an attempt's experts; a file that cannot be used becomes a problem.
    pub(super) fn experts(
        &self,
        exhibit: &Exhibit<'_>,
        problems: &mut Vec<IntakeProblem>,
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
        self.site.put(&paths.light, &heat::map(&counts, equal, PageGround::Light))?;
        self.site.put(&paths.dark, &heat::map(&counts, equal, PageGround::Dark))?;
        // The same for all of them.
        self.site.put(SCALES[0], &heat::scale(PageGround::Light))?;
        self.site.put(SCALES[1], &heat::scale(PageGround::Dark))?;
        Ok(Some(ExpertsView::new(record, Ok((&counts, paths)))))
    }
}

/// Paths of the maps of an attempt's experts.
fn maps(attempt: &Attempt) -> MapPaths {
    let place = |name: &str| format!("{}/{name}.png", folder(attempt));
    MapPaths { light: place("experts"), dark: place("experts-dark") }
}

/// The files that the maps of an attempt's experts are; none where it has no experts to show.
pub(super) fn files_of_maps(exhibit: &Exhibit<'_>) -> Vec<String> {
    if exhibit.attempt.experts.is_none() || exhibit.files.experts.is_none() {
        return Vec::new();
    }
    let MapPaths { light, dark } = maps(exhibit.attempt);
    [light, dark].into_iter().chain(SCALES.map(str::to_owned)).collect()
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
