//! Model files rewritten: other layouts of the same weights give the same answers, and what a file says wrongly of
//! itself is an error that names it, never a panic.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::sync::Arc;

use pelicycle_engine::Session;
use pelicycle_engine::gguf::{Contents, Gguf, Value};
use pelicycle_engine::model::{Arithmetic, Model, ModelError};
use pelicycle_engine::quant::TensorType;
use support::shared;

/// A tensor with its bytes.
#[derive(Clone)]
struct Tensor {
    name: String,
    dims: Vec<u64>,
    kind: TensorType,
    bytes: Vec<u8>,
}

/// The parts of a model file, to be changed.
#[derive(Clone)]
struct Parts {
    pairs: Vec<(String, Value)>,
    tensors: Vec<Tensor>,
}

impl Parts {
    fn golden(name: &str) -> Option<Parts> {
        let gguf = Gguf::open(&shared()?.join(format!("golden/models/{name}.gguf"))).unwrap();
        let tensor = |tensor| {
            let bytes = gguf.bytes(tensor).to_vec();
            Tensor { name: tensor.name.clone(), dims: tensor.dims.clone(), kind: tensor.tensor_type, bytes }
        };
        let pairs = gguf.metadata().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Some(Parts { pairs, tensors: gguf.tensors().iter().map(tensor).collect() })
    }

    fn gguf(&self) -> Arc<Gguf> {
        let mut contents = Contents::default();
        for (key, value) in &self.pairs {
            contents.pair(key.clone(), value.clone());
        }
        for tensor in &self.tensors {
            contents.tensor(tensor.name.clone(), &tensor.dims, tensor.kind).unwrap();
        }
        let mut file = Vec::new();
        let mut bytes = self.tensors.iter().map(|tensor| &tensor.bytes);
        contents.write(&mut file, |_, out| out.write_all(bytes.next().unwrap())).unwrap();
        Arc::new(Gguf::from_bytes(&file).unwrap())
    }

    fn model(&self, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        Model::new(self.gguf(), Some(1), arithmetic)
    }

    /// Takes a tensor out.
    fn take(&mut self, name: &str) -> Tensor {
        let at = self.tensors.iter().position(|tensor| tensor.name == name).unwrap();
        self.tensors.remove(at)
    }

    /// Puts some tensors, of as many matrices each, together into one: the first matrix of each, then the second.
    fn fuse(&mut self, parts: &[&str], whole: &str, axis: usize) {
        let parts: Vec<Tensor> = parts.iter().map(|name| self.take(name)).collect();
        let mut dims = parts[0].dims.clone();
        dims[axis] = parts.iter().map(|tensor| tensor.dims[axis]).sum();
        let matrices: u64 = dims[axis + 1..].iter().product();
        let matrices = usize::try_from(matrices).unwrap();
        let mut bytes = Vec::new();
        for matrix in 0..matrices {
            for part in &parts {
                let len = part.bytes.len() / matrices;
                bytes.extend_from_slice(&part.bytes[matrix * len..][..len]);
            }
        }
        self.tensors.push(Tensor { name: whole.into(), dims, kind: parts[0].kind, bytes });
    }

    /// Gives each matrix of a stack a tensor of its own.
    fn unstack(&mut self, stack: &str, name: impl Fn(usize) -> String) {
        let stack = self.take(stack);
        let count = usize::try_from(stack.dims[2]).unwrap();
        for (i, bytes) in stack.bytes.chunks_exact(stack.bytes.len() / count).enumerate() {
            let (dims, bytes) = (stack.dims[..2].to_vec(), bytes.to_vec());
            self.tensors.push(Tensor { name: name(i), dims, kind: stack.kind, bytes });
        }
    }

    fn layers(&self) -> usize {
        self.tensors.iter().filter(|tensor| tensor.name.ends_with(".attn_norm.weight")).count()
    }
}

fn answer(model: &Model) -> Vec<f32> {
    Session::new(model).feed(&[5, 3, 200, 17, 5, 60, 61], true).unwrap().to_vec()
}

#[track_caller]
fn answers_the_same(one: &Parts, other: &Parts) {
    for arithmetic in [Arithmetic::Exact, Arithmetic::Run] {
        let (one, other) = (one.model(arithmetic).unwrap(), other.model(arithmetic).unwrap());
        assert!(answer(&one) == answer(&other), "{arithmetic:?}");
    }
}

#[test]
fn experts_gates_and_ups_may_lie_in_one_tensor() {
    for file in ["qwen3moe.f16", "qwen3moe.q8_0", "gptoss.f16"] {
        let Some(split) = Parts::golden(file) else { return };
        let mut fused = split.clone();
        for l in 0..split.layers() {
            let name = |part: &str| format!("blk.{l}.{part}");
            let (gate, up) = (name("ffn_gate_exps.weight"), name("ffn_up_exps.weight"));
            fused.fuse(&[&gate, &up], &name("ffn_gate_up_exps.weight"), 1);
            if file == "gptoss.f16" {
                let (gate, up) = (name("ffn_gate_exps.bias"), name("ffn_up_exps.bias"));
                fused.fuse(&[&gate, &up], &name("ffn_gate_up_exps.bias"), 0);
            }
        }
        answers_the_same(&split, &fused);
    }
}

#[test]
fn every_expert_may_have_tensors_of_its_own() {
    for name in ["mixtral.f16", "qwen3moe.q5_1"] {
        let Some(stacked) = Parts::golden(name) else { return };
        let mut apart = stacked.clone();
        for l in 0..stacked.layers() {
            for part in ["gate", "up", "down"] {
                let name = |e: usize| format!("blk.{l}.ffn_{part}.{e}.weight");
                apart.unstack(&format!("blk.{l}.ffn_{part}_exps.weight"), name);
            }
        }
        answers_the_same(&stacked, &apart);
    }
}

#[test]
fn queries_keys_and_values_may_lie_in_one_tensor() {
    for (name, kinds) in [("llama3.f16", &["weight"][..]), ("qwen2.f16", &["weight", "bias"])] {
        let Some(apart) = Parts::golden(name) else { return };
        let mut fused = apart.clone();
        for l in 0..apart.layers() {
            for kind in kinds {
                let parts = ["q", "k", "v"].map(|part| format!("blk.{l}.attn_{part}.{kind}"));
                let parts = parts.each_ref().map(String::as_str);
                fused.fuse(&parts, &format!("blk.{l}.attn_qkv.{kind}"), usize::from(*kind == "weight"));
            }
        }
        answers_the_same(&apart, &fused);
    }
}

#[test]
fn a_tensor_that_nothing_reads_is_refused_by_name() {
    let Some(mut parts) = Parts::golden("qwen3moe.f16") else { return };
    let extra = Tensor { name: "blk.1.attn_gate.weight".into(), ..parts.tensors[3].clone() };
    parts.tensors.push(extra);
    let error = parts.model(Arithmetic::Exact).unwrap_err().to_string();
    assert!(error.contains("blk.1.attn_gate.weight") && error.contains("qwen3moe"), "{error}");
}

#[test]
fn a_bias_that_the_architecture_has_must_be_there() {
    let Some(mut parts) = Parts::golden("qwen2moe.f16") else { return };
    parts.take("blk.1.attn_v.bias");
    let error = parts.model(Arithmetic::Exact).unwrap_err().to_string();
    assert!(error.contains("blk.1.attn_v.bias"), "{error}");
}

#[test]
fn experts_of_several_types_are_refused() {
    let Some(mut parts) = Parts::golden("mixtral.f16") else { return };
    parts.unstack("blk.0.ffn_gate_exps.weight", |e| format!("blk.0.ffn_gate.{e}.weight"));
    parts.unstack("blk.0.ffn_up_exps.weight", |e| format!("blk.0.ffn_up.{e}.weight"));
    parts.unstack("blk.0.ffn_down_exps.weight", |e| format!("blk.0.ffn_down.{e}.weight"));
    let odd = parts.tensors.iter_mut().find(|tensor| tensor.name == "blk.0.ffn_up.1.weight").unwrap();
    odd.kind = TensorType::BF16;
    let error = parts.model(Arithmetic::Exact).unwrap_err().to_string();
    assert!(error.contains("blk.0.ffn_up.1.weight") && error.contains("BF16"), "{error}");
}

/// The value with other numbers in its place, or nothing where it has none.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::U32(_) => [0, 1, 3, 7, 64, 1 << 20, u32::MAX].map(Value::U32).to_vec(),
        Value::F32(_) => [0.0, -1.0, 1e-30, 1e30, f32::INFINITY, f32::NAN].map(Value::F32).to_vec(),
        Value::String(_) => ["", "yarn", "linear", "longrope"].map(|s| Value::String(s.into())).to_vec(),
        _ => Vec::new(),
    }
}

/// Either it is refused, or it answers: with whatever numbers, but without a panic.
fn opens_or_is_refused(parts: &Parts) {
    if let Ok(model) = parts.model(Arithmetic::Exact) {
        let _ = Session::new(&model).feed(&[1, 2, 3], false).unwrap();
    }
}

const FAMILIES: &[&str] =
    &["gemma3.f16", "gptoss.f16", "granitemoe.f16", "llama3.f16", "mixtral.f16", "olmoe.f16", "qwen2moe.f16"];

#[test]
fn numbers_changed_at_will_are_refused_or_computed_with_but_never_panic() {
    for name in FAMILIES {
        let Some(parts) = Parts::golden(name) else { return };
        for (at, (key, value)) in parts.pairs.iter().enumerate() {
            if key.starts_with("general.") || key.starts_with("tokenizer.") {
                continue;
            }
            for other in others(value) {
                let mut changed = parts.clone();
                changed.pairs[at].1 = other;
                opens_or_is_refused(&changed);
            }
            let mut without = parts.clone();
            without.pairs.remove(at);
            opens_or_is_refused(&without);
        }
    }
}

#[test]
fn tensors_left_out_or_turned_are_refused_or_computed_with_but_never_panic() {
    for name in FAMILIES {
        let Some(parts) = Parts::golden(name) else { return };
        for at in 0..parts.tensors.len() {
            let mut without = parts.clone();
            without.tensors.remove(at);
            opens_or_is_refused(&without);
            let mut turned = parts.clone();
            turned.tensors[at].dims.reverse();
            opens_or_is_refused(&turned);
            let mut flat = parts.clone();
            flat.tensors[at].dims = vec![flat.tensors[at].dims.iter().product()];
            opens_or_is_refused(&flat);
        }
    }
}
