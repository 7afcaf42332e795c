//! Which of the weights a step reads.

use super::load::Model;

/// Bytes of weights that a step reads from memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reads {
    /// What every step reads: all weights but the routed experts and, where it is not the output too, the
    /// embedding, of which a token reads one row.
    pub always: u64,
    /// One routed expert of each layer; 0 where a layer has none.
    pub expert: Vec<u64>,
}

impl Model {
    /// Bytes of weights that a step reads.
    pub fn reads(&self) -> Reads {
        let tied = self.gguf.tensor("output.weight").is_none();
        let experts = self.hyper.experts.map_or(1, |experts| experts.count.max(1)) as u64;
        let mut reads = Reads { always: 0, expert: vec![0; self.hyper.layers] };
        for tensor in self.gguf.tensors() {
            let bytes = tensor.byte_len() as u64;
            match place(&tensor.name) {
                Place::Embedding if !tied => {}
                Place::Embedding | Place::Elsewhere => reads.always += bytes,
                // Layers behind the last are a draft block, which is not computed.
                Place::Layer(l) if l < reads.expert.len() => reads.always += bytes,
                Place::Experts(l) if l < reads.expert.len() => reads.expert[l] += bytes,
                Place::Layer(_) | Place::Experts(_) => {}
            }
        }
        reads.expert.iter_mut().for_each(|bytes| *bytes /= experts);
        reads
    }
}

enum Place {
    Embedding,
    /// Of a layer, for every token.
    Layer(usize),
    /// Of a layer's routed experts, all of them or one.
    Experts(usize),
    Elsewhere,
}

fn place(name: &str) -> Place {
    let mut parts = name.split('.');
    match (parts.next(), parts.next().map(str::parse), parts.next(), parts.next()) {
        (Some("token_embd"), ..) => Place::Embedding,
        // `ffn_up_exps.weight` has them all, `ffn_up.7.weight` is one of an older file.
        (Some("blk"), Some(Ok(l)), Some(part), rest)
            if part.ends_with("_exps") || rest.is_some_and(|part| part.parse::<u32>().is_ok()) =>
        {
            Place::Experts(l)
        }
        (Some("blk"), Some(Ok(l)), ..) => Place::Layer(l),
        _ => Place::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensors_place_is_told_by_its_name() {
        assert!(matches!(place("token_embd.weight"), Place::Embedding));
        assert!(matches!(place("output_norm.weight"), Place::Elsewhere));
        assert!(matches!(place("blk.3.attn_q.weight"), Place::Layer(3)));
        assert!(matches!(place("blk.3.ffn_gate_inp.weight"), Place::Layer(3)));
        assert!(matches!(place("blk.3.ffn_up_shexp.weight"), Place::Layer(3)));
        assert!(matches!(place("blk.12.ffn_gate_up_exps.weight"), Place::Experts(12)));
        assert!(matches!(place("blk.12.ffn_up_exps.bias"), Place::Experts(12)));
        assert!(matches!(place("blk.1.ffn_down.7.weight"), Place::Experts(1)));
    }
}
