//! The tensors of a shape.

use pelicycle_engine::quant::TensorType;

use crate::mix::{Mix, Use};
use crate::numbers::TensorNumbers;
use crate::shape::{AttentionShape, Biases, ModelShape, NormShape};

/// A tensor: its name, shape, type and what it is filled with.
pub(crate) struct PlannedTensor {
    pub(crate) name: String,
    pub(crate) dims: Vec<u64>,
    pub(crate) kind: TensorType,
    pub(crate) numbers: TensorNumbers,
}

/// Norms' weights.
pub(crate) const NEAR_ONE: TensorNumbers = TensorNumbers::Between(0.9, 1.1);
pub(crate) const SMALL: TensorNumbers = TensorNumbers::Between(-0.05, 0.05);

/// Puts the tensors together.
struct Layout<'a> {
    shape: &'a ModelShape,
    mix: Mix,
    tensors: Vec<PlannedTensor>,
}

/// All tensors of a shape, in the order of the file.
pub(crate) fn tensors(shape: &ModelShape, mix: Mix) -> Vec<PlannedTensor> {
    let mut layout = Layout { shape, mix, tensors: Vec::new() };
    let (width, vocabulary) = (shape.width, shape.vocabulary);
    layout.matrix("token_embd.weight", &[width, vocabulary], Use::Embedding, 0, 1.0);
    if !shape.tied {
        layout.matrix("output.weight", &[width, vocabulary], Use::Output, 0, 2.0);
    }
    layout.vector("output_norm.weight", &[width], NEAR_ONE);
    for l in 0..shape.layers {
        if shape.attends(l) {
            layout.attention(l);
        } else {
            layout.delta(l);
        }
        layout.feed_forward(l);
    }
    layout.tensors
}

impl Layout<'_> {
    /// Adds a matrix whose products have about `gain` times the spread of what they are taken of.
    fn matrix(&mut self, name: &str, dims: &[u64], role: Use, l: u64, gain: f32) {
        let kind = self.mix.tensor_type(role, dims[0], l, self.shape.layers);
        let spread = match role {
            Use::Embedding => gain,
            _ => gain / (dims[0] as f32).sqrt(),
        };
        let (name, dims) = (name.to_owned(), dims.to_vec());
        self.tensors.push(PlannedTensor { name, dims, kind, numbers: TensorNumbers::Spread(spread) });
    }

    fn vector(&mut self, name: &str, dims: &[u64], numbers: TensorNumbers) {
        let (name, dims) = (name.to_owned(), dims.to_vec());
        self.tensors.push(PlannedTensor { name, dims, kind: TensorType::F32, numbers });
    }

    /// The spread of matrices whose results are added to the stream: small, so that the stream does not grow with the
    /// layers.
    fn little(&self) -> f32 {
        1.0 / (2.0 * self.shape.layers as f32).sqrt()
    }

    fn attention(&mut self, l: u64) {
        let name = |part: &str| format!("blk.{l}.{part}");
        let weight = |part: &str| format!("blk.{l}.{part}.weight");
        let (width, little) = (self.shape.width, self.little());
        self.vector(&weight("attn_norm"), &[width], NEAR_ONE);
        match self.shape.attention {
            AttentionShape::Grouped { heads, kv_heads, size, norm, biases, gate, sinks } => {
                let query = heads * size * if gate { 2 } else { 1 };
                let (of_heads, of_kv_heads) = match norm {
                    NormShape::Whole => (heads * size, kv_heads * size),
                    NormShape::None | NormShape::Head => (size, size),
                };
                self.matrix(&weight("attn_q"), &[width, query], Use::Other, l, 1.0);
                self.matrix(&weight("attn_k"), &[width, kv_heads * size], Use::Other, l, 1.0);
                let values = Use::Sensitive { expert: false };
                self.matrix(&weight("attn_v"), &[width, kv_heads * size], values, l, 1.0);
                self.matrix(&weight("attn_output"), &[heads * size, width], Use::Other, l, little);
                if norm != NormShape::None {
                    self.vector(&weight("attn_q_norm"), &[of_heads], NEAR_ONE);
                    self.vector(&weight("attn_k_norm"), &[of_kv_heads], NEAR_ONE);
                }
                if biases != Biases::None {
                    self.vector(&name("attn_q.bias"), &[query], SMALL);
                    self.vector(&name("attn_k.bias"), &[kv_heads * size], SMALL);
                    self.vector(&name("attn_v.bias"), &[kv_heads * size], SMALL);
                }
                if biases == Biases::All {
                    self.vector(&name("attn_output.bias"), &[width], SMALL);
                }
                if sinks {
                    self.vector(&weight("attn_sinks"), &[heads], TensorNumbers::Between(-1.0, 1.0));
                }
            }
            AttentionShape::Latent { heads, plain, value, compressed, compressed_query } => {
                let turning = self.shape.rope_size;
                let query = heads * (plain + turning);
                match compressed_query {
                    Some(inner) => {
                        self.matrix(&weight("attn_q_a"), &[width, inner], Use::Other, l, 1.0);
                        self.vector(&weight("attn_q_a_norm"), &[inner], NEAR_ONE);
                        self.matrix(&weight("attn_q_b"), &[inner, query], Use::Other, l, 1.0);
                    }
                    None => self.matrix(&weight("attn_q"), &[width, query], Use::Other, l, 1.0),
                }
                self.matrix(&weight("attn_kv_a_mqa"), &[width, compressed + turning], Use::Other, l, 1.0);
                self.vector(&weight("attn_kv_a_norm"), &[compressed], NEAR_ONE);
                self.matrix(&weight("attn_k_b"), &[plain, compressed, heads], Use::Other, l, 1.0);
                self.matrix(&weight("attn_v_b"), &[compressed, value, heads], Use::Other, l, 1.0);
                self.matrix(&weight("attn_output"), &[heads * value, width], Use::Other, l, little);
            }
        }
    }

    fn delta(&mut self, l: u64) {
        let name = |part: &str| format!("blk.{l}.{part}");
        let weight = |part: &str| format!("blk.{l}.{part}.weight");
        let (width, little) = (self.shape.width, self.little());
        let Some(delta) = self.shape.delta.clone() else { return };
        let (keys, values) = (delta.key_heads * delta.size, delta.value_heads * delta.size);
        self.vector(&weight("attn_norm"), &[width], NEAR_ONE);
        self.matrix(&weight("attn_qkv"), &[width, 2 * keys + values], Use::Other, l, 1.0);
        self.matrix(&weight("attn_gate"), &[width, values], Use::Other, l, 1.0);
        if delta.fused_gates {
            self.matrix(&weight("ssm_ba"), &[width, 2 * delta.value_heads], Use::Other, l, 1.0);
        } else {
            self.matrix(&weight("ssm_beta"), &[width, delta.value_heads], Use::Other, l, 1.0);
            self.matrix(&weight("ssm_alpha"), &[width, delta.value_heads], Use::Other, l, 1.0);
        }
        self.vector(&weight("ssm_conv1d"), &[4, 2 * keys + values], TensorNumbers::Between(-0.7, 0.7));
        self.vector(&name("ssm_a"), &[delta.value_heads], TensorNumbers::Between(-8.0, -0.1));
        self.vector(&name("ssm_dt.bias"), &[delta.value_heads], TensorNumbers::Between(-6.0, -2.0));
        self.vector(&weight("ssm_norm"), &[delta.size], NEAR_ONE);
        self.matrix(&weight("ssm_out"), &[values, width], Use::Other, l, little);
    }

    fn feed_forward(&mut self, l: u64) {
        let name = |part: &str| format!("blk.{l}.{part}");
        let weight = |part: &str| format!("blk.{l}.{part}.weight");
        let (width, little) = (self.shape.width, self.little());
        // The norm before it has the name of one behind the attention in some architectures.
        let norm = match self.shape.architecture {
            "qwen35" | "qwen35moe" | "qwen3next" | "gpt-oss" => "post_attention_norm",
            _ => "ffn_norm",
        };
        self.vector(&weight(norm), &[width], NEAR_ONE);
        if self.shape.norms_behind {
            self.vector(&weight("post_attention_norm"), &[width], NEAR_ONE);
            self.vector(&weight("post_ffw_norm"), &[width], NEAR_ONE);
        }
        let Some(experts) = self.shape.experts.clone().filter(|_| l >= self.shape.leading_dense) else {
            let inner = self.shape.feed_forward;
            self.matrix(&weight("ffn_gate"), &[width, inner], Use::Other, l, 1.0);
            self.matrix(&weight("ffn_up"), &[width, inner], Use::Other, l, 1.0);
            self.matrix(&weight("ffn_down"), &[inner, width], Use::Sensitive { expert: false }, l, little);
            return;
        };
        let (count, inner) = (experts.count, experts.width);
        let spread = 1.0 / (width as f32).sqrt();
        self.vector(&weight("ffn_gate_inp"), &[width, count], TensorNumbers::Spread(spread));
        self.matrix(&weight("ffn_gate_exps"), &[width, inner, count], Use::Expert, l, 1.0);
        self.matrix(&weight("ffn_up_exps"), &[width, inner, count], Use::Expert, l, 1.0);
        let down = Use::Sensitive { expert: true };
        self.matrix(&weight("ffn_down_exps"), &[inner, width, count], down, l, little);
        if experts.choice_bias {
            self.vector(&name("exp_probs_b.bias"), &[count], SMALL);
        }
        if matches!(self.shape.attention, AttentionShape::Grouped { biases: Biases::All, .. }) {
            self.vector(&name("ffn_gate_inp.bias"), &[count], SMALL);
            self.vector(&name("ffn_gate_exps.bias"), &[inner, count], SMALL);
            self.vector(&name("ffn_up_exps.bias"), &[inner, count], SMALL);
            self.vector(&name("ffn_down_exps.bias"), &[width, count], SMALL);
        }
        if experts.shared > 0 {
            let inner = experts.shared;
            self.matrix(&weight("ffn_gate_shexp"), &[width, inner], Use::Other, l, 1.0);
            self.matrix(&weight("ffn_up_shexp"), &[width, inner], Use::Other, l, 1.0);
            let down = Use::Sensitive { expert: false };
            self.matrix(&weight("ffn_down_shexp"), &[inner, width], down, l, little);
        }
        if experts.shared_gate {
            self.vector(&weight("ffn_gate_inp_shexp"), &[width], TensorNumbers::Spread(spread));
        }
    }
}
