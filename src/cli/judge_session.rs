//! The parts that all sessions of `pelicycle judge` share: how they are driven, broken off and summed up.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use pelicycle_record::Id;
use pelicycle_run::judging::ModelJudge;
use pelicycle_run::{RunError, StopSignal};
use pelicycle_store::Store;
use pelicycle_text::{dollars, shell_quoted};

use super::output::{say, say_error};
use super::runtime::runtime;
use super::signals::{self, INTERRUPTED};
use super::terminal::printable;

/// The outcome of a session, but for what was answered.
pub(super) struct SessionEnd {
    /// Replies that could not be read.
    pub(super) unread: u32,
    /// Requests that failed.
    pub(super) failed: u32,
    /// US dollars that it cost, as far as known.
    pub(super) usd: f64,
    /// US dollars spent, where the bound on them ended it.
    pub(super) over_budget: Option<f64>,
    /// The rest of the number that --pairs asks for; none where the same command knows what is left.
    pub(super) left: Option<u32>,
}

/// A session under way: Ctrl-C ends it, and what it says stands below how far a picture was looked at.
pub(super) struct SessionDrive {
    pub(super) stop: StopSignal,
    looking: Option<Arc<LookingLine>>,
    quiet: bool,
}

impl SessionDrive {
    /// Sweeps what an earlier one left, and listens for Ctrl-C from now on.
    pub(super) fn begin(store: &Store, judge: &ModelJudge, quiet: bool) -> anyhow::Result<SessionDrive> {
        let _swept = store.sweep();
        store.make_ready_for_judgements(&Id::new()?).context("nothing was asked")?;
        let stop = StopSignal::default();
        signals::listen(stop.clone()).context("can't listen for Ctrl-C")?;
        let looking = (!quiet && std::io::stderr().is_terminal()).then(Arc::<LookingLine>::default);
        if let Some(line) = looking.clone() {
            judge.watch_pictures(Box::new(move |progress| {
                line.show(progress.done * 100 / progress.layers.max(1));
            }));
        }
        Ok(SessionDrive { stop, looking, quiet })
    }

    /// Waits until a session is over.
    pub(super) fn hold<T>(&self, session: impl Future<Output = Result<T, RunError>>) -> anyhow::Result<T> {
        let runtime = runtime()?;
        let ended = runtime.block_on(session);
        runtime.shutdown_background();
        self.clear();
        Ok(ended?)
    }

    /// Tells of an answer: that it failed, or a line on what was said.
    pub(super) fn tell(&self, failure: Option<String>, line: impl FnOnce() -> String) {
        self.clear();
        match failure {
            Some(words) => say_error(&words),
            None if self.quiet => {}
            None => say(&printable(&line())),
        }
    }

    /// Says what ended the session early, and how the command ends.
    pub(super) fn end(&self, ended: &SessionEnd) -> ExitCode {
        if let Some(spent) = ended.over_budget {
            let spent = dollars(spent);
            say_error(&format!("stopped at {spent}: another request could have passed --max-cost"));
        }
        if self.stop.asked() && ended.left != Some(0) {
            let command = same_command(std::env::args_os().skip(1), ended.left);
            say_error(&format!("interrupted; `{command}` goes on"));
        }
        match (self.stop.asked(), ended.failed) {
            (true, _) => ExitCode::from(INTERRUPTED),
            (false, 0) if ended.over_budget.is_none() => ExitCode::SUCCESS,
            (false, _) => ExitCode::FAILURE,
        }
    }

    fn clear(&self) {
        self.looking.iter().for_each(|line| line.clear());
    }
}

impl SessionEnd {
    /// A line on the session: what was answered, then what was not, and what it cost.
    pub(super) fn words(&self, answered: String) -> String {
        let mut words = answered;
        for (count, what) in [(self.unread, "not understood"), (self.failed, "failed")] {
            if count > 0 {
                words.push_str(&format!(", {count} {what}"));
            }
        }
        if self.usd > 0.0 {
            words.push_str(&format!("; {}", dollars(self.usd)));
        }
        words
    }
}

/// The command that was given, with another number of pairs where there is one.
fn same_command(args: impl Iterator<Item = OsString>, pairs: Option<u32>) -> String {
    let mut command = "pelicycle".to_owned();
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        if pairs.is_some() {
            let short = short_pairs(&arg);
            if short.is_some() && arg.starts_with("-q") {
                command.push_str(" -q");
            }
            if arg == "--pairs" || short == Some("") {
                args.next();
                continue;
            }
            if arg.starts_with("--pairs=") || short.is_some() {
                continue;
            }
        }
        command.push_str(&format!(" {}", shell_quoted(&arg)));
    }
    command.extend(pairs.map(|pairs| format!(" -n {pairs}")));
    command
}

/// The text behind `-n` in the same word, which may begin with `-q`, the one other letter without a value.
fn short_pairs(arg: &str) -> Option<&str> {
    arg.strip_prefix('-')?.trim_start_matches('q').strip_prefix('n')
}

/// A line on a terminal that says how far a picture was looked at. It tells what is new alone, and 0 when nothing stands there.
#[derive(Debug, Default)]
struct LookingLine(AtomicUsize);

impl LookingLine {
    fn show(&self, percent: usize) {
        if self.0.swap(percent + 1, Ordering::Relaxed) != percent + 1 {
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[Klooking at a picture: {percent} %");
            let _ = stderr.flush();
        }
    }

    fn clear(&self) {
        if self.0.swap(0, Ordering::Relaxed) > 0 {
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K");
            let _ = stderr.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_broken_off_goes_on_by_the_same_command_with_the_number_that_is_left() {
        let said = |args: &str, left| same_command(args.split(' ').map(OsString::from), left);
        for given in ["-n 100 -m x/y", "-m x/y -n100", "--pairs=100 -m x/y", "-m x/y --pairs 100", "-m x/y"] {
            assert_eq!(said(&format!("judge {given}"), Some(63)), "pelicycle judge -m x/y -n 63");
        }
        for given in ["-qn 9", "-qn9", "-q -n 9", "-q --pairs 9"] {
            let command = said(&format!("judge {given} -m x/y --no-think"), Some(2));
            assert_eq!(command, "pelicycle judge -q -m x/y --no-think -n 2", "{given}");
        }
        assert_eq!(said("judge --calibrate -m it's", None), r"pelicycle judge --calibrate -m 'it'\''s'");
    }
}
