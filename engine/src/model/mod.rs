//! A model: its configuration and typed layers from the file, and the forward pass over them.
//!
//! An architecture is a declaration (`architectures.rs`) of which blocks with which options; the blocks are
//! one file each and know no architecture by name.
//!
//! The files stand in floors, and each uses only those on floors below it:
//!
//! ```text
//! expert_use                                  the experts that tokens took
//! forward  weight_summary  model_memory       a step through all layers; what a model holds and takes
//! load                                        a model from its file
//! layer                                       a token mixer, then a feed-forward block
//! token_mixer            feed_forward         the kind of block that a layer has
//! attention              shared_expert
//! latent_attention       routed_experts       the blocks: read from the file, computed
//! delta_net              mlp
//! step  layer_source  expert_router           what a block is handed, and what it is read from
//! tensor_reader  matrix  norm  rope           weights and small parts
//! compute_context  config                     threads and kernels; the numbers that shape a model
//! architecture  config_keys  error  ...       declarations and metadata
//! ```

mod architecture;
mod architectures;
mod attention;
mod causal_convolution;
mod compute_context;
mod config;
mod config_keys;
mod delta_net;
mod delta_shape;
mod dense_beside_experts;
mod error;
mod expert_matrices;
mod expert_router;
mod expert_use;
mod feed_forward;
mod file_names;
mod forward;
mod head_attention;
mod head_shape;
mod holes;
mod honoured;
mod hyper_connection;
mod kimi_delta;
mod latent_attention;
mod latent_heads;
mod latent_shape;
mod layer;
mod layer_blocks;
mod layer_input;
mod layer_source;
mod layer_windows;
mod load;
mod mamba;
mod mamba_shape;
mod matrix;
mod mlp;
mod model_memory;
mod ngram_embedding;
mod norm;
mod not_yet;
mod picture_rows;
mod position_indexer;
mod recurrent_head;
mod residual;
mod rope;
mod rope_axes;
mod rope_scaling;
mod routed_experts;
mod run_indexer;
mod shared_expert;
mod short_convolution;
mod softplus;
mod step;
mod step_sequence;
mod tensor_reader;
mod token_mixer;
mod weight_summary;

pub(crate) use architecture::NormKind;
pub use compute_context::Arithmetic;
pub(crate) use compute_context::ComputeContext;
pub use config::{ExpertConfig, ModelConfig};
pub(crate) use config_keys::{ConfigKeys, LIMIT};
pub use error::ModelError;
pub use expert_use::ExpertUse;
pub(crate) use forward::StepScratch;
pub use head_shape::HeadShape;
pub use latent_shape::LatentShape;
pub use load::Model;
pub(crate) use matrix::{Matrix, columns, products};
pub use model_memory::ModelMemory;
pub(crate) use norm::{Norm, rms_norm_in_place, rms_normalize};
pub use picture_rows::PictureRows;
pub use rope_scaling::{LongScaling, RopeScaling, YarnScaling};
pub(crate) use routed_experts::LayerRouting;
pub(crate) use step::{BatchToken, PictureRow};
pub(crate) use tensor_reader::TensorReader;
pub use weight_summary::{TensorRole, WeightSize, WeightSummary};
