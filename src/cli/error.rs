//! From an error to words and an exit code.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use pelicycle_exchange::import::LlmLogsError;
use pelicycle_models::ModelNameError;
use pelicycle_prompt::PromptError;
use pelicycle_run::{ConfigError, ContestantError, RunError};
use pelicycle_site::SheetError;

use super::listen::ListenError;
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
    if let Some(hint) = hint(error.as_ref()) {
        say_error(hint);
    }
    if is_mistake(error) { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}

fn is_mistake(error: &anyhow::Error) -> bool {
    let of_run = || error.downcast_ref::<RunError>().is_some_and(RunError::is_mistake);
    let of_file = || error.downcast_ref::<ConfigError>().is_some_and(ConfigError::is_mistake);
    let of_prompts = || error.downcast_ref::<PromptError>().is_some_and(PromptError::is_mistake);
    let of_logs = || error.downcast_ref::<LlmLogsError>().is_some_and(LlmLogsError::is_mistake);
    let of_sheet = || matches!(error.downcast_ref(), Some(SheetError::Prompt { .. }));
    let of_name = || error.is::<ContestantError>() || error.is::<ModelNameError>();
    error.is::<UsageMistake>()
        || of_name()
        || of_run()
        || of_file()
        || of_prompts()
        || of_logs()
        || of_sheet()
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

/// A hint on a failure of the system's, where there is one thing to do.
fn hint(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let causes: Vec<_> = std::iter::successors(Some(error), |error| error.source()).collect();
    let system = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>())?;
    Some(match system.kind() {
        _ if too_many_files(system) => {
            "raise the bound on open files (ulimit -n 4096) and give the command again"
        }
        // Of a socket the same kinds mean something else.
        kind if causes.iter().any(|cause| cause.is::<ListenError>()) => match kind {
            ErrorKind::AddrInUse => {
                "another program listens there; give another port, or 0 for any that is free"
            }
            ErrorKind::PermissionDenied => {
                "such ports are the system's; give one above 1023, or 0 for any that is free"
            }
            ErrorKind::AddrNotAvailable => {
                "this machine has no such address; a port alone is served to this machine"
            }
            _ => return None,
        },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room on that disk and give the command again, or have another place written to (--results, --out)"
        }
        ErrorKind::PermissionDenied => {
            "see who may read and write there, or give another place (--results, --out)"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "nothing can be written there; give another place (--results, --out)"
        }
        ErrorKind::WouldBlock => {
            "the system starts no more processes or threads now: end other programs, or raise the bound (ulimit -u)"
        }
        _ => return None,
    })
}

fn too_many_files(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    // Of this process, of the whole system; the library has no name for them.
    if cfg!(unix) { matches!(code, Some(23 | 24)) } else { code == Some(4) }
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

    #[cfg(unix)]
    #[test]
    fn a_failure_of_the_system_is_told_with_what_to_do() {
        let told = |code: i32| {
            let error = anyhow::Error::new(io::Error::from_raw_os_error(code)).context("can't write x");
            hint(error.context("the run ends").as_ref())
        };
        for (code, part) in
            [(28, "make room"), (13, "who may"), (30, "another place"), (24, "ulimit -n"), (11, "-u")]
        {
            assert!(told(code).is_some_and(|hint| hint.contains(part)), "{code}: {:?}", told(code));
        }
        assert_eq!(told(2), None, "what is missing is named by its path");
        let listening = |code: i32| {
            let address = "127.0.0.1:80".parse().unwrap();
            let source = io::Error::from_raw_os_error(code);
            hint(anyhow::Error::new(ListenError { address, source }).context("vote").as_ref())
        };
        for (code, part) in
            [(13, "above 1023"), (98, "another port"), (99, "no such address"), (24, "ulimit -n")]
        {
            assert!(listening(code).is_some_and(|hint| hint.contains(part)), "{code}: {:?}", listening(code));
        }
        assert_eq!(listening(11), None, "of no process");
    }

    #[test]
    fn a_mistake_is_told_from_a_failure() {
        let mistake = RunError::from(UsageError::WaitWithoutBatch);
        assert!(is_mistake(&mistake.into()));
        assert!(is_mistake(&usage::<()>("so not").unwrap_err()));
        assert!(!is_mistake(&RunError::NothingToJudge.into()));
    }
}
