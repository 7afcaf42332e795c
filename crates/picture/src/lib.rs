//! Rasters of drawings: read when they are whole, made small, held against each other.
//!
//! [`thumbnails`] and [`small_picture`] make a PNG small, laid on white, by the means of areas; [`likeness`] says how far two
//! of them are apart, and [`difference`] shows where; a [`Board`] is what others are laid on. The same bytes come in, the same bytes go out, on every machine.
//!
//! It knows nothing of drawings, attempts or pages: PNG comes in, PNG and figures go out. It is a crate of its own because its
//! loops over pixels are worth optimising where nothing else of the site is.
//!
//! Start reading at `raster.rs`.

mod board;
mod likeness;
mod raster;

pub use board::Board;
pub use likeness::{Likeness, PixelDifference, PixelError, difference, likeness};
pub use raster::{
    PixelPicture, RasterError, THUMBNAIL_VERSION, Thumbnails, picture_size, quick_picture, small_picture,
    thumbnail_sizes, thumbnails,
};
