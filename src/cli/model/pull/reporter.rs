//! The progress of a download: bars on a terminal, lines elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pelicycle_models::hub::{PullEvent, PullListener};
use pelicycle_text::size;

use crate::cli::terminal::printable;

/// Draws in a second, at most.
const RATE: u8 = 10;
/// Lines of a file that are printed where there is no terminal, beside the first and the last.
const STEPS: u64 = 10;
/// The same failure, of several connections, is told once in this time.
const SAME: Duration = Duration::from_secs(2);

/// Tells a person what comes in.
pub(super) struct PullReporter(Arc<Mutex<State>>);

struct State {
    quiet: bool,
    bar: Option<ProgressBar>,
    file: Option<Coming>,
    last_failure: Option<(String, Instant)>,
}

/// A file that is coming in.
struct Coming {
    name: String,
    bytes: u64,
    from: u64,
    at: u64,
    begun: Instant,
    told: u64,
}

impl PullReporter {
    pub(super) fn new(quiet: bool) -> PullReporter {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template(
                "{msg} {bar:20} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
            );
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━─");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(RATE));
            bar.with_style(style)
        });
        PullReporter(Arc::new(Mutex::new(State { quiet, bar, file: None, last_failure: None })))
    }

    pub(super) fn listener(&self) -> PullListener {
        let state = Arc::clone(&self.0);
        Arc::new(move |news| locked(&state).hear(news))
    }

    /// Tells something, above the bar.
    pub(super) fn say(&self, words: &str) {
        locked(&self.0).failure(words);
    }

    /// Nothing more comes in.
    pub(super) fn end(&self) {
        let mut state = locked(&self.0);
        if let (Some(bar), Some(_)) = (&state.bar, &state.file) {
            bar.abandon();
        }
        state.file = None;
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn hear(&mut self, news: PullEvent) {
        match news {
            PullEvent::Present { file } => self.line(&format!("{file}: in the cache already")),
            PullEvent::Waiting { file } => {
                self.line(&format!("{file}: another program is fetching it; waiting"));
            }
            PullEvent::Started { file, bytes, from } => self.start(&file, bytes, from),
            PullEvent::Arrived(count) => self.arrived(count),
            PullEvent::StartedOver { why } => {
                self.file = None;
                self.failure(&format!("from the beginning again: {why}"));
            }
            PullEvent::TryingAgain { why, pause } => {
                let known = self.last_failure.as_ref();
                if known.is_none_or(|(last, at)| *last != why || at.elapsed() > SAME) {
                    self.failure(&format!("again in {:.1} s: {why}", pause.as_secs_f64()));
                    self.last_failure = Some((why, Instant::now()));
                }
            }
            PullEvent::Finished { file } => {
                if let (Some(bar), Some(_)) = (&self.bar, &self.file) {
                    bar.finish_and_clear();
                }
                let took = self.file.take().map_or(0.0, |coming| coming.begun.elapsed().as_secs_f64());
                self.line(&format!("{file}: whole, with the hub's sum, in {took:.0} s"));
            }
        }
    }

    fn start(&mut self, name: &str, bytes: u64, from: u64) {
        let name = printable(name).into_owned();
        match &self.bar {
            Some(bar) => {
                bar.reset();
                bar.set_length(bytes);
                bar.set_position(from);
                bar.reset_eta();
                bar.set_message(name.clone());
            }
            None if from > 0 => {
                let (from, bytes) = (size::words(from), size::words(bytes));
                self.line(&format!("{name}: going on after {from} of {bytes}"));
            }
            None => self.line(&format!("{name}: {}", size::words(bytes))),
        }
        let told = steps(from, bytes);
        self.file = Some(Coming { name, bytes, from, at: from, begun: Instant::now(), told });
    }

    fn arrived(&mut self, count: u64) {
        let Some(coming) = &mut self.file else { return };
        coming.at += count;
        if let Some(bar) = &self.bar {
            bar.set_position(coming.at);
        } else if steps(coming.at, coming.bytes) > coming.told && coming.at < coming.bytes {
            coming.told = steps(coming.at, coming.bytes);
            let rate = (coming.at - coming.from) as f64 / coming.begun.elapsed().as_secs_f64().max(1e-3);
            let line = format!(
                "{}: {} %, {} of {}, {:.1} MB/s",
                coming.name,
                coming.told * 100 / STEPS,
                size::words(coming.at),
                size::words(coming.bytes),
                rate / 1e6
            );
            self.line(&line);
        }
    }

    fn line(&self, words: &str) {
        if !self.quiet {
            self.failure(words);
        }
    }

    /// Prints a line that is told even to those who want quiet.
    fn failure(&self, words: &str) {
        let words = printable(words);
        match &self.bar {
            Some(bar) => bar.suspend(|| {
                let _ = writeln!(std::io::stderr(), "{words}");
            }),
            None => {
                let _ = writeln!(std::io::stderr(), "{words}");
            }
        }
    }
}

/// The number of tenths that have come.
fn steps(at: u64, bytes: u64) -> u64 {
    u64::try_from(u128::from(at) * u128::from(STEPS) / u128::from(bytes.max(1))).unwrap_or(STEPS)
}
