//! Providers, which answer requests, behind one small trait: services over HTTP and replies that lie ready are here.
//!
//! A [`ReplyRequest`] goes to a [`Provider`], a stream of [`ReplyEvent`]s comes back; whoever drops the stream breaks the
//! request off. [`Services`] opens services: what is known of each is a table, `service/services.toml`, and what differs
//! between protocols is one small file each. [`BatchClient`] leaves many requests at once. A [`RequestQueue`] bounds how
//! many are under way.
//!
//! This crate knows no prompt's meaning, no drawing, and no results folder. Keys stand in memory and in their header, and
//! every text of a service is searched for them before anything else sees it. The engine as a provider is in
//! `pelicycle_run`.
//!
//! Start reading at [`Provider`], then at `service/model.rs`.

mod event;
mod provider;
mod queue;
mod replies;
mod service;

pub use event::{
    LOOPS, ReplyDelta, ReplyEvent, ReplyEventKind, ReplyMetadata, ReplySender, ReplyStream, RequestEnd,
    SentRequest, reply_channel,
};
pub use provider::{EarlierTurn, Provider, ReplyRequest};
pub use queue::{Permit, RequestQueue};
pub use replies::{FixedReplies, RepliesError, reply_files};
pub use service::{
    BatchClient, BatchError, BatchProtocol, BatchReplies, BatchState, CatalogError, ConfigurationSource,
    EntryError, ModelRule, ProtocolName, ServiceEntry, ServiceError, ServiceModel, Services, SettingError,
    Variable, VariableLookup, WireTrace,
};
