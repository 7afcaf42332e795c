//! The file that grows while it is fetched. It is written and hashed on a thread of its own, in order.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use bytes::Bytes;
use pelicycle_text::plain_file;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::checksum::{Checksum, ChecksumHasher};

/// The number of chunks that may wait for the disk.
const WAITING: usize = 64;

/// The bytes that are read at once of what is there.
const BUFFER: usize = 1 << 20;

/// The beginning of a file, growing.
#[derive(Debug)]
pub(super) struct PartialFile {
    chunks: Option<Sender<Bytes>>,
    writer: Option<JoinHandle<io::Result<(ChecksumHasher, u64)>>>,
    from: u64,
    /// Whether nobody wants the sum any more.
    abandoned: Arc<AtomicBool>,
}

impl PartialFile {
    /// Opens what is there of a file of `bytes` bytes, or begins it.
    pub(super) fn open(path: &Path, sum: &Checksum, bytes: u64) -> io::Result<PartialFile> {
        // What is there is a beginning of the file, or is not ours to write to.
        match plain_file::open(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = File::options().create(true).read(true).append(true).open(path)?;
        if file.metadata()?.len() > bytes {
            file.set_len(0)?;
        }
        let from = file.metadata()?.len();
        let (chunks, incoming) = channel(WAITING);
        let hasher = sum.hasher(bytes);
        let abandoned = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&abandoned);
        let writer = std::thread::Builder::new()
            .name("download".to_owned())
            .spawn(move || write(file, hasher, from, incoming, &flag))?;
        Ok(PartialFile { chunks: Some(chunks), writer: Some(writer), from, abandoned })
    }

    /// The bytes that were there.
    pub(super) fn from(&self) -> u64 {
        self.from
    }

    /// Adds what came next. An error of writing shows in [`PartialFile::finish`].
    pub(super) async fn add(&self, chunk: Bytes) -> bool {
        match &self.chunks {
            Some(chunks) => chunks.send(chunk).await.is_ok(),
            None => false,
        }
    }

    /// Waits until all is written: the sum of the whole file, and its length.
    pub(super) async fn finish(mut self) -> io::Result<(Checksum, u64)> {
        self.chunks = None;
        let Some(writer) = self.writer.take() else { return Err(died()) };
        // Joining waits for the disk, at most for what is in the channel and the hash of what was there.
        let (hasher, bytes) = tokio::task::spawn_blocking(move || writer.join())
            .await
            .map_err(|_| died())?
            .map_err(|_| died())??;
        Ok((hasher.finish(), bytes))
    }
}

/// Bytes that came in order are written, also when the download is dropped.
impl Drop for PartialFile {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::Relaxed);
        self.chunks = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn died() -> io::Error {
    io::Error::other("the writing thread ended early")
}

fn write(
    mut file: File,
    mut hasher: ChecksumHasher,
    from: u64,
    mut chunks: Receiver<Bytes>,
    abandoned: &AtomicBool,
) -> io::Result<(ChecksumHasher, u64)> {
    let mut left = from;
    let mut buffer = vec![0; BUFFER];
    while left > 0 {
        if abandoned.load(Ordering::Relaxed) {
            // What is waiting is still worth keeping.
            break;
        }
        let most = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
        let read = file.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::other("the file became shorter while it was read"));
        }
        hasher.update(&buffer[..read]);
        left -= read as u64;
    }
    let mut bytes = from;
    while let Some(chunk) = chunks.blocking_recv() {
        file.write_all(&chunk)?;
        hasher.update(&chunk);
        bytes += chunk.len() as u64;
    }
    file.sync_all()?;
    Ok((hasher, bytes))
}
