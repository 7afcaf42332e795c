//! The summary of what a model holds and needs, against the configuration that its file was made from.

use std::sync::Arc;

use pelicycle_engine::gguf::{Gguf, GgufOutline};
use pelicycle_engine::model::{
    Arithmetic, ExpertConfig, Model, ModelMemory, TensorRole, WeightSize, WeightSummary,
};
use serde_json::Value;

use crate::support::{json, shared};

/// A golden model and the configuration that it was made from.
struct Golden {
    gguf: Arc<Gguf>,
    config: Value,
    /// Layers with routed experts.
    routed: u64,
    /// Whether experts have biases.
    biased: bool,
}

impl Golden {
    fn open(file: &str) -> Option<Golden> {
        let models = shared()?.join("golden/models");
        let name = file.split('.').next().unwrap();
        let manifest = &json(&models.join("manifest.json"))["models"][name];
        let config = manifest["config"].clone();
        let layers = config["num_hidden_layers"].as_u64().unwrap();
        let dense = config["first_k_dense_replace"].as_u64().unwrap_or(0);
        Some(Golden {
            gguf: Arc::new(Gguf::open(&models.join(format!("{file}.gguf"))).unwrap()),
            config,
            routed: layers - dense,
            biased: name == "gptoss",
        })
    }

    /// The first of these numbers that the configuration has.
    fn number(&self, keys: &[&str]) -> Option<u64> {
        keys.iter().find_map(|key| self.config[key].as_u64())
    }

    fn require(&self, key: &str) -> u64 {
        self.number(&[key]).unwrap_or_else(|| panic!("no {key} in {}", self.config))
    }

    fn weight_summary(&self) -> WeightSummary {
        WeightSummary::of(&GgufOutline::of(Arc::clone(&self.gguf)))
    }

    fn memory(&self) -> ModelMemory {
        Model::new(Arc::clone(&self.gguf), Some(1), Arithmetic::Int8).unwrap().memory()
    }

    /// Parameters of the experts that a token does not take.
    fn idle(&self) -> u64 {
        let Some(count) = self.number(&["num_experts", "num_local_experts", "n_routed_experts"]) else {
            return 0;
        };
        let (width, used) = (self.require("hidden_size"), self.require("num_experts_per_tok"));
        let inner = self.number(&["moe_intermediate_size", "intermediate_size"]).unwrap();
        let biases = if self.biased { 2 * inner + width } else { 0 };
        self.routed * (count - used) * (3 * width * inner + biases)
    }
}

#[test]
fn a_token_meets_all_weights_but_those_of_the_experts_that_it_does_not_take() {
    for file in [
        "qwen3moe.f16",
        "qwen35moe.f16",
        "qwen3next.f16",
        "qwen2moe.f16",
        "mixtral.f16",
        "deepseek2-v2lite.f16",
        "deepseek2-v3.f16",
        "olmoe.f16",
        "granitemoe.f16",
        "gptoss.f16",
        "qwen3.f16",
        "smollm2.f16",
        "gemma3.f16",
        "qwen35.f16",
    ] {
        let Some(golden) = Golden::open(file) else { return };
        let (summary, gguf) = (golden.weight_summary(), &golden.gguf);
        let total: u64 = gguf.tensors().iter().map(|tensor| tensor.elements()).sum();
        assert_eq!(summary.total().parameters, total, "{file}");
        assert_eq!(summary.active().unwrap().parameters, total - golden.idle(), "{file}");
        assert_eq!(golden.idle() == 0, summary.role(TensorRole::Experts).parameters == 0, "{file}");

        let bytes: u64 = gguf.tensors().iter().map(|tensor| tensor.byte_len() as u64).sum();
        let idle = bytes - summary.active().unwrap().bytes.unwrap();
        // Experts' matrices are in half precision, gpt-oss's biases are not.
        assert!(idle == golden.idle() * 2 || file == "gptoss.f16", "{file}");
        let tied = gguf.tensor("output.weight").is_none();
        let unread = if tied { 0 } else { summary.role(TensorRole::Embedding).bytes.unwrap() };
        assert_eq!(summary.bytes_a_token().unwrap(), bytes - idle - unread, "{file}");
    }
}

#[test]
fn a_draft_block_is_counted_and_not_met() {
    let (Some(with), Some(without)) =
        (Golden::open("qwen35moe-draftblock.f16"), Golden::open("qwen35moe.f16"))
    else {
        return;
    };
    let (with, without) = (with.weight_summary(), without.weight_summary());
    let draft = with.role(TensorRole::Draft).parameters;
    assert!(draft > 0);
    assert_eq!(with.total().parameters, without.total().parameters + draft);
    assert_eq!(with.active(), without.active());
    assert_eq!(with.bytes_a_token(), without.bytes_a_token());
}

#[test]
fn a_model_and_its_outline_are_counted_alike() {
    for file in ["qwen35moe-draftblock.f16", "qwen3moe-k.q4_k_m", "deepseek2-v2lite-oldlayout.f16"] {
        let Some(golden) = Golden::open(file) else { return };
        let model = Model::new(Arc::clone(&golden.gguf), Some(1), Arithmetic::Int8).unwrap();
        assert_eq!(model.weight_summary(), golden.weight_summary(), "{file}");
        let expert = golden.weight_summary().expert(model.config().layers - 1).bytes.unwrap();
        let experts = model.config().experts.unwrap().used as u64 * golden.routed * expert;
        // One layer's experts may be of other types than another's.
        let (read, known) = (model.weight_summary().bytes_a_token(), model.weight_summary().bytes_for_all());
        assert!(read.unwrap() - known.unwrap() == experts || file.contains("q4_k_m"), "{file}");
    }
}

#[test]
fn a_token_leaves_keys_and_values_or_a_latent_vector_and_recurrent_layers_keep_a_state() {
    for (file, number) in [
        ("qwen3.f16", 4),
        ("smollm2.f16", 4),
        ("gemma3.f16", 4),
        ("qwen3moe.q4_0", 2),
        ("qwen3moe-k.q4_k_m", 2),
        ("gptoss.mxfp4", 2),
        ("qwen35moe.f16", 4),
        ("qwen3next.f16", 4),
        ("deepseek2-v2lite.f16", 4),
        ("deepseek2-v2lite-oldlayout.f16", 4),
        ("deepseek2-v3.f16", 4),
    ] {
        let Some(golden) = Golden::open(file) else { return };
        let memory = golden.memory();
        let layers = golden.require("num_hidden_layers");
        // One in four layers of the models that recur attends.
        let attending = if golden.number(&["linear_num_key_heads"]).is_some() { layers / 4 } else { layers };
        let of_a_layer = match golden.number(&["kv_lora_rank"]) {
            Some(rank) => rank + golden.require("qk_rope_head_dim"),
            None => {
                let width_of_a_head = golden.require("hidden_size") / golden.require("num_attention_heads");
                let size = golden.number(&["head_dim"]).unwrap_or(width_of_a_head);
                2 * golden.require("num_key_value_heads") * size
            }
        };
        assert_eq!(memory.cache(1), attending * of_a_layer * number, "{file}");

        let windowed = ["gemma3.f16", "gptoss.mxfp4"].contains(&file);
        assert_eq!(memory.cache(1000) < 1000 * memory.cache(1), windowed, "{file}");

        // A head's values are held by 32, of which these small heads leave half unused.
        let state = golden.number(&["linear_num_key_heads"]).map_or(0, |key_heads| {
            let value_heads = golden.require("linear_num_value_heads");
            let (key, value) =
                (golden.require("linear_key_head_dim"), golden.require("linear_value_head_dim"));
            let inputs =
                (golden.require("linear_conv_kernel_dim") - 1) * (2 * key_heads * key + value_heads * value);
            (layers - attending) * (inputs + value_heads * key * value.next_multiple_of(32)) * 4
        });
        assert_eq!(memory.state(), state, "{file}");
        assert_eq!(Some(memory.weights()), golden.weight_summary().total().bytes, "{file}");
    }
}

#[test]
fn a_tensors_role_is_told_by_its_name() {
    let role = |name| TensorRole::of(name, Some(40)).0;
    assert_eq!(role("token_embd.weight"), TensorRole::Embedding);
    assert_eq!(role("per_layer_token_embd.weight"), TensorRole::LayerEmbedding);
    assert_eq!(role("per_layer_model_proj.weight"), TensorRole::Other);
    assert_eq!(role("output.weight"), TensorRole::Output);
    assert_eq!(role("output_norm.weight"), TensorRole::Other);
    assert_eq!(role("rope_freqs.weight"), TensorRole::Other);
    assert_eq!(role("blk.3.attn_norm.weight"), TensorRole::Other);
    assert_eq!(role("blk.3.attn_q.weight"), TensorRole::Attention);
    assert_eq!(role("blk.3.attn_sinks.weight"), TensorRole::Attention);
    assert_eq!(role("blk.3.ssm_a"), TensorRole::Attention);
    assert_eq!(role("blk.3.shortconv.in_proj.weight"), TensorRole::Attention);
    assert_eq!(role("blk.3.indexer.attn_k.weight"), TensorRole::Attention);
    assert_eq!(role("blk.3.ffn_up.weight"), TensorRole::FeedForward);
    assert_eq!(role("blk.3.ffn_gate_inp.weight"), TensorRole::Router);
    assert_eq!(role("blk.3.exp_probs_b.bias"), TensorRole::Router);
    assert_eq!(role("blk.3.ffn_gate_inp_shexp.weight"), TensorRole::SharedExperts);
    assert_eq!(role("blk.12.ffn_gate_up_exps.weight"), TensorRole::Experts);
    assert_eq!(role("blk.12.ffn_up_exps.bias"), TensorRole::Experts);
    assert_eq!(role("blk.1.ffn_down.7.weight"), TensorRole::Experts);
    assert_eq!(role("blk.40.attn_q.weight"), TensorRole::Draft);
    assert_eq!(TensorRole::of("blk.40.attn_q.weight", None), (TensorRole::Attention, Some(40)));
}

#[test]
fn what_is_not_known_of_experts_and_sizes_stays_unknown() {
    let size = |found: WeightSize| (found.parameters, found.bytes);
    let mut tensors = vec![("token_embd.weight", 100, Some(200)), ("blk.0.attn_q.weight", 10, Some(20))];
    let summed = |tensors: &[(&str, u64, Option<u64>)], experts: Option<ExpertConfig>| {
        let mut summary = WeightSummary::new(None, experts);
        tensors.iter().for_each(|&(name, parameters, bytes)| summary.add(name, parameters, bytes));
        summary
    };
    let summary = summed(&tensors, None);
    assert_eq!((summary.active().unwrap().parameters, summary.bytes_a_token()), (110, Some(220)));
    tensors.push(("output.weight", 100, Some(150)));
    assert_eq!(summed(&tensors, None).bytes_a_token(), Some(170), "a row of the embedding is nothing");
    tensors.push(("blk.0.ffn_up_exps.weight", 40, Some(80)));
    let summary = summed(&tensors, None);
    assert_eq!((summary.active(), summary.bytes_a_token()), (None, None));
    assert_eq!(size(summary.total()), (250, Some(450)));

    let experts = Some(ExpertConfig::new(4, 2));
    let summary = summed(&tensors, experts);
    assert_eq!(summary.active().map(size), Some((230, Some(410))));
    assert_eq!((summary.bytes_a_token(), summary.expert(0).bytes), (Some(210), Some(20)));
    tensors.push(("blk.0.ffn_down_exps.weight", u64::MAX, None));
    let summary = summed(&tensors, experts);
    assert_eq!(size(summary.total()), (u64::MAX, None));
    assert_eq!((summary.bytes_a_token(), summary.bytes_for_all()), (None, Some(170)));
}
