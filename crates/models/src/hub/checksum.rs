//! Sums by which the hub names a file's content.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// The sum that a file must have. Its hexadecimal digits are the blob's name in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checksum {
    /// The SHA-256 of a large file's bytes.
    Sha256(String),
    /// Git's own sum, of the bytes with a heading, for a small file that lies in the repository itself.
    Git(String),
}

impl Checksum {
    /// Reads a sum, or an ETag that holds one.
    pub(super) fn parse(text: &str) -> Option<Checksum> {
        let hex = text.trim().trim_start_matches("W/").trim_matches('"');
        if !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        match hex.len() {
            64 => Some(Checksum::Sha256(hex.to_owned())),
            40 => Some(Checksum::Git(hex.to_owned())),
            _ => None,
        }
    }

    pub(super) fn hex(&self) -> &str {
        match self {
            Checksum::Sha256(hex) | Checksum::Git(hex) => hex,
        }
    }

    /// A hasher for a sum of the same kind, of `bytes` bytes.
    pub(super) fn hasher(&self, bytes: u64) -> ChecksumHasher {
        match self {
            Checksum::Sha256(_) => ChecksumHasher::Sha256(Box::default()),
            Checksum::Git(_) => {
                let mut sha1 = Sha1::new();
                sha1.update(format!("blob {bytes}\0"));
                ChecksumHasher::Git(Box::new(sha1))
            }
        }
    }
}

/// A sum being computed.
#[derive(Debug)]
pub(super) enum ChecksumHasher {
    Sha256(Box<Sha256>),
    Git(Box<Sha1>),
}

impl ChecksumHasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            ChecksumHasher::Sha256(sha256) => sha256.update(bytes),
            ChecksumHasher::Git(sha1) => sha1.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Checksum {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            ChecksumHasher::Sha256(sha256) => Checksum::Sha256(hex(&sha256.finalize())),
            ChecksumHasher::Git(sha1) => Checksum::Git(hex(&sha1.finalize())),
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
            let sum = Checksum::parse(&format!("\"{hex}\"")).unwrap();
            let mut hasher = sum.hasher(6);
            hasher.update(b"hel");
            hasher.update(b"lo\n");
            assert_eq!((hasher.finish(), sum.hex()), (sum.clone(), hex));
        }
        for bad in ["", "../etc", "ABCD", &"g".repeat(64), &"a".repeat(63)] {
            assert_eq!(Checksum::parse(bad), None, "{bad}");
        }
    }
}
