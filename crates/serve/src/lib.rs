//! Serving a gallery to a browser on this machine while it changes.
//!
//! Reads only: files of the gallery's folder, and word of each change. It knows neither results nor how a gallery is
//! built. A page of another site that a browser shows at the same time gets nothing from here.

mod file;
mod guard;
mod live_gallery;
mod site;

pub(crate) use guard::{Guard, guard};
pub use live_gallery::{LiveGallery, RefreshError};
pub use site::serve;
pub mod vote;
