//! Services and local servers over HTTP.
//!
//! The table says what is known of each service, a dialect what its protocol looks like; one client asks them all.

mod address;
mod answer;
mod batch;
mod body;
mod bounds;
mod catalog;
mod dialect;
mod exchange;
mod failure;
mod frames;
mod key;
mod link;
mod remote;
mod served;
mod table;
mod whole;

pub use batch::{BatchError, BatchProtocol, BatchReplies, BatchState, Batches};
pub use body::SettingError;
pub use catalog::CatalogError;
pub use dialect::DialectName;
pub use key::Key;
pub use link::{RemoteError, Services, Trace, Variables};
pub use remote::Remote;
pub use table::{EntryError, ModelRule, ServiceEntry};
