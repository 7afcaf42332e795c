//! Errors of building a gallery.

use std::io;
use std::path::PathBuf;

/// The site could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// The folder holds other things.
    #[error(
        "{} is not empty and not a gallery that pelicycle made: name another folder, or empty it",
        path.display()
    )]
    NotAGallery {
        /// The folder.
        path: PathBuf,
    },
    /// A link stands where a file or folder of the gallery belongs.
    #[error(
        "{} is a link, and a gallery is built through none: remove it, or name another folder",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// There is nothing to show, and the gallery that is there would be emptied.
    #[error(
        "no attempts were found, and the gallery in {} shows some: is --results right? --allow-empty empties it",
        path.display()
    )]
    WouldEmpty {
        /// The gallery.
        path: PathBuf,
    },
    /// A page or picture would not be in the gallery: a fault of this program.
    #[error(
        "{path:?} would be written outside of the gallery, which is a fault of pelicycle: please report it"
    )]
    Outside {
        /// Where it would be.
        path: String,
    },
    /// The list of the site's files is broken, so that nothing can be removed safely.
    #[error("{} is not the list of a gallery's files ({why}): delete the gallery's folder and build it anew", path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
        /// The fault, in words.
        why: String,
    },
    /// A file of the site could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file of the site could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The picture for links to a page could not be drawn.
    #[error("{path}, the picture for links to its page, could not be drawn: it is too large for the memory")]
    Poster {
        /// The picture, relative to the site.
        path: String,
    },
    /// The data of a page could not be written as JSON, which is a fault of the program.
    #[error("a page of the gallery could not be put together: {0}")]
    Page(serde_json::Error),
    /// The table of all attempts could not be put together.
    #[error(transparent)]
    Data(#[from] pelicycle_table::TableError),
    /// A template failed, which is a fault of the program.
    #[error("a template of the gallery failed: {0:#}")]
    Template(#[from] minijinja::Error),
}
