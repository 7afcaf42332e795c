//! The hash of a model's files: reading all of a large file takes a while, so that goes on beside the first requests, from
//! their first token on. What the processor does before that somebody waits for.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

/// Hex BLAKE3 of some files' bytes, one after another.
#[derive(Debug)]
pub(crate) enum FileHash {
    Running(HashStart, JoinHandle<std::io::Result<String>>),
    Known(Result<String, String>),
}

/// Lets a hash be computed from now on.
#[derive(Debug, Clone)]
pub(crate) struct HashStart(Sender<()>);

impl HashStart {
    /// Begins, unless that was done.
    pub(crate) fn begin(&self) {
        // Whoever has begun listens no longer.
        let _ = self.0.send(());
    }
}

impl FileHash {
    /// Computes it from its start on, or at once where the system starts no thread. The files are opened now: another that
    /// takes the place of one of them later is not the one that the model answers from. `name` is for people.
    pub(crate) fn of(files: &[PathBuf], name: &str) -> FileHash {
        let open = || files.iter().map(File::open).collect::<std::io::Result<Vec<File>>>();
        let (opened, again) = match open().and_then(|opened| Ok((opened, open()?))) {
            Ok(files) => files,
            Err(error) => return FileHash::Known(Err(unread(name, &error))),
        };
        let (start, started) = channel();
        let computed = move || {
            if started.recv().is_err() {
                return Err(std::io::Error::other("nobody wants to know its hash"));
            }
            drop(started);
            hash_of(opened)
        };
        match std::thread::Builder::new().name("hash".to_owned()).spawn(computed) {
            Ok(thread) => FileHash::Running(HashStart(start), thread),
            Err(_) => FileHash::Known(hash_of(again).map_err(|error| unread(name, &error))),
        }
    }

    /// Of bytes that are at hand.
    pub(crate) fn of_bytes(bytes: &[u8]) -> FileHash {
        FileHash::Known(Ok(blake3::hash(bytes).to_hex().to_string()))
    }

    /// What lets it begin, while it is not known.
    pub(crate) fn start(&self) -> Option<HashStart> {
        match self {
            FileHash::Running(start, _) => Some(start.clone()),
            FileHash::Known(_) => None,
        }
    }

    /// The hash, once it is computed.
    ///
    /// # Errors
    /// When the files could not be read.
    pub(crate) fn known(&mut self, name: &str) -> Result<String, String> {
        if let FileHash::Running(start, _) = self {
            start.begin();
            let running = std::mem::replace(self, FileHash::Known(Err(String::new())));
            if let FileHash::Running(_, thread) = running {
                *self = FileHash::Known(match thread.join() {
                    Ok(read) => read.map_err(|error| unread(name, &error)),
                    Err(_) => Err(format!("reading {name} failed")),
                });
            }
        }
        match self {
            FileHash::Known(known) => known.clone(),
            FileHash::Running(..) => Err(format!("the hash of {name} is not known")),
        }
    }
}

fn unread(file: &str, error: &std::io::Error) -> String {
    format!("can't read {file} to its end: {error}")
}

fn hash_of(files: Vec<File>) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update_reader(file)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_before_the_start_and_whoever_asks_starts_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        for begins in [true, false] {
            std::fs::write(&path, b"before").unwrap();
            let mut hash = FileHash::of(std::slice::from_ref(&path), "model.gguf");
            std::fs::write(&path, b"after").unwrap();
            // The file that another takes the place of is the one that was opened.
            std::fs::write(folder.path().join("other"), b"other").unwrap();
            std::fs::rename(folder.path().join("other"), &path).unwrap();
            let start = hash.start().unwrap();
            if begins {
                start.begin();
                start.begin();
            }
            assert_eq!(hash.known("model.gguf"), Ok(blake3::hash(b"after").to_hex().to_string()));
            assert!(hash.start().is_none());
            start.begin();
        }
    }
}
