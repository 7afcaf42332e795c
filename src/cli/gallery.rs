//! `pelicycle gallery`.

use std::process::ExitCode;

use super::Global;

#[derive(Debug, clap::Args)]
pub(crate) struct GalleryArgs {}

pub(crate) fn gallery(_global: &Global, _args: GalleryArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
