//! What the record tells of the machine and the program.

use crate::attempt::{Host, Tool};
use crate::drawing::RENDERER;

/// This program.
#[must_use]
pub fn tool() -> Tool {
    Tool {
        name: "pelicycle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        renderer: RENDERER.to_owned(),
    }
}

pub(super) fn host() -> Host {
    Host {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        cpu: cpu(),
        cores: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
    }
}

/// The processor's name, where a file tells it.
fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
