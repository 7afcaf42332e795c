//! New prompts: one's own, and fresh ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_prompt::{Prompt, fresh, possible};
use pelicycle_text::{plain_file, shell_quoted};

use super::super::error::usage;
use super::super::output::{FileAccess, say, say_error, write_new};
use super::super::terminal::printable;
use super::{FreshArgs, NewArgs};

/// The longest file that is held against a fresh prompt, in bytes.
const LONGEST: u64 = 1 << 20;

/// The longest title that is taken from the text, in characters.
const TITLE: usize = 80;

pub(super) fn new(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let title = args.title.clone().unwrap_or_else(|| args.text.chars().take(TITLE).collect());
    // JSON writes a string as TOML reads it.
    let line = |field: &str, value: &str| format!("{field} = {}\n", serde_json::Value::from(value));
    let toml = [
        line("id", &args.id),
        line("title", title.trim()),
        line("family", &args.family),
        line("text", &args.text),
        "# What is true of a good drawing, a statement each; people and models who judge read it.\nexpects = []\n".to_owned(),
        "# What rules look for, such as { find = \"wheels\", count = 2 }; docs/measures.md has all.\nrubric = []\n".to_owned(),
    ]
    .concat();
    let path = args.out.join(format!("{}.toml", args.id));
    if let Err(error) = Prompt::parse(&path, &toml) {
        return usage(&error.to_string());
    }
    if let Err(error) = keep(&path, &toml) {
        let taken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AlreadyExists;
        if error.downcast_ref().is_some_and(taken) {
            return usage(&format!("{} is there already; edit it, or take another id", path.display()));
        }
        return Err(error);
    }
    say(&path.display().to_string());
    let folder = shell_quoted(&args.out.to_string_lossy());
    say_error(&format!("next: pelicycle run --prompts {folder} -p {}", args.id));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn fresh_prompts(args: &FreshArgs) -> anyhow::Result<ExitCode> {
    let seed = match args.seed {
        Some(seed) => seed,
        // Short enough to be told.
        None => u64::from(getrandom::u32().context("no random seed could be had; give one by --seed")?),
    };
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("fresh-{seed}")));
    let all = fresh(seed, usize::try_from(args.number).unwrap_or(usize::MAX));
    for one in &all {
        let path = folder.join(format!("{}.toml", one.prompt.id));
        match plain_file::read(&path, LONGEST) {
            Ok(there) if there == one.toml.as_bytes() => {}
            Ok(_) => {
                anyhow::bail!("{} is there already with another text; give another --out", path.display())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => keep(&path, &one.toml)?,
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
        }
        say(&printable(&one.prompt.text));
    }
    say_error(&format!(
        "{} of {} million possible prompts, by seed {seed}, in {}",
        all.len(),
        possible() / 1_000_000,
        folder.display()
    ));
    let folder = shell_quoted(&folder.to_string_lossy());
    say_error(&format!("next: pelicycle run -m MODEL --prompts {folder} -p family:fresh"));
    Ok(ExitCode::SUCCESS)
}

fn keep(path: &Path, toml: &str) -> anyhow::Result<()> {
    let failed = || format!("{} could not be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    write_new(path, toml.as_bytes(), FileAccess::All).with_context(failed)
}
