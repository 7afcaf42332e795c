//! From the path of a request to a file of the gallery.

use std::io;
use std::path::{Path, PathBuf};

use pelicycle_text::plain_file;

/// The longest file that goes out.
const LONGEST: u64 = 256 << 20;

/// The answer to a look at a path of the gallery.
#[derive(Debug)]
pub(super) enum FileLookup {
    /// A file, with the type that it goes out as.
    File {
        content: Vec<u8>,
        kind: &'static str,
    },
    /// A folder, whose page is found at the path with a `/` at its end.
    Folder,
    Nothing,
}

/// A name as the gallery's own files have them: none is hidden, leads up, or needs escaping.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The file that the path of a request names; none where it is no path that the gallery has.
fn locate(root: &Path, path: &str) -> Option<PathBuf> {
    let path = path.strip_prefix('/')?;
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders = folders.split('/').filter(|_| !folders.is_empty());
    let name = if name.is_empty() { "index.html" } else { name };
    let mut place = root.to_owned();
    for part in folders.chain([name]) {
        place.push(Some(part).filter(|part| is_plain(part))?);
    }
    Some(place)
}

/// Looks up the path of a request. What a link leads to outside of `root` is not found.
pub(super) fn find(root: &Path, path: &str) -> FileLookup {
    let read = || -> io::Result<FileLookup> {
        let Some(place) = locate(root, path) else { return Ok(FileLookup::Nothing) };
        let place = place.canonicalize()?;
        if !place.starts_with(root.canonicalize()?) {
            return Ok(FileLookup::Nothing);
        }
        if place.is_dir() {
            return Ok(FileLookup::Folder);
        }
        let kind = kind(&place);
        Ok(FileLookup::File { content: plain_file::read(&place, LONGEST)?, kind })
    };
    read().unwrap_or(FileLookup::Nothing)
}

/// The type that a file of the gallery goes out as.
fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => HTML,
        Some("css") => "text/css; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("png") => "image/png",
        Some("svg") => SVG,
        _ => "application/octet-stream",
    }
}

/// The type that drawings that move go out as.
pub(super) const SVG: &str = "image/svg+xml";
/// The type that pages go out as.
pub(super) const HTML: &str = "text/html; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_folder() {
        let root = Path::new("site");
        let at = |path| locate(root, path).map(|place| place.to_string_lossy().replace('\\', "/"));
        assert_eq!(at("/").as_deref(), Some("site/index.html"));
        assert_eq!(at("/models/gpt-4.1.html").as_deref(), Some("site/models/gpt-4.1.html"));
        assert_eq!(at("/attempts/a/").as_deref(), Some("site/attempts/a/index.html"));
        for path in [
            "",
            "index.html",
            "/../secret",
            "/a/../../secret",
            "/a/./b",
            "//etc/passwd",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/a\\..\\secret",
            "/C:/secret",
            "/.pelicycle-gallery.json",
            "/a/.hidden/x",
            "/a\0",
        ] {
            assert_eq!(at(path), None, "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        std::fs::create_dir_all(root.join("models")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(root.join("own.txt"), "own").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), root.join("link.txt")).unwrap();
        assert!(matches!(find(&root, "/link.txt"), FileLookup::Nothing));
        assert!(matches!(find(&root, "/own.txt"), FileLookup::File { content, .. } if content == b"own"));
        assert!(matches!(find(&root, "/models"), FileLookup::Folder));
        assert!(matches!(find(&root, "/none"), FileLookup::Nothing));
        // Nobody writes to it, so whoever opened it would wait for ever.
        pelicycle_testkit::pipe(&root.join("pipe.txt"));
        assert!(matches!(find(&root, "/pipe.txt"), FileLookup::Nothing));
    }
}
