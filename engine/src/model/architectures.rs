//! The table of architectures: a new one that is made of known blocks is an entry here.

use pelicycle_kernels::GateFunction;

use super::architecture::{
    Activation, Architecture, AttentionGate, DefaultScores, DeltaGate, Indexer, KeyHeadMapping, NormKind,
    NormSpan, PictureAttention, QueryKeyNorm, Recurrence, RopePairing, RopeSections, RotaryLayers,
    RoutingScheme, ScoreScale, SharedExpertMode, WindowPattern, WindowRope, YarnLog,
};

/// A period of windows that no layer ends.
const EVERY_LAYER: usize = usize::MAX;

/// The options of an entry that says nothing else.
const PLAIN: Architecture = Architecture {
    name: "",
    rope: RopePairing::HalfSplit,
    rounded_yarn: true,
    rope_sections: None,
    pictures: PictureAttention::Causal,
    yarn_log: YarnLog::Scores,
    turning: RotaryLayers::Always,
    query_temperature: false,
    query_key_norm: None,
    rope_divisors: false,
    windows: None,
    sinks: false,
    score_scale: ScoreScale::KeySize,
    normed_values: false,
    attention_gate: None,
    recurrence: None,
    one_block_a_layer: false,
    latent: false,
    indexer: None,
    hyper_connections: false,
    ngrams: false,
    biases: &[],
    embedding_by_root_of_width: false,
    usual_logit_cap: None,
    divided_logits: false,
    norm: NormKind::RootMeanSquare,
    mixer_norm: true,
    feed_forward_norm: Some("ffn_norm"),
    answer_norms: false,
    activation: Activation::Gated(GateFunction::Silu),
    layer_inputs: false,
    dense_beside_experts: false,
    routing: RoutingScheme::Renormalized,
    shared_expert: SharedExpertMode::Added,
};

/// Three layers of gated DeltaNet to one of gated attention.
const QWEN35: Architecture = Architecture {
    query_key_norm: QueryKeyNorm::HEAD,
    attention_gate: Some(AttentionGate::WithQueries),
    recurrence: Some(Recurrence::DeltaNet(KeyHeadMapping::Cyclic, DeltaGate::Silu)),
    feed_forward_norm: Some("post_attention_norm"),
    ..PLAIN
};

/// Qwen3 with places in three axes.
const QWEN3VL: Architecture = Architecture {
    query_key_norm: QueryKeyNorm::HEAD,
    rope_sections: Some(RopeSections::Interleaved),
    ..PLAIN
};

/// Llama's blocks, with factors that the file has.
const GRANITE: Architecture = Architecture {
    rope: RopePairing::Interleaved,
    turning: RotaryLayers::UnlessDenied,
    divided_logits: true,
    ..PLAIN
};

/// One block a layer: Mamba-2, attention, or feed-forward.
const NEMOTRON: Architecture = Architecture {
    recurrence: Some(Recurrence::Mamba2),
    one_block_a_layer: true,
    turning: RotaryLayers::Never,
    activation: Activation::SquaredRelu,
    ..PLAIN
};

/// Sigmoid scores, divided by their sum, as DeepSeek-V3 has them, in files that do not say so.
const SIGMOIDS: RoutingScheme = RoutingScheme::Described(DefaultScores::Sigmoid, true);

/// Hunyuan's norms of queries and keys.
const NORMED_AFTER_TURNING: Option<QueryKeyNorm> =
    Some(QueryKeyNorm { span: NormSpan::Head, after_turning: true, optional: false });

/// All layers or none.
const ALL_OR_NONE: Option<WindowPattern> =
    Some(WindowPattern { period: EVERY_LAYER, rope: WindowRope::Same, optional: true });

pub(super) const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "afmoe",
        query_key_norm: QueryKeyNorm::HEAD,
        windows: Some(WindowPattern { period: 4, rope: WindowRope::Same, optional: false }),
        turning: RotaryLayers::AllButEvery(4),
        attention_gate: Some(AttentionGate::Apart),
        embedding_by_root_of_width: true,
        answer_norms: true,
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture {
        name: "arcee",
        rope: RopePairing::Interleaved,
        activation: Activation::SquaredRelu,
        ..PLAIN
    },
    Architecture { name: "bailingmoe2", query_key_norm: QueryKeyNorm::HEAD, routing: SIGMOIDS, ..PLAIN },
    Architecture {
        name: "deepseek2",
        rope: RopePairing::Interleaved,
        latent: true,
        routing: RoutingScheme::Described(DefaultScores::ByCorrection, false),
        ..PLAIN
    },
    Architecture {
        name: "deepseek32",
        rope: RopePairing::Interleaved,
        latent: true,
        indexer: Some(Indexer::Positions(RopePairing::HalfSplit)),
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture { name: "dots1", query_key_norm: QueryKeyNorm::HEAD, routing: SIGMOIDS, ..PLAIN },
    Architecture { name: "ernie4_5", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture {
        name: "ernie4_5-moe",
        rope: RopePairing::Interleaved,
        routing: RoutingScheme::Described(DefaultScores::Softmax, true),
        ..PLAIN
    },
    // Those of its models that have windows turn no heads in the other layers; their window is refused.
    Architecture {
        name: "exaone4",
        query_key_norm: QueryKeyNorm::HEAD,
        mixer_norm: false,
        feed_forward_norm: None,
        answer_norms: true,
        ..PLAIN
    },
    Architecture {
        name: "gemma3",
        pictures: PictureAttention::BothWays,
        query_key_norm: QueryKeyNorm::HEAD,
        windows: Some(WindowPattern { period: 6, rope: WindowRope::Base(10_000.0), optional: false }),
        score_scale: ScoreScale::WidthAt(62),
        embedding_by_root_of_width: true,
        answer_norms: true,
        activation: Activation::Gated(GateFunction::Gelu),
        ..PLAIN
    },
    Architecture {
        name: "gemma4",
        pictures: PictureAttention::BothWaysInWindows,
        query_key_norm: QueryKeyNorm::HEAD,
        windows: Some(WindowPattern { period: 6, rope: WindowRope::Base(10_000.0), optional: false }),
        rope_divisors: true,
        score_scale: ScoreScale::One,
        normed_values: true,
        embedding_by_root_of_width: true,
        // Every released model has it, and its other implementations take it where the file is silent.
        usual_logit_cap: Some(30.0),
        answer_norms: true,
        activation: Activation::Gated(GateFunction::Gelu),
        layer_inputs: true,
        dense_beside_experts: true,
        ..PLAIN
    },
    Architecture {
        name: "glm-dsa",
        rope: RopePairing::Interleaved,
        latent: true,
        indexer: Some(Indexer::Positions(RopePairing::Interleaved)),
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture { name: "glm4", rope: RopePairing::Interleaved, answer_norms: true, ..PLAIN },
    Architecture {
        name: "glm4moe",
        query_key_norm: Some(QueryKeyNorm { span: NormSpan::Head, after_turning: false, optional: true }),
        feed_forward_norm: Some("post_attention_norm"),
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture {
        name: "gpt-oss",
        rounded_yarn: false,
        windows: Some(WindowPattern { period: 2, rope: WindowRope::Same, optional: false }),
        sinks: true,
        biases: &[
            "attn_q",
            "attn_k",
            "attn_v",
            "attn_output",
            "ffn_gate_inp",
            "ffn_gate_exps",
            "ffn_up_exps",
            "ffn_down_exps",
        ],
        feed_forward_norm: Some("post_attention_norm"),
        activation: Activation::Gated(GateFunction::Clamped),
        ..PLAIN
    },
    Architecture { name: "granite", ..GRANITE },
    Architecture { name: "granitehybrid", recurrence: Some(Recurrence::Mamba2), ..GRANITE },
    Architecture { name: "granitemoe", ..GRANITE },
    Architecture { name: "hunyuan-dense", query_key_norm: NORMED_AFTER_TURNING, ..PLAIN },
    Architecture { name: "hunyuan-moe", query_key_norm: NORMED_AFTER_TURNING, ..PLAIN },
    Architecture { name: "internlm2", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture {
        name: "kimi-linear",
        recurrence: Some(Recurrence::KimiDelta),
        turning: RotaryLayers::Never,
        latent: true,
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture {
        name: "lfm2",
        query_key_norm: QueryKeyNorm::HEAD,
        windows: ALL_OR_NONE,
        recurrence: Some(Recurrence::ShortConvolution),
        ..PLAIN
    },
    Architecture {
        name: "lfm2moe",
        query_key_norm: QueryKeyNorm::HEAD,
        recurrence: Some(Recurrence::ShortConvolution),
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture { name: "llama", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture { name: "minimax-m2", query_key_norm: QueryKeyNorm::ALL_HEADS, routing: SIGMOIDS, ..PLAIN },
    Architecture {
        name: "mistral3",
        rope: RopePairing::Interleaved,
        yarn_log: YarnLog::Turned,
        query_temperature: true,
        ..PLAIN
    },
    Architecture {
        name: "mistral4",
        rope: RopePairing::Interleaved,
        latent: true,
        query_temperature: true,
        routing: RoutingScheme::Described(DefaultScores::Softmax, true),
        ..PLAIN
    },
    Architecture { name: "nemotron_h", ..NEMOTRON },
    Architecture { name: "nemotron_h_moe", routing: SIGMOIDS, ..NEMOTRON },
    Architecture {
        name: "olmo2",
        query_key_norm: QueryKeyNorm::ALL_HEADS,
        windows: Some(WindowPattern { period: 4, rope: WindowRope::Unscaled, optional: true }),
        mixer_norm: false,
        feed_forward_norm: None,
        answer_norms: true,
        ..PLAIN
    },
    Architecture {
        name: "olmoe",
        query_key_norm: QueryKeyNorm::ALL_HEADS,
        routing: RoutingScheme::Probabilities,
        ..PLAIN
    },
    Architecture { name: "phi3", windows: ALL_OR_NONE, ..PLAIN },
    Architecture {
        name: "phimoe",
        windows: ALL_OR_NONE,
        biases: &["attn_q", "attn_k", "attn_v", "attn_output"],
        norm: NormKind::Centered,
        routing: RoutingScheme::SparseMixer,
        ..PLAIN
    },
    Architecture { name: "qwen2", ..PLAIN },
    Architecture {
        name: "qwen2moe",
        routing: RoutingScheme::Probabilities,
        shared_expert: SharedExpertMode::Gated,
        ..PLAIN
    },
    Architecture { name: "qwen3", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
    Architecture { name: "qwen35", rope_sections: Some(RopeSections::Interleaved), ..QWEN35 },
    Architecture {
        name: "qwen35moe",
        rope_sections: Some(RopeSections::Interleaved),
        shared_expert: SharedExpertMode::Gated,
        ..QWEN35
    },
    Architecture { name: "qwen2vl", rope_sections: Some(RopeSections::Contiguous), ..PLAIN },
    Architecture { name: "qwen3moe", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
    Architecture { name: "qwen3vl", ..QWEN3VL },
    Architecture { name: "qwen3vlmoe", ..QWEN3VL },
    Architecture {
        name: "qwen3next",
        recurrence: Some(Recurrence::DeltaNet(KeyHeadMapping::Grouped, DeltaGate::Silu)),
        shared_expert: SharedExpertMode::Gated,
        ..QWEN35
    },
    Architecture {
        name: "qwen4exp",
        recurrence: Some(Recurrence::DeltaNet(KeyHeadMapping::Cyclic, DeltaGate::Sigmoid)),
        indexer: Some(Indexer::Runs),
        hyper_connections: true,
        ngrams: true,
        shared_expert: SharedExpertMode::Gated,
        ..QWEN35
    },
    Architecture { name: "seed_oss", feed_forward_norm: Some("post_attention_norm"), ..PLAIN },
    Architecture {
        name: "smollm3",
        rope: RopePairing::Interleaved,
        turning: RotaryLayers::AllButEvery(4),
        ..PLAIN
    },
];

impl Architecture {
    pub(crate) fn named(name: &str) -> Option<&'static Architecture> {
        ARCHITECTURES.iter().find(|a| a.name == name)
    }
}

/// The names of all architectures, for a message.
pub(crate) fn supported() -> String {
    ARCHITECTURES.iter().map(|a| a.name).collect::<Vec<_>>().join(", ")
}
