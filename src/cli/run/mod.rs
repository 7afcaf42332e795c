//! `pelicycle run`.

mod bar_line;
mod bars;
mod batches;
mod ending;
mod failures;
mod forecast;
mod json;
mod lines;
mod summary;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_record::{Id, SamplingSettings, Shard};
use pelicycle_run::{
    Backend, BackendOptions, Config, MAX_LOOKS, PreparedRun, RunContext, RunEnd, RunError, RunForecast,
    RunPlan, RunProgress, RunRequest, StopSignal, execute,
};
use pelicycle_store::Store;
use pelicycle_text::shell_quoted;
use tokio::runtime::Runtime;

use self::summary::RunSummary;
use super::named_projectors::projector_file;
use super::next::in_same_place;
use super::output::{say, say_error};
use super::pictures::PictureMode;
use super::runtime::runtime;
use super::sampling::SamplingArgs;
use super::signals::INTERRUPTED;
use super::trust::TrustArgs;
use super::{GlobalOptions, notices, recheck, signals, site};

/// Exit code where batches are still under way.
const UNDER_WAY: u8 = 3;

/// Drawings of a demonstration.
const DEMONSTRATION_SAMPLES: &str = "6";

/// Ask models for drawings, keep every attempt, rebuild the gallery.
///
/// Exits with 0 when every request was answered and every reply checked, however it drew; with 1 when one failed; with 3 when batches are still
/// under way; with 130 when interrupted. Ctrl-C keeps what is finished and records what it cuts short; a second one ends at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle run -n 4
  pelicycle run -m models/SmolLM2-135M-Instruct.Q4_1.gguf -n 4
  pelicycle run -m anthropic/claude-opus-4-7 -m ollama/qwen3:8b -n 4
  pelicycle run -m local/smollm2 -p pelican -p otter-unicycle --seed 7
  pelicycle run -m anthropic/claude-opus-4-7 -n 4 --looks 2
  pelicycle run -m model.gguf -p family:control -n 2 --json
  pelicycle run -m anthropic/claude-opus-4-7 -p family:control -n 10 --batch
  pelicycle run --resume last")]
pub(crate) struct RunArgs {
    /// A model: the path of a .gguf file, local/NAME for one that `model list` shows, or PROVIDER/MODEL for a service
    /// or a local server (docs/providers.md). May be given again [default: hatchling, the demonstration model inside
    /// this program].
    #[arg(short, long, value_name = "MODEL", conflicts_with = "resume")]
    model: Vec<String>,
    /// Samples of each prompt and model [default: 1].
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), conflicts_with = "resume")]
    samples: Option<u32>,
    /// Show each model what it drew and let it improve that, so many times at most or until it says that it is done. Looks are
    /// attempts of their own, and never counted with first ones [default: 0].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_LOOKS)), conflicts_with = "resume")]
    looks: Option<u32>,
    /// A prompt's id, or family:NAME for a set of them. May be given again [default: pelican].
    #[arg(short, long, value_name = "ID", conflicts_with = "resume")]
    prompt: Vec<String>,
    /// A folder of prompts beside the bundled ones; a prompt there hides a bundled one of its id.
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    prompts: Option<PathBuf>,
    /// The number that every sample's seed comes from: the same seed gives the same replies [default: a random one].
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    seed: Option<u64>,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Write the conversation by the Jinja template in this file instead of the model file's own; for local models.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    template: Option<PathBuf>,
    /// The projector (mmproj) with which a local model sees pictures, where it is shown any [default: the one of
    /// pelicycle.toml, or one that lies beside the model].
    #[arg(long, value_name = "FILE", value_parser = projector_file())]
    projector: Option<PathBuf>,
    /// Threads of the local engine [default: the machine's cores].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Samples that a local model decodes together, at most [default: 8].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    parallel: Option<u32>,
    /// Ask one part of several, for as many machines: the K-th of N.
    #[arg(long, value_name = "K/N", value_parser = shard, conflicts_with = "resume")]
    shard: Option<Shard>,
    /// Leave the requests with the services as batches, which cost half and take up to a day; --resume fetches them.
    #[arg(long, conflicts_with = "resume")]
    batch: bool,
    /// Wait until the batches are over.
    #[arg(long)]
    wait: bool,
    /// Say what would be asked, with estimated tokens and cost; ask nothing.
    #[arg(long, conflicts_with_all = ["resume", "json", "quiet"])]
    dry_run: bool,
    /// Stop before requests could have cost more than so many US dollars.
    #[arg(long, value_name = "USD")]
    max_cost: Option<f64>,
    /// Finish a run: its id, the beginning of it, or `last`. What was cut short or failed is asked again.
    #[arg(long, value_name = "RUN", conflicts_with_all = SamplingSettings::NAMES.iter().copied())]
    resume: Option<String>,
    /// Tell what happens as JSON, one object a line (docs/running.md).
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Tell only what went wrong.
    #[arg(short, long)]
    quiet: bool,
    /// Show each drawing in the terminal: where it is known to show pictures, by this protocol, or never.
    #[arg(long, value_name = "HOW", value_enum, default_value_t, conflicts_with_all = ["json", "quiet"])]
    pictures: PictureMode,
    /// Leave the gallery as it is.
    #[arg(long)]
    no_gallery: bool,
    /// Show on standard error what goes to services and comes from them, without keys.
    #[arg(long)]
    debug: bool,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

impl RunArgs {
    /// The command that goes on with a run, with all that this one was given and the run's record does not hold, and a bound on
    /// what it costs.
    fn resuming(&self, global: &GlobalOptions, run: &Id, max_cost: Option<f64>) -> String {
        let mut words = format!("pelicycle run --resume {}", run.as_str());
        for (flag, file) in [("--config", &self.config), ("--projector", &self.projector)] {
            if let Some(file) = file {
                words.push_str(&format!(" {flag} {}", shell_quoted(&file.to_string_lossy())));
            }
        }
        for (flag, number) in [("--threads", self.threads), ("--parallel", self.parallel)] {
            if let Some(number) = number {
                words.push_str(&format!(" {flag} {number}"));
            }
        }
        if let Some(usd) = max_cost {
            words.push_str(&format!(" --max-cost {usd}"));
        }
        for (flag, given) in [
            ("--wait", self.wait),
            ("--trust-folder", self.trust.trust_folder),
            ("--no-gallery", self.no_gallery),
        ] {
            if given {
                words.push_str(&format!(" {flag}"));
            }
        }
        in_same_place(&words, global, !self.no_gallery)
    }

    fn request(&self) -> RunRequest {
        RunRequest {
            models: self.model.clone(),
            samples: self.samples,
            looks: self.looks,
            prompts: self.prompt.clone(),
            prompt_folder: self.prompts.clone(),
            seed: self.seed,
            sampling: self.sampling.settings(),
            template: self.template.clone(),
            shard: self.shard,
            batch: self.batch,
            wait: self.wait,
            max_cost: self.max_cost,
            resume: self.resume.clone(),
            backends: BackendOptions {
                config: self.config.clone(),
                trust_folder: self.trust.trust_folder,
                threads: self.threads,
                parallel: self.parallel,
                projector: self.projector.clone(),
                trace: notices::trace(self.debug),
            },
        }
    }
}

/// Tells a person or a program how a run goes.
trait Reporter: Send {
    fn report(&mut self, news: &RunProgress<'_>);
    /// Ends the telling: the run is over, and nothing is told any more.
    fn end(&mut self) {}
}

/// Tells nothing.
struct SilentReporter;

impl Reporter for SilentReporter {
    fn report(&mut self, _: &RunProgress<'_>) {}
}

/// Shows what pelicycle does, to someone who gave no command: drawings of the bundled model.
pub(crate) fn demonstrate(global: &GlobalOptions) -> anyhow::Result<ExitCode> {
    #[derive(clap::Parser)]
    struct Defaults {
        #[command(flatten)]
        run: RunArgs,
    }
    say_error(
        "No command was given, so here is a demonstration: the small model inside pelicycle draws pelicans.",
    );
    say_error("`pelicycle --help` tells what else there is.");
    let args =
        <Defaults as clap::Parser>::try_parse_from(["run", "-m", "hatchling", "-n", DEMONSTRATION_SAMPLES])?;
    run(global, &args.run)
}

pub(crate) fn run(global: &GlobalOptions, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let notices = batches::notices(args);
    if args.dry_run {
        forecast::print(&RunForecast::new(&store, &args.request(), &notices)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut prepared = PreparedRun::new(&store, &args.request(), &notices)?;
    let mut options = pelicycle_site::GalleryOptions::default();
    if !args.no_gallery {
        // Better now than after hours of answers.
        let config = Config::load(args.config.as_deref())?;
        options.site = site::settings(&config.site)?;
        site::tell_unknown_leads(&config, &prepared.library, store.root());
        pelicycle_site::ready(&global.gallery)
            .context("the gallery could not be built, so nothing was asked")?;
    }
    let _swept = store.sweep();
    let mut still_unchecked = 0;
    if args.resume.is_some() {
        let (renewed, left) = recheck::of_run(&store, &prepared.plan)?;
        still_unchecked = left;
        if renewed {
            prepared.look_anew(&store)?;
        }
    }
    let stop = StopSignal::default();
    signals::listen(stop.clone()).context("can't listen for Ctrl-C")?;
    let runtime = runtime()?;
    let left = runtime.block_on(prepared.begin(&store, &stop, &notices))?;
    let resume = args.resuming(global, &prepared.plan.run.id, args.max_cost);
    if prepared.plan.cells.is_empty() && left.begun {
        batches::tell(&left, args, &resume);
        return Ok(if stop.asked() { ExitCode::from(INTERRUPTED) } else { batches::exit_code(&left) });
    }
    let PreparedRun { plan, backends, max_cost, library, .. } = prepared;
    let run = plan.run.clone();
    let (outcome, mut summary) = ask(runtime, args, &store, &stop, (plan, backends, max_cost));
    summary.add_unchecked(still_unchecked);
    // A run that failed stopped itself.
    let interrupted = outcome.is_ok() && stop.asked();
    batches::tell(&left, args, &resume);
    let rebuilt = match args.no_gallery {
        true => Ok(None),
        false => pelicycle_site::rebuild(&store, &library, &global.gallery, &options).map(Some),
    };
    let index = rebuilt.as_ref().ok().and_then(Option::as_ref).map(|rebuilt| rebuilt.report.index.as_path());
    let over_budget = outcome.as_ref().ok().and_then(|ended| ended.over_budget);
    ending::RunEnding { global, args, run: &run, summary: &summary, interrupted, over_budget }
        .tell(index, &resume);
    outcome?;
    ending::tell_damaged(rebuilt?.as_ref());
    let failed =
        summary.failed() + summary.unchecked() + summary.unshown() + u64::from(over_budget.is_some());
    Ok(match (interrupted, failed) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, 0) => batches::exit_code(&left),
        (false, _) => ExitCode::FAILURE,
    })
}

/// Asks for all that a run has left, and tells of it as it comes.
fn ask(
    runtime: Runtime,
    args: &RunArgs,
    store: &Store,
    stop: &StopSignal,
    (plan, backends, max_cost): (RunPlan, Vec<Option<Backend>>, Option<f64>),
) -> (Result<RunEnd, RunError>, RunSummary) {
    let reporter = Arc::new(Mutex::new(reporter(args, store)));
    let summary = Arc::new(Mutex::new(RunSummary::default()));
    let listener = {
        let (reporter, summary) = (Arc::clone(&reporter), Arc::clone(&summary));
        move |news: RunProgress<'_>| {
            locked(&summary).count(&news);
            locked(&reporter).report(&news);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let context = RunContext {
        store: store.clone(),
        pool: Arc::new(WorkerPool::new(workers, InspectionOptions::default())),
    };
    let outcome = runtime.block_on(execute(plan, backends, max_cost, context, stop.clone(), listener));
    // A request that was broken off may still hold a thread of the engine for a step.
    runtime.shutdown_background();
    locked(&reporter).end();
    let summary = std::mem::take(&mut *locked(&summary));
    (outcome, summary)
}

fn reporter(args: &RunArgs, store: &Store) -> Box<dyn Reporter> {
    if args.json {
        Box::new(json::JsonReporter)
    } else if args.quiet {
        Box::new(SilentReporter)
    } else if is_on_terminal(args) {
        Box::new(bars::BarReporter::new(args.pictures.protocol(), store.clone()))
    } else {
        Box::new(lines::LineReporter::new(args.pictures.protocol()))
    }
}

/// Whether progress is told by bars.
fn is_on_terminal(args: &RunArgs) -> bool {
    std::io::stderr().is_terminal() && !args.debug
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads `K/N` of the command line.
fn shard(text: &str) -> Result<Shard, String> {
    let parse = || {
        let (number, count) = text.split_once('/')?;
        Some(Shard { number: number.trim().parse().ok()?, count: count.trim().parse().ok()? })
    };
    match parse() {
        Some(shard) if (1..=shard.count).contains(&shard.number) => Ok(shard),
        _ => Err("a shard is K/N, the K-th of N parts, such as 2/8".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::{Cli, Command};

    /// The command that goes on with the run of a command line.
    fn resuming(line: &str) -> String {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Some(Command::Run(args)) = cli.command else { panic!("{line}") };
        args.resuming(&cli.global, &"20261127-083118-725-s6wa5650agqv".parse().unwrap(), args.max_cost)
    }

    #[test]
    fn the_command_that_resumes_a_run_has_what_the_record_does_not() {
        let plain = "pelicycle run --resume 20261127-083118-725-s6wa5650agqv";
        assert_eq!(resuming("pelicycle run -m a/b -n 4 --prompts mine --seed 7"), plain);
        let here = std::env::current_exe().unwrap();
        let here = here.to_str().unwrap();
        for (given, more) in [
            ("--config c.toml --trust-folder".to_owned(), " --config c.toml --trust-folder".to_owned()),
            (format!("--projector {here} --results r"), format!(" --projector {here} --results r")),
            ("--gallery g --results r".to_owned(), " --results r --gallery g".to_owned()),
            ("--gallery g --no-gallery".to_owned(), " --no-gallery".to_owned()),
            ("--max-cost 2.5 --wait".to_owned(), " --max-cost 2.5 --wait".to_owned()),
            ("--parallel 3 --threads 2".to_owned(), " --threads 2 --parallel 3".to_owned()),
        ] {
            let line = resuming(&format!("pelicycle run -n 2 {given}"));
            assert_eq!(line, format!("{plain}{more}"));
            assert_eq!(resuming(&line), line, "it can be given again");
        }
    }
}
