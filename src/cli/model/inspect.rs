//! `pelicycle model inspect`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use pelicycle_engine::gguf::{Gguf, GgufError};
use serde::Serialize;

use super::stdio::{harmless, print};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pelicycle model inspect model.gguf\n  \
                  pelicycle model inspect model-00001-of-00003.gguf --json")]
pub(crate) struct InspectArgs {
    /// The model file; of a split model the first.
    model: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What a file says of itself; what it does not say is null.
#[derive(Debug, Serialize)]
struct Report {
    files: Vec<PathBuf>,
    bytes: u64,
    gguf_version: u32,
    architecture: Option<String>,
    name: Option<String>,
    tensors: usize,
    parameters: u64,
    tensor_types: Vec<TypeShare>,
    context_length: Option<u64>,
    layers: Option<u64>,
    embedding_length: Option<u64>,
    experts: Option<Experts>,
    vocabulary: Vocabulary,
    chat_template: bool,
    license: Option<String>,
    license_link: Option<String>,
    source: Option<String>,
}

#[derive(Debug, Serialize)]
struct TypeShare {
    #[serde(rename = "type")]
    name: &'static str,
    tensors: usize,
    parameters: u64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Experts {
    count: u64,
    used: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Vocabulary {
    size: Option<u64>,
    model: Option<String>,
    pre: Option<String>,
}

pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let report = Report::of(&Gguf::open(&args.model)?)?;
    print(&if args.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.text()? })?;
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn of(gguf: &Gguf) -> Result<Report, GgufError> {
        let string = |key: &str| gguf.str(key).map(|found| found.map(str::to_owned));
        let first = |keys: &[&str]| -> Result<Option<String>, GgufError> {
            for key in keys {
                if let Some(found) = gguf.str(key)?.filter(|found| !found.is_empty()) {
                    return Ok(Some(found.to_owned()));
                }
            }
            Ok(None)
        };
        let architecture = string("general.architecture")?;
        let number = |key: &str| match &architecture {
            Some(architecture) => gguf.u64(&format!("{architecture}.{key}")),
            None => Ok(None),
        };
        let experts = match number("expert_count")? {
            None | Some(0) => None,
            Some(count) => Some(Experts { count, used: number("expert_used_count")? }),
        };
        let tokens = gguf.strings("tokenizer.ggml.tokens")?.map(|tokens| tokens.len() as u64);
        Ok(Report {
            files: gguf.paths().map(Into::into).collect(),
            bytes: gguf.file_bytes(),
            gguf_version: gguf.version(),
            name: first(&["general.name", "general.basename"])?,
            tensors: gguf.tensors().len(),
            parameters: gguf.tensors().iter().map(|tensor| tensor.elements()).sum(),
            tensor_types: type_shares(gguf),
            context_length: number("context_length")?,
            layers: number("block_count")?,
            embedding_length: number("embedding_length")?,
            experts,
            vocabulary: Vocabulary {
                size: match tokens {
                    Some(size) => Some(size),
                    None => number("vocab_size")?,
                },
                model: string("tokenizer.ggml.model")?,
                pre: string("tokenizer.ggml.pre")?,
            },
            chat_template: gguf.str("tokenizer.chat_template")?.is_some(),
            license: first(&["general.license", "general.license.name"])?,
            license_link: string("general.license.link")?,
            source: first(&[
                "general.source.url",
                "general.source.repo_url",
                "general.source.huggingface.repository",
                "general.repo_url",
                "general.url",
                "general.base_model.0.repo_url",
            ])?,
            architecture,
        })
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut out = String::new();
        let mut line = |label: &str, text: &str| writeln!(out, "{label:<15} {}", harmless(text));
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let count = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        for (index, file) in self.files.iter().enumerate() {
            line(if index == 0 { "file" } else { "" }, &file.display().to_string())?;
        }
        line("size", &format!("{}, GGUF version {}", bytes(self.bytes), self.gguf_version))?;
        line("architecture", &or_dash(&self.architecture))?;
        line("name", &or_dash(&self.name))?;
        line("parameters", &format!("{} in {} tensors", scaled(self.parameters), self.tensors))?;
        for share in &self.tensor_types {
            let TypeShare { name, tensors, parameters, bytes: size } = share;
            let text = format!(
                "{name:<5} {tensors:>5} tensors {:>9} numbers {:>10}",
                scaled(*parameters),
                bytes(*size)
            );
            line("", &text)?;
        }
        line("context", &count(self.context_length))?;
        line("layers", &count(self.layers))?;
        line("embedding", &count(self.embedding_length))?;
        let experts = match &self.experts {
            Some(experts) => format!("{} a layer, {} used for a token", experts.count, count(experts.used)),
            None => "none".to_owned(),
        };
        line("experts", &experts)?;
        let Vocabulary { size, model, pre } = &self.vocabulary;
        line("vocabulary", &format!("{} tokens, {}, {}", count(*size), or_dash(model), or_dash(pre)))?;
        line("chat template", if self.chat_template { "yes" } else { "no" })?;
        line("license", &or_dash(&self.license))?;
        if let Some(link) = &self.license_link {
            line("", link)?;
        }
        line("source", &or_dash(&self.source))?;
        Ok(out)
    }
}

/// The tensor types of a file, the one with most bytes first.
fn type_shares(gguf: &Gguf) -> Vec<TypeShare> {
    let mut shares = BTreeMap::new();
    for tensor in gguf.tensors() {
        let name = tensor.tensor_type.name();
        let share = shares.entry(name).or_insert(TypeShare { name, tensors: 0, parameters: 0, bytes: 0 });
        share.tensors += 1;
        share.parameters += tensor.elements();
        share.bytes += tensor.byte_len() as u64;
    }
    let mut shares: Vec<_> = shares.into_values().collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    shares
}

/// A count with three digits or more and the unit that fits it.
fn scaled(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{:.1} k", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", count as f64 / 1e6),
        _ => format!("{:.2} G", count as f64 / 1e9),
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..10_240 => format!("{count} B"),
        10_240..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", count as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", count as f64 / 1_073_741_824.0),
    }
}
