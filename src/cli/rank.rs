//! `pelicycle rank`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use pelicycle_compare::select;
use pelicycle_judge::{
    AttemptFilter, Competition, JudgePooling, SEED, Votes, markdown, report, text, words::judged_looks,
};
use pelicycle_record::{Attempt, JudgementRecord};
use pelicycle_store::{AttemptListing, Store};

use super::GlobalOptions;
use super::calibrations::calibrations;
use super::error::usage;
use super::output::{json, say_damaged, write};
use super::sides::StoreNames;
use super::terminal::{columns, printable};

/// Rank contestants by the judgements of their drawings.
///
/// People are ranked by together, each model that judged for itself; how far a judge can be trusted stands below. Everybody with
/// a drawing is on the board: few votes leave a contestant near the middle, with a wide interval. docs/judging.md says how.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle vote                        judge pairs yourself, first
  pelicycle rank
  pelicycle rank -p pelican --format markdown
  pelicycle rank --pool 0.5             one ranking; a model's view counts half of a person's")]
pub(crate) struct RankArgs {
    #[command(flatten)]
    drawings: DrawingArgs,
    /// Make one ranking of all judges, in which a model's view of a pair counts so much of a person's.
    #[arg(long, value_name = "WEIGHT", allow_negative_numbers = true)]
    pool: Option<f64>,
    /// text, markdown or json [default: by the file's ending, else text].
    #[arg(short, long, value_enum, hide_possible_values = true)]
    format: Option<RankFormat>,
    /// Write into this file, whole or not at all, instead of to standard output.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The choice of the drawings that are judged.
#[derive(Debug, clap::Args)]
pub(super) struct DrawingArgs {
    /// Only drawings on this prompt. May be given again.
    #[arg(short, long = "prompt", value_name = "ID")]
    prompts: Vec<String>,
    /// Only drawings of this contestant: its slug, its label or PROVIDER/MODEL. May be given again.
    #[arg(long = "contestant", value_name = "NAME")]
    contestants: Vec<String>,
    /// Take demonstrations such as hatchling for contestants as well.
    #[arg(long)]
    demonstrations: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RankFormat {
    Text,
    Markdown,
    Json,
}

impl DrawingArgs {
    /// The first attempts that are meant, oldest first.
    ///
    /// # Errors
    /// A mistake, where a name means nothing.
    pub(super) fn attempts<'a>(
        &self,
        listing: &'a AttemptListing,
        store: &Store,
    ) -> anyhow::Result<Vec<&'a Attempt>> {
        self.chosen(listing, store, &self.scope())
    }

    /// The same with looks at them.
    ///
    /// # Errors
    /// A mistake, where a name means nothing.
    pub(super) fn attempts_and_looks<'a>(
        &self,
        listing: &'a AttemptListing,
        store: &Store,
    ) -> anyhow::Result<Vec<&'a Attempt>> {
        self.chosen(listing, store, &AttemptFilter { looks: true, ..self.scope() })
    }

    fn chosen<'a>(
        &self,
        listing: &'a AttemptListing,
        store: &Store,
        scope: &AttemptFilter,
    ) -> anyhow::Result<Vec<&'a Attempt>> {
        let mut all: Vec<&Attempt> = listing.attempts.iter().map(|stored| &stored.attempt).collect();
        if !self.prompts.is_empty() {
            all.retain(|attempt| self.prompts.contains(&attempt.prompt.id));
            if all.is_empty() {
                return usage(&format!("no attempt answers {}", self.prompts.join(" or ")));
            }
        }
        for named in &self.contestants {
            // A name that means nobody is a mistake, and may be near to one.
            if let Err(error) = select(&format!("contestant:{named}"), &all, &StoreNames(store)) {
                return usage(&error.to_string());
            }
        }
        all.retain(|attempt| scope.takes(attempt));
        Ok(all)
    }

    /// The same as a rule, for attempts that are yet to come.
    pub(super) fn scope(&self) -> AttemptFilter {
        AttemptFilter {
            prompts: self.prompts.clone(),
            contestants: self.contestants.clone(),
            demonstrations: self.demonstrations,
            looks: false,
        }
    }

    /// The field of some attempts.
    pub(super) fn field(&self, attempts: &[&Attempt]) -> Competition {
        Competition::new(attempts, self.demonstrations)
    }
}

/// The weight of `--pool`.
///
/// # Errors
/// A mistake, where it is none.
pub(super) fn pool_weight(given: Option<f64>) -> anyhow::Result<Option<f64>> {
    match given {
        Some(other) if !(other.is_finite() && other > 0.0) => {
            usage(&format!("--pool {other}: a weight is above zero, such as 0.5"))
        }
        weight => Ok(weight),
    }
}

/// All judgements of a store; what is damaged is told.
pub(super) fn judgements(store: &Store) -> anyhow::Result<Vec<JudgementRecord>> {
    let judgements = store.judgements()?;
    say_damaged(store, &judgements.damaged);
    Ok(judgements.records)
}

pub(crate) fn rank(global: &GlobalOptions, args: &RankArgs) -> anyhow::Result<ExitCode> {
    let pool = match pool_weight(args.pool)? {
        None => JudgePooling::Apart,
        Some(model) => JudgePooling::Together { model },
    };
    let store = Store::open(&global.results)?;
    let listing = store.list()?;
    say_damaged(&store, &listing.damaged);
    let attempts = args.drawings.attempts(&listing, &store)?;
    let field = args.drawings.field(&attempts);
    let votes = Votes::new(&field, &judgements(&store)?)
        .telling_looks(listing.attempts.iter().map(|stored| &stored.attempt))
        .calibrated(&calibrations(&store)?);
    if votes.votes.is_empty() {
        let place = printable(&store.root().to_string_lossy()).into_owned();
        let looks = match votes.of_looks {
            0 => String::new(),
            looks => format!(", but {}", judged_looks(looks)),
        };
        anyhow::bail!(
            "no judgement of these drawings is in {place}{looks}: `pelicycle vote` opens a page to judge pairs of them, \
             `pelicycle judge -m PROVIDER/MODEL` asks a vision model; demonstrations such as hatchling count with \
             --demonstrations"
        );
    }
    let report = report(&field, &votes, pool, SEED);
    let words = match args.format.or_else(|| by_ending(args.out.as_deref()?)).unwrap_or(RankFormat::Text) {
        RankFormat::Text => text(&report, columns(args.out.is_none()))
            .iter()
            .map(|line| printable(line).into_owned() + "\n")
            .collect::<String>(),
        RankFormat::Markdown => markdown(&report),
        RankFormat::Json => json(&report)?,
    };
    write(&words, args.out.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

fn by_ending(path: &Path) -> Option<RankFormat> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(RankFormat::Text),
        "md" => Some(RankFormat::Markdown),
        "json" => Some(RankFormat::Json),
        _ => None,
    }
}
