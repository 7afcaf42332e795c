//! `pelicycle gallery`.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::output::{say, say_damaged, say_error};
use super::prompts::library;
use super::{Global, serve};
use crate::attempt::Attempt;
use crate::config::Config;
use crate::drawing::{Options, Pool};
use crate::gallery::{self, BaseUrl, Exhibit, ExhibitFiles, Omission, Report};
use crate::judge::{self, Field, Pooling, SEED, Votes};
use crate::measure::Rubric;
use crate::prompt::Library;
use crate::store::{Damaged, Listing, Store, Stored};
use crate::text;

/// Rebuild the gallery from the results.
///
/// Only what changed is written. The folder can be deleted at any time: it is made anew from the results.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle gallery                   build from results/ into gallery/
  pelicycle gallery --out site --base-url https://example.org/pelicans
                                      build to be published there (docs/publishing.md)
  pelicycle gallery --serve           watch drawings arrive, at http://127.0.0.1:8765/
  pelicycle gallery --results other   build from other results")]
pub(crate) struct GalleryArgs {
    /// Build into this folder instead of the one that --gallery names.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder of prompts beside the bundled ones, whose rubrics drawings are held against.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// Where the site will be found: its pages get pictures for links to them, and it gets a feed and a map for crawlers.
    #[arg(long, value_name = "URL", env = "PELICYCLE_BASE_URL")]
    base_url: Option<BaseUrl>,
    /// Show it to browsers on this machine until Ctrl-C, and rebuild it as attempts come. ADDR is a port, or an address
    /// and a port for others to read it too.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = serve::ADDRESS, value_parser = serve::address)]
    serve: Option<SocketAddr>,
}

/// A gallery as it was rebuilt.
pub(crate) struct Rebuilt {
    pub(crate) report: Report,
    /// Records that could not be used, by path.
    pub(crate) damaged: Vec<Damaged>,
}

pub(crate) fn gallery(global: &Global, args: &GalleryArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let library = library(args.prompts.as_deref(), &Config::load(None)?)?;
    let options = gallery::Options { base: args.base_url.clone() };
    let out = args.out.as_deref().unwrap_or(&global.gallery);
    if let Some(address) = args.serve {
        return serve::serve(serve::Hall { store, library, out: out.to_owned(), options }, address);
    }
    let rebuilt = rebuild(&store, &library, out, &options)?;
    tell(&store, &rebuilt);
    say(&rebuilt.report.index.display().to_string());
    Ok(ExitCode::SUCCESS)
}

/// Says what was built, and what could not be.
pub(super) fn tell(store: &Store, Rebuilt { report, damaged }: &Rebuilt) {
    say_damaged(store, damaged);
    for (path, why) in &report.problems {
        say_error(&format!("left out {}: {why}", path.display()));
    }
    let mut counts = text::plural(report.attempts as u64, "attempt");
    if !damaged.is_empty() {
        counts.push_str(&format!(", {} skipped", text::plural(damaged.len() as u64, "damaged record")));
    }
    let Report { written, unchanged, removed, .. } = report;
    say(&format!("{counts}; {written} files written, {unchanged} unchanged, {removed} removed"));
}

/// Rebuilds the gallery in `out` from all that the store holds whole; the library has the rubrics.
pub(crate) fn rebuild(
    store: &Store,
    library: &Library,
    out: &Path,
    options: &gallery::Options,
) -> anyhow::Result<Rebuilt> {
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
    let (judged, damaged_judgements) = judged(store, &listing)?;
    let found = Mutex::new(listing.damaged);
    let verify = |index: usize| {
        store.verify(&listing.attempts[index]).map_err(|damage| {
            let omission = omission(&damage);
            found.lock().unwrap_or_else(PoisonError::into_inner).push(damage);
            omission
        })
    };
    let report = gallery::build(&exhibits, &verify, &measure, &omissions, judged.as_ref(), out, options)
        .context("the gallery was not built")?;
    let mut damaged = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    damaged.extend(damaged_judgements);
    damaged.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Rebuilt { report, damaged })
}

/// The rankings of all contestants by all judgements, where there are any; and judgements that can't be used.
fn judged(store: &Store, listing: &Listing) -> anyhow::Result<(Option<judge::Report>, Vec<Damaged>)> {
    let judgements = store.judgements()?;
    if judgements.records.is_empty() {
        return Ok((None, judgements.damaged));
    }
    let attempts: Vec<&Attempt> = listing.attempts.iter().map(|stored| &stored.attempt).collect();
    let field = Field::new(&attempts, false);
    let votes = Votes::new(&field, &judgements.records);
    Ok((Some(judge::report(&field, &votes, Pooling::Apart, SEED)), judgements.damaged))
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
