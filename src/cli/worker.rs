//! The hidden command that makes this program a drawing worker of another one of its kind.

use std::process::ExitCode;

use anyhow::Context as _;

pub(crate) fn worker() -> anyhow::Result<ExitCode> {
    pelicycle_drawing::serve_worker(crate::allocator::limit).context("the drawing worker stops")?;
    Ok(ExitCode::SUCCESS)
}
