//! The `pelicycle` command: parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser as _;

#[expect(clippy::print_stderr, reason = "the last resort of the command layer")]
fn main() -> ExitCode {
    match pelicycle::cli::dispatch(pelicycle::cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // A file's name or a model's words may be in it.
            for line in format!("error: {error:#}").lines() {
                eprintln!("{}", pelicycle::cli::terminal::printable(line));
            }
            ExitCode::FAILURE
        }
    }
}
