//! From an open file to typed layers; every tensor's shape is checked against the configuration.

use std::path::Path;
use std::sync::Arc;

use pelicycle_kernels::Kernels;
use pelicycle_kernels::quant::TensorType;

use super::architecture::Architecture;
use super::architectures::supported;
use super::compute_context::{Arithmetic, ComputeContext};
use super::config::ModelConfig;
use super::error::ModelError;
use super::file_names::canonical;
use super::layer::Layer;
use super::layer_input::LayerInputs;
use super::layer_source::LayerSource;
use super::matrix::Matrix;
use super::not_yet::missing;
use super::residual::Residual;
use super::rope::{FrequencyDivisors, LayerRopes};
use super::tensor_reader::TensorReader;
use crate::cache::CachePrecision;
use crate::gguf::Gguf;
use crate::thread_pool::{ThreadPool, cores};

/// The architecture that a file names.
fn architecture(gguf: &Gguf) -> Result<&'static Architecture, ModelError> {
    let name = gguf.require_str("general.architecture")?;
    Architecture::named(name).ok_or_else(|| ModelError::Architecture {
        path: gguf.path().to_owned(),
        name: name.to_owned(),
        missing: missing(name),
        supported: supported(),
    })
}

/// Tensors of models for other things than text, in one file with this one.
const OTHER_PARTS: &[&str] = &["v.", "mm.", "a.", "s.", "mtp."];

/// A model that can be asked: its file, its layers, and the threads that compute it.
#[derive(Debug)]
pub struct Model {
    pub(super) gguf: Arc<Gguf>,
    pub(super) config: ModelConfig,
    pub(crate) context: ComputeContext,
    pub(super) embedding: Matrix,
    pub(super) layer_inputs: Option<LayerInputs>,
    pub(super) layers: Vec<Layer>,
    /// The connection by which the output reads the stream.
    pub(super) end: Residual,
    pub(super) output: Matrix,
    pub(super) cache_precision: CachePrecision,
}

impl Model {
    /// Opens a model file. `threads` is at least 1; `None` takes the machine's cores.
    ///
    /// # Errors
    /// When the file can't be read, or its architecture, a tensor or a number of its configuration is not as it must be.
    pub fn open(path: &Path, threads: Option<usize>, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        Model::new(Arc::new(Gguf::open(path)?), threads, arithmetic)
    }

    /// Tells what keeps a file from being run as far as its metadata tell, which takes no time: its architecture, and the
    /// numbers of that.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn check_metadata(gguf: &Arc<Gguf>) -> Result<(), ModelError> {
        Model::config_of(gguf).map(drop)
    }

    /// The configuration that a file's metadata make.
    pub(crate) fn config_of(gguf: &Arc<Gguf>) -> Result<ModelConfig, ModelError> {
        let gguf = canonical(Arc::clone(gguf))?;
        ModelConfig::read(&gguf, architecture(&gguf)?)
    }

    /// Builds a model from an open file.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn new(gguf: Arc<Gguf>, threads: Option<usize>, arithmetic: Arithmetic) -> Result<Model, ModelError> {
        let gguf = canonical(gguf)?;
        let architecture = architecture(&gguf)?;
        let config = ModelConfig::read(&gguf, architecture)?;
        let tensors = TensorReader::new(&gguf);
        let divisors = FrequencyDivisors::read(&tensors, &config, architecture.rope_divisors)?;
        let end = Residual::end(&tensors, &config, architecture)?;
        let embedding = tensors.matrix("token_embd", &[config.width, config.vocabulary])?;
        let output = match tensors.has("output.weight") {
            true => tensors.matrix("output", &[config.width, config.vocabulary])?,
            false => embedding.clone(),
        };
        let layer_inputs = LayerInputs::read(&tensors, &config)?;
        let ropes = LayerRopes::new(architecture.rope, &config, &divisors);
        let layer = |layer| {
            let (gguf, tensors, config, ropes) = (&gguf, &tensors, &config, &ropes);
            Layer::read(&LayerSource { gguf, tensors, config, architecture, ropes, layer })
        };
        let layers = (0..config.layers).map(layer).collect::<Result<_, _>>()?;
        tensors.find_holes()?;
        for draft in config.layers..config.layers + config.draft_layers {
            tensors.pass_over(&format!("blk.{draft}."));
        }
        // Towers for pictures and sounds, and draft heads, have no part in answers to text.
        OTHER_PARTS.iter().for_each(|prefix| tensors.pass_over(prefix));
        tensors.finish(architecture.name)?;
        let threads = threads.unwrap_or_else(cores);
        Ok(Model {
            context: ComputeContext {
                pool: ThreadPool::new(threads),
                kernels: Kernels::chosen()?,
                arithmetic,
            },
            cache_precision: cache_precision(&gguf, arithmetic),
            end,
            embedding,
            layer_inputs,
            layers,
            output,
            config,
            gguf,
        })
    }

    /// The file that the model stands in.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }

    /// The model's configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
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

    /// The arithmetic in which activations meet its weights.
    pub fn arithmetic(&self) -> Arithmetic {
        self.context.arithmetic
    }

    /// Calls `work` once with each item, on the model's threads.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        self.context.pool.for_each(items, work);
    }
}

/// Half precision in a run of a quantized file. A file that keeps its weights as floats is there for its
/// precision, and its cache is small beside its weights.
fn cache_precision(gguf: &Gguf, arithmetic: Arithmetic) -> CachePrecision {
    let quantized = gguf.tensors().iter().any(|tensor| tensor.tensor_type.is_quantized());
    if arithmetic == Arithmetic::Int8 && quantized { CachePrecision::Half } else { CachePrecision::Float }
}
