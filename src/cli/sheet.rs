//! `pelicycle sheet`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use pelicycle_run::Config;
use pelicycle_site as gallery;
use pelicycle_site::{ContactSheet, SheetOptions, SheetOrder, SheetShape, exhibit, rankings};
use pelicycle_store::Store;
use pelicycle_text::plural;

use super::output::{say, say_error, write_whole};
use super::terminal::printable;
use super::{GlobalOptions, site};

/// Put one prompt's drawings on a single picture, to be shared.
///
/// One card for each model, the first answer of its newest run, good or bad.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle sheet                          the pelicans, into sheet.png
  pelicycle sheet -p otter-boat -o otters.png
  pelicycle sheet --top 12 --title 'Pelicans of the week'
  pelicycle sheet --top 12 --sort rank --shape square
  pelicycle sheet --timeline               families of models, the oldest model first")]
pub(crate) struct SheetArgs {
    /// The prompt's id instead of `pelican`.
    #[arg(short, long, value_name = "ID")]
    prompt: Option<String>,
    /// A row a family of models, the oldest model first.
    #[arg(long)]
    timeline: bool,
    /// The order of the models: `house` has the newest release first, as the gallery does.
    #[arg(long, value_name = "ORDER", value_enum, default_value_t = Order::House, conflicts_with = "timeline")]
    sort: Order,
    /// The shape of the place where it is posted: `link` 1200 × 630, `square` 1080 × 1080, `story` 1080 × 1920. It has as many of
    /// the models, in their order, as can be read.
    #[arg(long, value_name = "SHAPE", value_enum, conflicts_with_all = ["timeline", "columns"])]
    shape: Option<Shape>,
    /// The first N models alone, in the order of --sort.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=400), conflicts_with = "timeline")]
    top: Option<u16>,
    /// A title instead of the prompt's.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Cards of a row.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=40))]
    columns: Option<u16>,
    /// The picture's file, a PNG.
    #[arg(short, long, value_name = "FILE", default_value = "sheet.png")]
    out: PathBuf,
}

/// As [`SheetOrder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// The newest release first.
    House,
    /// The best of the ranking first.
    Rank,
    /// The oldest release first.
    Oldest,
    /// By name.
    Name,
}

/// As [`SheetShape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// 1200 × 630, the picture of a link.
    Link,
    /// 1080 × 1080, a post.
    Square,
    /// 1080 × 1920, a story.
    Story,
}

pub(crate) fn sheet(global: &GlobalOptions, args: &SheetArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let listing = store.list()?;
    if !listing.damaged.is_empty() {
        say_error(&format!(
            "left out: {} that could not be read; `pelicycle gallery` lists them",
            plural(listing.damaged.len() as u64, "record")
        ));
    }
    let exhibits: Vec<_> = listing.attempts.iter().map(exhibit).collect();
    let options = SheetOptions {
        prompt: args.prompt.clone(),
        timeline: args.timeline,
        order: match args.sort {
            Order::House => SheetOrder::House,
            Order::Rank => SheetOrder::Rank,
            Order::Oldest => SheetOrder::Oldest,
            Order::Name => SheetOrder::Name,
        },
        judged: rankings(&store, &listing)?,
        shape: args.shape.map(|shape| match shape {
            Shape::Link => SheetShape::Link,
            Shape::Square => SheetShape::Square,
            Shape::Story => SheetShape::Story,
        }),
        top: args.top.map(usize::from),
        title: args.title.clone(),
        makers: site::settings(&Config::load(None)?.site)?.makers,
        columns: args.columns.map(usize::from),
    };
    let ContactSheet { png, title, shown, left_out, alone } = gallery::sheet(&exhibits, &options)
        .with_context(|| format!("no sheet of {}", printable(&store.root().to_string_lossy())))?;
    write_whole(&args.out, &png).with_context(|| format!("cannot write {}", args.out.display()))?;
    let mut rest = if left_out > 0 { format!(", {left_out} more found no place") } else { String::new() };
    rest += &match alone {
        0 => String::new(),
        1 => ", 1 more is the only one of its family".to_owned(),
        alone => format!(", {alone} more are the only ones of their families"),
    };
    say(&format!("{}: {}{rest}", printable(&title), plural(shown as u64, "model")));
    say(&args.out.display().to_string());
    Ok(ExitCode::SUCCESS)
}
