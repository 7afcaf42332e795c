//! The errors of model files, in words that say what to do.

use std::io;
use std::path::PathBuf;

use pelicycle_kernels::quant::TensorType;
use thiserror::Error;

/// A model file that can't be used, and its fault.
#[derive(Debug, Error)]
#[error("{}: {fault}", path.display())]
#[non_exhaustive]
pub struct GgufError {
    /// The file (the part, where a model is split); `<memory>` for bytes that came from no file.
    pub path: PathBuf,
    /// The file's fault.
    pub fault: GgufFault,
}

/// A fault of a model file.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
#[non_exhaustive]
pub enum GgufFault {
    #[error("can't be opened: {0}")]
    Open(io::Error),
    #[error("can't be mapped into memory: {0}")]
    Map(io::Error),
    #[error("is not a GGUF file (it begins with {found}); {advice}")]
    Magic { found: String, advice: &'static str },
    #[error(
        "is a big-endian GGUF file, which is not supported; fetch a little-endian one, or turn a copy round with \
         `gguf-convert-endian FILE little` of the Python package gguf"
    )]
    BigEndian,
    #[error(
        "is GGUF version {}; versions 2 and 3 are supported; {}",
        .0,
        version_advice(.0)
    )]
    Version(u32),
    #[error(
        "ends after {bytes} bytes; a GGUF file begins with the four letters \"GGUF\"; \
         the file is damaged or its download was cut short"
    )]
    NoMagic { bytes: usize },
    #[error(
        "ends too early: {what} at byte {at} needs {need} bytes, {left} are left; \
         the file is damaged or its download was cut short"
    )]
    Truncated { what: String, at: usize, need: u64, left: usize },
    #[error("{what} at byte {at} is not UTF-8; the file is damaged")]
    Utf8 { what: String, at: usize },
    #[error(
        "{what} at byte {at} has the unknown value type {id}; the file is damaged or newer than this reader"
    )]
    ValueType { what: String, at: usize, id: u32 },
    #[error("{what} at byte {at} is a list of lists, which no supported model uses")]
    NestedArray { what: String, at: usize },
    #[error("{what} at byte {at} is a boolean with the value {found}; the file is damaged")]
    Bool { what: String, at: usize, found: u8 },
    #[error("the metadata key {0:?} occurs twice; the file is damaged")]
    DuplicateKey(String),
    #[error("the tensor {0:?} occurs twice; the file is damaged")]
    DuplicateTensor(String),
    #[error("general.alignment is {0}; it must be a power of two from 8 to 65536")]
    Alignment(u64),
    #[error("the tensor {name:?} has {count} dimensions; 1 to 4 are possible")]
    Dimensions { name: String, count: u32 },
    #[error("the tensor {name:?} has the impossible shape {dims:?}; the file is damaged")]
    Shape { name: String, dims: Vec<u64> },
    #[error(
        "the tensor {name:?} has the type {} ({id}), which is not supported; fetch the model in another quantization, \
         such as Q4_K_M; supported are {}",
        type_name(*id), supported_types()
    )]
    TensorType { name: String, id: u32 },
    #[error(
        "the tensor {name:?} of type {tensor_type} has rows of {row} numbers, \
         which is not a whole number of blocks of {}",
        tensor_type.block_elements()
    )]
    Row { name: String, tensor_type: TensorType, row: u64 },
    #[error(
        "the tensor {name:?} begins at {offset} of the data, not at a multiple of {alignment}; the file is damaged"
    )]
    Unaligned { name: String, offset: u64, alignment: u64 },
    #[error(
        "the tensor {name:?} needs bytes {start} to {end} of a file of {len} bytes; \
         the file is damaged or its download was cut short"
    )]
    OutOfFile { name: String, start: u64, end: u64, len: u64 },
    #[error("the tensors {first:?} and {second:?} overlap; the file is damaged")]
    Overlap { first: String, second: String },
    #[error(
        "the tensor {name:?} of type {tensor_type} and shape {dims:?} has {bytes} bytes, but a place of {place}; \
         its type or shape is wrong, the file is damaged"
    )]
    Gap { name: String, tensor_type: TensorType, dims: Vec<u64>, bytes: u64, place: u64 },
    #[error("is part {number} of {count} of a split model; give the first part, {}", first.display())]
    NotFirstPart { number: u64, count: u64, first: PathBuf },
    #[error(
        "is missing: part {number} of {count} of a split model; put all parts into one folder, named as they were \
         published"
    )]
    PartMissing { number: u64, count: u64 },
    #[error("is one of {count} parts but not named like NAME-00001-of-{count:05}.gguf; restore its name")]
    PartName { count: u64 },
    #[error(
        "is piece {number} of {count} of a file that was cut; join them in order: cat {}",
        (1..=(*count).min(9)).map(|n| format!("{whole}.part{n}of{count}")).collect::<Vec<_>>().join(" ")
            + &format!(" > {whole}")
    )]
    CutPiece { whole: String, number: u64, count: u64 },
    #[error("does not belong to the split model: {what} is {found}, expected {expected}")]
    PartMismatch { what: &'static str, found: String, expected: u64 },
    #[error(
        "the parts hold {found} tensors, split.tensors.count says {expected}; a part was replaced or damaged"
    )]
    PartTensors { found: usize, expected: u64 },
    #[error("the metadata key {0:?} is missing; the file is not a complete model of its architecture")]
    MissingKey(String),
    #[error("the metadata key {key:?} is {found}, expected {expected}")]
    KeyType { key: String, expected: &'static str, found: String },
    #[error("the metadata key {key:?} has {found} entries, expected {expected}")]
    KeyLength { key: String, expected: usize, found: usize },
    #[error("the tensor {0:?} is missing; the file is not a complete model of its architecture")]
    MissingTensor(String),
}

fn supported_types() -> String {
    TensorType::ALL.iter().map(|t| t.name()).collect::<Vec<_>>().join(", ")
}

fn version_advice(version: &u32) -> &'static str {
    match version {
        0 | 1 => "convert the model again",
        _ => "the file is newer than this program, or damaged",
    }
}

/// The name of a tensor type, supported or not, so that an error can name it.
pub(super) fn type_name(id: u32) -> &'static str {
    if let Some(known) = TensorType::from_id(id) {
        return known.name();
    }
    match id {
        4 => "Q4_2",
        5 => "Q4_3",
        9 => "Q8_1",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        21 => "IQ3_S",
        22 => "IQ2_S",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        28 => "F64",
        29 => "IQ1_M",
        34 => "TQ1_0",
        35 => "TQ2_0",
        40 => "NVFP4",
        _ => "unknown",
    }
}
