//! The check, the raster and the measures of drawings, hostile ones among them, in this process and through workers.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod anatomy;
mod browser;
mod busy;
mod eyes;
mod faults;
mod hostile;
mod lowered;
mod pixels;
mod properties;
mod raster;
mod real;
mod root;
mod survey;

/// The program that the workers of a pool are.
const WORKER: &str = env!("CARGO_BIN_EXE_pelicycle-inspect-worker");
