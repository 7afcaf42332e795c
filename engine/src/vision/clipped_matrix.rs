//! A matrix whose inputs and products are held within bounds, in the towers that were trained so.

use pelicycle_kernels::Activations;

use super::tower_source::TowerSource;
use crate::model::{ComputeContext, Matrix, ModelError, products};

/// A matrix, and the bounds of what goes in and comes out where it has any.
#[derive(Debug)]
pub(super) struct ClippedMatrix {
    pub(super) matrix: Matrix,
    bounds: Option<MatrixBounds>,
}

/// The least and the largest.
#[derive(Debug, Clone, Copy)]
struct MatrixBounds {
    input: (f32, f32),
    output: (f32, f32),
}

impl ClippedMatrix {
    /// `matrix` with the bounds that the file has under this name: all four or none.
    pub(super) fn read(
        source: &TowerSource<'_>,
        name: &str,
        matrix: Matrix,
    ) -> Result<ClippedMatrix, ModelError> {
        let ends = ["input_min", "input_max", "output_min", "output_max"];
        let found: Vec<Option<f32>> =
            ends.iter().map(|end| source.number(&format!("{name}.{end}"))).collect::<Result<_, _>>()?;
        let bounds = match found.as_slice() {
            &[Some(a), Some(b), Some(c), Some(d)] if a <= b && c <= d => {
                Some(MatrixBounds { input: (a, b), output: (c, d) })
            }
            [None, None, None, None] => None,
            _ => {
                return Err(ModelError::Value {
                    path: source.gguf.path().to_owned(),
                    what: format!("what {name} is held within"),
                    found: format!("{found:?}"),
                    why: "which is not a lower and an upper bound on both sides",
                });
            }
        };
        Ok(ClippedMatrix { matrix, bounds })
    }

    /// Computes the products with each row of `x`, a row of `out` for each; `held` is room for a copy.
    pub(super) fn multiply(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        held: &mut Activations,
        out: &mut [f32],
    ) {
        let Some(bounds) = self.bounds else {
            return products(context, x, &mut [(&self.matrix, out)]);
        };
        held.reset(x.rows(), self.matrix.columns);
        for (r, to) in held.rows_mut().enumerate() {
            let (least, most) = bounds.input;
            to.iter_mut().zip(x.row(r)).for_each(|(to, x)| *to = x.clamp(least, most));
        }
        products(context, held, &mut [(&self.matrix, out)]);
        let (least, most) = bounds.output;
        out.iter_mut().for_each(|x| *x = x.clamp(least, most));
    }
}
