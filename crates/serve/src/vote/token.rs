//! Names that nobody can guess, for what is shown.

use std::fmt::Write as _;

/// Random bytes of a token.
const BYTES: usize = 16;

/// A new token: hexadecimal digits.
pub(super) fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(2 * BYTES), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
