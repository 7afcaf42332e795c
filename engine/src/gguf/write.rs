//! Writing model files: the front at once, the tensors' bytes as they come, never the whole file in memory.

use std::io::{self, Write};

use pelicycle_kernels::quant::TensorType;

use super::error::GgufFault;
use super::parse::{DEFAULT_ALIGNMENT, MAGIC};
use super::tensor::byte_len;
use super::value::{MetadataArray, MetadataValue};

/// A model file to be written: its metadata and the plan of its tensors.
#[derive(Debug, Clone, Default)]
pub struct GgufBuilder {
    metadata: Vec<(String, MetadataValue)>,
    tensors: Vec<PlannedTensor>,
}

/// A tensor that is to be written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlannedTensor {
    /// The name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// One to four dimensions, the fastest first.
    pub dims: Vec<u64>,
    /// The type of its elements.
    pub tensor_type: TensorType,
    /// Bytes that it takes.
    pub bytes: u64,
}

impl GgufBuilder {
    /// Adds a metadata key.
    pub fn pair(&mut self, key: impl Into<String>, value: MetadataValue) {
        self.metadata.push((key.into(), value));
    }

    /// Adds a tensor; the file holds them in the order of these calls.
    ///
    /// # Errors
    /// When the type can't hold rows of `dims[0]` numbers, or the shape is empty or too large.
    pub fn tensor(
        &mut self,
        name: impl Into<String>,
        dims: &[u64],
        tensor_type: TensorType,
    ) -> Result<(), GgufFault> {
        let name = name.into();
        if !(1..=4).contains(&dims.len()) {
            return Err(GgufFault::Dimensions { name, count: dims.len() as u32 });
        }
        let bytes = byte_len(dims, tensor_type).map_err(|size| size.fault(&name, dims, tensor_type))?;
        self.tensors.push(PlannedTensor { name, dims: dims.to_vec(), tensor_type, bytes });
        Ok(())
    }

    /// The tensors, in the order of the file.
    pub fn tensors(&self) -> &[PlannedTensor] {
        &self.tensors
    }

    /// Writes the file, version 3: `fill` is asked for each tensor's bytes in turn.
    ///
    /// # Errors
    /// When `out` or `fill` fails.
    ///
    /// # Panics
    /// If `fill` writes more or fewer bytes than the tensor has.
    pub fn write(
        &self,
        out: &mut dyn Write,
        mut fill: impl FnMut(&PlannedTensor, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let front = self.front();
        out.write_all(&front)?;
        pad(out, front.len() as u64)?;
        for tensor in &self.tensors {
            let mut counting = Counting { out, written: 0 };
            fill(tensor, &mut counting)?;
            assert_eq!(counting.written, tensor.bytes, "the bytes of {}", tensor.name);
            pad(out, tensor.bytes)?;
        }
        Ok(())
    }

    fn front(&self) -> Vec<u8> {
        let mut front = MAGIC.to_vec();
        front.extend(3_u32.to_le_bytes());
        front.extend((self.tensors.len() as u64).to_le_bytes());
        front.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, value) in &self.metadata {
            text(&mut front, key.as_bytes());
            front.extend(value_type(value).to_le_bytes());
            put_value(&mut front, value);
        }
        let mut offset = 0_u64;
        for tensor in &self.tensors {
            text(&mut front, tensor.name.as_bytes());
            front.extend((tensor.dims.len() as u32).to_le_bytes());
            tensor.dims.iter().for_each(|dim| front.extend(dim.to_le_bytes()));
            front.extend(tensor.tensor_type.id().to_le_bytes());
            front.extend(offset.to_le_bytes());
            offset += tensor.bytes.next_multiple_of(DEFAULT_ALIGNMENT);
        }
        front
    }
}

/// Counts what is written to the one behind it.
struct Counting<'a> {
    out: &'a mut dyn Write,
    written: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Fills up to the next multiple of the alignment after `written` bytes.
fn pad(out: &mut dyn Write, written: u64) -> io::Result<()> {
    let missing = written.next_multiple_of(DEFAULT_ALIGNMENT) - written;
    out.write_all(&[0; DEFAULT_ALIGNMENT as usize][..missing as usize])
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text);
}

fn value_type(value: &MetadataValue) -> u32 {
    match value {
        MetadataValue::U8(_) => 0,
        MetadataValue::I8(_) => 1,
        MetadataValue::U16(_) => 2,
        MetadataValue::I16(_) => 3,
        MetadataValue::U32(_) => 4,
        MetadataValue::I32(_) => 5,
        MetadataValue::F32(_) => 6,
        MetadataValue::Bool(_) => 7,
        MetadataValue::String(_) | MetadataValue::NotUtf8(_) => 8,
        MetadataValue::Array(_) => 9,
        MetadataValue::U64(_) => 10,
        MetadataValue::I64(_) => 11,
        MetadataValue::F64(_) => 12,
    }
}

fn put_value(out: &mut Vec<u8>, value: &MetadataValue) {
    match value {
        MetadataValue::U8(n) => out.extend(n.to_le_bytes()),
        MetadataValue::I8(n) => out.extend(n.to_le_bytes()),
        MetadataValue::U16(n) => out.extend(n.to_le_bytes()),
        MetadataValue::I16(n) => out.extend(n.to_le_bytes()),
        MetadataValue::U32(n) => out.extend(n.to_le_bytes()),
        MetadataValue::I32(n) => out.extend(n.to_le_bytes()),
        MetadataValue::F32(n) => out.extend(n.to_le_bytes()),
        MetadataValue::Bool(b) => out.push(u8::from(*b)),
        MetadataValue::String(s) => text(out, s.as_bytes()),
        MetadataValue::NotUtf8(bytes) => text(out, bytes),
        MetadataValue::Array(array) => put_array(out, array),
        MetadataValue::U64(n) => out.extend(n.to_le_bytes()),
        MetadataValue::I64(n) => out.extend(n.to_le_bytes()),
        MetadataValue::F64(n) => out.extend(n.to_le_bytes()),
    }
}

fn put_array(out: &mut Vec<u8>, array: &MetadataArray) {
    macro_rules! put {
        ($id:literal, $values:expr, $value:ident => $bytes:expr) => {{
            out.extend(u32::to_le_bytes($id));
            out.extend((array.len() as u64).to_le_bytes());
            $values.iter().for_each(|$value| out.extend($bytes));
        }};
    }
    match array {
        MetadataArray::U8(v) => put!(0, v, n => n.to_le_bytes()),
        MetadataArray::I8(v) => put!(1, v, n => n.to_le_bytes()),
        MetadataArray::U16(v) => put!(2, v, n => n.to_le_bytes()),
        MetadataArray::I16(v) => put!(3, v, n => n.to_le_bytes()),
        MetadataArray::U32(v) => put!(4, v, n => n.to_le_bytes()),
        MetadataArray::I32(v) => put!(5, v, n => n.to_le_bytes()),
        MetadataArray::F32(v) => put!(6, v, n => n.to_le_bytes()),
        MetadataArray::Bool(v) => put!(7, v, b => [u8::from(*b)]),
        MetadataArray::String(v) => {
            out.extend(8_u32.to_le_bytes());
            out.extend((v.len() as u64).to_le_bytes());
            v.iter().for_each(|s| text(out, s.as_bytes()));
        }
        MetadataArray::NotUtf8(v) => {
            out.extend(8_u32.to_le_bytes());
            out.extend((v.len() as u64).to_le_bytes());
            v.iter().for_each(|bytes| text(out, bytes));
        }
        MetadataArray::U64(v) => put!(10, v, n => n.to_le_bytes()),
        MetadataArray::I64(v) => put!(11, v, n => n.to_le_bytes()),
        MetadataArray::F64(v) => put!(12, v, n => n.to_le_bytes()),
    }
}
