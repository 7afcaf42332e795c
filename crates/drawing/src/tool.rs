//! This program, as records name it.

use pelicycle_record::ToolVersion;

use crate::RENDERER;

/// This program and its renderer, as they stand in every record.
#[must_use]
pub fn tool() -> ToolVersion {
    ToolVersion {
        name: "pelicycle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        renderer: RENDERER.to_owned(),
    }
}
