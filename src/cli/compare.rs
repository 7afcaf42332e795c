//! `pelicycle compare`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use clap::ValueEnum;
use pelicycle_compare as compare;
use pelicycle_compare::{
    ComparisonReport, History, MEASURES, Measure, MeasuredDrawings, PREFERRED, PairedSides, measures, select,
};
use pelicycle_drawing::{InspectionOptions, RENDERER, WorkerPool};
use pelicycle_record::measure::Measures;
use pelicycle_record::{Attempt, Id};
use pelicycle_run::Config;
use pelicycle_site::comparison::{
    RasterLookup, RenderingReport, RerenderedDrawing, history_page, page, pictures, redrawn,
};
use pelicycle_store::{AttemptListing, Store, StoredAttempt};
use pelicycle_text::plain_file;

use super::GlobalOptions;
use super::calibrations::calibrations;
use super::compare_looks::{LooksRequest, compare_looks};
use super::error::{usage, words};
use super::output::{json, say_damaged, say_error, write, write_whole};
use super::rank::{judgements, pool_weight};
use super::sides::{StoreNames, paired};
use super::terminal::{coloured, columns, command, fitted, printable};

/// The word of `--fail-on` for the whole.
pub(super) const WORSE: &str = "worse";
/// Pairs of drawings that --pictures writes.
const MOST_PICTURES: usize = 6;
/// Exit code of a comparison that failed by its own rule: distinct from a failure of the program (1) and from a mistake on
/// the command line (2).
pub(super) const FAILED: u8 = 3;

/// Say whether HEAD draws better or worse than BASE, or that nobody can tell yet.
///
/// What decides is whose drawings are preferred, by judgements between the two sides: `pelicycle vote --between BASE HEAD`
/// and `pelicycle judge --between BASE HEAD` collect them. Other measures stand below.
///
/// Each side is a contestant (its slug, label or PROVIDER/MODEL), a run (its id, the beginning of it, or `last`), a day or
/// days (2026-11-22, 2026-11-01..2026-11-22), a release tag of the repository that holds the results, a baseline or a
/// provider. A name that may be several of these is written KIND:NAME. Sides are compared prompt by prompt;
/// docs/comparing.md says how.
///
/// Exits with 0; with 3 when --fail-on is given and what it names got worse; with 1 when the comparison could not be made, or
/// --fail-on is given and every request of a side failed; with 2 for a mistake on the command line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle compare openai/gpt-4o openai/gpt-5
  pelicycle vote --between openai/gpt-4o openai/gpt-5      judge pairs of the two, until it is settled
  pelicycle compare baseline:spring run:last --fail-on worse --format markdown
  pelicycle compare spring run:last --format markdown --pictures pictures -o comment.md
  pelicycle compare v1.1 v1.2 --format html -o comparison.html
  pelicycle compare 2026-10-01..2026-10-31 2026-11-01.. --contestant openai-gpt-5-1f0c2a9b
  pelicycle compare --history openai/gpt-5 -o history.html
  pelicycle compare --looks openai/gpt-5    does it draw better when it sees what it drew?
  pelicycle compare --looks --fail-on worse exit with 3 where looks make drawings worse
  pelicycle compare --rendering all --format html -o rendering.html")]
pub(crate) struct CompareArgs {
    /// The side before.
    #[arg(required_unless_present_any = ["history", "rendering", "looks"])]
    base: Option<String>,
    /// The side now; attempts that BASE holds as well are not counted to it.
    #[arg(required_unless_present_any = ["history", "rendering", "looks"])]
    head: Option<String>,
    /// text, markdown, json, junit or html [default: by the file's ending, else text].
    #[arg(short, long, value_enum, hide_possible_values = true)]
    format: Option<ComparisonFormat>,
    /// Write into this file, whole or not at all, instead of to standard output.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write drawings of both sides in pairs into this folder as well, as PNG files; Markdown shows them.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["history", "rendering"])]
    pictures: Option<PathBuf>,
    /// The address at which Markdown finds that folder, where it is not its path.
    #[arg(long, value_name = "URL", requires = "pictures")]
    pictures_at: Option<String>,
    /// Ask only for this measure; fewer questions leave more to each. May be given again [default: all].
    #[arg(short, long = "measure", value_name = "NAME")]
    measures: Vec<String>,
    /// Ask also for the items of the prompts' rubrics, which takes measuring every drawing (docs/measures.md).
    #[arg(long)]
    rubric: bool,
    /// A folder of prompts beside the bundled ones, for their rubrics.
    #[arg(long = "prompts", value_name = "DIR")]
    library: Option<PathBuf>,
    /// Only attempts of this contestant, on both sides.
    #[arg(long, value_name = "NAME")]
    contestant: Option<String>,
    /// Only attempts on this prompt. May be given again.
    #[arg(short, long = "prompt", value_name = "ID")]
    prompts: Vec<String>,
    /// Exit with 3 when it is worse: `worse` looks at what is preferred, at how often a drawing comes at all, and at measures
    /// that --measure names; the name of a measure, or `preferred`, at that alone. May be given again.
    #[arg(long, value_name = "worse|MEASURE", conflicts_with = "history")]
    fail_on: Vec<String>,
    /// Put people and models together, a model's view of a pair counting so much of a person's; else people decide where any
    /// judged.
    #[arg(long, value_name = "WEIGHT", allow_negative_numbers = true)]
    pool: Option<f64>,
    /// One contestant over time instead: where its level changed, and when another model was served.
    #[arg(long, value_name = "CONTESTANT", conflicts_with_all = ["base", "head"])]
    history: Option<String>,
    /// Render kept drawings anew instead, and compare the pixels: those of this side, or `all`. With --fail-on worse, a drawing
    /// that is seen to differ counts as worse.
    #[arg(long, value_name = "SIDE", conflicts_with_all = ["base", "head", "history", "measures"])]
    rendering: Option<String>,
    /// Say instead whether looks help (`run --looks`), for whom and at what price: each first drawing beside what its model made
    /// of it in the end. Of these contestants, or of all. `vote --looks` and `judge --looks` collect judgements of them.
    #[arg(long, value_name = "CONTESTANT", num_args = 0.., conflicts_with_all = [
        "base", "head", "history", "rendering", "measures", "rubric", "pictures", "contestant",
    ])]
    looks: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ComparisonFormat {
    Text,
    Markdown,
    Json,
    Junit,
    Html,
}

pub(crate) fn compare(global: &GlobalOptions, args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let asked = asked(args)?;
    let pool = pool_weight(args.pool)?;
    let format = args.format.or_else(|| by_ending(args.out.as_deref()?)).unwrap_or(ComparisonFormat::Text);
    let store = Store::open(&global.results)?;
    let listing = store.list()?;
    say_damaged(&store, &listing.damaged);
    // Pixels are compared of whatever was drawn; all else is of first attempts, but for what is asked of looks.
    let all = args.rendering.is_some() || args.looks.is_some();
    let mut attempts: Vec<&Attempt> = listing.attempts.iter().map(|stored| &stored.attempt).collect();
    attempts.retain(|attempt| all || attempt.is_first());
    if !args.prompts.is_empty() {
        attempts.retain(|attempt| args.prompts.contains(&attempt.prompt.id));
        if attempts.is_empty() {
            return usage(&format!("no attempt answers {}", args.prompts.join(" or ")));
        }
    }
    if let Some(contestants) = &args.looks {
        let narrowing = narrowing(global, args, format);
        let out = args.out.as_deref();
        let request =
            LooksRequest { contestants, narrowing, model_weight: pool, fail_on: &args.fail_on, format, out };
        return compare_looks(&store, &attempts, request);
    }
    let places = StoreNames(&store);
    let kept = |named: &str| select(&format!("contestant:{named}"), &attempts, &places);
    if let Some(named) = &args.history {
        return match kept(named) {
            Ok(selection) => {
                let measured = measured(&store, &listing, &selection.attempts, &asked, args)?;
                history(&compare::history(named, &selection.attempts, &asked, &measured), format, args)
            }
            Err(error) => usage(&error.to_string()),
        };
    }
    if let Some(named) = &args.contestant {
        attempts = match kept(named) {
            Ok(selection) => selection.attempts,
            Err(error) => return usage(&error.to_string()),
        };
    }
    if let Some(named) = &args.rendering {
        let chosen = match named.as_str() {
            "all" => attempts,
            named => match select(named, &attempts, &places) {
                Ok(selection) => selection.attempts,
                Err(error) => return usage(&error.to_string()),
            },
        };
        return rendering(&store, &listing, &chosen, format, args);
    }
    let (base, head) = (args.base.as_deref().unwrap_or_default(), args.head.as_deref().unwrap_or_default());
    let (sides, [base, head]) = paired(&store, &attempts, (base, head))?;
    let both: Vec<&Attempt> = sides.both().into_iter().flatten().collect();
    let measured = measured(&store, &listing, &both, &asked, args)?;
    let mut report = compare::compare(&base, &head, &sides, &asked, &measured)?
        .judged(&sides, &judgements(&store)?, &calibrations(&store)?, pool)
        .counting(&args.measures);
    report.narrowing = narrowing(global, args, format);
    let rasters = rasters(&listing);
    let raster = |attempt: &Attempt| plain_file::read(rasters.get(&attempt.id)?, plain_file::KEPT_BYTES).ok();
    let mut words = render(&report, &sides, &raster, format, args.out.as_deref())?;
    if let Some(folder) = &args.pictures {
        words = with_pictures(words, folder, &report, &sides, &raster, (format, args))?;
    }
    write(&words, args.out.as_deref())?;
    let worse = |what: &String| match what.as_str() {
        WORSE => report.is_worse(),
        name => report.is_worse_in(name),
    };
    gate(&args.fail_on, args.fail_on.iter().any(worse), || compare::words::nothing_to_compare(&report))
}

/// The exit code by what was found worse, where --fail-on asks for it. A gate passes only what it could check: an error where
/// there was `nothing` to compare.
pub(super) fn gate(
    fail_on: &[String],
    worse: bool,
    nothing: impl FnOnce() -> Option<String>,
) -> anyhow::Result<ExitCode> {
    match (fail_on.is_empty(), worse) {
        (true, _) => Ok(ExitCode::SUCCESS),
        (false, true) => Ok(ExitCode::from(FAILED)),
        (false, false) => match nothing() {
            Some(why) => anyhow::bail!("nothing could be compared, so --fail-on has checked nothing: {why}"),
            None => Ok(ExitCode::SUCCESS),
        },
    }
}

/// Writes pairs of drawings into a folder; gives the words of the comparison, with the pictures where they are Markdown.
fn with_pictures(
    words: String,
    folder: &Path,
    report: &ComparisonReport,
    sides: &PairedSides<'_>,
    raster: &RasterLookup<'_>,
    (format, args): (ComparisonFormat, &CompareArgs),
) -> anyhow::Result<String> {
    let at = args.pictures_at.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
    let drawn = pictures(report, sides, raster, MOST_PICTURES, &at);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, png) in &drawn.files {
        write_whole(&folder.join(name), png)
            .with_context(|| format!("cannot write {name} into {}", folder.display()))?;
    }
    Ok(match format == ComparisonFormat::Markdown && !drawn.markdown.is_empty() {
        true => format!("{words}\n{}", drawn.markdown),
        false => words,
    })
}

/// The measures that are asked, those that the comparison may fail on among them.
fn asked(args: &CompareArgs) -> anyhow::Result<Vec<&'static Measure>> {
    let named = |names: &[String], rubric| {
        measures(names, rubric).or_else(|unknown| {
            let names = [PREFERRED].into_iter().chain(MEASURES.iter().map(|measure| measure.name));
            let names: Vec<&str> = names.collect();
            usage(&format!("there is no measure {unknown:?}; there are {}", names.join(", ")))
        })
    };
    let mut asked = match args.measures.as_slice() {
        [one] if one == PREFERRED => Vec::new(),
        names => {
            let names: Vec<String> = names.iter().filter(|name| *name != PREFERRED).cloned().collect();
            named(&names, args.rubric)?
        }
    };
    let fails: Vec<String> =
        args.fail_on.iter().filter(|name| *name != WORSE && *name != PREFERRED).cloned().collect();
    if !fails.is_empty() {
        for measure in named(&fails, false)? {
            if !asked.iter().any(|known| known.name == measure.name) {
                asked.push(measure);
            }
        }
    }
    Ok(asked)
}

/// The words that a command about the same sides needs as well.
fn narrowing(global: &GlobalOptions, args: &CompareArgs, format: ComparisonFormat) -> Vec<String> {
    let option = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let mut words: Vec<String> = args.prompts.iter().flat_map(|prompt| option("-p", prompt)).collect();
    let contestants = args.contestant.iter().chain(args.looks.iter().flatten());
    words.extend(contestants.flat_map(|named| option("--contestant", named)));
    // What is shown to others has no folder of this machine in it.
    if format == ComparisonFormat::Text && global.results != Path::new("results") {
        words.extend(option("--results", &global.results.to_string_lossy()));
    }
    words
}

fn by_ending(path: &Path) -> Option<ComparisonFormat> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(ComparisonFormat::Text),
        "md" => Some(ComparisonFormat::Markdown),
        "json" => Some(ComparisonFormat::Json),
        "xml" => Some(ComparisonFormat::Junit),
        "html" | "htm" => Some(ComparisonFormat::Html),
        _ => None,
    }
}

fn render(
    report: &ComparisonReport,
    sides: &PairedSides<'_>,
    raster: &RasterLookup<'_>,
    format: ComparisonFormat,
    out: Option<&Path>,
) -> anyhow::Result<String> {
    Ok(match format {
        ComparisonFormat::Text => lines(&compare::text(report, columns(out.is_none())), out),
        ComparisonFormat::Markdown => compare::markdown(report),
        ComparisonFormat::Json => json(report)?,
        ComparisonFormat::Junit => compare::junit(report),
        ComparisonFormat::Html => page(report, sides, raster)?,
    })
}

/// The files of all kept pictures.
fn rasters(listing: &AttemptListing) -> BTreeMap<&Id, &PathBuf> {
    let kept = listing.attempts.iter();
    kept.filter_map(|stored| Some((&stored.attempt.id, stored.files.png.as_ref()?))).collect()
}

fn history(history: &History, format: ComparisonFormat, args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let words = match format {
        ComparisonFormat::Text => lines(&history.text(), args.out.as_deref()),
        ComparisonFormat::Json => json(history)?,
        ComparisonFormat::Html => history_page(history)?,
        ComparisonFormat::Markdown | ComparisonFormat::Junit => {
            return usage("--history is written as text, json or html");
        }
    };
    write(&words, args.out.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

/// The measures of drawings, where a measure asks for them.
fn measured(
    store: &Store,
    listing: &AttemptListing,
    attempts: &[&Attempt],
    asked: &[&'static Measure],
    args: &CompareArgs,
) -> anyhow::Result<MeasuredDrawings> {
    if !asked.iter().any(|measure| measure.is_measured()) {
        return Ok(MeasuredDrawings::new());
    }
    let library = Config::load(None)?.library(args.library.as_deref())?;
    let wanted: BTreeSet<&Id> =
        attempts.iter().filter(|attempt| attempt.is_drawn()).map(|attempt| &attempt.id).collect();
    let stored: Vec<&StoredAttempt> =
        listing.attempts.iter().filter(|stored| wanted.contains(&stored.attempt.id)).collect();
    let workers = workers();
    let pool = WorkerPool::new(workers, InspectionOptions::default());
    let measure = |stored: &StoredAttempt| -> anyhow::Result<Option<(Id, Measures)>> {
        let prompt = &stored.attempt.prompt;
        // An edited prompt is another one, and what it asks for is not known.
        let known = library
            .get(&prompt.id)
            .ok()
            .filter(|known| known.text == prompt.text && !known.rubric.items.is_empty());
        let (Some(known), Some(svg)) = (known, store.drawing(stored)?) else { return Ok(None) };
        Ok(Some((stored.attempt.id.clone(), pool.measure(&svg, &known.rubric)?)))
    };
    let mut measured = MeasuredDrawings::new();
    for one in
        each(&stored, workers, |stored| measure(stored).with_context(|| stored.folder.display().to_string()))
    {
        match one {
            Ok(one) => measured.extend(one),
            Err(error) => say_error(&format!("not measured: {}", words(error.as_ref()))),
        }
    }
    Ok(measured)
}

/// Does something with each, several at a time; what is done comes in any order.
fn each<T: Send>(
    stored: &[&StoredAttempt],
    threads: usize,
    work: impl Fn(&StoredAttempt) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(stored) = stored.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(work(stored));
        }
        done
    };
    std::thread::scope(|scope| {
        // A thread that the system refuses is one fewer.
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (1..threads).filter_map(start).collect();
        let mut done = work();
        done.extend(threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()));
        done
    })
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(8))
}

/// Renders kept drawings anew.
fn rendering(
    store: &Store,
    listing: &AttemptListing,
    chosen: &[&Attempt],
    format: ComparisonFormat,
    args: &CompareArgs,
) -> anyhow::Result<ExitCode> {
    let chosen: BTreeSet<&Id> = chosen.iter().map(|attempt| &attempt.id).collect();
    let workers = workers();
    let pool = WorkerPool::new(workers, InspectionOptions::default());
    let stored: Vec<&StoredAttempt> =
        listing.attempts.iter().filter(|stored| chosen.contains(&stored.attempt.id)).collect();
    let draw_anew = |stored: &StoredAttempt| -> anyhow::Result<Option<RerenderedDrawing>> {
        let Some(reply) = store.reply(stored)? else { return Ok(None) };
        let kept =
            stored.files.png.as_ref().map(|png| plain_file::read(png, plain_file::KEPT_BYTES)).transpose()?;
        let now = pool.inspect(&reply, stored.attempt.prompt.raster)?;
        Ok(redrawn(&stored.attempt, kept, &now)?)
    };
    let done = each(&stored, workers, |stored| {
        draw_anew(stored).with_context(|| stored.folder.display().to_string())
    });
    let mut all = Vec::new();
    for one in done {
        match one {
            Ok(one) => all.extend(one),
            Err(error) => say_error(&format!("left out {}", words(error.as_ref()))),
        }
    }
    let rendering = RenderingReport::new(RENDERER, all);
    let words = match format {
        ComparisonFormat::Text => lines(&rendering.text(), args.out.as_deref()),
        ComparisonFormat::Json => json(&rendering)?,
        ComparisonFormat::Html => rendering.page()?,
        ComparisonFormat::Markdown | ComparisonFormat::Junit => {
            return usage("--rendering is written as text, json or html");
        }
    };
    write(&words, args.out.as_deref())?;
    gate(&args.fail_on, rendering.different > 0, || {
        let compared = rendering.same + rendering.alike + rendering.different;
        (compared == 0).then(|| "no kept drawing could be rendered anew".to_owned())
    })
}

/// Lines for a terminal, cut between words where it is narrow: verdicts in colour where that is wanted, names made safe. In a
/// file they are as they are.
pub(super) fn lines(lines: &[String], out: Option<&Path>) -> String {
    let shown = out.is_none() && std::io::stdout().is_terminal();
    let paint = |line: String| match shown && coloured() {
        true => line.replacen("  better ", "  \x1b[32mbetter\x1b[0m ", 1).replacen(
            "  worse ",
            "  \x1b[31mworse\x1b[0m ",
            1,
        ),
        false => line,
    };
    let fit = |line: &String| {
        let line = printable(line).into_owned();
        match (shown, line.starts_with("  pelicycle ")) {
            (false, _) => vec![line],
            (true, false) => fitted(&line, columns(true), 2),
            (true, true) => command(&line, columns(true)),
        }
    };
    lines.iter().flat_map(fit).map(|line| paint(line) + "\n").collect()
}
