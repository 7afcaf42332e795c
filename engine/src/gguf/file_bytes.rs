//! The bytes of one file: mapped from disk, or in memory.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use super::error::GgufFault;

pub(super) enum FileBytes {
    Map(memmap2::Mmap),
    /// Whole words, so that tensors are as well aligned as in a map.
    Memory {
        words: Vec<u64>,
        len: usize,
    },
}

impl FileBytes {
    pub(super) fn map(path: &Path) -> Result<FileBytes, GgufFault> {
        // A pipe would wait for somebody to write to it, and a device may never end.
        let kind = std::fs::metadata(path).map_err(GgufFault::Open)?.file_type();
        if !kind.is_file() && !kind.is_dir() {
            return Err(GgufFault::Open(std::io::Error::other("it is a pipe or a device, and no file")));
        }
        let file = File::open(path).map_err(GgufFault::Open)?;
        // A folder opens on some systems and only fails at the map, with an error that explains nothing.
        if file.metadata().map_err(GgufFault::Open)?.is_dir() {
            return Err(GgufFault::Open(std::io::ErrorKind::IsADirectory.into()));
        }
        #[expect(unsafe_code, reason = "a model larger than memory can only be read through a map")]
        // SAFETY: the map is private and read-only, and lives as long as every slice taken from it. What the
        // system can't rule out is another process writing to the file: weights would change under the engine
        // (bytes of any value are valid numbers) or, when it is cut, the process ends with a bus error, as in
        // every program that maps its input.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(GgufFault::Map)?;
        Ok(FileBytes::Map(map))
    }

    pub(super) fn memory(bytes: &[u8]) -> FileBytes {
        let mut words = vec![0_u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        FileBytes::Memory { words, len: bytes.len() }
    }

    /// Asks the system to bring these bytes into memory, which goes on by itself.
    #[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix is asked"))]
    pub(super) fn ask_ahead(&self, bytes: Range<usize>) {
        // A refusal changes nothing but the speed.
        #[cfg(unix)]
        if let FileBytes::Map(map) = self {
            let _ = map.advise_range(memmap2::Advice::WillNeed, bytes.start, bytes.len());
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            FileBytes::Map(map) => map,
            FileBytes::Memory { words, len } => &bytemuck::cast_slice(words)[..*len],
        }
    }
}
