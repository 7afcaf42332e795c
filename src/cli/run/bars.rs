//! Live lines on a terminal: one for each contestant.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Teller;
use super::summary::result;
use crate::cli::terminal::printable;
use crate::run::Progress;

/// How often the elapsed time moves when nothing else does.
const TICK: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub(super) struct Bars {
    all: MultiProgress,
    lines: Vec<Line>,
}

/// One contestant's line.
#[derive(Debug)]
struct Line {
    bar: ProgressBar,
    tokens: u64,
    last: String,
}

impl Line {
    fn show(&self) {
        let seconds = self.bar.elapsed().as_secs_f64();
        let speed = if seconds > 0.5 { self.tokens as f64 / seconds } else { 0.0 };
        self.bar.set_message(format!("{} tokens  {speed:.0} tokens/s  {}", self.tokens, self.last));
    }
}

impl Teller for Bars {
    fn tell(&mut self, news: &Progress<'_>) {
        match news {
            Progress::RunStarted { run, cells } => {
                let style = ProgressStyle::with_template(
                    "{prefix} {bar:16.yellow/dim} {pos}/{len}  {elapsed}  {wide_msg}",
                )
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━━─");
                for (i, contestant) in run.contestants.iter().enumerate() {
                    let left = cells.iter().filter(|cell| cell.contestant == i).count();
                    let bar = self.all.add(ProgressBar::new(left as u64)).with_style(style.clone());
                    bar.set_prefix(printable(&contestant.record.label).into_owned());
                    bar.enable_steady_tick(TICK);
                    self.lines.push(Line { bar, tokens: 0, last: String::new() });
                }
            }
            Progress::Asked(_) => {}
            Progress::Tokens { cell, tokens } => {
                let line = &mut self.lines[cell.contestant];
                line.tokens += u64::from(*tokens);
                line.show();
            }
            Progress::Finished(finished) => {
                let line = &mut self.lines[finished.cell.contestant];
                line.last = format!("last: {}", result(finished));
                line.show();
                line.bar.inc(1);
            }
        }
    }

    fn end(&mut self) {
        self.lines.iter().for_each(|line| line.bar.abandon());
    }
}
