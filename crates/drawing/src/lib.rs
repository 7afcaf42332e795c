//! From a model's reply to a verdict, findings, a picture and measures.
//!
//! A reply is hostile until it is checked. [`WorkerPool`] hands it to a worker, another process with bounds on time and
//! memory and nothing to lose, which finds the drawing (`extract`), tells what is wrong with it (`xml`, `survey`),
//! refuses what would cost too much before it is spent (`weight`, `budget`), and draws it (`picture`, `raster`). A
//! repair is shown beside the verdict and never counted. `measure` reads figures and parts off the renderer's tree.
//!
//! The crate knows no disk, no network, no prompt but its rubric, and not what becomes of a verdict. `docs/drawing.md`
//! has the rules, `docs/measures.md` those of the measures.
//!
//! Start reading at [`inspect()`], then `inspector.rs` for the stages in their order.

mod bounds;
mod browser;
mod budget;
mod confinement;
mod css;
mod encoding;
mod entities;
mod escape;
mod extract;
mod fonts;
mod inspect;
mod inspector;
mod internal_entities;
mod limits;
mod links;
mod markup;
mod measure;
mod measuring;
mod picture;
mod place;
mod png_sums;
mod pool;
mod raster;
mod rename;
mod renderer_log;
mod repair;
mod repair_kind;
mod size;
mod survey;
mod tool;
mod weight;
mod wire;
mod worker;
mod worker_death;
mod worker_error;
mod worker_process;
mod xml;

pub use bounds::{DrawingBounds, InspectionOptions};
pub use confinement::{forbid_system_calls, inherit_nothing};
pub use inspect::inspect;
pub use measuring::{MeasureError, measure};
pub use pelicycle_lowering::VERDICT_SIDE;
pub use pool::WorkerPool;
pub use raster::{RENDERER, pixels_trusted, rasterize_trusted, words_end_trusted};
pub use survey::PAINTING_ELEMENTS;
pub use tool::tool;
pub use worker::{WORKER_COMMAND, serve_worker};
pub use worker_error::WorkerError;
