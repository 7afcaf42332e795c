//! Model files taken apart, to be written again with changes.

use std::sync::Arc;

use half::f16;
use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataValue};
use pelicycle_engine::model::{Arithmetic, Model, ModelError};
use pelicycle_engine::quant::TensorType;

use super::shared;

/// A tensor with its bytes.
#[derive(Clone)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    pub(crate) dims: Vec<u64>,
    pub(crate) kind: TensorType,
    pub(crate) bytes: Vec<u8>,
}

/// The parts of a model file, to be changed.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) pairs: Vec<(String, MetadataValue)>,
    pub(crate) tensors: Vec<Tensor>,
}

impl Parts {
    pub(crate) fn golden(name: &str) -> Option<Parts> {
        let shared = shared()?;
        let paths = ["golden", "golden-2"].map(|part| shared.join(format!("{part}/models/{name}.gguf")));
        let path = paths.iter().find(|path| path.is_file()).unwrap_or(&paths[0]);
        Some(Parts::of(&Gguf::open(path).unwrap()))
    }

    pub(crate) fn of(gguf: &Gguf) -> Parts {
        let tensor = |tensor| {
            let bytes = gguf.bytes(tensor).to_vec();
            Tensor { name: tensor.name.clone(), dims: tensor.dims.clone(), kind: tensor.tensor_type, bytes }
        };
        let pairs = gguf.metadata().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Parts { pairs, tensors: gguf.tensors().iter().map(tensor).collect() }
    }

    /// The file's bytes.
    pub(crate) fn file(&self) -> Vec<u8> {
        let mut contents = GgufBuilder::default();
        for (key, value) in &self.pairs {
            contents.pair(key.clone(), value.clone());
        }
        for tensor in &self.tensors {
            contents.tensor(tensor.name.clone(), &tensor.dims, tensor.kind).unwrap();
        }
        let mut file = Vec::new();
        let mut bytes = self.tensors.iter().map(|tensor| &tensor.bytes);
        contents.write(&mut file, |_, out| out.write_all(bytes.next().unwrap())).unwrap();
        file
    }

    pub(crate) fn gguf(&self) -> Arc<Gguf> {
        Arc::new(Gguf::from_bytes(&self.file()).unwrap())
    }

    pub(crate) fn model(&self, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        Model::new(self.gguf(), Some(1), arithmetic)
    }

    /// Takes a tensor out.
    pub(crate) fn take(&mut self, name: &str) -> Tensor {
        let at = self.tensors.iter().position(|tensor| tensor.name == name).unwrap();
        self.tensors.remove(at)
    }

    /// Puts some tensors, of as many matrices each, together into one: the first matrix of each, then the second.
    pub(crate) fn fuse(&mut self, parts: &[&str], whole: &str, axis: usize) {
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
    pub(crate) fn unstack(&mut self, stack: &str, name: impl Fn(usize) -> String) {
        let stack = self.take(stack);
        let count = usize::try_from(stack.dims[2]).unwrap();
        for (i, bytes) in stack.bytes.chunks_exact(stack.bytes.len() / count).enumerate() {
            let (dims, bytes) = (stack.dims[..2].to_vec(), bytes.to_vec());
            self.tensors.push(Tensor { name: name(i), dims, kind: stack.kind, bytes });
        }
    }

    /// Sets a key, or leaves it out.
    pub(crate) fn set(&mut self, key: &str, value: Option<MetadataValue>) {
        self.pairs.retain(|(k, _)| k != key);
        self.pairs.extend(value.map(|value| (key.to_owned(), value)));
    }

    /// A copy with its half-precision matrices rounded to Q8_0, but for those with rows that are no whole blocks.
    pub(crate) fn rounded(&self) -> Parts {
        let mut copy = self.clone();
        let matrices = copy.tensors.iter_mut().filter(|tensor| tensor.dims.len() > 1);
        for tensor in matrices.filter(|tensor| tensor.kind == TensorType::F16 && tensor.dims[0] % 32 == 0) {
            let halves = tensor.bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32());
            let numbers: Vec<f32> = halves.collect();
            tensor.bytes = numbers.as_chunks::<32>().0.iter().flat_map(q8_0).collect();
            tensor.kind = TensorType::Q8_0;
        }
        copy
    }

    pub(crate) fn architecture(&self) -> String {
        let named = self.pairs.iter().find(|(key, _)| key == "general.architecture");
        match named {
            Some((_, MetadataValue::String(name))) => name.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn layers(&self) -> usize {
        self.tensors.iter().filter(|tensor| tensor.name.ends_with(".attn_norm.weight")).count()
    }
}

/// A block: a scale in half precision and 32 codes.
fn q8_0(numbers: &[f32; 32]) -> [u8; 34] {
    let largest = numbers.iter().fold(0f32, |max, x| max.max(x.abs()));
    let scale = f16::from_f32(largest / 127.0);
    let mut block = [0; 34];
    block[..2].copy_from_slice(&scale.to_le_bytes());
    for (code, x) in block[2..].iter_mut().zip(numbers) {
        let rounded = if largest > 0.0 { (x / scale.to_f32()).round() as i8 } else { 0 };
        *code = rounded.cast_unsigned();
    }
    block
}
