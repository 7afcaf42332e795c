//! The files that go out with a site that is published: addresses, a picture for each page, a feed, a map, and all the data.

mod address;
mod block;
mod data;
mod feed;
mod linked_data;
mod map;
mod poster;

pub use address::{BaseUrl, BaseUrlError};
pub(super) use block::DrawnBlocks;
pub(super) use data::{csv, json};
pub(super) use feed::Feed;
pub(super) use map::{ROBOTS, SiteMap, robots};
pub(super) use poster::{LayPicture, PREVIEW_VERSION, draw, image_path, preview};
