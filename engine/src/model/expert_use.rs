//! Counts of the experts that the tokens of a sequence took, and the weights that were read for them.

use super::layer::Layer;
use super::load::Model;
use super::weight_summary::WeightSummary;

/// Counts of how often each expert of each layer was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertUse {
    used: usize,
    /// A count for each expert of a layer; none for a layer without experts.
    layers: Vec<Vec<u32>>,
}

impl Model {
    /// Room to count in, all counts 0; `None` for a model without experts.
    pub fn expert_use(&self) -> Option<ExpertUse> {
        let used = self.config.experts?.used;
        let counts = |layer: &Layer| layer.experts().map_or(Vec::new(), |experts| vec![0; experts.count]);
        let layers: Vec<_> = self.layers.iter().map(counts).collect();
        layers.iter().any(|counts| !counts.is_empty()).then_some(ExpertUse { used, layers })
    }
}

impl ExpertUse {
    /// Counts the experts that one token took in a layer.
    ///
    /// # Panics
    /// For a layer or an expert that the model has not.
    pub fn take(&mut self, layer: usize, experts: &[u32]) {
        let counts = &mut self.layers[layer];
        experts.iter().for_each(|&expert| counts[expert as usize] += 1);
    }

    /// Experts that a token takes in a layer.
    pub fn used(&self) -> usize {
        self.used
    }

    /// For each layer of the model how often each of its experts was taken; empty for one without experts.
    pub fn layers(&self) -> &[Vec<u32>] {
        &self.layers
    }

    /// Tokens that were counted.
    pub fn tokens(&self) -> u64 {
        let of_a_layer = self.layers.iter().find(|counts| !counts.is_empty());
        let taken: u64 = of_a_layer.into_iter().flatten().map(|&count| u64::from(count)).sum();
        taken / self.used.max(1) as u64
    }

    /// Bytes of the distinct weights that all counted tokens read together: those that [every token
    /// reads](WeightSummary::bytes_for_all), and each expert that was taken at all. `None` where a size is not known.
    pub fn bytes_touched(&self, summary: &WeightSummary) -> Option<u64> {
        self.layers.iter().enumerate().try_fold(summary.bytes_for_all()?, |sum, (layer, counts)| {
            let taken = counts.iter().filter(|&&count| count > 0).count() as u64;
            sum.checked_add(summary.expert(layer).bytes?.checked_mul(taken)?)
        })
    }
}
