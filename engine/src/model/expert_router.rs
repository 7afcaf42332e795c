//! The router: it chooses the experts that a token takes, and weighs their answers.

use std::sync::Arc;

use super::architecture::{DefaultScores, RoutingScheme};
use super::config::ExpertConfig;
use super::config_keys::ConfigKeys;
use super::error::ModelError;

/// The rule by which the router's logits become chosen experts and their weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExpertRouter {
    used: usize,
    scores: Scores,
    /// Added to the scores for the choice alone.
    correction: Option<Vec<f32>>,
    groups: Option<Groups>,
    /// Whether the chosen scores are divided by their sum.
    renormalized: bool,
    /// Multiplies the weights.
    scale: f32,
    /// Multiplies each expert's.
    pub(super) expert_scales: Option<Arc<[f32]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scores {
    Softmax,
    Sigmoid,
    /// Of two experts, each by a softmax over those that are nearly as good.
    SparseMixer,
}

/// Experts in groups of equally many, one group after another, of which only the best supply experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Groups {
    count: usize,
    used: usize,
    /// The number of its best experts whose scores, added, a group is judged by.
    judged_by: usize,
}

impl ExpertRouter {
    /// `correction` is what the layer adds to the scores for the choice.
    pub(super) fn read(
        keys: &ConfigKeys<'_>,
        scheme: RoutingScheme,
        experts: ExpertConfig,
        correction: Option<Vec<f32>>,
    ) -> Result<ExpertRouter, ModelError> {
        let plain = ExpertRouter {
            used: experts.used,
            scores: Scores::Softmax,
            correction,
            groups: None,
            renormalized: scheme == RoutingScheme::Renormalized,
            scale: 1.0,
            expert_scales: None,
        };
        let RoutingScheme::Described(scores, renormalized) = scheme else {
            if scheme != RoutingScheme::SparseMixer {
                return Ok(plain);
            }
            if experts.used != 2 {
                let why = "but a sparse mixer takes 2 experts";
                return Err(keys.fail("expert_used_count", &experts.used, why));
            }
            return Ok(ExpertRouter { scores: Scores::SparseMixer, ..plain });
        };
        let by_default = match scores {
            DefaultScores::Softmax => Scores::Softmax,
            DefaultScores::ByCorrection if plain.correction.is_none() => Scores::Softmax,
            DefaultScores::Sigmoid | DefaultScores::ByCorrection => Scores::Sigmoid,
        };
        let function = "expert_gating_func";
        let scores = match keys.gguf.u32(&keys.key(function))? {
            None | Some(0) => by_default,
            Some(1) => Scores::Softmax,
            Some(2) => Scores::Sigmoid,
            Some(other) => {
                return Err(keys.fail(
                    function,
                    &other,
                    "but only 1 (softmax) and 2 (sigmoid) are supported",
                ));
            }
        };
        Ok(ExpertRouter {
            scores,
            groups: Groups::read(keys, experts, scores)?,
            renormalized: keys.gguf.bool(&keys.key("expert_weights_norm"))?.unwrap_or(renormalized),
            scale: keys.positive_or_zero("expert_weights_scale")?.unwrap_or(1.0),
            ..plain
        })
    }

    /// Experts that a token takes.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Adds the best experts of one row, ascending, and their weights. Of equal scores the lower expert wins. What
    /// the logits were is lost.
    pub(super) fn choose(&self, logits: &mut [f32], experts: &mut Vec<u32>, weights: &mut Vec<f32>) {
        if self.scores == Scores::SparseMixer {
            return sparse_mixer(logits, experts, weights);
        }
        // Scores times this sum are what the division is by when they are to be taken as they are.
        let sum = match self.scores {
            Scores::Softmax => {
                let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                logits.iter_mut().for_each(|logit| *logit = (*logit - max).exp());
                logits.iter().sum::<f32>()
            }
            Scores::Sigmoid | Scores::SparseMixer => {
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

impl Groups {
    /// Softmax came with groups judged by their best expert (DeepSeek-V2), sigmoid with groups judged by their best
    /// two (DeepSeek-V3, arXiv:2412.19437); a file says no more.
    fn read(
        keys: &ConfigKeys<'_>,
        experts: ExpertConfig,
        scores: Scores,
    ) -> Result<Option<Groups>, ModelError> {
        let (of_count, of_used) = ("expert_group_count", "expert_group_used_count");
        let count = keys.gguf.u32(&keys.key(of_count))?.unwrap_or(0) as usize;
        if count <= 1 {
            return Ok(None);
        }
        if !experts.count.is_multiple_of(count) {
            return Err(keys.fail(of_count, &count, "which does not divide the experts"));
        }
        let used = keys.require(of_used)?;
        let size = experts.count / count;
        if used > count || used * size < experts.used {
            return Err(keys.fail(
                of_used,
                &used,
                "which is more groups than there are, or too few for the experts",
            ));
        }
        let judged_by = match scores {
            Scores::Softmax | Scores::SparseMixer => 1,
            Scores::Sigmoid => 2,
        };
        Ok(Some(Groups { count, used, judged_by: judged_by.min(size) }))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn routing(scores: Scores, judged_by: Option<usize>) -> ExpertRouter {
        let groups = judged_by.map(|judged_by| Groups { count: 3, used: 1, judged_by });
        ExpertRouter {
            used: 2,
            scores,
            correction: None,
            groups,
            renormalized: false,
            scale: 1.0,
            expert_scales: None,
        }
    }

    fn chosen(routing: &ExpertRouter, logits: &[f32]) -> (Vec<u32>, Vec<f32>) {
        let (mut experts, mut weights) = (Vec::new(), Vec::new());
        routing.choose(&mut logits.to_vec(), &mut experts, &mut weights);
        (experts, weights)
    }

    #[test]
    fn groups_are_judged_by_their_best_or_their_two_best() {
        let logits = [3.0, -9.0, 2.0, 2.1, -9.0, 0.0];
        assert_eq!(chosen(&routing(Scores::Softmax, None), &logits).0, [0, 3]);
        assert_eq!(chosen(&routing(Scores::Softmax, Some(1)), &logits).0, [0, 1]);
        assert_eq!(chosen(&routing(Scores::Sigmoid, Some(2)), &logits).0, [2, 3]);
    }

    #[test]
    fn a_correction_moves_the_choice_and_not_the_weights() {
        let mut routing = routing(Scores::Sigmoid, None);
        routing.correction = Some(vec![0.0, 0.0, 0.9, 0.0]);
        let (experts, weights) = chosen(&routing, &[0.0, 1.0, -2.0, -4.0]);
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        assert_eq!(experts, [1, 2]);
        assert_eq!(weights, [sigmoid(1.0), sigmoid(-2.0)]);
        routing = ExpertRouter { renormalized: true, scale: 2.5, ..routing };
        let weights = chosen(&routing, &[0.0, 1.0, -2.0, -4.0]).1;
        assert!((weights.iter().sum::<f32>() - 2.5).abs() < 1e-6);
    }

    #[test]
    fn a_sparse_mixer_weighs_each_of_two_experts_among_those_nearly_as_good() {
        let mixer = routing(Scores::SparseMixer, None);
        let (experts, weights) = chosen(&mixer, &[2.0, 1.0, 5.0, 1.99, -3.0]);
        assert_eq!(experts, [0, 2]);
        let second = 1.0 / (1.0 + (1.99_f32 - 2.0).exp());
        assert!((weights[0] - second).abs() < 1e-6 && weights[1] == 1.0, "{weights:?}");
        assert_eq!(chosen(&mixer, &[f32::NAN; 3]).0, [0, 1]);
    }

    #[test]
    fn scores_that_are_all_nothing_or_nonsense_still_choose() {
        for logit in [f32::NEG_INFINITY, f32::NAN, f32::INFINITY] {
            for scores in [Scores::Softmax, Scores::Sigmoid] {
                assert_eq!(chosen(&routing(scores, Some(2)), &[logit; 6]).0, [0, 1]);
            }
        }
    }
}
