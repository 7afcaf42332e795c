//! Fetching models from the Hugging Face hub into its standard cache.
//!
//! A file is fetched by ranges over several connections and written in order, so that what is there after a cut is a
//! whole beginning and can be gone on with; it is hashed on the way and takes its place only when the sum is the hub's.
//! What the hub says is checked, not trusted.

mod cache;
mod checksum;
mod choose;
mod client;
mod disk_space;
mod error;
mod event;
mod fetch;
mod lock;
mod partial_file;
mod plan;
mod settings;
mod spec;
mod tree;

pub use error::HubError;
pub use event::{PullEvent, PullListener};
pub use plan::{Hub, PullPlan, PulledModel};
pub use settings::{HubSettings, HubToken, TransferTuning};
pub use spec::{FileChoice, ModelSpec};
pub use tree::RepoFile;
