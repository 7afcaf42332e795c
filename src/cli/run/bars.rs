//! Live lines on a terminal: one for each contestant.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};
use pelicycle_run::{FinishedAttempt, RunProgress, earlier_lengths};
use pelicycle_store::Store;

use super::Reporter;
use super::bar_line::{BarLine, LookCount};
use super::summary::{result, unshown};
use crate::cli::pictures::PictureProtocol;
use crate::cli::runtime::try_thread;
use crate::cli::terminal::printable;

/// The time after which the elapsed time moves when nothing else does.
const TICK: Duration = Duration::from_millis(200);
/// Columns left free at the end of a line: a terminal echoes `^C` there, and would begin a new line for it.
const MARGIN: u16 = 4;
/// Draws in a second, at most.
const RATE: u8 = 10;

#[derive(Debug)]
pub(super) struct BarReporter {
    all: MultiProgress,
    lines: Vec<(ProgressBar, Arc<Mutex<BarLine>>)>,
    /// The protocol that shows drawings above the lines, where they can be shown.
    pictures: Option<PictureProtocol>,
    /// The store of earlier replies, by which what is left is estimated.
    store: Option<Store>,
}

/// The terminal without its last columns, into which bars would else be filled up with blanks.
#[derive(Debug)]
struct Screen(Term);

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(MARGIN).max(1)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        self.0.write_line(s)
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        self.0.write_str(s)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

impl BarReporter {
    pub(super) fn new(pictures: Option<PictureProtocol>, store: Store) -> BarReporter {
        let screen = Screen(Term::buffered_stderr());
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), RATE);
        BarReporter {
            all: MultiProgress::with_draw_target(target),
            lines: Vec::new(),
            pictures,
            store: Some(store),
        }
    }

    /// Looks up how long the contestants' earlier replies were, beside the run: a large store takes a while.
    fn look_back(&mut self, slugs: Vec<String>) {
        let Some(store) = self.store.take().filter(|_| try_thread().is_ok()) else { return };
        let lines: Vec<_> = self.lines.iter().map(|(_, line)| Arc::clone(line)).collect();
        let look = move || {
            // Without them there is no estimate until some replies are over.
            let Ok(mut lengths) = earlier_lengths(&store) else { return };
            for (slug, line) in slugs.iter().zip(lines) {
                let earlier = lengths.remove(slug).unwrap_or_default();
                line.lock().unwrap_or_else(PoisonError::into_inner).lengths.extend(earlier);
            }
        };
        let _ = std::thread::Builder::new().spawn(look);
    }

    /// Puts the drawing above the lines, with a line of its own that says whose it is.
    fn show(&self, finished: &FinishedAttempt<'_>) {
        let (Some(protocol), Some(png)) = (self.pictures, finished.png) else { return };
        let label = self.lines[finished.cell.contestant].1.lock().unwrap_or_else(PoisonError::into_inner);
        let look = finished.look.map(|look| format!(", look {}", look.number)).unwrap_or_default();
        let caption = format!("{}, sample {}{look}: {}", label.label, finished.cell.sample, result(finished));
        drop(label);
        // A terminal that is gone shows nothing.
        self.all.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{}{caption}", protocol.show(png));
        });
    }

    fn change(&self, contestant: usize, change: impl FnOnce(&mut BarLine)) {
        // The bar's own tick draws it, as often as is worth seeing.
        change(&mut self.lines[contestant].1.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Reporter for BarReporter {
    fn report(&mut self, news: &RunProgress<'_>) {
        match news {
            RunProgress::RunStarted { run, cells, looks, .. } => {
                let labels: Vec<_> =
                    run.contestants.iter().map(|c| printable(&c.record.label).into_owned()).collect();
                let widest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
                for (i, label) in labels.into_iter().enumerate() {
                    let total = cells.iter().filter(|cell| cell.contestant == i).count() as u64;
                    let bound = run.contestants[i].looks;
                    let begun = looks.iter().filter(|looks| looks.cell.contestant == i);
                    let begun: u64 = begun.map(|looks| u64::from(looks.most(bound))).sum();
                    let count = LookCount { bound, done: 0, most: total * u64::from(bound) + begun };
                    let line = Arc::new(Mutex::new(BarLine::new(label, widest, total, count)));
                    let shown = Arc::clone(&line);
                    let style = ProgressStyle::with_template("{line}")
                        .unwrap_or_else(|_| ProgressStyle::default_bar())
                        .with_key("line", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                            let columns = usize::from(Screen(Term::stderr()).width());
                            let line = shown.lock().unwrap_or_else(PoisonError::into_inner);
                            // A line that can't be written is drawn again soon.
                            let _ = out.write_str(&line.text(state.elapsed(), columns));
                        });
                    let bar = self.all.add(ProgressBar::new(total)).with_style(style);
                    // Without a thread that ticks, it moves when something came.
                    if try_thread().is_ok() {
                        bar.enable_steady_tick(TICK);
                    }
                    self.lines.push((bar, line));
                }
                self.look_back(run.contestants.iter().map(|c| c.record.slug.clone()).collect());
            }
            RunProgress::Asked(_) => {}
            RunProgress::Unshown { cell, why } => {
                let line = self.lines[cell.contestant].1.lock().unwrap_or_else(PoisonError::into_inner);
                let words = unshown(&line.label, *cell, why);
                drop(line);
                self.all.suspend(|| {
                    let _ = writeln!(io::stderr().lock(), "{words}");
                });
            }
            RunProgress::More { cell, tokens, bytes } => self.change(cell.contestant, |line| {
                line.more(*cell, u64::from(*tokens), *bytes as u64);
            }),
            RunProgress::Finished(finished) => {
                self.show(finished);
                self.change(finished.cell.contestant, |line| {
                    line.finish(finished.cell, finished.tokens, finished.looks_left, result(finished));
                });
            }
        }
    }

    fn end(&mut self) {
        self.lines.iter().for_each(|(bar, _)| bar.abandon());
        // The cursor stands behind the last line; a terminal that is gone needs no new one.
        if !self.lines.is_empty() {
            let _ = Term::stderr().write_line("");
        }
    }
}
