//! The notices that are told while runs and sessions of judging are prepared.

use std::sync::Arc;

use pelicycle_provider::WireTrace;
use pelicycle_run::{Notice, NoticeListener, VariableError};
use pelicycle_text::size;

use super::error::words;
use super::output::say_error;
use super::terminal::printable;

/// Tells what a person should know; where it is `quiet`, only what went wrong.
pub(super) fn notices(quiet: bool) -> NoticeListener {
    Arc::new(move |notice| tell(notice, quiet))
}

/// Tells one notice. Of batches that were left, the run tells by its own means.
pub(super) fn tell(notice: &Notice<'_>, quiet: bool) {
    match notice {
        Notice::VariableFailed(error) => variable_failed(error),
        Notice::ModelFound { named, found } if !quiet => {
            let (size, path) = (size::words(found.bytes), found.path().display());
            say_error(&format!("{named} is {path} ({size}, from {})", found.origin));
        }
        Notice::OtherAddress { provider, address, from } if !quiet => {
            say_error(&format!("{provider} is asked at {} (by {})", printable(address), printable(from)));
        }
        Notice::NoLooks { label, why } if !quiet => {
            say_error(&format!("{} goes without looks: {}", printable(label), printable(&why.to_string())));
        }
        Notice::NoEffort { labels } if !quiet => {
            let who = printable(&labels.join(", ")).into_owned();
            say_error(&format!("asked without effort, which only services know: {who}"));
        }
        Notice::NoLooks { .. }
        | Notice::NoEffort { .. }
        | Notice::OtherAddress { .. }
        | Notice::ModelFound { .. }
        | Notice::BatchSubmitted { .. } => {}
        Notice::SubmissionFailed(error) => say_error(&format!("error: {}", words(*error))),
        Notice::LookFailed(error) => say_error(&format!("error: {error}")),
        Notice::FetchFailed(error) => {
            say_error(&format!("error: {error}; `pelicycle run --resume` asks for them again"));
        }
    }
}

/// Tells that a variable could not be had.
pub(super) fn variable_failed(error: &VariableError) {
    say_error(&format!("warning: {error}"));
}

/// Shows what goes to services and comes from them, where that is asked for.
pub(super) fn trace(debug: bool) -> Option<WireTrace> {
    debug.then(|| -> WireTrace { Arc::new(|line: &str| say_error(line)) })
}
