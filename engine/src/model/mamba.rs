//! Mamba-2: a layer that remembers a sequence in a state of constant size, which every token decays, adds to and reads.
//! T. Dao and A. Gu, 2024 (arXiv:2405.21060).
//!
//! Tokens pass over the state one by one, so the answer has the same bits however a prompt is cut; the heads are what is
//! shared out.

use pelicycle_kernels::{Activations, GateFunction};

use super::causal_convolution::{CausalConvolution, ConvolutionOptions};
use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::mamba_shape::MambaShape;
use super::mamba_token::MambaToken;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::recurrent_head::{RecurrentHead, plain_heads};
use super::softplus::softplus;
use super::step::LayerStep;
use super::step_sequence::step_sequences;
use crate::recurrent_state::RecurrentStateSize;

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct Mamba {
    shape: MambaShape,
    /// To gates, the channels of the convolution and time steps.
    input: Matrix,
    convolution: CausalConvolution,
    steering: Steering,
    /// Weights of the norms over the groups' answers.
    norm: Vec<f32>,
    epsilon: f32,
    output: Matrix,
}

/// The numbers that steer the heads: of each kind, one a head.
#[derive(Debug)]
struct Steering {
    /// −e^A.
    rate: Vec<f32>,
    /// Added to the time step.
    step_bias: Vec<f32>,
    /// The share of the input that goes around the state.
    through: Vec<f32>,
}

/// Numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct MambaScratch {
    projected: Vec<f32>,
    /// The convolution's channels, before it and after it.
    channels: Vec<f32>,
    convolved: Vec<f32>,
    answers: Activations,
}

impl Mamba {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Mamba, ModelError> {
        let shape = MambaShape::read(&source.keys())?;
        let width = source.config.width;
        let of_heads = |name: &str| source.tensors.numbers(&source.name(name), &[shape.heads]);
        let options = ConvolutionOptions { taps: shape.taps, dilation: 1, activated: true, biased: true };
        Ok(Mamba {
            shape,
            input: source.matrix("ssm_in", &[width, shape.inner + shape.channels() + shape.heads])?,
            convolution: CausalConvolution::read(source, &["ssm_conv1d"], shape.channels(), options)?,
            steering: Steering {
                rate: of_heads("ssm_a")?,
                step_bias: of_heads("ssm_dt.bias")?,
                through: of_heads("ssm_d")?,
            },
            norm: source
                .tensors
                .numbers(&source.name("ssm_norm.weight"), &[shape.inner / shape.groups, shape.groups])?,
            epsilon: source.config.epsilon,
            output: source.matrix("ssm_out", &[shape.inner, width])?,
        })
    }

    /// The size of what it remembers of a sequence.
    pub(super) fn state(&self) -> RecurrentStateSize {
        let numbers = self.shape.inner * self.shape.state;
        RecurrentStateSize { inputs: self.convolution.inputs(), numbers, ..RecurrentStateSize::default() }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`; the rows pass over the states of their
    /// sequences at `layer`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut MambaScratch,
        out: &mut [f32],
    ) {
        let LayerStep { context, layer, rows, caches, .. } = step;
        let MambaScratch { projected, channels, convolved, answers } = scratch;
        let shape = self.shape;
        projected.resize(rows.len() * self.input.rows, 0.0);
        products(context, x, &mut [(&self.input, projected)]);
        channels.resize(rows.len() * shape.channels(), 0.0);
        let rows_of_projected = projected.chunks_exact(self.input.rows);
        for (from, to) in rows_of_projected.zip(channels.chunks_exact_mut(shape.channels())) {
            to.copy_from_slice(&from[shape.inner..][..shape.channels()]);
        }
        convolved.resize(channels.len(), 0.0);
        let mut sequences = step_sequences(rows, caches, layer);
        self.convolution.forward(context, &mut sequences, channels, convolved);

        answers.reset(rows.len(), shape.inner);
        let state = shape.head() * shape.state;
        let mut heads = plain_heads(&mut sequences, state, answers, (shape.inner, shape.head()));
        context.pool.for_each(&mut heads, |head| self.pass(context, projected, convolved, head));
        drop(heads);
        let mut gates: Vec<_> = answers.rows_mut().zip(projected.chunks_exact(self.input.rows)).collect();
        context.pool.for_each(&mut gates, |(answer, projected)| {
            let mut gated = projected[..shape.inner].to_vec();
            (context.kernels.gate)(GateFunction::Silu, &mut gated, answer);
            answer.copy_from_slice(&gated);
            let size = shape.inner / shape.groups;
            for (group, weight) in answer.chunks_exact_mut(size).zip(self.norm.chunks_exact(size)) {
                rms_norm_in_place(group, weight, self.epsilon);
            }
        });
        products(context, answers, &mut [(&self.output, out)]);
    }

    /// Passes one head's tokens over its state.
    fn pass(
        &self,
        context: &ComputeContext,
        projected: &[f32],
        convolved: &[f32],
        piece: &mut RecurrentHead<'_, f32>,
    ) {
        let (shape, head) = (self.shape, piece.head);
        let group = head / (shape.heads / shape.groups);
        for (&r, out) in piece.rows.iter().zip(&mut piece.out) {
            let steps = &projected[r * self.input.rows + shape.inner + shape.channels()..];
            let row = &convolved[r * shape.channels()..][..shape.channels()];
            let vectors = &row[shape.inner..];
            let token = MambaToken {
                input: &row[head * shape.head()..][..shape.head()],
                write: &vectors[group * shape.state..][..shape.state],
                read: &vectors[(shape.groups + group) * shape.state..][..shape.state],
                time: softplus(steps[head] + self.steering.step_bias[head]),
                rate: self.steering.rate[head],
                through: self.steering.through[head],
            };
            token.pass(context.kernels, piece.state, out);
        }
    }
}
