//! What commands write: lines for people, tables, and files that were asked for.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use pelicycle_store::{DamagedRecord, Store};

/// Writes a line of the answer. Where nobody reads it any more, the command goes on: what it keeps is kept.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// As [`say`], to standard error, made safe to print.
pub(crate) fn say_error(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", super::terminal::printable(line));
}

/// Tells of records that could not be used and are passed over.
pub(crate) fn say_damaged(store: &Store, damaged: &[DamagedRecord]) {
    for damaged in damaged {
        let place = store.root().join(&damaged.path);
        say_error(&format!("skipped {}: {}", place.display(), damaged.reason));
    }
}

/// Writes a file whole or not at all: to a temporary name beside it, then one rename.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_by(path, |file| file.write_all(bytes))
}

/// As [`write_whole`], for what is written piece by piece.
pub(crate) fn write_whole_by<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pelicycle-").suffix(".tmp");
    #[cfg(unix)]
    {
        // A temporary file is private; one that was asked for by name is as the user's mask has it.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.persist(path).map_err(io::Error::from)?;
    Ok(())
}

/// Plain data as JSON for a person or a program.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(super::terminal::printable_json(&serde_json::to_string_pretty(value)?) + "\n")
}

/// Writes an answer to standard output, or whole or not at all into a file, whose path is told.
pub(crate) fn write(words: &str, out: Option<&Path>) -> anyhow::Result<()> {
    match out {
        None => say(words.trim_end_matches('\n')),
        Some(path) => {
            write_whole(path, words.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
            say_error(&path.display().to_string());
        }
    }
    Ok(())
}
