//! Labels, what people saw in drawings, item by item: a file that a vision model and the rules are held against.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use pelicycle_record::measure::{Detector, ItemState, Rubric};
use pelicycle_record::{AskedPrompt, Attempt, Id, JudgeRecord, ReadItem, RubricReading, SCHEMA_VERSION};
use pelicycle_serve::vote::voter;
use pelicycle_store::Store;
use pelicycle_text::plain_file;
use serde::Deserialize;

/// The name of who saw it where the file names nobody.
const NAMELESS: &str = "labels";

/// The labels of a file.
#[derive(Debug, Deserialize)]
struct LabelFile {
    /// The person who saw it.
    #[serde(default)]
    by: Option<String>,
    drawings: Vec<LabelledDrawing>,
}

/// A person's labels for one drawing: an attempt, by its identifier, or an imported file, by its path in the folder.
#[derive(Debug, Deserialize)]
struct LabelledDrawing {
    #[serde(default)]
    attempt: Option<String>,
    #[serde(default)]
    file: Option<String>,
    /// The provider that the file was imported under: several folders may have a file of that name.
    #[serde(default)]
    provider: Option<String>,
    seen: BTreeMap<Detector, Seen>,
}

/// The labels of a file, each with the one drawing that it is of.
#[derive(Debug)]
pub(super) struct RubricLabels {
    by: JudgeRecord,
    of: BTreeMap<Id, BTreeMap<Detector, Seen>>,
    /// Labelled drawings that are not here.
    pub(super) absent: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Seen {
    Yes,
    No,
    Unclear,
}

impl RubricLabels {
    /// The labels of a file, for drawings among `attempts`.
    ///
    /// # Errors
    /// A file that holds no labels, or one of which it does not say what it is of: nothing is guessed.
    pub(super) fn read(path: &Path, attempts: &[&Attempt]) -> anyhow::Result<Self> {
        let bytes = plain_file::read(path, plain_file::KEPT_BYTES)
            .with_context(|| format!("cannot read the labels {}", path.display()))?;
        let file: LabelFile = serde_json::from_slice(&bytes).with_context(|| {
            format!(
                "{} holds no labels; they look like {{\"drawings\": [{{\"file\": \"a.svg\", \"seen\": {{\"wheels\": \"yes\"}}}}]}}, with yes, no or unclear",
                path.display()
            )
        })?;
        let name = file.by.as_deref().unwrap_or(NAMELESS);
        let by = voter(name).with_context(|| format!("\"by\" of {} is no name", path.display()))?;
        let mut labels = Self { by, of: BTreeMap::new(), absent: 0 };
        for (index, drawing) in file.drawings.into_iter().enumerate() {
            let found = drawing.meant(attempts);
            let meant = found.with_context(|| format!("drawing {} of {}", index + 1, path.display()))?;
            let Some(attempt) = meant else {
                labels.absent += 1;
                continue;
            };
            if labels.of.insert(attempt.id.clone(), drawing.seen).is_some() {
                anyhow::bail!("drawing {} of {} stands in it before", index + 1, path.display());
            }
        }
        Ok(labels)
    }

    /// The state that a person saw an item of a drawing in, if somebody did.
    pub(super) fn of(&self, attempt: &Attempt, rubric: &Rubric, asked: &str) -> Option<ItemState> {
        let item = rubric.items.iter().find(|item| item.words() == asked)?.name();
        self.of.get(&attempt.id)?.get(&item).map(|seen| seen.state())
    }

    /// Keeps the labels among the judgements, as a person's readings, so that the gallery shows them. What is kept already is not
    /// kept again; a label that was changed is newer. Returns how many drawings' were new.
    ///
    /// # Errors
    /// A failing disk.
    pub(super) fn keep<'a>(
        &self,
        store: &Store,
        attempts: &[&Attempt],
        kept: &[RubricReading],
        rubric: impl Fn(&Attempt) -> Option<&'a Rubric>,
    ) -> anyhow::Result<usize> {
        let newest: BTreeMap<&Id, &Option<Vec<ReadItem>>> = kept
            .iter()
            .filter(|reading| reading.judge == self.by)
            .map(|reading| (&reading.attempt, &reading.answers))
            .collect();
        let mut new = 0;
        for attempt in attempts.iter().filter(|attempt| self.of.contains_key(&attempt.id)) {
            let Some(rubric) = rubric(attempt) else { continue };
            let item = |asked: &str| {
                let state = self.of(attempt, rubric, asked)?;
                Some(ReadItem { asked: asked.to_owned(), state, place: None })
            };
            let answers: Vec<ReadItem> =
                rubric.items.iter().filter_map(|asked| item(asked.words())).collect();
            let answers = Some(answers);
            if newest.get(&attempt.id).is_some_and(|known| **known == answers) {
                continue;
            }
            let reading = RubricReading {
                schema: SCHEMA_VERSION,
                id: Id::new()?,
                judged: jiff::Timestamp::now(),
                tool: pelicycle_drawing::tool(),
                judge: self.by.clone(),
                prompt: AskedPrompt { id: attempt.prompt.id.clone(), hash: attempt.prompt.hash.clone() },
                attempt: attempt.id.clone(),
                answers,
                seconds: None,
                asked: None,
            };
            store.write_reading(&reading, None)?;
            new += 1;
        }
        Ok(new)
    }
}

impl LabelledDrawing {
    /// The one attempt that is meant; none where it is not among them.
    fn meant<'a>(&self, attempts: &[&'a Attempt]) -> anyhow::Result<Option<&'a Attempt>> {
        if let Some(id) = &self.attempt {
            return Ok(attempts.iter().copied().find(|attempt| attempt.id.as_str() == id));
        }
        let Some(file) = &self.file else {
            anyhow::bail!("it names neither an attempt nor a file of an import");
        };
        let is_meant = |attempt: &&&Attempt| {
            let imported = attempt.import.as_ref().map(|import| import.id.as_str());
            let provider = self.provider.as_deref();
            imported == Some(file) && provider.is_none_or(|provider| attempt.contestant.provider == provider)
        };
        let found: Vec<&Attempt> = attempts.iter().filter(is_meant).copied().collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => {
                let told: Vec<String> = several
                    .iter()
                    .map(|attempt| format!("{} of provider {}", attempt.id, attempt.contestant.provider))
                    .collect();
                anyhow::bail!(
                    "{file:?} is the name of {} imported files, {}: \"attempt\" or \"provider\" says which is meant",
                    several.len(),
                    told.join(", ")
                )
            }
        }
    }
}

impl Seen {
    fn state(self) -> ItemState {
        match self {
            Seen::Yes => ItemState::Met,
            Seen::No => ItemState::NotMet,
            Seen::Unclear => ItemState::CantTell,
        }
    }
}
