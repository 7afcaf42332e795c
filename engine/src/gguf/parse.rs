//! The header, the metadata and the tensor table of one file.

use std::collections::{BTreeMap, HashSet};

use super::cursor::Cursor;
use super::error::Fault;
use super::tensor::{Entry, TensorInfo, check_overlap};
use super::value::{Array, Value};

pub(super) const MAGIC: [u8; 4] = *b"GGUF";
pub(super) const DEFAULT_ALIGNMENT: u64 = 32;
/// Key length, value type, the smallest value.
const LEAST_PAIR: u64 = 8 + 4 + 1;
/// Name length, count of dimensions, one dimension, type, offset.
const LEAST_TENSOR: u64 = 8 + 4 + 8 + 4 + 8;

/// One file's own view of itself.
pub(super) struct Parsed {
    pub(super) version: u32,
    pub(super) metadata: BTreeMap<String, Value>,
    pub(super) tensors: Vec<TensorInfo>,
}

/// What stands at the front of a file, as far as it can be read.
pub(super) struct Front {
    pub(super) version: u32,
    pub(super) metadata: BTreeMap<String, Value>,
    /// The tensor table, up to its first fault.
    pub(super) entries: Vec<Entry>,
    fault: Option<Fault>,
    alignment: u64,
    /// Where the tensors' bytes begin, if there is no fault.
    data: u64,
}

/// Reads the front of a file that is part number `part` of its model, and checks all of it.
pub(super) fn parse(bytes: &[u8], part: usize) -> Result<Parsed, Fault> {
    let Front { version, metadata, entries, fault, alignment, data } = front(bytes)?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    let tensors = entries
        .into_iter()
        .map(|entry| entry.place(part, data, alignment, bytes.len()))
        .collect::<Result<Vec<_>, _>>()?;
    check_overlap(&tensors)?;
    Ok(Parsed { version, metadata, tensors })
}

/// Reads the front of a file. A fault in the metadata is an error: what comes after is not found then.
pub(super) fn front(bytes: &[u8]) -> Result<Front, Fault> {
    let mut cursor = Cursor::new(bytes);
    let version = version(&mut cursor)?;
    // The file has the count of tensors first; it is checked when the metadata have taken their bytes.
    let tensor_count = cursor.u64(|| "the count of tensors".into())?;
    let pair_count = cursor.count(LEAST_PAIR, || "the count of metadata keys".into())?;
    let mut metadata = BTreeMap::new();
    for _ in 0..pair_count {
        let key = cursor.string(|| "a metadata key".into())?;
        let value = value(&mut cursor, key)?;
        if metadata.insert(key.to_owned(), value).is_some() {
            return Err(Fault::DuplicateKey(key.to_owned()));
        }
    }
    let alignment = alignment(&metadata)?;
    let mut entries = Vec::new();
    let fault = table(&mut cursor, tensor_count, &mut entries).err();
    let data = (cursor.at() as u64).next_multiple_of(alignment);
    Ok(Front { version, metadata, entries, fault, alignment, data })
}

/// Reads the tensor table.
fn table(cursor: &mut Cursor<'_>, tensor_count: u64, entries: &mut Vec<Entry>) -> Result<(), Fault> {
    if tensor_count.saturating_mul(LEAST_TENSOR) > cursor.left() as u64 {
        return Err(Fault::Truncated {
            what: format!("the table of {tensor_count} tensors"),
            at: cursor.at(),
            need: tensor_count.saturating_mul(LEAST_TENSOR),
            left: cursor.left(),
        });
    }
    entries.reserve_exact(tensor_count as usize);
    let mut names = HashSet::with_capacity(tensor_count as usize);
    for _ in 0..tensor_count {
        let entry = Entry::read(cursor)?;
        if !names.insert(entry.name.clone()) {
            return Err(Fault::DuplicateTensor(entry.name));
        }
        entries.push(entry);
    }
    Ok(())
}

fn version(cursor: &mut Cursor<'_>) -> Result<u32, Fault> {
    let magic: [u8; 4] = cursor.array(|| "the file's first four bytes".into())?;
    if magic != MAGIC {
        return Err(Fault::Magic { found: format!("\"{}\"", magic.escape_ascii()) });
    }
    let version = cursor.u32(|| "the version".into())?;
    match version {
        2 | 3 => Ok(version),
        // A small number seen from the wrong end.
        _ if version & 0xffff == 0 && version != 0 => Err(Fault::BigEndian),
        _ => Err(Fault::Version(version)),
    }
}

fn alignment(metadata: &BTreeMap<String, Value>) -> Result<u64, Fault> {
    let Some(value) = metadata.get("general.alignment") else { return Ok(DEFAULT_ALIGNMENT) };
    let Some(alignment) = value.as_integer() else {
        return Err(Fault::KeyType {
            key: "general.alignment".into(),
            expected: "an integer",
            found: value.describe(),
        });
    };
    let alignment = u64::try_from(alignment).unwrap_or(0);
    if alignment.is_power_of_two() && (8..=65536).contains(&alignment) {
        Ok(alignment)
    } else {
        Err(Fault::Alignment(alignment))
    }
}

fn value(cursor: &mut Cursor<'_>, key: &str) -> Result<Value, Fault> {
    let what = || format!("the value of {key:?}");
    let at = cursor.at();
    let id = cursor.u32(|| format!("the value type of {key:?}"))?;
    Ok(match id {
        0 => Value::U8(u8::from_le_bytes(cursor.array(what)?)),
        1 => Value::I8(i8::from_le_bytes(cursor.array(what)?)),
        2 => Value::U16(u16::from_le_bytes(cursor.array(what)?)),
        3 => Value::I16(i16::from_le_bytes(cursor.array(what)?)),
        4 => Value::U32(cursor.u32(what)?),
        5 => Value::I32(i32::from_le_bytes(cursor.array(what)?)),
        6 => Value::F32(f32::from_le_bytes(cursor.array(what)?)),
        7 => Value::Bool(boolean(cursor.array::<1>(what)?[0], at, what)?),
        8 => Value::String(cursor.string(what)?.to_owned()),
        9 => Value::Array(array(cursor, key)?),
        10 => Value::U64(cursor.u64(what)?),
        11 => Value::I64(i64::from_le_bytes(cursor.array(what)?)),
        12 => Value::F64(f64::from_le_bytes(cursor.array(what)?)),
        _ => return Err(Fault::ValueType { what: what(), at, id }),
    })
}

fn boolean(byte: u8, at: usize, what: impl Fn() -> String) -> Result<bool, Fault> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        found => Err(Fault::Bool { what: what(), at, found }),
    }
}

fn array(cursor: &mut Cursor<'_>, key: &str) -> Result<Array, Fault> {
    let what = || format!("the list {key:?}");
    let at = cursor.at();
    let id = cursor.u32(|| format!("the element type of {key:?}"))?;
    Ok(match id {
        0 => Array::U8(numbers(cursor, key, u8::from_le_bytes)?),
        1 => Array::I8(numbers(cursor, key, i8::from_le_bytes)?),
        2 => Array::U16(numbers(cursor, key, u16::from_le_bytes)?),
        3 => Array::I16(numbers(cursor, key, i16::from_le_bytes)?),
        4 => Array::U32(numbers(cursor, key, u32::from_le_bytes)?),
        5 => Array::I32(numbers(cursor, key, i32::from_le_bytes)?),
        6 => Array::F32(numbers(cursor, key, f32::from_le_bytes)?),
        7 => {
            let count = cursor.count(1, what)? as u64;
            let bytes = cursor.take(count, what)?;
            Array::Bool(bytes.iter().map(|&byte| boolean(byte, at, what)).collect::<Result<_, _>>()?)
        }
        8 => {
            let count = cursor.count(8, what)?;
            let mut strings = Vec::with_capacity(count);
            for index in 0..count {
                strings.push(cursor.string(|| format!("entry {index} of {key:?}"))?.to_owned());
            }
            Array::String(strings)
        }
        9 => return Err(Fault::NestedArray { what: what(), at }),
        10 => Array::U64(numbers(cursor, key, u64::from_le_bytes)?),
        11 => Array::I64(numbers(cursor, key, i64::from_le_bytes)?),
        12 => Array::F64(numbers(cursor, key, f64::from_le_bytes)?),
        _ => return Err(Fault::ValueType { what: what(), at, id }),
    })
}

fn numbers<const N: usize, T>(
    cursor: &mut Cursor<'_>,
    key: &str,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, Fault> {
    let what = || format!("the list {key:?}");
    let count = cursor.count(N as u64, what)?;
    let bytes = cursor.take((count * N) as u64, what)?;
    Ok(bytes.as_chunks::<N>().0.iter().map(|&chunk| number(chunk)).collect())
}
