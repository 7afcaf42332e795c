//! The gallery: attempts, as plain data, become a static site.
//!
//! A pure function of what it is given: no store, no network, no clock. The same exhibits make the same bytes.
//! What models wrote is shown as pictures and as escaped text, never as markup.

mod build;
pub mod comparison;
mod error;
mod exhibit;
mod heat;
mod lettering;
mod live;
mod overlay;
mod parallel;
mod picture;
mod rebuild;
mod replay;
mod seen;
mod share;
mod sheet;
mod site;
mod source;
mod take;
mod templates;
mod texts;
mod view;

use pelicycle_record::Attempt;

pub use build::{Measure, Options, Report, Verify, build, ready};
pub use error::GalleryError;
pub use exhibit::{Exhibit, Omission};
pub use live::live;
pub use picture::{PictureError, quick_picture, small_picture};
pub use rebuild::{RebuildError, Rebuilt, exhibit, rebuild, rebuild_measured_by};
pub use share::{BaseUrl, BaseUrlError};
pub use sheet::{Sheet, SheetError, SheetOptions, sheet};
pub use templates::{PageError, scripted_page};

/// The order of all pages: the newest first, of samples of one moment the last.
fn newer(a: &Attempt, b: &Attempt) -> std::cmp::Ordering {
    let key = |attempt: &Attempt| (attempt.timing.started, attempt.sample);
    key(b).cmp(&key(a)).then_with(|| b.id.cmp(&a.id))
}
