//! The report on a model file. The names are those of the JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use pelicycle_engine::chat::ChatTemplate;
use pelicycle_engine::gguf::{Gguf, GgufOutline};
use pelicycle_engine::memory_limit;
use pelicycle_engine::model::{Arithmetic, Model, TensorRole, WeightSummary};
use pelicycle_engine::tokenizer::Tokenizer;
use serde::Serialize;

/// The report on a model file: what it says of itself, and what follows from that. What is not known is null.
#[derive(Debug, Serialize)]
pub(in crate::cli::model) struct ModelReport {
    pub(super) files: Vec<PathBuf>,
    /// Of all files.
    pub(super) bytes: u64,
    pub(super) gguf_version: u32,
    pub(super) architecture: Option<String>,
    pub(super) name: Option<String>,
    /// Whether this program can run it.
    pub(super) runs: bool,
    /// The reason why it can't be run.
    pub(in crate::cli::model) problem: Option<String>,
    /// The guesses that are made because the file does not say it.
    pub(super) remarks: Vec<String>,
    pub(super) tensors: usize,
    pub(super) parameters: u64,
    /// Parameters that one token meets, the embedding included.
    pub(super) active_parameters: Option<u64>,
    /// Bytes of weights that one token reads, without the embedding unless it is the output too.
    pub(in crate::cli::model) bytes_per_token: Option<u64>,
    pub(super) roles: Vec<RoleShare>,
    pub(super) tensor_types: Vec<TypeShare>,
    /// The types of the tensors that choose experts.
    pub(super) router_types: BTreeSet<String>,
    pub(super) context_length: Option<u64>,
    pub(super) layers: Option<u64>,
    pub(super) embedding_length: Option<u64>,
    pub(super) experts: Option<InspectedExperts>,
    pub(super) memory: MemoryNeed,
    pub(in crate::cli::model) speed: Option<ExpectedSpeed>,
    pub(super) vocabulary: VocabularySummary,
    pub(super) chat_template: bool,
    /// The projector with which it sees pictures; null for a model that reads text alone.
    pub(super) projector: Option<PathBuf>,
    /// The fault of a projector with which it would see.
    pub(super) projector_problem: Option<String>,
    pub(super) license: Option<String>,
    pub(super) license_link: Option<String>,
    pub(super) author: Option<String>,
    pub(super) source: Option<String>,
}

/// The weights that serve one purpose.
#[derive(Debug, Serialize)]
pub(super) struct RoleShare {
    pub(super) role: &'static str,
    pub(super) parameters: u64,
    pub(super) active_parameters: Option<u64>,
    pub(super) bytes: Option<u64>,
}

/// The weights of one tensor type.
#[derive(Debug, Serialize)]
pub(super) struct TypeShare {
    #[serde(rename = "type")]
    pub(super) name: String,
    pub(super) tensors: usize,
    pub(super) parameters: u64,
    pub(super) bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct InspectedExperts {
    pub(super) count: u64,
    /// The number of them that a token takes.
    pub(super) used: Option<u64>,
    /// Those that every token takes beside.
    pub(super) shared: u64,
}

/// Bytes that a run takes.
#[derive(Debug, Serialize)]
pub(super) struct MemoryNeed {
    pub(super) weights: Option<u64>,
    /// Keys and values, or latent vectors, of a thousand tokens of one sequence.
    pub(super) cache_for_1000_tokens: Option<u64>,
    /// The memory that recurrent layers need for a sequence.
    pub(super) state_per_sequence: Option<u64>,
    /// The memory that this process may have: the machine's, or its control group's.
    pub(super) machine: Option<u64>,
}

/// The speed that this machine will give, as far as its memory limits it.
#[derive(Debug, Serialize)]
pub(in crate::cli::model) struct ExpectedSpeed {
    pub(super) threads: usize,
    /// Bytes a second, measured.
    pub(super) memory_bandwidth: f64,
    pub(super) tokens_per_second: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct VocabularySummary {
    pub(super) size: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) pre: Option<String>,
}

impl ModelReport {
    pub(in crate::cli::model) fn of(outline: &GgufOutline) -> ModelReport {
        let gguf = &**outline.gguf();
        let says = Says { gguf, architecture: gguf.str("general.architecture").ok().flatten() };
        let (model, opened) = attempt(outline);
        let (remarks, problem) = match opened {
            Ok(remarks) => (remarks, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let census = WeightSummary::of(outline);
        let total = census.total();
        let memory = model.map(|model| model.memory());
        let tokens = gguf.strings("tokenizer.ggml.tokens").ok().flatten().map(|tokens| tokens.len() as u64);
        ModelReport {
            files: gguf.paths().map(Into::into).collect(),
            bytes: gguf.file_bytes(),
            gguf_version: gguf.version(),
            architecture: says.string(&["general.architecture"]),
            name: says.string(&["general.name", "general.basename"]),
            runs: problem.is_none(),
            problem,
            remarks,
            tensors: outline.tensors().len(),
            parameters: total.parameters,
            active_parameters: census.active().map(|active| active.parameters),
            bytes_per_token: census.bytes_a_token(),
            roles: roles(&census),
            tensor_types: type_shares(outline),
            router_types: router_types(outline),
            context_length: says.number("context_length"),
            layers: says.number("block_count"),
            embedding_length: says.number("embedding_length"),
            experts: experts(&says, &census),
            memory: MemoryNeed {
                weights: total.bytes,
                cache_for_1000_tokens: memory.as_ref().map(|memory| memory.cache(1000)),
                state_per_sequence: memory.as_ref().map(|memory| memory.state()),
                machine: memory_limit(),
            },
            speed: None,
            vocabulary: VocabularySummary {
                size: tokens.or_else(|| says.number("vocab_size")),
                model: says.string(&["tokenizer.ggml.model"]),
                pre: says.string(&["tokenizer.ggml.pre"]),
            },
            chat_template: gguf.str("tokenizer.chat_template").is_ok_and(|template| template.is_some()),
            projector: None,
            projector_problem: None,
            license: says.string(&["general.license", "general.license.name"]),
            license_link: says.string(&["general.license.link"]),
            author: says.string(&[
                "general.author",
                "general.organization",
                "general.base_model.0.organization",
            ]),
            source: says.string(&[
                "general.source.url",
                "general.source.repo_url",
                "general.source.huggingface.repository",
                "general.repo_url",
                "general.url",
                "general.base_model.0.repo_url",
            ]),
        }
    }
}

impl ExpectedSpeed {
    /// The tokens a second that `bandwidth` of so many threads allows; `None` when it is not known what a token
    /// reads.
    pub(in crate::cli::model) fn predict(
        bytes_per_token: Option<u64>,
        threads: usize,
        bandwidth: impl FnOnce(usize) -> f64,
    ) -> Option<ExpectedSpeed> {
        let bytes = bytes_per_token.filter(|&bytes| bytes > 0)?;
        let memory_bandwidth = bandwidth(threads);
        Some(ExpectedSpeed { threads, memory_bandwidth, tokens_per_second: memory_bandwidth / bytes as f64 })
    }
}

/// Metadata of which nothing has to be there: a key of another type than it should be is as good as none.
struct Says<'a> {
    gguf: &'a Gguf,
    architecture: Option<&'a str>,
}

impl Says<'_> {
    /// The first of these keys that says something.
    fn string(&self, keys: &[&str]) -> Option<String> {
        let mut said = keys.iter().filter_map(|key| self.gguf.str(key).ok().flatten());
        said.find(|found| !found.is_empty()).map(str::to_owned)
    }

    /// A number of the architecture's.
    fn number(&self, key: &str) -> Option<u64> {
        self.gguf.u64(&format!("{}.{key}", self.architecture?)).ok().flatten()
    }
}

/// Opens everything that a run needs: the model, as soon as that opens, and what is guessed or why a run would fail.
fn attempt(outline: &GgufOutline) -> (Option<Model>, Result<Vec<String>, String>) {
    if let Some(problem) = outline.problem() {
        return (None, Err(problem.to_string()));
    }
    let gguf = outline.gguf();
    match Model::new(Arc::clone(gguf), Some(1), Arithmetic::Int8) {
        Ok(model) => (Some(model), talk(gguf)),
        Err(error) => (None, Err(error.to_string())),
    }
}

/// Opens what makes tokens of a conversation, and tells what of it is guessed.
fn talk(gguf: &Gguf) -> Result<Vec<String>, String> {
    let tokenizer = Tokenizer::from_gguf(gguf).map_err(|error| error.to_string())?;
    let template = ChatTemplate::from_gguf(gguf).map_err(|error| error.to_string())?;
    Ok(tokenizer.remark().into_iter().chain(template.remark()).map(str::to_owned).collect())
}

fn experts(says: &Says<'_>, census: &WeightSummary) -> Option<InspectedExperts> {
    let count = says.number("expert_count").filter(|&count| count > 0)?;
    // A file that does not count its shared experts has their weights as one.
    let there = u64::from(census.role(TensorRole::SharedExperts).parameters > 0);
    let shared = says.number("expert_shared_count").unwrap_or(there);
    Some(InspectedExperts { count, used: says.number("expert_used_count"), shared })
}

/// The roles of the weights; only what there is.
fn roles(census: &WeightSummary) -> Vec<RoleShare> {
    let share = |role| {
        let all = census.role(role);
        let active = census.active_of(role).map(|active| active.parameters);
        let (parameters, bytes) = (all.parameters, all.bytes);
        RoleShare { role: role_name(role), parameters, active_parameters: active, bytes }
    };
    TensorRole::ALL.into_iter().map(share).filter(|share| share.parameters > 0).collect()
}

fn role_name(role: TensorRole) -> &'static str {
    match role {
        TensorRole::Embedding => "embedding",
        TensorRole::LayerEmbedding => "layer_embedding",
        TensorRole::Attention => "attention",
        TensorRole::FeedForward => "feed_forward",
        TensorRole::Router => "router",
        TensorRole::Experts => "experts",
        TensorRole::SharedExperts => "shared_experts",
        TensorRole::Output => "output",
        TensorRole::Draft => "draft",
        TensorRole::Other => "other",
    }
}

/// The tensor types of a file, the one with most bytes first, and those of unknown size last.
fn type_shares(outline: &GgufOutline) -> Vec<TypeShare> {
    let mut shares = BTreeMap::new();
    for tensor in outline.tensors() {
        let name = tensor.type_name.clone();
        let empty = TypeShare { name: name.clone(), tensors: 0, parameters: 0, bytes: Some(0) };
        let share = shares.entry(name).or_insert(empty);
        share.tensors += 1;
        share.parameters = share.parameters.saturating_add(tensor.elements);
        share.bytes = share.bytes.zip(tensor.bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
    }
    let mut shares: Vec<_> = shares.into_values().collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    shares
}

fn router_types(outline: &GgufOutline) -> BTreeSet<String> {
    let routers = outline.tensors().iter().filter(|tensor| tensor.name.ends_with(".ffn_gate_inp.weight"));
    routers.map(|tensor| tensor.type_name.clone()).collect()
}
