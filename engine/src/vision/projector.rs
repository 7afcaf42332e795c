//! The projector: the file beside a model (`mmproj-*.gguf`) with the tower that makes rows of numbers of pictures.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::encoding::PictureProgress;
use super::forget::forget;
use super::limits::{MAX_PATCHES, PictureLimits};
use super::picture::{Picture, PictureError};
use super::picture_size::picture_size;
use super::resize::resized;
use super::tower::VisionTower;
use super::tower_config::kind_of;
use super::tower_kind::{PictureMarks, PictureSizing, TowerKind};
use crate::gguf::Gguf;
use crate::model::{ConfigKeys, Model, ModelConfig, ModelError, PictureRows};

/// Bytes of pictures and their rows that are kept for questions to come: some tens of pictures.
const KEPT_BYTES: usize = 256 << 20;

/// A projector file, open and checked.
#[derive(Debug)]
pub struct Projector {
    gguf: Arc<Gguf>,
    tower: VisionTower,
    limits: PictureLimits,
    /// The rows of the pictures shown last, the latest first.
    kept: Mutex<VecDeque<(Picture, Arc<PictureRows>)>>,
    encoded: AtomicUsize,
}

impl Projector {
    /// Opens a projector file, for pictures within these limits.
    ///
    /// # Errors
    /// When the file can't be read, is no projector for pictures, not of a kind that the engine knows, or not whole.
    pub fn open(path: &Path, limits: PictureLimits) -> Result<Projector, ModelError> {
        Projector::new(Arc::new(Gguf::open(path)?), limits)
    }

    /// As [`Projector::open`], of an open file.
    ///
    /// # Errors
    /// As [`Projector::open`].
    pub fn new(gguf: Arc<Gguf>, limits: PictureLimits) -> Result<Projector, ModelError> {
        let tower = VisionTower::read(&gguf, kind_of(&gguf)?)?;
        Ok(Projector { gguf, tower, limits, kept: Mutex::default(), encoded: AtomicUsize::new(0) })
    }

    /// The file that it stands in.
    pub fn gguf(&self) -> &Arc<Gguf> {
        &self.gguf
    }

    /// Its kind, as the file names it.
    pub fn kind(&self) -> &'static str {
        self.tower.kind().name
    }

    /// The limits of the pictures that it is given.
    pub fn limits(&self) -> &PictureLimits {
        &self.limits
    }

    pub(crate) fn marks(&self) -> &'static PictureMarks {
        &self.tower.kind().marks
    }

    /// The pictures that it has encoded since it was opened: each that it remembers is encoded once, whoever asks about it.
    pub fn encoded(&self) -> usize {
        self.encoded.load(Ordering::Relaxed)
    }

    /// Checks that it was made for a model.
    ///
    /// # Errors
    /// When the model is of another family or width, or its file does not say how it reads pictures.
    pub fn check_model(&self, model: &Model) -> Result<(), ModelError> {
        self.check_config(model.config())
    }

    /// As [`Projector::check_model`], of a model's file whose metadata was read.
    ///
    /// # Errors
    /// As [`Projector::check_model`], and when the model's own metadata can't be used.
    pub fn check_file(&self, model: &Arc<Gguf>) -> Result<(), ModelError> {
        self.check_config(&Model::config_of(model)?)
    }

    /// Whether a projector's file was made for pictures and for models of the family and width of this one, by the metadata
    /// of both: no tensor is looked at, nor whether there are any. A width that the projector's file does not tell is no other.
    ///
    /// # Errors
    /// When the model's own metadata can't be used, or the projector's kind is not known.
    pub fn goes_with(projector: &Gguf, model: &Arc<Gguf>) -> Result<bool, ModelError> {
        let config = Model::config_of(model)?;
        let kind = match kind_of(projector) {
            Ok(kind) => kind,
            // It may hear.
            Err(ModelError::Value { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let keys = ConfigKeys { gguf: projector, architecture: "clip" };
        // Whoever opens it is told what is wrong with it.
        let projection = keys.require("vision.projection_dim").unwrap_or(config.width);
        Ok(check_pair(projector, kind, projection, &config.architecture, config.width).is_ok())
    }

    fn check_config(&self, config: &ModelConfig) -> Result<(), ModelError> {
        let projection = self.tower.config().projection;
        check_pair(&self.gguf, self.tower.kind(), projection, &config.architecture, config.width)?;
        let fail = |why| Err(unpaired(&self.gguf, why));
        let (made, taken) = (self.tower.deepstack_layers(), config.deepstack_layers);
        if made != taken {
            return fail(format!("it makes rows for {made} layers, and the model takes them in {taken}"));
        }
        if taken > config.layers {
            return fail(format!("the model has fewer than {taken} layers"));
        }
        if config.declares_axes() && !config.has_axes() {
            let key = format!("{}.rope.dimension_sections", config.architecture);
            return fail(format!("the model's file does not say where pictures stand ({key})"));
        }
        Ok(())
    }

    /// A picture in the size in which it is shown.
    ///
    /// # Errors
    /// When the family's rules refuse pictures of its shape.
    pub fn resized(&self, picture: &Picture) -> Result<Picture, PictureError> {
        let (width, height) = self.size(picture)?;
        Ok(resized(picture, width, height, self.tower.kind().filter))
    }

    /// The tokens of a line, and the lines, that a picture becomes.
    ///
    /// # Errors
    /// When the family's rules refuse pictures of its shape.
    pub fn token_grid(&self, picture: &Picture) -> Result<(usize, usize), PictureError> {
        let (width, height) = self.size(picture)?;
        let side = self.tower.config().patch * self.tower.config().merge;
        Ok((width / side, height / side))
    }

    fn size(&self, picture: &Picture) -> Result<(usize, usize), PictureError> {
        let (kind, config) = (self.tower.kind(), self.tower.config());
        let size = picture_size(kind.sizing, config, &self.limits, picture)?;
        self.check_length(picture, size)
    }

    fn check_length(&self, picture: &Picture, size: (usize, usize)) -> Result<(usize, usize), PictureError> {
        if size.0.max(size.1) / self.tower.config().patch > self.tower.longest() {
            let rule = "its projector has no places for so many patches in a row";
            return Err(PictureError::Thin { width: picture.width(), height: picture.height(), rule });
        }
        Ok(size)
    }

    /// The rows that stand for a picture, on the threads and in the arithmetic of a model.
    ///
    /// # Errors
    /// When the family's rules refuse pictures of its shape.
    pub fn encode(&self, model: &Model, picture: &Picture) -> Result<PictureRows, PictureError> {
        let rows = self.encode_watching(model, picture, |_| ControlFlow::Continue(()))?;
        Ok(rows.expect("nobody broke it off"))
    }

    /// As [`Projector::encode`]; `watch` is told many times a layer how far it is, and ends it by breaking: there are no rows
    /// then.
    ///
    /// # Errors
    /// As [`Projector::encode`].
    pub fn encode_watching(
        &self,
        model: &Model,
        picture: &Picture,
        mut watch: impl FnMut(PictureProgress) -> ControlFlow<()>,
    ) -> Result<Option<PictureRows>, PictureError> {
        let rows = self.tower.encode(&model.context, &self.resized(picture)?, &mut watch);
        self.encoded.fetch_add(usize::from(rows.is_some()), Ordering::Relaxed);
        Ok(rows)
    }

    /// As [`Projector::encode`], of a picture that has its final size already.
    ///
    /// # Errors
    /// When its sides are no whole tokens.
    pub fn encode_as_it_is(&self, model: &Model, picture: &Picture) -> Result<PictureRows, PictureError> {
        let side = self.tower.config().patch * self.tower.config().merge;
        let (width, height) = (picture.width(), picture.height());
        let whole = [width, height].iter().all(|&n| (n as usize).is_multiple_of(side));
        if !whole {
            return Err(PictureError::Thin { width, height, rule: "its sides are no whole tokens" });
        }
        let config = self.tower.config();
        let only = matches!(self.tower.kind().sizing, PictureSizing::Square).then_some(config.image_size);
        if only.is_some_and(|side| (width as usize, height as usize) != (side, side)) {
            let rule = "its projector takes pictures of one size";
            return Err(PictureError::Thin { width, height, rule });
        }
        let (columns, rows) = (width as usize / config.patch, height as usize / config.patch);
        if columns * rows > MAX_PATCHES {
            let rule = "it has more than 65536 patches";
            return Err(PictureError::Thin { width, height, rule });
        }
        self.check_length(picture, (width as usize, height as usize))?;
        let rows = self.tower.encode(&model.context, picture, &mut |_| ControlFlow::Continue(()));
        Ok(rows.expect("nobody broke it off"))
    }

    /// As [`Projector::encode_watching`], of a picture that was found to fit, computed once for all questions about it.
    pub(crate) fn rows(
        &self,
        model: &Model,
        picture: &Picture,
        watch: impl FnMut(PictureProgress) -> ControlFlow<()>,
    ) -> Option<Arc<PictureRows>> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = lock();
            if let Some(at) = kept.iter().position(|(known, _)| known == picture) {
                let found = kept.remove(at).expect("it was found there");
                let rows = Arc::clone(&found.1);
                kept.push_front(found);
                return Some(rows);
            }
        }
        let rows = self.encode_watching(model, picture, watch).expect("its size was checked when it came in");
        let rows = Arc::new(rows?);
        let mut kept = lock();
        kept.push_front((picture.clone(), Arc::clone(&rows)));
        forget(&mut kept, KEPT_BYTES, |picture| picture.rgb().len(), |rows| rows.bytes());
        Some(rows)
    }
}

fn unpaired(projector: &Gguf, why: String) -> ModelError {
    ModelError::Unpaired { path: projector.path().to_owned(), why }
}

/// Checks that a projector goes with models of this family and width.
fn check_pair(
    projector: &Gguf,
    kind: &TowerKind,
    projection: usize,
    architecture: &str,
    width: usize,
) -> Result<(), ModelError> {
    if !kind.models.contains(&architecture) {
        let (name, models) = (kind.name, kind.models.join(", "));
        return Err(unpaired(
            projector,
            format!("{name} goes with {models}, and the model is {architecture}"),
        ));
    }
    if projection != width {
        let why = format!("its rows are {projection} numbers wide, and the model is {width}");
        return Err(unpaired(projector, why));
    }
    Ok(())
}
