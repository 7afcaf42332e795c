//! `pelicycle model rm`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use pelicycle_models::{Inventory, ModelFile, Removal};
use pelicycle_run::Config;
use pelicycle_text::size;

use super::stdio::print;
use crate::cli::terminal::printable;

/// Remove a model from the Hugging Face hub's cache.
///
/// The file goes from every snapshot of its repository, and its weights with it unless another file there has the same.
/// Models that lie elsewhere are left to the programs that fetched them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pelicycle model rm local/qwen3-0.6b\n  \
                        pelicycle model rm Qwen/Qwen3-0.6B-GGUF:Q8_0 --yes")]
pub(crate) struct RmArgs {
    /// A model as `model list` calls it, or OWNER/REPO:QUANTIZATION. May be given again.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) fn rm(args: &RmArgs) -> anyhow::Result<ExitCode> {
    let places = Config::load(None)?.places();
    let shelf = Inventory::scan(&places);
    let mut plans: Vec<(&ModelFile, Removal)> = Vec::new();
    // All names first: a slip in the last must not leave half of them removed.
    for name in &args.names {
        let found = shelf.find(name.strip_prefix("local/").unwrap_or(name))?;
        let root = places.hub.as_deref().context("there is no home folder, so no hub cache")?;
        let removal = Removal::plan(root, found)?;
        if !plans.iter().any(|(_, known)| *known == removal) {
            plans.push((found, removal));
        }
    }
    for (found, removal) in &plans {
        let line = format!("{} ({}), {}", found.path().display(), size::words(removal.bytes), found.origin);
        print(&format!("{}\n", printable(&line)))?;
    }
    if !args.yes && !agreed()? {
        return Ok(ExitCode::FAILURE);
    }
    let mut freed = 0u64;
    for (_, removal) in &plans {
        removal.carry_out()?;
        freed = freed.saturating_add(removal.bytes);
    }
    print(&format!("removed; {} are free\n", size::words(freed)))?;
    Ok(ExitCode::SUCCESS)
}

fn agreed() -> anyhow::Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nothing was removed: nobody is there to ask; --yes removes without asking");
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "Remove? [y/N] ");
    let mut answer = String::new();
    stdin.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
