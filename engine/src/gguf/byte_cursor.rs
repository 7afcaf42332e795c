//! A place in the bytes of a file, from which everything is read with its length checked first.

use super::error::GgufFault;

pub(super) struct ByteCursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> ByteCursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        ByteCursor { bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next bytes, at most so many, which are not taken.
    pub(super) fn ahead(&self, most: usize) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        &rest[..rest.len().min(most)]
    }

    /// The next `need` bytes. `what` names them and is only called for an error.
    pub(super) fn take(&mut self, need: u64, what: impl Fn() -> String) -> Result<&'a [u8], GgufFault> {
        let rest = &self.bytes[self.at..];
        match usize::try_from(need).ok().and_then(|n| rest.get(..n)) {
            Some(taken) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => Err(GgufFault::Truncated { what: what(), at: self.at, need, left: rest.len() }),
        }
    }

    pub(super) fn array<const N: usize>(&mut self, what: impl Fn() -> String) -> Result<[u8; N], GgufFault> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64, what)?);
        Ok(array)
    }

    pub(super) fn u32(&mut self, what: impl Fn() -> String) -> Result<u32, GgufFault> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(super) fn u64(&mut self, what: impl Fn() -> String) -> Result<u64, GgufFault> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// The bytes of a string, of any encoding: their count as 64 bits, then they.
    pub(super) fn string_bytes(&mut self, what: impl Fn() -> String) -> Result<&'a [u8], GgufFault> {
        let len = self.u64(|| format!("the length of {}", what()))?;
        self.take(len, &what)
    }

    /// A string: its length as 64 bits, then its bytes.
    pub(super) fn string(&mut self, what: impl Fn() -> String) -> Result<&'a str, GgufFault> {
        let at = self.at;
        std::str::from_utf8(self.string_bytes(&what)?).map_err(|_| GgufFault::Utf8 { what: what(), at })
    }

    /// A count of things that take at least `least` bytes each, refused when the file has not that many left,
    /// so that a made-up count never becomes an allocation.
    pub(super) fn count(&mut self, least: u64, what: impl Fn() -> String) -> Result<usize, GgufFault> {
        let at = self.at;
        let count = self.u64(&what)?;
        let need = count.saturating_mul(least);
        if need > self.left() as u64 {
            return Err(GgufFault::Truncated { what: what(), at, need, left: self.left() });
        }
        Ok(count as usize)
    }
}
