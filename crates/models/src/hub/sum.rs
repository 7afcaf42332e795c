//! Sums by which the hub names a file's content.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// The sum that a file must have. Its hexadecimal digits are the blob's name in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sum {
    /// Of a large file's bytes.
    Sha256(String),
    /// Git's: of the bytes with a heading, for a small file that lies in the repository itself.
    Git(String),
}

impl Sum {
    /// Reads a sum, or an ETag that holds one.
    pub(super) fn parse(text: &str) -> Option<Sum> {
        let hex = text.trim().trim_start_matches("W/").trim_matches('"');
        if !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        match hex.len() {
            64 => Some(Sum::Sha256(hex.to_owned())),
            40 => Some(Sum::Git(hex.to_owned())),
            _ => None,
        }
    }

    pub(super) fn hex(&self) -> &str {
        match self {
            Sum::Sha256(hex) | Sum::Git(hex) => hex,
        }
    }

    /// To compute the sum of the same kind of `bytes` bytes.
    pub(super) fn hasher(&self, bytes: u64) -> Hasher {
        match self {
            Sum::Sha256(_) => Hasher::Sha256(Box::default()),
            Sum::Git(_) => {
                let mut sha1 = Sha1::new();
                sha1.update(format!("blob {bytes}\0"));
                Hasher::Git(Box::new(sha1))
            }
        }
    }
}

/// A sum being computed.
#[derive(Debug)]
pub(super) enum Hasher {
    Sha256(Box<Sha256>),
    Git(Box<Sha1>),
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(sha256) => sha256.update(bytes),
            Hasher::Git(sha1) => sha1.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Sum {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Hasher::Sha256(sha256) => Sum::Sha256(hex(&sha256.finalize())),
            Hasher::Git(sha1) => Sum::Git(hex(&sha1.finalize())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf 'hello\n' | sha256sum` and `| git hash-object --stdin`.
    #[test]
    fn sums_are_those_of_sha256sum_and_git() {
        for hex in [
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
            "ce013625030ba8dba906f756967f9e9ca394464a",
        ] {
            let sum = Sum::parse(&format!("\"{hex}\"")).unwrap();
            let mut hasher = sum.hasher(6);
            hasher.update(b"hel");
            hasher.update(b"lo\n");
            assert_eq!((hasher.finish(), sum.hex()), (sum.clone(), hex));
        }
        for bad in ["", "../etc", "ABCD", &"g".repeat(64), &"a".repeat(63)] {
            assert_eq!(Sum::parse(bad), None, "{bad}");
        }
    }
}
