//! Model files that say wrong things of themselves: an error that names them, never a panic.

use pelicycle_engine::Session;
use pelicycle_engine::gguf::{MetadataArray, MetadataValue};
use pelicycle_engine::model::Arithmetic;
use pelicycle_engine::quant::TensorType;

use crate::support::parts::{Parts, Tensor};

#[test]
fn a_tensor_that_nothing_reads_is_refused_by_name() {
    let Some(mut parts) = Parts::golden("qwen3moe.f16") else { return };
    let extra = Tensor { name: "blk.1.attn_gate.weight".into(), ..parts.tensors[3].clone() };
    parts.tensors.push(extra);
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("blk.1.attn_gate.weight") && error.contains("qwen3moe"), "{error}");
}

#[test]
fn a_bias_that_the_architecture_has_must_be_there() {
    let Some(mut parts) = Parts::golden("qwen2moe.f16") else { return };
    parts.take("blk.1.attn_v.bias");
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("blk.1.attn_v.bias"), "{error}");
}

/// Some models of these families were trained without; then no layer has one.
#[test]
fn biases_of_queries_keys_and_values_are_in_all_layers_or_in_none() {
    for name in ["qwen2.f16", "glm4moe.f16", "seed-oss.f16"] {
        let Some(golden) = Parts::golden(name) else { return };
        let without = |gone: &dyn Fn(&str) -> bool| {
            let mut parts = golden.clone();
            parts.tensors.retain(|tensor| !gone(&tensor.name));
            parts.model(Arithmetic::Float32).map(drop).map_err(|error| error.to_string())
        };
        let none = without(&|name| name.contains(".attn_") && name.ends_with(".bias"));
        assert_eq!(none, Ok(()), "{name}");
        for kind in ["attn_q", "attn_k", "attn_v"] {
            let error = without(&|name| name.contains(kind) && name.ends_with(".bias")).unwrap_err();
            assert!(error.contains(&format!("blk.0.{kind}.bias")), "{name}: {error}");
        }
        let error = without(&|name| name.starts_with("blk.1.attn_") && name.ends_with(".bias")).unwrap_err();
        assert!(error.contains("blk.1.attn_q.bias"), "{name}: {error}");
    }
}

#[test]
fn a_router_that_is_missing_or_all_zero_is_named() {
    let name = "blk.1.ffn_gate_inp.weight";
    let Some(golden) = Parts::golden("qwen3moe.f16") else { return };
    let mut parts = golden.clone();
    let mut router = parts.take(name);
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains(name) && error.contains("is missing"), "{error}");
    router.bytes.fill(0);
    parts.tensors.push(router);
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains(name) && error.contains("is all zero"), "{error}");
    let mut parts = golden;
    parts.set("qwen3moe.expert_count", Some(MetadataValue::U32(1 << 31)));
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("qwen3moe.expert_count is 2147483648"), "{error}");
}

#[test]
fn pairs_that_stand_still_must_be_told() {
    let Some(mut parts) = Parts::golden("gemma4-dense.f16") else { return };
    parts.take("rope_freqs.weight");
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("rope_freqs.weight"), "{error}");
}

#[test]
fn experts_of_several_types_are_refused() {
    let Some(mut parts) = Parts::golden("mixtral.f16") else { return };
    parts.unstack("blk.0.ffn_gate_exps.weight", |e| format!("blk.0.ffn_gate.{e}.weight"));
    parts.unstack("blk.0.ffn_up_exps.weight", |e| format!("blk.0.ffn_up.{e}.weight"));
    parts.unstack("blk.0.ffn_down_exps.weight", |e| format!("blk.0.ffn_down.{e}.weight"));
    let odd = parts.tensors.iter_mut().find(|tensor| tensor.name == "blk.0.ffn_up.1.weight").unwrap();
    odd.kind = TensorType::BF16;
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("blk.0.ffn_up.1.weight") && error.contains("BF16"), "{error}");
}

/// A change and what the error must say.
type Lie = (&'static str, Option<MetadataValue>, &'static [&'static str]);

fn every_lie_is_named(file: &str, lies: &[Lie]) {
    let Some(parts) = Parts::golden(file) else { return };
    for (key, value, words) in lies {
        let mut changed = parts.clone();
        changed.set(key, value.clone());
        let error = match changed.model(Arithmetic::Float32) {
            Ok(_) => panic!("{file} opens with {key} = {value:?}"),
            Err(error) => error.to_string(),
        };
        assert!(words.iter().all(|word| error.contains(word)), "{file}, {key} = {value:?}: {error}");
    }
}

#[test]
fn lies_about_delta_layers_are_named() {
    let list = |list: &[bool]| Some(MetadataValue::Array(MetadataArray::Bool(list.to_vec())));
    every_lie_is_named(
        "qwen35moe.f16",
        &[
            ("qwen35moe.ssm.group_count", None, &["ssm.group_count"]),
            (
                "qwen35moe.ssm.group_count",
                Some(MetadataValue::U32(3)),
                &["ssm.time_step_rank", "4", "key heads"],
            ),
            ("qwen35moe.ssm.group_count", Some(MetadataValue::U32(0)), &["ssm.group_count", "0"]),
            (
                "qwen35moe.ssm.inner_size",
                Some(MetadataValue::U32(66)),
                &["ssm.inner_size", "66", "value heads"],
            ),
            ("qwen35moe.ssm.inner_size", Some(MetadataValue::U32(1 << 24)), &["ssm.state_size", "larger"]),
            ("qwen35moe.ssm.state_size", Some(MetadataValue::U32(1 << 24)), &["ssm.state_size", "larger"]),
            (
                "qwen35moe.ssm.state_size",
                Some(MetadataValue::U32(32)),
                &["blk.0.attn_qkv.weight", "[64, 192]"],
            ),
            (
                "qwen35moe.ssm.conv_kernel",
                Some(MetadataValue::U32(5)),
                &["blk.0.ssm_conv1d.weight", "[5, 128]"],
            ),
            (
                "qwen35moe.ssm.conv_kernel",
                Some(MetadataValue::String("4".into())),
                &["ssm.conv_kernel", "integer"],
            ),
            ("qwen35moe.attention.recurrent_layers", list(&[true, true]), &["recurrent_layers", "2 layers"]),
            ("qwen35moe.attention.recurrent_layers", list(&[true; 4]), &["blk.3.attn_qkv.weight"]),
            (
                "qwen35moe.attention.recurrent_layers",
                Some(MetadataValue::U32(1)),
                &["recurrent_layers", "booleans"],
            ),
            ("qwen35moe.attention.head_count_kv", Some(MetadataValue::U32(0)), &["head_count_kv", "0"]),
            (
                "qwen35moe.nextn_predict_layers",
                Some(MetadataValue::U32(4)),
                &["nextn_predict_layers", "no layer"],
            ),
            ("qwen35moe.attention.value_length", Some(MetadataValue::U32(16)), &["blk.3.attn_q.weight"]),
        ],
    );
    let Some(mut parts) = Parts::golden("qwen35.f16") else { return };
    parts.set("qwen35.attention.recurrent_layers", None);
    assert!(parts.model(Arithmetic::Float32).is_ok(), "the interval says the same");
    parts.set("qwen35.full_attention_interval", Some(MetadataValue::U32(0)));
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("full_attention_interval"), "{error}");
}

#[test]
fn lies_about_latent_attention_and_its_routing_are_named() {
    let size = |n: u32| Some(MetadataValue::U32(n));
    every_lie_is_named(
        "deepseek2-v3.f16",
        &[
            ("deepseek2.attention.kv_lora_rank", None, &["attention.kv_lora_rank"]),
            ("deepseek2.attention.kv_lora_rank", size(31), &["blk.0.attn_k_b.weight", "[24, 31, 4]"]),
            ("deepseek2.attention.kv_lora_rank", size(1 << 24), &["attention.kv_lora_rank", "more than any"]),
            ("deepseek2.attention.q_lora_rank", size(41), &["blk.0.attn_q_a.weight", "[64, 41]"]),
            ("deepseek2.attention.key_length_mla", size(16), &["key_length_mla", "do not turn"]),
            ("deepseek2.attention.value_length_mla", size(1 << 23), &["value_length_mla", "more than any"]),
            ("deepseek2.rope.dimension_count", None, &["rope.dimension_count"]),
            ("deepseek2.rope.dimension_count", size(15), &["rope.dimension_count", "odd"]),
            ("deepseek2.expert_gating_func", size(3), &["expert_gating_func", "3", "sigmoid"]),
            ("deepseek2.expert_group_count", size(5), &["expert_group_count", "5", "divide"]),
            ("deepseek2.expert_group_used_count", size(5), &["expert_group_used_count", "5"]),
            ("deepseek2.expert_group_used_count", size(0), &["expert_group_used_count", "0"]),
            ("deepseek2.expert_used_count", size(7), &["expert_group_used_count", "too few"]),
            (
                "deepseek2.expert_weights_scale",
                Some(MetadataValue::F32(f32::NAN)),
                &["expert_weights_scale", "NaN"],
            ),
            ("deepseek2.expert_weights_norm", size(2), &["expert_weights_norm", "boolean"]),
        ],
    );
    let Some(mut parts) = Parts::golden("deepseek2-v3.f16") else { return };
    let correction = parts.take("blk.1.exp_probs_b.bias");
    parts.tensors.push(Tensor { dims: vec![6], bytes: correction.bytes[..24].to_vec(), ..correction });
    let error = parts.model(Arithmetic::Float32).unwrap_err().to_string();
    assert!(error.contains("blk.1.exp_probs_b.bias") && error.contains("[12]"), "{error}");
}

/// The value with other numbers in its place, or nothing where it has none.
fn others(value: &MetadataValue) -> Vec<MetadataValue> {
    match value {
        MetadataValue::U32(_) => [0, 1, 3, 7, 64, 1 << 20, u32::MAX].map(MetadataValue::U32).to_vec(),
        MetadataValue::F32(_) => {
            [0.0, -1.0, 1e-30, 1e30, f32::INFINITY, f32::NAN].map(MetadataValue::F32).to_vec()
        }
        MetadataValue::String(_) => {
            ["", "yarn", "linear", "longrope"].map(|s| MetadataValue::String(s.into())).to_vec()
        }
        MetadataValue::Bool(b) => vec![MetadataValue::Bool(!b)],
        MetadataValue::Array(MetadataArray::I32(list)) => {
            let other = |n: i32| vec![n; list.len()];
            let lists = [other(0), other(1), other(3), other(i32::MAX), other(-1), list[1..].to_vec()];
            lists.map(|list| MetadataValue::Array(MetadataArray::I32(list))).to_vec()
        }
        MetadataValue::Array(MetadataArray::Bool(list)) => {
            let turned = list.iter().map(|b| !b).collect();
            [turned, vec![true; 2], vec![true; list.len()]]
                .map(|list| MetadataValue::Array(MetadataArray::Bool(list)))
                .to_vec()
        }
        _ => Vec::new(),
    }
}

/// Either it is refused, or it answers: with whatever numbers, but without a panic.
fn opens_or_is_refused(parts: &Parts) {
    if let Ok(model) = parts.model(Arithmetic::Float32) {
        let _ = Session::new(&model).feed(&[1, 2, 3], false).unwrap();
    }
}

const FAMILIES: &[&str] = &[
    "deepseek2-v2lite-oldlayout.f16",
    "deepseek2-v3.f16",
    "gemma3.f16",
    "gemma4-e.f16",
    "gemma4-moe.f16",
    "glm-dsa.f16",
    "gptoss.f16",
    "granitemoe.f16",
    "granite4h-moe.f16",
    "kimi-linear.f16",
    "lfm2moe.f16",
    "llama3.f16",
    "mixtral.f16",
    "nemotron3-latent.f16",
    "olmoe.f16",
    "phimoe.f16",
    "qwen2moe.f16",
    "qwen35moe-draftblock.f16",
    "qwen3next.f16",
    "qwen4exp.f16",
];

#[test]
fn lies_about_layers_that_are_not_alike_are_named() {
    let size = |n: u32| Some(MetadataValue::U32(n));
    let counts = |list: &[i32]| Some(MetadataValue::Array(MetadataArray::I32(list.to_vec())));
    let bools = |list: &[bool]| Some(MetadataValue::Array(MetadataArray::Bool(list.to_vec())));
    every_lie_is_named(
        "gemma4-e.f16",
        &[
            ("gemma4.attention.shared_kv_layers", size(9), &["shared_kv_layers", "9", "more layers"]),
            ("gemma4.attention.shared_kv_layers", size(8), &["shared_kv_layers", "without keys"]),
            ("gemma4.attention.key_length_swa", size(15), &["rope.dimension_count_swa", "larger"]),
            ("gemma4.attention.sliding_window_pattern", bools(&[false; 8]), &["blk.0.attn_q.weight"]),
            ("gemma4.embedding_length_per_layer_input", size(1 << 24), &["per_layer_input", "more than any"]),
            ("gemma4.embedding_length_per_layer_input", size(0), &["per_layer_token_embd.weight", "no part"]),
        ],
    );
    every_lie_is_named(
        "granite4h-moe.f16",
        &[
            ("granitehybrid.ssm.time_step_rank", size(3), &["ssm.inner_size", "multiple"]),
            ("granitehybrid.ssm.group_count", size(3), &["ssm.group_count", "divide"]),
            ("granitehybrid.ssm.state_size", size(1 << 24), &["ssm.state_size", "larger state"]),
            ("granitehybrid.ssm.conv_kernel", None, &["ssm.conv_kernel"]),
            ("granitehybrid.attention.head_count_kv", counts(&[0, 0, 3, 0]), &["head_count_kv", "divide"]),
            ("granitehybrid.attention.head_count_kv", counts(&[0, 0, 0, 0]), &["blk.2.ssm_in.weight"]),
            ("granitehybrid.rope.scaling.finetuned", size(7), &["rope.scaling.finetuned", "boolean"]),
        ],
    );
    every_lie_is_named(
        "glm-dsa.f16",
        &[
            (
                "glm-dsa.attention.indexer.types",
                bools(&[false, true, true]),
                &["indexer.types", "first layer"],
            ),
            (
                "glm-dsa.attention.indexer.key_length",
                size(8),
                &["indexer.key_length", "less than what turns"],
            ),
            ("glm-dsa.attention.indexer.top_k", None, &["indexer.top_k"]),
            ("glm-dsa.attention.indexer.types", bools(&[true]), &["indexer.types", "1 layers", "fewer"]),
        ],
    );
    every_lie_is_named(
        "qwen4exp.f16",
        &[
            ("qwen4exp.ple.head_vocab_sizes", counts(&[61, 67, 71]), &["ple.head_vocab_sizes", "too few"]),
            (
                "qwen4exp.ple.head_vocab_sizes",
                counts(&[61, 67, 71, 0]),
                &["ple.head_vocab_sizes", "no number"],
            ),
            ("qwen4exp.ple.layers", counts(&[1, 2]), &["ple.layers", "only one"]),
            (
                "qwen4exp.attention.compress_ratios",
                counts(&[0, 0, 0, i32::MAX]),
                &["compress_ratios", "more than any"],
            ),
            ("qwen4exp.hyper_connection.count", size(1 << 20), &["hyper_connection.count", "more than any"]),
        ],
    );
    every_lie_is_named(
        "nemotron-h.f16",
        &[
            (
                "nemotron_h.rope.scaling.finetuned",
                Some(MetadataValue::Bool(true)),
                &["rope.scaling.finetuned is true", "does not do it"],
            ),
            ("nemotron_h.feed_forward_length", None, &["feed_forward_length"]),
        ],
    );
    every_lie_is_named(
        "phimoe.f16",
        &[("phimoe.expert_used_count", size(3), &["expert_used_count", "2 experts"])],
    );
}

#[test]
fn a_number_that_no_model_has_is_refused_by_its_key() {
    let number = |x: f32| Some(MetadataValue::F32(x));
    let refused: &[&str] = &["no model has", "damaged"];
    let large: &[&str] = &["attention.layer_norm_rms_epsilon is 3", "not a small number"];
    every_lie_is_named(
        "granite.f16",
        &[
            ("granite.attention.layer_norm_rms_epsilon", number(3.0), large),
            ("granite.rope.freq_base", number(1.0), refused),
            ("granite.rope.freq_base", number(1e30), refused),
            ("granite.attention.scale", number(1e20), refused),
            ("granite.embedding_scale", number(1e-20), refused),
            ("granite.residual_scale", number(1e20), refused),
            ("granite.logit_scale", number(1e20), refused),
        ],
    );
    every_lie_is_named("gemma4-dense.f16", &[("gemma4.final_logit_softcapping", number(1e-20), refused)]);
    every_lie_is_named("glm4moe.f16", &[("glm4moe.expert_weights_scale", number(1e20), refused)]);
    every_lie_is_named(
        "ministral3.f16",
        &[
            ("mistral3.rope.scaling.factor", number(1e20), refused),
            ("mistral3.rope.scaling.yarn_beta_fast", number(1e20), refused),
            ("mistral3.rope.scaling.yarn_log_multiplier", number(1e20), refused),
            ("mistral3.attention.temperature_scale", number(1e20), refused),
        ],
    );
}

#[test]
fn keys_that_the_architecture_does_not_do_are_refused_by_name() {
    let (size, number) = (|n: u32| Some(MetadataValue::U32(n)), |x: f32| Some(MetadataValue::F32(x)));
    every_lie_is_named(
        "qwen3moe.f16",
        &[
            ("qwen3moe.attention.sliding_window", size(16), &["attention.sliding_window", "16", "qwen3moe"]),
            ("qwen3moe.logit_scale", number(0.5), &["logit_scale", "0.5", "qwen3moe"]),
            ("qwen3moe.rope.scaling.yarn_ext_factor", number(1.0), &["rope.scaling.yarn_ext_factor", "1"]),
            ("qwen3moe.rope.scaling.yarn_ext_factor", number(f32::NAN), &["rope.scaling.yarn_ext_factor"]),
            (
                "qwen3moe.rope.scaling.yarn_attn_factor",
                number(1.3),
                &["rope.scaling.yarn_attn_factor", "1.3"],
            ),
        ],
    );
    // Scaled by YaRN.
    let without: &[&str] = &["rope.scaling.yarn_ext_factor", "0"];
    every_lie_is_named("ministral3.f16", &[("mistral3.rope.scaling.yarn_ext_factor", number(0.0), without)]);
    let [Some(plain), Some(yarn)] = ["qwen3moe.f16", "ministral3.f16"].map(Parts::golden) else { return };
    let harmless = [
        (&plain, "qwen3moe.attention.sliding_window", size(0)),
        (&plain, "qwen3moe.attention.sliding_window", size(1 << 20)),
        (&plain, "qwen3moe.logit_scale", number(1.0)),
        (&plain, "qwen3moe.rope.scaling.yarn_ext_factor", number(-1.0)),
        (&plain, "qwen3moe.rope.scaling.yarn_ext_factor", number(0.0)),
        (&plain, "qwen3moe.rope.scaling.yarn_attn_factor", number(1.0)),
        (&yarn, "mistral3.rope.scaling.yarn_ext_factor", number(-1.0)),
        (&yarn, "mistral3.rope.scaling.yarn_ext_factor", number(1.0)),
    ];
    for (parts, key, value) in harmless {
        let mut changed = parts.clone();
        changed.set(key, value);
        assert!(changed.model(Arithmetic::Float32).is_ok(), "{key}");
    }
}

#[test]
fn numbers_changed_at_will_are_refused_or_computed_with_but_never_panic() {
    for name in FAMILIES {
        let Some(parts) = Parts::golden(name) else { return };
        for (at, (key, value)) in parts.pairs.iter().enumerate() {
            if key.starts_with("general.") || key.starts_with("tokenizer.") {
                continue;
            }
            for other in others(value) {
                let mut changed = parts.clone();
                changed.pairs[at].1 = other;
                opens_or_is_refused(&changed);
            }
            let mut without = parts.clone();
            without.pairs.remove(at);
            opens_or_is_refused(&without);
        }
    }
}

#[test]
fn tensors_left_out_or_turned_are_refused_or_computed_with_but_never_panic() {
    for name in FAMILIES {
        let Some(parts) = Parts::golden(name) else { return };
        for at in 0..parts.tensors.len() {
            let mut without = parts.clone();
            without.tensors.remove(at);
            opens_or_is_refused(&without);
            let mut turned = parts.clone();
            turned.tensors[at].dims.reverse();
            opens_or_is_refused(&turned);
            let mut flat = parts.clone();
            flat.tensors[at].dims = vec![flat.tensors[at].dims.iter().product()];
            opens_or_is_refused(&flat);
        }
    }
}

#[test]
fn a_norm_that_lets_nothing_through_is_a_damaged_file() {
    let Some(parts) = Parts::golden("qwen3moe.f16") else { return };
    for norm in ["output_norm.weight", "blk.0.attn_norm.weight", "blk.1.ffn_norm.weight"] {
        for (fill, words) in [(0_f32, "all zero"), (f32::NAN, "finite"), (f32::INFINITY, "finite")] {
            let mut damaged = parts.clone();
            let tensor = damaged.tensors.iter_mut().find(|tensor| tensor.name == norm).unwrap();
            assert_eq!(tensor.kind, TensorType::F32);
            tensor.bytes = fill.to_le_bytes().repeat(tensor.bytes.len() / 4);
            let error = damaged.model(Arithmetic::Float32).unwrap_err().to_string();
            assert!(error.contains(norm) && error.contains(words) && error.contains("damaged"), "{error}");
        }
    }
}
