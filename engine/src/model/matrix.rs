//! A weight matrix where it lies in the file, and its products with rows of activations.

use std::ops::Range;
use std::sync::Arc;

use super::context::{Arithmetic, Context};
use crate::gguf::Gguf;
use crate::kernel::Activations;
use crate::quant::{TensorType, dequantize};

/// Bytes of weights below which a piece of work is not worth handing out.
const PIECE: usize = 16 << 10;
/// Pieces for each thread, so that one that is held up does not keep the others waiting.
const PIECES_A_THREAD: usize = 4;

/// A weight matrix in the mapped file: `rows` rows of `columns` weights. Never copied, never unpacked whole.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    gguf: Arc<Gguf>,
    tensor: usize,
    pub(super) kind: TensorType,
    pub(super) columns: usize,
    pub(super) rows: usize,
    row_bytes: usize,
}

impl Matrix {
    /// The `tensor`-th tensor of the file as a matrix; its shape was checked by the caller.
    pub(super) fn new(gguf: Arc<Gguf>, tensor: usize) -> Matrix {
        let info = &gguf.tensors()[tensor];
        let kind = info.tensor_type;
        let columns = info.dims[0] as usize;
        let rows = info.dims[1..].iter().product::<u64>() as usize;
        let row_bytes = kind.row_bytes(columns).expect("the file's rows are whole blocks");
        Matrix { gguf, tensor, kind, columns, rows, row_bytes }
    }

    fn bytes(&self, rows: Range<usize>) -> &[u8] {
        let bytes = self.gguf.bytes(&self.gguf.tensors()[self.tensor]);
        &bytes[rows.start * self.row_bytes..rows.end * self.row_bytes]
    }

    /// The numbers of row `r`.
    pub(super) fn read_row(&self, r: usize, out: &mut [f32]) {
        dequantize(self.kind, self.bytes(r..r + 1), out);
    }

    /// How many of its rows make a piece of work when `total` bytes of weights are to be handed out.
    pub(super) fn rows_a_piece(&self, context: &Context, total: usize) -> usize {
        let piece = (total / (context.pool.threads() * PIECES_A_THREAD)).max(PIECE);
        (piece / self.row_bytes).max(1)
    }

    pub(super) fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Whether products with this matrix take activations rounded to 8 bits.
    pub(super) fn rounds(&self, context: &Context) -> bool {
        context.arithmetic == Arithmetic::Run && self.kind.is_quantized()
    }

    /// Products of its rows `weights` with the rows `which` of `x`, of which `out[i]` takes those of
    /// `which[i]`. Rows that it rounds must have been rounded before.
    pub(super) fn multiply(
        &self,
        context: &Context,
        weights: Range<usize>,
        x: &Activations,
        which: &[usize],
        out: &mut [&mut [f32]],
    ) {
        let kernels = context.kernels;
        if self.rounds(context) {
            let rows: Vec<_> = which.iter().map(|&r| x.quantized_row(r)).collect();
            (kernels.quantized_product)(self.kind, self.bytes(weights), self.row_bytes, &rows, out);
            return;
        }
        let mut unpacked = vec![0.0; self.columns];
        for (j, bytes) in self.bytes(weights).chunks_exact(self.row_bytes).enumerate() {
            match self.kind {
                TensorType::F16 => (kernels.widen)(bytes, &mut unpacked),
                kind => dequantize(kind, bytes, &mut unpacked),
            }
            for (out, &r) in out.iter_mut().zip(which) {
                out[j] = (kernels.dot)(&unpacked, x.row(r));
            }
        }
    }
}

/// The products of all rows of `x` with each matrix, in one job: `out` has a row of `matrix.rows` numbers for
/// each row of `x`.
pub(super) fn products(context: &Context, x: &mut Activations, targets: &mut [(&Matrix, &mut [f32])]) {
    if targets.iter().any(|(matrix, _)| matrix.rounds(context)) {
        x.quantize(context);
    }
    struct Piece<'a> {
        matrix: &'a Matrix,
        weights: Range<usize>,
        out: Vec<&'a mut [f32]>,
    }
    let total = targets.iter().map(|(m, _)| m.rows * m.row_bytes).sum();
    let mut pieces = Vec::new();
    for (matrix, out) in targets.iter_mut() {
        let columns = columns(out, matrix.rows, matrix.rows_a_piece(context, total));
        pieces.extend(columns.map(|(weights, out)| Piece { matrix, weights, out }));
    }
    let which: Vec<usize> = (0..x.rows()).collect();
    let x = &*x;
    context.pool.for_each(&mut pieces, |piece| {
        piece.matrix.multiply(context, piece.weights.clone(), x, &which, &mut piece.out);
    });
}

/// Cuts rows of `width` numbers, one after another in `rows`, into columns of `step`: each range of columns
/// with its part of every row.
pub(super) fn columns(
    rows: &mut [f32],
    width: usize,
    step: usize,
) -> impl Iterator<Item = (Range<usize>, Vec<&mut [f32]>)> {
    let count = width.div_ceil(step);
    let mut parts: Vec<Vec<&mut [f32]>> =
        (0..count).map(|_| Vec::with_capacity(rows.len() / width)).collect();
    for row in rows.chunks_exact_mut(width) {
        for (part, slice) in parts.iter_mut().zip(row.chunks_mut(step)) {
            part.push(slice);
        }
    }
    parts.into_iter().enumerate().map(move |(i, part)| (i * step..((i + 1) * step).min(width), part))
}
