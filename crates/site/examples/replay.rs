//! Makes results by replaying real drawings, to measure a gallery of many: `replay RESULTS COUNT FILE...`.
//!
//! Each file is an SVG or a reply in Markdown. It is checked and rasterized once and then written as the answer of
//! models that do not exist, to every bundled prompt in turn, so the numbers say nothing about any model.

#![expect(clippy::print_stdout, reason = "the program's answer")]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use pelicycle_drawing::{InspectionOptions, RENDERER, inspect};
use pelicycle_prompt::{Prompt, PromptLibrary};
use pelicycle_record::{Attempt, Id, Inspection, Outcome, PromptRecord, SCHEMA_VERSION, TextRecord};
use pelicycle_store::{AttemptFiles, Store};
use serde_json::json;

/// Samples of a prompt by one model.
const SAMPLES: usize = 4;
const PROVIDERS: [&str; 5] = ["anthropic", "google", "local", "mistral", "openai"];
const FAMILIES: [&str; 5] = ["claude", "gemini", "granite", "mistral", "gpt"];

struct ReplayFile {
    reply: Vec<u8>,
    found: Inspection,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [results, count, files @ ..] = arguments.as_slice() else {
        bail!("usage: replay RESULTS COUNT FILE...");
    };
    let count: usize = count.parse().context("COUNT is a whole number")?;
    let replays =
        files.iter().map(|file| ReplayFile::read(Path::new(file))).collect::<anyhow::Result<Vec<_>>>()?;
    if replays.is_empty() {
        bail!("name the drawings to replay");
    }
    let prompts: Vec<_> = PromptLibrary::bundled().iter().map(Prompt::record).collect();
    let store = Store::open(PathBuf::from(results))?;
    // A write waits for the disk most of its time.
    let threads = 8;
    std::thread::scope(|scope| {
        let (store, prompts, replays) = (&store, &prompts, &replays);
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    (first..count).step_by(threads).try_for_each(|n| write(store, prompts, replays, n))
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("a thread failed")))
    })?;
    println!("{count} attempts in {results}");
    Ok(())
}

impl ReplayFile {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        let svg = path.extension().is_some_and(|extension| extension == "svg");
        let reply =
            if svg { [b"```svg\n".as_slice(), text.trim_ascii_end(), b"\n```\n"].concat() } else { text };
        let found = inspect(&reply, &InspectionOptions::default());
        Ok(Self { reply, found })
    }
}

/// The attempt with this number: models by prompts by samples.
fn write(
    store: &Store,
    prompts: &[PromptRecord],
    replays: &[ReplayFile],
    number: usize,
) -> anyhow::Result<()> {
    let replay = &replays[number % replays.len()];
    let cell = number / SAMPLES;
    // Half of all are asked the famous prompt, as people do.
    let (prompt, model) = if cell.is_multiple_of(2) {
        (prompts.iter().find(|prompt| prompt.id == "pelican").context("a bundled prompt")?, cell / 2)
    } else {
        (&prompts[cell / 2 % prompts.len()], cell / 2 / prompts.len())
    };
    let kind = model % FAMILIES.len();
    let label = format!("{}-{}.{}", FAMILIES[kind], model / 50 + 1, model / 5 % 10);
    let first: Timestamp = "2024-01-01T00:00:00Z".parse()?;
    let started = first + SignedDuration::from_mins(i64::try_from(number)? * 150);
    let Inspection { check, svg, png, repaired, active, .. } = &replay.found;
    let (output, speed) = (replay.reply.len() / 3, 20.0 + (model % 97) as f64);
    let id = Id::at(started)?;
    // The samples of a cell are one run.
    let run: Id = format!("20240101-000000-000-{cell:012}").parse()?;
    let attempt: Attempt = serde_json::from_value(json!({
        "schema": SCHEMA_VERSION,
        "id": id,
        "run": run,
        "tool": { "name": "replay", "version": env!("CARGO_PKG_VERSION"), "renderer": RENDERER },
        "host": { "os": std::env::consts::OS, "arch": std::env::consts::ARCH, "cores": 1 },
        "prompt": prompt,
        "contestant": {
            "slug": pelicycle_record::name::slug(&format!("{}/{label}", PROVIDERS[kind])),
            "label": label,
            "provider": PROVIDERS[kind],
            "model": label,
        },
        "sample": number % SAMPLES + 1,
        "request": { "temperature": 0.8 },
        "outcome": Outcome::Complete,
        "usage": { "input": 20, "output": output },
        "timing": {
            "started": started,
            "first_token": 0.4,
            "total": 0.4 + output as f64 / speed,
            "tokens_per_second": speed,
        },
        "reply": TextRecord::of(&replay.reply),
        "check": check,
    }))?;
    let files = AttemptFiles {
        reply: Some(replay.reply.as_slice()),
        svg: svg.as_deref(),
        active: *active,
        png: png.as_deref(),
        repaired_svg: repaired.as_ref().map(|repaired| repaired.svg.as_slice()),
        repaired_png: repaired.as_ref().map(|repaired| repaired.png.as_slice()),
        ..AttemptFiles::default()
    };
    store.write(&attempt, &files)?;
    Ok(())
}
