//! `pelicycle model`: finds, fetches, removes and looks into local models.

mod bench;
mod bench_picture;
mod eval;
mod inspect;
pub(super) mod list;
mod named;
mod prompt;
mod pull;
mod replay;
mod resident;
mod rm;
mod stdio;
mod tokenize;

use std::process::ExitCode;

use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Say which models are on this machine, and what each is called.
    List(list::ListArgs),
    /// Fetch a model from the Hugging Face hub.
    Pull(pull::PullArgs),
    /// Remove a model from the Hugging Face hub's cache.
    Rm(rm::RmArgs),
    /// Say what a model file holds.
    Inspect(inspect::InspectArgs),
    /// Measure how fast a model runs on this machine.
    Bench(bench::BenchArgs),
    /// Render a conversation with the model's chat template.
    Prompt(prompt::PromptArgs),
    /// Turn text into token ids.
    Tokenize(tokenize::TokenizeArgs),
    /// Evaluate token ids: logits at every position, or a greedy continuation.
    Eval(eval::EvalArgs),
    /// Measure what guessing tokens ahead is worth on real texts.
    Replay(replay::ReplayArgs),
}

pub(crate) fn model(args: ModelArgs) -> anyhow::Result<ExitCode> {
    match args.command {
        ModelCommand::Bench(args) => bench::bench(&args),
        ModelCommand::Eval(args) => eval::eval(&args),
        ModelCommand::Inspect(args) => inspect::inspect(&args),
        ModelCommand::List(args) => list::list(&args),
        ModelCommand::Prompt(args) => prompt::prompt(&args),
        ModelCommand::Pull(args) => pull::pull(&args),
        ModelCommand::Replay(args) => replay::replay(&args),
        ModelCommand::Rm(args) => rm::rm(&args),
        ModelCommand::Tokenize(args) => tokenize::tokenize(&args),
    }
}
