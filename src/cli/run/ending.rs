//! The lines that are told when a run is over.

use std::path::Path;

use pelicycle_record::RunRecord;
use pelicycle_site::RebuiltGallery;
use pelicycle_text::dollars;

use super::summary::RunSummary;
use super::{RunArgs, is_on_terminal, json, say_error};
use crate::cli::GlobalOptions;

/// A run that is over.
pub(super) struct RunEnding<'a> {
    pub(super) global: &'a GlobalOptions,
    pub(super) args: &'a RunArgs,
    pub(super) run: &'a RunRecord,
    pub(super) summary: &'a RunSummary,
    pub(super) interrupted: bool,
    /// The cost when it ended, in US dollars, where it ended at its bound.
    pub(super) over_budget: Option<f64>,
}

impl RunEnding<'_> {
    /// In the way that was asked for: what the run came to, the gallery's page `index`, and that the command `resume` goes on.
    pub(super) fn tell(&self, index: Option<&Path>, resume: &str) {
        let RunEnding { args, run, summary, interrupted, over_budget, .. } = *self;
        // Plain lines have told why each failed.
        if args.quiet || (!args.json && is_on_terminal(args)) {
            summary.reasons(run).iter().for_each(|line| say_error(line));
        }
        if args.json {
            json::finished(run, summary, index, interrupted, over_budget);
        } else if !args.quiet {
            summary.print(run, index, interrupted, resume);
        } else {
            summary.next(resume, interrupted).iter().for_each(|next| say_error(next));
        }
        if let Some(spent) = over_budget {
            let resume = args.resuming(self.global, &run.id, None);
            say_error(&format!(
                "stopped at {}: another request could have passed --max-cost; `{resume} --max-cost USD` goes on, with a \
                 bound of its own",
                dollars(spent)
            ));
        }
    }
}

/// Says how many records were left out of the gallery.
pub(super) fn tell_damaged(rebuilt: Option<&RebuiltGallery>) {
    let damaged = rebuilt.map_or(0, |rebuilt| rebuilt.damaged.len());
    if damaged > 0 {
        say_error(&format!(
            "damaged records left out of the gallery: {damaged}; `pelicycle gallery` lists them"
        ));
    }
}
