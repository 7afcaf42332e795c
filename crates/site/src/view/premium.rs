//! The premium of the famous prompt: how much oftener a model draws it than prompts of which nobody speaks, for each model.
//!
//! It is of rates alone. A judgement holds two drawings of one prompt against each other, so that no number of them says
//! whether drawings of one prompt are better than those of another.

use pelicycle_record::PromptRecord;
use pelicycle_statistics::{Interval, Rate};
use pelicycle_text as text;
use serde::Serialize;

use super::Card;
use super::figures::difference_in_words;
use super::grid;
use super::hall::{ModelWorks, model_path};

/// Prompts that were made so that nobody can have trained on them.
const FRESH: &str = "fresh";
/// A bar is so many units wide, from all less to all more.
const WIDTH: f64 = 200.0;

/// The page of the premium.
#[derive(Debug, Serialize)]
pub(crate) struct PremiumPage {
    /// Whether some models answered fresh prompts.
    fresh: bool,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Table {
    title: &'static str,
    about: &'static str,
    /// The numbers of models that draw it more often, that draw it less often, and of which it can't be told, in a sentence.
    sum: String,
    /// The largest difference first.
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    href: String,
    demonstration: bool,
    card: Card,
    difference: String,
    /// The place of the estimate, and then of its bounds, in the bar's units.
    at: f64,
    bounds: (f64, f64),
    famous: String,
    controls: String,
    prompts: String,
    meaning: &'static str,
    #[serde(skip)]
    points: f64,
}

impl PremiumPage {
    pub(crate) const PATH: &'static str = "premium.html";

    /// None where no model was asked for the famous drawing and for others.
    pub(crate) fn new(models: &[ModelWorks<'_>]) -> Option<Self> {
        let fresh = Table::new(
            "Against fresh prompts",
            "Fresh prompts are put together by chance from long lists of animals, vehicles, manners and places, so no model can have been trained on them.",
            models,
            // One stands for itself and not for all that nobody knows.
            |model| {
                Some(fresh_prompts(model)).filter(|controls| asked(controls).count() > 1).unwrap_or_default()
            },
        );
        let cousins = Table::new(
            "Against other animals and vehicles",
            "Pelicans on other vehicles, and other animals on these and on bicycles.",
            models,
            grid::controls,
        );
        let has_fresh = fresh.is_some();
        let tables: Vec<Table> = [fresh, cousins].into_iter().flatten().collect();
        (!tables.is_empty()).then_some(Self { fresh: has_fresh, tables })
    }

    /// The summary of its first table, in a sentence.
    pub(super) fn sum(&self) -> &str {
        self.tables.first().map_or("", |table| &table.sum)
    }

    /// Paths of the pages of the models in its first table, in its order.
    pub(super) fn models(&self) -> impl Iterator<Item = &str> {
        self.tables.first().into_iter().flat_map(|table| &table.rows).map(|row| row.href.as_str())
    }
}

impl Table {
    fn new(
        title: &'static str,
        about: &'static str,
        models: &[ModelWorks<'_>],
        controls: impl Fn(&ModelWorks<'_>) -> Vec<Rate>,
    ) -> Option<Self> {
        let mut rows: Vec<Row> =
            models.iter().filter_map(|model| Row::new(model, &controls(model))).collect();
        rows.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.label.cmp(&b.label)));
        let count = |meaning: &str| rows.iter().filter(|row| row.meaning == meaning).count() as u64;
        let sum = format!(
            "Of {}, {} the pelican more often and {} less often; of {} it can’t be told.",
            text::plural(rows.len() as u64, "model"),
            match count(MORE) {
                0 => "none draws".to_owned(),
                1 => "1 draws".to_owned(),
                more => format!("{} draw", text::count(more)),
            },
            match count(LESS) {
                0 => "none".to_owned(),
                less => text::count(less),
            },
            text::count(count(CANT_TELL)),
        );
        (!rows.is_empty()).then_some(Self { title, about, sum, rows })
    }
}

const MORE: &str = "drawn more often";
const LESS: &str = "drawn less often";
const CANT_TELL: &str = "can’t tell";

/// The meaning of a difference of the famous prompt's rate.
pub(super) fn meaning((points, interval): (f64, Interval)) -> &'static str {
    match (interval.excludes_zero(), points > 0.0) {
        (false, _) => CANT_TELL,
        (true, true) => MORE,
        (true, false) => LESS,
    }
}

/// Whether a prompt was put together by chance.
pub(super) fn is_fresh(prompt: &PromptRecord) -> bool {
    prompt.family == FRESH
}

/// A model's rates on fresh prompts, each of them one.
fn fresh_prompts(model: &ModelWorks<'_>) -> Vec<Rate> {
    let fresh = model.cases.iter().filter(|(section, _)| is_fresh(section.prompt));
    fresh.map(|(_, case)| case.drawn()).collect()
}

/// Rates of prompts that have an attempt which counts.
fn asked(controls: &[Rate]) -> impl Iterator<Item = Rate> {
    controls.iter().copied().filter(|control| control.of > 0)
}

/// The difference of a rate and that of its controls, each of them a prompt, as a share from −1 to 1 with its interval at
/// 95 %: several prompts stand for all of their kind, and one stands for itself. None where either has no attempt.
pub(super) fn premium(famous: Rate, controls: &[Rate]) -> Option<(f64, Interval)> {
    let asked: Vec<Rate> = asked(controls).collect();
    match asked.as_slice() {
        [only] => famous.less(*only),
        several => famous.less_clusters(several),
    }
}

impl Row {
    /// None where the famous drawing was not asked for, or nothing else.
    fn new(model: &ModelWorks<'_>, controls: &[Rate]) -> Option<Self> {
        let famous = grid::famous(model)?;
        let prompts = asked(controls).count();
        let rate = famous.drawn();
        let difference = premium(rate, controls)?;
        let (points, Interval { low, high }) = difference;
        let mut all = Rate::default();
        controls.iter().copied().for_each(|control| all += control);
        let of = |rate: Rate| format!("{} of {}", text::count(rate.hits), text::count(rate.of));
        let at = |points: f64| ((points + 1.0) / 2.0 * WIDTH * 10.0).round() / 10.0;
        let contestant = model.contestant();
        Some(Self {
            label: text::label(&contestant.label),
            href: model_path(contestant),
            demonstration: contestant.demonstration,
            card: Card::new(famous.lead()),
            difference: difference_in_words(difference),
            at: at(points),
            bounds: (at(low.max(-1.0)), at(high.min(1.0))),
            famous: of(rate),
            controls: of(all),
            prompts: text::plural(prompts as u64, "prompt"),
            meaning: meaning(difference),
            points,
        })
    }
}
