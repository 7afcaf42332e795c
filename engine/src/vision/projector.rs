//! The projector: the file beside a model (`mmproj-*.gguf`) with the tower that makes rows of numbers of pictures.

use std::path::Path;
use std::sync::Arc;

use crate::gguf::Gguf;
use crate::model::ModelError;

/// A projector file, open and checked.
#[derive(Debug)]
pub struct Projector {
    gguf: Arc<Gguf>,
}

impl Projector {
    /// Opens a projector file.
    ///
    /// # Errors
    /// When the file can't be read, is no projector for pictures, or not of a kind that the engine knows.
    pub fn open(path: &Path) -> Result<Projector, ModelError> {
        Projector::new(Arc::new(Gguf::open(path)?))
    }

    /// As [`Projector::open`], of an open file.
    ///
    /// # Errors
    /// As [`Projector::open`].
    pub fn new(gguf: Arc<Gguf>) -> Result<Projector, ModelError> {
        let architecture = gguf.require_str("general.architecture")?;
        if architecture != "clip" {
            return Err(ModelError::NoProjectorFile {
                path: gguf.path().to_owned(),
                architecture: architecture.to_owned(),
            });
        }
        let kind = match gguf.str("clip.projector_type")? {
            Some(kind) => kind,
            None => gguf.require_str("clip.vision.projector_type")?,
        };
        Err(ModelError::ProjectorKind { path: gguf.path().to_owned(), kind: kind.to_owned() })
    }

    /// The file that it stands in.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }
}
