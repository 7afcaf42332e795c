//! `pelicycle model bench`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use pelicycle_engine::bench::{BenchMeasurement, BenchPlan, BenchWork, measure};
use pelicycle_engine::memory_bandwidth;
use pelicycle_engine::model::{Arithmetic, Model};
use serde::Serialize;

use super::bench_picture::{PictureLine, measure_picture, projector};
use super::named;
use super::resident::{Resident, resident};
use super::stdio::print;
use crate::cli::named_projectors::projector_file;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Tokens are random, so that rows take different experts. \"of the limit\" compares the bytes of \
                  weights that were read a second with what the same threads read from memory when they do nothing \
                  else. Memory is told on Linux: the process's own, and that of the mapped file, which the system \
                  takes back when it needs the room.\n\nExamples:\n  pelicycle model bench model.gguf -p 512 -n 128 --parallel 1,4,8 -t 2\n  \
                  pelicycle model bench model.gguf -p 0 -n 64 --json\n  \
                  pelicycle model bench model.gguf -p 0 -n 0 --picture 1024"
)]
pub(crate) struct BenchArgs {
    /// The model: the path of a .gguf file, local/NAME or hatchling.
    model: String,
    /// Tokens of the prompt; 0 leaves it out.
    #[arg(short, long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(..=1 << 20))]
    prompt: u32,
    /// Tokens to generate in each sequence; 0 leaves it out.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(..=1 << 20))]
    generate: u32,
    /// Sequences to decode at once; each number is measured by itself.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1024))]
    parallel: Vec<u32>,
    /// Show a picture of so many pixels a side, too, to a model that sees.
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=8192))]
    picture: Option<u32>,
    /// The projector (mmproj) to see with [default: the one of pelicycle.toml, or one that lies beside the model].
    #[arg(long, value_name = "FILE", value_parser = projector_file(), requires = "picture")]
    projector: Option<PathBuf>,
    /// Threads [default: the machine's cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Measure so often; the median counts.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: u32,
    /// Another seed gives other tokens.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    architecture: String,
    layers: usize,
    tensor_type: &'static str,
    kernels: &'static str,
    threads: usize,
    /// Bytes of all weights.
    weights: u64,
    open_seconds: f64,
    /// Bytes a second that the threads read from memory when they do nothing else.
    memory_bandwidth: f64,
    measurements: Vec<Line>,
    /// Of `--picture`.
    picture: Option<PictureLine>,
    /// When all was measured; null where the system does not tell.
    resident: Option<Resident>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// `prompt` or `decode`.
    work: &'static str,
    /// Tokens of the prompt, or sequences decoded at once.
    size: usize,
    tokens: usize,
    seconds: f64,
    fastest: f64,
    slowest: f64,
    tokens_per_second: f64,
    /// Bytes of weights that were read, for each token.
    bytes_per_token: f64,
    bytes_per_second: f64,
    share_of_memory_bandwidth: f64,
    /// Distinct experts of a layer that a step read; null in a dense model.
    experts_per_step: Option<f64>,
    /// Bytes of the distinct weights that were read since measuring began.
    touched: u64,
}

pub(crate) fn bench(args: &BenchArgs) -> anyhow::Result<ExitCode> {
    let since = Instant::now();
    let gguf = named::open(&args.model)?;
    // What can't be measured is told before all else is.
    let projector = args.picture.map(|_| projector(&gguf, args.projector.as_deref())).transpose()?;
    let model = Model::new(gguf, args.threads.map(|n| n as usize), Arithmetic::Int8)?;
    let open_seconds = since.elapsed().as_secs_f64();
    let mut report = Report {
        architecture: model.config().architecture.clone(),
        layers: model.config().layers,
        tensor_type: model.quantization().name(),
        kernels: model.kernels(),
        threads: model.threads(),
        weights: model.memory().weights(),
        open_seconds,
        memory_bandwidth: memory_bandwidth(model.threads()),
        measurements: Vec::new(),
        picture: None,
        resident: None,
    };
    let plan = BenchPlan {
        prompt: args.prompt as usize,
        generate: args.generate as usize,
        parallel: args.parallel.iter().map(|&n| n as usize).collect(),
        repeat: args.repeat as usize,
        seed: args.seed,
    };
    if !args.json {
        print(&report.head()?)?;
    }
    let mut told = Ok(());
    measure(&model, &plan, |measured| {
        let line = Line::of(&measured, report.memory_bandwidth);
        if !args.json && told.is_ok() {
            told = line.text().and_then(|text| print(&text));
        }
        report.measurements.push(line);
    })?;
    told?;
    if let Some((side, projector)) = args.picture.zip(projector) {
        let line = measure_picture(&model, side, &projector, args.repeat as usize)?;
        if !args.json {
            print(&line.text())?;
        }
        report.picture = Some(line);
    }
    report.resident = resident();
    if !args.json {
        print(&report.tail()?)?;
    } else {
        print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn head(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        let Report { architecture, layers, tensor_type, kernels, threads, .. } = self;
        writeln!(text, "{architecture}, {layers} layers, {tensor_type}; {threads} threads, {kernels}")?;
        let (opened, bandwidth) = (self.open_seconds, self.memory_bandwidth / 1e9);
        writeln!(text, "opened in {opened:.2} s; memory reads {bandwidth:.1} GB/s")?;
        writeln!(
            text,
            "{:14} {:>9}  {:>15}  {:>8}  {:>6}  {:>12}  {:>7}",
            "", "tokens/s", "slowest-fastest", "MB/token", "GB/s", "of the limit", "experts"
        )?;
        Ok(text)
    }
}

impl Report {
    fn tail(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        let gb = |bytes: u64| bytes as f64 / 1e9;
        if let Some(touched) = self.measurements.last().map(|line| line.touched) {
            writeln!(text, "weights read at least once: {:.2} of {:.2} GB", gb(touched), gb(self.weights))?;
        }
        if let Some(Resident { own, mapped, peak }) = self.resident {
            let (own, mapped, peak) = (gb(own), gb(mapped), gb(peak));
            writeln!(
                text,
                "memory: {own:.3} GB own, {mapped:.2} GB of mapped files, at most {peak:.2} GB together"
            )?;
        }
        Ok(text)
    }
}

impl Line {
    fn of(measured: &BenchMeasurement, limit: f64) -> Line {
        let (work, size) = match measured.work {
            BenchWork::Prompt(tokens) => ("prompt", tokens),
            BenchWork::Decode(sequences) => ("decode", sequences),
        };
        let tokens = measured.tokens as f64;
        Line {
            work,
            size,
            tokens: measured.tokens,
            seconds: measured.seconds,
            fastest: tokens / measured.range.0,
            slowest: tokens / measured.range.1,
            tokens_per_second: measured.tokens_per_second(),
            bytes_per_token: measured.bytes as f64 / tokens,
            bytes_per_second: measured.bytes_per_second(),
            share_of_memory_bandwidth: measured.bytes_per_second() / limit,
            experts_per_step: (measured.experts > 0.0).then_some(measured.experts),
            touched: measured.touched,
        }
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        writeln!(
            text,
            "{:6} {:>7} {:>9.2}  {:>15}  {:>8.1}  {:>6.1}  {:>10.0} %  {:>7}",
            self.work,
            if self.work == "decode" { format!("× {}", self.size) } else { self.size.to_string() },
            self.tokens_per_second,
            format!("{:.2}-{:.2}", self.slowest, self.fastest),
            self.bytes_per_token / 1e6,
            self.bytes_per_second / 1e9,
            self.share_of_memory_bandwidth * 100.0,
            self.experts_per_step.map_or("–".into(), |n| format!("{n:.1}")),
        )?;
        Ok(text)
    }
}
