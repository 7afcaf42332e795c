//! The places where a file has nothing but zeros: found at a sample of places, and where the file system says that nothing
//! was ever written. A pass over all weights would take as long as reading the file.

use std::fs::File;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::file::Gguf;
use super::tensor::TensorInfo;

/// Bytes that are looked at in one place.
const PROBE: usize = 512;
/// Bytes from one place to the next, where a file is small enough: every page is met.
const STEP: usize = 2048;
/// Places that are looked at in a file, but for one more a tensor.
const PROBES: usize = 4096;
/// The time after which the look ends, where each place has to be fetched from a slow disk: it must not cost more than it is
/// worth.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
/// Runs of zeros that the file system is asked for.
const HOLES: usize = 1024;

/// Zeros in a tensor that begin and end with it or between other bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZeroRun {
    /// The tensor's place among all.
    pub(crate) tensor: usize,
    /// The range in its bytes.
    pub(crate) bytes: Range<usize>,
}

impl Gguf {
    /// Long runs of zeros in these tensors, by their places among all: at most one for each place that was looked at.
    pub(crate) fn zero_runs(&self, tensors: &[usize]) -> Vec<ZeroRun> {
        let all: usize = tensors.iter().map(|&tensor| self.tensors()[tensor].byte_len()).sum();
        let step = STEP.max(all / PROBES);
        let files: Vec<Option<File>> = self.paths().map(|path| File::open(path).ok()).collect();
        let holes: Vec<Vec<Range<usize>>> =
            files.iter().map(|file| file.as_ref().map(unwritten).unwrap_or_default()).collect();
        let mut runs = Vec::new();
        let begun = Instant::now();
        for &tensor in tensors {
            let info = &self.tensors()[tensor];
            let (file, range) = (&files[info.part], &info.range);
            let len = range.len();
            // The middle, where a tensor is too small for a step.
            let evenly = (0..len.saturating_sub(PROBE - 1)).step_by(step);
            let middle = Some((len / 2).min(len.saturating_sub(PROBE))).filter(|_| len < step);
            let sampled = middle
                .into_iter()
                .chain(evenly)
                .take_while(|_| begun.elapsed() < LONG_ENOUGH)
                .filter(|&at| self.is_zero(info, file.as_ref(), at..len.min(at + PROBE)));
            let unwritten = holes[info.part]
                .iter()
                .filter(|hole| hole.start < range.end && hole.end > range.start)
                .map(|hole| hole.start.max(range.start) - range.start);
            let mut places: Vec<usize> = sampled.chain(unwritten).collect();
            places.sort_unstable();
            for at in places {
                let known =
                    runs.last().is_some_and(|run: &ZeroRun| run.tensor == tensor && run.bytes.contains(&at));
                if !known && let Some(bytes) = run_around(self.bytes(info), at) {
                    runs.push(ZeroRun { tensor, bytes });
                }
            }
        }
        runs
    }

    /// Whether these bytes of a tensor are zeros. They are read from the file, not from the map: a map would fetch
    /// megabytes around each place from the disk.
    fn is_zero(&self, info: &TensorInfo, file: Option<&File>, bytes: Range<usize>) -> bool {
        let mut read = [0xff; PROBE];
        let read = &mut read[..bytes.len()];
        match file.map(|file| read_at(file, read, (info.range.start + bytes.start) as u64)) {
            Some(Ok(())) => read.iter().all(|&byte| byte == 0),
            _ => self.bytes(info)[bytes].iter().all(|&byte| byte == 0),
        }
    }
}

/// The zeros around a place; `None` where there are none.
fn run_around(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let begin = bytes[..at].iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let end = bytes[at..].iter().position(|&byte| byte != 0).map_or(bytes.len(), |len| at + len);
    (end > at).then_some(begin..end)
}

#[cfg(unix)]
fn read_at(file: &File, to: &mut [u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, to, at)
}

#[cfg(windows)]
fn read_at(file: &File, to: &mut [u8], at: u64) -> std::io::Result<()> {
    match std::os::windows::fs::FileExt::seek_read(file, to, at)? {
        len if len == to.len() => Ok(()),
        _ => Err(std::io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The ranges that the file system keeps no bytes for.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn unwritten(file: &File) -> Vec<Range<usize>> {
    use rustix::fs::{SeekFrom, seek};
    let Ok(len) = file.metadata().map(|metadata| metadata.len()) else { return Vec::new() };
    let mut holes = Vec::new();
    let mut at = 0;
    while at < len && holes.len() < HOLES {
        let Ok(begin) = seek(file, SeekFrom::Hole(at)) else { break };
        // There are no more data behind the last hole.
        let end = seek(file, SeekFrom::Data(begin)).unwrap_or(len);
        if begin < end {
            holes.push(begin as usize..end as usize);
        }
        // A file that changes meanwhile may be told of otherwise each time.
        if end <= at {
            break;
        }
        at = end;
    }
    holes
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn unwritten(_: &File) -> Vec<Range<usize>> {
    Vec::new()
}
