//! Reading files that somebody else may have put there: only plain ones, only so much of them.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// The longest file of an attempt that is read at once, in bytes.
pub const KEPT_BYTES: u64 = 64 << 20;

/// Opens a plain file. A link is not followed; a pipe or a device, which might never end, is not opened.
///
/// # Errors
/// When it is no plain file, in words, or can't be opened.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    open_as(path, &std::fs::symlink_metadata(path)?)
}

/// Opens a plain file at the end of whatever links lead to it: where links are usual, and where the user named the file.
///
/// # Errors
/// When it is no plain file, in words, or can't be opened.
pub fn open_followed(path: &Path) -> io::Result<(File, Metadata)> {
    open_as(path, &std::fs::metadata(path)?)
}

fn open_as(path: &Path, what: &Metadata) -> io::Result<(File, Metadata)> {
    if let Some(kind) = fault(what) {
        return Err(io::Error::other(kind));
    }
    let file = File::open(path)?;
    // Between the two looks something else may have taken its place.
    let found = file.metadata()?;
    match fault(&found) {
        Some(kind) => Err(io::Error::other(kind)),
        None => Ok((file, found)),
    }
}

/// Reads a plain file of at most `most` bytes.
///
/// # Errors
/// As [`open`]; when it is longer or can't be read.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_up_to(open(path)?.0, most)
}

/// As [`read`], at the end of whatever links lead to the file.
///
/// # Errors
/// As [`open_followed`]; when it is longer or can't be read.
pub fn read_followed(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_up_to(open_followed(path)?.0, most)
}

/// As [`read_followed`], of text.
///
/// # Errors
/// As [`read_followed`]; when it is no UTF-8.
pub fn text_followed(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read_followed(path, most)?).map_err(|_| io::Error::other("it is no UTF-8 text"))
}

fn read_up_to(file: File, most: u64) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::other(format!("it is longer than {most} bytes"));
    // Looked at first: one of gigabytes that is nearly all holes costs nothing to make.
    if file.metadata()?.len() > most {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_long()) } else { Ok(bytes) }
}

/// The reason why this is no plain file.
fn fault(what: &Metadata) -> Option<&'static str> {
    let kind = what.file_type();
    match (kind.is_file(), kind.is_symlink(), kind.is_dir()) {
        (true, ..) => None,
        (_, true, _) => Some("it is a link, which is not followed"),
        (_, _, true) => Some("it is a folder"),
        _ => Some("it is a pipe or a device, and no file"),
    }
}
