//! The hash of a model's files: reading all of a large file takes a while, so that goes on beside the first requests.

use std::fs::File;
use std::path::PathBuf;
use std::thread::JoinHandle;

/// Hex BLAKE3 of some files' bytes, one after another.
#[derive(Debug)]
pub(crate) enum FileHash {
    Running(JoinHandle<std::io::Result<String>>),
    Known(Result<String, String>),
}

impl FileHash {
    /// Begins to compute it; computes it at once where the system starts no thread. `name` is for people.
    pub(crate) fn of(files: Vec<PathBuf>, name: &str) -> FileHash {
        let again = files.clone();
        match std::thread::Builder::new().name("hash".to_owned()).spawn(move || hash_of(&files)) {
            Ok(thread) => FileHash::Running(thread),
            Err(_) => FileHash::Known(hash_of(&again).map_err(|error| unread(name, &error))),
        }
    }

    /// Of bytes that are at hand.
    pub(crate) fn of_bytes(bytes: &[u8]) -> FileHash {
        FileHash::Known(Ok(blake3::hash(bytes).to_hex().to_string()))
    }

    /// The hash, once it is computed.
    ///
    /// # Errors
    /// When the files could not be read.
    pub(crate) fn known(&mut self, name: &str) -> Result<String, String> {
        if let FileHash::Running(_) = self {
            let running = std::mem::replace(self, FileHash::Known(Err(String::new())));
            if let FileHash::Running(thread) = running {
                *self = FileHash::Known(match thread.join() {
                    Ok(read) => read.map_err(|error| unread(name, &error)),
                    Err(_) => Err(format!("reading {name} failed")),
                });
            }
        }
        match self {
            FileHash::Known(known) => known.clone(),
            FileHash::Running(_) => Err(format!("the hash of {name} is not known")),
        }
    }
}

fn unread(file: &str, error: &std::io::Error) -> String {
    format!("can't read {file} to its end: {error}")
}

fn hash_of(files: &[PathBuf]) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update_reader(File::open(file)?)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}
