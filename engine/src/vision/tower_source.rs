//! The source that a vision tower is read from: its file's tensors, its kind, and the numbers that shape it.

use std::sync::Arc;

use super::tower_config::TowerConfig;
use super::tower_kind::TowerKind;
use crate::gguf::Gguf;
use crate::model::{Matrix, ModelError, Norm, TensorReader};

pub(super) struct TowerSource<'a> {
    pub(super) gguf: &'a Arc<Gguf>,
    pub(super) tensors: &'a TensorReader<'a>,
    pub(super) kind: &'static TowerKind,
    pub(super) config: &'a TowerConfig,
}

impl TowerSource<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.has(&format!("{name}.weight"))
    }

    /// The rows that a matrix has by the file.
    pub(super) fn rows(&self, name: &str) -> Result<usize, ModelError> {
        self.tensors.size(&format!("{name}.weight"), 1)
    }

    /// The matrix `NAME.weight`, with a bias, which must be there, in kinds that have them.
    pub(super) fn matrix(&self, name: &str, dims: [usize; 2]) -> Result<Matrix, ModelError> {
        self.require_bias(name)?;
        self.tensors.matrix(name, &dims)
    }

    /// Some of the rows of a matrix.
    pub(super) fn part(
        &self,
        name: &str,
        dims: [usize; 2],
        begin: usize,
        len: usize,
    ) -> Result<Matrix, ModelError> {
        self.require_bias(name)?;
        self.tensors.rows(name, dims, begin..begin + len)
    }

    fn require_bias(&self, name: &str) -> Result<(), ModelError> {
        if self.kind.biases {
            self.gguf.require_tensor(&format!("{name}.bias"))?;
        }
        Ok(())
    }

    /// A norm over so many numbers.
    pub(super) fn norm(&self, name: &str, len: usize) -> Result<Norm, ModelError> {
        Norm::read(self.tensors, self.kind.norm, name, len)
    }

    /// Numbers that must be finite.
    pub(super) fn numbers(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, ModelError> {
        let numbers = self.tensors.numbers(name, dims)?;
        match numbers.iter().all(|number| number.is_finite()) {
            true => Ok(numbers),
            false => Err(ModelError::Value {
                path: self.gguf.path().to_owned(),
                what: format!("tensor {name:?}"),
                found: "not all finite numbers".to_owned(),
                why: "so the file is damaged; fetch or convert it again",
            }),
        }
    }

    /// A number of its own tensor; `None` in files without it.
    pub(super) fn number(&self, name: &str) -> Result<Option<f32>, ModelError> {
        if !self.tensors.has(name) {
            return Ok(None);
        }
        Ok(Some(self.numbers(name, &[1])?[0]))
    }
}
