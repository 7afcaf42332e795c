//! Norms of the numbers of a row.

use super::architecture::NormKind;
use super::error::ModelError;
use super::tensor_reader::TensorReader;

/// A norm with its weights.
#[derive(Debug)]
pub(crate) struct Norm {
    weight: Vec<f32>,
    /// Added at last; a norm with it centers first.
    bias: Option<Vec<f32>>,
}

impl Norm {
    /// `NAME.weight`, and `NAME.bias` for one that centers.
    pub(crate) fn read(
        tensors: &TensorReader<'_>,
        kind: NormKind,
        name: &str,
        len: usize,
    ) -> Result<Norm, ModelError> {
        Ok(Norm {
            weight: tensors.numbers(&format!("{name}.weight"), &[len])?,
            bias: match kind {
                NormKind::RootMeanSquare => None,
                NormKind::Centered => Some(tensors.numbers(&format!("{name}.bias"), &[len])?),
            },
        })
    }

    /// Writes the norm of a row to `out`.
    pub(crate) fn apply(&self, x: &[f32], epsilon: f32, out: &mut [f32]) {
        match &self.bias {
            Some(bias) => layer_norm(x, &self.weight, bias, epsilon, out),
            None => rms_norm(x, &self.weight, epsilon, out),
        }
    }
}

/// `out` = `weight` · (x − mean) / sqrt(variance + `epsilon`) + `bias`. J. Ba and others, 2016.
pub(super) fn layer_norm(x: &[f32], weight: &[f32], bias: &[f32], epsilon: f32, out: &mut [f32]) {
    let mean = x.iter().sum::<f32>() / x.len() as f32;
    out.iter_mut().zip(x).for_each(|(out, x)| *out = x - mean);
    let factor = factor(out, epsilon);
    for ((out, w), b) in out.iter_mut().zip(weight).zip(bias) {
        *out = *out * factor * w + b;
    }
}

/// `out` = `weight` · x / sqrt(mean(x²) + `epsilon`). B. Zhang and R. Sennrich, 2019.
pub(super) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let factor = factor(x, epsilon);
    for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
        *out = x * factor * w;
    }
}

/// As [`rms_norm`], in place.
pub(crate) fn rms_norm_in_place(x: &mut [f32], weight: &[f32], epsilon: f32) {
    let factor = factor(x, epsilon);
    for (x, w) in x.iter_mut().zip(weight) {
        *x = *x * factor * w;
    }
}

/// As [`rms_norm_in_place`] with weights of 1.
pub(crate) fn rms_normalize(x: &mut [f32], epsilon: f32) {
    let factor = factor(x, epsilon);
    x.iter_mut().for_each(|x| *x *= factor);
}

fn factor(x: &[f32], epsilon: f32) -> f32 {
    let mut sums = [0f32; 16];
    let (lanes, rest) = x.as_chunks::<16>();
    for lane in lanes {
        for i in 0..16 {
            sums[i] += lane[i] * lane[i];
        }
    }
    let sum: f32 = sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>();
    1.0 / (sum / x.len() as f32 + epsilon).sqrt()
}
