//! Architectures that no golden model has: held against llama.cpp's logits for golden models' numbers under their names
//! (build 11549, weights in float32; `fixtures/llama_cpp_logits.json` has the first 48 logits after the last token).

use pelicycle_engine::Session;
use pelicycle_engine::gguf::MetadataValue;
use pelicycle_engine::model::Arithmetic;
use serde_json::Value;

use crate::support::parts::{Parts, Tensor};

/// A golden model under another architecture's name, without some tensors.
fn renamed(golden: &str, architecture: &str, without: &[&str]) -> Option<Parts> {
    let mut parts = Parts::golden(golden)?;
    let old = format!("{}.", parts.architecture());
    for (key, _) in &mut parts.pairs {
        if let Some(rest) = key.strip_prefix(&old) {
            *key = format!("{architecture}.{rest}");
        }
    }
    parts.set("general.architecture", Some(MetadataValue::String(architecture.to_owned())));
    parts.tensors.retain(|tensor| !without.iter().any(|end| tensor.name.ends_with(end)));
    Some(parts)
}

fn logits(parts: &Parts, ids: &[u32]) -> Vec<f32> {
    let model = parts.model(Arithmetic::Float32).unwrap();
    Session::new(&model).feed(ids, false).unwrap().to_vec()
}

fn check(parts: &Parts) {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/llama_cpp_logits.json")).unwrap();
    let ids: Vec<u32> = serde_json::from_value(fixture["ids"].clone()).unwrap();
    let name = parts.architecture();
    let theirs: Vec<f32> = serde_json::from_value(fixture["logits"][&name].clone()).unwrap();
    let ours = logits(parts, &ids);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() < 1e-3, "{name}: {ours} {theirs}");
    }
}

/// Other names for norms.
fn rename_norms(tensors: &mut [Tensor]) {
    for tensor in tensors {
        tensor.name =
            tensor.name.replace("attn_norm", "post_attention_norm").replace("ffn_norm", "post_ffw_norm");
    }
}

#[test]
fn blocks_of_llama_under_other_names() {
    for name in ["ernie4_5", "internlm2"] {
        let Some(parts) = renamed("llama3.f16", name, &["rope_freqs.weight"]) else { return };
        check(&parts);
    }
    let Some(parts) = renamed("llama3.f16", "arcee", &["rope_freqs.weight", "ffn_gate.weight"]) else {
        return;
    };
    check(&parts);
}

#[test]
fn norms_of_queries_and_keys_after_turning() {
    let Some(parts) = renamed("qwen3.f16", "hunyuan-dense", &[]) else { return };
    check(&parts);
}

#[test]
fn norms_behind_blocks_alone() {
    let Some(mut parts) = renamed("llama3.f16", "exaone4", &["rope_freqs.weight"]) else { return };
    let norms = parts.tensors.clone().into_iter().filter(|tensor| tensor.name.ends_with(".attn_norm.weight"));
    for norm in norms {
        for part in ["attn_q_norm", "attn_k_norm"] {
            let name = norm.name.replace("attn_norm", part);
            parts.tensors.push(Tensor { name, dims: vec![16], bytes: norm.bytes[..64].to_vec(), ..norm });
        }
    }
    let (mut inner, mut outer): (Vec<_>, Vec<_>) = parts
        .tensors
        .into_iter()
        .partition(|tensor| tensor.name.contains("attn_q_") || tensor.name.contains("attn_k_"));
    rename_norms(&mut outer);
    outer.append(&mut inner);
    parts.tensors = outer;
    check(&parts);
    parts.set("exaone4.attention.sliding_window", Some(MetadataValue::U32(16)));
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("exaone4.attention.sliding_window is 16"), "{error}");
}

#[test]
fn norms_before_and_behind_blocks() {
    let Some(mut parts) =
        renamed("phi3.f16", "glm4", &["rope_factors_long.weight", "rope_factors_short.weight"])
    else {
        return;
    };
    parts.pairs.retain(|(key, _)| !key.contains("rope.scaling") && !key.contains("sliding"));
    let mut behind: Vec<Tensor> = parts.tensors.clone();
    behind.retain(|tensor| tensor.name.contains(".attn_norm") || tensor.name.contains(".ffn_norm"));
    rename_norms(&mut behind);
    parts.tensors.append(&mut behind);
    check(&parts);
}

/// GLM-4.5 without its names: llama.cpp's logits for such models, of odd sizes, were compared by hand.
#[test]
fn dots_is_what_glm_with_norms_is() {
    let biases = ["attn_q.bias", "attn_k.bias", "attn_v.bias"];
    let Some(glm) = renamed("glm4moe-qknorm.f16", "glm4moe", &biases) else { return };
    let mut dots = renamed("glm4moe-qknorm.f16", "dots1", &biases).unwrap();
    for tensor in &mut dots.tensors {
        tensor.name = tensor.name.replace("post_attention_norm", "ffn_norm");
    }
    let ids: Vec<u32> = (3..40).collect();
    assert_eq!(logits(&glm, &ids), logits(&dots, &ids));
}

/// Ollama's converter has names of its own for these.
#[test]
fn ollamas_names_of_architectures_are_read() {
    let ids: Vec<u32> = (3..40).collect();
    for (golden, ollama) in [("olmo3.f16", "olmo3"), ("qwen2.f16", "qwen25vl")] {
        let (Some(usual), Some(mut other)) = (Parts::golden(golden), renamed(golden, ollama, &[])) else {
            return;
        };
        let eye = Tensor { name: "v.blk.0.attn_q.weight".into(), ..other.tensors[1].clone() };
        other.tensors.push(eye);
        assert_eq!(logits(&usual, &ids), logits(&other, &ids), "{ollama}");
    }
    let Some(mut other) = renamed("olmo3.f16", "olmo3", &[]) else { return };
    other.set("olmo3.rope.scaling.extrapolation_factor", Some(MetadataValue::F32(0.5)));
    let error = other.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("yarn_ext_factor is 0.5"), "{error}");
}
