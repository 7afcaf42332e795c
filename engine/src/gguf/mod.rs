//! Model files: GGUF versions 2 and 3, read over a memory map, every length and offset checked first; and written.

mod cursor;
mod error;
mod file;
mod getters;
mod outline;
mod parse;
mod source;
mod split;
mod tensor;
mod value;
mod write;

pub use error::{Fault, GgufError};
pub use file::Gguf;
pub use outline::{Listed, Outline};
pub use tensor::TensorInfo;
pub use value::{Array, Value};
pub use write::{Contents, Planned};
