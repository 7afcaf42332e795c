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
mod measure;
mod measuring;
mod notes;
mod place;
mod pool;
mod raster;
mod repair;
mod size;
mod survey;
mod thinking;
mod tool;
mod weight;
mod wire;
mod worker;
mod xml;

pub use bounds::{Bounds, Options};
pub use inspect::inspect;
pub use measuring::{MeasureError, measure};
pub use pool::{Pool, WorkerError};
pub use raster::RENDERER;
pub use raster::print;
pub use survey::PAINTS;
pub use tool::tool;
pub use worker::{WORKER_COMMAND, serve};
