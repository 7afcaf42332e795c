//! The gallery: attempts, as plain data, become a static site.
//!
//! A pure function of what it is given: no store, no network, no clock. The same exhibits make the same bytes.
//! What models wrote is shown as pictures and as escaped text, never as markup.

mod build;
mod error;
mod exhibit;
mod heat;
mod picture;
mod site;
mod templates;
pub(crate) mod text;
mod view;

pub use build::{Report, build, ready};
pub use error::GalleryError;
pub use exhibit::{Exhibit, ExhibitFiles, Omission};
