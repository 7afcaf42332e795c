//! The shapes of released models, and how one is changed.

use pelicycle_engine::gguf::MetadataValue;

use crate::projector::{EyeKind, Eyes};

/// The shape of a model: all that sets its tensors and metadata apart from another's.
#[derive(Debug, Clone)]
pub(crate) struct ModelShape {
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) layers: u64,
    pub(crate) width: u64,
    pub(crate) vocabulary: u64,
    pub(crate) context: u64,
    pub(crate) attention: AttentionShape,
    /// The layers between full attentions, where there are any.
    pub(crate) delta: Option<Delta>,
    /// Inner width of dense feed-forward blocks.
    pub(crate) feed_forward: u64,
    /// Layers at the front without experts.
    pub(crate) leading_dense: u64,
    pub(crate) experts: Option<Experts>,
    /// Whether the embedding serves as output.
    pub(crate) tied: bool,
    /// Whether a norm stands behind attention and feed-forward too.
    pub(crate) norms_behind: bool,
    pub(crate) rope_base: f32,
    pub(crate) rope_size: u64,
    /// `tokenizer.ggml.pre`.
    pub(crate) pre: &'static str,
    /// The projector that it sees with.
    pub(crate) eyes: Option<Eyes>,
    /// Metadata that no other field has, without the architecture's prefix.
    pub(crate) extra: &'static [(&'static str, MetadataValue)],
}

#[derive(Debug, Clone)]
pub(crate) enum AttentionShape {
    Grouped { heads: u64, kv_heads: u64, size: u64, norm: NormShape, biases: Biases, gate: bool, sinks: bool },
    Latent { heads: u64, plain: u64, value: u64, compressed: u64, compressed_query: Option<u64> },
}

/// The norms of queries and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NormShape {
    None,
    Head,
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Biases {
    None,
    QueryKeyValue,
    /// Of the output, the router and the experts as well.
    All,
}

/// Gated DeltaNet layers, all but every fourth.
#[derive(Debug, Clone)]
pub(crate) struct Delta {
    pub(crate) key_heads: u64,
    pub(crate) value_heads: u64,
    pub(crate) size: u64,
    /// Whether the two gates' weights are one tensor.
    pub(crate) fused_gates: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Experts {
    pub(crate) count: u64,
    pub(crate) used: u64,
    pub(crate) width: u64,
    /// Inner width of the shared expert, 0 for none.
    pub(crate) shared: u64,
    pub(crate) shared_gate: bool,
    /// Whether the choice has a bias of its own.
    pub(crate) choice_bias: bool,
}

const fn grouped(heads: u64, kv_heads: u64, size: u64, norm: NormShape) -> AttentionShape {
    AttentionShape::Grouped { heads, kv_heads, size, norm, biases: Biases::None, gate: false, sinks: false }
}

const fn experts(count: u64, used: u64, width: u64, shared: u64) -> Option<Experts> {
    Some(Experts { count, used, width, shared, shared_gate: shared > 0, choice_bias: false })
}

/// The shape that most have in common.
const PLAIN: ModelShape = ModelShape {
    name: "",
    architecture: "",
    layers: 0,
    width: 0,
    vocabulary: 151_936,
    context: 32_768,
    attention: grouped(1, 1, 128, NormShape::None),
    delta: None,
    feed_forward: 0,
    leading_dense: 0,
    experts: None,
    tied: false,
    norms_behind: false,
    rope_base: 1e6,
    rope_size: 128,
    pre: "qwen2",
    eyes: None,
    extra: &[],
};

/// Full attention with an output gate in every fourth layer, gated DeltaNet in the others.
const HYBRID: ModelShape = ModelShape {
    width: 2048,
    context: 262_144,
    attention: AttentionShape::Grouped {
        heads: 16,
        kv_heads: 2,
        size: 256,
        norm: NormShape::Head,
        biases: Biases::None,
        gate: true,
        sinks: false,
    },
    delta: Some(Delta { key_heads: 16, value_heads: 32, size: 128, fused_gates: false }),
    rope_base: 1e7,
    rope_size: 64,
    pre: "qwen35",
    ..PLAIN
};

/// Latent attention, with the scaling of positions that its models have.
const LATENT: ModelShape = ModelShape {
    architecture: "deepseek2",
    context: 163_840,
    rope_base: 1e4,
    rope_size: 64,
    pre: "deepseek-v3",
    ..PLAIN
};

/// Released models, by the names that people use.
pub(crate) const SHAPES: &[ModelShape] = &[
    ModelShape {
        name: "qwen3-30b-a3b",
        architecture: "qwen3moe",
        layers: 48,
        width: 2048,
        context: 40_960,
        attention: grouped(32, 4, 128, NormShape::Head),
        feed_forward: 6144,
        experts: experts(128, 8, 768, 0),
        ..PLAIN
    },
    ModelShape {
        name: "qwen3.6-35b-a3b",
        architecture: "qwen35moe",
        layers: 40,
        vocabulary: 248_320,
        experts: experts(256, 8, 512, 512),
        ..HYBRID
    },
    ModelShape {
        name: "qwen3.5-4b",
        architecture: "qwen35",
        layers: 32,
        width: 2560,
        vocabulary: 248_320,
        attention: AttentionShape::Grouped {
            heads: 16,
            kv_heads: 4,
            size: 256,
            norm: NormShape::Head,
            biases: Biases::None,
            gate: true,
            sinks: false,
        },
        feed_forward: 9216,
        tied: true,
        ..HYBRID
    },
    ModelShape {
        name: "qwen3-next-80b-a3b",
        architecture: "qwen3next",
        layers: 48,
        delta: Some(Delta { key_heads: 16, value_heads: 32, size: 128, fused_gates: true }),
        feed_forward: 5120,
        experts: experts(512, 10, 512, 512),
        pre: "qwen2",
        ..HYBRID
    },
    ModelShape {
        name: "qwen3-0.6b",
        architecture: "qwen3",
        layers: 28,
        width: 1024,
        attention: grouped(16, 8, 128, NormShape::Head),
        feed_forward: 3072,
        tied: true,
        ..PLAIN
    },
    ModelShape {
        name: "qwen2.5-7b",
        architecture: "qwen2",
        layers: 28,
        width: 3584,
        vocabulary: 152_064,
        attention: AttentionShape::Grouped {
            heads: 28,
            kv_heads: 4,
            size: 128,
            norm: NormShape::None,
            biases: Biases::QueryKeyValue,
            gate: false,
            sinks: false,
        },
        feed_forward: 18_944,
        ..PLAIN
    },
    ModelShape {
        name: "qwen1.5-moe-a2.7b",
        architecture: "qwen2moe",
        layers: 24,
        width: 2048,
        context: 8192,
        attention: AttentionShape::Grouped {
            heads: 16,
            kv_heads: 16,
            size: 128,
            norm: NormShape::None,
            biases: Biases::QueryKeyValue,
            gate: false,
            sinks: false,
        },
        feed_forward: 5632,
        experts: experts(60, 4, 1408, 5632),
        ..PLAIN
    },
    ModelShape {
        name: "llama-3.1-8b",
        architecture: "llama",
        layers: 32,
        width: 4096,
        vocabulary: 128_256,
        context: 131_072,
        attention: grouped(32, 8, 128, NormShape::None),
        feed_forward: 14_336,
        rope_base: 5e5,
        pre: "llama-bpe",
        ..PLAIN
    },
    ModelShape {
        name: "mixtral-8x7b",
        architecture: "llama",
        layers: 32,
        width: 4096,
        vocabulary: 32_000,
        attention: grouped(32, 8, 128, NormShape::None),
        feed_forward: 14_336,
        experts: experts(8, 2, 14_336, 0),
        pre: "llama-bpe",
        ..PLAIN
    },
    ModelShape {
        name: "olmoe-1b-7b",
        architecture: "olmoe",
        layers: 16,
        width: 2048,
        vocabulary: 50_304,
        context: 4096,
        attention: grouped(16, 16, 128, NormShape::Whole),
        feed_forward: 1024,
        experts: experts(64, 8, 1024, 0),
        rope_base: 1e4,
        pre: "olmo",
        ..PLAIN
    },
    ModelShape {
        name: "granite-3.1-3b-a800m",
        architecture: "granitemoe",
        layers: 32,
        width: 1536,
        vocabulary: 49_155,
        context: 131_072,
        attention: grouped(24, 8, 64, NormShape::None),
        feed_forward: 512,
        experts: experts(40, 8, 512, 0),
        tied: true,
        rope_base: 5e6,
        rope_size: 64,
        pre: "refact",
        extra: &[
            ("attention.scale", MetadataValue::F32(0.015_625)),
            ("embedding_scale", MetadataValue::F32(12.0)),
            ("residual_scale", MetadataValue::F32(0.22)),
            ("logit_scale", MetadataValue::F32(6.0)),
        ],
        ..PLAIN
    },
    ModelShape {
        name: "gemma-3-1b",
        architecture: "gemma3",
        layers: 26,
        width: 1152,
        vocabulary: 262_144,
        attention: grouped(4, 1, 256, NormShape::Head),
        feed_forward: 6912,
        tied: true,
        norms_behind: true,
        rope_size: 256,
        extra: &[
            ("attention.sliding_window", MetadataValue::U32(512)),
            ("rope.freq_base_swa", MetadataValue::F32(1e4)),
        ],
        ..PLAIN
    },
    ModelShape {
        name: "gemma-3-4b",
        architecture: "gemma3",
        layers: 34,
        width: 2560,
        vocabulary: 262_208,
        context: 131_072,
        attention: grouped(8, 4, 256, NormShape::Head),
        feed_forward: 10_240,
        tied: true,
        norms_behind: true,
        rope_size: 256,
        eyes: Some(Eyes {
            kind: EyeKind::Gemma3,
            layers: 27,
            width: 1152,
            feed_forward: 4304,
            heads: 16,
            patch: 14,
            image: 896,
        }),
        extra: &[
            ("attention.sliding_window", MetadataValue::U32(1024)),
            ("rope.freq_base_swa", MetadataValue::F32(1e4)),
        ],
        ..PLAIN
    },
    ModelShape {
        name: "qwen3-vl-4b",
        architecture: "qwen3vl",
        layers: 36,
        width: 2560,
        context: 262_144,
        attention: grouped(32, 8, 128, NormShape::Head),
        feed_forward: 9728,
        tied: true,
        rope_base: 5e6,
        eyes: Some(Eyes {
            kind: EyeKind::Qwen3Vl,
            layers: 24,
            width: 1024,
            feed_forward: 4096,
            heads: 16,
            patch: 16,
            image: 768,
        }),
        ..PLAIN
    },
    ModelShape {
        name: "gpt-oss-20b",
        architecture: "gpt-oss",
        layers: 24,
        width: 2880,
        vocabulary: 201_088,
        context: 131_072,
        attention: AttentionShape::Grouped {
            heads: 64,
            kv_heads: 8,
            size: 64,
            norm: NormShape::None,
            biases: Biases::All,
            gate: false,
            sinks: true,
        },
        feed_forward: 2880,
        experts: experts(32, 4, 2880, 0),
        rope_base: 150_000.0,
        rope_size: 64,
        pre: "gpt-4o",
        extra: &[
            ("attention.sliding_window", MetadataValue::U32(128)),
            ("rope.scaling.factor", MetadataValue::F32(32.0)),
            ("rope.scaling.original_context_length", MetadataValue::U32(4096)),
        ],
        ..PLAIN
    },
    ModelShape {
        name: "deepseek-v2-lite",
        layers: 27,
        width: 2048,
        vocabulary: 102_400,
        attention: AttentionShape::Latent {
            heads: 16,
            plain: 128,
            value: 128,
            compressed: 512,
            compressed_query: None,
        },
        feed_forward: 10_944,
        leading_dense: 1,
        experts: Some(Experts {
            count: 64,
            used: 6,
            width: 1408,
            shared: 2 * 1408,
            shared_gate: false,
            choice_bias: false,
        }),
        pre: "deepseek-llm",
        extra: &[
            ("expert_shared_count", MetadataValue::U32(2)),
            ("expert_weights_scale", MetadataValue::F32(1.0)),
            ("rope.scaling.factor", MetadataValue::F32(40.0)),
            ("rope.scaling.original_context_length", MetadataValue::U32(4096)),
            ("rope.scaling.yarn_log_multiplier", MetadataValue::F32(0.0707)),
        ],
        ..LATENT
    },
    ModelShape {
        name: "deepseek-v3",
        layers: 61,
        width: 7168,
        vocabulary: 129_280,
        attention: AttentionShape::Latent {
            heads: 128,
            plain: 128,
            value: 128,
            compressed: 512,
            compressed_query: Some(1536),
        },
        feed_forward: 18_432,
        leading_dense: 3,
        experts: Some(Experts {
            count: 256,
            used: 8,
            width: 2048,
            shared: 2048,
            shared_gate: false,
            choice_bias: true,
        }),
        extra: &[
            ("expert_shared_count", MetadataValue::U32(1)),
            ("expert_weights_scale", MetadataValue::F32(2.5)),
            ("expert_weights_norm", MetadataValue::Bool(true)),
            ("expert_gating_func", MetadataValue::U32(2)),
            ("expert_group_count", MetadataValue::U32(8)),
            ("expert_group_used_count", MetadataValue::U32(4)),
            ("rope.scaling.factor", MetadataValue::F32(40.0)),
            ("rope.scaling.original_context_length", MetadataValue::U32(4096)),
            ("rope.scaling.yarn_log_multiplier", MetadataValue::F32(0.1)),
        ],
        ..LATENT
    },
];

impl ModelShape {
    /// Changes one number.
    ///
    /// # Errors
    /// When the shape has no such number, or it can't have this value.
    pub(crate) fn set(&mut self, key: &str, n: u64) -> Result<(), String> {
        if !(1..=1 << 24).contains(&n) {
            return Err(format!("{key} can't be {n}"));
        }
        let place = match (key, &mut self.attention, &mut self.experts) {
            ("layers", ..) => &mut self.layers,
            ("width", ..) => &mut self.width,
            ("vocabulary", ..) => &mut self.vocabulary,
            ("context", ..) => &mut self.context,
            ("feed-forward", ..) => &mut self.feed_forward,
            ("heads", AttentionShape::Grouped { heads, .. } | AttentionShape::Latent { heads, .. }, _) => {
                heads
            }
            ("kv-heads", AttentionShape::Grouped { kv_heads, .. }, _) => kv_heads,
            ("experts", _, Some(experts)) => &mut experts.count,
            ("used", _, Some(experts)) => &mut experts.used,
            ("expert-width", _, Some(experts)) => &mut experts.width,
            _ => {
                return Err(format!(
                    "{} has no {key:?}; there are layers, width, vocabulary, context, feed-forward, heads, \
                     kv-heads, experts, used, expert-width",
                    self.name
                ));
            }
        };
        *place = n;
        Ok(())
    }

    /// Whether layer `l` is one of full attention.
    pub(crate) fn attends(&self, l: u64) -> bool {
        self.delta.is_none() || (l + 1).is_multiple_of(4)
    }
}
