//! `pelicycle model eval`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct EvalArgs {}

pub(crate) fn eval(_args: EvalArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
