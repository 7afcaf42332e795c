//! Byte strings in one piece of memory.

use std::num::TryFromIntError;

/// Byte strings by number, one after another in one allocation.
pub(super) struct ByteStrings {
    bytes: Vec<u8>,
    /// The end of each string; it begins where the one before it ends.
    ends: Vec<u32>,
}

impl ByteStrings {
    pub(super) fn with_capacity(count: usize, bytes: usize) -> ByteStrings {
        ByteStrings { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(count) }
    }

    /// Appends a string; an error when all together no longer fit 32 bits.
    pub(super) fn push(&mut self, string: &[u8]) -> Result<(), TryFromIntError> {
        let end = u32::try_from(self.bytes.len() + string.len())?;
        self.bytes.extend_from_slice(string);
        self.ends.push(end);
        Ok(())
    }

    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        let number = number as usize;
        let end = *self.ends.get(number)?;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        Some(&self.bytes[start as usize..end as usize])
    }
}
