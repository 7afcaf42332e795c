//! The architectures, as data: what sets one apart from another.

use pelicycle_kernels::GateFunction;

/// The blocks that a model is built of, and their options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    /// `general.architecture` in the file, and the prefix of its metadata keys.
    pub(crate) name: &'static str,
    /// The numbers of a head that turn together.
    pub(crate) rope: RopePairing,
    /// Whether YaRN's borders are rounded to whole pairs.
    pub(crate) rounded_yarn: bool,
    /// How the logarithm that a file gives for YaRN corrects attention.
    pub(crate) yarn_log: YarnLog,
    /// The last of every so many layers does not turn its heads.
    pub(crate) unturned_period: Option<usize>,
    /// Whether queries grow with their position, by the file's `attention.temperature_scale`.
    pub(crate) query_temperature: bool,
    /// The norms of queries and keys, if any.
    pub(crate) query_key_norm: Option<QueryKeyNorm>,
    /// Layers that attend to the last tokens alone.
    pub(crate) windows: Option<WindowPattern>,
    /// Whether a learned score for each head stands beside those of the tokens in the softmax.
    pub(crate) sinks: bool,
    /// The factor of attention's scores, where the file does not say.
    pub(crate) score_scale: ScoreScale,
    /// Whether values are normed in each head, without weights; a layer without a matrix for values takes its keys.
    pub(crate) normed_values: bool,
    /// The gates of attention's answers, if any.
    pub(crate) attention_gate: Option<AttentionGate>,
    /// The block in the place of attention, in the layers that recur.
    pub(crate) recurrence: Option<Recurrence>,
    /// Whether a layer has either a token mixer or a feed-forward block.
    pub(crate) one_block_a_layer: bool,
    /// Whether attention is over latent vectors.
    pub(crate) latent: bool,
    /// How attention chooses the positions that a token sees, where it sees only some.
    pub(crate) indexer: Option<Indexer>,
    /// Whether the stream of a token is several, joined by hyper-connections.
    pub(crate) hyper_connections: bool,
    /// Whether n-grams of tokens have embeddings.
    pub(crate) ngrams: bool,
    /// Matrices that have a bias. Others have one too where the file does.
    pub(crate) biases: &'static [&'static str],
    /// Whether embeddings are multiplied with the square root of the width.
    pub(crate) embedding_by_root_of_width: bool,
    pub(crate) norm: NormKind,
    /// Whether there is a norm before the token mixer, and the name of that before the feed-forward block.
    pub(crate) mixer_norm: bool,
    pub(crate) feed_forward_norm: Option<&'static str>,
    /// Whether what the blocks answer is normed before it is added.
    pub(crate) answer_norms: bool,
    /// What lies between the matrices of feed-forward blocks.
    pub(crate) activation: Activation,
    /// Whether every token has an input of its own to each layer, in models that say how long it is.
    pub(crate) layer_inputs: bool,
    /// Whether layers with experts have a dense block beside them.
    pub(crate) dense_beside_experts: bool,
    /// The routing of tokens to experts, in the layers that have any.
    pub(crate) routing: RoutingScheme,
    /// The expert that every token takes, in the layers that have any.
    pub(crate) shared_expert: SharedExpertMode,
}

/// The two numbers of a head that turn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RopePairing {
    /// i and i + half of the size.
    HalfSplit,
    /// 2i and 2i + 1.
    Interleaved,
}

/// The factor of attention's scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScoreScale {
    /// 1/sqrt(numbers of a key).
    KeySize,
    /// 1/sqrt(width / heads) in models of so many layers, and by the size of a key in others.
    WidthAt(usize),
    /// None.
    One,
}

/// How the logarithm that a file gives for YaRN corrects attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum YarnLog {
    /// The scores are multiplied by (1 + m · ln s)².
    Scores,
    /// What turns is multiplied by (1 + 0.1 · ln s) / (1 + 0.1 · m · ln s).
    Turned,
}

/// The norms of queries and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueryKeyNorm {
    pub(crate) span: NormSpan,
    /// They come after the turning, not before it.
    pub(crate) after_turning: bool,
    /// Not all models of the architecture have them.
    pub(crate) optional: bool,
}

impl QueryKeyNorm {
    const HEAD: Option<QueryKeyNorm> =
        Some(QueryKeyNorm { span: NormSpan::Head, after_turning: false, optional: false });
    const ALL_HEADS: Option<QueryKeyNorm> =
        Some(QueryKeyNorm { span: NormSpan::AllHeads, after_turning: false, optional: false });
}

/// The gates of attention's answers, which are sigmoids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttentionGate {
    /// Each head's follows its query in one matrix.
    WithQueries,
    /// A matrix of their own, `attn_gate`.
    Apart,
}

/// The numbers that a norm of queries or keys takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormSpan {
    /// Those of a head; all heads have the same weights.
    Head,
    /// Those of all heads.
    AllHeads,
}

/// What lies between the matrices of feed-forward blocks and experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// Two inner products, joined by this function.
    Gated(GateFunction),
    /// One inner product: the square of what is positive of it.
    SquaredRelu,
}

/// Layers that attend to the last tokens alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowPattern {
    /// The last of every so many layers attends to all tokens.
    pub(crate) period: usize,
    /// How these layers turn their heads.
    pub(crate) rope: WindowRope,
    /// Not all models of the architecture have such layers.
    pub(crate) optional: bool,
}

/// A period of windows that no layer ends.
const EVERY_LAYER: usize = usize::MAX;

/// How layers with a window turn their heads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum WindowRope {
    /// As others do.
    Same,
    /// By the same θ, and not scaled.
    Unscaled,
    /// By this θ, where the file does not say, and not scaled.
    Base(f32),
}

/// The norms before blocks and at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormKind {
    /// By the root of the mean square.
    RootMeanSquare,
    /// By the mean and the variance, with a bias.
    Centered,
}

/// The block in the place of attention, in layers that recur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recurrence {
    /// Gated DeltaNet, with this assignment of key heads to value heads.
    DeltaNet(KeyHeadMapping, DeltaGate),
    KimiDelta,
    Mamba2,
    ShortConvolution,
}

/// The function of DeltaNet's gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeltaGate {
    Silu,
    Sigmoid,
}

/// How attention chooses the positions that a token sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indexer {
    /// One by one; the numbers of its heads turn together so.
    Positions(RopePairing),
    /// In runs, in the layers for which the file says how long those are.
    Runs,
}

/// The assignment of key heads to value heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHeadMapping {
    /// Value head j has key head j mod the number of key heads.
    Cyclic,
    /// As many value heads as there are to a key head, one after another.
    Grouped,
}

/// The routing of an architecture: how scores become weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoutingScheme {
    /// By softmax, weighed by the chosen probabilities divided by their sum: the same as a softmax of the chosen
    /// logits.
    Renormalized,
    /// By softmax, weighed by the probabilities as they are.
    Probabilities,
    /// Two experts, one after another, each weighed by a softmax over those that are nearly as good.
    SparseMixer,
    /// As the file's metadata say; where they are silent, by these scores, which are divided by their sum or not.
    Described(DefaultScores, bool),
}

/// The scores of experts where a file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultScores {
    Softmax,
    Sigmoid,
    /// Sigmoids where there is a correction, which only models with them have, else a softmax.
    ByCorrection,
}

/// The way in which a shared expert's answer joins the others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SharedExpertMode {
    /// As it is, in a file that has a shared expert.
    Added,
    /// Times the sigmoid of a product with the token; the file must have one.
    Gated,
}

/// The options of an entry that says nothing else.
const PLAIN: Architecture = Architecture {
    name: "",
    rope: RopePairing::HalfSplit,
    rounded_yarn: true,
    yarn_log: YarnLog::Scores,
    unturned_period: None,
    query_temperature: false,
    query_key_norm: None,
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

/// One block a layer: Mamba-2, attention, or feed-forward.
const NEMOTRON: Architecture = Architecture {
    recurrence: Some(Recurrence::Mamba2),
    one_block_a_layer: true,
    unturned_period: EVERY_LAYER_UNTURNED,
    activation: Activation::SquaredRelu,
    ..PLAIN
};

/// Attention without positions.
const EVERY_LAYER_UNTURNED: Option<usize> = Some(1);

/// Sigmoid scores, divided by their sum, as DeepSeek-V3 has them, in files that do not say so.
const SIGMOIDS: RoutingScheme = RoutingScheme::Described(DefaultScores::Sigmoid, true);

/// All layers or none.
const PHI_WINDOWS: Option<WindowPattern> =
    Some(WindowPattern { period: EVERY_LAYER, rope: WindowRope::Same, optional: true });

/// Qwen2's biases.
const OF_QUERIES_KEYS_VALUES: &[&str] = &["attn_q", "attn_k", "attn_v"];

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "afmoe",
        query_key_norm: QueryKeyNorm::HEAD,
        windows: Some(WindowPattern { period: 4, rope: WindowRope::Same, optional: false }),
        unturned_period: Some(4),
        attention_gate: Some(AttentionGate::Apart),
        embedding_by_root_of_width: true,
        answer_norms: true,
        routing: SIGMOIDS,
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
    Architecture {
        name: "ernie4_5-moe",
        rope: RopePairing::Interleaved,
        routing: RoutingScheme::Described(DefaultScores::Softmax, true),
        ..PLAIN
    },
    Architecture {
        name: "gemma3",
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
        query_key_norm: QueryKeyNorm::HEAD,
        windows: Some(WindowPattern { period: 6, rope: WindowRope::Base(10_000.0), optional: false }),
        score_scale: ScoreScale::One,
        normed_values: true,
        embedding_by_root_of_width: true,
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
    Architecture {
        name: "glm4moe",
        query_key_norm: Some(QueryKeyNorm { span: NormSpan::Head, after_turning: false, optional: true }),
        biases: OF_QUERIES_KEYS_VALUES,
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
    Architecture { name: "granite", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture {
        name: "granitehybrid",
        recurrence: Some(Recurrence::Mamba2),
        unturned_period: EVERY_LAYER_UNTURNED,
        ..PLAIN
    },
    Architecture { name: "granitemoe", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture {
        name: "hunyuan-moe",
        query_key_norm: Some(QueryKeyNorm { span: NormSpan::Head, after_turning: true, optional: false }),
        ..PLAIN
    },
    Architecture {
        name: "kimi-linear",
        recurrence: Some(Recurrence::KimiDelta),
        unturned_period: EVERY_LAYER_UNTURNED,
        latent: true,
        routing: SIGMOIDS,
        ..PLAIN
    },
    Architecture {
        name: "lfm2",
        query_key_norm: QueryKeyNorm::HEAD,
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
    Architecture { name: "phi3", windows: PHI_WINDOWS, ..PLAIN },
    Architecture {
        name: "phimoe",
        windows: PHI_WINDOWS,
        biases: &["attn_q", "attn_k", "attn_v", "attn_output"],
        norm: NormKind::Centered,
        routing: RoutingScheme::SparseMixer,
        ..PLAIN
    },
    Architecture { name: "qwen2", biases: OF_QUERIES_KEYS_VALUES, ..PLAIN },
    Architecture {
        name: "qwen2moe",
        biases: OF_QUERIES_KEYS_VALUES,
        routing: RoutingScheme::Probabilities,
        shared_expert: SharedExpertMode::Gated,
        ..PLAIN
    },
    Architecture { name: "qwen3", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
    Architecture { name: "qwen35", ..QWEN35 },
    Architecture { name: "qwen35moe", shared_expert: SharedExpertMode::Gated, ..QWEN35 },
    Architecture { name: "qwen2vl", biases: OF_QUERIES_KEYS_VALUES, ..PLAIN },
    Architecture { name: "qwen3moe", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
    Architecture { name: "qwen3vl", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
    Architecture { name: "qwen3vlmoe", query_key_norm: QueryKeyNorm::HEAD, ..PLAIN },
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
    Architecture {
        name: "seed_oss",
        biases: OF_QUERIES_KEYS_VALUES,
        feed_forward_norm: Some("post_attention_norm"),
        ..PLAIN
    },
    Architecture { name: "smollm3", rope: RopePairing::Interleaved, unturned_period: Some(4), ..PLAIN },
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
