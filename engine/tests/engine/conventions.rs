//! Files that say the same thing otherwise, and files that say what the engine does not do.

use std::path::PathBuf;

use pelicycle_engine::Session;
use pelicycle_engine::gguf::{MetadataArray, MetadataValue};
use pelicycle_engine::model::{Arithmetic, Model};

use crate::support::parts::Parts;
use crate::support::shared;

fn case(name: &str) -> Option<PathBuf> {
    Some(shared()?.join(format!("cases/engine/{name}.gguf")))
}

fn greedy(path: &std::path::Path) -> Vec<u32> {
    let model = Model::open(path, Some(1), Arithmetic::Float32).unwrap();
    Session::new(&model).greedy(&[5, 6, 7, 8, 9, 10, 11, 12], 8).unwrap()
}

#[test]
fn what_ollama_made_says_what_the_model_that_it_was_made_of_says() {
    for (name, golden) in [
        ("ollama-gemma3-no-eps-nested-rope", "gemma3.f16"),
        ("ollama-gemma3-vision", "gemma3.f16"),
        ("ollama-gptoss", "gptoss.mxfp4"),
        ("ollama-llama3-no-pre", "llama3.f16"),
        ("ollama-qwen35moe-ssm_dt", "qwen35moe.f16"),
        ("ollama-qwen35moe-vision-only", "qwen35moe.f16"),
        ("ollama-qwen3next-ssm_dt", "qwen3next.f16"),
        ("mistral-small-like", "llama3.f16"),
    ] {
        let Some(path) = case(name) else { return };
        let golden = shared().unwrap().join(format!("golden/models/{golden}.gguf"));
        assert_eq!(greedy(&path), greedy(&golden), "{name}");
    }
    let (ollama, usual) = (case("ollama-glm4moelite").unwrap(), case("glm-4.7-flash-like").unwrap());
    assert_eq!(greedy(&ollama), greedy(&usual));
}

#[test]
fn a_key_that_changes_every_answer_is_refused_by_name_where_it_is_not_honoured() {
    for (name, words) in [
        ("sem-deepseek2-temperature", "deepseek2.attention.temperature_scale is 0.1"),
        ("sem-llama-clamp", "llama.attention.clamp_kqv is 0.01"),
        ("sem-qwen3-embedding", "qwen3.pooling_type is 3"),
        ("sem-qwen3-noncausal", "qwen3.attention.causal is false"),
        ("sem-qwen3moe-gating-sigmoid", "qwen3moe.expert_gating_func is 2"),
        ("sem-lora", "holds an adapter (LoRA)"),
        ("sem-type-mmproj", "holds a projector for pictures"),
    ] {
        let Some(path) = case(name) else { return };
        let error = Model::open(&path, Some(1), Arithmetic::Float32).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

/// Keys of other architectures, which llama.cpp 0.5.0 knows, in a file that does not do what they say.
#[test]
fn what_other_architectures_do_is_refused_by_name_and_what_changes_nothing_is_not() {
    let number = |x: f32| MetadataValue::F32(x);
    let text = |text: &str| MetadataValue::String(text.to_owned());
    let bools = |list: &[bool]| MetadataValue::Array(MetadataArray::Bool(list.to_vec()));
    let Some(parts) = Parts::golden("llama3.f16") else { return };
    let opened = |key: &str, value: &MetadataValue| {
        let mut changed = parts.clone();
        changed.set(&format!("llama.{key}"), Some(value.clone()));
        changed.model(Arithmetic::Float32).map(drop)
    };
    for (key, value, words) in [
        ("num_loops", number(4.0), "llama.num_loops is 4"),
        ("rope.scaling.alpha", number(1000.0), "llama.rope.scaling.alpha is 1000"),
        ("attention.value_scale", number(0.7), "llama.attention.value_scale is 0.7"),
        ("hyper_connection.count", number(4.0), "llama.hyper_connection.count is 4"),
        ("attn_res.block_size", number(8.0), "llama.attn_res.block_size is 8"),
        ("kda.safe_gate", MetadataValue::Bool(true), "llama.kda.safe_gate is true"),
        ("hidden_activation", text("gelu"), "llama.hidden_activation is gelu"),
        ("attention.rope_pattern", bools(&[true, true, true, false]), "llama.attention.rope_pattern is not"),
    ] {
        let error = opened(key, &value).unwrap_err().to_string();
        assert!(error.contains(words), "{key}: {error}");
    }
    for (key, value) in [
        ("num_loops", number(1.0)),
        ("rope.scaling.factor", number(0.0)),
        ("hyper_connection.count", number(1.0)),
        ("kda.safe_gate", MetadataValue::Bool(false)),
        ("hidden_activation", text("silu")),
        ("attention.rope_pattern", bools(&[true; 4])),
    ] {
        opened(key, &value).unwrap_or_else(|error| panic!("{key}: {error}"));
    }
}

/// llama.cpp takes 30 as well where a file of Gemma 4 does not say; 0 is none.
#[test]
fn gemma_4_caps_its_logits_where_the_file_does_not_say() {
    let Some(golden) = Parts::golden("gemma4-dense.f16") else { return };
    let logits = |cap: Option<f32>| {
        let mut parts = golden.clone();
        parts.set("gemma4.final_logit_softcapping", cap.map(MetadataValue::F32));
        let model = parts.model(Arithmetic::Float32).unwrap();
        Session::new(&model).feed(&[5, 6, 7, 8], true).unwrap().to_vec()
    };
    assert_eq!(logits(None), logits(Some(30.0)));
    assert_ne!(logits(None), logits(Some(0.0)));
}
