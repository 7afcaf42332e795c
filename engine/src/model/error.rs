//! The errors of building a model from its file, and of feeding it.

use std::path::PathBuf;

use pelicycle_kernels::UnknownKernels;
use pelicycle_kernels::quant::TensorType;
use thiserror::Error;

use crate::gguf::GgufError;

/// An error of building a model from its file, or of feeding it.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum ModelError {
    #[error(transparent)]
    File(#[from] GgufError),
    #[error(
        "{}: architecture {name:?} is not supported: it needs {missing}; supported are {supported}",
        path.display()
    )]
    Architecture { path: PathBuf, name: String, missing: &'static str, supported: String },
    #[error("{}: tensor {tensor:?} has shape {found:?}, expected {expected:?}", path.display())]
    Shape { path: PathBuf, tensor: String, found: Vec<u64>, expected: Vec<u64> },
    #[error("{}: tensor {tensor:?} is {found}; a vector must be F32, F16 or BF16", path.display())]
    VectorType { path: PathBuf, tensor: String, found: TensorType },
    #[error("{}: {what} is {found}, {why}", path.display())]
    Value { path: PathBuf, what: String, found: String, why: &'static str },
    #[error(
        "{}: tensor {tensor:?} is no part of the architecture {architecture:?} as this engine knows it; \
         the file may hold a newer variant of the model",
        path.display()
    )]
    LeftOver { path: PathBuf, tensor: String, architecture: String },
    #[error("{}: the file holds {what}, not a language model; {advice}", path.display())]
    OtherKind { path: PathBuf, what: &'static str, advice: &'static str },
    #[error(
        "{}: {key} is {found}, which changes every answer, and the engine does not do it for the architecture \
         {architecture:?}",
        path.display()
    )]
    Unhonoured { path: PathBuf, key: String, found: String, architecture: String },
    #[error(
        "{}: is no projector for pictures: its architecture is {architecture:?}, not \"clip\"; give the file whose \
         name begins with mmproj",
        path.display()
    )]
    NoProjectorFile { path: PathBuf, architecture: String },
    #[error("{}: the projector's kind {kind:?} is not known; the model answers without pictures", path.display())]
    ProjectorKind { path: PathBuf, kind: String },
    #[error(
        "the rows of a picture are {found} numbers wide and the model is {width}; give the projector made for it"
    )]
    PictureWidth { found: usize, width: usize },
    #[error("{tokens} tokens from {begin} on are no place for these rows of a picture")]
    PicturePlace { begin: usize, tokens: usize },
    #[error("a step must not end inside of a picture: the model sees pictures whole")]
    PictureCut,
    #[error("{}: the projector does not suit the model: {why}", path.display())]
    Unpaired { path: PathBuf, why: String },
    #[error(transparent)]
    Kernels(#[from] UnknownKernels),
    #[error("token id {id} is out of range: the vocabulary has {vocabulary} tokens")]
    Token { id: u32, vocabulary: usize },
}
