//! What sets one architecture apart from another, as data.

use super::rope::Pairs;

/// Which blocks a model is built of, with which options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    /// `general.architecture` in the file, and the prefix of its metadata keys.
    pub(crate) name: &'static str,
    /// Which numbers of a head turn together.
    pub(crate) rope: Pairs,
    /// Over which of their numbers queries and keys are normed before they turn, if at all.
    pub(crate) query_key_norm: Option<NormSpan>,
    /// Matrices that have a bias. Others have one too where the file does.
    pub(crate) biases: &'static [&'static str],
    /// How a token's experts are chosen, in the layers that have any.
    pub(crate) routing: Routing,
    /// The expert that every token takes, in the layers that have any.
    pub(crate) shared_expert: Shared,
}

/// Which numbers a norm of queries or keys takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormSpan {
    /// Those of a head; all heads have the same weights.
    Head,
}

/// How the router's logits become chosen experts and their weights. All kinds take the best of a softmax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routing {
    /// The chosen probabilities divided by their sum.
    Renormalized,
    /// The chosen probabilities as they are.
    Probabilities,
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
    query_key_norm: None,
    biases: &[],
    routing: Routing::Renormalized,
    shared_expert: Shared::Added,
};

const ARCHITECTURES: &[Architecture] = &[
    Architecture { name: "llama", rope: Pairs::Interleaved, ..PLAIN },
    Architecture { name: "qwen2", biases: &["attn_q", "attn_k", "attn_v"], ..PLAIN },
    Architecture {
        name: "qwen2moe",
        biases: &["attn_q", "attn_k", "attn_v"],
        routing: Routing::Probabilities,
        shared_expert: Shared::Gated,
        ..PLAIN
    },
    Architecture { name: "qwen3", query_key_norm: Some(NormSpan::Head), ..PLAIN },
    Architecture { name: "qwen3moe", query_key_norm: Some(NormSpan::Head), ..PLAIN },
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
