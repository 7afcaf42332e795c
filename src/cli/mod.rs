//! One file a command: arguments become calls of the library, results become words and exit codes.

mod baseline;
mod calibrations;
mod check;
mod command_line;
mod compare;
mod compare_looks;
mod completions;
mod doctor;
pub(crate) mod error;
mod export;
mod gallery;
mod help;
mod import;
mod init;
mod judge;
mod judge_calibrate;
mod judge_labels;
mod judge_rubric;
mod judge_session;
mod listen;
mod measures;
mod model;
mod named_projectors;
mod next;
mod notices;
mod open;
pub(crate) mod output;
#[cfg(any(test, feature = "packaging"))]
mod packaging;
mod pictures;
mod prices;
mod prompts;
mod rank;
mod recheck;
mod run;
mod runtime;
mod sampling;
mod serve;
mod service_survey;
mod sheet;
mod sides;
mod signals;
mod site;
pub(crate) mod template_trial;
pub(crate) mod terminal;
mod trust;
mod version;
mod vote;
pub(crate) mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// Ask language models to draw a pelican riding a bicycle; keep, check and compare what they draw.
///
/// Without a command it shows how: six drawings of hatchling, the small demonstration model inside it.
#[derive(Debug, Parser)]
#[command(name = "pelicycle", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct GlobalOptions {
    /// Folder of the attempts, kept for good.
    #[arg(long, global = true, value_name = "DIR", default_value = "results", env = "PELICYCLE_RESULTS")]
    pub(crate) results: PathBuf,
    /// Folder of the site made from them; can be deleted and rebuilt.
    #[arg(long, global = true, value_name = "DIR", default_value = "gallery", env = "PELICYCLE_GALLERY")]
    pub(crate) gallery: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask models, check and keep what they draw, rebuild the gallery.
    Run(run::RunArgs),
    /// Check one reply or SVG and say what is wrong with it.
    Check(check::CheckArgs),
    /// Rebuild the gallery from the results.
    Gallery(gallery::GalleryArgs),
    /// Open the gallery in the browser.
    Open(open::OpenArgs),
    /// Say whether one set of drawings is better or worse than another, or that it can't be told.
    Compare(compare::CompareArgs),
    /// Keep a set of attempts under a name, to compare with later.
    Baseline(baseline::BaselineArgs),
    /// Say which of two drawings is better, on a local page, without their makers' names.
    Vote(vote::VoteArgs),
    /// Have a vision model judge pairs of drawings.
    Judge(judge::JudgeArgs),
    /// Rank contestants by the judgements of their drawings.
    Rank(rank::RankArgs),
    /// Put one prompt's drawings on a single picture.
    Sheet(sheet::SheetArgs),
    /// Write a table of all attempts: CSV, JSON Lines or Parquet.
    Export(export::ExportArgs),
    /// Take over replies that other tools kept: llm's logs, folders of drawings.
    Import(import::ImportArgs),
    /// List prompts, make new ones, and promise some without telling them.
    Prompts(prompts::PromptsArgs),
    /// Find, fetch, remove and look into local models.
    Model(model::ModelArgs),
    /// Write a pelicycle.toml with everybody that this machine can ask now.
    Init(init::InitArgs),
    /// Check what is set up: folders, keys, services, local servers.
    Doctor(doctor::DoctorArgs),
    /// Look up what models cost, and fetch newer prices.
    Prices(prices::PricesArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Write manual pages and completions into a folder.
    #[cfg(feature = "packaging")]
    #[command(hide = true)]
    Packaging(packaging::PackagingArgs),
}

impl Cli {
    /// The command line of this process; the exit code where that is a mistake, or asks for help, which is answered.
    pub(crate) fn of_process() -> Result<Cli, ExitCode> {
        let command = help::grouped(Cli::command()).long_version(version::LONG.as_str());
        let mut command = command_line::with_negative_numbers(command);
        let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
            Ok(matches) => matches,
            Err(error) => {
                let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
                let error = command_line::in_own_words(error, &command, &words.collect::<Vec<_>>());
                return Err(answer(&error));
            }
        };
        Cli::from_arg_matches(&matches).map_err(|error| answer(&error.format(&mut command)))
    }
}

/// Prints the parser's own answer: help, a version, or what is wrong with the command line.
fn answer(error: &clap::Error) -> ExitCode {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.use_stderr() && !is_help {
        // The parser cuts help for a narrow terminal, and no error.
        error.render().to_string().lines().for_each(output::say_error);
    } else {
        output::remember(error.print());
        if let Some(lost) = output::lost_words() {
            return error::report(&lost);
        }
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Carries out what was parsed.
///
/// # Errors
/// The words that a person should read when the command could not be carried out.
pub(crate) fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let Some(command) = cli.command else {
        return run::demonstrate(&cli.global);
    };
    match command {
        Command::Run(args) => run::run(&cli.global, &args),
        Command::Check(args) => check::check(&cli.global, &args),
        Command::Gallery(args) => gallery::gallery(&cli.global, &args),
        Command::Open(args) => open::open(&cli.global, &args),
        Command::Sheet(args) => sheet::sheet(&cli.global, &args),
        Command::Export(args) => export::export(&cli.global, &args),
        Command::Import(args) => import::import(&cli.global, &args),
        Command::Compare(args) => compare::compare(&cli.global, &args),
        Command::Baseline(args) => baseline::baseline(&cli.global, &args),
        Command::Vote(args) => vote::vote(&cli.global, &args),
        Command::Judge(args) => judge::judge(&cli.global, &args),
        Command::Rank(args) => rank::rank(&cli.global, &args),
        Command::Prompts(args) => prompts::prompts(&cli.global, &args),
        Command::Model(args) => model::model(args),
        Command::Init(args) => init::init(&args),
        Command::Doctor(args) => doctor::doctor(&cli.global, &args),
        Command::Prices(args) => prices::prices(&args),
        Command::Completions(args) => completions::completions(&args),
        #[cfg(feature = "packaging")]
        Command::Packaging(args) => packaging::packaging(&args),
    }
}
