//! Hyper-connections: the stream of a token is several side by side, which a block reads mixed and answers to each with a
//! weight of its own, both told by the streams. D. Zhu and others, 2024 (arXiv:2409.19606), in the low-rank form of
//! Qwen3.8.

use pelicycle_kernels::{Activations, GateFunction};

use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::matrix::{Matrix, products};
use super::norm::rms_norm;
use super::tensor_reader::TensorReader;

/// The weights of one place where streams are mixed.
#[derive(Debug)]
pub(super) struct HyperConnection {
    streams: usize,
    /// Weights of the norms over the streams, one stream's after another's.
    norm: Vec<f32>,
    /// From all numbers of the streams to few, and back to a weight for each.
    down: Matrix,
    up: Matrix,
    /// To a weight of the answer for each stream; the last mixing has none.
    inject: Option<Matrix>,
}

/// Inner numbers of the rows of a step, which hold from the reading to the answer.
#[derive(Debug, Default)]
pub(super) struct HyperScratch {
    normed: Activations,
    low: Activations,
    mix: Vec<f32>,
    inject: Vec<f32>,
}

impl HyperConnection {
    /// `prefix` begins the tensors' names.
    pub(super) fn read(
        tensors: &TensorReader<'_>,
        config: &ModelConfig,
        prefix: &str,
        answers: bool,
    ) -> Result<HyperConnection, ModelError> {
        let (streams, all) = (config.streams, config.streams * config.width);
        let name = |part: &str| format!("{prefix}_{part}");
        let rank = tensors.size(&format!("{}.weight", name("down")), 1)?;
        Ok(HyperConnection {
            streams,
            norm: tensors.numbers(&format!("{}.weight", name("norm")), &[all])?,
            down: tensors.matrix(&name("down"), &[all, rank])?,
            up: tensors.matrix(&name("up"), &[rank, all])?,
            inject: match answers {
                true => Some(tensors.matrix(&name("inject"), &[all, streams])?),
                false => None,
            },
        })
    }

    /// Writes what a block reads of every row of the streams to `out`.
    pub(super) fn read_stream(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        stream: &[f32],
        scratch: &mut HyperScratch,
        out: &mut Activations,
    ) {
        let HyperScratch { normed, low, mix, inject } = scratch;
        let (width, all) = (config.width, self.norm.len());
        let (rows, share) = (stream.len() / all, 1.0 / self.streams as f32);
        normed.reset(rows, all);
        let mut pairs: Vec<_> = stream.chunks_exact(all).zip(normed.rows_mut()).collect();
        context.pool.for_each(&mut pairs, |(x, out)| {
            let streams = x.chunks_exact(width).zip(self.norm.chunks_exact(width));
            for ((x, weight), out) in streams.zip(out.chunks_exact_mut(width)) {
                rms_norm(x, weight, config.epsilon, out);
            }
        });
        low.reset(rows, self.down.rows);
        inject.resize(rows * self.streams, 0.0);
        let mut targets: Vec<(&Matrix, &mut [f32])> = vec![(&self.down, low.floats_mut())];
        if let Some(matrix) = &self.inject {
            targets.push((matrix, &mut inject[..]));
        }
        products(context, normed, &mut targets);
        let ones = vec![1.0; self.down.rows];
        for low in low.rows_mut() {
            low.iter_mut().for_each(|x| *x *= share);
            (context.kernels.gate)(GateFunction::Silu, low, &ones);
        }
        inject.iter_mut().for_each(|x| *x = 2.0 / (1.0 + (-*x * share).exp()));
        mix.resize(rows * all, 0.0);
        products(context, low, &mut [(&self.up, mix)]);
        out.reset(rows, width);
        let mut rows: Vec<_> = out
            .rows_mut()
            .zip(normed.floats_mut().chunks_exact_mut(all))
            .zip(mix.chunks_exact(all))
            .collect();
        context.pool.for_each(&mut rows, |((out, normed), mix)| {
            (context.kernels.sigmoid_times)(normed, mix);
            out.fill(0.0);
            (context.kernels.mix)(&vec![share; self.streams], normed, out);
        });
    }

    /// Adds the block's answer to the streams, as the last reading weighed it.
    pub(super) fn add_answer(
        &self,
        config: &ModelConfig,
        scratch: &HyperScratch,
        stream: &mut [f32],
        answer: &[f32],
    ) {
        let rows = stream.chunks_exact_mut(self.norm.len()).zip(answer.chunks_exact(config.width));
        for ((streams, answer), weights) in rows.zip(scratch.inject.chunks_exact(self.streams)) {
            for (stream, weight) in streams.chunks_exact_mut(config.width).zip(weights) {
                stream.iter_mut().zip(answer).for_each(|(x, y)| *x += weight * y);
            }
        }
    }
}
