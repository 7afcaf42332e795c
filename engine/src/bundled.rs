//! The model that ships with the engine, so that there is always one to run.

/// hatchling's model file (`engine/models/hatchling.md` is its card): a demonstration, a canary and a test fixture.
pub const HATCHLING: &[u8] = include_bytes!("../models/hatchling.gguf");
