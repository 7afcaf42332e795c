//! The answers of a model that looked at a drawing to its rubric, beside what the rules and people say: where they differ
//! all stand.

use std::collections::BTreeMap;

use pelicycle_judge::RubricAgreement;
use pelicycle_record::measure::{ItemState, JudgedItem};
use pelicycle_record::{JudgeKind, ReadItem, RubricReading};
use pelicycle_text as text;
use serde::Serialize;

use super::measures::words;

/// The answers of one model, or of people.
#[derive(Debug, Serialize)]
pub(super) struct ReaderView {
    name: String,
    /// Whether people looked, and no model.
    by_people: bool,
    /// The agreement of the answers with the rules, and of a model's with people's, on this drawing.
    agreement: String,
    /// Whether people's answers stand beside the model's.
    has_people: bool,
    items: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    asked: String,
    /// The rules' answer, where they look for it.
    rules: Option<Answer>,
    /// People's answer, beside a model that looked.
    people: Option<Answer>,
    reader: Answer,
    /// Whether any two say different things.
    differs: bool,
    /// The place that it named, in words.
    place: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    class: &'static str,
    state: &'static str,
}

/// People's answers to each item.
type PeoplesAnswers<'a> = BTreeMap<&'a str, ItemState>;

impl ReaderView {
    /// People's answers and the newest reading of each model, beside the rules' answers.
    pub(super) fn all(readings: &[&RubricReading], rules: &[JudgedItem]) -> Vec<Self> {
        let newest = |kind: JudgeKind| -> BTreeMap<&str, &RubricReading> {
            let of_kind = readings.iter().filter(|reading| reading.judge.kind == kind);
            of_kind.map(|reading| (reading.judge.name.as_str(), *reading)).collect()
        };
        let (models, persons) = (newest(JudgeKind::Model), newest(JudgeKind::Person));
        let mut people = PeoplesAnswers::new();
        let mut items: Vec<ReadItem> = Vec::new();
        for item in persons.values().flat_map(|reading| reading.answers.iter().flatten()) {
            // Where people differ, nothing is told.
            match people.insert(&item.asked, item.state) {
                None => items.push(item.clone()),
                Some(other) if other != item.state => {
                    people.insert(&item.asked, ItemState::CantTell);
                }
                Some(_) => {}
            }
        }
        items.iter_mut().for_each(|item| item.state = people[item.asked.as_str()]);
        let names: Vec<&str> = persons.keys().copied().collect();
        let of_people = (!items.is_empty()).then(|| Self {
            by_people: true,
            ..Self::new(&names.join(", "), &items, rules, &PeoplesAnswers::new())
        });
        let of_models = models.into_iter().map(|(name, reading)| {
            Self::new(name, reading.answers.as_deref().unwrap_or_default(), rules, &people)
        });
        of_people.into_iter().chain(of_models).collect()
    }

    fn new(name: &str, items: &[ReadItem], rules: &[JudgedItem], people: &PeoplesAnswers<'_>) -> Self {
        let (mut with_rules, mut with_people) = (RubricAgreement::default(), RubricAgreement::default());
        let mut row = |item: &ReadItem| {
            let rule = rules.iter().find(|rule| rule.asked == item.asked).map(|rule| rule.state);
            let person = people.get(item.asked.as_str()).copied();
            rule.into_iter().for_each(|rule| with_rules.add(rule, item.state));
            person.into_iter().for_each(|person| with_people.add(person, item.state));
            Row {
                asked: text::label(&item.asked),
                rules: rule.map(Answer::new),
                people: person.map(Answer::new),
                reader: Answer::new(item.state),
                differs: [rule, person].into_iter().flatten().any(|other| other != item.state),
                place: item.place.map(place).unwrap_or_default(),
            }
        };
        let items: Vec<Row> = items.iter().map(&mut row).collect();
        let told = |agreement: &RubricAgreement, whom: &str| match agreement.decided() {
            decided if decided.of == 0 => format!("There is no item that it and {whom} decide."),
            decided => {
                format!("It agrees with {whom} on {} of {} items that both decide.", decided.hits, decided.of)
            }
        };
        let mut agreement = told(&with_rules, "the rules");
        if !people.is_empty() {
            agreement.push_str(&format!(" {}", told(&with_people, "people")));
        }
        Self { name: text::label(name), by_people: false, agreement, has_people: !people.is_empty(), items }
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
