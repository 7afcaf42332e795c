//! The site's folder: writes what changed, removes what no longer belongs, touches nothing else.
//!
//! A list of the files that were made lies in the folder. Only files on it are ever removed, and only a folder
//! that is empty or has such a list is built into.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pelicycle_text::plain_file;

use super::GalleryError;
use super::site_list::{KnownFile, ListedFile, MAX_LIST, is_as_made, is_inside, list_text, read_list};

/// The list of the site's files.
const MANIFEST: &str = ".pelicycle-gallery.json";
/// Held while a build goes on, so that two do not mix.
const LOCK: &str = ".pelicycle-gallery.lock";
/// Notes for the next build, which are no part of the site.
const MEMORY: &str = ".pelicycle-gallery.seen";
/// Folder in which files are made before they are moved to their place.
const STAGING: &str = ".pelicycle-gallery.new";

/// Paths of the files that were made from the same inputs, and the beginnings of their hashes, by the key of these inputs.
pub(super) type MadeTogether = BTreeMap<String, BTreeMap<String, String>>;

/// Digits of a file's hash by which it is known in [`MadeTogether`].
const HASH_DIGITS: usize = 16;

/// The inputs of a file, for the next build to know.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MadeFrom<'a> {
    /// Key of what it shows (`source.rs`), for one that is costly to make.
    pub(super) source: Option<&'a str>,
    /// Key of what it and the files made with it follow from (`inputs.rs`), where that can be told.
    pub(super) inputs: Option<&'a str>,
}

impl<'a> MadeFrom<'a> {
    pub(super) fn source(source: &'a str) -> Self {
        Self { source: Some(source), inputs: None }
    }
}

/// Counts of what became of the site's files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FileTally {
    pub(super) written: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
}

/// A site being built, by any number of threads.
pub(super) struct Site {
    root: PathBuf,
    /// The files of the last build. Most of it is kept as it is, which is marked here without a lock.
    before: HashMap<String, KnownFile>,
    /// The files that this build made or kept from the same inputs.
    together: Mutex<MadeTogether>,
    /// The files that this build made anew.
    made: Mutex<HashMap<String, ListedFile>>,
    written: AtomicUsize,
    unchanged: AtomicUsize,
    /// Folders of the site that were looked at and are no links.
    plain_folders: Mutex<HashSet<String>>,
    /// Numbers the files that are being made, so that threads do not share one.
    staged: AtomicUsize,
    /// Released when the build ends, however it ends.
    _lock: File,
}

impl Site {
    pub(super) fn open(root: &Path) -> Result<Self, GalleryError> {
        for place in [PathBuf::new(), MANIFEST.into(), LOCK.into(), MEMORY.into(), STAGING.into()] {
            let path = if place.as_os_str().is_empty() { root.to_owned() } else { root.join(place) };
            if is_link(&path) {
                return Err(GalleryError::Link { path });
            }
            if fs::metadata(&path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
                // Opened, it might never end.
                let source = io::Error::other("it is a pipe or a device, and no file");
                return Err(GalleryError::Read { path, source });
            }
        }
        let manifest = root.join(MANIFEST);
        let read = |path: &Path, source| GalleryError::Read { path: path.to_owned(), source };
        let empty = match fs::read_dir(root) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(source) => return Err(read(root, source)),
        };
        if !empty && !manifest.exists() && !root.join(LOCK).exists() {
            return Err(GalleryError::NotAGallery { path: root.to_owned() });
        }
        fs::create_dir_all(root).map_err(|source| write_error(root, source))?;
        let lock = root.join(LOCK);
        // Opened as it is: a system may refuse to cut a file that another build has locked.
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock)
            .map_err(|source| write_error(&lock, source))?;
        // A file system without locks is built into all the same: two builds at once only write the same twice.
        drop(lock.lock());

        let before = read_list(&manifest)?;
        let staging = root.join(STAGING);
        // What a build that was killed left there, and whatever else.
        drop(fs::remove_dir_all(&staging));
        fs::create_dir_all(&staging).map_err(|source| write_error(&staging, source))?;
        Ok(Self {
            root: root.to_owned(),
            before,
            together: Mutex::default(),
            made: Mutex::default(),
            written: AtomicUsize::new(0),
            unchanged: AtomicUsize::new(0),
            plain_folders: Mutex::default(),
            staged: AtomicUsize::new(0),
            _lock: lock,
        })
    }

    /// Whether a gallery was built in this folder before.
    pub(super) fn was_built_in(root: &Path) -> bool {
        root.join(MANIFEST).exists()
    }

    /// The folder.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the last build made a file whose path begins so.
    pub(super) fn had_some(&self, begin: &str) -> bool {
        self.before.keys().any(|path| path.starts_with(begin))
    }

    /// The first folder on the way to a file of the site that is a link, if one is.
    fn link_on_the_way(&self, path: &str) -> Option<PathBuf> {
        let (parent, _) = path.rsplit_once('/')?;
        let mut plain = self.plain_folders.lock().unwrap_or_else(PoisonError::into_inner);
        if plain.contains(parent) {
            return None;
        }
        let ends = parent.match_indices('/').map(|(at, _)| at).chain([parent.len()]);
        for folder in ends.map(|end| &parent[..end]) {
            let place = self.root.join(folder);
            match fs::symlink_metadata(&place) {
                Ok(found) if found.file_type().is_symlink() => return Some(place),
                Ok(_) => {
                    plain.insert(folder.to_owned());
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// Puts a file at `path`, which is relative to the site and uses `/`.
    pub(super) fn put(&self, path: &str, content: &[u8]) -> Result<(), GalleryError> {
        self.put_made_from(path, content, MadeFrom::default())
    }

    /// Keeps `path` if it is there and was made from the same source, by the last build or earlier in this one, and notes its inputs.
    pub(super) fn keep(&self, path: &str, from: MadeFrom<'_>) -> bool {
        let made = self.made().get(path).filter(|made| made.source.as_deref() == from.source).cloned();
        if let Some(made) = made {
            self.note(path, &made, from.inputs);
            return true;
        }
        if !self.keep_all(&[path], |made| made.source.as_deref() == from.source) {
            return false;
        }
        if let Some(known) = self.before.get(path) {
            self.note(path, &known.made, from.inputs);
        }
        true
    }

    /// Keeps all that the last build made with these inputs, by what it noted, if all of it is there. Returns the paths.
    pub(super) fn keep_made_with<'a>(&self, inputs: &str, noted: &'a MadeTogether) -> Option<Vec<&'a str>> {
        let (paths, hashes): (Vec<&str>, Vec<&str>) =
            noted.get(inputs)?.iter().map(|(path, hash)| (path.as_str(), hash.as_str())).unzip();
        // The notes may be of another state of the folder than its list.
        let listed = |(path, hash): (&&str, &&str)| {
            self.before.get(*path).is_some_and(|known| known.made.hash.starts_with(*hash))
        };
        if !paths.iter().zip(&hashes).all(listed) || !self.keep_all(&paths, |_| true) {
            return None;
        }
        for path in &paths {
            if let Some(known) = self.before.get(*path) {
                self.note(path, &known.made, Some(inputs));
            }
        }
        Some(paths)
    }

    /// The files that this build made or kept from the same inputs, for the notes.
    pub(super) fn made_together(&self) -> MadeTogether {
        std::mem::take(&mut self.together.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, path: &str, made: &ListedFile, inputs: Option<&str>) {
        let Some(inputs) = inputs else { return };
        let hash = made.hash.chars().take(HASH_DIGITS).collect();
        let mut together = self.together.lock().unwrap_or_else(PoisonError::into_inner);
        together.entry(inputs.to_owned()).or_default().insert(path.to_owned(), hash);
    }

    /// Keeps these files if all of them are there as the last build left them.
    pub(super) fn keep_as_they_are<P: AsRef<str>>(&self, paths: &[P]) -> bool {
        self.keep_all(paths, |_| true)
    }

    fn keep_all<P: AsRef<str>>(&self, paths: &[P], fits: impl Fn(&ListedFile) -> bool) -> bool {
        let known = |path: &P| {
            let path = path.as_ref();
            self.before.get(path).filter(|known| fits(&known.made) && self.is_there(path, &known.made))
        };
        let Some(found) = paths.iter().map(known).collect::<Option<Vec<_>>>() else { return false };
        for known in found {
            if !known.kept.swap(true, Ordering::Relaxed) {
                self.unchanged.fetch_add(1, Ordering::Relaxed);
            }
        }
        true
    }

    /// As [`Site::put`], noting what it was made from for [`Site::keep`] and [`Site::keep_made_with`] of the next build.
    pub(super) fn put_made_from(
        &self,
        path: &str,
        content: &[u8],
        from: MadeFrom<'_>,
    ) -> Result<(), GalleryError> {
        if !is_inside(path) {
            return Err(GalleryError::Outside { path: path.to_owned() });
        }
        let made = ListedFile {
            bytes: content.len() as u64,
            hash: blake3::hash(content).to_hex().to_string(),
            source: from.source.map(str::to_owned),
        };
        self.note(path, &made, from.inputs);
        let before = self.before.get(path);
        let same = before
            .filter(|known| known.made.hash == made.hash && self.is_there(path, &known.made))
            .inspect(|known| known.kept.store(true, Ordering::Relaxed));
        match same {
            Some(known) => {
                self.unchanged.fetch_add(1, Ordering::Relaxed);
                if known.made.source == made.source {
                    return Ok(());
                }
            }
            None => {
                self.write(path, content)?;
                self.written.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.made().insert(path.to_owned(), made);
        Ok(())
    }

    /// Hash of a file that this build put or kept.
    pub(super) fn hash(&self, path: &str) -> Option<String> {
        let made = self.made().get(path).map(|made| made.hash.clone());
        made.or_else(|| {
            self.before.get(path).filter(|known| known.is_kept()).map(|known| known.made.hash.clone())
        })
    }

    /// Reads a file that this build put or kept.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join(path)).ok()
    }

    /// The bytes that [`Site::remember`] kept of the last build.
    pub(super) fn memory(&self) -> Option<Vec<u8>> {
        plain_file::read(&self.root.join(MEMORY), MAX_LIST).ok()
    }

    /// Keeps notes for the next build; they are no part of the site.
    pub(super) fn remember(&self, notes: &[u8]) -> Result<(), GalleryError> {
        if self.memory().as_deref() == Some(notes) { Ok(()) } else { self.write(MEMORY, notes) }
    }

    fn made(&self) -> MutexGuard<'_, HashMap<String, ListedFile>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what the last build made and this one did not, and keeps the list for the next.
    pub(super) fn finish(self) -> Result<FileTally, GalleryError> {
        let made = std::mem::take(&mut *self.made());
        let mut tally = FileTally {
            written: self.written.load(Ordering::Relaxed),
            unchanged: self.unchanged.load(Ordering::Relaxed),
            removed: 0,
        };
        let (kept, gone): (Vec<_>, Vec<_>) = self
            .before
            .iter()
            .filter(|(path, _)| !made.contains_key(*path))
            .partition(|(_, known)| known.is_kept());
        for (path, known) in &gone {
            let target = self.root.join(path);
            if self.link_on_the_way(path).is_some() || !is_as_made(&target, &known.made) {
                // Somebody else's by now.
                continue;
            }
            match fs::remove_file(&target) {
                Ok(()) => tally.removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(write_error(&target, source)),
            }
            // Folders go when nothing is left in them; one that holds something of the user's stays.
            for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty())
            {
                if fs::remove_dir(self.root.join(folder)).is_err() {
                    break;
                }
            }
        }
        if !(made.is_empty() && gone.is_empty() && self.root.join(MANIFEST).exists()) {
            let kept = kept.into_iter().map(|(path, known)| (path.as_str(), &known.made));
            let files = made.iter().map(|(path, made)| (path.as_str(), made)).chain(kept);
            let text = list_text(files.collect())
                .map_err(|error| write_error(&self.root.join(MANIFEST), error.into()))?;
            self.write(MANIFEST, &text)?;
        }
        Ok(tally)
    }

    fn is_there(&self, path: &str, made: &ListedFile) -> bool {
        self.link_on_the_way(path).is_none()
            && fs::symlink_metadata(self.root.join(path))
                .is_ok_and(|found| found.is_file() && found.len() == made.bytes)
    }

    fn write(&self, path: &str, content: &[u8]) -> Result<(), GalleryError> {
        let target = self.root.join(path);
        if let Some(path) = self.link_on_the_way(path) {
            return Err(GalleryError::Link { path });
        }
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let staged = self.root.join(STAGING).join(number.to_string());
        let place = || match fs::rename(&staged, &target) {
            // Most files come to a folder that is there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(&staged, &target))
            }
            placed => placed,
        };
        fs::write(&staged, content).and_then(|()| place()).map_err(|source| write_error(&target, source))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(self.root.join(STAGING)));
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink())
}

fn write_error(path: &Path, source: io::Error) -> GalleryError {
    GalleryError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(root: &Path, files: &[(&str, &str)]) -> FileTally {
        let site = Site::open(root).unwrap();
        for (path, content) in files {
            site.put(path, content.as_bytes()).unwrap();
        }
        site.finish().unwrap()
    }

    #[test]
    fn only_what_changed_is_written_and_only_its_own_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        let first = build(&root, &[("index.html", "1"), ("a/one.html", "1"), ("b/two.html", "2")]);
        assert_eq!(first, FileTally { written: 3, unchanged: 0, removed: 0 });
        fs::write(root.join("b/mine.txt"), "mine").unwrap();
        let modified = |path| fs::metadata(root.join(path)).unwrap().modified().unwrap();
        let before = (modified("index.html"), modified(MANIFEST));

        assert_eq!(
            build(&root, &[("index.html", "1"), ("a/one.html", "1"), ("b/two.html", "2")]),
            FileTally { written: 0, unchanged: 3, removed: 0 }
        );
        assert_eq!((modified("index.html"), modified(MANIFEST)), before);

        assert_eq!(build(&root, &[("index.html", "2")]), FileTally { written: 1, unchanged: 0, removed: 2 });
        assert!(!root.join("a").exists());
        assert!(root.join("b/mine.txt").exists());
        assert!(!root.join(STAGING).exists());
    }

    #[test]
    fn a_file_that_went_missing_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &[("index.html", "1")]);
        fs::remove_file(folder.path().join("index.html")).unwrap();
        assert_eq!(build(folder.path(), &[("index.html", "1")]).written, 1);
    }

    #[test]
    fn a_file_made_from_the_same_source_is_kept_without_making_it() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(folder.path()).unwrap();
        assert!(!site.keep("a.png", MadeFrom::source("source")));
        site.put_made_from("a.png", b"costly", MadeFrom::source("source")).unwrap();
        // What this build made ahead is known too, and what it follows from is noted then.
        assert!(!site.keep("a.png", MadeFrom::source("another source")));
        assert!(site.keep("a.png", MadeFrom { source: Some("source"), inputs: Some("1") }));
        assert!(site.made_together()["1"].contains_key("a.png"));
        assert_eq!(site.finish().unwrap(), FileTally { written: 1, unchanged: 0, removed: 0 });
        let site = Site::open(folder.path()).unwrap();
        assert!(!site.keep("a.png", MadeFrom::source("another source")));
        assert!(site.keep("a.png", MadeFrom::source("source")));
        assert_eq!(site.finish().unwrap(), FileTally { written: 0, unchanged: 1, removed: 0 });
        assert!(folder.path().join("a.png").exists());
    }

    #[test]
    fn what_was_made_with_the_same_inputs_is_kept_whole_or_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let from = |inputs| MadeFrom { source: Some("source"), inputs };
        let site = Site::open(folder.path()).unwrap();
        for path in ["a.html", "b.html"] {
            site.put_made_from(path, b"page", from(Some("1"))).unwrap();
        }
        site.put_made_from("c.html", b"page", from(None)).unwrap();
        let noted = site.made_together();
        site.finish().unwrap();

        let site = Site::open(folder.path()).unwrap();
        assert_eq!(site.keep_made_with("2", &noted), None);
        assert_eq!(site.keep_made_with("1", &noted).unwrap(), ["a.html", "b.html"]);
        // Known by its source, and from now on by its inputs too.
        assert!(site.keep("c.html", from(Some("3"))));
        let noted_again = site.made_together();
        assert_eq!(noted_again["1"], noted["1"]);
        assert!(noted_again.contains_key("3") && !noted.contains_key("3"));
        assert_eq!(site.finish().unwrap(), FileTally { written: 0, unchanged: 3, removed: 0 });

        // One of two went, or is another by the list.
        let site = Site::open(folder.path()).unwrap();
        for outside in ["../d.html", "/d.html", ""] {
            assert!(matches!(site.put(outside, b"text"), Err(GalleryError::Outside { .. })), "{outside:?}");
        }
        fs::remove_file(folder.path().join("b.html")).unwrap();
        assert_eq!(site.keep_made_with("1", &noted), None);
        site.put("c.html", b"text").unwrap();
        site.finish().unwrap();
        assert_eq!(Site::open(folder.path()).unwrap().keep_made_with("3", &noted_again), None);
    }

    #[test]
    fn a_folder_of_something_else_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
        assert!(matches!(Site::open(folder.path()), Err(GalleryError::NotAGallery { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_list_that_leads_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        build(&root, &[("index.html", "1")]);
        for path in ["../precious", "/etc/passwd", "a/../../precious", "..\\\\precious"] {
            let text = format!("{{\"version\":1,\"files\":{{\"{path}\":{{\"bytes\":1,\"hash\":\"\"}}}}}}");
            fs::write(root.join(MANIFEST), text).unwrap();
            assert!(matches!(Site::open(&root), Err(GalleryError::Manifest { .. })), "{path}");
        }
        // One of gigabytes, of which nothing is there.
        File::create(root.join(MANIFEST)).unwrap().set_len(8 << 30).unwrap();
        let told = Site::open(&root).map(drop).unwrap_err().to_string();
        assert!(told.contains("it is longer than 1073741824 bytes): delete the gallery's folder"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_or_removed_through_a_link() {
        use std::os::unix::fs::symlink;
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path().join("site");
        fs::write(other.path().join("one.html"), "1").unwrap();
        fs::write(other.path().join("0"), "mine").unwrap();
        build(&root, &[("index.html", "1"), ("a/one.html", "1")]);
        // A folder on the way became a link: what lies behind it stays, though the list names it.
        fs::remove_dir_all(root.join("a")).unwrap();
        symlink(other.path(), root.join("a")).unwrap();
        let site = Site::open(&root).unwrap();
        assert!(!site.keep_as_they_are(&["a/one.html"]));
        assert!(matches!(site.put("a/one.html", b"2"), Err(GalleryError::Link { .. })));
        site.put("index.html", b"1").unwrap();
        site.finish().unwrap();
        assert_eq!(fs::read_to_string(other.path().join("one.html")).unwrap(), "1");
        for name in [MANIFEST, LOCK, MEMORY, STAGING] {
            let place = tempfile::tempdir().unwrap();
            let root = place.path().join("site");
            build(&root, &[("index.html", "1")]);
            drop(fs::remove_file(root.join(name)));
            symlink(other.path().join("0"), root.join(name)).unwrap();
            assert!(matches!(Site::open(&root), Err(GalleryError::Link { .. })), "{name}");
        }
        // A file in the making is made in a folder of the build's own.
        fs::create_dir(root.join(STAGING)).unwrap();
        symlink(other.path().join("0"), root.join(STAGING).join("0")).unwrap();
        build(&root, &[("index.html", "3")]);
        assert_eq!(fs::read_to_string(other.path().join("0")).unwrap(), "mine");
        symlink(&root, folder.path().join("link")).unwrap();
        assert!(matches!(Site::open(&folder.path().join("link")), Err(GalleryError::Link { .. })));
    }

    #[test]
    fn what_somebody_changed_since_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &[("index.html", "1"), ("a.html", "made"), ("b.html", "made")]);
        fs::write(folder.path().join("a.html"), "mine").unwrap();
        assert_eq!(build(folder.path(), &[("index.html", "1")]).removed, 1);
        assert_eq!(fs::read_to_string(folder.path().join("a.html")).unwrap(), "mine");
    }
}
