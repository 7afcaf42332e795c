//! Means of blocks of patches, through one matrix: what ends Gemma's towers.

use pelicycle_kernels::Activations;

use super::float_matrix::FloatMatrix;
use super::tower_block::norm_rows;
use super::tower_config::TowerConfig;
use super::tower_source::TowerSource;
use crate::model::{ComputeContext, Matrix, ModelError, Norm, products, rms_norm_in_place, rms_normalize};

/// Means, a norm, a matrix.
#[derive(Debug)]
pub(super) struct PatchMeans {
    epsilon: f32,
    /// Over each patch, before the means.
    patch_norm: Option<Norm>,
    /// Multiplies the means.
    scale: f32,
    /// Taken from the means, and multiplied with what is left.
    standard: Option<[Vec<f32>; 2]>,
    /// Weights of the norm over the means; without any it has none.
    mean_norm: Option<Vec<f32>>,
    projection: MeanProjection,
}

#[derive(Debug)]
enum MeanProjection {
    Transposed(FloatMatrix),
    Plain(Box<Matrix>),
}

impl PatchMeans {
    /// Reads the end of Gemma 3's tower.
    pub(super) fn transposed(source: &TowerSource<'_>) -> Result<PatchMeans, ModelError> {
        let TowerConfig { width, projection, epsilon, .. } = *source.config;
        let matrix = source.tensors.matrix("mm.input_projection", &[projection, width])?;
        let mut weights = vec![0.0; width * projection];
        let mut row = vec![0.0; projection];
        for c in 0..width {
            matrix.read_row(c, &mut row);
            weights[c..].iter_mut().step_by(width).zip(&row).for_each(|(to, x)| *to = *x);
        }
        Ok(PatchMeans {
            epsilon,
            patch_norm: Some(source.norm("v.post_ln", width)?),
            scale: 1.0,
            standard: None,
            mean_norm: Some(source.numbers("mm.soft_emb_norm.weight", &[width])?),
            projection: MeanProjection::Transposed(FloatMatrix { columns: width, weights, bias: None }),
        })
    }

    /// Reads the end of Gemma 4's tower.
    pub(super) fn scaled(source: &TowerSource<'_>) -> Result<PatchMeans, ModelError> {
        let TowerConfig { width, projection, epsilon, .. } = *source.config;
        let standard = match source.tensors.has("v.std_bias") || source.tensors.has("v.std_scale") {
            true => Some([source.numbers("v.std_bias", &[width])?, source.numbers("v.std_scale", &[width])?]),
            false => None,
        };
        let matrix = source.tensors.matrix("mm.input_projection", &[width, projection])?;
        Ok(PatchMeans {
            epsilon,
            patch_norm: None,
            scale: (width as f32).sqrt(),
            standard,
            mean_norm: None,
            projection: MeanProjection::Plain(Box::new(matrix)),
        })
    }

    /// A row for each block of patches.
    pub(super) fn merge(
        &self,
        context: &ComputeContext,
        stream: &[f32],
        width: usize,
        blocks: &[Vec<usize>],
    ) -> Vec<f32> {
        let mut normed = Activations::default();
        if let Some(norm) = &self.patch_norm {
            norm_rows(context, norm, self.epsilon, stream, width, &mut normed);
        }
        let mut means = Activations::default();
        means.reset(blocks.len(), width);
        for (block, mean) in blocks.iter().zip(means.rows_mut()) {
            for &patch in block {
                let x = if self.patch_norm.is_some() {
                    normed.row(patch)
                } else {
                    &stream[patch * width..][..width]
                };
                mean.iter_mut().zip(x).for_each(|(mean, x)| *mean += x);
            }
            let factor = self.scale / block.len() as f32;
            mean.iter_mut().for_each(|mean| *mean *= factor);
            if let Some([bias, scale]) = &self.standard {
                mean.iter_mut()
                    .zip(bias.iter().zip(scale))
                    .for_each(|(x, (bias, scale))| *x = (*x - bias) * scale);
            }
            match &self.mean_norm {
                Some(weights) => rms_norm_in_place(mean, weights, self.epsilon),
                None => rms_normalize(mean, self.epsilon),
            }
        }
        match &self.projection {
            MeanProjection::Transposed(matrix) => {
                let mut out = vec![0.0; blocks.len() * matrix.rows()];
                matrix.multiply(context, &means, &mut out);
                out
            }
            MeanProjection::Plain(matrix) => {
                let mut out = vec![0.0; blocks.len() * matrix.rows];
                products(context, &mut means, &mut [(matrix, &mut out)]);
                out
            }
        }
    }
}
