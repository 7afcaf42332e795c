//! Live lines on a terminal: one for each contestant.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};
use pelicycle_run::{FinishedAttempt, RunProgress};

use super::Reporter;
use super::summary::result;
use crate::cli::pictures::PictureProtocol;
use crate::cli::runtime::try_thread;
use crate::cli::terminal::printable;

/// How often the elapsed time moves when nothing else does.
const TICK: Duration = Duration::from_millis(200);
/// Columns left free at the end of a line: a terminal echoes `^C` there, and would begin a new line for it.
const MARGIN: u16 = 4;
/// Draws in a second, at most.
const RATE: u8 = 10;
/// Columns that a model's name keeps, however narrow the terminal.
const LABEL: usize = 12;

#[derive(Debug)]
pub(super) struct BarReporter {
    all: MultiProgress,
    lines: Vec<(ProgressBar, Arc<Mutex<Line>>)>,
    /// How drawings are shown above the lines, where they can be.
    pictures: Option<PictureProtocol>,
}

/// One contestant's line.
#[derive(Debug)]
struct Line {
    label: String,
    /// Columns of the longest label, so that what follows stands in columns.
    widest: usize,
    done: u64,
    total: u64,
    tokens: u64,
    bytes: u64,
    first_token: Option<Instant>,
    last: Option<String>,
}

impl Line {
    /// The line as it stands after `elapsed`, in at most `columns`.
    fn text(&self, elapsed: Duration, columns: usize) -> String {
        let speed = match self.first_token.map(|first| first.elapsed().as_secs_f64()) {
            Some(seconds) if seconds >= 0.5 => format!("{:.1}", self.tokens as f64 / seconds),
            _ => "-".to_owned(),
        };
        // A service tells its count of tokens only at the end of a reply.
        let come = match (self.tokens, self.bytes) {
            (0, bytes @ 1..) => format!("{:.1} kB", bytes as f64 / 1000.0),
            (tokens, _) => format!("{tokens} tokens  {speed} tokens/s"),
        };
        let facts = format!("{}/{}  {come}  {}", self.done, self.total, clock(elapsed));
        let cells = if columns >= 110 { 16 } else { 8 };
        let filled = (self.done * cells).checked_div(self.total).map_or(cells, |n| n.min(cells));
        let bar = "━".repeat(filled as usize) + &"─".repeat((cells - filled) as usize);
        let taken = facts.chars().count() + cells as usize + 2;
        let last = self.last.as_ref().map(|last| format!("last: {last}")).unwrap_or_default();
        // The name gives way first, then what came last.
        let wanted = if last.is_empty() { 0 } else { last.chars().count() + 2 };
        let label = self.widest.min(columns.saturating_sub(taken + wanted).max(LABEL));
        let mut line = format!("{:label$} {bar} {facts}", shortened(&self.label, label));
        let room = columns.saturating_sub(line.chars().count() + 2);
        if !last.is_empty() && room > 8 {
            line.push_str("  ");
            line.push_str(&shortened(&last, room));
        }
        shortened(&line, columns)
    }
}

/// Minutes and seconds, hours when there are some.
fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A text in at most `columns`, with a mark where it was cut.
fn shortened(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
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
    pub(super) fn new(pictures: Option<PictureProtocol>) -> BarReporter {
        let screen = Screen(Term::buffered_stderr());
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), RATE);
        BarReporter { all: MultiProgress::with_draw_target(target), lines: Vec::new(), pictures }
    }

    /// Puts the drawing above the lines, with a line of its own that says whose it is.
    fn show(&self, finished: &FinishedAttempt<'_>) {
        let (Some(protocol), Some(png)) = (self.pictures, finished.png) else { return };
        let label = self.lines[finished.cell.contestant].1.lock().unwrap_or_else(PoisonError::into_inner);
        let caption = format!("{}, sample {}: {}", label.label, finished.cell.sample, result(finished));
        drop(label);
        // A terminal that is gone shows nothing.
        self.all.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{}{caption}", protocol.show(png));
        });
    }

    fn change(&self, contestant: usize, change: impl FnOnce(&mut Line)) {
        // The bar's own tick draws it, as often as is worth seeing.
        change(&mut self.lines[contestant].1.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Reporter for BarReporter {
    fn report(&mut self, news: &RunProgress<'_>) {
        match news {
            RunProgress::RunStarted { run, cells } => {
                let labels: Vec<_> =
                    run.contestants.iter().map(|c| printable(&c.record.label).into_owned()).collect();
                let widest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
                for (i, label) in labels.into_iter().enumerate() {
                    let total = cells.iter().filter(|cell| cell.contestant == i).count() as u64;
                    let line = Arc::new(Mutex::new(Line {
                        label,
                        widest,
                        done: 0,
                        total,
                        tokens: 0,
                        bytes: 0,
                        first_token: None,
                        last: None,
                    }));
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
            }
            RunProgress::Asked(_) => {}
            RunProgress::More { cell, tokens, bytes } => self.change(cell.contestant, |line| {
                line.first_token.get_or_insert_with(Instant::now);
                line.tokens += u64::from(*tokens);
                line.bytes += *bytes as u64;
            }),
            RunProgress::Finished(finished) => {
                self.show(finished);
                self.change(finished.cell.contestant, |line| {
                    line.done += 1;
                    line.last = Some(result(finished));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_its_columns_and_keeps_the_numbers() {
        let line = Line {
            label: "SmolLM2-135M-Instruct.Q4_1".to_owned(),
            widest: 26,
            done: 2,
            total: 4,
            tokens: 1234,
            bytes: 5000,
            first_token: None,
            last: Some("no-svg (ended by the bound on tokens)".to_owned()),
        };
        for columns in [20, 60, 76, 100, 136, 300] {
            let text = line.text(Duration::from_secs(75), columns);
            assert!(text.chars().count() <= columns, "{columns}: {text}");
            assert!(columns < 60 || text.contains("2/4  1234 tokens  - tokens/s  1:15"), "{columns}: {text}");
        }
        let narrow = line.text(Duration::from_secs(75), 76);
        assert_eq!(narrow, "SmolLM2-135… ━━━━──── 2/4  1234 tokens  - tokens/s  1:15  last: no-svg (end…");
        let wide = line.text(Duration::from_secs(3675), 136);
        assert!(wide.starts_with("SmolLM2-135M-Instruct.Q4_1 ━━━━━━━━────────"), "{wide}");
        assert!(wide.ends_with("1:01:15  last: no-svg (ended by the bound on tokens)"), "{wide}");
    }
}
