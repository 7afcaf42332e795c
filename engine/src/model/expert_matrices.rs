//! The weights of a layer's experts in the layouts that files have them in.

use super::architecture::Activation;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::Matrix;

/// The matrices of all experts: of each the experts' rows one expert after another.
pub(super) struct ExpertMatrices {
    pub(super) gate: Option<Matrix>,
    pub(super) up: Matrix,
    pub(super) down: Matrix,
}

impl ExpertMatrices {
    /// In a tensor each, with gate and up in one, or with a tensor for each
    /// expert.
    ///
    /// They read and answer `width` numbers.
    pub(super) fn read(
        source: &LayerSource<'_>,
        count: usize,
        width: usize,
    ) -> Result<ExpertMatrices, ModelError> {
        let inner_width = |down| source.inner_width("expert_feed_forward_length", down);
        if source.has("ffn_gate_up_exps.weight") {
            let inner = inner_width("ffn_down_exps")?;
            let name = source.biased("ffn_gate_up_exps", "ffn_gate_exps")?;
            let half = |begin| {
                let dims = [width, inner * 2, count];
                source.tensors.rows_of_each(&name, &dims, inner * 2, begin..begin + inner)
            };
            return Ok(ExpertMatrices {
                gate: Some(half(0)?),
                up: half(inner)?,
                down: source.matrix("ffn_down_exps", &[inner, width, count])?,
            });
        }
        if source.has("ffn_down.0.weight") {
            let inner = inner_width("ffn_down.0")?;
            let stack = |part: &str, dims| {
                let names: Vec<String> = (0..count).map(|e| source.name(&format!("{part}.{e}"))).collect();
                source.tensors.stack(&names, dims)
            };
            let (gate, up) = (stack("ffn_gate", [width, inner])?, stack("ffn_up", [width, inner])?);
            return Ok(ExpertMatrices { gate: Some(gate), up, down: stack("ffn_down", [inner, width])? });
        }
        let inner = inner_width("ffn_down_exps")?;
        Ok(ExpertMatrices {
            gate: match source.architecture.activation {
                Activation::Gated(_) => Some(source.matrix("ffn_gate_exps", &[width, inner, count])?),
                Activation::SquaredRelu => None,
            },
            up: source.matrix("ffn_up_exps", &[width, inner, count])?,
            down: source.matrix("ffn_down_exps", &[inner, width, count])?,
        })
    }
}
