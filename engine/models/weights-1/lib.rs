//! Half 1 of 2 of `hatchling.gguf`, which `pelicycle_engine::bundled::hatchling` puts together. Registries take packages
//! of 10 MB at most, and the file does not compress.

/// The bytes of this half.
pub const BYTES: &[u8] = include_bytes!("hatchling.gguf.1");
