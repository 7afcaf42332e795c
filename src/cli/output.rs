//! Files that a command writes because it was asked to.

use std::io::{self, Write as _};
use std::path::Path;

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
