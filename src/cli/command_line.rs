//! Faults of a command line, in words for those who typed it.

use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Command, Error};
use pelicycle_run::priced_models_like;
use pelicycle_text::{any_of, near};

/// The most command lines that are offered for a word that stands elsewhere in them.
const MOST_ELSEWHERE: usize = 3;

/// The command that most options are of.
const RUN: &str = "run";
/// The command of a command that looks one name up.
const SHOW: &str = "show";

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
        ErrorKind::UnknownArgument => match of_run(command, words).or_else(|| bare(&error, command, words)) {
            Some(told) => Error::raw(ErrorKind::UnknownArgument, told),
            None => error,
        },
        ErrorKind::InvalidSubcommand => {
            let Some(wanted) = context(&error, ContextKind::InvalidSubcommand) else { return error };
            let within = innermost(command, words);
            let known = within.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name);
            let known: Vec<&str> = known.collect();
            let is_first = within.get_name() == command.get_name();
            let elsewhere = if is_first { elsewhere(command, wanted) } else { Vec::new() };
            let meant: Vec<String> =
                near(wanted, known.iter().copied()).into_iter().take(1).map(str::to_owned).collect();
            let told = match (elsewhere.is_empty(), meant.is_empty()) {
                _ if is_first && is_model(wanted) => asked_by_run(wanted, wanted),
                _ if is_first && Path::new(wanted).is_file() => checked_by_check(wanted),
                (false, _) => format!("{wanted:?} is no command: did you mean {}?\n", any_of(&elsewhere)),
                (true, true) if !is_first => in_place_of_a_command(command, words, wanted, within, &known),
                (true, false) => {
                    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(meant));
                    return error;
                }
                // A command's name has no digit, and the names of services' models have, with few exceptions.
                (true, true) => match priced_models_like(wanted).first() {
                    Some(model) if wanted.contains(|c: char| c.is_ascii_digit()) || !model.contains('/') => {
                        asked_by_run(wanted, model)
                    }
                    _ => return error,
                },
            };
            Error::raw(ErrorKind::InvalidSubcommand, told)
        }
        ErrorKind::ValueValidation => match no_number(&error) {
            Some(told) => Error::raw(ErrorKind::ValueValidation, told),
            None => error,
        },
        _ => error,
    }
}

/// The hint where a command of commands has none of this name: the one that takes such a word, where there is one,
/// else all.
fn in_place_of_a_command(
    command: &Command,
    words: &[String],
    wanted: &str,
    within: &Command,
    known: &[&str],
) -> String {
    let name = within.get_name();
    // `help` knows the commands beside it, which are not its own.
    if name == "help" {
        let (helped, before) = helped(command, words);
        let near = near(wanted, helped.get_subcommands().map(Command::get_name));
        let meant =
            near.first().map_or_else(|| ";".to_owned(), |meant| format!(": did you mean \"{meant}\"?"));
        let of = if before.is_empty() { String::new() } else { format!(" of `{}`", before.join(" ")) };
        let help: Vec<&str> = ["pelicycle"].into_iter().chain(before).chain(["help"]).collect();
        return format!("{wanted:?} is no command{of}{meant} `{}` lists all\n", help.join(" "));
    }
    let takes_a_word = |name: &&&str| **name == SHOW && words.last().is_some_and(|last| last == wanted);
    match known.iter().find(takes_a_word) {
        Some(show) => {
            format!(
                "{wanted:?} is no command of `{name}`: did you mean `pelicycle {name} {show} {wanted}`?\n"
            )
        }
        None => format!("{wanted:?} is no command of `{name}`: there are {}\n", known.join(", ")),
    }
}

/// Whether a word is the whole name of a model or its file: anything else with a stroke in it that is there is none.
fn is_model(word: &str) -> bool {
    word.ends_with(".gguf") || word.contains('/') && !Path::new(word).exists()
}

/// The hint on how a file is checked that is named in place of a command.
fn checked_by_check(word: &str) -> String {
    let file = as_typed(word);
    format!(
        "{word:?} is no command: a drawing or a reply is checked by `check`, as in `pelicycle check {file}`\n"
    )
}

/// The hint on how a model is asked that is named in place of a command.
fn asked_by_run(word: &str, model: &str) -> String {
    let model = as_typed(model);
    format!("{word:?} is no command: a model is asked by `run`, as in `pelicycle run -m {model}`\n")
}

/// A word as a shell takes it.
fn as_typed(word: &str) -> String {
    let bare = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
    if bare && !word.is_empty() { word.to_owned() } else { format!("'{word}'") }
}

/// The command of commands that the words lead to.
fn innermost<'a>(command: &'a Command, words: &[String]) -> &'a Command {
    let next = words.first().and_then(|word| command.find_subcommand(word));
    next.map_or(command, |next| innermost(next, &words[1..]))
}

/// The command whose help is asked for by the words, and those that lead to it.
fn helped<'a, 'w>(command: &'a Command, words: &'w [String]) -> (&'a Command, Vec<&'w str>) {
    let before = words.iter().map(String::as_str).take_while(|word| *word != "help");
    let before: Vec<&str> = before.filter(|word| !word.starts_with('-')).collect();
    let helped = before.iter().try_fold(command, |within, word| within.find_subcommand(word));
    helped.map_or((command, Vec::new()), |helped| (helped, before))
}

/// The parser's words on an error.
fn context(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The command lines that have a word as the name of a command's command or of an option; none where there are many.
fn elsewhere(command: &Command, word: &str) -> Vec<String> {
    let own = |within: &Command| {
        let options = within.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_global_set());
        options.filter_map(|arg| arg.get_long()).any(|long| long == word)
    };
    let mut found: Vec<String> =
        own(command).then(|| format!("`{} --{word}`", command.get_name())).into_iter().collect();
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let line = format!("{} {}", command.get_name(), sub.get_name());
        if sub.find_subcommand(word).is_some_and(|nested| !nested.is_hide_set()) {
            found.push(format!("`{line} {word}`"));
        }
        if own(sub) {
            found.push(format!("`{line} --{word}`"));
        }
    }
    if found.len() > MOST_ELSEWHERE { Vec::new() } else { found }
}

/// A word of `run` that stands where none can.
fn bare(error: &Error, command: &Command, words: &[String]) -> Option<String> {
    let word = context(error, ContextKind::InvalidArg)?;
    (innermost(command, words).get_name() == RUN && !word.starts_with('-')).then(|| {
        format!("`run` takes no {word:?} by itself: a model is named by -m, as in `pelicycle run -m hatchling`, a prompt by -p\n")
    })
}

/// The hint where options of `run` stand without it.
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
    let line = words.iter().map(|word| as_typed(word)).collect::<Vec<_>>().join(" ");
    known.then(|| format!("{first} is an option of `run`, whose name is missing: pelicycle run {line}\n"))
}

/// The hint where a value should be a number and is none.
fn no_number(error: &Error) -> Option<String> {
    let source = std::error::Error::source(error)?;
    let (value, option) =
        (context(error, ContextKind::InvalidValue)?, context(error, ContextKind::InvalidArg)?);
    if let Some((number, low, high)) = range(&source.to_string()) {
        // An end that is a type's own is told to those alone who are beyond it.
        let up_to =
            if number < low && high >= u32::MAX.into() { String::new() } else { format!(" to {high}") };
        return Some(format!("{option} takes a whole number from {low}{up_to}, and {value:?} is none\n"));
    }
    let wanted = if source.is::<ParseFloatError>() {
        "a number"
    } else {
        match source.downcast_ref::<ParseIntError>()?.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "a smaller number",
            _ => "a whole number",
        }
    };
    // Of whole numbers from 0 the parser says no more than that a sign is no digit.
    let wanted =
        if value.starts_with('-') && wanted == "a whole number" { "a whole number from 0" } else { wanted };
    Some(format!("{option} takes {wanted}, and {value:?} is none\n"))
}

/// The parser's words for a number that is beyond bounds, `0 is not in 1..=16`: the number, the least and the greatest.
fn range(words: &str) -> Option<(i128, i128, i128)> {
    let (number, bounds) = words.split_once(" is not in ")?;
    let (low, high) = bounds.split_once("..")?;
    let high = match high.strip_prefix('=') {
        Some(high) => high.parse().ok()?,
        None => high.parse::<i128>().ok()? - 1,
    };
    Some((number.parse().ok()?, low.parse().ok()?, high))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::{Cli, help};

    /// The message on a command line that is wrong.
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
            ("run -n -1", "--samples <N> takes a whole number from 1 to 100000, and \"-1\" is none\n"),
            ("run -n 00", "--samples <N> takes a whole number from 1 to 100000, and \"00\" is none\n"),
            ("run -n +0", "--samples <N> takes a whole number from 1 to 100000, and \"+0\" is none\n"),
            ("model eval --chunk 0", "--chunk <C> takes a whole number from 1, and \"0\" is none\n"),
            ("prompts fresh -n 0", "takes a whole number from 1 to "),
            ("run --max-tokens 4294967296", "from 1 to 4294967295, and \"4294967296\" is none\n"),
            ("run --max-tokens 0", "--max-tokens <N> takes a whole number from 1, and \"0\" is none\n"),
            ("run local/qwen3", "error: `run` takes no \"local/qwen3\" by itself: a model is named by -m"),
            ("run -m hatchling pelican", "takes no \"pelican\" by itself"),
            ("serve", "error: \"serve\" is no command: did you mean `pelicycle gallery --serve`?\n"),
            ("version", "did you mean `pelicycle --version`?"),
            ("pull x/y", "did you mean `pelicycle model pull`?"),
            (
                "list",
                "did you mean `pelicycle baseline list`, `pelicycle prompts list` or `pelicycle model list`?",
            ),
            ("prompt", "a similar subcommand exists: 'prompts'"),
            ("baseline show x", "error: \"show\" is no command of `baseline`: there are save, list, rm"),
            ("help rnu", "\"rnu\" is no command: did you mean \"run\"? `pelicycle help` lists all\n"),
            (
                "prompts help shwo",
                "\"shwo\" is no command of `prompts`: did you mean \"show\"? `pelicycle prompts help` lists all\n",
            ),
            ("zebra", "unrecognized subcommand 'zebra'"),
            (
                "gpt-4o",
                "error: \"gpt-4o\" is no command: a model is asked by `run`, as in `pelicycle run -m openai/gpt-4o`\n",
            ),
            ("hatchlign", "`pelicycle run -m hatchling`"),
            ("ollama/qwen3:8b", "`pelicycle run -m ollama/qwen3:8b`"),
            ("./model.gguf", "`pelicycle run -m ./model.gguf`"),
            ("generate", "unrecognized subcommand 'generate'"),
            ("chat", "unrecognized subcommand 'chat'"),
            ("src/cli", "unrecognized subcommand 'src/cli'"),
            (
                "./Cargo.toml",
                "\"./Cargo.toml\" is no command: a drawing or a reply is checked by `check`, as in",
            ),
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
