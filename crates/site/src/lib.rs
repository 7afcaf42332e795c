//! The gallery: attempts, as plain data, become a static site.
//!
//! [`build`] takes [`Exhibit`]s and prints pages, posters, a feed and tables of data into a folder; what did not change since
//! the last build is neither read nor written. [`rebuild`] does that for all that a store holds. [`sheet`] makes one picture
//! of many drawings, and [`comparison`] the pages of comparisons. The same exhibits make the same bytes, and what models
//! wrote is shown as pictures and as escaped text, never as markup.
//!
//! It knows no network, no model and no command line, and none of it but [`rebuild`] knows the store.
//!
//! Start reading at `build.rs`. Views (`view/`, one file a page) say what a page shows, `press/` prints it through the
//! templates, `site.rs` writes the folder, `take.rs` takes in the files of attempts.

mod build;
mod cache;
pub mod comparison;
mod error;
mod exhibit;
mod heat;
mod inputs;
mod lettering;
mod live;
mod makers;
mod moving;
mod overlay;
mod parallel;
mod press;
mod rebuild;
mod replay;
mod settings;
mod share;
mod sheet;
mod sheet_layout;
mod site;
mod site_list;
mod source;
mod take;
mod templates;
mod texts;
mod view;

pub use build::{BuildReport, GalleryOptions, MeasureDrawing, VerifyExhibit, build, ready};
pub use error::GalleryError;
pub use exhibit::{Exhibit, GalleryContext, OmittedRecord};
pub use live::live;
pub use makers::{LabEntry, OwnMakers};
use pelicycle_record::Attempt;
pub use rebuild::{RebuildError, RebuiltGallery, exhibit, rankings, rebuild, rebuild_measured_by};
pub use settings::{SiteSettings, is_colour, is_logo};
pub use share::{BaseUrl, BaseUrlError};
pub use sheet::{ContactSheet, SheetError, SheetOptions, SheetOrder, sheet};
pub use sheet_layout::SheetShape;
pub use templates::{PageError, scripted_page};
pub use view::prompt_stem;

/// The order of all pages: the newest first, of samples of one moment the last.
fn newer(a: &Attempt, b: &Attempt) -> std::cmp::Ordering {
    let key = |attempt: &Attempt| (attempt.timing.started, attempt.sample);
    key(b).cmp(&key(a)).then_with(|| b.id.cmp(&a.id))
}
