//! `pelicycle check`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_drawing::{DrawingBounds, InspectionOptions, MeasureError, WorkerPool};
use pelicycle_record::measure::Measures;
use pelicycle_record::{Check, Inspection, PictureMoment, Verdict};
use pelicycle_run::Config;
use serde::Serialize;

use super::error::{report, usage};
use super::measures;
use super::output::{say_error, write_whole};
use super::terminal::{coloured, columns, fitted, printable, printable_json};
use super::{GlobalOptions, recheck};

/// Exit code where there is no verdict.
const UNCHECKED: u8 = 2;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code is 0 when the verdict is `drawn`, 1 for any other verdict, 2 for a file that cannot be read
or, for reasons of this machine, not be checked.

Examples:
  pelicycle check reply.md
  pelicycle check drawing.svg --png drawing.png
  pelicycle check drawing.svg --prompt otter-skateboard
  pelicycle check --again             what is kept, where a check failed or a bound decided
  llm 'Generate an SVG of a pelican riding a bicycle' | pelicycle check --json")]
pub(crate) struct CheckArgs {
    /// A model's reply, or an SVG; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Check kept attempts anew whose reply could not be checked, or whose verdict a bound decided (older builds counted
    /// seconds by the clock); their records are renewed.
    #[arg(long, conflicts_with_all = ["file", "json", "png", "raster", "prompt", "prompts", "bounds"])]
    again: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
    /// Write the picture here, when there is one; of a drawing that has none, that of its repair.
    #[arg(long, value_name = "OUT.png")]
    png: Option<PathBuf>,
    /// Longest side of the picture, in pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = InspectionOptions::default().raster, value_parser = clap::value_parser!(u32).range(1..))]
    raster: u32,
    /// The prompt whose rubric a drawing is held against, by its id.
    #[arg(short, long, value_name = "ID", default_value = "pelican")]
    prompt: String,
    /// A folder of prompts beside the bundled ones; a prompt there hides a bundled one of its id.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// Change one bound, such as `elements=1000` (docs/drawing.md lists them); may be given again.
    #[arg(long = "bound", value_name = "NAME=NUMBER")]
    bounds: Vec<String>,
}

/// Tells that a reply could not be checked.
fn unchecked(error: &anyhow::Error) -> ExitCode {
    report(error);
    ExitCode::from(UNCHECKED)
}

pub(crate) fn check(global: &GlobalOptions, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    if args.again {
        return recheck::again(global);
    }
    let bounds = match settle_bounds(&args.bounds) {
        Ok(bounds) => bounds,
        Err(words) => return usage(&words),
    };
    if args.raster > bounds.raster {
        return usage(&format!("--raster {} is more than {} (bound raster)", args.raster, bounds.raster));
    }
    let library = Config::load(None)?.library(args.prompts.as_deref())?;
    let prompt = match library.get(&args.prompt) {
        Ok(prompt) => prompt,
        Err(error) => return usage(&error.to_string()),
    };
    if args.file == OsStr::new("-") && io::stdin().is_terminal() {
        say_error("reading a reply from the terminal; Ctrl-D ends it (`pelicycle check FILE` reads a file)");
    }
    let reply = match read(&args.file, bounds.reply_bytes) {
        Ok(reply) => reply,
        Err(error) => {
            let what = if args.file == OsStr::new("-") {
                "standard input".into()
            } else {
                args.file.display().to_string()
            };
            return usage(&format!(
                "cannot read {what}: {error}; give the file of a reply or an SVG, or - for standard input"
            ));
        }
    };
    let pool = WorkerPool::new(1, InspectionOptions { raster: args.raster, bounds });
    let inspection = match pool.inspect(&reply, args.raster) {
        Ok(inspection) => inspection,
        // No verdict: whoever asks by the exit code must not take our failure for the drawing's.
        Err(error) => return Ok(unchecked(&error.into())),
    };
    let repaired = inspection.repaired.as_ref().map(|repaired| &repaired.png);
    let picture = inspection.png.as_ref().or(repaired);
    if let Some(path) = &args.png
        && let Some(png) = picture
    {
        write_whole(path, png).with_context(|| format!("cannot write the picture to {}", path.display()))?;
    }
    let measured = match &inspection.svg {
        Some(svg) if inspection.check.verdict == Verdict::Drawn => match pool.measure(svg, &prompt.rubric) {
            Ok(measures) => Some(Ok(measures)),
            Err(MeasureError::Drawing(why)) => Some(Err(why)),
            Err(MeasureError::Worker(error)) => return Ok(unchecked(&error.into())),
        },
        _ => None,
    };
    let words = match args.json {
        true => in_json(&inspection, measured.as_ref())?,
        false => in_words(&inspection, measured.as_ref(), args, &prompt.id),
    };
    match io::stdout().lock().write_all(words.as_bytes()) {
        // Whoever read the answer has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.context("cannot write the answer to standard output")?,
    }
    if args.json && args.png.is_some() && inspection.png.is_none() {
        say_error(match picture {
            Some(_) => "the picture that was written is of the repaired drawing",
            None => "there is no picture, so none was written",
        });
    }
    Ok(match inspection.check.verdict {
        Verdict::Drawn => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The measures of a drawing, or why nothing was measured.
type Measured = Result<Measures, String>;

fn in_json(inspection: &Inspection, measured: Option<&Measured>) -> anyhow::Result<String> {
    let (measures, unmeasured) = match measured {
        Some(Ok(measures)) => (Some(measures), None),
        Some(Err(why)) => (None, Some(why.as_str())),
        None => (None, None),
    };
    let answer = Answer { check: &inspection.check, measures, unmeasured };
    Ok(printable_json(&serde_json::to_string_pretty(&answer)?) + "\n")
}

fn in_words(inspection: &Inspection, measured: Option<&Measured>, args: &CheckArgs, prompt: &str) -> String {
    let mut words = describe(inspection, args.png.as_deref(), coloured());
    match measured {
        Some(Ok(measures)) => {
            words.push_str(&measures::describe(measures, prompt, coloured()));
            if inspection.check.has_page_styles() {
                words.push_str("measured as it stands alone, without the styles of its page\n");
            }
        }
        Some(Err(why)) => words.push_str(&format!("not measured: {}\n", printable(why))),
        None => {}
    }
    on_terminal(&words)
}

/// The lines as they fit a terminal, cut between words; elsewhere as they are.
fn on_terminal(words: &str) -> String {
    match io::stdout().is_terminal() {
        true => {
            words.lines().flat_map(|line| fitted(line, columns(true), 4)).map(|line| line + "\n").collect()
        }
        false => words.to_owned(),
    }
}

/// The answer as JSON: the check, and what was measured.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    check: &'a Check,
    /// Of a drawing that draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    measures: Option<&'a Measures>,
    /// The reason why a drawing that draws could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    unmeasured: Option<&'a str>,
}

/// Reads at most one byte over the bound, so that an endless input ends.
fn read(path: &Path, bound: usize) -> io::Result<Vec<u8>> {
    let most = bound as u64 + 1;
    let mut reply = Vec::new();
    if path == OsStr::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut reply)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut reply)?;
    }
    Ok(reply)
}

/// Applies `NAME=NUMBER` to the defaults.
fn settle_bounds(changes: &[String]) -> Result<DrawingBounds, String> {
    let mut bounds = serde_json::to_value(DrawingBounds::default()).map_err(|error| error.to_string())?;
    for change in changes {
        let (name, number) =
            change.split_once('=').ok_or_else(|| format!("--bound {change} is not NAME=NUMBER"))?;
        let names = || {
            let known = DrawingBounds::default();
            let known = serde_json::to_value(known).ok();
            known
                .and_then(|v| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>().join(", ")))
                .unwrap_or_default()
        };
        let Some(value) = bounds.get_mut(name) else {
            return Err(format!("there is no bound {name}; there are {}", names()));
        };
        *value =
            serde_json::from_str(number).map_err(|_| format!("--bound {change}: {number} is no number"))?;
    }
    serde_json::from_value(bounds).map_err(|error| format!("--bound: {error}"))
}

/// The verdict in the first line, then the findings as a compiler would put them.
fn describe(inspection: &Inspection, png: Option<&Path>, colour: bool) -> String {
    let check = &inspection.check;
    let paint =
        |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = paint(if check.verdict == Verdict::Drawn { "1;32" } else { "1;31" }, check.words());
    out.push_str(&facts(check));
    out.push('\n');
    for finding in &check.findings {
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => format!("{line}:{column}"),
            _ => "-".to_owned(),
        };
        let (code, message) = (printable(finding.code.as_str()), printable(&finding.message));
        out.push_str(&format!("{place} {}: {message}\n", paint("1", &code)));
    }
    if let Some(name) = &check.repair {
        out.push_str(&format!(
            "repaired: {} makes a picture of it; that does not count as drawn\n",
            printable(name)
        ));
    }
    if check.moment == Some(PictureMoment::FirstCycle) {
        out.push_str("moves: begins with nothing to see, so the picture shows the end of its first cycle\n");
    } else if check.moment == Some(PictureMoment::Start) {
        out.push_str("moves: the picture shows how it begins\n");
    }
    let written = png.map(|path| printable(&path.display().to_string()).into_owned());
    match (written, inspection.png.is_some(), inspection.repaired.is_some()) {
        (Some(path), true, _) => out.push_str(&format!("picture: {path}\n")),
        (Some(path), false, true) => out.push_str(&format!("picture: {path}, of the repaired drawing\n")),
        (Some(_), false, false) => out.push_str("picture: there is none, so none was written\n"),
        (None, ..) => {}
    }
    out
}

/// The known facts of the drawing, and who draws it.
fn facts(check: &Check) -> String {
    let mut words = Vec::new();
    if let Some(svg) = &check.svg {
        if let (Some(width), Some(height)) = (svg.width, svg.height) {
            words.push(format!("{width} x {height}"));
        }
        if let Some(elements) = svg.elements {
            words.push(format!("{elements} elements"));
        }
        words.push(format!("{} bytes", svg.bytes));
        words.push(
            match (check.draws.resvg, check.draws.browser) {
                (true, true) => "resvg and browsers draw it",
                (true, false) => "resvg draws it, a browser does not",
                (false, true) => "a browser draws it, resvg does not",
                (false, false) => "neither resvg nor a browser draws it",
            }
            .to_owned(),
        );
    }
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}
