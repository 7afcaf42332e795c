//! What a model's weights are for, told by the names of its tensors, and how many of them a token meets.
//!
//! It needs no model that runs: the tensor table is enough.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use super::hyper::Experts;
use super::load::Model;
use crate::gguf::Outline;

/// What a tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The embedding of tokens.
    Embedding,
    /// Attention, or what stands in its place in layers that recur.
    Attention,
    /// A dense feed-forward block.
    FeedForward,
    /// What chooses experts.
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

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::Embedding,
        Role::Attention,
        Role::FeedForward,
        Role::Router,
        Role::Experts,
        Role::SharedExperts,
        Role::Output,
        Role::Draft,
        Role::Other,
    ];

    /// The role of the tensor with this name, and the layer it belongs to. Layers from `layers` on are drafts.
    pub fn of(name: &str, layers: Option<usize>) -> (Role, Option<usize>) {
        let mut parts = name.split('.');
        match (parts.next(), parts.next().map(str::parse::<usize>)) {
            (Some("blk"), Some(Ok(layer))) if layers.is_some_and(|layers| layer >= layers) => {
                (Role::Draft, Some(layer))
            }
            (Some("blk"), Some(Ok(layer))) => {
                // `ffn_up_exps.weight` has all experts, `ffn_up.7.weight` is one of an older file.
                let part = parts.next().unwrap_or_default();
                let one_of_many = parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
                (Role::of_part(part, one_of_many), Some(layer))
            }
            (Some("token_embd"), _) => (Role::Embedding, None),
            (Some("output"), _) => (Role::Output, None),
            _ => (Role::Other, None),
        }
    }

    fn of_part(part: &str, one_of_many: bool) -> Role {
        match part {
            _ if part.ends_with("_exps") || one_of_many => Role::Experts,
            _ if part.ends_with("_shexp") => Role::SharedExperts,
            "ffn_gate_inp" | "exp_probs_b" => Role::Router,
            "ffn_gate" | "ffn_up" | "ffn_down" => Role::FeedForward,
            "attn_norm" => Role::Other,
            _ if part.starts_with("attn_") || part.starts_with("ssm_") => Role::Attention,
            _ => Role::Other,
        }
    }
}

/// So many weights, in so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amount {
    /// Numbers.
    pub parameters: u64,
    /// Bytes in the file; `None` where a type's size is not known.
    pub bytes: Option<u64>,
}

impl Default for Amount {
    fn default() -> Amount {
        Amount { parameters: 0, bytes: Some(0) }
    }
}

impl AddAssign for Amount {
    /// Counts stop at the largest number: a table may say anything.
    fn add_assign(&mut self, other: Amount) {
        self.parameters = self.parameters.saturating_add(other.parameters);
        self.bytes = self.bytes.zip(other.bytes).map(|(a, b)| a.saturating_add(b));
    }
}

impl Amount {
    /// `used` of `count` equal parts.
    fn part(self, Experts { count, used }: Experts) -> Amount {
        let part = |n: u64| n / count.max(1) as u64 * used as u64;
        Amount { parameters: part(self.parameters), bytes: self.bytes.map(part) }
    }
}

/// The weights of a model by what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    layers: Option<usize>,
    experts: Option<Experts>,
    roles: BTreeMap<Role, Amount>,
    routed: BTreeMap<usize, Amount>,
}

impl Census {
    /// The weights that a file lists, by what its metadata say of layers and experts.
    pub fn of(outline: &Outline) -> Census {
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
        let mut census = Census::new(layers, experts.map(|(count, used)| Experts { count, used }));
        for tensor in outline.tensors() {
            census.add(&tensor.name, tensor.elements, tensor.bytes);
        }
        census
    }

    /// An empty census of a model of so many layers, drafts not counted, with these experts, as far as that is
    /// known.
    pub fn new(layers: Option<usize>, experts: Option<Experts>) -> Census {
        Census { layers, experts, ..Census::default() }
    }

    /// Counts a tensor.
    pub fn add(&mut self, name: &str, parameters: u64, bytes: Option<u64>) {
        let (role, layer) = Role::of(name, self.layers);
        let amount = Amount { parameters, bytes };
        *self.roles.entry(role).or_default() += amount;
        if let (Role::Experts, Some(layer)) = (role, layer) {
            *self.routed.entry(layer).or_default() += amount;
        }
    }

    /// All weights of a role.
    pub fn role(&self, role: Role) -> Amount {
        self.roles.get(&role).copied().unwrap_or_default()
    }

    /// All weights of the file.
    pub fn total(&self) -> Amount {
        self.sum(&Role::ALL)
    }

    /// All weights that are one expert's in a layer; nothing where the layer has none.
    pub fn expert(&self, layer: usize) -> Amount {
        let routed = self.routed.get(&layer).copied().unwrap_or_default();
        self.experts.map_or(routed, |experts| routed.part(Experts { used: 1, ..experts }))
    }

    /// The weights of a role that one token meets: all of them, but only the experts that it takes and no drafts.
    /// `None` for experts of which it is not known how many those are.
    pub fn active_of(&self, role: Role) -> Option<Amount> {
        let all = self.role(role);
        match (role, self.experts) {
            (Role::Draft, _) => Some(Amount::default()),
            (Role::Experts, Some(experts)) => Some(all.part(experts)),
            (Role::Experts, None) if all.parameters > 0 => None,
            _ => Some(all),
        }
    }

    /// The weights that one token meets: those of its experts and of everything that is not an expert. The
    /// embedding counts whole, once, also where it is the output as well. This is how most authors count the
    /// active parameters of their models; some leave the embedding out.
    pub fn active(&self) -> Option<Amount> {
        Role::ALL.iter().map(|&role| self.active_of(role)).try_fold(Amount::default(), |mut sum, amount| {
            sum += amount?;
            Some(sum)
        })
    }

    /// Bytes that every token reads, whatever experts it takes: not the embedding, of which it reads one row,
    /// unless that is the output as well.
    pub fn bytes_for_all(&self) -> Option<u64> {
        let mut sum = self.sum(&[
            Role::Attention,
            Role::FeedForward,
            Role::Router,
            Role::SharedExperts,
            Role::Output,
            Role::Other,
        ]);
        if self.role(Role::Output) == Amount::default() {
            sum += self.role(Role::Embedding);
        }
        sum.bytes
    }

    /// Bytes that one token reads: [those for all](Census::bytes_for_all) and those of its experts.
    pub fn bytes_a_token(&self) -> Option<u64> {
        let experts = self.active_of(Role::Experts)?.bytes?;
        self.bytes_for_all()?.checked_add(experts)
    }

    fn sum(&self, roles: &[Role]) -> Amount {
        let mut sum = Amount::default();
        roles.iter().for_each(|&role| sum += self.role(role));
        sum
    }
}

impl Model {
    /// The model's weights by what they are for.
    pub fn census(&self) -> Census {
        let mut census = Census::new(Some(self.hyper.layers), self.hyper.experts);
        for tensor in self.gguf.tensors() {
            census.add(&tensor.name, tensor.elements(), Some(tensor.byte_len() as u64));
        }
        census
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensors_role_is_told_by_its_name() {
        let role = |name| Role::of(name, Some(40)).0;
        assert_eq!(role("token_embd.weight"), Role::Embedding);
        assert_eq!(role("output.weight"), Role::Output);
        assert_eq!(role("output_norm.weight"), Role::Other);
        assert_eq!(role("rope_freqs.weight"), Role::Other);
        assert_eq!(role("blk.3.attn_norm.weight"), Role::Other);
        assert_eq!(role("blk.3.attn_q.weight"), Role::Attention);
        assert_eq!(role("blk.3.attn_sinks.weight"), Role::Attention);
        assert_eq!(role("blk.3.ssm_a"), Role::Attention);
        assert_eq!(role("blk.3.ffn_up.weight"), Role::FeedForward);
        assert_eq!(role("blk.3.ffn_gate_inp.weight"), Role::Router);
        assert_eq!(role("blk.3.exp_probs_b.bias"), Role::Router);
        assert_eq!(role("blk.3.ffn_gate_inp_shexp.weight"), Role::SharedExperts);
        assert_eq!(role("blk.12.ffn_gate_up_exps.weight"), Role::Experts);
        assert_eq!(role("blk.12.ffn_up_exps.bias"), Role::Experts);
        assert_eq!(role("blk.1.ffn_down.7.weight"), Role::Experts);
        assert_eq!(role("blk.40.attn_q.weight"), Role::Draft);
        assert_eq!(Role::of("blk.40.attn_q.weight", None), (Role::Attention, Some(40)));
    }

    #[test]
    fn what_is_not_known_of_experts_and_sizes_stays_unknown() {
        let mut census = Census::new(None, None);
        census.add("token_embd.weight", 100, Some(200));
        census.add("blk.0.attn_q.weight", 10, Some(20));
        assert_eq!((census.active().unwrap().parameters, census.bytes_a_token()), (110, Some(220)));
        census.add("output.weight", 100, Some(150));
        assert_eq!(census.bytes_a_token(), Some(170), "a row of the embedding is nothing");
        census.add("blk.0.ffn_up_exps.weight", 40, Some(80));
        assert_eq!((census.active(), census.bytes_a_token()), (None, None));
        assert_eq!(census.total(), Amount { parameters: 250, bytes: Some(450) });

        let mut census = Census { experts: Some(Experts { count: 4, used: 2 }), ..census };
        assert_eq!(census.active(), Some(Amount { parameters: 230, bytes: Some(410) }));
        assert_eq!((census.bytes_a_token(), census.expert(0).bytes), (Some(210), Some(20)));
        census.add("blk.0.ffn_down_exps.weight", u64::MAX, None);
        assert_eq!((census.total().parameters, census.total().bytes), (u64::MAX, None));
        assert_eq!((census.bytes_a_token(), census.bytes_for_all()), (None, Some(170)));
    }
}
