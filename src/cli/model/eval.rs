//! `pelicycle model eval`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use pelicycle_engine::Session;
use pelicycle_engine::model::{Arithmetic, Model};
use safetensors::tensor::{Dtype, TensorView};

use super::named;
use crate::cli::output::{say, write_whole};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  pelicycle model eval model.gguf --tokens 1,2,3 --logits logits.safetensors\n  \
                  pelicycle model eval model.gguf --tokens 1,2,3 --greedy 32 --arithmetic run"
)]
pub(crate) struct EvalArgs {
    /// The model: the path of a .gguf file, local/NAME or hatchling.
    model: String,
    /// Token ids, used as they are: no begin token is added.
    #[arg(long, value_name = "ID,ID,...", value_delimiter = ',', required = true)]
    tokens: Vec<u32>,
    /// Write the logits after every token to this safetensors file: float32 `logits` [tokens, vocabulary].
    #[arg(long, value_name = "FILE", required_unless_present = "greedy")]
    logits: Option<PathBuf>,
    /// Go on for N tokens, always taking the best, and print {"tokens":[...]}.
    #[arg(long, value_name = "N")]
    greedy: Option<usize>,
    /// The arithmetic by which activations meet quantized weights.
    #[arg(long, value_enum, default_value = "exact")]
    arithmetic: ArithmeticArg,
    /// Feed this many tokens at a time [default: all].
    #[arg(long, value_name = "C", value_parser = clap::value_parser!(u64).range(1..))]
    chunk: Option<u64>,
    /// Threads [default: the machine's cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ArithmeticArg {
    /// In float32.
    Exact,
    /// Rounded to 8 bits, as `run` does.
    Run,
}

pub(crate) fn eval(args: &EvalArgs) -> anyhow::Result<ExitCode> {
    let arithmetic = match args.arithmetic {
        ArithmeticArg::Exact => Arithmetic::Float32,
        ArithmeticArg::Run => Arithmetic::Int8,
    };
    let model = Model::new(named::open(&args.model)?, args.threads.map(|n| n as usize), arithmetic)?;
    let chunk = args.chunk.map_or(args.tokens.len(), |n| n as usize);
    let mut session = Session::new(&model);
    if let Some(path) = &args.logits {
        let mut logits = Vec::new();
        for piece in args.tokens.chunks(chunk) {
            logits.extend_from_slice(session.feed(piece, true)?);
        }
        write_logits(path, &logits, args.tokens.len())?;
    }
    if let Some(count) = args.greedy {
        session.truncate(0);
        let last = args.tokens.chunks(chunk).next_back().unwrap_or_default();
        for piece in args.tokens[..args.tokens.len() - last.len()].chunks(chunk) {
            session.feed(piece, false)?;
        }
        let tokens = session.greedy(last, count)?;
        say(&serde_json::json!({ "tokens": tokens }).to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the file whole or not at all.
fn write_logits(path: &Path, logits: &[f32], tokens: usize) -> anyhow::Result<()> {
    let bytes: Vec<u8> = logits.iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F32, vec![tokens, logits.len() / tokens], &bytes)?;
    let file = safetensors::serialize([("logits", view)], None)?;
    write_whole(path, &file).with_context(|| format!("can't write the logits to {}", path.display()))
}
