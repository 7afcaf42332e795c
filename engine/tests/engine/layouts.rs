//! Model files rewritten: other layouts of the same weights give the same answers.

use pelicycle_engine::Session;
use pelicycle_engine::gguf::{MetadataArray, MetadataValue};
use pelicycle_engine::model::{Arithmetic, Model};

use crate::support::parts::{Parts, Tensor};

fn answer(model: &Model) -> Vec<f32> {
    Session::new(model).feed(&[5, 3, 200, 17, 5, 60, 61], true).unwrap().to_vec()
}

#[track_caller]
fn answers_the_same(one: &Parts, other: &Parts) {
    for arithmetic in [Arithmetic::Float32, Arithmetic::Int8] {
        let (one, other) = (one.model(arithmetic).unwrap(), other.model(arithmetic).unwrap());
        assert!(answer(&one) == answer(&other), "{arithmetic:?}");
    }
}

#[test]
fn experts_gates_and_ups_may_lie_in_one_tensor() {
    for file in ["qwen3moe.f16", "qwen3moe.q8_0", "gptoss.f16"] {
        let Some(split) = Parts::golden(file) else { return };
        let mut fused = split.clone();
        for l in 0..split.layers() {
            let name = |part: &str| format!("blk.{l}.{part}");
            let (gate, up) = (name("ffn_gate_exps.weight"), name("ffn_up_exps.weight"));
            fused.fuse(&[&gate, &up], &name("ffn_gate_up_exps.weight"), 1);
            if file == "gptoss.f16" {
                let (gate, up) = (name("ffn_gate_exps.bias"), name("ffn_up_exps.bias"));
                fused.fuse(&[&gate, &up], &name("ffn_gate_up_exps.bias"), 0);
            }
        }
        answers_the_same(&split, &fused);
    }
}

#[test]
fn every_expert_may_have_tensors_of_its_own() {
    for name in ["mixtral.f16", "qwen3moe.q5_1"] {
        let Some(stacked) = Parts::golden(name) else { return };
        let mut apart = stacked.clone();
        for l in 0..stacked.layers() {
            for part in ["gate", "up", "down"] {
                let name = |e: usize| format!("blk.{l}.ffn_{part}.{e}.weight");
                apart.unstack(&format!("blk.{l}.ffn_{part}_exps.weight"), name);
            }
        }
        answers_the_same(&stacked, &apart);
    }
}

#[test]
fn queries_keys_and_values_may_lie_in_one_tensor() {
    for (name, kinds) in [("llama3.f16", &["weight"][..]), ("qwen2.f16", &["weight", "bias"])] {
        let Some(apart) = Parts::golden(name) else { return };
        let mut fused = apart.clone();
        for l in 0..apart.layers() {
            for kind in kinds {
                let parts = ["q", "k", "v"].map(|part| format!("blk.{l}.attn_{part}.{kind}"));
                let parts = parts.each_ref().map(String::as_str);
                fused.fuse(&parts, &format!("blk.{l}.attn_qkv.{kind}"), usize::from(*kind == "weight"));
            }
        }
        answers_the_same(&apart, &fused);
    }
}

#[test]
fn other_names_and_unused_tensors_change_nothing() {
    let rename = |parts: &mut Parts, from: &str, to: &str| {
        let renamed = parts.tensors.iter_mut().filter(|tensor| tensor.name.contains(from));
        renamed.for_each(|tensor| tensor.name = tensor.name.replace(from, to));
    };
    let Some(usual) = Parts::golden("nemotron3-latent.f16") else { return };
    let mut ollama = usual.clone();
    rename(&mut ollama, "ffn_latent_down", "ffn_latent_in");
    rename(&mut ollama, "ffn_latent_up", "ffn_latent_out");
    answers_the_same(&usual, &ollama);

    let Some(older) = Parts::golden("lfm2.f16") else { return };
    let mut newer = older.clone();
    rename(&mut newer, "token_embd_norm", "output_norm");
    answers_the_same(&older, &newer);

    // Layers that read the keys of earlier ones may keep what made their own.
    let Some(without) = Parts::golden("gemma4-e.f16") else { return };
    let mut with = without.clone();
    for part in ["attn_k.weight", "attn_k_norm.weight", "attn_v.weight"] {
        let like = with.tensors.iter().find(|tensor| tensor.name == format!("blk.0.{part}")).unwrap();
        let unused = Tensor { name: format!("blk.4.{part}"), ..like.clone() };
        with.tensors.push(unused);
    }
    answers_the_same(&with, &without);
}

#[test]
fn lists_of_layers_may_be_written_in_integers() {
    for (name, key) in [
        ("olmo3.f16", "olmo2.attention.sliding_window_pattern"),
        ("qwen35.f16", "qwen35.attention.recurrent_layers"),
        ("glm-dsa.f16", "glm-dsa.attention.indexer.types"),
    ] {
        let Some(booleans) = Parts::golden(name) else { return };
        let place = booleans.pairs.iter().position(|(found, _)| found == key).unwrap();
        let MetadataValue::Array(MetadataArray::Bool(list)) = &booleans.pairs[place].1 else {
            panic!("{name}")
        };
        let mut integers = booleans.clone();
        let list = list.iter().map(|&layer| u32::from(layer)).collect();
        integers.pairs[place].1 = MetadataValue::Array(MetadataArray::U32(list));
        answers_the_same(&booleans, &integers);
    }
}

#[test]
fn layers_of_lfm2_have_the_window_that_the_file_gives() {
    let Some(parts) = Parts::golden("lfm2.f16") else { return };
    let tokens: Vec<u32> = (0..12).map(|i| (i * 37 + 5) % 300).collect();
    let answer = |window: Option<u32>| {
        let mut parts = parts.clone();
        parts.set("lfm2.attention.sliding_window", window.map(MetadataValue::U32));
        Session::new(&parts.model(Arithmetic::Float32).unwrap()).feed(&tokens, false).unwrap().to_vec()
    };
    let (none, wide, narrow) = (answer(None), answer(Some(12)), answer(Some(3)));
    assert!(none == wide && none != narrow);
}

#[test]
fn a_sequence_that_outgrows_the_first_context_is_as_one_that_was_longer_from_the_beginning() {
    let Some(mut parts) = Parts::golden("phi3.f16") else { return };
    let tokens: Vec<u32> = (0..40).map(|i| (i * 37 + 5) % 300).collect();
    let whole = |parts: &Parts| {
        let model = parts.model(Arithmetic::Float32).unwrap();
        Session::new(&model).feed(&tokens, true).unwrap().to_vec()
    };
    let short = whole(&parts);
    parts.set("phi3.rope.scaling.original_context_length", Some(MetadataValue::U32(32)));
    let long = whole(&parts);
    assert!(short != long, "other frequencies hold");
    let model = parts.model(Arithmetic::Float32).unwrap();
    let vocabulary = model.config().vocabulary;
    let mut session = Session::new(&model);
    let begun = session.feed(&tokens[..32], true).unwrap().to_vec();
    assert!(begun == short[..32 * vocabulary], "up to 32 tokens nothing differs");
    for (i, token) in tokens.iter().enumerate().skip(32) {
        let got = session.feed(&[*token], true).unwrap();
        assert!(got == &long[i * vocabulary..][..vocabulary], "token {i}");
    }
    session.truncate(0);
    assert!(session.feed(&tokens[..32], true).unwrap() == begun);
}

/// Old files: for each key head its query, its key, its values and their gates.
#[test]
fn queries_keys_values_and_gates_of_delta_layers_may_lie_in_one_tensor() {
    let Some(split) = Parts::golden("qwen3next.f16") else { return };
    let (key_heads, key, values) = (2, 16, 2 * 16);
    let mut fused = split.clone();
    for l in 0..split.layers() {
        let name = |part: &str| format!("blk.{l}.{part}.weight");
        if split.tensors.iter().all(|tensor| tensor.name != name("attn_qkv")) {
            continue;
        }
        let (mixed, gate) = (fused.take(&name("attn_qkv")), fused.take(&name("attn_gate")));
        let row = |tensor: &Tensor, r: usize| {
            let bytes = tensor.bytes.len() / usize::try_from(tensor.dims[1]).unwrap();
            tensor.bytes[r * bytes..][..bytes].to_vec()
        };
        let mut bytes = Vec::new();
        for head in 0..key_heads {
            let (query_rows, key_rows) = (head * key, (key_heads + head) * key);
            let value_rows = 2 * key_heads * key + head * values;
            bytes.extend((query_rows..query_rows + key).flat_map(|r| row(&mixed, r)));
            bytes.extend((key_rows..key_rows + key).flat_map(|r| row(&mixed, r)));
            bytes.extend((value_rows..value_rows + values).flat_map(|r| row(&mixed, r)));
            bytes.extend((head * values..(head + 1) * values).flat_map(|r| row(&gate, r)));
        }
        let dims = vec![mixed.dims[0], mixed.dims[1] + gate.dims[1]];
        fused.tensors.push(Tensor { name: name("ssm_in"), dims, kind: mixed.kind, bytes });
    }
    assert_eq!(fused.tensors.len(), split.tensors.len() - 3, "three layers were changed");
    answers_the_same(&split, &fused);
}
