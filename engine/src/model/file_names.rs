//! Other names for the same thing: files that Ollama made call some architectures, keys and tensors otherwise than
//! llama.cpp does, whose names the engine reads.

use std::sync::Arc;

use super::error::ModelError;
use crate::gguf::{Gguf, MetadataValue};

/// An architecture's other name.
const ARCHITECTURES: &[(&str, &str)] =
    &[("gptoss", "gpt-oss"), ("glm4moelite", "deepseek2"), ("olmo3", "olmo2"), ("qwen25vl", "qwen2vl")];

/// Keys' other names, without the architecture's.
const KEYS: &[(&str, &str)] = &[
    ("rope.global.freq_base", "rope.freq_base"),
    ("rope.local.freq_base", "rope.freq_base_swa"),
    ("rope.scaling.extrapolation_factor", "rope.scaling.yarn_ext_factor"),
];

/// Endings of tensors' other names, with the architectures that have them so.
const TENSORS: &[(&[&str], &str, &str)] = &[
    (&["qwen35", "qwen35moe", "qwen3next"], ".ssm_dt", ".ssm_dt.bias"),
    (&["nemotron_h_moe"], ".ffn_latent_in.weight", ".ffn_latent_down.weight"),
    (&["nemotron_h_moe"], ".ffn_latent_out.weight", ".ffn_latent_up.weight"),
    (&["gpt-oss"], ".attn_out.weight", ".attn_output.weight"),
    (&["gpt-oss"], ".attn_out.bias", ".attn_output.bias"),
    (&["gpt-oss"], ".attn_sinks", ".attn_sinks.weight"),
    (&["gpt-oss"], ".ffn_norm.weight", ".post_attention_norm.weight"),
];

const GEMMA3_EPSILON: &str = "gemma3.attention.layer_norm_rms_epsilon";

/// The file under the names that the engine reads.
///
/// # Errors
/// For a file that holds no language model.
pub(super) fn canonical(gguf: Arc<Gguf>) -> Result<Arc<Gguf>, ModelError> {
    let other = |what, advice| ModelError::OtherKind { path: gguf.path().to_owned(), what, advice };
    match gguf.str("general.type")? {
        Some("adapter") => {
            return Err(other("an adapter (LoRA)", "merge it into its base model and convert that"));
        }
        Some("mmproj") => {
            return Err(other("a projector for pictures", "give the model's own file, which lies beside it"));
        }
        Some("imatrix") => return Err(other("an importance matrix", "give the model's own file")),
        _ => {}
    }
    let named = gguf.require_str("general.architecture")?;
    let name = ARCHITECTURES.iter().find(|(other, _)| *other == named).map_or(named, |(_, name)| name);
    let ending = |tensor: &str| {
        TENSORS
            .iter()
            .filter(|(architectures, ..)| architectures.contains(&name))
            .find_map(|(_, other, own)| Some(format!("{}{own}", tensor.strip_suffix(other)?)))
    };
    let key = |key: &str| {
        let rest = key.strip_prefix(named)?.strip_prefix('.')?;
        let own = KEYS.iter().find(|(other, _)| *other == rest).map_or(rest, |(_, own)| own);
        (named != name || own != rest).then(|| format!("{name}.{own}"))
    };
    let renames = named != name
        || gguf.tensors().iter().any(|tensor| ending(&tensor.name).is_some())
        || gguf.metadata().keys().any(|name| key(name).is_some())
        || name == "gemma3" && !gguf.metadata().contains_key(GEMMA3_EPSILON);
    if !renames {
        return Ok(gguf);
    }
    let mut renamed = gguf.renamed(key, ending);
    if named != name {
        renamed = renamed.with("general.architecture", MetadataValue::String(name.to_owned()));
    }
    // What Ollama's own code takes where its files say nothing.
    match name {
        "gemma3" => renamed.set_missing(GEMMA3_EPSILON, MetadataValue::F32(1e-6)),
        "gpt-oss" if renamed.f32("gpt-oss.rope.scaling.factor")?.is_some() => {
            renamed.set_missing("gpt-oss.rope.scaling.type", MetadataValue::String("yarn".to_owned()));
        }
        _ => {}
    }
    Ok(Arc::new(renamed))
}
