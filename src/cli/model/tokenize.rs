//! `pelicycle model tokenize`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_engine::tokenizer::Tokenizer;

use super::named;
use super::stdio::{print, read_text};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  echo -n 'a pelican' | pelicycle model tokenize model.gguf\n  \
                  pelicycle model tokenize model.gguf prompt.txt --json\n  \
                  printf '\"one\"\\n\"two\"\\n' | pelicycle model tokenize model.gguf --jsonl")]
pub(crate) struct TokenizeArgs {
    /// The model: the path of a .gguf file, local/NAME or hatchling.
    model: String,
    /// The text; - is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// Print {"tokens":[...]}.
    #[arg(long)]
    json: bool,
    /// Read a JSON string from each line and print the array of its ids.
    #[arg(long)]
    jsonl: bool,
    /// Recognise control tokens such as <|im_start|>.
    #[arg(long)]
    special: bool,
}

pub(crate) fn tokenize(args: &TokenizeArgs) -> anyhow::Result<ExitCode> {
    let gguf = named::open(&args.model)?;
    let tokenizer = Tokenizer::from_gguf(&gguf)?;
    let text = read_text(Some(&args.input))?;
    let mut out = String::new();
    if args.jsonl {
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let text: String =
                serde_json::from_str(line).with_context(|| format!("line {number} is not a JSON string"))?;
            let ids = tokenizer.encode(&text, args.special).with_context(|| format!("line {number}"))?;
            writeln!(out, "{}", serde_json::json!(ids))?;
        }
    } else if args.json {
        let ids = tokenizer.encode(&text, args.special)?;
        writeln!(out, "{}", serde_json::json!({ "tokens": ids }))?;
    } else {
        for id in tokenizer.encode(&text, args.special)? {
            let bytes = tokenizer.token_bytes(id);
            match std::str::from_utf8(bytes) {
                Ok(piece) => writeln!(out, "{id:>7}  {piece:?}")?,
                Err(_) => writeln!(out, "{id:>7}  b\"{}\"", bytes.escape_ascii())?,
            }
        }
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}
