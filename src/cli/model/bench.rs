//! `pelicycle model bench`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use pelicycle_engine::bench::{BenchMeasurement, BenchPlan, BenchWork, measure};
use pelicycle_engine::memory_bandwidth;
use pelicycle_engine::model::{Arithmetic, Model};
use serde::Serialize;

use super::bench_picture::{PictureLine, measure_picture, projector};
use super::named;
use super::resident::{MemoryUse, resident};
use super::stdio::print;
use crate::cli::named_projectors::projector_file;
use crate::cli::output::{say, say_words};
use crate::cli::terminal::columns;

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

/// Columns of a row on one line.
const WIDE: usize = 80;

/// The heads of the table's columns.
fn head_cells() -> [String; 8] {
    ["", "", "tokens/s", "slowest-fastest", "MB/token", "GB/s", "of the limit", "experts"].map(str::to_owned)
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
    resident: Option<MemoryUse>,
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
    let columns = columns(std::io::stdout().is_terminal());
    let say_row = |cells: [String; 8]| row(&cells, columns).iter().for_each(|line| say(line));
    if !args.json {
        report.head().iter().for_each(|line| say_words(line));
        say_row(head_cells());
    }
    measure(&model, &plan, |measured| {
        let line = Line::of(&measured, report.memory_bandwidth);
        if !args.json {
            say_row(line.cells());
        }
        report.measurements.push(line);
    })?;
    if let Some((side, projector)) = args.picture.zip(projector) {
        let line = measure_picture(&model, side, &projector, args.repeat as usize)?;
        if !args.json {
            say_words(&line.text());
        }
        report.picture = Some(line);
    }
    report.resident = resident();
    match args.json {
        false => report.tail().iter().for_each(|line| say_words(line)),
        true => print(&(serde_json::to_string_pretty(&report)? + "\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn head(&self) -> [String; 2] {
        let Report { architecture, layers, tensor_type, kernels, threads, .. } = self;
        let (opened, bandwidth) = (self.open_seconds, self.memory_bandwidth / 1e9);
        [
            format!("{architecture}, {layers} layers, {tensor_type}; {threads} threads, {kernels}"),
            format!("opened in {opened:.2} s; memory reads {bandwidth:.1} GB/s"),
        ]
    }

    fn tail(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let gb = |bytes: u64| bytes as f64 / 1e9;
        if let Some(touched) = self.measurements.last().map(|line| line.touched) {
            lines.push(format!(
                "weights read at least once: {:.2} of {:.2} GB",
                gb(touched),
                gb(self.weights)
            ));
        }
        if let Some(MemoryUse { own, mapped, peak }) = self.resident {
            let (own, mapped, peak) = (gb(own), gb(mapped), gb(peak));
            lines.push(format!(
                "memory: {own:.3} GB own, {mapped:.2} GB of mapped files, at most {peak:.2} GB together"
            ));
        }
        lines
    }
}

/// Tokens a second, in no more than seven characters below a million.
fn speed(speed: f64) -> String {
    let digits = if speed < 9_999.5 { 2 } else { 0 };
    format!("{speed:.digits$}")
}

/// A row of the table as lines for so many columns: where it is wider, what is said of weights stands on a second one.
fn row([work, size, speed, range, bytes, rate, share, experts]: &[String; 8], columns: usize) -> Vec<String> {
    let speeds = format!("{work:6} {size:>6} {speed:>8}  {range:>15}");
    let weights = format!("{bytes:>8}  {rate:>6}  {share:>12}  {experts:>7}");
    if columns < WIDE { vec![speeds, weights] } else { vec![format!("{speeds}  {weights}")] }
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

    fn cells(&self) -> [String; 8] {
        let size = if self.work == "decode" { format!("× {}", self.size) } else { self.size.to_string() };
        [
            self.work.to_owned(),
            size,
            speed(self.tokens_per_second),
            format!("{}-{}", speed(self.slowest), speed(self.fastest)),
            format!("{:.1}", self.bytes_per_token / 1e6),
            format!("{:.1}", self.bytes_per_second / 1e9),
            format!("{:.0} %", self.share_of_memory_bandwidth * 100.0),
            self.experts_per_step.map_or("–".into(), |n| format!("{n:.1}")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_no_wider_than_the_terminal() {
        let line = Line {
            work: "decode",
            size: 1024,
            tokens: 1024,
            seconds: 1.0,
            fastest: 123_456.7,
            slowest: 9_999.4,
            tokens_per_second: 11_111.1,
            bytes_per_token: 123_456.7e6,
            bytes_per_second: 1234.5e9,
            share_of_memory_bandwidth: 1.0,
            experts_per_step: Some(128.0),
            touched: 0,
        };
        for cells in [head_cells(), line.cells()] {
            for columns in [40, 60, 80, 100] {
                let lines = row(&cells, columns);
                assert_eq!(lines.len(), if columns < 80 { 2 } else { 1 }, "{columns}: {lines:?}");
                assert!(lines.iter().all(|line| line.chars().count() <= columns), "{columns}: {lines:?}");
                let all = lines.join(" ");
                assert!(cells.iter().all(|cell| all.contains(cell)), "{columns}: {lines:?}");
            }
        }
    }
}
