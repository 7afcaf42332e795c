//! Model files: GGUF versions 2 and 3, read over a memory map, every length and offset checked first; and written.

mod byte_cursor;
mod error;
mod file;
mod file_bytes;
mod foreign;
mod getters;
mod outline;
mod parse;
mod split;
mod tensor;
mod value;
mod write;
mod zero_runs;

pub use error::{GgufError, GgufFault};
pub use file::Gguf;
pub use outline::{GgufOutline, TensorListing};
pub use parse::front_length;
pub use tensor::TensorInfo;
pub use value::{MetadataArray, MetadataValue};
pub use write::{GgufBuilder, PlannedTensor};
pub(crate) use zero_runs::ZeroRun;
