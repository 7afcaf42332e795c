//! The `pelicycle` command: parse, dispatch, exit code.
//!
//! [`cli`] has a file for each command: arguments become plain requests to the crates under `crates/`, results become
//! words and exit codes. Nothing else prints, and nothing here knows how anything is done.

mod allocator;
mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::dispatch(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => cli::error::report(&error),
    }
}
