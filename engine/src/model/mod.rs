//! A model: hyper-parameters and typed layers from the file, and the forward pass over them.
//!
//! An architecture is a declaration (`architecture.rs`) of which blocks with which options; the blocks are
//! one file each and know no architecture by name.

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
mod hyper;
mod keys;
mod latent;
mod latent_shape;
mod layer;
mod load;
mod matrix;
mod memory;
mod mixer;
mod norm;
mod rope;
mod rope_scaling;
mod routing;
mod shared_expert;
mod tensors;

pub use census::{Amount, Census, Role};
pub use delta_shape::DeltaShape;
pub use error::ModelError;
pub use expert_use::ExpertUse;
pub(crate) use experts::Routed;
pub(crate) use forward::{Row, Scratch};
pub use hyper::{Experts, Hyper};
pub use latent_shape::LatentShape;

pub use context::Arithmetic;
pub use load::Model;
pub use memory::Memory;
pub use rope_scaling::{RopeScaling, Yarn};
