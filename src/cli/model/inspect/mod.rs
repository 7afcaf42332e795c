//! `pelicycle model inspect`.

mod report;
mod words;

use std::process::ExitCode;

use pelicycle_engine::memory_bandwidth;
use std::path::PathBuf;

use pelicycle_run::{Config, WeightsLocation};

pub(super) use self::report::{ExpectedSpeed, ModelReport};
use super::named;
use super::stdio::print;
use crate::cli::named_projectors::{projector_file, projectors_or_warning};

/// Say what a model file holds and needs.
///
/// A file that can't be run is shown as far as it can be read, with the reason.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\"active\" counts the weights that one token meets: all but the experts that it does not \
                        take. The speed is what memory allows: its measured speed by the bytes of weights that a \
                        token reads.\n\nExamples:\n  pelicycle model inspect model.gguf\n  \
                        pelicycle model inspect model-00001-of-00003.gguf --json\n  \
                        pelicycle model inspect local/qwen3-30b --no-measure"
)]
pub(crate) struct InspectArgs {
    /// The model: the path of a .gguf file (of a split model the first), or local/NAME or hatchling as `run` takes
    /// them.
    model: String,
    /// The projector (mmproj) with which it is to see [default: the one of pelicycle.toml, or one that lies beside the model].
    #[arg(long, value_name = "FILE", value_parser = projector_file())]
    projector: Option<PathBuf>,
    /// Threads to measure the memory's speed with [default: the machine's cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Do not measure the memory's speed: what this machine will give stays unknown.
    #[arg(long)]
    no_measure: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(None)?;
    let weights = named::weights(&args.model)?;
    let outline = named::outline(&weights)?;
    let mut report = ModelReport::of(&outline);
    if let WeightsLocation::File(path) = &weights {
        let sight = projectors_or_warning(&config, args.projector.as_deref()).sight(path, outline.gguf());
        report.projector = sight.projector().map(Into::into);
        report.projector_problem = sight.fault();
    }
    if report.runs && !args.no_measure {
        let threads = args.threads.or(config.run.threads.map(std::num::NonZero::get));
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = threads.map_or_else(cores, |n| n as usize);
        report.speed = ExpectedSpeed::predict(report.bytes_per_token, threads, memory_bandwidth);
    }
    print(&if args.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.text()? })?;
    Ok(ExitCode::SUCCESS)
}
