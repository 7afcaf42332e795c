//! A model: hyper-parameters and typed layers from the file, and the forward pass over them.
//!
//! An architecture is a declaration (`architecture.rs`) of which blocks with which options; the blocks are
//! one file each and know no architecture by name.
//!
//! The files stand in floors, and each uses only those on floors below it:
//!
//! ```text
//! forward  expert_use  memory            a step through all layers; what it took
//! census                                 what the weights are for
//! load                                   a model from its file
//! layer                                  mixer, then feed-forward
//! mixer                feed_forward      which block a layer has
//! attention            experts
//! latent               shared_expert
//! delta_net            gated             the blocks: read from the file, computed
//! step  layer_source  routing            what a block is handed; what it is read from
//! tensors  rope
//! matrix   norm
//! context  hyper                         threads and kernels; the numbers that shape the model
//! architecture  keys  error  ...         declarations and metadata
//! ```

mod architecture;
mod attention;
mod census;
mod context;
mod delta_net;
mod delta_shape;
mod error;
mod expert_use;
mod experts;
mod feed_forward;
mod forward;
mod gated;
mod hyper;
mod keys;
mod latent;
mod latent_shape;
mod layer;
mod layer_source;
mod load;
mod matrix;
mod memory;
mod mixer;
mod norm;
mod rope;
mod rope_scaling;
mod routing;
mod shared_expert;
mod step;
mod tensors;

pub use census::{Amount, Census, Role};
pub use context::Arithmetic;
pub use delta_shape::DeltaShape;
pub use error::ModelError;
pub use expert_use::ExpertUse;
pub(crate) use experts::Routed;
pub(crate) use forward::Scratch;
pub use hyper::{Experts, Hyper};
pub use latent_shape::LatentShape;
pub use load::Model;
pub use memory::Memory;
pub use rope_scaling::{RopeScaling, Yarn};
pub(crate) use step::Row;
