//! The connection of a block to the stream of numbers that stand for a token: how it reads it, and adds its answer to it.

use pelicycle_kernels::Activations;

use super::architecture::Architecture;
use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::hyper_connection::{HyperConnection, HyperScratch};
use super::layer_source::LayerSource;
use super::norm::{Norm, rms_norm_in_place};
use super::tensor_reader::TensorReader;

/// The connection of a block to the stream: how it reads it, and adds to it.
#[derive(Debug)]
pub(super) enum Residual {
    Plain {
        /// Norms what the block reads, in the models that do.
        norm: Option<Norm>,
        /// Norms the block's answer, in the models that do.
        answer_norm: Option<Vec<f32>>,
    },
    /// Of streams side by side.
    Hyper(Box<HyperConnection>),
}

impl Residual {
    /// With norms of these names; `answer` is that of the answer's, in the architectures that have one.
    pub(super) fn read(
        source: &LayerSource<'_>,
        norm: Option<&str>,
        answer: &str,
    ) -> Result<Residual, ModelError> {
        let width = source.config.width;
        Ok(Residual::Plain {
            norm: norm
                .map(|name| Norm::read(source.tensors, source.architecture.norm, &source.name(name), width))
                .transpose()?,
            answer_norm: match source.architecture.answer_norms {
                true => Some(source.vector(answer, width)?),
                false => None,
            },
        })
    }

    /// By a hyper-connection whose tensors' names begin so.
    pub(super) fn hyper(source: &LayerSource<'_>, prefix: &str) -> Result<Residual, ModelError> {
        let prefix = source.name(prefix);
        let connection = HyperConnection::read(source.tensors, source.config, &prefix, true)?;
        Ok(Residual::Hyper(Box::new(connection)))
    }

    /// Reads the connection by which the output reads the stream: the last norm, or a hyper-connection.
    pub(super) fn end(
        tensors: &TensorReader<'_>,
        config: &ModelConfig,
        architecture: &Architecture,
    ) -> Result<Residual, ModelError> {
        if architecture.hyper_connections {
            let connection = HyperConnection::read(tensors, config, "output_hc", false)?;
            return Ok(Residual::Hyper(Box::new(connection)));
        }
        // LFM2's converters named it so at first.
        let older = !tensors.has("output_norm.weight") && tensors.has("token_embd_norm.weight");
        let name = if older { "token_embd_norm" } else { "output_norm" };
        let norm = Some(Norm::read(tensors, architecture.norm, name, config.width)?);
        Ok(Residual::Plain { norm, answer_norm: None })
    }

    /// Writes what the block reads of every row of the stream to `out`.
    pub(super) fn read_stream(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        stream: &[f32],
        scratch: &mut HyperScratch,
        out: &mut Activations,
    ) {
        let norm = match self {
            Residual::Plain { norm, .. } => norm,
            Residual::Hyper(connection) => {
                return connection.read_stream(context, config, stream, scratch, out);
            }
        };
        out.reset(stream.len() / config.width, config.width);
        match norm {
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
    pub(super) fn add_answer(
        &self,
        config: &ModelConfig,
        scratch: &HyperScratch,
        stream: &mut [f32],
        answer: &mut [f32],
    ) {
        let answer_norm = match self {
            Residual::Plain { answer_norm, .. } => answer_norm,
            Residual::Hyper(connection) => return connection.add_answer(config, scratch, stream, answer),
        };
        if let Some(weight) = answer_norm {
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
