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
    /// Over which of their numbers queries and keys are normed before they turn, if at all.
    pub(crate) query_key_norm: Option<NormSpan>,
    /// Layers that attend to the last tokens alone.
    pub(crate) windows: Option<WindowPattern>,
    /// Whether a learned score for each head stands beside those of the tokens in the softmax.
    pub(crate) sinks: bool,
    /// The number of layers of the one size whose scores are scaled by 1/sqrt(width / heads).
    pub(crate) scores_by_width_at: Option<usize>,
    /// Whether a head's queries come with a gate for its answer.
    pub(crate) gated_attention: bool,
    /// The assignment of key heads to value heads, where some layers are gated DeltaNet.
    pub(crate) delta_net: Option<KeyHeadMapping>,
    /// Whether attention is over latent vectors.
    pub(crate) latent: bool,
    /// Matrices that have a bias. Others have one too where the file does.
    pub(crate) biases: &'static [&'static str],
    /// Whether embeddings are multiplied with the square root of the width.
    pub(crate) embedding_by_root_of_width: bool,
    /// The name of the norm before the feed-forward block.
    pub(crate) feed_forward_norm: &'static str,
    /// Whether what the blocks answer is normed before it is added.
    pub(crate) answer_norms: bool,
    /// The function by which gated blocks join their two inner products.
    pub(crate) gate: GateFunction,
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

/// The numbers that a norm of queries or keys takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormSpan {
    /// Those of a head; all heads have the same weights.
    Head,
    /// Those of all heads.
    AllHeads,
}

/// Layers that attend to the last tokens alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowPattern {
    /// The last of every so many layers attends to all tokens.
    pub(crate) period: usize,
    /// θ of the rotary embedding in layers with a window, where it is another and the file does not say.
    pub(crate) rope_base: Option<f32>,
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
    /// As the file's metadata say.
    Described,
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
    query_key_norm: None,
    windows: None,
    sinks: false,
    scores_by_width_at: None,
    gated_attention: false,
    delta_net: None,
    latent: false,
    biases: &[],
    embedding_by_root_of_width: false,
    feed_forward_norm: "ffn_norm",
    answer_norms: false,
    gate: GateFunction::Silu,
    routing: RoutingScheme::Renormalized,
    shared_expert: SharedExpertMode::Added,
};

/// Three layers of gated DeltaNet to one of gated attention.
const QWEN35: Architecture = Architecture {
    query_key_norm: Some(NormSpan::Head),
    gated_attention: true,
    delta_net: Some(KeyHeadMapping::Cyclic),
    feed_forward_norm: "post_attention_norm",
    ..PLAIN
};

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "deepseek2",
        rope: RopePairing::Interleaved,
        latent: true,
        routing: RoutingScheme::Described,
        ..PLAIN
    },
    Architecture {
        name: "gemma3",
        query_key_norm: Some(NormSpan::Head),
        windows: Some(WindowPattern { period: 6, rope_base: Some(10_000.0) }),
        scores_by_width_at: Some(62),
        embedding_by_root_of_width: true,
        answer_norms: true,
        gate: GateFunction::Gelu,
        ..PLAIN
    },
    Architecture {
        name: "gpt-oss",
        rounded_yarn: false,
        windows: Some(WindowPattern { period: 2, rope_base: None }),
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
        feed_forward_norm: "post_attention_norm",
        gate: GateFunction::Clamped,
        ..PLAIN
    },
    Architecture { name: "granitemoe", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture { name: "llama", rope: RopePairing::Interleaved, ..PLAIN },
    Architecture {
        name: "olmoe",
        query_key_norm: Some(NormSpan::AllHeads),
        routing: RoutingScheme::Probabilities,
        ..PLAIN
    },
    Architecture { name: "qwen2", biases: &["attn_q", "attn_k", "attn_v"], ..PLAIN },
    Architecture {
        name: "qwen2moe",
        biases: &["attn_q", "attn_k", "attn_v"],
        routing: RoutingScheme::Probabilities,
        shared_expert: SharedExpertMode::Gated,
        ..PLAIN
    },
    Architecture { name: "qwen3", query_key_norm: Some(NormSpan::Head), ..PLAIN },
    Architecture { name: "qwen35", ..QWEN35 },
    Architecture { name: "qwen35moe", shared_expert: SharedExpertMode::Gated, ..QWEN35 },
    Architecture { name: "qwen3moe", query_key_norm: Some(NormSpan::Head), ..PLAIN },
    Architecture {
        name: "qwen3next",
        delta_net: Some(KeyHeadMapping::Grouped),
        shared_expert: SharedExpertMode::Gated,
        ..QWEN35
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
