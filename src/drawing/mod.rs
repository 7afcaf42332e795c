//! From a reply to findings: extract, check, rasterize. Bytes in, findings out; no disk, no network.

mod bounds;
mod browser;
mod budget;
mod css;
mod entities;
mod escape;
mod extract;
mod fonts;
mod inspect;
mod limits;
mod links;
mod markup;
mod measuring;
mod notes;
mod place;
mod pool;
mod raster;
mod repair;
mod report;
mod size;
mod survey;
mod thinking;
mod weight;
mod wire;
mod worker;
mod xml;

pub use bounds::{Bounds, Options};
pub use inspect::{Inspection, Repaired, inspect};
pub use measuring::{MeasureError, measure};
pub use pool::{Pool, WorkerError};
pub use raster::RENDERER;
pub(crate) use raster::print;
pub use report::{Candidate, Check, Draws, Finding, SvgFacts, Verdict};
pub(crate) use survey::PAINTS;
pub use worker::{WORKER_COMMAND, serve};
