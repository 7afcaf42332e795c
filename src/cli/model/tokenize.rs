//! `pelicycle model tokenize`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct TokenizeArgs {}

pub(crate) fn tokenize(_args: TokenizeArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
