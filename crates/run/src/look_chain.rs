//! The looks of one sample as far as they have come: from kept attempts alone, and while a run goes on.

use std::path::Path;
use std::sync::Arc;

use pelicycle_engine::vision::Picture;
use pelicycle_provider::{EarlierTurn, ReplyRequest};
use pelicycle_record::{Attempt, Id, LookRecord, RequestRecord, RunRecord, TextRecord};
use pelicycle_store::{Store, StoredAttempt};
use pelicycle_text::plain_file;

use crate::PlanCell;
use crate::look::{LOOK_TEXT, LOOK_TEXT_VERSION, NextLook, looks_left, most_input};

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
    /// The looks that are left after a first attempt and the looks that stand on it, all of which ended, of so many
    /// in all. One that could not be checked may turn out to have a picture, so what would follow it is planned.
    pub(crate) fn after(
        cell: PlanCell,
        first: &StoredAttempt,
        looks: &[&StoredAttempt],
        bound: u32,
    ) -> Option<PlannedLooks> {
        let mut all: Vec<&StoredAttempt> = [first].into_iter().chain(looks.iter().copied()).collect();
        all.sort_by_key(|stored| stored.attempt.look_number());
        let last = *all.last()?;
        let shown = |stored: &&&StoredAttempt| {
            stored.attempt.is_unchecked() || NextLook::after(&stored.attempt) == NextLook::OwnPicture
        };
        let parent = *all.iter().rfind(shown)?;
        let goes_on = last.attempt.is_unchecked() || looks_left(&last.attempt, bound) > 0;
        let next = last.attempt.look_number().saturating_add(1);
        (goes_on && next <= bound).then(|| PlannedLooks {
            cell,
            first: first.attempt.id.clone(),
            next,
            parent: parent.clone(),
        })
    }

    /// The largest number of looks that they may be, where a first attempt has at most `bound` of them.
    #[must_use]
    pub fn most(&self, bound: u32) -> u32 {
        (bound + 1).saturating_sub(self.next)
    }
}

/// A drawing that its model is shown.
#[derive(Debug, Clone)]
pub(crate) struct LookDrawing {
    id: Id,
    /// The most tokens of the answer that it stands in.
    reply_tokens: u64,
    source: DrawingSource,
}

/// The source of a drawing to be shown: memory, or the results.
#[derive(Debug, Clone)]
enum DrawingSource {
    /// It has just come.
    AtHand(Arc<ShownPicture>),
    /// It is kept, and read when it is to be shown.
    Kept(Box<StoredAttempt>),
}

/// The answer and the raster of a drawing, as its model is shown them.
#[derive(Debug)]
pub(crate) struct ShownPicture {
    /// The answer that it stands in.
    pub(crate) reply: String,
    /// Our raster of it, as it is kept.
    pub(crate) png: Vec<u8>,
}

impl LookDrawing {
    /// One that has just come.
    pub(crate) fn at_hand(attempt: &Attempt, picture: ShownPicture) -> LookDrawing {
        LookDrawing {
            id: attempt.id.clone(),
            reply_tokens: reply_tokens(attempt),
            source: DrawingSource::AtHand(Arc::new(picture)),
        }
    }

    /// A kept one; none where the attempt has no picture.
    pub(crate) fn kept(stored: StoredAttempt) -> Option<LookDrawing> {
        stored.files.png.as_ref()?;
        Some(LookDrawing {
            id: stored.attempt.id.clone(),
            reply_tokens: reply_tokens(&stored.attempt),
            source: DrawingSource::Kept(Box::new(stored)),
        })
    }

    /// The picture of it that is shown. Reads files.
    ///
    /// # Errors
    /// In words, with what to do, when they are damaged: the folder may be somebody else's.
    pub(crate) fn picture(&self, store: &Store) -> Result<Arc<ShownPicture>, String> {
        let stored = match &self.source {
            DrawingSource::AtHand(picture) => return Ok(Arc::clone(picture)),
            DrawingSource::Kept(stored) => stored,
        };
        let path = stored.files.png.as_deref().unwrap_or(&stored.folder);
        let png =
            read_picture(path).map_err(|why| format!("{why}; `pelicycle check --again` makes it anew"))?;
        let failed = |why: String| format!("{}: {why}", stored.folder.display());
        let reply = store.reply(stored).map_err(|reason| failed(reason.to_string()))?.unwrap_or_default();
        let reply = String::from_utf8(reply).map_err(|_| failed("its reply is not UTF-8".to_owned()))?;
        Ok(Arc::new(ShownPicture { reply, png }))
    }
}

/// A kept raster, as a PNG that is whole: nothing but a picture goes out under that name.
///
/// # Errors
/// In words, with its path.
pub(crate) fn read_picture(path: &Path) -> Result<Vec<u8>, String> {
    let png = plain_file::read(path, plain_file::KEPT_BYTES)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Picture::from_png(&png).map_err(|error| format!("{} is no picture: {error}", path.display()))?;
    Ok(png)
}

/// The most tokens of an attempt's answer: a token is at least a byte.
fn reply_tokens(attempt: &Attempt) -> u64 {
    let bytes = attempt.reply.as_ref().map_or(0, |reply| reply.bytes);
    attempt.usage.output.map_or(bytes, |output| output.min(bytes))
}

/// A sample's looks on their way.
#[derive(Debug, Clone)]
pub(crate) struct LookChain {
    pub(crate) first: Id,
    pub(crate) bound: u32,
    pub(crate) next: u32,
    pub(crate) shown: LookDrawing,
}

impl LookChain {
    /// The looks that follow a first attempt, where any do.
    pub(crate) fn after(first: &Attempt, shown: Option<LookDrawing>, bound: u32) -> Option<LookChain> {
        let shown = shown.filter(|_| looks_left(first, bound) > 0)?;
        Some(LookChain { first: first.id.clone(), bound, next: 1, shown })
    }

    /// The looks that are left after one of them, where any are.
    pub(crate) fn follow(self, look: &Attempt, shown: Option<LookDrawing>) -> Option<LookChain> {
        (looks_left(look, self.bound) > 0).then(|| LookChain {
            next: self.next + 1,
            shown: shown.unwrap_or(self.shown),
            ..self
        })
    }

    /// The record of the look that comes next; `done` is told by its reply.
    pub(crate) fn record(&self, picture: &ShownPicture) -> LookRecord {
        LookRecord {
            parent: self.shown.id.clone(),
            first: self.first.clone(),
            number: self.next,
            bound: self.bound,
            text: LOOK_TEXT_VERSION.to_owned(),
            picture: TextRecord::of(&picture.png).hash,
            done: false,
        }
    }

    /// The request of the look that comes next.
    pub(crate) fn request(
        picture: &ShownPicture,
        run: &RunRecord,
        cell: PlanCell,
        settings: RequestRecord,
    ) -> ReplyRequest {
        let prompt = &run.prompts[cell.prompt];
        ReplyRequest {
            prompt_id: prompt.id.clone(),
            earlier: vec![EarlierTurn { prompt: prompt.text.clone(), reply: picture.reply.clone() }],
            prompt: LOOK_TEXT.to_owned(),
            pictures: vec![picture.png.clone()],
            sample: cell.sample,
            settings,
        }
    }

    /// The most tokens of that request, where a reply has so many at most.
    pub(crate) fn most_input(&self, run: &RunRecord, cell: PlanCell, bound: u64) -> u64 {
        let (prompt, who) = (&run.prompts[cell.prompt], &run.contestants[cell.contestant].record);
        most_input(&who.model, prompt.text.len(), self.shown.reply_tokens.min(bound), prompt.raster)
    }
}
