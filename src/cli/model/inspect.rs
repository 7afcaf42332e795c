//! `pelicycle model inspect`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {}

pub(crate) fn inspect(_args: InspectArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
