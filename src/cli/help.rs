//! The words of `--help`: commands in groups, and only the options that a command has a use for.

use std::io::IsTerminal as _;

use clap::{Arg, Command};

use super::terminal::columns;

/// The commands by what one comes for.
const GROUPS: &[(&str, &[&str])] = &[
    ("Draw", &["init", "run", "prompts", "model", "doctor", "prices"]),
    ("Look", &["gallery", "open", "sheet", "check"]),
    ("Compare", &["compare", "baseline", "vote", "judge", "rank"]),
    ("Take in and out", &["import", "export"]),
    ("Shell", &["completions", "help"]),
];
/// The commands that neither read attempts nor write a gallery.
const WITHOUT_RESULTS: &[&str] = &["init", "model", "prices", "completions"];
/// The column in which a command's words begin.
const COLUMN: usize = 15;
/// The widest line, where the terminal is not narrower.
const WIDTH: usize = 96;

/// The command line with its commands in groups.
pub(super) fn grouped(mut command: Command) -> Command {
    let groups = groups(&command);
    for name in WITHOUT_RESULTS {
        command = command.mut_subcommand(name, |sub| {
            // An argument of its own keeps the common one out of its help.
            let unused = |name: &'static str| Arg::new(name).long(name).hide(true);
            sub.arg(unused("results")).arg(unused("gallery"))
        });
    }
    command
        .help_template("{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}")
        .after_help(groups)
}

/// The commands and what each does, by group.
fn groups(command: &Command) -> String {
    let width = if std::io::stdout().is_terminal() { columns(true).min(WIDTH) } else { WIDTH };
    let mut lines = Vec::new();
    for (title, names) in GROUPS {
        lines.push(format!("{title}:"));
        for name in *names {
            let about = command.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
            let about = about.unwrap_or_else(|| "Show this, or the help of a command".to_owned());
            let words = pelicycle_text::wrapped(&about, width - COLUMN, 0);
            for (index, line) in words.iter().enumerate() {
                let name = if index == 0 { name } else { "" };
                lines.push(format!("  {name:width$}{line}", width = COLUMN - 2));
            }
        }
        lines.push(String::new());
    }
    lines.pop();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_stands_in_one_group() {
        let command = Cli::command();
        let all: BTreeSet<&str> = command
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set())
            .map(Command::get_name)
            .chain(["help"])
            .collect();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), all);
        assert_eq!(grouped.len(), all.len(), "a command stands in two groups");
    }

    #[test]
    fn the_command_line_is_sound_and_help_has_what_a_command_uses() {
        let mut command = grouped(Cli::command());
        command.build();
        command.clone().debug_assert();
        let help = |name: &str| command.find_subcommand(name).unwrap().clone().render_long_help().to_string();
        assert!(help("run").contains("--results") && help("run").contains("--gallery"));
        assert!(!help("model").contains("--gallery") && !help("prices").contains("--results"));
        let whole = command.clone().render_help().to_string();
        assert!(whole.contains("Compare:\n  compare") && whole.contains("--results"), "{whole}");
        assert!(whole.lines().all(|line| line.chars().count() <= 100), "{whole}");
    }
}
