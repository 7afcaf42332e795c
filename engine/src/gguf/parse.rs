//! The header, the metadata and the tensor table of one file.

use std::collections::{BTreeMap, HashSet};

use super::byte_cursor::ByteCursor;
use super::error::GgufFault;
use super::foreign;
use super::tensor::{TensorEntry, TensorInfo, check_places};
use super::value::{MetadataArray, MetadataValue};

pub(super) const MAGIC: [u8; 4] = *b"GGUF";
pub(super) const DEFAULT_ALIGNMENT: u64 = 32;
/// Key length, value type, the smallest value.
const LEAST_PAIR: u64 = 8 + 4 + 1;
/// Name length, count of dimensions, one dimension, type, offset.
const LEAST_TENSOR: u64 = 8 + 4 + 8 + 4 + 8;

/// One file, read and checked.
pub(super) struct ParsedFile {
    pub(super) version: u32,
    pub(super) metadata: BTreeMap<String, MetadataValue>,
    pub(super) tensors: Vec<TensorInfo>,
}

/// The front of a file, as far as it can be read: header, metadata and tensor table.
pub(super) struct GgufHeader {
    pub(super) version: u32,
    pub(super) metadata: BTreeMap<String, MetadataValue>,
    /// The tensor table, up to its first fault.
    pub(super) entries: Vec<TensorEntry>,
    fault: Option<GgufFault>,
    alignment: u64,
    /// The place where the tensors' bytes begin, if there is no fault.
    data: u64,
}

/// Reads the front of a file that is part number `part` of its model, and checks all of it.
pub(super) fn parse(bytes: &[u8], part: usize) -> Result<ParsedFile, GgufFault> {
    let GgufHeader { version, metadata, entries, fault, alignment, data } = front(bytes)?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    let tensors = entries
        .into_iter()
        .map(|entry| entry.place(part, data, alignment, bytes.len()))
        .collect::<Result<Vec<_>, _>>()?;
    check_places(&tensors, alignment)?;
    Ok(ParsedFile { version, metadata, tensors })
}

/// The length of the front of a file that begins so: header, metadata and tensor table, after which the tensors' bytes
/// come. None where more of the file is needed to tell.
///
/// # Errors
/// When it is the beginning of no model's file.
pub fn front_length(beginning: &[u8]) -> Result<Option<u64>, GgufFault> {
    match front(beginning) {
        Ok(GgufHeader { fault: None, data, .. }) => Ok(Some(data)),
        Ok(GgufHeader { fault: Some(GgufFault::Truncated { .. }), .. })
        | Err(GgufFault::Truncated { .. } | GgufFault::NoMagic { .. }) => Ok(None),
        Ok(GgufHeader { fault: Some(fault), .. }) | Err(fault) => Err(fault),
    }
}

/// Reads the front of a file. A fault in the metadata is an error: what comes after is not found then.
pub(super) fn front(bytes: &[u8]) -> Result<GgufHeader, GgufFault> {
    let mut cursor = ByteCursor::new(bytes);
    let version = version(&mut cursor)?;
    // The file has the count of tensors first; it is checked when the metadata have taken their bytes.
    let tensor_count = cursor.u64(|| "the count of tensors".into())?;
    let pair_count = cursor.count(LEAST_PAIR, || "the count of metadata keys".into())?;
    let mut metadata = BTreeMap::new();
    for _ in 0..pair_count {
        let key = cursor.string(|| "a metadata key".into())?;
        let value = value(&mut cursor, key)?;
        if metadata.insert(key.to_owned(), value).is_some() {
            return Err(GgufFault::DuplicateKey(key.to_owned()));
        }
    }
    let alignment = alignment(&metadata)?;
    let mut entries = Vec::new();
    let fault = table(&mut cursor, tensor_count, &mut entries).err();
    let data = (cursor.at() as u64).next_multiple_of(alignment);
    Ok(GgufHeader { version, metadata, entries, fault, alignment, data })
}

/// Reads the tensor table.
fn table(
    cursor: &mut ByteCursor<'_>,
    tensor_count: u64,
    entries: &mut Vec<TensorEntry>,
) -> Result<(), GgufFault> {
    if tensor_count.saturating_mul(LEAST_TENSOR) > cursor.left() as u64 {
        return Err(GgufFault::Truncated {
            what: format!("the table of {tensor_count} tensors"),
            at: cursor.at(),
            need: tensor_count.saturating_mul(LEAST_TENSOR),
            left: cursor.left(),
        });
    }
    entries.reserve_exact(tensor_count as usize);
    let mut names = HashSet::with_capacity(tensor_count as usize);
    for _ in 0..tensor_count {
        let entry = TensorEntry::read(cursor)?;
        if !names.insert(entry.name.clone()) {
            return Err(GgufFault::DuplicateTensor(entry.name));
        }
        entries.push(entry);
    }
    Ok(())
}

fn version(cursor: &mut ByteCursor<'_>) -> Result<u32, GgufFault> {
    let beginning = cursor.ahead(foreign::TELLING);
    let no_magic = GgufFault::NoMagic { bytes: cursor.left() };
    let magic: [u8; 4] = cursor.array(String::new).map_err(|_| no_magic)?;
    if magic != MAGIC {
        let found = format!("\"{}\"", magic.escape_ascii());
        return Err(GgufFault::Magic { found, advice: foreign::advice(beginning) });
    }
    let version = cursor.u32(|| "the version".into())?;
    match version {
        2 | 3 => Ok(version),
        // A small number seen from the wrong end.
        _ if version & 0xffff == 0 && version != 0 => Err(GgufFault::BigEndian),
        _ => Err(GgufFault::Version(version)),
    }
}

fn alignment(metadata: &BTreeMap<String, MetadataValue>) -> Result<u64, GgufFault> {
    let Some(value) = metadata.get("general.alignment") else { return Ok(DEFAULT_ALIGNMENT) };
    let Some(alignment) = value.as_integer() else {
        return Err(GgufFault::KeyType {
            key: "general.alignment".into(),
            expected: "an integer",
            found: value.describe(),
        });
    };
    let alignment = u64::try_from(alignment).unwrap_or(0);
    if alignment.is_power_of_two() && (8..=65536).contains(&alignment) {
        Ok(alignment)
    } else {
        Err(GgufFault::Alignment(alignment))
    }
}

fn value(cursor: &mut ByteCursor<'_>, key: &str) -> Result<MetadataValue, GgufFault> {
    let what = || format!("the value of {key:?}");
    let at = cursor.at();
    let id = cursor.u32(|| format!("the value type of {key:?}"))?;
    Ok(match id {
        0 => MetadataValue::U8(u8::from_le_bytes(cursor.array(what)?)),
        1 => MetadataValue::I8(i8::from_le_bytes(cursor.array(what)?)),
        2 => MetadataValue::U16(u16::from_le_bytes(cursor.array(what)?)),
        3 => MetadataValue::I16(i16::from_le_bytes(cursor.array(what)?)),
        4 => MetadataValue::U32(cursor.u32(what)?),
        5 => MetadataValue::I32(i32::from_le_bytes(cursor.array(what)?)),
        6 => MetadataValue::F32(f32::from_le_bytes(cursor.array(what)?)),
        7 => MetadataValue::Bool(boolean(cursor.array::<1>(what)?[0], at, what)?),
        8 => match String::from_utf8(cursor.string_bytes(what)?.to_owned()) {
            Ok(text) => MetadataValue::String(text),
            Err(error) => MetadataValue::NotUtf8(error.into_bytes()),
        },
        9 => MetadataValue::Array(array(cursor, key)?),
        10 => MetadataValue::U64(cursor.u64(what)?),
        11 => MetadataValue::I64(i64::from_le_bytes(cursor.array(what)?)),
        12 => MetadataValue::F64(f64::from_le_bytes(cursor.array(what)?)),
        _ => return Err(GgufFault::ValueType { what: what(), at, id }),
    })
}

fn boolean(byte: u8, at: usize, what: impl Fn() -> String) -> Result<bool, GgufFault> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        found => Err(GgufFault::Bool { what: what(), at, found }),
    }
}

fn array(cursor: &mut ByteCursor<'_>, key: &str) -> Result<MetadataArray, GgufFault> {
    let what = || format!("the list {key:?}");
    let at = cursor.at();
    let id = cursor.u32(|| format!("the element type of {key:?}"))?;
    Ok(match id {
        0 => MetadataArray::U8(numbers(cursor, key, u8::from_le_bytes)?),
        1 => MetadataArray::I8(numbers(cursor, key, i8::from_le_bytes)?),
        2 => MetadataArray::U16(numbers(cursor, key, u16::from_le_bytes)?),
        3 => MetadataArray::I16(numbers(cursor, key, i16::from_le_bytes)?),
        4 => MetadataArray::U32(numbers(cursor, key, u32::from_le_bytes)?),
        5 => MetadataArray::I32(numbers(cursor, key, i32::from_le_bytes)?),
        6 => MetadataArray::F32(numbers(cursor, key, f32::from_le_bytes)?),
        7 => {
            let count = cursor.count(1, what)? as u64;
            let bytes = cursor.take(count, what)?;
            MetadataArray::Bool(bytes.iter().map(|&byte| boolean(byte, at, what)).collect::<Result<_, _>>()?)
        }
        8 => {
            let count = cursor.count(8, what)?;
            let mut all = Vec::with_capacity(count);
            for index in 0..count {
                all.push(cursor.string_bytes(|| format!("entry {index} of {key:?}"))?);
            }
            let strings: Result<_, _> =
                all.iter().map(|bytes| std::str::from_utf8(bytes).map(str::to_owned)).collect();
            match strings {
                Ok(strings) => MetadataArray::String(strings),
                Err(_) => MetadataArray::NotUtf8(all.into_iter().map(<[u8]>::to_vec).collect()),
            }
        }
        9 => return Err(GgufFault::NestedArray { what: what(), at }),
        10 => MetadataArray::U64(numbers(cursor, key, u64::from_le_bytes)?),
        11 => MetadataArray::I64(numbers(cursor, key, i64::from_le_bytes)?),
        12 => MetadataArray::F64(numbers(cursor, key, f64::from_le_bytes)?),
        _ => return Err(GgufFault::ValueType { what: what(), at, id }),
    })
}

fn numbers<const N: usize, T>(
    cursor: &mut ByteCursor<'_>,
    key: &str,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, GgufFault> {
    let what = || format!("the list {key:?}");
    let count = cursor.count(N as u64, what)?;
    let bytes = cursor.take((count * N) as u64, what)?;
    Ok(bytes.as_chunks::<N>().0.iter().map(|&chunk| number(chunk)).collect())
}
