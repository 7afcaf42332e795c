//! The limits after which a chat template is stopped: it comes with the file, and a file is not trusted.

/// Steps that a template may take. The longest real conversations stay below a hundredth of it.
pub const MAX_STEPS: u64 = 10_000_000;
/// Bytes that a template may write: several times the longest context of any model.
pub const MAX_OUTPUT_BYTES: usize = 32 << 20;
