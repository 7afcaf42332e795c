//! Keys that change every answer of a model: what an architecture does not do is refused, never passed over.

use super::architecture::{Architecture, Recurrence, RoutingScheme, Turning};
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use crate::gguf::MetadataValue;

/// Numbers that leave a model as it is when they are 0 or absent, and that no architecture here does anything with.
const CAPS: &[&str] = &[
    "attention.clamp_kqv",
    "attn_logit_softcapping",
    "router_logit_softcapping",
    "attention.temperature_scale",
    "attention.max_alibi_bias",
    "attention.output_scale",
];

/// Checks that the file asks for nothing that its architecture does not do.
pub(super) fn honours(keys: &ConfigKeys<'_>, architecture: &Architecture) -> Result<(), ModelError> {
    let refuse = |name: &str, found: &dyn ToString| {
        Err(ModelError::Unhonoured {
            path: keys.gguf.path().to_owned(),
            key: keys.key(name),
            found: found.to_string(),
            architecture: architecture.name.to_owned(),
        })
    };
    let honoured = |name: &str| architecture.query_temperature && name == "attention.temperature_scale";
    for name in CAPS.iter().filter(|name| !honoured(name)) {
        if let Some(value) = keys.gguf.f32(&keys.key(name))?.filter(|value| *value != 0.0) {
            return refuse(name, &value);
        }
    }
    for name in ["swiglu_clamp_exp", "swiglu_clamp_shexp"] {
        let clamps = match keys.gguf.metadata().get(&keys.key(name)) {
            Some(MetadataValue::Array(_)) => keys.gguf.f32s(&keys.key(name))?,
            _ => keys.gguf.f32(&keys.key(name))?.map(|clamp| vec![clamp]),
        };
        if let Some(clamp) = clamps.into_iter().flatten().find(|clamp| *clamp != 0.0) {
            return refuse(name, &clamp);
        }
    }
    if keys.gguf.bool(&keys.key("use_parallel_residual"))? == Some(true) {
        return refuse("use_parallel_residual", &"true");
    }
    if keys.gguf.bool(&keys.key("attention.causal"))? == Some(false) {
        return refuse("attention.causal", &"false");
    }
    if let Some(pooling) = keys.gguf.u32(&keys.key("pooling_type"))?.filter(|pooling| *pooling != 0) {
        return refuse("pooling_type", &pooling);
    }
    if architecture.turning == Turning::Never
        && keys.gguf.bool(&keys.key("rope.scaling.finetuned"))? == Some(true)
    {
        return refuse("rope.scaling.finetuned", &"true");
    }
    if architecture.recurrence == Some(Recurrence::Mamba2)
        && keys.gguf.bool(&keys.key("ssm.dt_b_c_rms"))? == Some(true)
    {
        return refuse("ssm.dt_b_c_rms", &"true");
    }
    if !matches!(architecture.routing, RoutingScheme::Described(..)) {
        let renormalized = architecture.routing == RoutingScheme::Renormalized;
        if let Some(norm) = keys.gguf.bool(&keys.key("expert_weights_norm"))?.filter(|n| *n != renormalized) {
            return refuse("expert_weights_norm", &norm);
        }
        let scale = keys.gguf.f32(&keys.key("expert_weights_scale"))?;
        if let Some(scale) = scale.filter(|scale| *scale != 0.0 && *scale != 1.0) {
            return refuse("expert_weights_scale", &scale);
        }
        if let Some(groups) = keys.gguf.u32(&keys.key("expert_group_count"))?.filter(|groups| *groups > 1) {
            return refuse("expert_group_count", &groups);
        }
    }
    // 1 is a softmax over all experts, 3 one over the chosen; renormalized, they are the same.
    if !matches!(architecture.routing, RoutingScheme::Described(..))
        && let Some(function) = keys.gguf.u32(&keys.key("expert_gating_func"))?
        && !matches!(function, 0 | 1)
        && !(function == 3 && architecture.routing == RoutingScheme::Renormalized)
    {
        return refuse("expert_gating_func", &function);
    }
    Ok(())
}
