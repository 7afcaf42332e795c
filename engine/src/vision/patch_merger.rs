//! Blocks of patches joined, through two matrices, to one row: what ends Qwen's and Pixtral's towers.

use pelicycle_kernels::Activations;

use super::activation::gelu;
use super::tower_block::norm_rows;
use super::tower_config::TowerConfig;
use super::tower_source::TowerSource;
use crate::model::{ComputeContext, Matrix, ModelError, Norm, products};

/// Norm, join, matrix, gelu, matrix.
#[derive(Debug)]
pub(super) struct PatchMerger {
    epsilon: f32,
    norm: Option<Norm>,
    /// The norm is over a joined block, not over each patch.
    joined_norm: bool,
    /// Joins blocks channel by channel, in the towers that have a matrix for it.
    channels: Option<Matrix>,
    first: Matrix,
    second: Matrix,
}

impl PatchMerger {
    /// Reads the end of Qwen's tower.
    pub(super) fn read(source: &TowerSource<'_>) -> Result<PatchMerger, ModelError> {
        let TowerConfig { width, merge, .. } = *source.config;
        let norm = source.norm("v.post_ln", width)?;
        PatchMerger::of(source, (norm, false), None, width * merge * merge, ["mm.0", "mm.2"])
    }

    /// Reads the merger that makes the rows that are added after the model's first layers, of the stream after this
    /// block; `None` where the file has none.
    pub(super) fn deepstack(
        source: &TowerSource<'_>,
        block: usize,
    ) -> Result<Option<PatchMerger>, ModelError> {
        let name = |part: &str| format!("v.deepstack.{block}.{part}");
        if !source.has(&name("fc1")) {
            return Ok(None);
        }
        let joined = source.config.width * source.config.merge * source.config.merge;
        let norm = source.norm(&name("norm"), joined)?;
        PatchMerger::of(source, (norm, true), None, joined, [&name("fc1"), &name("fc2")]).map(Some)
    }

    /// Reads the end of Pixtral's tower.
    pub(super) fn by_channels(source: &TowerSource<'_>) -> Result<PatchMerger, ModelError> {
        let TowerConfig { width, merge, .. } = *source.config;
        let channels = "mm.patch_merger";
        if !source.has(channels) && merge == 1 {
            // The first Pixtral has neither a norm here nor anything to join.
            let (first, second) = two_matrices(source, width, ["mm.1", "mm.2"])?;
            let norm = match source.has("mm.input_norm") {
                true => Some(source.norm("mm.input_norm", width)?),
                false => None,
            };
            let epsilon = source.config.epsilon;
            return Ok(PatchMerger { epsilon, norm, joined_norm: false, channels: None, first, second });
        }
        let norm = source.norm("mm.input_norm", width)?;
        let channels = source.matrix(channels, [width * merge * merge, width])?;
        PatchMerger::of(source, (norm, false), Some(channels), width, ["mm.1", "mm.2"])
    }

    fn of(
        source: &TowerSource<'_>,
        (norm, joined_norm): (Norm, bool),
        channels: Option<Matrix>,
        width: usize,
        names: [&str; 2],
    ) -> Result<PatchMerger, ModelError> {
        let (first, second) = two_matrices(source, width, names)?;
        let norm = Some(norm);
        Ok(PatchMerger { epsilon: source.config.epsilon, norm, joined_norm, channels, first, second })
    }

    /// A row for each block of patches.
    pub(super) fn merge(
        &self,
        context: &ComputeContext,
        stream: &[f32],
        width: usize,
        blocks: &[Vec<usize>],
    ) -> Vec<f32> {
        let joined = width * blocks[0].len();
        let mut normed = Activations::default();
        let patch_norm = self.norm.as_ref().filter(|_| !self.joined_norm);
        if let Some(norm) = patch_norm {
            norm_rows(context, norm, self.epsilon, stream, width, &mut normed);
        }
        let row = |patch: usize| match patch_norm {
            Some(_) => normed.row(patch),
            None => &stream[patch * width..][..width],
        };
        let mut x = Activations::default();
        x.reset(blocks.len(), joined);
        for (block, out) in blocks.iter().zip(x.rows_mut()) {
            for (i, &patch) in block.iter().enumerate() {
                match self.channels {
                    Some(_) => {
                        let to = out[i..].iter_mut().step_by(block.len());
                        to.zip(row(patch)).for_each(|(to, x)| *to = *x);
                    }
                    None => out[i * width..][..width].copy_from_slice(row(patch)),
                }
            }
        }
        if let Some(norm) = self.norm.as_ref().filter(|_| self.joined_norm) {
            let raw = x.floats_mut().to_vec();
            norm_rows(context, norm, self.epsilon, &raw, joined, &mut x);
        }
        if let Some(channels) = &self.channels {
            let mut out = Activations::default();
            out.reset(blocks.len(), channels.rows);
            products(context, &mut x, &mut [(channels, out.floats_mut())]);
            x = out;
        }
        let mut inner = Activations::default();
        inner.reset(blocks.len(), self.first.rows);
        products(context, &mut x, &mut [(&self.first, inner.floats_mut())]);
        let mut rows: Vec<_> = inner.rows_mut().collect();
        context.pool.for_each(&mut rows, |row| row.iter_mut().for_each(|x| *x = gelu(*x)));
        let mut out = vec![0.0; blocks.len() * self.second.rows];
        products(context, &mut inner, &mut [(&self.second, &mut out)]);
        out
    }
}

/// Two matrices one after the other, the second as wide as the model.
fn two_matrices(
    source: &TowerSource<'_>,
    width: usize,
    [first, second]: [&str; 2],
) -> Result<(Matrix, Matrix), ModelError> {
    let inner = source.rows(first)?;
    Ok((source.matrix(first, [width, inner])?, source.matrix(second, [inner, source.config.projection])?))
}
