//! The looks of one sample as far as they have come: from kept attempts alone, and while a run goes on.

use pelicycle_engine::vision::Picture;
use pelicycle_provider::{EarlierTurn, ReplyRequest};
use pelicycle_record::{Attempt, Id, LookRecord, RequestRecord, RunRecord, TextRecord};
use pelicycle_store::{Store, StoredAttempt};
use pelicycle_text::plain_file;

use crate::look::{LOOK_TEXT, LOOK_TEXT_VERSION, LookStep, looks_left, most_input};
use crate::{PlanCell, RunError};

/// Looks that an earlier part of a run left undone.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedLooks {
    /// The sample's first attempt, as it was asked for.
    pub cell: PlanCell,
    /// That attempt.
    pub first: Id,
    /// The number of the look that comes next.
    pub next: u32,
    /// The attempt whose picture it is shown.
    pub parent: StoredAttempt,
}

impl PlannedLooks {
    /// What is left after a first attempt and the looks that stand on it, all of which ended, of so many in all. One that could not be checked
    /// may turn out to have a picture, so what would follow it is planned.
    pub(crate) fn after(
        cell: PlanCell,
        first: &StoredAttempt,
        looks: &[&StoredAttempt],
        bound: u32,
    ) -> Option<PlannedLooks> {
        let number = |stored: &StoredAttempt| stored.attempt.look.as_ref().map_or(0, |look| look.number);
        let mut all: Vec<&StoredAttempt> = [first].into_iter().chain(looks.iter().copied()).collect();
        all.sort_by_key(|stored| number(stored));
        let last = *all.last()?;
        let shown = |stored: &&&StoredAttempt| {
            stored.attempt.is_unchecked() || LookStep::after(&stored.attempt) == LookStep::OwnPicture
        };
        let parent = *all.iter().rfind(shown)?;
        let goes_on = last.attempt.is_unchecked() || looks_left(&last.attempt, bound) > 0;
        let next = number(last).saturating_add(1);
        (goes_on && next <= bound).then(|| PlannedLooks {
            cell,
            first: first.attempt.id.clone(),
            next,
            parent: parent.clone(),
        })
    }
}

/// A drawing that its model is shown.
#[derive(Debug, Clone)]
pub(crate) struct ShownDrawing {
    pub(crate) id: Id,
    /// The answer that it stands in.
    pub(crate) reply: String,
    /// Our raster of it, as it is kept.
    pub(crate) png: Vec<u8>,
}

impl ShownDrawing {
    /// Reads a kept one; none where the attempt has no picture.
    pub(crate) fn read(store: &Store, stored: &StoredAttempt) -> Result<Option<ShownDrawing>, RunError> {
        let id = &stored.attempt.id;
        let failed = |why: String| RunError::Picture { id: id.clone(), store: store.root().to_owned(), why };
        let Some(path) = &stored.files.png else { return Ok(None) };
        let png = plain_file::read(path, plain_file::KEPT_BYTES)
            .map_err(|error| failed(format!("cannot read {}: {error}", path.display())))?;
        // The folder may be somebody else's: nothing but a picture goes out under that name.
        Picture::from_png(&png).map_err(|error| failed(format!("{} is none: {error}", path.display())))?;
        let reply = store.reply(stored).map_err(|reason| failed(reason.to_string()))?.unwrap_or_default();
        let reply = String::from_utf8(reply).map_err(|_| failed("its reply is not UTF-8".to_owned()))?;
        Ok(Some(ShownDrawing { id: id.clone(), reply, png }))
    }
}

/// A sample's looks on their way.
#[derive(Debug, Clone)]
pub(crate) struct LookChain {
    pub(crate) first: Id,
    pub(crate) bound: u32,
    pub(crate) next: u32,
    pub(crate) shown: ShownDrawing,
}

impl LookChain {
    /// The looks that follow a first attempt, where any do.
    pub(crate) fn after(first: &Attempt, shown: Option<ShownDrawing>, bound: u32) -> Option<LookChain> {
        let shown = shown.filter(|_| looks_left(first, bound) > 0)?;
        Some(LookChain { first: first.id.clone(), bound, next: 1, shown })
    }

    /// The looks that are left after one of them, where any are.
    pub(crate) fn follow(self, look: &Attempt, shown: Option<ShownDrawing>) -> Option<LookChain> {
        (looks_left(look, self.bound) > 0).then(|| LookChain {
            next: self.next + 1,
            shown: shown.unwrap_or(self.shown),
            ..self
        })
    }

    /// The record of the look that comes next; `done` is told by its reply.
    pub(crate) fn record(&self) -> LookRecord {
        LookRecord {
            parent: self.shown.id.clone(),
            first: self.first.clone(),
            number: self.next,
            bound: self.bound,
            text: LOOK_TEXT_VERSION.to_owned(),
            picture: TextRecord::of(&self.shown.png).hash,
            done: false,
        }
    }

    /// The request of the look that comes next.
    pub(crate) fn request(&self, run: &RunRecord, cell: PlanCell, settings: RequestRecord) -> ReplyRequest {
        let prompt = &run.prompts[cell.prompt];
        ReplyRequest {
            prompt_id: prompt.id.clone(),
            earlier: vec![EarlierTurn { prompt: prompt.text.clone(), reply: self.shown.reply.clone() }],
            prompt: LOOK_TEXT.to_owned(),
            pictures: vec![self.shown.png.clone()],
            sample: cell.sample,
            settings,
        }
    }

    /// The most tokens of that request.
    pub(crate) fn most_input(&self, run: &RunRecord, cell: PlanCell) -> u64 {
        let prompt = &run.prompts[cell.prompt];
        most_input(prompt.text.len(), self.shown.reply.len() as u64, prompt.raster)
    }
}
