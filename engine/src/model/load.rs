//! From an open file to typed layers; every tensor's shape is checked against the hyper-parameters.

use std::path::Path;
use std::sync::Arc;

use super::architecture::{Architecture, supported};
use super::attention::Attention;
use super::context::{Arithmetic, Context};
use super::error::ModelError;
use super::experts::Experts;
use super::feed_forward::{FeedForward, Gated};
use super::hyper::Hyper;
use super::matrix::Matrix;
use super::rope::Rope;
use crate::cache::Precision;
use crate::gguf::Gguf;
use crate::kernel::Kernels;
use crate::pool::Pool;
use crate::quant::TensorType;

/// A model that can be asked: its file, its layers, and the threads that compute it.
#[derive(Debug)]
pub struct Model {
    pub(super) gguf: Arc<Gguf>,
    pub(super) hyper: Hyper,
    pub(super) context: Context,
    pub(super) rope: Rope,
    pub(super) embedding: Matrix,
    pub(super) layers: Vec<Layer>,
    pub(super) output_norm: Vec<f32>,
    pub(super) output: Matrix,
    pub(super) cache_precision: Precision,
}

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) attention_norm: Vec<f32>,
    pub(super) attention: Attention,
    pub(super) feed_forward_norm: Vec<f32>,
    pub(super) feed_forward: FeedForward,
}

impl Model {
    /// Opens a model file. `threads` is at least 1; `None` takes the machine's cores.
    ///
    /// # Errors
    /// When the file can't be read, or its architecture, a tensor or a hyper-parameter is not as it must be.
    pub fn open(path: &Path, threads: Option<usize>, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        Model::new(Arc::new(Gguf::open(path)?), threads, arithmetic)
    }

    /// Builds a model from an open file.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn new(gguf: Arc<Gguf>, threads: Option<usize>, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        let name = gguf.require_str("general.architecture")?;
        let Some(architecture) = Architecture::named(name) else {
            let (path, name) = (gguf.path().to_owned(), name.to_owned());
            return Err(ModelError::Architecture { path, name, supported: supported() });
        };
        let hyper = Hyper::read(&gguf)?;
        let file = Tensors { gguf: &gguf };
        let divisors = match gguf.tensor("rope_freqs.weight") {
            Some(_) => Some(file.vector("rope_freqs.weight", hyper.rope_size / 2)?),
            None => None,
        };
        let embedding = file.matrix("token_embd.weight", &[hyper.width, hyper.vocabulary])?;
        let output = match gguf.tensor("output.weight") {
            Some(_) => file.matrix("output.weight", &[hyper.width, hyper.vocabulary])?,
            None => embedding.clone(),
        };
        let layers =
            (0..hyper.layers).map(|l| file.layer(l, &hyper, architecture)).collect::<Result<_, _>>()?;
        let threads = threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |threads| threads.get()));
        Ok(Model {
            rope: Rope::new(
                architecture.rope,
                hyper.rope_size,
                hyper.rope_base,
                hyper.rope_factor,
                divisors.as_deref(),
            ),
            context: Context { pool: Pool::new(threads), kernels: Kernels::detect(), arithmetic },
            cache_precision: cache_precision(&gguf, arithmetic),
            output_norm: file.vector("output_norm.weight", hyper.width)?,
            embedding,
            layers,
            output,
            hyper,
            gguf,
        })
    }

    /// The file that the model stands in.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }

    /// The numbers that shape the model.
    pub fn hyper(&self) -> &Hyper {
        &self.hyper
    }

    /// Threads that compute, the caller's included.
    pub fn threads(&self) -> usize {
        self.context.pool.threads()
    }

    /// The instruction set that its products use, such as `avx512-vnni`.
    pub fn kernels(&self) -> &'static str {
        self.context.kernels.name
    }

    /// The tensor type that holds most of its weights.
    pub fn quantization(&self) -> TensorType {
        let mut weights = std::collections::BTreeMap::<TensorType, u64>::new();
        for tensor in self.gguf.tensors() {
            *weights.entry(tensor.tensor_type).or_default() += tensor.elements();
        }
        weights.into_iter().max_by_key(|&(_, n)| n).map_or(TensorType::F32, |(kind, _)| kind)
    }

    /// How activations meet its weights.
    pub fn arithmetic(&self) -> Arithmetic {
        self.context.arithmetic
    }

    /// Calls `work` once with each item, on the model's threads.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        self.context.pool.for_each(items, work);
    }
}

/// Half precision in a run, unless the file itself keeps all its weights in 32 bits.
fn cache_precision(gguf: &Gguf, arithmetic: Arithmetic) -> Precision {
    let in_full = gguf.tensors().iter().all(|tensor| tensor.tensor_type == TensorType::F32);
    if arithmetic == Arithmetic::Exact || in_full { Precision::Float } else { Precision::Half }
}

/// Takes tensors out of a file.
struct Tensors<'a> {
    gguf: &'a Arc<Gguf>,
}

impl Tensors<'_> {
    /// The place of a tensor that must be there, with these dimensions.
    fn find(&self, name: &str, dims: &[usize]) -> Result<usize, ModelError> {
        let info = self.gguf.require_tensor(name)?;
        if !info.dims.iter().copied().eq(dims.iter().map(|&n| n as u64)) {
            return Err(ModelError::Shape {
                path: self.gguf.path().to_owned(),
                tensor: name.to_owned(),
                found: info.dims.clone(),
                expected: dims.iter().map(|&n| n as u64).collect(),
            });
        }
        Ok(self.gguf.tensors().iter().position(|t| std::ptr::eq(t, info)).expect("it is one of them"))
    }

    fn matrix(&self, name: &str, dims: &[usize]) -> Result<Matrix, ModelError> {
        Ok(Matrix::new(Arc::clone(self.gguf), self.find(name, dims)?))
    }

    /// A vector is small and read often: it is copied out as floats.
    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>, ModelError> {
        let info = &self.gguf.tensors()[self.find(name, &[len])?];
        if info.tensor_type.is_quantized() {
            let (path, tensor) = (self.gguf.path().to_owned(), name.to_owned());
            return Err(ModelError::VectorType { path, tensor, found: info.tensor_type });
        }
        let mut numbers = vec![0.0; len];
        crate::quant::dequantize(info.tensor_type, self.gguf.bytes(info), &mut numbers);
        Ok(numbers)
    }

    fn layer(&self, layer: usize, hyper: &Hyper, architecture: &Architecture) -> Result<Layer, ModelError> {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let matrix = |part: &str, dims: &[usize]| self.matrix(&name(part), dims);
        let vector = |part: &str, len| self.vector(&name(part), len);
        let (width, kv_heads) = (hyper.width, hyper.kv_heads[layer]);
        let query_key_norm = match architecture.query_key_norm {
            true => Some((vector("attn_q_norm", hyper.key_size)?, vector("attn_k_norm", hyper.key_size)?)),
            false => None,
        };
        let attention = Attention {
            query: matrix("attn_q", &[width, hyper.heads * hyper.key_size])?,
            key: matrix("attn_k", &[width, kv_heads * hyper.key_size])?,
            value: matrix("attn_v", &[width, kv_heads * hyper.value_size])?,
            output: matrix("attn_output", &[hyper.heads * hyper.value_size, width])?,
            query_key_norm,
            kv_heads,
        };
        let feed_forward = match hyper.experts {
            Some(experts) => FeedForward::Experts(Experts {
                router: matrix("ffn_gate_inp", &[width, experts.count])?,
                gate: matrix("ffn_gate_exps", &[width, experts.width, experts.count])?,
                up: matrix("ffn_up_exps", &[width, experts.width, experts.count])?,
                down: matrix("ffn_down_exps", &[experts.width, width, experts.count])?,
                count: experts.count,
                used: experts.used,
                routing: architecture.routing,
            }),
            None => FeedForward::Dense(Gated {
                gate: matrix("ffn_gate", &[width, hyper.feed_forward])?,
                up: matrix("ffn_up", &[width, hyper.feed_forward])?,
                down: matrix("ffn_down", &[hyper.feed_forward, width])?,
            }),
        };
        Ok(Layer {
            attention_norm: vector("attn_norm", width)?,
            attention,
            feed_forward_norm: vector("ffn_norm", width)?,
            feed_forward,
        })
    }
}
