//! What a model that looked at a drawing says of its rubric, beside what the rules say: where they differ both stand.

use std::collections::BTreeMap;

use pelicycle_judge::RubricAgreement;
use pelicycle_record::measure::{ItemState, JudgedItem};
use pelicycle_record::{ReadItem, RubricReading};
use pelicycle_text as text;
use serde::Serialize;

use super::measures::words;

/// One model's answers.
#[derive(Debug, Serialize)]
pub(super) struct ReaderView {
    name: String,
    /// How far it agrees with the rules on this drawing.
    agreement: String,
    items: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    asked: String,
    /// What the rules say, where they look for it.
    rules: Option<Answer>,
    reader: Answer,
    /// Whether the two say different things.
    differs: bool,
    /// The place that it named, in words.
    place: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    class: &'static str,
    state: &'static str,
}

impl ReaderView {
    /// The newest reading of each model, beside the rules' answers.
    pub(super) fn all(readings: &[&RubricReading], rules: &[JudgedItem]) -> Vec<Self> {
        let newest: BTreeMap<&str, &RubricReading> =
            readings.iter().map(|reading| (reading.judge.name.as_str(), *reading)).collect();
        newest.into_iter().map(|(name, reading)| Self::new(name, reading, rules)).collect()
    }

    fn new(name: &str, reading: &RubricReading, rules: &[JudgedItem]) -> Self {
        let mut agreement = RubricAgreement::default();
        let mut row = |item: &ReadItem| {
            let rule = rules.iter().find(|rule| rule.asked == item.asked).map(|rule| rule.state);
            if let Some(rule) = rule {
                agreement.add(rule, item.state);
            }
            Row {
                asked: text::label(&item.asked),
                rules: rule.map(Answer::new),
                reader: Answer::new(item.state),
                differs: rule.is_some_and(|rule| rule != item.state),
                place: item.place.map(place).unwrap_or_default(),
            }
        };
        let items = reading.answers.iter().flatten().map(&mut row).collect();
        let decided = agreement.decided();
        let agreement = match decided.of {
            0 => "There is no item that both decide.".to_owned(),
            of => format!("It agrees with the rules on {} of {of} items that both decide.", decided.hits),
        };
        Self { name: text::label(name), agreement, items }
    }
}

impl Answer {
    fn new(state: ItemState) -> Self {
        let (class, state) = words(state);
        Self { class, state }
    }
}

fn place([left, top, width, height]: [f64; 4]) -> String {
    let percent = |share: f64| (share * 100.0).round().clamp(0.0, 100.0);
    let [left, top, right, bottom] = [left, top, left + width, top + height].map(percent);
    format!("{left} to {right} % across, {top} to {bottom} % down")
}
