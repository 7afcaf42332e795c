//! `pelicycle run`.

use std::process::ExitCode;

use super::Global;

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {}

pub(crate) fn run(_global: &Global, _args: RunArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
