//! The limits after which a chat template is stopped: it comes with the file, and a file is not trusted.

use minijinja::{Error, ErrorKind};

/// Steps that a template may take. The longest real conversations stay below a hundredth of it.
pub const MAX_STEPS: u64 = 10_000_000;
/// Bytes that a template may write: several times the longest context of any model.
pub const MAX_OUTPUT_BYTES: usize = 32 << 20;

/// Refuses a text of more bytes than a template may write.
pub(super) fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes <= MAX_OUTPUT_BYTES {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("a text of more than {MAX_OUTPUT_BYTES} bytes")))
}
