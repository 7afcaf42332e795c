//! Gated DeltaNet: a layer that remembers a sequence in a state of constant size, which every token decays,
//! corrects and reads. S. Yang and others, 2024 (arXiv:2412.06464).
//!
//! Tokens pass over the state one by one in every arithmetic and however a prompt is cut, so the answer has the
//! same bits; the heads, and within a head the columns of its state, are what is shared out.

use pelicycle_kernels::{Activations, DeltaToken, GateFunction, StateRow};

use super::architecture::{DeltaGate, KeyHeadMapping};
use super::causal_convolution::{CausalConvolution, ConvolutionOptions};
use super::compute_context::ComputeContext;
use super::delta_shape::DeltaShape;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::recurrent_head::{RecurrentHead, delta_heads};
use super::softplus::softplus;
use super::step::LayerStep;
use super::step_sequence::step_sequences;

/// Added to the squared length of queries and keys: a constant of the architecture.
const LENGTH_EPSILON: f32 = 1e-6;

/// The matrices for queries, keys, values and the output's gate.
#[derive(Debug)]
enum Projections {
    /// One for queries, keys and values, one for the gate.
    Split { mixed: Matrix, gate: Matrix },
    /// One for all, for each key head its query, key, values and gates: old files.
    Fused(Matrix),
}

/// The matrices for the numbers that steer the state, one of each kind a value head.
#[derive(Debug)]
enum Steering {
    Split {
        strength: Matrix,
        decay: Matrix,
    },
    /// For each key head its value heads' strengths, then their decays.
    Fused(Matrix),
}

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct DeltaNet {
    pub(super) shape: DeltaShape,
    key_heads: KeyHeadMapping,
    gate: DeltaGate,
    projections: Projections,
    steering: Steering,
    convolution: CausalConvolution,
    /// −e^A, one a value head.
    rate: Vec<f32>,
    /// Added to the decay's input, one a value head.
    rate_bias: Vec<f32>,
    /// Weight of the norm over a head's answer.
    norm: Vec<f32>,
    epsilon: f32,
    output: Matrix,
}

/// Numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct DeltaScratch {
    fused: Vec<f32>,
    /// Queries, keys and values before the convolution.
    mixed: Vec<f32>,
    gates: Vec<f32>,
    strengths: Vec<f32>,
    decays: Vec<f32>,
    /// Queries, keys and values after it.
    convolved: Vec<f32>,
    agreements: Vec<f32>,
    answers: Activations,
}

impl DeltaNet {
    pub(super) fn read(
        source: &LayerSource<'_>,
        key_heads: KeyHeadMapping,
        gate: DeltaGate,
    ) -> Result<DeltaNet, ModelError> {
        let shape = DeltaShape::read(&source.keys())?;
        let (width, heads) = (source.config.width, shape.value_heads);
        let projections = match source.has("ssm_in.weight") {
            true => Projections::Fused(source.matrix("ssm_in", &[width, shape.channels() + shape.values()])?),
            false => Projections::Split {
                mixed: source.matrix("attn_qkv", &[width, shape.channels()])?,
                gate: source.matrix("attn_gate", &[width, shape.values()])?,
            },
        };
        let steering = match source.has("ssm_ba.weight") {
            true => Steering::Fused(source.matrix("ssm_ba", &[width, 2 * heads])?),
            false => Steering::Split {
                strength: source.matrix("ssm_beta", &[width, heads])?,
                decay: source.matrix("ssm_alpha", &[width, heads])?,
            },
        };
        let options = ConvolutionOptions { taps: shape.taps, dilation: 1, activated: true, biased: false };
        Ok(DeltaNet {
            shape,
            key_heads,
            gate,
            projections,
            steering,
            convolution: CausalConvolution::read(source, &["ssm_conv1d"], shape.channels(), options)?,
            rate: source.tensors.numbers(&source.name("ssm_a"), &[heads])?,
            rate_bias: source.tensors.numbers(&source.name("ssm_dt.bias"), &[heads])?,
            norm: source.vector("ssm_norm", shape.value_size)?,
            epsilon: source.config.epsilon,
            output: source.matrix("ssm_out", &[shape.values(), width])?,
        })
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`; the rows pass over the states of their
    /// sequences at `layer`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut DeltaScratch,
        out: &mut [f32],
    ) {
        let LayerStep { context, layer, rows, caches, .. } = step;
        self.project(context, x, scratch);
        let DeltaScratch { mixed, gates, strengths, decays, convolved, agreements, answers, .. } = scratch;
        self.steer(strengths, decays);

        let mut sequences = step_sequences(rows, caches, layer);
        convolved.resize(mixed.len(), 0.0);
        self.convolution.forward(context, &mut sequences, mixed, convolved);
        self.normalize(context, convolved, agreements);

        answers.reset(rows.len(), self.shape.values());
        let state_rows = StateRow::count(self.shape.key_size, self.shape.value_size);
        let widths = (self.shape.values(), self.shape.value_size);
        let mut heads = delta_heads(&mut sequences, state_rows, answers, widths);
        let numbers = HeadInputs { convolved, gates, strengths, decays, agreements };
        context.pool.for_each(&mut heads, |head| self.pass(context, &numbers, head));
        products(context, answers, &mut [(&self.output, out)]);
    }

    /// Computes all products with the rows of `x`, in the order of the newer files.
    fn project(&self, context: &ComputeContext, x: &mut Activations, scratch: &mut DeltaScratch) {
        let shape = self.shape;
        let DeltaScratch { fused, mixed, gates, strengths, decays, .. } = scratch;
        let rows = x.rows();
        mixed.resize(rows * shape.channels(), 0.0);
        gates.resize(rows * shape.values(), 0.0);
        strengths.resize(rows * shape.value_heads, 0.0);
        decays.resize(rows * shape.value_heads, 0.0);
        let wide = match self.projections {
            Projections::Split { .. } => 0,
            Projections::Fused(_) => shape.channels() + shape.values(),
        };
        let narrow = match self.steering {
            Steering::Split { .. } => 0,
            Steering::Fused(_) => 2 * shape.value_heads,
        };
        fused.resize(rows * (wide + narrow), 0.0);
        let (fused_wide, fused_narrow) = fused.split_at_mut(rows * wide);

        let mut targets: Vec<(&Matrix, &mut [f32])> = Vec::with_capacity(4);
        match &self.projections {
            Projections::Split { mixed: matrix, gate } => {
                targets.extend([(matrix, &mut mixed[..]), (gate, &mut gates[..])]);
            }
            Projections::Fused(matrix) => targets.push((matrix, fused_wide)),
        }
        match &self.steering {
            Steering::Split { strength, decay } => {
                targets.extend([(strength, &mut strengths[..]), (decay, &mut decays[..])]);
            }
            Steering::Fused(matrix) => targets.push((matrix, fused_narrow)),
        }
        products(context, x, &mut targets);

        let (keys, group) = (shape.key_size, shape.value_heads / shape.key_heads);
        let values = group * shape.value_size;
        if let Projections::Fused(_) = self.projections {
            let (fused_wide, _) = fused.split_at(rows * wide);
            for (r, row) in fused_wide.chunks_exact(wide).enumerate() {
                let mixed = &mut mixed[r * shape.channels()..][..shape.channels()];
                let (queries, rest) = mixed.split_at_mut(shape.keys());
                let (all_keys, all_values) = rest.split_at_mut(shape.keys());
                for (head, from) in row.chunks_exact(2 * (keys + values)).enumerate() {
                    queries[head * keys..][..keys].copy_from_slice(&from[..keys]);
                    all_keys[head * keys..][..keys].copy_from_slice(&from[keys..2 * keys]);
                    all_values[head * values..][..values].copy_from_slice(&from[2 * keys..][..values]);
                    gates[r * shape.values() + head * values..][..values]
                        .copy_from_slice(&from[2 * keys + values..]);
                }
            }
        }
        if let Steering::Fused(_) = self.steering {
            let heads = fused[rows * wide..].chunks_exact(2 * group);
            let strengths = strengths.chunks_exact_mut(group);
            for ((from, strengths), decays) in heads.zip(strengths).zip(decays.chunks_exact_mut(group)) {
                strengths.copy_from_slice(&from[..group]);
                decays.copy_from_slice(&from[group..]);
            }
        }
    }

    /// β = sigmoid(b) and e^g, g = rate · softplus(a + bias).
    fn steer(&self, strengths: &mut [f32], decays: &mut [f32]) {
        strengths.iter_mut().for_each(|b| *b = 1.0 / (1.0 + (-*b).exp()));
        for row in decays.chunks_exact_mut(self.shape.value_heads) {
            for ((a, rate), bias) in row.iter_mut().zip(&self.rate).zip(&self.rate_bias) {
                *a = (rate * softplus(*a + bias)).exp();
            }
        }
    }

    /// Queries and keys to length one, queries scaled by 1/sqrt(size); query · key of each key head.
    fn normalize(&self, context: &ComputeContext, convolved: &mut [f32], agreements: &mut Vec<f32>) {
        let shape = self.shape;
        agreements.resize(convolved.len() / shape.channels() * shape.key_heads, 0.0);
        let scale = 1.0 / (shape.key_size as f32).sqrt();
        let dot = context.kernels.dot;
        let mut rows: Vec<_> = convolved
            .chunks_exact_mut(shape.channels())
            .zip(agreements.chunks_exact_mut(shape.key_heads))
            .collect();
        context.pool.for_each(&mut rows, |(row, agreements)| {
            let (queries, rest) = row.split_at_mut(shape.keys());
            let queries = queries.chunks_exact_mut(shape.key_size);
            let keys = rest[..shape.keys()].chunks_exact_mut(shape.key_size);
            for ((query, key), agreement) in queries.zip(keys).zip(agreements.iter_mut()) {
                let query_factor = scale / (dot(query, query) + LENGTH_EPSILON).sqrt();
                query.iter_mut().for_each(|x| *x *= query_factor);
                let key_factor = 1.0 / (dot(key, key) + LENGTH_EPSILON).sqrt();
                key.iter_mut().for_each(|x| *x *= key_factor);
                *agreement = dot(key, query);
            }
        });
    }

    /// Passes one head's tokens over its state; then the norm and the gate of the answers.
    fn pass(
        &self,
        context: &ComputeContext,
        numbers: &HeadInputs<'_>,
        piece: &mut RecurrentHead<'_, StateRow>,
    ) {
        let (shape, head) = (self.shape, piece.head);
        let key_head = match self.key_heads {
            KeyHeadMapping::Cyclic => head % shape.key_heads,
            KeyHeadMapping::Grouped => head / (shape.value_heads / shape.key_heads),
        };
        let token = |&r: &usize| {
            let row = &numbers.convolved[r * shape.channels()..][..shape.channels()];
            let values = &row[2 * shape.keys()..];
            DeltaToken {
                query: &row[key_head * shape.key_size..][..shape.key_size],
                key: &row[shape.keys() + key_head * shape.key_size..][..shape.key_size],
                agreement: numbers.agreements[r * shape.key_heads + key_head],
                value: &values[head * shape.value_size..][..shape.value_size],
                decay: numbers.decays[r * shape.value_heads + head],
                strength: numbers.strengths[r * shape.value_heads + head],
            }
        };
        let tokens: Vec<DeltaToken<'_>> = piece.rows.iter().map(token).collect();
        (context.kernels.delta_rule)(piece.state, &tokens, &mut piece.out);
        let mut gated = vec![0.0; shape.value_size];
        for (&r, out) in piece.rows.iter().zip(&mut piece.out) {
            rms_norm_in_place(out, &self.norm, self.epsilon);
            let gates = &numbers.gates[r * shape.values() + head * shape.value_size..][..out.len()];
            match self.gate {
                DeltaGate::Silu => {
                    gated.copy_from_slice(gates);
                    (context.kernels.gate)(GateFunction::Silu, &mut gated, out);
                    out.copy_from_slice(&gated);
                }
                DeltaGate::Sigmoid => (context.kernels.sigmoid_times)(out, gates),
            }
        }
    }
}

/// The numbers that the heads read, row by row.
struct HeadInputs<'a> {
    convolved: &'a [f32],
    gates: &'a [f32],
    strengths: &'a [f32],
    decays: &'a [f32],
    agreements: &'a [f32],
}
