//! Reading: every attempt of the folder, and every place that holds none where one should be.
//!
//! Only records are read here, and the names of the files beside them; links are never followed.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File, FileType};
use std::io::Read as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use pelicycle_record::{Attempt, Id, SCHEMA_VERSION, name};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::layout::{self, MAX_RECORD};
use super::{AttemptFiles, DamageReason, DamagedRecord, Store, StoreError};

/// An attempt as it lies in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAttempt {
    /// The record.
    pub attempt: Attempt,
    /// Its folder.
    pub folder: PathBuf,
    /// The files beside the record.
    pub files: AttemptFiles<PathBuf>,
}

/// The attempts of a store.
#[derive(Debug, Default)]
pub struct AttemptListing {
    /// The attempts, oldest first.
    pub attempts: Vec<StoredAttempt>,
    /// The places that could not be read and were passed over, by path.
    pub damaged: Vec<DamagedRecord>,
}

impl AttemptListing {
    /// The first attempts, oldest first: what is counted, compared and ranked. Looks at them are left out.
    pub fn first_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().map(|stored| &stored.attempt).filter(|attempt| attempt.is_first())
    }
}

impl Store {
    /// Every attempt and every damaged place.
    ///
    /// The kept texts are not read: [`Store::verify`] does that.
    ///
    /// # Errors
    /// Only when the results folder itself cannot be read; one that is not there is empty.
    pub fn list(&self) -> Result<AttemptListing, StoreError> {
        let mut listing = AttemptListing::default();
        let mut links = Vec::new();
        let prompts = match folders(self.root(), &mut links) {
            Ok(prompts) => prompts,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(listing),
            Err(source) => return Err(StoreError::Read { path: self.root().to_owned(), source }),
        };
        for link in links {
            self.damaged(&link, DamageReason::Link { what: "it".to_owned() }, &mut listing);
        }
        for reserved in name::RESERVED.map(|reserved| self.root().join(reserved)) {
            let kind = fs::symlink_metadata(&reserved).map(|found| found.file_type());
            if let Some(kind) = kind.ok().filter(|kind| !kind.is_dir() && !kind.is_symlink()) {
                let source = std::io::Error::other(format!("it is {}, and no folder", name_of(kind)));
                let reason = DamageReason::Read { file: "it".to_owned(), source };
                self.damaged(&reserved, reason, &mut listing);
            }
        }
        let mut places = Vec::new();
        for prompt in prompts {
            if name::RESERVED.contains(&prompt.name.as_str()) {
                continue;
            }
            let expected = "a prompt's id";
            for contestant in self.descend(&prompt.path, name::fault(&prompt.name), expected, &mut listing) {
                let expected = "a contestant's slug";
                let fault = name::fault(&contestant.name);
                for attempt in self.descend(&contestant.path, fault, expected, &mut listing) {
                    places.push(Place {
                        prompt: prompt.name.clone(),
                        contestant: contestant.name.clone(),
                        id: attempt.name,
                        folder: attempt.path,
                    });
                }
            }
        }
        for (place, loaded) in places.iter().zip(load_all(&places)) {
            match loaded {
                Ok(stored) => listing.attempts.push(stored),
                Err(reason) => self.damaged(&place.folder, reason, &mut listing),
            }
        }
        listing.attempts.sort_by(|a, b| a.attempt.id.cmp(&b.attempt.id));
        listing.damaged.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(listing)
    }

    /// The folders in a folder; what is wrong with it or in it goes to the listing.
    fn descend(
        &self,
        path: &Path,
        fault: Option<&str>,
        expected: &'static str,
        listing: &mut AttemptListing,
    ) -> Vec<Folder> {
        if fault.is_some() {
            self.damaged(path, DamageReason::Name { expected }, listing);
            return Vec::new();
        }
        let mut links = Vec::new();
        let found = folders(path, &mut links);
        for link in links {
            self.damaged(&link, DamageReason::Link { what: "it".to_owned() }, listing);
        }
        found.unwrap_or_else(|source| {
            self.damaged(path, DamageReason::Read { file: "the folder".to_owned(), source }, listing);
            Vec::new()
        })
    }

    /// The first of these folders, each in the one before, that is a link: what lies behind it is not ours.
    pub(super) fn first_link(&self, folders: &[&str]) -> Option<PathBuf> {
        let paths = folders.iter().scan(self.root().to_owned(), |path, part| {
            path.push(part);
            Some(path.clone())
        });
        let is_link = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        paths.into_iter().find(is_link)
    }

    /// Refuses to read in these folders, each in the one before, where one is a link.
    pub(super) fn behind_no_link(&self, folders: &[&str]) -> Result<(), StoreError> {
        self.first_link(folders).map_or(Ok(()), |path| {
            Err(StoreError::Damaged { path, reason: DamageReason::Link { what: "it".to_owned() } })
        })
    }

    fn damaged(&self, path: &Path, reason: DamageReason, listing: &mut AttemptListing) {
        let path = path.strip_prefix(self.root()).unwrap_or(path).to_owned();
        listing.damaged.push(DamagedRecord { path, reason });
    }
}

struct Folder {
    name: String,
    path: PathBuf,
}

/// The place of an attempt, whose record must bear the names on its path.
struct Place {
    prompt: String,
    contestant: String,
    id: String,
    folder: PathBuf,
}

/// Fewer attempts than this are not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// The attempts at these places, in their order, read on all cores.
fn load_all(places: &[Place]) -> Vec<Result<StoredAttempt, DamageReason>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = places.len().div_ceil(cores).max(WORTH_A_THREAD);
    let read = |part: &[Place]| part.iter().map(load).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let mut parts = places.chunks(share);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| (part, std::thread::Builder::new().spawn_scoped(scope, move || read(part))))
            .collect();
        let mut loaded = read(own);
        for (part, thread) in others {
            // A thread that the system refuses is one fewer; the work gets done all the same.
            let there = thread.ok().and_then(|thread| thread.join().ok());
            loaded.extend(there.unwrap_or_else(|| read(part)));
        }
        loaded
    })
}

/// The folders in a folder by name, without hidden ones; files are passed by, links are told.
fn folders(path: &Path, links: &mut Vec<PathBuf>) -> std::io::Result<Vec<Folder>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if kind.is_symlink() {
            links.push(entry.path());
        } else if kind.is_dir() {
            found.push(Folder { name, path: entry.path() });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn load(Place { prompt, contestant, id, folder }: &Place) -> Result<StoredAttempt, DamageReason> {
    if id.parse::<Id>().is_err() {
        return Err(DamageReason::Name { expected: "an attempt's identifier" });
    }
    let present = files_in(folder)?;
    if !present.contains(layout::ATTEMPT) {
        return Err(absent(folder, layout::ATTEMPT));
    }
    let attempt: Attempt = read_record(&folder.join(layout::ATTEMPT), layout::ATTEMPT)?;
    for (what, found, expected) in [
        ("id", attempt.id.as_str(), id),
        ("prompt", attempt.prompt.id.as_str(), prompt),
        ("contestant", attempt.contestant.slug.as_str(), contestant),
    ] {
        if found != expected {
            let found = found.chars().take(name::MAX_BYTES).collect();
            return Err(DamageReason::Misplaced { what, found, folder: expected.clone() });
        }
    }
    if *attempt.prompt.hash != *blake3::hash(attempt.prompt.text.as_bytes()).to_hex() {
        return Err(DamageReason::Hash { what: "the prompt's text".to_owned() });
    }

    let active = [layout::SVG_ACTIVE, layout::REPAIRED_ACTIVE].iter().any(|file| present.contains(*file));
    let files = AttemptFiles::collect(active, &AttemptFiles::needed(&attempt), |file| {
        match present.contains(file) {
            true => Ok(folder.join(file)),
            false => Err(absent(folder, file)),
        }
    })?;
    Ok(StoredAttempt { attempt, folder: folder.to_owned(), files })
}

/// The reason why a file is not among the plain ones of an attempt's folder.
fn absent(folder: &Path, file: &str) -> DamageReason {
    let file = file.to_owned();
    match fs::symlink_metadata(folder.join(&file)) {
        Ok(found) => DamageReason::Read { file, source: no_file(found.file_type()) },
        Err(_) => DamageReason::Missing { file },
    }
}

/// The error of what stands in a file's place and is none.
fn no_file(kind: FileType) -> std::io::Error {
    std::io::Error::other(format!("it is {}, and no file", name_of(kind)))
}

/// The name of the kind of thing that a place holds.
pub(super) fn name_of(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    match (kind.is_dir(), kind.is_file()) {
        (true, _) => "a folder",
        (_, true) => "a file",
        _ => "a device",
    }
}

/// Names of the plain files in an attempt's folder. Others may lie there, written by a later version.
fn files_in(folder: &Path) -> Result<BTreeSet<String>, DamageReason> {
    let failed = |source| DamageReason::Read { file: "the folder".to_owned(), source };
    let mut names = BTreeSet::new();
    let known = |entry: &DirEntry| entry.file_name().to_string_lossy().into_owned();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_symlink() {
            return Err(DamageReason::Link { what: known(&entry) });
        }
        if kind.is_file() {
            names.insert(known(&entry));
        }
    }
    Ok(names)
}

#[derive(Deserialize)]
struct Versioned {
    schema: u64,
}

/// Reads a record whose schema this program knows.
pub(super) fn read_record<T: DeserializeOwned>(path: &Path, file: &'static str) -> Result<T, DamageReason> {
    let text = read_bounded(path, MAX_RECORD)?;
    let invalid = |source| DamageReason::Json { file, source };
    // A newer record need not have the shape that this version knows, so its version is read by itself. One that begins as we
    // write them has told it; a second version in it is an error of its shape.
    if !text.starts_with(format!("{{\n  \"schema\": {SCHEMA_VERSION},").as_bytes()) {
        let Versioned { schema } = serde_json::from_slice(&text).map_err(invalid)?;
        if schema > u64::from(SCHEMA_VERSION) {
            return Err(DamageReason::Newer { found: schema, known: SCHEMA_VERSION });
        }
    }
    serde_json::from_slice(&text).map_err(invalid)
}

/// Names in a folder, in no order; those that are no text are nobody's. A folder that is not there has none, and what stands
/// in its place neither: [`Store::list`] tells of that.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    match fs::symlink_metadata(folder)
        .and_then(|found| found.is_dir().then(|| fs::read_dir(folder)).transpose())
    {
        Ok(entries) => {
            let entries = entries.into_iter().flatten().flatten();
            Ok(entries.filter_map(|entry| entry.file_name().into_string().ok()).collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(StoreError::Read { path: folder.to_owned(), source }),
    }
}

/// Identifiers that folders in a folder have for names, oldest first.
pub(super) fn ids(folder: &Path) -> Result<Vec<Id>, StoreError> {
    let mut ids: Vec<Id> = names(folder)?.iter().filter_map(|name| name.parse().ok()).collect();
    ids.sort();
    Ok(ids)
}

/// Reads a file up to a bound; over it is an error, not a cut.
pub(super) fn read_bounded(path: &Path, bound: u64) -> Result<Vec<u8>, DamageReason> {
    let name = || path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |source| DamageReason::Read { file: name(), source };
    // Opened, a pipe might never end, and a link might lead out of the folder.
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    if kind.is_symlink() {
        return Err(DamageReason::Link { what: name() });
    }
    if !kind.is_file() {
        return Err(failed(no_file(kind)));
    }
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > bound {
        return Err(DamageReason::TooLarge { file: name(), bytes, bound });
    }
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.take(bound + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > bound {
        return Err(DamageReason::TooLarge { file: name(), bytes: content.len() as u64, bound });
    }
    Ok(content)
}
