//! Per-layer embeddings, as Gemma 3n and 4 have them: every token has a vector of its own for each layer, from a table
//! and from its embedding, which the layer brings in at its end.

use pelicycle_kernels::{Activations, GateFunction};

use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::step::BatchToken;
use super::tensor_reader::TensorReader;

/// The making of the vectors of all layers.
#[derive(Debug)]
pub(super) struct LayerInputs {
    /// For each token a row of vectors, a layer's after another's.
    table: Matrix,
    /// Makes the same of an embedding.
    projection: Matrix,
    /// Weight of the norm over what it makes for a layer.
    norm: Vec<f32>,
}

/// A layer's way of bringing its vector in.
#[derive(Debug)]
pub(super) struct LayerInput {
    gate: Matrix,
    projection: Matrix,
    norm: Vec<f32>,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct LayerInputScratch {
    stream: Activations,
    gate: Activations,
    answer: Vec<f32>,
}

impl LayerInputs {
    /// `None` in a model without them.
    pub(super) fn read(
        tensors: &TensorReader<'_>,
        config: &ModelConfig,
    ) -> Result<Option<LayerInputs>, ModelError> {
        let Some(size) = config.layer_input else { return Ok(None) };
        let all = size * config.layers;
        Ok(Some(LayerInputs {
            table: tensors.matrix("per_layer_token_embd", &[all, config.vocabulary])?,
            projection: tensors.matrix("per_layer_model_proj", &[config.width, all])?,
            norm: tensors.numbers("per_layer_proj_norm.weight", &[size])?,
        }))
    }

    /// Writes the vectors of the rows, of which `stream` has the embeddings, to `out`: all layers' of a row together.
    pub(super) fn compute(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        rows: &[BatchToken],
        stream: &[f32],
        out: &mut Vec<f32>,
    ) {
        let mut embeddings = Activations::default();
        embeddings.reset(rows.len(), config.width);
        embeddings
            .rows_mut()
            .zip(stream.chunks_exact(config.width))
            .for_each(|(to, x)| to.copy_from_slice(x));
        let all = self.projection.rows;
        out.resize(rows.len() * all, 0.0);
        products(context, &mut embeddings, &mut [(&self.projection, out)]);
        let root_of_width = (config.width as f32).sqrt();
        let root_of_size = (self.norm.len() as f32).sqrt();
        let mut rows: Vec<_> = rows.iter().zip(out.chunks_exact_mut(all)).collect();
        context.pool.for_each(&mut rows, |(row, out)| {
            let mut own = vec![0.0; all];
            // A picture has the first token's, which stands for nothing.
            let token = if row.picture.is_some() { 0 } else { row.token };
            self.table.read_row(token as usize, &mut own);
            out.iter_mut().for_each(|x| *x /= root_of_width);
            let parts = out.chunks_exact_mut(self.norm.len());
            parts.for_each(|part| rms_norm_in_place(part, &self.norm, config.epsilon));
            for (x, own) in out.iter_mut().zip(own) {
                *x = (*x + own * root_of_size) * std::f32::consts::FRAC_1_SQRT_2;
            }
        });
    }
}

impl LayerInput {
    pub(super) fn read(source: &LayerSource<'_>, size: usize) -> Result<LayerInput, ModelError> {
        let width = source.config.width;
        Ok(LayerInput {
            gate: source.matrix("inp_gate", &[width, size])?,
            projection: source.matrix("proj", &[size, width])?,
            norm: source.vector("post_norm", width)?,
        })
    }

    /// Adds what the layer makes of its vectors, among the `inputs` of all layers, to the stream.
    pub(super) fn add(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        layer: usize,
        inputs: &[f32],
        stream: &mut [f32],
        scratch: &mut LayerInputScratch,
    ) {
        let LayerInputScratch { stream: copy, gate, answer } = scratch;
        let rows = stream.len() / config.width;
        let size = self.gate.rows;
        copy.reset(rows, config.width);
        copy.rows_mut().zip(stream.chunks_exact(config.width)).for_each(|(to, x)| to.copy_from_slice(x));
        gate.reset(rows, size);
        products(context, copy, &mut [(&self.gate, gate.floats_mut())]);
        for (gate, inputs) in gate.rows_mut().zip(inputs.chunks_exact(size * config.layers)) {
            (context.kernels.gate)(GateFunction::Gelu, gate, &inputs[layer * size..][..size]);
        }
        answer.resize(stream.len(), 0.0);
        products(context, gate, &mut [(&self.projection, answer)]);
        let answers = answer.chunks_exact_mut(config.width);
        for (stream, answer) in stream.chunks_exact_mut(config.width).zip(answers) {
            rms_norm_in_place(answer, &self.norm, config.epsilon);
            stream.iter_mut().zip(answer).for_each(|(x, y)| *x += *y);
        }
    }
}
