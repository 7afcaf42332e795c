//! The output of commands: lines for people, tables, and files that were asked for.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use anyhow::Context as _;
use pelicycle_store::{DamagedRecord, Store};
use pelicycle_text::plural;

use super::terminal::{columns, error_columns, fitted, printable};

/// The reason why a line of the answer was lost, the first time.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Writes a line of the answer. Where nobody reads it any more, the command goes on: what it keeps is kept.
pub(crate) fn say(line: &str) {
    remember(writeln!(io::stdout().lock(), "{line}"));
}

/// Remembers that a part of the answer was lost, unless nobody reads it any more.
pub(crate) fn remember(written: io::Result<()>) {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => drop(LOST.set(error)),
        _ => {}
    }
}

/// The end of a command of which all went well but its words, where these were lost: on a full disk, not because nobody
/// reads them.
pub(crate) fn lost_words() -> Option<anyhow::Error> {
    let error = LOST.get()?;
    // An error of the system's can't be copied; its kind and number are all that is in it.
    let error = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
    Some(anyhow::Error::from(error).context("the answer could not be written to standard output"))
}

/// As [`say`], to standard error, made safe to print; on a terminal cut between words.
pub(crate) fn say_error(line: &str) {
    let line = printable(line);
    let mut stderr = io::stderr().lock();
    match error_columns() {
        Some(columns) => fitted(&line, columns, 2).iter().for_each(|line| drop(writeln!(stderr, "{line}"))),
        None => drop(writeln!(stderr, "{line}")),
    }
}

/// As [`say`] for sentences, which are cut between words on a terminal.
pub(crate) fn say_words(line: &str) {
    let line = printable(line);
    say_set_in(&line, 2);
}

/// As [`say`] for the lines of a table.
pub(crate) fn say_table(lines: &[String]) {
    lines.iter().for_each(|line| say_set_in(line, 4));
}

/// As [`say`], cut between words on a terminal, with what follows set in by so many columns.
pub(crate) fn say_set_in(line: &str, indent: usize) {
    match io::stdout().is_terminal() {
        true => fitted(line, columns(true), indent).iter().for_each(|line| say(line)),
        false => say(line),
    }
}

/// `12 attempts`, and `, 8 looks` where there are any: first attempts are counted apart from looks at them.
pub(crate) fn attempts_and_looks(first: usize, looks: usize) -> String {
    let first = plural(first as u64, "attempt");
    if looks == 0 { first } else { format!("{first}, {}", plural(looks as u64, "look")) }
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
    let mut file = beside(path, FileAccess::All)?;
    write(file.as_file_mut())?;
    file.persist(path).map_err(io::Error::from)?;
    Ok(())
}

/// As [`write_whole`], where nothing is yet; an error of the kind `AlreadyExists` where something is by now.
pub(crate) fn write_new(path: &Path, bytes: &[u8], access: FileAccess) -> io::Result<()> {
    let mut file = beside(path, access)?;
    file.write_all(bytes)?;
    file.persist_noclobber(path).map_err(io::Error::from)?;
    Ok(())
}

/// The access to a file: who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// Whoever the user's mask lets.
    All,
    /// The user.
    Own,
}

/// A file that will take the place of `path`.
fn beside(path: &Path, access: FileAccess) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pelicycle-").suffix(".tmp");
    #[cfg(unix)]
    if access == FileAccess::All {
        // A temporary file is private; one that was asked for by name is as the user's mask has it.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|error| match std::fs::metadata(folder) {
        Err(missing) => missing,
        // Its words name the temporary file, which nobody has heard of.
        Ok(_) if error.kind() == io::ErrorKind::PermissionDenied => io::ErrorKind::PermissionDenied.into(),
        Ok(_) => error,
    })
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
