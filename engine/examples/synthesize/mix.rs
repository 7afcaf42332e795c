//! The mixes of types that people download: which tensor gets which type.

use clap::ValueEnum;
use pelicycle_engine::quant::TensorType;

/// A mix of tensor types, named as in the names of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
#[expect(non_camel_case_types, reason = "the names that files have")]
pub(crate) enum Mix {
    Q2_K,
    Q3_K_M,
    Q4_0,
    Q4_K_M,
    Q5_K_M,
    Q6_K,
    Q8_0,
    IQ4_XS,
    /// Experts in MXFP4, the rest in Q8_0.
    MXFP4_MOE,
    F16,
    BF16,
    F32,
}

/// The use of a matrix, as far as mixes treat it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Embedding,
    Output,
    Expert,
    /// Of experts or dense, and the values of attention: more bits in some layers.
    Sensitive {
        expert: bool,
    },
    Other,
}

impl Mix {
    /// The type of a matrix with rows of `columns` numbers in layer `l` of `layers`.
    pub(crate) fn tensor_type(self, role: Use, columns: u64, l: u64, layers: u64) -> TensorType {
        // The first and last eighth of the layers, and every third between.
        let more = l < layers / 8 || l >= 7 * layers / 8 || (l - layers / 8) % 3 == 2;
        let (base, better, output) = match self {
            Mix::Q2_K => (TensorType::Q2_K, TensorType::Q3_K, TensorType::Q6_K),
            Mix::Q3_K_M => (TensorType::Q3_K, TensorType::Q4_K, TensorType::Q6_K),
            Mix::Q4_0 => (TensorType::Q4_0, TensorType::Q4_0, TensorType::Q6_K),
            Mix::Q4_K_M => (TensorType::Q4_K, TensorType::Q6_K, TensorType::Q6_K),
            Mix::Q5_K_M => (TensorType::Q5_K, TensorType::Q6_K, TensorType::Q6_K),
            Mix::Q6_K => (TensorType::Q6_K, TensorType::Q6_K, TensorType::Q6_K),
            Mix::IQ4_XS => (TensorType::IQ4_XS, TensorType::Q5_K, TensorType::Q6_K),
            Mix::Q8_0 | Mix::MXFP4_MOE => (TensorType::Q8_0, TensorType::Q8_0, TensorType::Q8_0),
            Mix::F16 => (TensorType::F16, TensorType::F16, TensorType::F16),
            Mix::BF16 => (TensorType::BF16, TensorType::BF16, TensorType::BF16),
            Mix::F32 => (TensorType::F32, TensorType::F32, TensorType::F32),
        };
        let chosen = match role {
            Use::Expert | Use::Sensitive { expert: true } if self == Mix::MXFP4_MOE => TensorType::MXFP4,
            Use::Output => output,
            Use::Sensitive { .. } if more => better,
            Use::Embedding | Use::Sensitive { .. } | Use::Expert | Use::Other => base,
        };
        [chosen, smaller_blocks(chosen), TensorType::F16]
            .into_iter()
            .find(|kind| columns.is_multiple_of(kind.block_elements() as u64))
            .unwrap_or(TensorType::F16)
    }
}

/// The type that stands in for one of 256 elements a block where rows are not a multiple of that.
fn smaller_blocks(kind: TensorType) -> TensorType {
    match kind {
        TensorType::Q2_K | TensorType::Q3_K | TensorType::IQ4_XS => TensorType::IQ4_NL,
        TensorType::Q4_K => TensorType::Q5_0,
        TensorType::Q5_K => TensorType::Q5_1,
        TensorType::Q6_K => TensorType::Q8_0,
        other => other,
    }
}
