//! The `pelicycle` command: parse, dispatch, exit code.
//!
//! [`cli`] has a file for each command: arguments become plain requests to the crates under `crates/`, results become
//! words and exit codes. Nothing else prints, and nothing here knows how anything is done.

mod allocator;
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match std::env::args_os().nth(1) {
        // Workers start by the dozen, and take no arguments: they need no parser.
        Some(command) if command == pelicycle_drawing::WORKER_COMMAND => cli::worker::worker(),
        Some(command) if command == cli::template_trial::TRIAL_COMMAND => cli::template_trial::trial(),
        _ => {
            pelicycle_engine::chat::guard_templates(cli::template_trial::guard);
            match cli::Cli::of_process() {
                Ok(cli) => cli::dispatch(cli),
                Err(answered) => return answered,
            }
        }
    };
    match done {
        Ok(code) if code == ExitCode::SUCCESS => match cli::output::lost_words() {
            Some(error) => cli::error::report(&error),
            None => code,
        },
        Ok(code) => code,
        Err(error) => cli::error::report(&error),
    }
}
