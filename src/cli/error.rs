//! From an error to words and an exit code.

use std::process::ExitCode;

use pelicycle_run::RunError;

use super::output::say_error;

/// Exit code of a mistake of the one who asked, as clap's own.
const USAGE: u8 = 2;

/// A mistake on the command line that a command finds itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageMistake(String);

/// Ends a command for a mistake on the command line.
pub(super) fn usage<T>(words: &str) -> anyhow::Result<T> {
    Err(UsageMistake(words.to_owned()).into())
}

/// Tells why a command could not be carried out; gives the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    // A file's name or a model's words may be in it.
    for line in format!("error: {}", words(error.as_ref())).lines() {
        say_error(line);
    }
    if is_mistake(error) { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}

fn is_mistake(error: &anyhow::Error) -> bool {
    error.is::<UsageMistake>() || error.downcast_ref::<RunError>().is_some_and(RunError::is_mistake)
}

/// An error and what is behind it; some have the words of their cause at their end already.
pub(super) fn words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = String::new();
    let causes = std::iter::successors(Some(error), |error| error.source());
    for cause in causes.map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use pelicycle_run::UsageError;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let cause = || std::io::Error::other("no disk");
        let bare = anyhow::Error::new(cause()).context("can't write");
        assert_eq!(words(bare.as_ref()), "can't write: no disk");
        let quoted = anyhow::Error::new(cause()).context("can't write: no disk");
        assert_eq!(words(quoted.as_ref()), "can't write: no disk");
    }

    #[test]
    fn a_mistake_is_told_from_a_failure() {
        let mistake = RunError::from(UsageError::WaitWithoutBatch);
        assert!(is_mistake(&mistake.into()));
        assert!(is_mistake(&usage::<()>("so not").unwrap_err()));
        assert!(!is_mistake(&RunError::NothingToJudge.into()));
    }
}
