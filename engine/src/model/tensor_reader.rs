//! Takes tensors out of a file: each shape is checked against what the configuration asks for, and in the end
//! no tensor may be left over.

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use pelicycle_kernels::quant::dequantize;

use super::error::ModelError;
use super::holes;
use super::matrix::{Matrix, RowRun};
use crate::gguf::Gguf;

/// The tensors of a file, and which of them the model has taken.
pub(crate) struct TensorReader<'a> {
    gguf: &'a Arc<Gguf>,
    taken: Vec<Cell<bool>>,
    /// Parts of layers that have a bias in any of them: `attn_q` of `blk.3.attn_q.bias`.
    biased: HashSet<&'a str>,
}

impl<'a> TensorReader<'a> {
    pub(crate) fn new(gguf: &'a Arc<Gguf>) -> TensorReader<'a> {
        let biases = gguf.tensors().iter().filter_map(|tensor| {
            let (_layer, part) = tensor.name.strip_prefix("blk.")?.split_once('.')?;
            part.strip_suffix(".bias")
        });
        TensorReader { gguf, taken: vec![Cell::new(false); gguf.tensors().len()], biased: biases.collect() }
    }

    /// Whether a part has a bias in any layer.
    pub(super) fn is_biased(&self, part: &str) -> bool {
        self.biased.contains(part)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.gguf.tensor(name).is_some()
    }

    /// The `axis`-th dimension of a tensor that must be there.
    pub(crate) fn size(&self, name: &str, axis: usize) -> Result<usize, ModelError> {
        let dims = &self.gguf.require_tensor(name)?.dims;
        Ok(dims.get(axis).map_or(1, |&n| usize::try_from(n).unwrap_or(usize::MAX)))
    }

    /// A vector, or a table of numbers: small and read often, so it is copied out as floats.
    pub(crate) fn numbers(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, ModelError> {
        let info = self.gguf.require_tensor(name)?;
        // Dimensions of 1 say nothing of a table: files have them anywhere.
        let long = |dims: &[u64]| dims.iter().copied().filter(|&n| n != 1).collect::<Vec<_>>();
        let expected: Vec<u64> = dims.iter().map(|&n| n as u64).collect();
        if long(&info.dims) != long(&expected) {
            let (path, tensor) = (self.gguf.path().to_owned(), name.to_owned());
            return Err(ModelError::Shape { path, tensor, found: info.dims.clone(), expected });
        }
        self.taken[self.gguf.tensor_index(name).expect("it was found by this name")].set(true);
        if info.tensor_type.is_quantized() {
            let (path, tensor) = (self.gguf.path().to_owned(), name.to_owned());
            return Err(ModelError::VectorType { path, tensor, found: info.tensor_type });
        }
        if self.gguf.is_hollow() {
            return Ok(vec![1.0; dims.iter().product()]);
        }
        let mut numbers = vec![0.0; dims.iter().product()];
        dequantize(info.tensor_type, self.gguf.bytes(info), &mut numbers);
        // Towers call their norms so.
        let of_tower = ["ln1.weight", "ln2.weight", "pre_ln.weight", "post_ln.weight"];
        if name.ends_with("norm.weight") || of_tower.iter().any(|end| name.ends_with(end)) {
            self.check_norm(name, &numbers)?;
        }
        Ok(numbers)
    }

    /// Refuses a norm whose numbers can't be: a file that was cut or overwritten has such.
    fn check_norm(&self, name: &str, numbers: &[f32]) -> Result<(), ModelError> {
        let damaged = |found: &str| ModelError::Value {
            path: self.gguf.path().to_owned(),
            what: format!("tensor {name:?}"),
            found: found.to_owned(),
            why: "so the file is damaged; fetch or convert it again",
        };
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(damaged("not all finite numbers"));
        }
        if numbers.iter().all(|number| *number == 0.0) {
            return Err(damaged("all zero"));
        }
        Ok(())
    }

    /// The matrix `NAME.weight`, with the bias `NAME.bias` where the file has one.
    pub(crate) fn matrix(&self, name: &str, dims: &[usize]) -> Result<Matrix, ModelError> {
        let tensor = self.find(&format!("{name}.weight"), dims)?;
        let rows = dims[1..].iter().product();
        Ok(Matrix::new(
            Arc::clone(self.gguf),
            &[RowRun { tensor, first_row: 0 }],
            rows,
            self.bias(name, &dims[1..])?,
        )
        .times(self.factors(name, dims)?))
    }

    /// Some of the rows of the matrix `NAME.weight`, and of its bias.
    pub(crate) fn rows(
        &self,
        name: &str,
        dims: [usize; 2],
        rows: Range<usize>,
    ) -> Result<Matrix, ModelError> {
        let tensor = self.find(&format!("{name}.weight"), &dims)?;
        let bias = self.bias(name, &dims[1..])?.map(|bias| bias[rows.clone()].to_vec());
        let run = RowRun { tensor, first_row: rows.start };
        let matrix = Matrix::new(Arc::clone(self.gguf), &[run], rows.len(), bias);
        Ok(matrix.times(self.factors(name, &dims)?))
    }

    /// Some of the rows of each `each` rows of the matrix or stack of matrices `NAME.weight`, and of its bias.
    pub(super) fn rows_of_each(
        &self,
        name: &str,
        dims: &[usize],
        each: usize,
        rows: Range<usize>,
    ) -> Result<Matrix, ModelError> {
        let tensor = self.find(&format!("{name}.weight"), dims)?;
        let all = dims[1..].iter().product();
        let runs: Vec<RowRun> =
            (0..all).step_by(each).map(|part| RowRun { tensor, first_row: part + rows.start }).collect();
        let bias = self
            .bias(name, &dims[1..])?
            .map(|bias| bias.chunks_exact(each).flat_map(|bias| &bias[rows.clone()]).copied().collect());
        let matrix = Matrix::new(Arc::clone(self.gguf), &runs, rows.len(), bias);
        Ok(matrix.times(self.factors(name, dims)?))
    }

    /// A stack of matrices that have a tensor each, all of one type.
    pub(super) fn stack(&self, names: &[String], dims: [usize; 2]) -> Result<Matrix, ModelError> {
        let mut runs = Vec::with_capacity(names.len());
        for name in names {
            runs.push(RowRun { tensor: self.find(&format!("{name}.weight"), &dims)?, first_row: 0 });
        }
        let info = |run: &RowRun| &self.gguf.tensors()[run.tensor];
        if let Some(other) = runs.iter().find(|run| info(run).tensor_type != info(&runs[0]).tensor_type) {
            return Err(ModelError::Value {
                path: self.gguf.path().to_owned(),
                what: format!("tensor {:?}", info(other).name),
                found: info(other).tensor_type.to_string(),
                why: "but another expert's is of another type; convert the model again with a newer converter",
            });
        }
        Ok(Matrix::new(Arc::clone(self.gguf), &runs, dims[1], None))
    }

    /// The numbers of `NAME.scale`, which multiply the products with a matrix: one, or one for each of a stack.
    fn factors(&self, name: &str, dims: &[usize]) -> Result<Option<Vec<f32>>, ModelError> {
        let name = format!("{name}.scale");
        if !self.has(&name) {
            return Ok(None);
        }
        let stacked = dims.get(2).copied().unwrap_or(1);
        match self.size(&name, 0)? {
            count if count == stacked || count == 1 => self.numbers(&name, &[count]).map(Some),
            // Some blocks scale what goes into a matrix; if none takes it, the file is refused for it.
            _ => Ok(None),
        }
    }

    fn bias(&self, name: &str, dims: &[usize]) -> Result<Option<Vec<f32>>, ModelError> {
        let name = format!("{name}.bias");
        if self.has(&name) { self.numbers(&name, dims).map(Some) } else { Ok(None) }
    }

    /// Checks that nothing is missing from what was taken so far.
    pub(crate) fn find_holes(&self) -> Result<(), ModelError> {
        if self.gguf.is_hollow() {
            return Ok(());
        }
        let taken: Vec<usize> = (0..self.taken.len()).filter(|&at| self.taken[at].get()).collect();
        holes::check(self.gguf, &taken)
    }

    /// Counts the tensors whose names begin so as taken: they have no part in the model's answers.
    pub(crate) fn pass_over(&self, prefix: &str) {
        let named = self.gguf.tensors().iter().zip(&self.taken);
        named.filter(|(tensor, _)| tensor.name.starts_with(prefix)).for_each(|(_, taken)| taken.set(true));
    }

    /// Checks that no tensor was left over: what it does would be missing from the model's answers.
    pub(crate) fn finish(&self, architecture: &str) -> Result<(), ModelError> {
        match self.gguf.tensors().iter().zip(&self.taken).find(|(_, taken)| !taken.get()) {
            Some((tensor, _)) => Err(ModelError::LeftOver {
                path: self.gguf.path().to_owned(),
                tensor: tensor.name.clone(),
                architecture: architecture.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// The place of a tensor that must be there, with these dimensions.
    fn find(&self, name: &str, dims: &[usize]) -> Result<usize, ModelError> {
        let info = self.gguf.require_tensor(name)?;
        // Dimensions of 1 at the end say nothing: files have them or not.
        let strip = |dims: &[u64]| dims.len() - dims.iter().rev().take_while(|&&n| n == 1).count();
        let expected: Vec<u64> = dims.iter().map(|&n| n as u64).collect();
        if info.dims[..strip(&info.dims)] != expected[..strip(&expected)] {
            let (path, tensor) = (self.gguf.path().to_owned(), name.to_owned());
            return Err(ModelError::Shape { path, tensor, found: info.dims.clone(), expected });
        }
        let place = self.gguf.tensor_index(name).expect("it was found by this name");
        self.taken[place].set(true);
        Ok(place)
    }
}
