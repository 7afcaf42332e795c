//! Plain lines on standard error, for logs: one for each attempt that is over.

use std::io::{self, Write as _};

use pelicycle_run::RunProgress;
use pelicycle_text::plural;

use super::summary::{result, unshown};
use super::{Reporter, say_error};
use crate::cli::pictures::PictureProtocol;
use crate::cli::terminal::printable;

#[derive(Debug, Default)]
pub(super) struct LineReporter {
    labels: Vec<String>,
    prompts: Vec<String>,
    total: usize,
    over: usize,
    /// The protocol that shows drawings above their lines, where they are shown.
    pictures: Option<PictureProtocol>,
}

impl LineReporter {
    pub(super) fn new(pictures: Option<PictureProtocol>) -> Self {
        Self { pictures, ..Self::default() }
    }
}

impl Reporter for LineReporter {
    fn report(&mut self, news: &RunProgress<'_>) {
        match news {
            RunProgress::RunStarted { run, cells, most_looks, .. } => {
                self.labels =
                    run.contestants.iter().map(|c| printable(&c.record.label).into_owned()).collect();
                self.prompts = run.prompts.iter().map(|prompt| prompt.id.clone()).collect();
                self.total = cells.len();
                let looks = match most_looks {
                    0 => String::new(),
                    looks => format!(" and at most {}", plural(*looks, "look")),
                };
                say_error(&format!(
                    "run {}: {} to ask{looks}, seed {}",
                    run.id.as_str(),
                    cells.len(),
                    run.seed
                ));
            }
            RunProgress::Asked(_) | RunProgress::More { .. } => {}
            RunProgress::Unshown { cell, why } => {
                say_error(&unshown(&self.labels[cell.contestant], *cell, why));
            }
            RunProgress::Finished(finished) => {
                if let (Some(protocol), Some(png)) = (self.pictures, finished.png) {
                    // Where nobody sees it, the run goes on.
                    let _ = write!(io::stderr().lock(), "{}", protocol.show(png));
                }
                let place = match finished.look {
                    Some(look) => format!("look {}/{}", look.number, look.bound),
                    None => {
                        self.over += 1;
                        format!("{}/{}", self.over, self.total)
                    }
                };
                let speed =
                    finished.tokens_per_second.map_or(String::new(), |s| format!(", {s:.1} tokens/s"));
                let tokens = finished.tokens.map_or(String::new(), |n| format!(", {n} tokens"));
                say_error(&format!(
                    "{place} {} {} sample {}: {}{tokens}{speed}, {:.1} s",
                    self.prompts[finished.cell.prompt],
                    self.labels[finished.cell.contestant],
                    finished.cell.sample,
                    result(finished),
                    finished.elapsed.as_secs_f64(),
                ));
            }
        }
    }
}
