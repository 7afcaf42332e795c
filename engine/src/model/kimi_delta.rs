//! Kimi Delta Attention: gated DeltaNet whose state every key channel lets decay by itself. Moonshot AI, 2025
//! (arXiv:2510.26692).
//!
//! Tokens pass over the state one by one, so the answer has the same bits however a prompt is cut; the heads are what is
//! shared out.

use pelicycle_kernels::Activations;

use super::causal_convolution::{CausalConvolution, ConvolutionOptions};
use super::compute_context::ComputeContext;
use super::config_keys::LIMIT;
use super::error::ModelError;
use super::kimi_token::KimiToken;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::recurrent_head::{RecurrentHead, plain_heads};
use super::softplus::softplus;
use super::step::LayerStep;
use super::step_sequence::step_sequences;
use crate::recurrent_state::RecurrentStateSize;

/// Added to the squared length of queries and keys: a constant of the architecture.
const LENGTH_EPSILON: f32 = 1e-6;

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct KimiDelta {
    heads: usize,
    /// Numbers of a key or value in one head.
    size: usize,
    query: Matrix,
    key: Matrix,
    value: Matrix,
    /// Over queries, then keys, then values.
    convolution: CausalConvolution,
    strength: Matrix,
    decay: LowRank,
    gate: LowRank,
    /// −e^A, one a head.
    rate: Vec<f32>,
    /// Added to the decay's input, one a channel.
    rate_bias: Vec<f32>,
    /// Weight of the norm over a head's answer.
    norm: Vec<f32>,
    epsilon: f32,
    output: Matrix,
}

/// A product with two matrices, one after the other.
#[derive(Debug)]
struct LowRank {
    down: Matrix,
    up: Matrix,
}

/// Numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct KimiScratch {
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    /// Queries, keys and values of each row together, before the convolution and after it.
    mixed: Vec<f32>,
    convolved: Vec<f32>,
    strengths: Vec<f32>,
    inner: Activations,
    decays: Vec<f32>,
    gates: Vec<f32>,
    answers: Activations,
}

impl KimiDelta {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<KimiDelta, ModelError> {
        let (keys, width, heads) = (source.keys(), source.config.width, source.config.heads);
        let (size, taps) = (keys.require("kda.head_dim")?, keys.require("ssm.conv_kernel")?);
        if heads * size > LIMIT || heads * size * size > LIMIT || heads * size * 3 * taps > LIMIT {
            return Err(keys.fail("kda.head_dim", &size, "which makes a larger state than any model has"));
        }
        let all = heads * size;
        let low_rank = |name: &str| -> Result<LowRank, ModelError> {
            let (down, up) = (format!("{name}_a"), format!("{name}_b"));
            let rank = source.tensors.size(&format!("{}.weight", source.name(&down)), 1)?;
            Ok(LowRank { down: source.matrix(&down, &[width, rank])?, up: source.matrix(&up, &[rank, all])? })
        };
        let names = ["ssm_conv1d_q", "ssm_conv1d_k", "ssm_conv1d_v"];
        let options = ConvolutionOptions { taps, dilation: 1, activated: true, biased: false };
        Ok(KimiDelta {
            heads,
            size,
            query: source.matrix("attn_q", &[width, all])?,
            key: source.matrix("attn_k", &[width, all])?,
            value: source.matrix("attn_v", &[width, all])?,
            convolution: CausalConvolution::read(source, &names, all, options)?,
            strength: source.matrix("ssm_beta", &[width, heads])?,
            decay: low_rank("ssm_f")?,
            gate: low_rank("ssm_g")?,
            rate: source.tensors.numbers(&source.name("ssm_a"), &[heads])?,
            rate_bias: source.tensors.numbers(&source.name("ssm_dt.bias"), &[all])?,
            norm: source.vector("ssm_norm", size)?,
            epsilon: source.config.epsilon,
            output: source.matrix("attn_output", &[all, width])?,
        })
    }

    /// The size of what it remembers of a sequence.
    pub(super) fn state(&self) -> RecurrentStateSize {
        let numbers = self.heads * self.size * self.size;
        RecurrentStateSize { inputs: self.convolution.inputs(), numbers, ..RecurrentStateSize::default() }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`; the rows pass over the states of their
    /// sequences at `layer`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut KimiScratch,
        out: &mut [f32],
    ) {
        let LayerStep { context, layer, rows, caches, .. } = step;
        self.project(context, x, scratch);
        let KimiScratch { mixed, convolved, strengths, decays, gates, answers, .. } = scratch;
        convolved.resize(mixed.len(), 0.0);
        let mut sequences = step_sequences(rows, caches, layer);
        self.convolution.forward(context, &mut sequences, mixed, convolved);

        let all = self.heads * self.size;
        answers.reset(rows.len(), all);
        let mut heads = plain_heads(&mut sequences, self.size * self.size, answers, (all, self.size));
        let numbers = HeadInputs { convolved, strengths, decays, gates };
        context.pool.for_each(&mut heads, |head| self.pass(context, &numbers, head));
        products(context, answers, &mut [(&self.output, out)]);
    }

    /// Computes all products with the rows of `x`.
    fn project(&self, context: &ComputeContext, x: &mut Activations, scratch: &mut KimiScratch) {
        let KimiScratch { queries, keys, values, mixed, strengths, inner, decays, gates, .. } = scratch;
        let (rows, all) = (x.rows(), self.heads * self.size);
        for numbers in [&mut *queries, keys, values, decays, gates] {
            numbers.resize(rows * all, 0.0);
        }
        strengths.resize(rows * self.heads, 0.0);
        let mut targets: [(&Matrix, &mut [f32]); 4] =
            [(&self.query, queries), (&self.key, keys), (&self.value, values), (&self.strength, strengths)];
        products(context, x, &mut targets);
        for (LowRank { down, up }, out) in [(&self.decay, decays), (&self.gate, gates)] {
            inner.reset(rows, down.rows);
            products(context, x, &mut [(down, inner.floats_mut())]);
            products(context, inner, &mut [(up, out)]);
        }
        mixed.clear();
        for row in 0..rows {
            for part in [&*queries, &*keys, &*values] {
                mixed.extend_from_slice(&part[row * all..][..all]);
            }
        }
    }

    /// Passes one head's tokens over its state; then the norm and the gate of the answers.
    fn pass(&self, context: &ComputeContext, numbers: &HeadInputs<'_>, piece: &mut RecurrentHead<'_, f32>) {
        let (kernels, size, all) = (context.kernels, self.size, self.heads * self.size);
        let scale = 1.0 / (size as f32).sqrt();
        let at = piece.head * size;
        for (&r, out) in piece.rows.iter().zip(&mut piece.out) {
            let row = &numbers.convolved[r * 3 * all..][..3 * all];
            let unit = |part: usize, scale: f32| -> Vec<f32> {
                let x = &row[part * all + at..][..size];
                let factor = scale / ((kernels.dot)(x, x) + LENGTH_EPSILON).sqrt();
                x.iter().map(|x| x * factor).collect()
            };
            let steered = numbers.decays[r * all + at..][..size].iter().zip(&self.rate_bias[at..]);
            let rate = self.rate[piece.head];
            let token = KimiToken {
                query: &unit(0, scale),
                key: &unit(1, 1.0),
                value: &row[2 * all + at..][..size],
                decays: &steered.map(|(x, bias)| (rate * softplus(x + bias)).exp()).collect::<Vec<_>>(),
                strength: 1.0 / (1.0 + (-numbers.strengths[r * self.heads + piece.head]).exp()),
            };
            token.pass(kernels, piece.state, out);
            rms_norm_in_place(out, &self.norm, self.epsilon);
            (kernels.sigmoid_times)(out, &numbers.gates[r * all + at..][..size]);
        }
    }
}

/// The numbers that the heads read, row by row.
struct HeadInputs<'a> {
    convolved: &'a [f32],
    strengths: &'a [f32],
    decays: &'a [f32],
    gates: &'a [f32],
}
