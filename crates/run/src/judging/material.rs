//! The material that is judged: drawings of the results, their pictures and prompts, and what was said of them before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pelicycle_judge::{Competition, CrossPairs, SideAttempts, Votes, question};
use pelicycle_record::{Attempt, Id, JudgementRecord};
use pelicycle_store::{AttemptListing, Store, StoredAttempt};
use pelicycle_text::plain_file;

use crate::RunError;

/// Longest side of a picture that is shown to a model, in pixels: all services take it whole.
pub(super) const SIDE: u32 = 512;

/// Makes a PNG small enough that its longest side has so many pixels.
///
/// # Errors
/// In words, when it is no picture.
pub type PngShrinker = fn(&[u8], u32) -> Result<Vec<u8>, String>;

/// The drawings that a model is to judge.
pub struct JudgingMaterial<'a> {
    /// The competition that can be judged.
    pub field: Competition,
    /// The pairs of two sides, where those alone are judged.
    pub between: Option<CrossPairs>,
    /// The votes on it from before.
    pub votes: Votes,
    store: PathBuf,
    stored: BTreeMap<&'a Id, &'a StoredAttempt>,
    shrink: PngShrinker,
    /// Pictures by drawing: each is shown many times.
    pictures: Mutex<BTreeMap<usize, Vec<u8>>>,
}

impl<'a> JudgingMaterial<'a> {
    /// The drawings of some `attempts` of a listing, and of those only pairs of two `sides` where there are any.
    ///
    /// # Errors
    /// When there are no two that can be judged.
    pub fn new(
        store: &Store,
        listing: &'a AttemptListing,
        (attempts, sides): (&[&Attempt], Option<&[SideAttempts]>),
        with_demonstrations: bool,
        judgements: &[JudgementRecord],
        shrink: PngShrinker,
    ) -> Result<JudgingMaterial<'a>, RunError> {
        let field = Competition::new(attempts, with_demonstrations || sides.is_some());
        let between = sides.map(|sides| CrossPairs::new(&field, sides));
        let has_pairs = between.as_ref().map_or_else(|| field.has_pairs(), |between| !between.is_empty());
        if !has_pairs {
            return Err(RunError::NothingToJudge);
        }
        Ok(JudgingMaterial {
            votes: Votes::new(&field, judgements),
            field,
            between,
            store: store.root().to_owned(),
            stored: listing.attempts.iter().map(|stored| (&stored.attempt.id, stored)).collect(),
            shrink,
            pictures: Mutex::default(),
        })
    }

    /// The picture of a drawing, by its index in the field.
    pub(super) fn picture(&self, drawing: usize) -> Result<Vec<u8>, RunError> {
        let mut pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(png) = pictures.get(&drawing) {
            return Ok(png.clone());
        }
        let id = &self.field.drawings[drawing].id;
        let png = self.read(id).map_err(|why| RunError::Picture {
            id: id.clone(),
            store: self.store.clone(),
            why,
        })?;
        pictures.insert(drawing, png.clone());
        Ok(png)
    }

    fn read(&self, id: &Id) -> Result<Vec<u8>, String> {
        let path =
            self.stored.get(id).and_then(|stored| stored.files.png.as_ref()).ok_or("it is not kept")?;
        let png = plain_file::read(path, plain_file::KEPT_BYTES)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        (self.shrink)(&png, SIDE).map_err(|why| format!("{} is no picture: {why}", path.display()))
    }

    /// The question about drawings of a prompt, by its index in the field.
    pub(super) fn question(&self, prompt: usize) -> String {
        let drawing = self.field.drawings.iter().find(|drawing| drawing.prompt == prompt);
        let stored = drawing.and_then(|drawing| self.stored.get(&drawing.id));
        question(stored.map_or("", |stored| stored.attempt.prompt.text.as_str()))
    }
}
