//! The experts that a reply took of a Mixture-of-Experts model.

use serde::{Deserialize, Serialize};

use super::TextRecord;

/// The experts of a local Mixture-of-Experts model that a reply took, and the weights that it touched.
///
/// Counted is each step in which a token of the reply was drawn, the end mark's too. The prompt is left out but for its
/// last token: it is computed once for all samples that share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExpertsRecord {
    /// Tokens counted.
    pub tokens: u64,
    /// Layers of the model: the rows of the counts. A layer without experts has a row of zeros.
    pub layers: u32,
    /// Experts of a layer: the columns of the counts.
    pub experts: u32,
    /// Experts that a token takes in each layer that has some.
    pub used: u32,
    /// Experts that were taken at all, of all layers together.
    pub taken: u32,
    /// Evenness of use: in each layer the entropy of the experts' shares by that of equal shares, and of those the mean.
    /// 1 is as often each as any other.
    pub evenness: f64,
    /// Bytes of weights that one token reads when it is decoded alone: those that every token reads, and those of its
    /// experts. The embedding, of which it reads one row, is left out unless it serves as output too.
    pub token_bytes: u64,
    /// Bytes of the distinct weights that the reply's tokens read together.
    pub touched_bytes: u64,
    /// Bytes of all weights of the file.
    pub total_bytes: u64,
    /// The counts, kept in `experts.png`: a greyscale picture of 16 bits in which a pixel is how often the reply took
    /// the expert of its column in the layer of its row. 65,535 is that often or more often.
    pub counts: TextRecord,
}
