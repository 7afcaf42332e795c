//! Pages of a comparison: the two sides' drawings beside the figures, one contestant over time, kept drawings rendered
//! anew.

mod chart;
mod page;
mod pictures;
mod rendering;

pub use chart::history_page;
pub use page::{RasterLookup, page};
pub use pictures::{ComparisonPictures, pictures};
pub use rendering::{RenderingReport, RerenderedDrawing, redrawn};
