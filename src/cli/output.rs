//! What commands write: lines for people, tables, and files that were asked for.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes a line of the answer. Where nobody reads it any more, the command goes on: what it keeps is kept.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// As [`say`], to standard error, made safe to print.
pub(crate) fn say_error(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", super::terminal::printable(line));
}

/// Writes a file whole or not at all: to a temporary name beside it, then one rename.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
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
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Lines of cells under one another, columns as wide as their widest cell.
pub(crate) fn table<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |line: &[String; N]| {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
