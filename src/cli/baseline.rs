//! `pelicycle baseline`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use pelicycle_compare::select;
use pelicycle_record::{Attempt, BaselineRecord, Id, SCHEMA_VERSION, name};
use pelicycle_store::Store;
use pelicycle_text as text;
use pelicycle_text::{day, plural};

use super::GlobalOptions;
use super::error::usage;
use super::output::{say, say_damaged, say_error, say_table};
use super::sides::StoreNames;
use super::terminal::printable;

/// Keep a set of attempts under a name, to compare with later.
#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Save attempts under a name. They are named, not copied; a name that is taken stays what it is.
    #[command(after_help = "\
Examples:
  pelicycle baseline save before-1.2            all attempts of now
  pelicycle baseline save spring run:last       the newest run
  pelicycle compare spring run:last             later")]
    Save {
        /// The name: a-z, 0-9, '-', '_' and '.'.
        name: String,
        /// A contestant, a run, a date, a release tag or another baseline, as `compare` takes them [default: all attempts].
        of: Option<String>,
    },
    /// List all baselines.
    List,
    /// Remove a baseline; its attempts stay.
    Rm {
        /// Its name.
        name: String,
    },
}

pub(crate) fn baseline(global: &GlobalOptions, args: &BaselineArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    match &args.action {
        Action::Save { name, of } => save(&store, name, of.as_deref()),
        Action::List => list(&store),
        Action::Rm { name } => {
            if !store.remove_baseline(name)? {
                return usage(&format!(
                    "there is no baseline {name:?}; `pelicycle baseline list` names them"
                ));
            }
            say(&format!("removed {}", printable(name)));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn save(store: &Store, named: &str, of: Option<&str>) -> anyhow::Result<ExitCode> {
    if let Some(why) = name::fault(named) {
        return usage(&format!("a baseline can't be called {named:?}: the name {why}"));
    }
    if store.baselines()?.iter().any(|there| there == named) {
        return usage(&format!(
            "there is a baseline {named:?} already, and it stays what it is; take another name, or remove it first: \
             `pelicycle baseline rm {named}`"
        ));
    }
    let listing = store.list()?;
    say_damaged(store, &listing.damaged);
    let all: Vec<&Attempt> = listing.first_attempts().collect();
    let attempts = match of {
        None => all,
        Some(of) => match select(of, &all, &StoreNames(store)) {
            Ok(selection) => selection.attempts,
            Err(error) => return usage(&error.to_string()),
        },
    };
    if attempts.is_empty() {
        return usage("there are no attempts to save");
    }
    let mut ids: Vec<Id> = attempts.iter().map(|attempt| attempt.id.clone()).collect();
    ids.sort();
    let record = BaselineRecord {
        schema: SCHEMA_VERSION,
        name: named.to_owned(),
        saved: Timestamp::now(),
        of: of.unwrap_or_default().to_owned(),
        attempts: ids,
    };
    let folder = store.write_baseline(&record, &Id::new()?).context("the baseline was not saved")?;
    say(&format!("{}: {}", printable(named), plural(record.attempts.len() as u64, "attempt")));
    say(&folder.display().to_string());
    Ok(ExitCode::SUCCESS)
}

fn list(store: &Store) -> anyhow::Result<ExitCode> {
    let mut lines = vec![["NAME", "SAVED", "ATTEMPTS", "OF"].map(str::to_owned)];
    for named in store.baselines()? {
        match store.read_baseline(&named) {
            Ok(Some(found)) => {
                let of = if found.of.is_empty() { "all attempts of then" } else { &found.of };
                let of = printable(of).into_owned();
                lines.push([named, day(found.saved), found.attempts.len().to_string(), of]);
            }
            Ok(None) => {}
            Err(error) => say_error(&error.to_string()),
        }
    }
    if lines.len() == 1 {
        say_error("No baseline is saved; `pelicycle baseline save NAME` saves one.");
    } else {
        say_table(&text::table(&lines));
    }
    Ok(ExitCode::SUCCESS)
}
