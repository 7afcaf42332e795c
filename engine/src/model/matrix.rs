//! A weight matrix where it lies in the file, and its products with rows of activations.

use std::ops::Range;
use std::sync::Arc;

use pelicycle_kernels::quant::{TensorType, dequantize};
use pelicycle_kernels::{Activations, AlignedFloats};

use super::compute_context::{Arithmetic, ComputeContext};
use crate::gguf::Gguf;

/// Bytes of weights below which a piece of work is not worth handing out.
const PIECE: usize = 16 << 10;
/// Bytes of unpacked weights that stay in the first cache beside a row of activations.
const NEAR: usize = 24 << 10;
/// Rows of activations that count as few.
const FEW: usize = 8;
/// Bytes of unpacked weights that stay in the second cache while many rows of activations go by.
const NEAR_MANY: usize = 256 << 10;
/// Rows of weights to a multiple of which kernels like to take them.
const TOGETHER: usize = 4;
/// Pieces for each thread, so that one that is held up does not keep the others waiting.
const PIECES_A_THREAD: usize = 4;

/// A weight matrix in the mapped file: `rows` rows of `columns` weights. Never copied, never unpacked whole.
///
/// Its rows lie in runs of equally many: one for most matrices, one an expert where experts have tensors of
/// their own or share one with another matrix.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    gguf: Arc<Gguf>,
    runs: Arc<[RowRun]>,
    run_rows: usize,
    pub(super) kind: TensorType,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    row_bytes: usize,
    /// A number a row that is added to its products.
    bias: Option<Arc<[f32]>>,
    /// Factors of the products, each for equally many rows.
    factors: Option<Arc<[f32]>>,
}

/// Rows of a tensor, one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowRun {
    /// The tensor's place in the file.
    pub(super) tensor: usize,
    pub(super) first_row: usize,
}

impl Matrix {
    /// `run_rows` rows of each run; their shapes and types were checked by the caller to be equal and to hold
    /// the rows.
    pub(super) fn new(gguf: Arc<Gguf>, runs: &[RowRun], run_rows: usize, bias: Option<Vec<f32>>) -> Matrix {
        let info = &gguf.tensors()[runs[0].tensor];
        let kind = info.tensor_type;
        let columns = info.dims[0] as usize;
        let rows = runs.len() * run_rows;
        let row_bytes = kind.row_bytes(columns).expect("the file's rows are whole blocks");
        let (runs, bias) = (runs.into(), bias.map(Arc::from));
        Matrix { gguf, runs, run_rows, kind, columns, rows, row_bytes, bias, factors: None }
    }

    /// The same matrix times factors, each for equally many rows, one after another: types of small floats have one
    /// beside their own.
    pub(super) fn times(mut self, factors: Option<Vec<f32>>) -> Matrix {
        self.factors = factors.map(Arc::from);
        self
    }

    /// Takes the factors out, to be applied elsewhere.
    pub(super) fn take_factors(&mut self) -> Option<Arc<[f32]>> {
        self.factors.take()
    }

    /// The factor of a row's products.
    fn factor(&self, row: usize) -> f32 {
        self.factors.as_ref().map_or(1.0, |factors| factors[row / (self.rows / factors.len())])
    }

    /// The bytes of rows of one run.
    fn bytes(&self, rows: Range<usize>) -> &[u8] {
        let RowRun { tensor, first_row } = self.runs[rows.start / self.run_rows];
        let begin = first_row + rows.start % self.run_rows;
        let bytes = self.gguf.bytes(&self.gguf.tensors()[tensor]);
        &bytes[begin * self.row_bytes..(begin + rows.len()) * self.row_bytes]
    }

    /// Asks for rows of one run ahead of their use, where they may have to come from disk.
    pub(super) fn ask_ahead(&self, rows: Range<usize>) {
        let RowRun { tensor, first_row } = self.runs[rows.start / self.run_rows];
        let begin = first_row + rows.start % self.run_rows;
        let bytes = begin * self.row_bytes..(begin + rows.len()) * self.row_bytes;
        self.gguf.ask_ahead(&self.gguf.tensors()[tensor], bytes);
    }

    /// Writes the numbers of row `r` to `out`.
    pub(crate) fn read_row(&self, r: usize, out: &mut [f32]) {
        dequantize(self.kind, self.bytes(r..r + 1), out);
        if self.factors.is_some() {
            let factor = self.factor(r);
            out.iter_mut().for_each(|x| *x *= factor);
        }
    }

    /// The number of its rows that make a piece of work when `total` bytes of weights are to be handed out.
    pub(super) fn rows_a_piece(&self, context: &ComputeContext, total: usize) -> usize {
        let piece = (total / (context.pool.threads() * PIECES_A_THREAD)).max(PIECE);
        (piece / self.row_bytes).max(1)
    }

    pub(super) fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Whether products with this matrix take activations rounded to 8 bits.
    pub(super) fn rounds(&self, context: &ComputeContext) -> bool {
        context.arithmetic == Arithmetic::Int8 && self.kind.is_quantized()
    }

    /// Products of its rows `weights`, all of one run, with the rows `which` of `x`, of which `out[i]` takes
    /// those of `which[i]`. Rows that it rounds must have been rounded before.
    pub(super) fn multiply(
        &self,
        context: &ComputeContext,
        weights: Range<usize>,
        x: &Activations,
        which: &[usize],
        out: &mut [&mut [f32]],
    ) {
        if self.rounds(context) {
            let rows: Vec<_> = which.iter().map(|&r| x.quantized_row(r)).collect();
            let bytes = self.bytes(weights.clone());
            (context.kernels.quantized_product)(self.kind, bytes, self.row_bytes, &rows, out);
        } else {
            self.multiply_floats(context, weights.clone(), x, which, out);
        }
        if self.factors.is_some() {
            for out in out.iter_mut() {
                for (row, out) in weights.clone().zip(out.iter_mut()) {
                    *out *= self.factor(row);
                }
            }
        }
        if let Some(bias) = &self.bias {
            for out in out {
                out.iter_mut().zip(&bias[weights.clone()]).for_each(|(out, bias)| *out += bias);
            }
        }
    }

    /// Unpacks the numbers of a row from its bytes.
    fn unpack(&self, context: &ComputeContext, bytes: &[u8], out: &mut [f32]) {
        match self.kind {
            TensorType::F16 => (context.kernels.widen)(bytes, out),
            kind => dequantize(kind, bytes, out),
        }
    }

    fn multiply_floats(
        &self,
        context: &ComputeContext,
        weights: Range<usize>,
        x: &Activations,
        which: &[usize],
        out: &mut [&mut [f32]],
    ) {
        // Rows of activations that were fetched meet some rows of weights while those are near.
        let near = if which.len() > FEW { NEAR_MANY } else { NEAR };
        let most = near / (size_of::<f32>() * self.columns.max(1));
        let together = match which.len() {
            0 | 1 => 1,
            _ if most < TOGETHER => 2,
            _ => most.min(64) / TOGETHER * TOGETHER,
        };
        let rows: Vec<&[f32]> = which.iter().map(|&r| x.row(r)).collect();
        let mut unpacked = AlignedFloats::zeros(together * self.columns);
        for (tile, bytes) in self.bytes(weights).chunks(together * self.row_bytes).enumerate() {
            let count = bytes.len() / self.row_bytes;
            let packed = bytes.chunks_exact(self.row_bytes);
            packed
                .zip(unpacked.chunks_exact_mut(self.columns))
                .for_each(|(bytes, unpacked)| self.unpack(context, bytes, unpacked));
            let mut out: Vec<&mut [f32]> =
                out.iter_mut().map(|out| &mut out[tile * together..][..count]).collect();
            (context.kernels.dots)(&unpacked[..count * self.columns], &rows, &mut out);
        }
    }
}

/// Computes the products of all rows of `x` with each matrix, in one job: `out` has a row of `matrix.rows` numbers for
/// each row of `x`.
pub(crate) fn products(context: &ComputeContext, x: &mut Activations, targets: &mut [(&Matrix, &mut [f32])]) {
    if targets.iter().any(|(matrix, _)| matrix.rounds(context)) {
        context.quantize(x);
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

/// Computes the products of a stack of `count` equally large matrices with rows of their own: row i of `x` meets the matrix
/// i mod `count`, and `out` has a row of as many numbers as one of the matrices has rows.
pub(super) fn stacked_products(
    context: &ComputeContext,
    stack: &Matrix,
    count: usize,
    x: &mut Activations,
    out: &mut [f32],
) {
    struct Piece<'a> {
        weights: Range<usize>,
        which: &'a [usize],
        out: Vec<&'a mut [f32]>,
    }
    if stack.rounds(context) {
        context.quantize(x);
    }
    let rows = stack.rows / count;
    let step = stack.rows_a_piece(context, stack.rows * stack.row_bytes).min(rows);
    let which = rows_of_each(count, x.rows());
    let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(count * rows.div_ceil(step));
    for (matrix, which) in which.iter().enumerate() {
        let cuts = (0..rows).step_by(step).map(|begin| begin..(begin + step).min(rows));
        pieces.extend(cuts.map(|cut| Piece {
            weights: matrix * rows + cut.start..matrix * rows + cut.end,
            which,
            out: Vec::with_capacity(which.len()),
        }));
    }
    let pieces_each = rows.div_ceil(step);
    for (i, row) in out.chunks_exact_mut(rows).enumerate() {
        let pieces = &mut pieces[i % count * pieces_each..][..pieces_each];
        pieces.iter_mut().zip(row.chunks_mut(step)).for_each(|(piece, out)| piece.out.push(out));
    }
    let x = &*x;
    context.pool.for_each(&mut pieces, |piece| {
        stack.multiply(context, piece.weights.clone(), x, piece.which, &mut piece.out);
    });
}

/// As [`stacked_products`], with the matrices transposed: `out` has a row of as many numbers as they have columns.
/// In float32, whatever the arithmetic.
pub(super) fn transposed_products(
    context: &ComputeContext,
    stack: &Matrix,
    count: usize,
    x: &Activations,
    out: &mut [f32],
) {
    let rows = stack.rows / count;
    let which = rows_of_each(count, x.rows());
    let mut pieces: Vec<(usize, Vec<&mut [f32]>)> = (0..count).map(|matrix| (matrix, Vec::new())).collect();
    for (i, row) in out.chunks_exact_mut(stack.columns).enumerate() {
        row.fill(0.0);
        pieces[i % count].1.push(row);
    }
    context.pool.for_each(&mut pieces, |(matrix, out)| {
        let mut unpacked = vec![0.0; stack.columns];
        let bytes = stack.bytes(*matrix * rows..(*matrix + 1) * rows);
        for (j, bytes) in bytes.chunks_exact(stack.row_bytes).enumerate() {
            stack.unpack(context, bytes, &mut unpacked);
            for (out, &i) in out.iter_mut().zip(&which[*matrix]) {
                (context.kernels.mix)(&x.row(i)[j..=j], &unpacked, out);
            }
        }
    });
}

/// For each of `count` matrices in turn, those of `rows` rows that meet it.
fn rows_of_each(count: usize, rows: usize) -> Vec<Vec<usize>> {
    (0..count).map(|matrix| (matrix..rows).step_by(count).collect()).collect()
}

/// Cuts rows of `width` numbers, one after another in `rows`, into columns of `step`: each range of columns
/// with its part of every row.
pub(crate) fn columns(
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
