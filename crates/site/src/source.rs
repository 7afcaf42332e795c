//! The key of a file that is costly to make: a hash of all that it is made from. While the key stays, the file does.

use serde::Serialize;

use super::GalleryError;

/// A key as it is put together from its parts. Parts are hashed as JSON, so the key follows from the data alone and not
/// from how a type is printed.
#[derive(Debug)]
pub(super) struct SourceKey(Vec<u8>);

impl SourceKey {
    /// Begins a key with `maker`, one word that names the version of what makes the file.
    pub(super) fn new(maker: &str) -> Self {
        Self(maker.as_bytes().to_vec())
    }

    /// Adds a part.
    ///
    /// # Errors
    /// A part that has no JSON, which is a fault of the program.
    pub(super) fn with(mut self, part: &(impl Serialize + ?Sized)) -> Result<Self, GalleryError> {
        // JSON on one line holds no line break, so no two lists of parts are the same text.
        self.0.push(b'\n');
        serde_json::to_writer(&mut self.0, part).map_err(GalleryError::Page)?;
        Ok(self)
    }

    /// The key in hexadecimal digits.
    pub(super) fn finish(self) -> String {
        self.hash().to_hex().to_string()
    }

    /// The key.
    pub(super) fn hash(&self) -> blake3::Hash {
        blake3::hash(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[&str]) -> String {
        parts.iter().fold(SourceKey::new("page-1"), |key, part| key.with(part).unwrap()).finish()
    }

    #[test]
    fn a_key_is_that_of_its_parts_in_their_order() {
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        let others: [&[&str]; 5] = [&["ab"], &["b", "a"], &["a", "b", ""], &["a\n\"b\""], &["a\"\n\"b"]];
        for other in others {
            assert_ne!(key(other), key(&["a", "b"]), "{other:?}");
        }
        let made_otherwise = SourceKey::new("page-2").with("a").unwrap().finish();
        assert_ne!(made_otherwise, key(&["a"]));
    }
}
