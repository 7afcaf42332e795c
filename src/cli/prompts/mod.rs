//! `pelicycle prompts`.

mod list;
mod make;
mod seal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pelicycle_prompt::MOST_FRESH;

use super::GlobalOptions;

/// List prompts, make new ones, and promise some without telling them.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  pelicycle prompts                             all prompts and their families
  pelicycle prompts show pelican-2              one, with what is expected of it
  pelicycle prompts fresh -n 12                 prompts that nobody can have trained on
  pelicycle run -m MODEL --prompts fresh-7 -p family:fresh")]
pub(crate) struct PromptsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListedPrompts,
}

/// The choice of the prompts that are listed, and how.
#[derive(Debug, Args)]
pub(super) struct ListedPrompts {
    #[command(flatten)]
    folder: PromptFolder,
    /// Only those of this family.
    #[arg(long)]
    family: Option<String>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// The folder where prompts are looked for.
#[derive(Debug, Args)]
pub(super) struct PromptFolder {
    /// A folder of prompts beside the bundled ones; a prompt there hides a bundled one of its id.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List prompts, as this command does alone.
    List(ListedPrompts),
    /// Show one prompt: its text, and what is expected of a drawing.
    Show {
        /// Its id.
        id: String,
        #[command(flatten)]
        folder: PromptFolder,
    },
    /// Write the file of a prompt of your own.
    New(NewArgs),
    /// Write prompts that nobody can have trained on, made by a seed from a large vocabulary.
    Fresh(FreshArgs),
    /// Publish the hash of a folder of prompts today; `reveal` publishes their texts later.
    Seal(SealArgs),
    /// Publish the texts of a seal, which shows that they are those of its day.
    Reveal(RevealArgs),
    /// List the seals, and check each that was revealed.
    Seals,
}

/// A prompt of one's own.
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// Its id, which is the file's name: a-z, 0-9, '-', '_' and '.'.
    id: String,
    /// The exact text that models get.
    #[arg(long)]
    text: String,
    /// A title for people [default: the text].
    #[arg(long)]
    title: Option<String>,
    /// The set that it belongs to.
    #[arg(long, default_value = "own")]
    family: String,
    /// The folder that it is written to.
    #[arg(long, value_name = "DIR", default_value = "my-prompts")]
    out: PathBuf,
}

/// Fresh prompts.
#[derive(Debug, Args)]
pub(super) struct FreshArgs {
    /// The same number makes the same prompts [default: a random one].
    #[arg(long)]
    seed: Option<u64>,
    /// The number of prompts.
    #[arg(short, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=MOST_FRESH as u64))]
    number: u64,
    /// The folder that they are written to [default: fresh-SEED].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The prompts that are sealed.
#[derive(Debug, Args)]
pub(super) struct SealArgs {
    /// The folder of the prompts.
    folder: PathBuf,
    /// The seal's name: a-z, 0-9, '-', '_' and '.' [default: today's date].
    #[arg(long)]
    name: Option<String>,
}

/// The prompts that are revealed.
#[derive(Debug, Args)]
pub(super) struct RevealArgs {
    /// The seal's name.
    name: String,
    /// The folder of the prompts, as it was sealed.
    folder: PathBuf,
}

pub(crate) fn prompts(global: &GlobalOptions, args: &PromptsArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        None => list::list(&args.list),
        Some(Action::List(asked)) => list::list(asked),
        Some(Action::Show { id, folder }) => list::show(folder, id),
        Some(Action::New(new)) => make::new(new),
        Some(Action::Fresh(fresh)) => make::fresh_prompts(fresh),
        Some(Action::Seal(asked)) => seal::seal(global, asked),
        Some(Action::Reveal(asked)) => seal::reveal(global, asked),
        Some(Action::Seals) => seal::seals(global),
    }
}
