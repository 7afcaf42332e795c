//! A gated short convolution in the place of attention, as LFM2 has it (Liquid AI, 2025, arXiv:2511.23404): what a token
//! leaves to the few after it is all that it mixes.

use pelicycle_kernels::Activations;

use super::causal_convolution::{CausalConvolution, ConvolutionOptions};
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::step::LayerStep;
use super::step_sequence::step_sequences;
use crate::recurrent_state::RecurrentStateSize;

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct ShortConvolution {
    /// To the gate of the input, the gate of the answer and the input.
    input: Matrix,
    convolution: CausalConvolution,
    output: Matrix,
}

/// Numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct ShortConvolutionScratch {
    projected: Vec<f32>,
    gated: Vec<f32>,
    answers: Activations,
}

impl ShortConvolution {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<ShortConvolution, ModelError> {
        let width = source.config.width;
        let key = "shortconv.l_cache";
        let taps = source.keys().require(key)?;
        if taps > 64 {
            return Err(source.keys().fail(key, &taps, "which is more than any model has"));
        }
        let options = ConvolutionOptions { taps, dilation: 1, activated: false, biased: false };
        Ok(ShortConvolution {
            input: source.matrix("shortconv.in_proj", &[width, 3 * width])?,
            convolution: CausalConvolution::read(source, &["shortconv.conv"], width, options)?,
            output: source.matrix("shortconv.out_proj", &[width, width])?,
        })
    }

    /// The size of what it remembers of a sequence.
    pub(super) fn state(&self) -> RecurrentStateSize {
        RecurrentStateSize { inputs: self.convolution.inputs(), ..RecurrentStateSize::default() }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut ShortConvolutionScratch,
        out: &mut [f32],
    ) {
        let LayerStep { context, layer, rows, caches, .. } = step;
        let ShortConvolutionScratch { projected, gated, answers } = scratch;
        let width = self.output.rows;
        projected.resize(rows.len() * 3 * width, 0.0);
        products(context, x, &mut [(&self.input, projected)]);
        gated.resize(rows.len() * width, 0.0);
        for (row, gated) in projected.chunks_exact(3 * width).zip(gated.chunks_exact_mut(width)) {
            let (gate, input) = (&row[..width], &row[2 * width..]);
            gated.iter_mut().zip(gate).zip(input).for_each(|((out, gate), x)| *out = gate * x);
        }
        answers.reset(rows.len(), width);
        let mut sequences = step_sequences(rows, caches, layer);
        self.convolution.forward(context, &mut sequences, gated, answers.floats_mut());
        for (row, answer) in projected.chunks_exact(3 * width).zip(answers.rows_mut()) {
            answer.iter_mut().zip(&row[width..2 * width]).for_each(|(x, gate)| *x *= gate);
        }
        products(context, answers, &mut [(&self.output, out)]);
    }
}
