//! Sealed sets of prompts: when each was promised, and whether what was revealed is what was promised. That is computed
//! anew for every build, from the texts and the salt.

use jiff::Timestamp;
use pelicycle_prompt::{opens, sealed_text};
use pelicycle_record::{PromptRecord, RevealedPrompt, RevealedRecord, name};
use pelicycle_store::StoredSeal;
use pelicycle_text as text;
use serde::Serialize;

use super::hall::{PromptSection, prompt_path};

/// Prompts of a set that the page shows.
const MOST: usize = 200;

/// The page of all seals.
#[derive(Debug, Serialize)]
pub(crate) struct SealsPage {
    seals: Vec<SealView>,
}

#[derive(Debug, Serialize)]
struct SealView {
    anchor: String,
    name: String,
    /// `3 Mar 2026`, and the moment.
    day: String,
    moment: String,
    number: String,
    hash: String,
    opened: Option<OpenedView>,
}

/// The revealed part of a seal.
#[derive(Debug, Serialize)]
struct OpenedView {
    day: String,
    matches: bool,
    /// The number of prompts that came, where it is another number than was sealed.
    other_number: Option<String>,
    prompts: Vec<PromptView>,
    /// Prompts that the page has no room for.
    more: usize,
    /// The text of which the seal must be the hash, for those who check it; where all of it is on the page.
    sealed_text: Option<String>,
}

#[derive(Debug, Serialize)]
struct PromptView {
    id: String,
    text: String,
    /// The page of the drawings, where there are any.
    href: Option<String>,
    /// The day of the first of them, where that is before the sealing.
    early: Option<String>,
}

/// The note on a prompt's page about the seal that it was in.
#[derive(Debug, Serialize)]
pub(crate) struct SealNote {
    href: String,
    name: String,
    sealed: String,
    revealed: String,
    matches: bool,
    /// The day of the first attempt, where that is before the sealing.
    early: Option<String>,
}

impl SealsPage {
    pub(crate) const PATH: &'static str = "seals.html";

    /// None where nothing was sealed.
    pub(crate) fn new(seals: &[StoredSeal], sections: &[PromptSection<'_>]) -> Option<Self> {
        let mut seals: Vec<&StoredSeal> = seals.iter().collect();
        seals.sort_by(|a, b| b.seal.sealed.cmp(&a.seal.sealed).then_with(|| a.seal.name.cmp(&b.seal.name)));
        let seals: Vec<_> = seals.into_iter().map(|stored| SealView::new(stored, sections)).collect();
        (!seals.is_empty()).then_some(Self { seals })
    }
}

fn anchor(named: &str) -> String {
    format!("seal-{}", name::slug(named))
}

/// The day of a section's first attempt, where that is before a moment.
fn early(section: &PromptSection<'_>, sealed: Timestamp) -> Option<String> {
    let first = section.attempts().map(|attempt| attempt.timing.started).min()?;
    (first < sealed).then(|| text::day(first))
}

fn is_of(prompt: &RevealedPrompt, asked: &PromptRecord) -> bool {
    prompt.id == asked.id && prompt.text == asked.text
}

impl SealView {
    fn new(StoredSeal { seal, revealed }: &StoredSeal, sections: &[PromptSection<'_>]) -> Self {
        Self {
            anchor: anchor(&seal.name),
            name: text::label(&seal.name),
            day: text::day(seal.sealed),
            moment: text::moment(seal.sealed),
            number: text::plural(seal.prompts.into(), "prompt"),
            hash: text::label(&seal.hash),
            opened: revealed.as_ref().map(|revealed| {
                let matches = opens(seal, revealed);
                OpenedView::new(revealed, matches, (seal.prompts, seal.sealed), sections)
            }),
        }
    }
}

impl OpenedView {
    fn new(
        revealed: &RevealedRecord,
        matches: bool,
        (number, sealed): (u32, Timestamp),
        sections: &[PromptSection<'_>],
    ) -> Self {
        let came = revealed.prompts.len();
        let view = |prompt: &RevealedPrompt| {
            let drawn = sections.iter().find(|section| is_of(prompt, section.prompt));
            PromptView {
                id: text::label(&prompt.id),
                text: text::sentence(&prompt.text),
                href: drawn.map(|section| prompt_path(section.prompt)),
                early: drawn.and_then(|section| early(section, sealed)),
            }
        };
        Self {
            day: text::day(revealed.revealed),
            matches,
            other_number: (came != number as usize).then(|| text::count(came as u64)),
            prompts: revealed.prompts.iter().take(MOST).map(view).collect(),
            more: came.saturating_sub(MOST),
            // Of a seal that matches all lines are plain: a name and digits.
            sealed_text: (matches && came <= MOST).then(|| sealed_text(&revealed.salt, &revealed.prompts)),
        }
    }
}

impl SealNote {
    /// Of a section whose prompt was revealed with a seal: with one that it matches, where there are several.
    pub(crate) fn new(section: &PromptSection<'_>, seals: &[StoredSeal]) -> Option<Self> {
        let mut notes: Vec<Self> = seals
            .iter()
            .filter_map(|StoredSeal { seal, revealed }| {
                let revealed = revealed.as_ref()?;
                revealed.prompts.iter().any(|prompt| is_of(prompt, section.prompt)).then(|| Self {
                    href: format!("{}#{}", SealsPage::PATH, anchor(&seal.name)),
                    name: text::label(&seal.name),
                    sealed: text::day(seal.sealed),
                    revealed: text::day(revealed.revealed),
                    matches: opens(seal, revealed),
                    early: early(section, seal.sealed),
                })
            })
            .collect();
        let best = notes.iter().position(|note| note.matches).unwrap_or(0);
        (best < notes.len()).then(|| notes.swap_remove(best))
    }
}
