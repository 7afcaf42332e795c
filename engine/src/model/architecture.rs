//! The differences between architectures, as data; `architectures.rs` has the table of them.

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
    /// The way in which pairs are dealt out to the axes of time, height and width, in the models that tell them
    /// apart.
    pub(crate) rope_sections: Option<RopeSections>,
    /// The layers that let the tokens of a picture see those after them in it.
    pub(crate) pictures: PictureAttention,
    /// The way in which the logarithm that a file gives for YaRN corrects attention.
    pub(crate) yarn_log: YarnLog,
    /// The layers that turn their heads with the position.
    pub(crate) turning: RotaryLayers,
    /// Whether queries grow with their position, by the file's `attention.temperature_scale`.
    pub(crate) query_temperature: bool,
    /// The norms of queries and keys, if any.
    pub(crate) query_key_norm: Option<QueryKeyNorm>,
    /// Whether the file must tell which pairs stand still (`rope_freqs`).
    pub(crate) rope_divisors: bool,
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
    /// The indexer, which chooses the positions that a token sees, where it sees only some.
    pub(crate) indexer: Option<Indexer>,
    /// Whether the stream of a token is several, joined by hyper-connections.
    pub(crate) hyper_connections: bool,
    /// Whether n-grams of tokens have embeddings.
    pub(crate) ngrams: bool,
    /// Matrices that must have a bias. Others have one where the file does.
    pub(crate) biases: &'static [&'static str],
    /// Whether embeddings are multiplied with the square root of the width.
    pub(crate) embedding_by_root_of_width: bool,
    /// The cap of the logits (`final_logit_softcapping`) where the file does not say.
    pub(crate) usual_logit_cap: Option<f32>,
    /// Whether the file's `logit_scale` divides the logits. In other models it would multiply them, or mean nothing.
    pub(crate) divided_logits: bool,
    pub(crate) norm: NormKind,
    /// Whether there is a norm before the token mixer, and the name of that before the feed-forward block.
    pub(crate) mixer_norm: bool,
    pub(crate) feed_forward_norm: Option<&'static str>,
    /// Whether what the blocks answer is normed before it is added.
    pub(crate) answer_norms: bool,
    /// The activation between the matrices of feed-forward blocks.
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

/// The layers that turn their heads with the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RotaryLayers {
    Always,
    Never,
    /// All but the last of every so many.
    AllButEvery(usize),
    /// All, unless the file says that the model was not trained so (`rope.scaling.finetuned`).
    UnlessDenied,
}

/// The two numbers of a head that turn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RopePairing {
    /// i and i + half of the size.
    HalfSplit,
    /// 2i and 2i + 1.
    Interleaved,
}

/// The way in which pairs are dealt out to the axes of time, height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RopeSections {
    /// In turns, as long as height and width have any left; the rest turns by time.
    Interleaved,
    /// One axis after another.
    Contiguous,
}

/// The layers in which the tokens of a picture see those after them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureAttention {
    /// None: a picture is read as text is.
    Causal,
    /// All.
    BothWays,
    /// Those with a window, in models whose tokens have no inputs of their own to each layer.
    BothWaysInWindows,
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

impl ScoreScale {
    /// The factor in a model of so many layers, whose width has so many numbers a head and whose keys have so many.
    pub(super) fn factor(self, layers: usize, of_a_head: usize, of_a_key: usize) -> f32 {
        match self {
            ScoreScale::One => 1.0,
            ScoreScale::WidthAt(at) if at == layers => 1.0 / (of_a_head as f32).sqrt(),
            ScoreScale::WidthAt(_) | ScoreScale::KeySize => 1.0 / (of_a_key as f32).sqrt(),
        }
    }
}

/// The way in which the logarithm that a file gives for YaRN corrects attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum YarnLog {
    /// The scores are multiplied by (1 + m · ln s)².
    Scores,
    /// The turned numbers are multiplied by (1 + 0.1 · ln s) / (1 + 0.1 · m · ln s).
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
    pub(super) const HEAD: Option<QueryKeyNorm> =
        Some(QueryKeyNorm { span: NormSpan::Head, after_turning: false, optional: false });
    pub(super) const ALL_HEADS: Option<QueryKeyNorm> =
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

/// The activation between the matrices of feed-forward blocks and experts.
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
    /// The turning of heads in these layers.
    pub(crate) rope: WindowRope,
    /// Not all models of the architecture have such layers.
    pub(crate) optional: bool,
}

/// The turning of heads in layers with a window.
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

/// The way in which attention chooses the positions that a token sees.
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
