//! How a block reads the stream of numbers that stand for a token, and adds its answer to it.

use pelicycle_kernels::Activations;

use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::norm::{Norm, rms_norm_in_place};

/// How a block reads the stream, and adds to it.
#[derive(Debug)]
pub(super) struct Residual {
    /// Norms what the block reads, in the models that do.
    norm: Option<Norm>,
    /// Norms the block's answer, in the models that do.
    answer_norm: Option<Vec<f32>>,
}

impl Residual {
    /// With norms of these names; `answer` is that of the answer's, in the architectures that have one.
    pub(super) fn read(
        source: &LayerSource<'_>,
        norm: Option<&str>,
        answer: &str,
    ) -> Result<Residual, ModelError> {
        let width = source.config.width;
        Ok(Residual {
            norm: norm
                .map(|name| Norm::read(source.tensors, source.architecture.norm, &source.name(name), width))
                .transpose()?,
            answer_norm: match source.architecture.answer_norms {
                true => Some(source.vector(answer, width)?),
                false => None,
            },
        })
    }

    /// Writes what the block reads of every row of the stream to `out`.
    pub(super) fn read_stream(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        stream: &[f32],
        out: &mut Activations,
    ) {
        out.reset(stream.len() / config.width, config.width);
        match &self.norm {
            Some(norm) => {
                norm_rows(context, config, stream, out, |x, out| norm.apply(x, config.epsilon, out));
            }
            None => {
                let rows = stream.chunks_exact(config.width).zip(out.rows_mut());
                rows.for_each(|(x, out)| out.copy_from_slice(x));
            }
        }
    }

    /// Adds the block's answer to the stream.
    pub(super) fn add_answer(&self, config: &ModelConfig, stream: &mut [f32], answer: &mut [f32]) {
        if let Some(weight) = &self.answer_norm {
            let rows = answer.chunks_exact_mut(config.width);
            rows.for_each(|row| rms_norm_in_place(row, weight, config.epsilon));
        }
        let scale = config.residual_scale;
        if scale != 1.0 {
            answer.iter_mut().for_each(|x| *x *= scale);
        }
        stream.iter_mut().zip(answer).for_each(|(x, y)| *x += *y);
    }
}

/// Norms every row of the stream.
pub(super) fn norm_rows(
    context: &ComputeContext,
    config: &ModelConfig,
    stream: &[f32],
    out: &mut Activations,
    norm: impl Fn(&[f32], &mut [f32]) + Sync,
) {
    let mut rows: Vec<_> = stream.chunks_exact(config.width).zip(out.rows_mut()).collect();
    let norm = |(x, out): &mut (&[f32], &mut [f32])| norm(x, out);
    if rows.len() < 8 {
        rows.iter_mut().for_each(norm);
    } else {
        context.pool.for_each(&mut rows, norm);
    }
}
