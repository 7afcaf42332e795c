//! `pelicycle check`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {}

pub(crate) fn check(_args: CheckArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
