//! One layer: from the file's tensors to typed blocks, by what the architecture declares.

use std::sync::Arc;

use super::architecture::{Architecture, NormSpan, Shared};
use super::attention::Attention;
use super::delta_net::DeltaNet;
use super::error::ModelError;
use super::experts::Experts;
use super::feed_forward::{FeedForward, Gated};
use super::hyper::Hyper;
use super::keys::Keys;
use super::latent::LatentAttention;
use super::matrix::Matrix;
use super::mixer::Mixer;
use super::rope::Ropes;
use super::routing::Routing;
use super::shared_expert::SharedExpert;
use super::tensors::Tensors;
use crate::gguf::Gguf;

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) attention_norm: Vec<f32>,
    pub(super) mixer: Mixer,
    /// Norms the attention's answer, in the models that do.
    pub(super) attention_answer_norm: Option<Vec<f32>>,
    pub(super) feed_forward_norm: Vec<f32>,
    pub(super) feed_forward: FeedForward,
    /// Norms the feed-forward block's answer, in the models that do.
    pub(super) feed_forward_answer_norm: Option<Vec<f32>>,
}

/// What a layer is read from.
pub(super) struct LayerSource<'a> {
    pub(super) gguf: &'a Gguf,
    pub(super) tensors: &'a Tensors<'a>,
    pub(super) hyper: &'a Hyper,
    pub(super) architecture: &'a Architecture,
    pub(super) ropes: &'a Ropes,
    pub(super) layer: usize,
}

impl LayerSource<'_> {
    pub(super) fn read(&self) -> Result<Layer, ModelError> {
        let width = self.hyper.width;
        let answer_norm = |part| match self.architecture.answer_norms {
            true => self.vector(part, width).map(Some),
            false => Ok(None),
        };
        Ok(Layer {
            attention_norm: self.vector("attn_norm", width)?,
            mixer: self.mixer()?,
            attention_answer_norm: answer_norm("post_attention_norm")?,
            feed_forward_norm: self.vector(self.architecture.feed_forward_norm, width)?,
            feed_forward: self.feed_forward()?,
            feed_forward_answer_norm: answer_norm("post_ffw_norm")?,
        })
    }

    fn mixer(&self) -> Result<Mixer, ModelError> {
        let recurs = self.hyper.kv_heads[self.layer] == 0;
        match (self.architecture.delta_net, self.hyper.delta, self.hyper.latent) {
            (Some(key_heads), Some(shape), _) if recurs => {
                Ok(Mixer::Delta(Box::new(DeltaNet::read(self, shape, key_heads)?)))
            }
            (_, _, Some(shape)) => Ok(Mixer::Latent(Box::new(LatentAttention::read(self, shape)?))),
            _ => Ok(Mixer::Attention(Box::new(self.attention()?))),
        }
    }

    fn attention(&self) -> Result<Attention, ModelError> {
        let hyper = self.hyper;
        let (width, kv_heads) = (hyper.width, hyper.kv_heads[self.layer]);
        let gated = self.architecture.gated_attention;
        let of_a_query = hyper.key_size + if gated { hyper.value_size } else { 0 };
        let sizes = [hyper.heads * of_a_query, kv_heads * hyper.key_size, kv_heads * hyper.value_size];
        let [query, key, value] = self.query_key_value(sizes)?;
        let norm_sizes = match self.architecture.query_key_norm {
            Some(NormSpan::Head) => Some((hyper.key_size, hyper.key_size)),
            Some(NormSpan::AllHeads) => Some((sizes[0], sizes[1])),
            None => None,
        };
        let query_key_norm = match norm_sizes {
            Some((q, k)) => Some((self.vector("attn_q_norm", q)?, self.vector("attn_k_norm", k)?)),
            None => None,
        };
        let sinks = match self.architecture.sinks {
            true => Some(self.vector("attn_sinks", hyper.heads)?),
            false => None,
        };
        let window = hyper.windows[self.layer];
        let output = self.matrix("attn_output", &[hyper.heads * hyper.value_size, width])?;
        Ok(Attention {
            query,
            key,
            value,
            output,
            query_key_norm,
            gated,
            kv_heads,
            rope: Arc::clone(self.ropes.of(window)),
            window,
            sinks,
        })
    }

    /// The matrices for queries, keys and values, which some files hold as one.
    fn query_key_value(&self, [query, key, value]: [usize; 3]) -> Result<[Matrix; 3], ModelError> {
        let width = self.hyper.width;
        if self.has("attn_qkv.weight") {
            let name = self.biased("attn_qkv", "attn_q")?;
            let rows = query + key + value;
            let part = |begin, len| self.tensors.rows(&name, [width, rows], begin..begin + len);
            return Ok([part(0, query)?, part(query, key)?, part(query + key, value)?]);
        }
        Ok([
            self.matrix("attn_q", &[width, query])?,
            self.matrix("attn_k", &[width, key])?,
            self.matrix("attn_v", &[width, value])?,
        ])
    }

    fn feed_forward(&self) -> Result<FeedForward, ModelError> {
        let routed = self.hyper.experts.is_some() && self.has("ffn_gate_inp.weight");
        if !routed {
            return Ok(FeedForward::Dense(self.gated("", "feed_forward_length")?));
        }
        Ok(FeedForward::Experts { routed: Box::new(self.experts()?), shared: self.shared_expert()? })
    }

    /// The gated block of three matrices whose names end so.
    fn gated(&self, suffix: &str, key: &str) -> Result<Gated, ModelError> {
        let [gate, up, down] = ["gate", "up", "down"].map(|part| format!("ffn_{part}{suffix}"));
        let (width, inner) = (self.hyper.width, self.inner_width(key, &down)?);
        Ok(Gated {
            gate: self.matrix(&gate, &[width, inner])?,
            up: self.matrix(&up, &[width, inner])?,
            down: self.matrix(&down, &[inner, width])?,
            gated_by: self.architecture.gate,
        })
    }

    fn shared_expert(&self) -> Result<Option<SharedExpert>, ModelError> {
        let gate = match self.architecture.shared_expert {
            Shared::Gated => Some(self.matrix("ffn_gate_inp_shexp", &[self.hyper.width, 1])?),
            Shared::Added if self.has("ffn_down_shexp.weight") => None,
            Shared::Added => return Ok(None),
        };
        let block = self.gated("_shexp", "expert_shared_feed_forward_length")?;
        Ok(Some(SharedExpert { block, gate }))
    }

    fn experts(&self) -> Result<Experts, ModelError> {
        let (width, experts) = (self.hyper.width, self.hyper.experts.expect("asked for where there are any"));
        let key = "expert_feed_forward_length";
        let count = experts.count;
        let (gate, up, down) = if self.has("ffn_gate_up_exps.weight") {
            let inner = self.inner_width(key, "ffn_down_exps")?;
            let name = self.biased("ffn_gate_up_exps", "ffn_gate_exps")?;
            let half = |begin| {
                let dims = [width, inner * 2, count];
                self.tensors.rows_of_each(&name, &dims, inner * 2, begin..begin + inner)
            };
            (half(0)?, half(inner)?, self.matrix("ffn_down_exps", &[inner, width, count])?)
        } else if self.has("ffn_down.0.weight") {
            let inner = self.inner_width(key, "ffn_down.0")?;
            let stack = |part: &str, dims| {
                let names: Vec<String> = (0..count).map(|e| self.name(&format!("{part}.{e}"))).collect();
                self.tensors.stack(&names, dims)
            };
            let (gate, up) = (stack("ffn_gate", [width, inner])?, stack("ffn_up", [width, inner])?);
            (gate, up, stack("ffn_down", [inner, width])?)
        } else {
            let inner = self.inner_width(key, "ffn_down_exps")?;
            (
                self.matrix("ffn_gate_exps", &[width, inner, count])?,
                self.matrix("ffn_up_exps", &[width, inner, count])?,
                self.matrix("ffn_down_exps", &[inner, width, count])?,
            )
        };
        Ok(Experts {
            router: self.matrix("ffn_gate_inp", &[width, count])?,
            gate,
            up,
            down,
            count,
            routing: Routing::read(&self.keys(), self.architecture.routes, experts, self.correction()?)?,
            gated_by: self.architecture.gate,
        })
    }

    /// What is added to the experts' scores for the choice.
    fn correction(&self) -> Result<Option<Vec<f32>>, ModelError> {
        let count = self.hyper.experts.map_or(0, |experts| experts.count);
        match self.has("exp_probs_b.bias") {
            true => self.tensors.numbers(&self.name("exp_probs_b.bias"), &[count]).map(Some),
            false => Ok(None),
        }
    }

    /// The inner width of a block: what the metadata says of this layer, or where they say nothing, what the
    /// block's last matrix takes.
    fn inner_width(&self, key: &str, down: &str) -> Result<usize, ModelError> {
        let key = format!("{}.{key}", self.architecture.name);
        let said = self.gguf.u32_per_layer(&key, self.hyper.layers)?.map_or(0, |list| list[self.layer]);
        match said {
            0 => self.tensors.size(&format!("{}.weight", self.name(down)), 0),
            width => Ok(width as usize),
        }
    }

    pub(super) fn keys(&self) -> Keys<'_> {
        Keys { gguf: self.gguf, architecture: self.architecture.name }
    }

    pub(super) fn name(&self, part: &str) -> String {
        format!("blk.{}.{part}", self.layer)
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.tensors.has(&self.name(part))
    }

    pub(super) fn vector(&self, part: &str, len: usize) -> Result<Vec<f32>, ModelError> {
        self.tensors.numbers(&format!("{}.weight", self.name(part)), &[len])
    }

    pub(super) fn matrix(&self, part: &str, dims: &[usize]) -> Result<Matrix, ModelError> {
        self.tensors.matrix(&self.biased(part, part)?, dims)
    }

    /// The name of a matrix; an error when the architecture gives it (as `declared`) a bias that the file lacks.
    fn biased(&self, part: &str, declared: &str) -> Result<String, ModelError> {
        let name = self.name(part);
        if self.architecture.biases.contains(&declared) {
            self.gguf.require_tensor(&format!("{name}.bias"))?;
        }
        Ok(name)
    }
}
