//! What is wrong with a command line, in words for those who typed it.

use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Command, Error};
use pelicycle_text::near;

/// The command that most options are of.
const RUN: &str = "run";

/// Lets a number below zero be an option's value, in all commands: that it is too small is told of it, and not that it is no
/// option.
pub(super) fn with_negative_numbers(command: Command) -> Command {
    command
        .mut_args(|arg| {
            let takes_values = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
            if takes_values && !arg.is_positional() { arg.allow_negative_numbers(true) } else { arg }
        })
        .mut_subcommands(with_negative_numbers)
}

/// The parser's error as it is told. `words` is what was typed, without the program's name.
pub(super) fn in_own_words(mut error: Error, command: &Command, words: &[String]) -> Error {
    match error.kind() {
        ErrorKind::UnknownArgument => match of_run(command, words) {
            Some(told) => Error::raw(ErrorKind::UnknownArgument, told),
            None => error,
        },
        ErrorKind::InvalidSubcommand => {
            if let Some(ContextValue::String(wanted)) = error.get(ContextKind::InvalidSubcommand) {
                let within = innermost(command, words);
                let known = within.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name);
                let meant: Vec<String> = near(wanted, known).into_iter().take(1).map(str::to_owned).collect();
                if !meant.is_empty() {
                    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(meant));
                }
            }
            error
        }
        ErrorKind::ValueValidation => match no_number(&error) {
            Some(told) => Error::raw(ErrorKind::ValueValidation, told),
            None => error,
        },
        _ => error,
    }
}

/// The command of commands that the words lead to.
fn innermost<'a>(command: &'a Command, words: &[String]) -> &'a Command {
    let next = words.first().and_then(|word| command.find_subcommand(word));
    next.map_or(command, |next| innermost(next, &words[1..]))
}

/// Where options of `run` stand without it.
fn of_run(command: &Command, words: &[String]) -> Option<String> {
    let first = words.first()?;
    let run = command.find_subcommand(RUN)?;
    // Options of every command are known wherever they stand.
    let known =
        run.get_arguments().filter(|arg| !arg.is_global_set()).any(|arg| match first.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long.split('=').next().unwrap_or(long)),
            None => first
                .strip_prefix('-')
                .and_then(|short| short.chars().next())
                .is_some_and(|short| arg.get_short() == Some(short)),
        });
    let plain = |word: &String| {
        let bare = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
        if bare && !word.is_empty() { word.clone() } else { format!("'{word}'") }
    };
    let line = words.iter().map(plain).collect::<Vec<_>>().join(" ");
    known.then(|| format!("{first} is an option of `run`, whose name is missing: pelicycle run {line}\n"))
}

/// Where a value should be a number and is none.
fn no_number(error: &Error) -> Option<String> {
    let source = std::error::Error::source(error)?;
    let wanted = if source.is::<ParseFloatError>() {
        "a number"
    } else {
        match source.downcast_ref::<ParseIntError>()?.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "a smaller number",
            _ => "a whole number",
        }
    };
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (value, option) = (context(ContextKind::InvalidValue)?, context(ContextKind::InvalidArg)?);
    // Of whole numbers from 0 the parser says no more than that a sign is no digit.
    let wanted =
        if value.starts_with('-') && wanted == "a whole number" { "a whole number from 0" } else { wanted };
    Some(format!("{option} takes {wanted}, and {value:?} is none\n"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::{Cli, help};

    /// What is told of a command line that is wrong.
    fn told(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let mut command = with_negative_numbers(help::grouped(Cli::command()));
        let error =
            command.try_get_matches_from_mut(std::iter::once("pelicycle".to_owned()).chain(words.clone()));
        let error = in_own_words(error.unwrap_err(), &command, &words);
        assert_eq!(error.exit_code(), 2, "{line}: {error}");
        error.to_string()
    }

    #[test]
    fn what_is_wrong_with_a_command_line_is_told_by_what_was_meant() {
        for (line, part) in [
            ("-n 2", "error: -n is an option of `run`, whose name is missing: pelicycle run -n 2\n"),
            ("-n2 -m a/b:c", "pelicycle run -n2 -m a/b:c\n"),
            ("--model=hatchling", "pelicycle run --model=hatchling\n"),
            ("--nonsense", "unexpected argument '--nonsense'"),
            ("--results x rank --nonsense", "unexpected argument '--nonsense'"),
            ("rnu", "a similar subcommand exists: 'run'"),
            ("galery", "a similar subcommand exists: 'gallery'"),
            ("prompts shwo", "a similar subcommand exists: 'show'"),
            ("run -n x", "error: --samples <N> takes a whole number, and \"x\" is none\n"),
            ("run -n 2.5", "--samples <N> takes a whole number, and \"2.5\" is none\n"),
            ("run -n -1", "-1 is not in 1..=100000"),
            ("run --seed -1", "--seed <N> takes a whole number from 0, and \"-1\" is none\n"),
            ("run --max-cost two", "--max-cost <USD> takes a number, and \"two\" is none\n"),
            ("run --seed 99999999999999999999", "--seed <N> takes a smaller number, and"),
        ] {
            let told = told(line);
            assert!(told.contains(part), "{line}: {told}");
            assert!(!told.contains("digit") && !told.contains("literal"), "{line}: {told}");
        }
    }
}
