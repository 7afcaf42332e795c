//! `pelicycle model replay`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_engine::Speculation;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::replay::{Replay, ReplayMeasurement};
use pelicycle_engine::tokenizer::Tokenizer;
use serde::Serialize;

use super::named;
use super::stdio::{print, read_text};

/// Tokens of a text that count as its prompt.
const GIVEN: usize = 32;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The model decodes each text as if it had drawn every token of it: once a token a step, once with tokens \
                  guessed ahead from what the text repeats. The two take turns at going first. A reply of pelicycle \
                  does the second; its tokens are the same.\n\nExamples:\n  \
                  pelicycle model replay model.gguf results/*/*/*/reply.md -n 1000"
)]
pub(crate) struct ReplayArgs {
    /// The model: the path of a .gguf file, local/NAME or hatchling.
    model: String,
    /// Texts, such as replies with drawings.
    #[arg(value_name = "FILE", required = true)]
    texts: Vec<PathBuf>,
    /// Only so many tokens of each text.
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    tokens: Option<u32>,
    /// Threads [default: the machine's cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    kernels: &'static str,
    threads: usize,
    texts: Vec<TextReport>,
    /// Tokens a second with guesses by those without, of all texts together.
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct TextReport {
    file: PathBuf,
    tokens: usize,
    /// Tokens a second, a token a step.
    plain: f64,
    /// Tokens a second with guesses.
    speculative: f64,
    ratio: f64,
    tokens_per_step: f64,
    guesses: usize,
    right: usize,
    #[serde(skip)]
    seconds: (f64, f64),
}

pub(crate) fn replay(args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let gguf = named::open(&args.model)?;
    let tokenizer = Tokenizer::from_gguf(&gguf)?;
    let model = Model::new(gguf, args.threads.map(|n| n as usize), Arithmetic::Int8)?;
    let most = args.tokens.map_or(usize::MAX, |n| n as usize).min(model.config().context);
    let mut report =
        Report { kernels: model.kernels(), threads: model.threads(), texts: Vec::new(), ratio: 1.0 };
    let mut plain = Replay::new(&model, Speculation::Off);
    let mut speculative = Replay::new(&model, Speculation::WherePays);
    if !args.json {
        print(&format!("{:>8} {:>8} {:>7} {:>12}  text\n", "plain", "guessing", "ratio", "tokens/step"))?;
    }
    for (i, path) in args.texts.iter().enumerate() {
        let text = read_text(Some(path))?;
        let mut tokens = tokenizer.encode(&text, false).with_context(|| path.display().to_string())?;
        tokens.truncate(most);
        anyhow::ensure!(tokens.len() > GIVEN, "{}: it has no more than {GIVEN} tokens", path.display());
        let mut first = (i % 2 == 1).then(|| speculative.decode(&tokens, GIVEN)).transpose()?;
        let without = plain.decode(&tokens, GIVEN)?;
        let with = match first.take() {
            Some(with) => with,
            None => speculative.decode(&tokens, GIVEN)?,
        };
        let line = TextReport::of(path, &without, &with);
        if !args.json {
            print(&line.text()?)?;
        }
        report.texts.push(line);
    }
    let sum = |of: fn(&TextReport) -> f64| report.texts.iter().map(of).sum::<f64>();
    report.ratio = sum(|text| text.seconds.0) / sum(|text| text.seconds.1);
    if args.json {
        print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        let Report { kernels, threads, texts, ratio } = &report;
        print(&format!("{} texts: × {ratio:.2} ({threads} threads, {kernels})\n", texts.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl TextReport {
    fn of(file: &Path, without: &ReplayMeasurement, with: &ReplayMeasurement) -> TextReport {
        let speed = |measured: &ReplayMeasurement| measured.tokens as f64 / measured.seconds;
        TextReport {
            file: file.to_owned(),
            tokens: with.tokens,
            plain: speed(without),
            speculative: speed(with),
            ratio: speed(with) / speed(without),
            tokens_per_step: with.tokens as f64 / with.steps as f64,
            guesses: with.guesses.0,
            right: with.guesses.1,
            seconds: (without.seconds, with.seconds),
        }
    }

    fn text(&self) -> anyhow::Result<String> {
        let TextReport { plain, speculative, ratio, tokens_per_step, .. } = self;
        let mut text = String::new();
        let file = self.file.display();
        writeln!(text, "{plain:>8.1} {speculative:>8.1} {ratio:>7.2} {tokens_per_step:>12.2}  {file}")?;
        Ok(text)
    }
}
