//! The model that ships with the engine.

use std::sync::LazyLock;

/// hatchling's model file (`engine/models/hatchling.md` is its card): a demonstration, a canary and a test fixture.
#[must_use]
pub fn hatchling() -> &'static [u8] {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        [pelicycle_hatchling_weights_1::BYTES, pelicycle_hatchling_weights_2::BYTES].concat()
    });
    &FILE
}
