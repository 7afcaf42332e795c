//! `pelicycle packaging`: what packages of the program install beside it. Only builds for packages have it.

#[cfg(feature = "packaging")]
use std::fs;
use std::io;
use std::path::Path;
#[cfg(feature = "packaging")]
use std::path::PathBuf;
#[cfg(feature = "packaging")]
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;

use super::{Cli, help};

/// Write manual pages and completions into a folder.
#[cfg(feature = "packaging")]
#[derive(Debug, clap::Args)]
pub(crate) struct PackagingArgs {
    /// The folder, which gets `man` and `completions`.
    out: PathBuf,
}

#[cfg(feature = "packaging")]
pub(crate) fn packaging(args: &PackagingArgs) -> anyhow::Result<ExitCode> {
    let (man, completions) = (args.out.join("man"), args.out.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder)?;
    }
    manual(&man)?;
    complete(&completions)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a manual page for the program and one for each command, in section 1.
fn manual(folder: &Path) -> io::Result<()> {
    // The groups are for the screen; a page has a section of its own for commands.
    let command = help::grouped(Cli::command()).after_help(Resettable::Reset);
    clap_mangen::generate_to(command, folder)
}

/// Writes a completion script for each shell, under the name that the shell looks for.
fn complete(folder: &Path) -> io::Result<()> {
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut Cli::command(), "pelicycle", folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_get_a_page_for_every_command_and_a_completion_for_every_shell() {
        let folder = tempfile::tempdir().unwrap();
        manual(folder.path()).unwrap();
        complete(folder.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let page = read("pelicycle.1");
        assert!(page.contains(".TH pelicycle 1") && page.contains("pelicycle\\-run(1)"), "{page}");
        assert!(!page.contains("Draw:"), "the groups of the screen");
        for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let page = read(&format!("pelicycle-{}.1", command.get_name()));
            assert!(page.contains(".SH SYNOPSIS"), "{page}");
        }
        assert!(read("pelicycle-model-pull.1").contains("pelicycle\\-model\\-pull"));
        for name in ["pelicycle.bash", "_pelicycle", "pelicycle.fish", "pelicycle.elv", "_pelicycle.ps1"] {
            assert!(read(name).contains("compare"), "{name}");
        }
    }
}
