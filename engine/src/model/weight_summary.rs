//! A summary of a model's weights by purpose, told by the names of its tensors, and of how many a token meets.
//!
//! It needs no model that runs: the tensor table is enough.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use super::config::ExpertConfig;
use super::load::Model;
use crate::gguf::GgufOutline;

/// The purpose of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TensorRole {
    /// The embedding of tokens.
    Embedding,
    /// Tables of vectors for layers, of which a token takes a few rows.
    LayerEmbedding,
    /// Attention, or what stands in its place in layers that recur.
    Attention,
    /// A dense feed-forward block.
    FeedForward,
    /// The router, which chooses experts.
    Router,
    /// Experts that the router chooses among, all of them.
    Experts,
    /// Experts that every token takes.
    SharedExperts,
    /// The matrix that turns the last layer's numbers into logits, where it is not the embedding.
    Output,
    /// Layers behind the last that draft tokens ahead; they are not computed.
    Draft,
    /// Norms and the like.
    Other,
}

impl TensorRole {
    /// Every role.
    pub const ALL: [TensorRole; 10] = [
        TensorRole::Embedding,
        TensorRole::LayerEmbedding,
        TensorRole::Attention,
        TensorRole::FeedForward,
        TensorRole::Router,
        TensorRole::Experts,
        TensorRole::SharedExperts,
        TensorRole::Output,
        TensorRole::Draft,
        TensorRole::Other,
    ];

    /// The role of the tensor with this name, and the layer it belongs to. Layers from `layers` on are drafts.
    pub fn of(name: &str, layers: Option<usize>) -> (TensorRole, Option<usize>) {
        let mut parts = name.split('.');
        match (parts.next(), parts.next().map(str::parse::<usize>)) {
            (Some("blk"), Some(Ok(layer))) if layers.is_some_and(|layers| layer >= layers) => {
                (TensorRole::Draft, Some(layer))
            }
            (Some("blk"), Some(Ok(layer))) => {
                // `ffn_up_exps.weight` has all experts, `ffn_up.7.weight` is one of an older file.
                let part = parts.next().unwrap_or_default();
                let one_of_many = parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
                (TensorRole::of_part(part, one_of_many), Some(layer))
            }
            (Some("token_embd"), _) => (TensorRole::Embedding, None),
            (Some("per_layer_token_embd"), _) => (TensorRole::LayerEmbedding, None),
            (Some("output"), _) => (TensorRole::Output, None),
            _ => (TensorRole::Other, None),
        }
    }

    fn of_part(part: &str, one_of_many: bool) -> TensorRole {
        match part {
            _ if part.ends_with("_exps") || one_of_many => TensorRole::Experts,
            _ if part.ends_with("_shexp") => TensorRole::SharedExperts,
            "ffn_gate_inp" | "exp_probs_b" => TensorRole::Router,
            "ffn_gate" | "ffn_up" | "ffn_down" => TensorRole::FeedForward,
            "attn_norm" => TensorRole::Other,
            "shortconv" | "indexer" => TensorRole::Attention,
            _ if part.starts_with("attn_") || part.starts_with("ssm_") => TensorRole::Attention,
            _ => TensorRole::Other,
        }
    }
}

/// A number of weights, and the bytes that they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeightSize {
    /// Numbers.
    pub parameters: u64,
    /// Bytes in the file; `None` where a type's size is not known.
    pub bytes: Option<u64>,
}

impl Default for WeightSize {
    fn default() -> WeightSize {
        WeightSize { parameters: 0, bytes: Some(0) }
    }
}

impl AddAssign for WeightSize {
    /// Counts stop at the largest number: a table may say anything.
    fn add_assign(&mut self, other: WeightSize) {
        self.parameters = self.parameters.saturating_add(other.parameters);
        self.bytes = self.bytes.zip(other.bytes).map(|(a, b)| a.saturating_add(b));
    }
}

impl WeightSize {
    /// `used` of `count` equal parts.
    fn part(self, ExpertConfig { count, used }: ExpertConfig) -> WeightSize {
        let part = |n: u64| n / count.max(1) as u64 * used as u64;
        WeightSize { parameters: part(self.parameters), bytes: self.bytes.map(part) }
    }
}

/// The weights of a model, summed by their purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightSummary {
    layers: Option<usize>,
    experts: Option<ExpertConfig>,
    roles: BTreeMap<TensorRole, WeightSize>,
    routed: BTreeMap<usize, WeightSize>,
}

impl WeightSummary {
    /// The weights that a file lists, by what its metadata say of layers and experts.
    pub fn of(outline: &GgufOutline) -> WeightSummary {
        let gguf = outline.gguf();
        let architecture = gguf.str("general.architecture").ok().flatten();
        let number = |key: &str| {
            let number = gguf.u32(&format!("{}.{key}", architecture?)).ok().flatten()?;
            usize::try_from(number).ok()
        };
        let drafts = number("nextn_predict_layers").unwrap_or(0);
        let layers = number("block_count").and_then(|blocks| blocks.checked_sub(drafts));
        let experts = number("expert_count").zip(number("expert_used_count"));
        let experts = experts.filter(|(count, used)| used <= count && *count > 0);
        let mut summary =
            WeightSummary::new(layers, experts.map(|(count, used)| ExpertConfig { count, used }));
        for tensor in outline.tensors() {
            summary.add(&tensor.name, tensor.elements, tensor.bytes);
        }
        summary
    }

    /// An empty summary of a model of so many layers, drafts not counted, with these experts, as far as that is
    /// known.
    pub fn new(layers: Option<usize>, experts: Option<ExpertConfig>) -> WeightSummary {
        WeightSummary { layers, experts, ..WeightSummary::default() }
    }

    /// Counts a tensor.
    pub fn add(&mut self, name: &str, parameters: u64, bytes: Option<u64>) {
        let (role, layer) = TensorRole::of(name, self.layers);
        let amount = WeightSize { parameters, bytes };
        *self.roles.entry(role).or_default() += amount;
        if let (TensorRole::Experts, Some(layer)) = (role, layer) {
            *self.routed.entry(layer).or_default() += amount;
        }
    }

    /// All weights of a role.
    pub fn role(&self, role: TensorRole) -> WeightSize {
        self.roles.get(&role).copied().unwrap_or_default()
    }

    /// All weights of the file.
    pub fn total(&self) -> WeightSize {
        self.sum(&TensorRole::ALL)
    }

    /// All weights that are one expert's in a layer; nothing where the layer has none.
    pub fn expert(&self, layer: usize) -> WeightSize {
        let routed = self.routed.get(&layer).copied().unwrap_or_default();
        self.experts.map_or(routed, |experts| routed.part(ExpertConfig { used: 1, ..experts }))
    }

    /// The weights of a role that one token meets: all of them, but only the experts that it takes and no drafts.
    /// `None` for experts of which it is not known how many those are.
    pub fn active_of(&self, role: TensorRole) -> Option<WeightSize> {
        let all = self.role(role);
        match (role, self.experts) {
            (TensorRole::Draft, _) => Some(WeightSize::default()),
            (TensorRole::Experts, Some(experts)) => Some(all.part(experts)),
            (TensorRole::Experts, None) if all.parameters > 0 => None,
            _ => Some(all),
        }
    }

    /// The weights that one token meets: those of its experts and of everything that is not an expert. The
    /// embedding counts whole, once, also where it is the output as well. This is how most authors count the
    /// active parameters of their models; some leave the embedding out.
    pub fn active(&self) -> Option<WeightSize> {
        TensorRole::ALL.iter().map(|&role| self.active_of(role)).try_fold(
            WeightSize::default(),
            |mut sum, amount| {
                sum += amount?;
                Some(sum)
            },
        )
    }

    /// Bytes that every token reads, whatever experts it takes: not the embedding, of which it reads one row,
    /// unless that is the output as well.
    pub fn bytes_for_all(&self) -> Option<u64> {
        let mut sum = self.sum(&[
            TensorRole::Attention,
            TensorRole::FeedForward,
            TensorRole::Router,
            TensorRole::SharedExperts,
            TensorRole::Output,
            TensorRole::Other,
        ]);
        if self.role(TensorRole::Output) == WeightSize::default() {
            sum += self.role(TensorRole::Embedding);
        }
        sum.bytes
    }

    /// Bytes that one token reads: [those for all](WeightSummary::bytes_for_all) and those of its experts.
    pub fn bytes_a_token(&self) -> Option<u64> {
        let experts = self.active_of(TensorRole::Experts)?.bytes?;
        self.bytes_for_all()?.checked_add(experts)
    }

    fn sum(&self, roles: &[TensorRole]) -> WeightSize {
        let mut sum = WeightSize::default();
        roles.iter().for_each(|&role| sum += self.role(role));
        sum
    }
}

impl Model {
    /// The model's weights, summed by their purpose.
    pub fn weight_summary(&self) -> WeightSummary {
        let mut summary = WeightSummary::new(Some(self.config.layers), self.config.experts);
        for tensor in self.gguf.tensors() {
            summary.add(&tensor.name, tensor.elements(), Some(tensor.byte_len() as u64));
        }
        summary
    }
}
