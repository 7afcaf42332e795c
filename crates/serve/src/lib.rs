//! Pages for a browser on this machine: the gallery while it grows, and voting.
//!
//! [`serve`] sends the files of a gallery's folder and word of each change; it only reads. [`vote`] shows two drawings side by
//! side and keeps which one a person finds better, by itself or beside the gallery ([`vote::GalleryVoting`]). Both stand behind a guard: they answer requests to their own address,
//! and take forms of their own pages alone, so a page of another site that the browser shows at the same time gets nothing
//! from here.
//!
//! It does not know how a gallery is built, how attempts are made, or what follows from votes.
//!
//! Start reading at `guard.rs`, which says who is answered, then `site.rs` and `vote/server.rs`.

mod file;
mod guard;
mod live_gallery;
mod site;
mod vote_link;

pub(crate) use guard::{RequestGuard, guard};
pub use live_gallery::{LiveGallery, RefreshError};
pub use site::serve;
pub mod vote;
