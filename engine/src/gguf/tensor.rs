//! The place of a tensor in its file, checked before anyone asks for its bytes.

use std::ops::Range;

use pelicycle_kernels::quant::TensorType;

use super::byte_cursor::ByteCursor;
use super::error::GgufFault;

/// A tensor of a model file: its name, shape and type. [`Gguf::bytes`](super::Gguf::bytes) has its numbers.
#[derive(Debug, Clone)]
pub struct TensorInfo {
    /// The name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// One to four dimensions, the fastest first: a matrix is `[columns, rows]`. None is zero.
    pub dims: Vec<u64>,
    /// The type of its elements.
    pub tensor_type: TensorType,
    pub(super) part: usize,
    pub(super) range: Range<usize>,
}

impl TensorInfo {
    /// Numbers that the tensor holds.
    pub fn elements(&self) -> u64 {
        self.dims.iter().product()
    }

    /// Bytes that they take in the file.
    pub fn byte_len(&self) -> usize {
        self.range.len()
    }

    /// The range in the file where some of its bytes stand.
    pub(crate) fn in_file(&self, bytes: &Range<usize>) -> Range<usize> {
        self.range.start + bytes.start..self.range.start + bytes.end
    }
}

/// An entry of the tensor table: its shape is possible; its type and place are not yet checked.
pub(super) struct TensorEntry {
    pub(super) name: String,
    pub(super) dims: Vec<u64>,
    /// The type's number.
    pub(super) id: u32,
    offset: u64,
}

impl TensorEntry {
    pub(super) fn read(cursor: &mut ByteCursor<'_>) -> Result<TensorEntry, GgufFault> {
        let name = cursor.string(|| "the name of a tensor".into())?.to_owned();
        let count = cursor.u32(|| format!("the number of dimensions of the tensor {name:?}"))?;
        if !(1..=4).contains(&count) {
            return Err(GgufFault::Dimensions { name, count });
        }
        let dims = (0..count)
            .map(|_| cursor.u64(|| format!("the shape of the tensor {name:?}")))
            .collect::<Result<Vec<_>, _>>()?;
        let id = cursor.u32(|| format!("the type of the tensor {name:?}"))?;
        let offset = cursor.u64(|| format!("the offset of the tensor {name:?}"))?;
        match elements(&dims) {
            Some(_) => Ok(TensorEntry { name, dims, id, offset }),
            None => Err(GgufFault::Shape { name, dims }),
        }
    }

    /// Its bytes, where its type is one that the engine knows and holds such rows.
    pub(super) fn bytes(&self) -> Option<u64> {
        byte_len(&self.dims, TensorType::from_id(self.id)?).ok()
    }

    /// The tensor, once its bytes are known to lie in a file of `file_len` bytes whose data begin at `data`.
    pub(super) fn place(
        self,
        part: usize,
        data: u64,
        alignment: u64,
        file_len: usize,
    ) -> Result<TensorInfo, GgufFault> {
        let TensorEntry { name, dims, id, offset } = self;
        let Some(tensor_type) = TensorType::from_id(id) else {
            return Err(GgufFault::TensorType { name, id });
        };
        let len = byte_len(&dims, tensor_type).map_err(|size| size.fault(&name, &dims, tensor_type))?;
        if !offset.is_multiple_of(alignment) {
            return Err(GgufFault::Unaligned { name, offset, alignment });
        }
        let start = data.saturating_add(offset);
        let end = start.saturating_add(len);
        if end > file_len as u64 {
            return Err(GgufFault::OutOfFile { name, start, end, len: file_len as u64 });
        }
        Ok(TensorInfo { name, dims, tensor_type, part, range: start as usize..end as usize })
    }
}

/// The reason why a shape has no number of bytes.
pub(super) enum ShapeError {
    Row,
    Absurd,
}

impl ShapeError {
    pub(super) fn fault(self, name: &str, dims: &[u64], tensor_type: TensorType) -> GgufFault {
        let name = name.to_owned();
        match self {
            ShapeError::Row => GgufFault::Row { name, tensor_type, row: dims[0] },
            ShapeError::Absurd => GgufFault::Shape { name, dims: dims.to_vec() },
        }
    }
}

/// Numbers that a tensor of this shape holds: at least one, and a count that fits 63 bits.
fn elements(dims: &[u64]) -> Option<u64> {
    let elements = dims.iter().try_fold(1_u64, |product, &dim| product.checked_mul(dim))?;
    (1..=i64::MAX as u64).contains(&elements).then_some(elements)
}

/// The bytes of a tensor of this shape.
pub(super) fn byte_len(dims: &[u64], tensor_type: TensorType) -> Result<u64, ShapeError> {
    let elements = elements(dims).ok_or(ShapeError::Absurd)?;
    let block = tensor_type.block_elements() as u64;
    if !dims[0].is_multiple_of(block) {
        return Err(ShapeError::Row);
    }
    (elements / block).checked_mul(tensor_type.block_bytes() as u64).ok_or(ShapeError::Absurd)
}

/// Refuses tensors that share bytes, and those between whom there is more than what aligns the second: the first has
/// another type or shape than it had when the file was written.
pub(super) fn check_places(tensors: &[TensorInfo], alignment: u64) -> Result<(), GgufFault> {
    let mut by_start: Vec<&TensorInfo> = tensors.iter().collect();
    by_start.sort_by_key(|t| t.range.start);
    for pair in by_start.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let Some(between) = second.range.start.checked_sub(first.range.end) else {
            return Err(GgufFault::Overlap { first: first.name.clone(), second: second.name.clone() });
        };
        if between as u64 >= alignment {
            let (name, tensor_type, dims) = (first.name.clone(), first.tensor_type, first.dims.clone());
            let place = (first.range.len() + between) as u64;
            return Err(GgufFault::Gap { name, tensor_type, dims, bytes: first.range.len() as u64, place });
        }
    }
    Ok(())
}
