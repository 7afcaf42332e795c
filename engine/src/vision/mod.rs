//! Pictures for models that see: what a picture is, and the projector file that makes rows of numbers of it.

mod limits;
mod picture;
mod placed;
mod projector;

pub use limits::PictureLimits;
pub use picture::{MAX_PICTURE_PIXELS, Picture, PictureError};
pub use placed::PlacedPicture;
pub use projector::Projector;
