//! `pelicycle gallery`.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::Global;
use super::output::say_damaged;
use super::prompts::library;
use super::terminal::printable;
use crate::config::Config;
use crate::drawing::{Options, Pool};
use crate::gallery::{self, Exhibit, ExhibitFiles, Omission, Report, text};
use crate::measure::Rubric;
use crate::prompt::Library;
use crate::store::{Damaged, Store, Stored};

/// Rebuild the gallery from the results.
///
/// Only what changed is written. The folder can be deleted at any time: it is made anew from the results.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle gallery                   build from results/ into gallery/
  pelicycle gallery --out site        build into another folder
  pelicycle gallery --results other   build from other results")]
pub(crate) struct GalleryArgs {
    /// Build into this folder instead of the one that --gallery names.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder of prompts beside the bundled ones, whose rubrics drawings are held against.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
}

/// A gallery as it was rebuilt.
pub(crate) struct Rebuilt {
    pub(crate) report: Report,
    /// Records that could not be used, by path.
    pub(crate) damaged: Vec<Damaged>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the command's answer")]
pub(crate) fn gallery(global: &Global, args: &GalleryArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let library = library(args.prompts.as_deref(), &Config::load(None)?)?;
    let out = args.out.as_deref().unwrap_or(&global.gallery);
    let Rebuilt { report, damaged } = rebuild(&store, &library, out)?;
    say_damaged(&store, &damaged);
    for (path, why) in &report.problems {
        eprintln!("left out {}: {}", printable(&path.to_string_lossy()), printable(why));
    }
    let mut counts = text::plural(report.attempts as u64, "attempt");
    if !damaged.is_empty() {
        counts.push_str(&format!(", {} skipped", text::plural(damaged.len() as u64, "damaged record")));
    }
    let Report { index, written, unchanged, removed, .. } = report;
    println!("{counts}; {written} files written, {unchanged} unchanged, {removed} removed");
    println!("{}", index.display());
    Ok(ExitCode::SUCCESS)
}

/// Rebuilds the gallery in `out` from all that the store holds whole; the library has the rubrics.
pub(crate) fn rebuild(store: &Store, library: &Library, out: &Path) -> anyhow::Result<Rebuilt> {
    let listing = store.list()?;
    let exhibits: Vec<_> = listing
        .attempts
        .iter()
        .map(|stored| {
            // An edited text is another prompt, and may ask for other things.
            let asked = &stored.attempt.prompt;
            let prompt = library.get(&asked.id).ok().filter(|prompt| prompt.hash() == asked.hash);
            Exhibit { rubric: prompt.map(|prompt| &prompt.rubric), ..exhibit(stored) }
        })
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let pool = Pool::new(workers, Options::default());
    let measure = |svg: &[u8], rubric: &Rubric| pool.measure(svg, rubric).map_err(|error| error.to_string());
    let omissions: Vec<_> = listing.damaged.iter().map(omission).collect();
    let found = Mutex::new(listing.damaged);
    let verify = |index: usize| {
        store.verify(&listing.attempts[index]).map_err(|damage| {
            let omission = omission(&damage);
            found.lock().unwrap_or_else(PoisonError::into_inner).push(damage);
            omission
        })
    };
    let report =
        gallery::build(&exhibits, &verify, &measure, &omissions, out).context("the gallery was not built")?;
    let mut damaged = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    damaged.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Rebuilt { report, damaged })
}

fn omission(damaged: &Damaged) -> Omission {
    Omission { place: damaged.path.to_string_lossy().into_owned(), reason: damaged.reason.to_string() }
}

pub(crate) fn exhibit(stored: &Stored) -> Exhibit<'_> {
    let files = stored.files.clone();
    Exhibit {
        attempt: &stored.attempt,
        rubric: None,
        files: ExhibitFiles {
            reply: files.reply,
            thinking: files.thinking,
            timeline: files.timeline,
            svg: files.svg,
            active: files.active,
            png: files.png,
            repaired_png: files.repaired_png,
            experts: files.experts,
        },
    }
}
