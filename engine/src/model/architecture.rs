//! What sets one architecture apart from another, as data.

use crate::kernel::Gate;

/// Which blocks a model is built of, with which options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    /// `general.architecture` in the file, and the prefix of its metadata keys.
    pub(crate) name: &'static str,
    /// Which numbers of a head turn together.
    pub(crate) rope: Pairs,
    /// Whether YaRN's borders are rounded to whole pairs.
    pub(crate) rounded_yarn: bool,
    /// Over which of their numbers queries and keys are normed before they turn, if at all.
    pub(crate) query_key_norm: Option<NormSpan>,
    /// Layers that attend to the last tokens alone.
    pub(crate) windows: Option<Windows>,
    /// Whether a learned score for each head stands beside those of the tokens in the softmax.
    pub(crate) sinks: bool,
    /// The number of layers of the one size whose scores are scaled by 1/sqrt(width / heads).
    pub(crate) scores_by_width_at: Option<usize>,
    /// Whether a head's queries come with a gate for its answer.
    pub(crate) gated_attention: bool,
    /// Where some layers are gated DeltaNet: which key head serves which value head.
    pub(crate) delta_net: Option<KeyHeads>,
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
    /// How gated blocks join their two inner products.
    pub(crate) gate: Gate,
    /// How a token's experts are chosen, in the layers that have any.
    pub(crate) routes: Routes,
    /// The expert that every token takes, in the layers that have any.
    pub(crate) shared_expert: Shared,
}

/// Which two numbers of a head turn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// i and i + half of the size.
    HalfSplit,
    /// 2i and 2i + 1.
    Interleaved,
}

/// Which numbers a norm of queries or keys takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormSpan {
    /// Those of a head; all heads have the same weights.
    Head,
    /// Those of all heads.
    AllHeads,
}

/// Layers that attend to the last tokens alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    /// The last of every so many layers attends to all tokens.
    pub(crate) period: usize,
    /// θ of the rotary embedding in layers with a window, where it is another and the file does not say.
    pub(crate) rope_base: Option<f32>,
}

/// Which key head serves a value head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHeads {
    /// Value head j has key head j mod the number of key heads.
    Cyclic,
    /// As many value heads as there are to a key head, one after another.
    Grouped,
}

/// What an architecture says of its routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routes {
    /// By softmax, weighed by the chosen probabilities divided by their sum: the same as a softmax of the chosen
    /// logits.
    Renormalized,
    /// By softmax, weighed by the probabilities as they are.
    Probabilities,
    /// As the file's metadata say.
    Described,
}

/// How a shared expert's answer joins the others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// As it is, in a file that has a shared expert.
    Added,
    /// Times the sigmoid of a product with the token; the file must have one.
    Gated,
}

/// What an entry that says nothing else has.
const PLAIN: Architecture = Architecture {
    name: "",
    rope: Pairs::HalfSplit,
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
    gate: Gate::Silu,
    routes: Routes::Renormalized,
    shared_expert: Shared::Added,
};

/// Three layers of gated DeltaNet to one of gated attention.
const QWEN35: Architecture = Architecture {
    query_key_norm: Some(NormSpan::Head),
    gated_attention: true,
    delta_net: Some(KeyHeads::Cyclic),
    feed_forward_norm: "post_attention_norm",
    ..PLAIN
};

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "deepseek2",
        rope: Pairs::Interleaved,
        latent: true,
        routes: Routes::Described,
        ..PLAIN
    },
    Architecture {
        name: "gemma3",
        query_key_norm: Some(NormSpan::Head),
        windows: Some(Windows { period: 6, rope_base: Some(10_000.0) }),
        scores_by_width_at: Some(62),
        embedding_by_root_of_width: true,
        answer_norms: true,
        gate: Gate::Gelu,
        ..PLAIN
    },
    Architecture {
        name: "gpt-oss",
        rounded_yarn: false,
        windows: Some(Windows { period: 2, rope_base: None }),
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
        gate: Gate::Clamped,
        ..PLAIN
    },
    Architecture { name: "granitemoe", rope: Pairs::Interleaved, ..PLAIN },
    Architecture { name: "llama", rope: Pairs::Interleaved, ..PLAIN },
    Architecture {
        name: "olmoe",
        query_key_norm: Some(NormSpan::AllHeads),
        routes: Routes::Probabilities,
        ..PLAIN
    },
    Architecture { name: "qwen2", biases: &["attn_q", "attn_k", "attn_v"], ..PLAIN },
    Architecture {
        name: "qwen2moe",
        biases: &["attn_q", "attn_k", "attn_v"],
        routes: Routes::Probabilities,
        shared_expert: Shared::Gated,
        ..PLAIN
    },
    Architecture { name: "qwen3", query_key_norm: Some(NormSpan::Head), ..PLAIN },
    Architecture { name: "qwen35", ..QWEN35 },
    Architecture { name: "qwen35moe", shared_expert: Shared::Gated, ..QWEN35 },
    Architecture { name: "qwen3moe", query_key_norm: Some(NormSpan::Head), ..PLAIN },
    Architecture {
        name: "qwen3next",
        delta_net: Some(KeyHeads::Grouped),
        shared_expert: Shared::Gated,
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
