//! Errors of the folder, and damage of one record in it.

use std::io;
use std::path::PathBuf;

/// The reason why the store could not do what it was asked.
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
        /// The path that was read.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Writing failed; nothing of the record is there.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The path that was written.
        path: PathBuf,
        /// The system's error.
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
        /// The difference.
        why: String,
    },
    /// Another process works on the run.
    #[error("run {run} is under way in another process; let that one finish, or end it, and resume then")]
    RunTaken {
        /// The run.
        run: String,
    },
    /// No run of this identifier.
    #[error("no run {id} in {}{hint}", root.display())]
    UnknownRun {
        /// The identifier as asked for.
        id: String,
        /// The results folder.
        root: PathBuf,
        /// The runs that are there instead, as the end of the sentence.
        hint: String,
    },
    /// A record that cannot be used.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The record's folder.
        path: PathBuf,
        /// The fault.
        reason: DamageReason,
    },
}

/// A place in the results that holds no usable record.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct DamagedRecord {
    /// The place, relative to the results folder.
    pub path: PathBuf,
    /// The fault.
    pub reason: DamageReason,
}

/// The fault of a record.
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
        /// The parser's error, with its place.
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
        /// The system's error.
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
        /// The record's word.
        found: String,
        /// The folder's word.
        folder: String,
    },
    /// The prompt's or a kept text's hash is another than the record's.
    #[error("{what} is not what was recorded: its hash differs")]
    Hash {
        /// The text, in words.
        what: String,
    },
    /// A kept text's length is another than the record's.
    #[error("{file} is {found} bytes long, {recorded} were recorded")]
    Length {
        /// The file.
        file: String,
        /// Its length.
        found: u64,
        /// The length in the record.
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
        /// The file or folder, in words.
        what: String,
    },
    /// A folder where an attempt is expected, under a name that is none.
    #[error("its name is not {expected}")]
    Name {
        /// The kind of name that was expected.
        expected: &'static str,
    },
}
