//! What can go wrong with the folder, and what can be wrong with one record in it.

use std::io;
use std::path::PathBuf;

/// The store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The results' name is taken by something else.
    #[error("{} is not a folder: name another with --results", path.display())]
    NotAFolder {
        /// The name.
        path: PathBuf,
    },
    /// Reading failed.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Writing failed; nothing of the record is there.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// What was written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The record's place is taken; what is there stays as it is.
    #[error("{} is there already, and a record is never overwritten", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The record and its files do not fit together, so it was not written.
    #[error("the record {id} does not fit its files: {why}")]
    Inconsistent {
        /// The record's identifier.
        id: String,
        /// How not.
        why: String,
    },
    /// No run of this identifier.
    #[error("no run {id} in {}{hint}", root.display())]
    UnknownRun {
        /// The identifier as asked for.
        id: String,
        /// The results folder.
        root: PathBuf,
        /// What is there instead, as the end of the sentence.
        hint: String,
    },
    /// A record that cannot be used.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The record's folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: DamageReason,
    },
}

/// A place in the results that holds no usable record.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Damaged {
    /// The place, relative to the results folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: DamageReason,
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum DamageReason {
    /// A later version of the program wrote it.
    #[error("its schema is {found}, this version reads up to {known}: use a newer pelicycle")]
    Newer {
        /// The record's schema.
        found: u64,
        /// The newest that this program knows.
        known: u32,
    },
    /// The record is no JSON of the known shape.
    #[error("{file} is not a record: {source}")]
    Json {
        /// The file.
        file: &'static str,
        /// Where and why not.
        source: serde_json::Error,
    },
    /// A file that the record speaks of is not there.
    #[error("{file} is missing")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why not.
        source: io::Error,
    },
    /// A file is over its bound.
    #[error("{file} is {bytes} bytes long, the bound is {bound}")]
    TooLarge {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
        /// The most that is read.
        bound: u64,
    },
    /// The requests beside a batch's record are not those of its samples.
    #[error("its requests.jsonl has {found} requests, and the record {cells} samples")]
    Requests {
        /// Lines of the file.
        found: usize,
        /// Samples of the record.
        cells: usize,
    },
    /// The record says that it belongs elsewhere.
    #[error("its {what} is {found:?}, its folder says {folder:?}")]
    Misplaced {
        /// `id`, `prompt` or `contestant`.
        what: &'static str,
        /// What the record says.
        found: String,
        /// What the folder says.
        folder: String,
    },
    /// The prompt's or a kept text's hash is another than the record's.
    #[error("{what} is not what was recorded: its hash differs")]
    Hash {
        /// Which text.
        what: String,
    },
    /// A kept text's length is another than the record's.
    #[error("{file} is {found} bytes long, {recorded} were recorded")]
    Length {
        /// The file.
        file: String,
        /// Its length.
        found: u64,
        /// The record's.
        recorded: u64,
    },
    /// The drawing is not the stretch of the reply that the record names.
    #[error("{file} is not the part of the reply that was chosen")]
    NotInReply {
        /// The file.
        file: String,
    },
    /// Not a plain file or folder.
    #[error("{what} is a symbolic link, and links are not followed")]
    Link {
        /// What it is.
        what: String,
    },
    /// A folder where an attempt is expected, under a name that is none.
    #[error("its name is not {expected}")]
    Name {
        /// What was expected.
        expected: &'static str,
    },
}
