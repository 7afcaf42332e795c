//! What people saw in drawings, item by item: a file that a vision model and the rules are held against.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use pelicycle_record::Attempt;
use pelicycle_record::measure::{Detector, ItemState, Rubric};
use pelicycle_text::plain_file;
use serde::Deserialize;

/// The labels of a file.
#[derive(Debug, Deserialize)]
pub(super) struct Labels {
    drawings: Vec<LabelledDrawing>,
}

/// What was seen in one drawing: an attempt, by its identifier, or an imported file, by its path in the folder.
#[derive(Debug, Deserialize)]
struct LabelledDrawing {
    #[serde(default)]
    attempt: Option<String>,
    #[serde(default)]
    file: Option<String>,
    seen: BTreeMap<Detector, Seen>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Seen {
    Yes,
    No,
    Unclear,
}

impl Labels {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = plain_file::read(path, plain_file::KEPT_BYTES)
            .with_context(|| format!("cannot read the labels {}", path.display()))?;
        let labels: Self = serde_json::from_slice(&bytes).with_context(|| {
            format!(
                "{} holds no labels; they look like {{\"drawings\": [{{\"file\": \"a.svg\", \"seen\": {{\"wheels\": \"yes\"}}}}]}}, with yes, no or unclear",
                path.display()
            )
        })?;
        let unnamed = labels.drawings.iter().position(|one| one.attempt.is_none() && one.file.is_none());
        if let Some(at) = unnamed {
            anyhow::bail!(
                "drawing {} of {} names neither an attempt nor a file of an import",
                at + 1,
                path.display()
            );
        }
        Ok(labels)
    }

    /// What a person said of an item of a drawing, if somebody did.
    pub(super) fn of(&self, attempt: &Attempt, rubric: &Rubric, asked: &str) -> Option<ItemState> {
        let is_meant = |one: &&LabelledDrawing| {
            let imported = attempt.import.as_ref().map(|import| import.id.as_str());
            one.attempt.as_deref() == Some(attempt.id.as_str())
                || (one.file.is_some() && one.file.as_deref() == imported)
        };
        let item = rubric.items.iter().find(|item| item.words() == asked)?.name();
        let seen = self.drawings.iter().find(is_meant)?.seen.get(&item)?;
        Some(match seen {
            Seen::Yes => ItemState::Met,
            Seen::No => ItemState::NotMet,
            Seen::Unclear => ItemState::CantTell,
        })
    }
}
