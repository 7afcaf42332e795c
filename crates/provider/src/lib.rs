//! Who answers requests: the engine in this process and services over HTTP, behind one small trait.
//!
//! A request goes in, a stream of events comes out; whoever drops the stream breaks the request off.

mod ask;
mod lane;
mod replies;
mod service;

pub use ask::{Account, Delta, Done, Event, EventKind, EventStream, Provider, Request, Sent};
pub use lane::{Lane, Place};
pub use replies::{Replies, RepliesError, reply_files};
pub use service::{
    BatchError, BatchProtocol, BatchReplies, BatchState, Batches, CatalogError, DialectName, EntryError, Key,
    ModelRule, Remote, RemoteError, ServiceEntry, Services, SettingError, Trace, Variables,
};
