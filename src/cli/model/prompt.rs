//! `pelicycle model prompt`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct PromptArgs {}

pub(crate) fn prompt(_args: PromptArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
