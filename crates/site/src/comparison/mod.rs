//! Pages of a comparison: the two sides' drawings beside the figures, one contestant over time, kept drawings rendered
//! anew.

mod chart;
mod page;
mod pixels;
mod rendering;

pub use chart::history_page;
pub use page::{RasterLookup, page};
pub use pixels::{Likeness, PixelDifference, PixelError, difference, likeness};
pub use rendering::{Redrawn, RenderingReport, redrawn};
