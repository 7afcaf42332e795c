//! Opening a database that is not ours, wherever it lies.

use std::ffi::OsString;
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use pelicycle_text::plain_file;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

/// Longest value that is read from the database: no reply that is ever checked is longer.
const MAX_VALUE: i32 = 64 << 20;

const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// A database that is open for reading.
#[derive(Debug)]
pub(super) struct OpenDatabase {
    database: Connection,
    /// The folder of its copy, where it had to be copied.
    _copy: Option<TempDir>,
}

impl Deref for OpenDatabase {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.database
    }
}

impl OpenDatabase {
    /// Opens a database. It is not written to.
    pub(super) fn open(path: &Path) -> Result<OpenDatabase, rusqlite::Error> {
        match Connection::open_with_flags(path, READ_ONLY).and_then(settled) {
            Ok(database) => Ok(OpenDatabase { database, _copy: None }),
            Err(error) if is_locked_out(&error) => OpenDatabase::from_outside(path).map_err(|_| error),
            Err(error) => Err(error),
        }
    }

    /// Opens a database in WAL mode, which wants files beside it, from a folder that takes none. What the program that
    /// wrote it has not moved from the log to the database yet is read too: then both are copied to where they can be.
    fn from_outside(path: &Path) -> Result<OpenDatabase, OutsideError> {
        let log = beside(path, "-wal");
        if !std::fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
            let uri = immutable(path);
            let flags = READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let database = Connection::open_with_flags(uri, flags).and_then(settled)?;
            return Ok(OpenDatabase { database, _copy: None });
        }
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("logs.db");
        for (from, to) in [(path, copy.clone()), (&log, beside(&copy, "-wal"))] {
            io::copy(&mut plain_file::open_followed(from)?.0, &mut std::fs::File::create_new(to)?)?;
        }
        let database = Connection::open_with_flags(&copy, READ_ONLY).and_then(settled)?;
        Ok(OpenDatabase { database, _copy: Some(folder) })
    }
}

/// The reason why a database could not be opened in another way; the first failure is what is told.
#[derive(Debug, thiserror::Error)]
enum OutsideError {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Copy(#[from] io::Error),
}

/// Sets the bounds of a connection.
fn settled(database: Connection) -> Result<Connection, rusqlite::Error> {
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    database.pragma_update(None, "trusted_schema", false)?;
    // SQLite opens nothing before it is asked something.
    database.query_row("select count(*) from sqlite_master", [], |_| Ok(()))?;
    Ok(database)
}

fn is_locked_out(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

/// The file that SQLite keeps beside a database.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    PathBuf::from(name)
}

/// The address of a database that nobody writes to.
fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_in_the_log_is_read_from_a_folder_that_takes_no_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a % b.db");
        // Its program still runs, or was killed: nothing was moved to the database.
        let writer = Connection::open(&path).unwrap();
        writer
            .execute_batch(
                "pragma journal_mode = wal; create table responses (id); insert into responses values (7)",
            )
            .unwrap();
        let read = |database: OpenDatabase| -> i64 {
            database.query_row("select id from responses", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(read(OpenDatabase::from_outside(&path).unwrap()), 7);
        drop(writer);
        assert!(!beside(&path, "-wal").exists());
        assert_eq!(read(OpenDatabase::from_outside(&path).unwrap()), 7);
    }
}
