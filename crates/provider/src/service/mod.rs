//! Services and local servers over HTTP.
//!
//! The table says what is known of each service, and a protocol what its requests and answers look like; one client asks
//! them all. A request of a [`ServiceModel`] goes from `request_body` (settings to their places) to `exchange` (one request
//! and the answer to it, within `limits`), whose stream is cut by `frames`, read by `protocol` and told by
//! `reply_builder`.

mod address;
mod answer_frames;
mod api_key;
mod batch;
mod catalog;
mod connection;
mod entry;
mod exchange;
mod failure;
mod frame_values;
mod frames;
mod halves;
mod header;
mod joined_text;
mod json_extent;
mod kept_body;
mod limits;
mod model;
mod plain_request;
mod protocol;
mod reply_builder;
mod reply_text;
mod request_body;
mod retry_delay;
mod same_model;
mod service_error;
mod services;
mod table;
mod text_circle;
mod variable;
mod wire_trace;

pub use batch::{BatchClient, BatchError, BatchProtocol, BatchReplies, BatchState};
pub use catalog::CatalogError;
pub use connection::WireTrace;
pub use entry::{ConfigurationSource, ModelRule, ServiceEntry};
pub use model::ServiceModel;
pub use protocol::ProtocolName;
pub use request_body::SettingError;
pub use service_error::ServiceError;
pub use services::Services;
pub use table::EntryError;
pub use variable::{Variable, VariableLookup};
