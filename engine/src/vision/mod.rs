//! Pictures for models that see: the projector file that stands beside a model makes rows of numbers of a picture, which
//! take the places of some tokens.
//!
//! A projector of a kind is a declaration (`tower_kinds.rs`) of which blocks with which options, as an architecture of
//! models is. The files stand in floors, and each uses only those on floors below it:
//!
//! ```text
//! marks                                       the tokens of a picture in a prompt
//! projector                                   the open file: size, rows, what was computed before
//! tower                                       from pixels to rows
//! patch_embedding  tower_block                the parts of a tower
//! patch_merger  patch_means
//! tower_attention  tower_rope  patch_grid     what blocks are made of
//! clipped_matrix  float_matrix  activation  encoding  key_stretches
//! tower_source  tower_config                  the file, checked
//! picture_size  resize  picture  placed       pictures and their places
//! fitted_size  forget
//! tower_kinds  tower_kind  limits             declarations
//! ```

mod activation;
mod clipped_matrix;
mod encoding;
mod fitted_size;
mod float_matrix;
mod forget;
mod key_stretches;
mod limits;
mod marks;
mod patch_embedding;
mod patch_grid;
mod patch_means;
mod patch_merger;
mod picture;
mod picture_size;
mod placed;
mod projector;
mod resize;
mod tower;
mod tower_attention;
mod tower_block;
mod tower_config;
mod tower_kind;
mod tower_kinds;
mod tower_rope;
mod tower_source;

pub use encoding::PictureProgress;
pub use limits::PictureLimits;
pub use marks::PlacingError;
pub(crate) use marks::place_pictures;
pub use picture::{MAX_PICTURE_PIXELS, Picture, PictureError};
pub use placed::PlacedPicture;
pub(crate) use placed::{axes, before_picture, common_beginning};
pub use projector::Projector;
