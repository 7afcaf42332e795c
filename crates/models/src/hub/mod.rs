//! Fetching models from the Hugging Face hub into its standard cache.
//!
//! A file is fetched by ranges over several connections and written in order, so that what is there after a cut is a
//! whole beginning and can be gone on with; it is hashed on the way and takes its place only when the sum is the hub's. What the hub says is checked, not trusted.

mod blob;
mod cache;
mod choose;
mod client;
mod error;
mod fetch;
mod lock;
mod news;
mod plan;
mod settings;
mod sum;
mod tree;
mod wanted;

pub use error::HubError;
pub use news::{Listener, News};
pub use plan::{Hub, Plan, Pulled};
pub use settings::{Settings, Token, Tuning};
pub use tree::RepoFile;
pub use wanted::{Wanted, What};
