//! The files of a repository, as the hub lists them.

use serde::Deserialize;

use super::checksum::Checksum;
use crate::ModelFileName;
use crate::listing::piece_of;

/// A model file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoFile {
    /// Its name in the repository, with `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The sum that the list gives, for a large file.
    pub(super) sum: Option<Checksum>,
}

impl RepoFile {
    /// The SHA-256 of its bytes, as the list gives it.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        match self.sum.as_ref()? {
            Checksum::Sha256(hex) => Some(hex),
            Checksum::Git(_) => None,
        }
    }

    /// Its name without the folder, `.gguf` and the part of a split model.
    #[must_use]
    pub fn stem(&self) -> Option<String> {
        Some(ModelFileName::parse(self.path.rsplit('/').next()?)?.stem)
    }
}

/// An entry of the hub's list.
#[derive(Debug, Deserialize)]
pub(super) struct TreeEntry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: u64,
    lfs: Option<Lfs>,
}

#[derive(Debug, Deserialize)]
struct Lfs {
    oid: Option<String>,
    size: Option<u64>,
}

impl TreeEntry {
    /// The model file that it is; `None` for anything else, and for a name that must not become a path.
    pub(super) fn into_file(self) -> Option<RepoFile> {
        if self.kind != "file" || !is_safe(&self.path) {
            return None;
        }
        let name = self.path.rsplit('/').next()?;
        // A piece of a file that was cut is listed, so that it can be told why it is not fetched.
        ModelFileName::parse(piece_of(name).map_or(name, |(whole, ..)| whole))?;
        let bytes = self.lfs.as_ref().and_then(|lfs| lfs.size).unwrap_or(self.size);
        let sum = self.lfs.and_then(|lfs| Checksum::parse(lfs.oid?.trim_start_matches("sha256:")));
        Some(RepoFile { path: self.path, bytes, sum })
    }
}

/// Whether a name from outside may become a path below a folder, on any system.
pub(super) fn is_safe(path: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word != "."
            && word != ".."
            && !word.ends_with(['.', ' '])
            && !word
                .chars()
                .any(|c| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*'))
    };
    path.len() <= 1024 && path.split('/').count() <= 8 && path.split('/').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_list_becomes_a_file() {
        let read = |json: &str| serde_json::from_str::<TreeEntry>(json).unwrap().into_file();
        let oid = "a".repeat(64);
        let large = format!(
            r#"{{"type":"file","oid":"0f","size":135,"path":"Q8_0/m-Q8_0.gguf",
                 "lfs":{{"oid":"{oid}","size":9000000000,"pointerSize":135}},"xetHash":"{oid}"}}"#
        );
        let expected = RepoFile {
            path: "Q8_0/m-Q8_0.gguf".into(),
            bytes: 9_000_000_000,
            sum: Some(Checksum::Sha256(oid)),
        };
        assert_eq!(read(&large), Some(expected));
        assert_eq!(read(r#"{"type":"file","oid":"0f","size":7,"path":"m.gguf"}"#).unwrap().bytes, 7);
        for other in
            ["directory\",\"path\":\"x.gguf", "file\",\"path\":\"README.md", "file\",\"path\":\"mmproj.gguf"]
        {
            assert_eq!(read(&format!(r#"{{"type":"{other}","oid":"0f"}}"#)), None, "{other}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_left_out() {
        for path in [
            "../x.gguf",
            "a/../x.gguf",
            "/x.gguf",
            "a//x.gguf",
            "a\\x.gguf",
            "c:x.gguf",
            "a./x.gguf",
            "a\u{1b}.gguf",
        ] {
            assert!(!is_safe(path), "{path:?}");
        }
        assert!(is_safe("UD-Q4_K_XL/DeepSeek V3 (1)-00001-of-00009.gguf"));
    }
}
