//! Kept replies checked anew, in words.

use std::process::ExitCode;

use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_record::{Attempt, Id, Verdict};
use pelicycle_run::{Rechecked, is_worth_a_check, recheck};
use pelicycle_store::Store;
use pelicycle_text as text;

use super::Global;
use super::output::{say, say_error};
use super::terminal::printable;

/// `pelicycle check --again`: all that is worth it.
pub(super) fn again(global: &Global) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let mut told = Tally::default();
    recheck(&store, &pool(), is_worth_a_check, |id, outcome| told.count(id, outcome))?;
    say(&told.words());
    if told.renewed > 0 {
        say("`pelicycle gallery` shows it");
    }
    Ok(if told.left > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Before a run is taken up: its replies that could not be checked.
pub(super) fn of_run(store: &Store, run: &Id) -> anyhow::Result<()> {
    let wanted = |attempt: &Attempt| attempt.run == *run && attempt.is_unchecked();
    recheck(store, &pool(), wanted, |id, outcome| Tally::default().count(id, outcome))?;
    Ok(())
}

fn pool() -> WorkerPool {
    WorkerPool::new(1, InspectionOptions::default())
}

#[derive(Default)]
struct Tally {
    looked: u64,
    renewed: u64,
    left: u64,
}

impl Tally {
    /// Counts one, and tells of it where something changed or went wrong.
    fn count(&mut self, id: &Id, outcome: &Rechecked) {
        self.looked += 1;
        let id = id.as_str();
        let words = |verdict: Option<Verdict>| verdict.map_or("not checked", Verdict::words);
        match outcome {
            Rechecked::Same => {}
            Rechecked::Renewed { before, now } if *before == Some(*now) => {
                self.renewed += 1;
                say(&format!("{id}: {}, with other findings", now.words()));
            }
            Rechecked::Renewed { before, now } => {
                self.renewed += 1;
                say(&format!("{id}: {}, was {}", now.words(), words(*before)));
            }
            Rechecked::OtherDrawing => {
                say_error(&format!("{id}: left as it is, since another drawing is found in its reply now"));
            }
            Rechecked::Lost(error) => {
                self.left += 1;
                say_error(&format!("{id}: {}", printable(&error.to_string())));
            }
            Rechecked::Damaged(reason) => {
                self.left += 1;
                say_error(&format!("{id}: {}", printable(&reason.to_string())));
            }
        }
    }

    fn words(&self) -> String {
        format!("{} checked anew, {} changed", text::plural(self.looked, "attempt"), self.renewed)
    }
}
