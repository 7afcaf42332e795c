//! The router: it chooses the experts that a token takes, and weighs their answers.

use std::sync::Arc;

/// The rule by which the router's logits become chosen experts and their weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExpertRouter {
    pub(super) used: usize,
    pub(super) scores: ExpertScores,
    /// Added to the scores for the choice alone.
    pub(super) correction: Option<Vec<f32>>,
    pub(super) groups: Option<ExpertGroups>,
    /// Whether the chosen scores are divided by their sum.
    pub(super) renormalized: bool,
    /// Multiplies the weights.
    pub(super) scale: f32,
    /// Multiplies each expert's.
    pub(super) expert_scales: Option<Arc<[f32]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpertScores {
    Softmax,
    Sigmoid,
    /// Of two experts, each by a softmax over those that are nearly as good.
    SparseMixer,
}

/// Experts in groups of equally many, one group after another, of which only the best supply experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExpertGroups {
    pub(super) count: usize,
    pub(super) used: usize,
    /// The number of its best experts whose scores, added, a group is judged by.
    pub(super) judged_by: usize,
}

impl ExpertRouter {
    /// Experts that a token takes.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Adds the best experts of one row, ascending, and their weights. Of equal scores the lower expert wins. What
    /// the logits were is lost.
    pub(super) fn choose(&self, logits: &mut [f32], experts: &mut Vec<u32>, weights: &mut Vec<f32>) {
        if self.scores == ExpertScores::SparseMixer {
            return sparse_mixer(logits, experts, weights);
        }
        // Scores times this sum are what the division is by when they are to be taken as they are.
        let sum = match self.scores {
            ExpertScores::Softmax => {
                let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                logits.iter_mut().for_each(|logit| *logit = (*logit - max).exp());
                logits.iter().sum::<f32>()
            }
            ExpertScores::Sigmoid | ExpertScores::SparseMixer => {
                logits.iter_mut().for_each(|logit| *logit = 1.0 / (1.0 + (-*logit).exp()));
                1.0
            }
        };
        let scores = &*logits;
        let corrected: Vec<f32> = match &self.correction {
            Some(correction) => scores.iter().zip(correction).map(|(score, c)| score / sum + c).collect(),
            None => scores.to_vec(),
        };
        let mut best = match self.groups {
            Some(groups) => groups.allowed(&corrected),
            None => (0..scores.len() as u32).collect(),
        };
        take_best(&mut best, self.used, |e| corrected[e as usize]);
        best.sort_unstable();
        let chosen = best.iter().map(|&e| scores[e as usize]);
        let divisor = match self.renormalized {
            true => chosen.clone().sum::<f32>().max(sum * f32::MIN_POSITIVE),
            false => sum,
        };
        let scale =
            |e: u32| self.scale * self.expert_scales.as_ref().map_or(1.0, |scales| scales[e as usize]);
        weights.extend(chosen.zip(&best).map(|(score, &e)| score / divisor * scale(e)));
        experts.extend(best);
    }
}

impl ExpertGroups {
    /// The experts of the best groups.
    fn allowed(&self, scores: &[f32]) -> Vec<u32> {
        let size = scores.len() / self.count;
        let judge = |group: &[f32]| {
            let mut group = group.to_vec();
            group.sort_unstable_by(|a, b| b.total_cmp(a));
            group[..self.judged_by].iter().sum::<f32>()
        };
        let judged: Vec<f32> = scores.chunks_exact(size).map(judge).collect();
        let mut groups: Vec<u32> = (0..self.count as u32).collect();
        take_best(&mut groups, self.used, |g| judged[g as usize]);
        groups.into_iter().flat_map(|g| g * size as u32..(g + 1) * size as u32).collect()
    }
}

/// The distance by which another's logit may be below the best expert's, as a share of the larger size of the two, to
/// have a part in its softmax.
const NEARLY_AS_GOOD: f32 = 0.02;

/// Two experts, one after another, and their weights: L. Liu and others, GRIN (2024), arXiv:2409.12136, without noise.
fn sparse_mixer(logits: &[f32], experts: &mut Vec<u32>, weights: &mut Vec<f32>) {
    let mut rest: Vec<u32> = (0..logits.len() as u32).collect();
    let mut chosen = [(0, 0.0); 2];
    for chosen in &mut chosen {
        let mut best = rest.clone();
        take_best(&mut best, 1, |e| logits[e as usize]);
        let mark = logits[best[0] as usize];
        let near = rest.iter().map(|&e| logits[e as usize]).filter(|&logit| {
            let far = (mark - logit) / logit.abs().max(mark) > NEARLY_AS_GOOD;
            !far
        });
        let sum: f32 = near.map(|logit| (logit - mark).exp()).sum();
        *chosen = (best[0], 1.0 / sum);
        rest.retain(|&e| e != best[0]);
    }
    chosen.sort_unstable_by_key(|(expert, _)| *expert);
    experts.extend(chosen.map(|(expert, _)| expert));
    weights.extend(chosen.map(|(_, weight)| weight));
}

/// Leaves the `count` with the highest scores, in any order; of equal ones the lowest.
fn take_best(all: &mut Vec<u32>, count: usize, score: impl Fn(u32) -> f32) {
    if count < all.len() {
        all.select_nth_unstable_by(count, |&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        all.truncate(count);
    }
}
