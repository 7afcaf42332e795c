//! What a file's metadata say of the router.

use super::architecture::{DefaultScores, RoutingScheme};
use super::config::ExpertConfig;
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use super::expert_router::{ExpertGroups, ExpertRouter, ExpertScores};

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
            scores: ExpertScores::Softmax,
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
            return Ok(ExpertRouter { scores: ExpertScores::SparseMixer, ..plain });
        };
        let by_default = match scores {
            DefaultScores::Softmax => ExpertScores::Softmax,
            DefaultScores::ByCorrection if plain.correction.is_none() => ExpertScores::Softmax,
            DefaultScores::Sigmoid | DefaultScores::ByCorrection => ExpertScores::Sigmoid,
        };
        let function = "expert_gating_func";
        let scores = match keys.gguf.u32(&keys.key(function))? {
            None | Some(0) => by_default,
            Some(1) => ExpertScores::Softmax,
            Some(2) => ExpertScores::Sigmoid,
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
            groups: ExpertGroups::read(keys, experts, scores)?,
            renormalized: keys.gguf.bool(&keys.key("expert_weights_norm"))?.unwrap_or(renormalized),
            scale: keys.positive_or_zero("expert_weights_scale")?.unwrap_or(1.0),
            ..plain
        })
    }
}

impl ExpertGroups {
    /// Softmax came with groups judged by their best expert (DeepSeek-V2), sigmoid with groups judged by their best
    /// two (DeepSeek-V3, arXiv:2412.19437); a file says no more.
    fn read(
        keys: &ConfigKeys<'_>,
        experts: ExpertConfig,
        scores: ExpertScores,
    ) -> Result<Option<ExpertGroups>, ModelError> {
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
            ExpertScores::Softmax | ExpertScores::SparseMixer => 1,
            ExpertScores::Sigmoid => 2,
        };
        Ok(Some(ExpertGroups { count, used, judged_by: judged_by.min(size) }))
    }
}
