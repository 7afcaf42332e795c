//! What sets one architecture apart from another, as data.

use super::rope::Pairs;

/// Which blocks a model is built of, with which options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Architecture {
    /// `general.architecture` in the file, and the prefix of its metadata keys.
    pub(crate) name: &'static str,
    /// Which numbers of a head turn together.
    pub(crate) rope: Pairs,
    /// Whether queries and keys are normed before they turn.
    pub(crate) query_key_norm: bool,
    /// How a token's experts are chosen, in the layers that have any.
    pub(crate) routing: Routing,
}

/// How the router's logits become chosen experts and their weights. All kinds take the best of a softmax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routing {
    /// The chosen probabilities divided by their sum.
    Renormalized,
}

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "llama",
        rope: Pairs::Interleaved,
        query_key_norm: false,
        routing: Routing::Renormalized,
    },
    Architecture {
        name: "qwen3",
        rope: Pairs::HalfSplit,
        query_key_norm: true,
        routing: Routing::Renormalized,
    },
    Architecture {
        name: "qwen3moe",
        rope: Pairs::HalfSplit,
        query_key_norm: true,
        routing: Routing::Renormalized,
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
