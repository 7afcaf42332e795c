//! The detectors against a person's eyes: drawings that were labelled by hand, item by item. The figures that
//! docs/measures.md gives are the ones computed here.

#![expect(clippy::print_stdout, reason = "figures for a person")]

use std::collections::BTreeMap;

use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect, measure};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::{ItemState, Measures};
use pelicycle_testkit::shared;
use serde::Deserialize;

const ITEMS: [&str; 10] =
    ["wheels", "spokes", "frame", "saddle", "handlebar", "rider", "legs", "eye", "beak", "pouch"];

/// What a person saw in one drawing.
#[derive(Debug, Deserialize)]
struct Labels {
    /// Whether its errors were looked at while rules were written.
    tune: bool,
    #[serde(flatten)]
    items: BTreeMap<String, Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Seen {
    Yes,
    No,
    Unclear,
}

/// How often a detector and the person agreed, where both said yes or no.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    hits: usize,
    false_alarms: usize,
    missed: usize,
    rightly_none: usize,
    /// The person was clear, and the detector can't tell.
    abstained: usize,
}

impl Tally {
    fn add(&mut self, seen: Seen, state: ItemState) {
        let slot = match (seen, state) {
            (Seen::Unclear, _) => return,
            (_, ItemState::CantTell) => &mut self.abstained,
            (Seen::Yes, ItemState::Met) => &mut self.hits,
            (Seen::No, ItemState::Met) => &mut self.false_alarms,
            (Seen::Yes, ItemState::NotMet) => &mut self.missed,
            (Seen::No, ItemState::NotMet) => &mut self.rightly_none,
        };
        *slot += 1;
    }

    /// One half of a row of the table.
    fn cells(self) -> String {
        let share = |part: usize, whole: usize| match whole {
            0 => "–".to_owned(),
            _ => format!("{part} of {whole}"),
        };
        format!(
            "{} | {} | {}",
            share(self.hits, self.hits + self.false_alarms),
            share(self.hits, self.hits + self.missed),
            self.abstained
        )
    }
}

fn measured(svg: &[u8]) -> Measures {
    let library = PromptLibrary::bundled();
    measure(svg, &library.get("pelican").unwrap().rubric, &DrawingBounds::default()).unwrap()
}

/// Tallies by item, of the drawings that were learned from and of those that were not. Tells of disagreement only where
/// it may be learned from.
fn tallies(labels: &str, drawing: impl Fn(&str) -> Vec<u8>) -> BTreeMap<(&'static str, bool), Tally> {
    let labels: BTreeMap<String, Labels> = toml::from_str(labels).unwrap();
    let mut tallies: BTreeMap<(&str, bool), Tally> = BTreeMap::new();
    for (name, labels) in &labels {
        assert_eq!(labels.items.len(), ITEMS.len(), "{name}");
        let measures = measured(&drawing(name));
        for (item, judged) in ITEMS.into_iter().zip(&measures.rubric) {
            assert_eq!(serde_json::to_value(judged.item).unwrap(), item);
            let seen = labels.items[item];
            tallies.entry((item, labels.tune)).or_default().add(seen, judged.state);
            let disagree = matches!(
                (seen, judged.state),
                (Seen::Yes, ItemState::NotMet | ItemState::CantTell) | (Seen::No, ItemState::Met)
            );
            if labels.tune && disagree {
                println!("{name}, {item}: seen {seen:?}, judged {:?}: {}", judged.state, judged.why);
            }
        }
    }
    tallies
}

#[test]
fn the_figures_in_the_docs_are_those_of_the_labelled_drawings() {
    let Some(shared) = shared() else { return };
    let pelicans = tallies(include_str!("../fixtures/eyes/pelican-bicycle.toml"), |name| {
        std::fs::read(shared.join(format!("corpus/pelican-bicycle/{name}.svg"))).unwrap()
    });
    let granite = tallies(include_str!("../fixtures/eyes/granite.toml"), |name| {
        let reply = std::fs::read(shared.join(format!("corpus/granite/{name}.md"))).unwrap();
        let found = inspect(&reply, &InspectionOptions::default());
        // What is not well-formed is looked at as the person saw it.
        found.repaired.map(|repaired| repaired.svg).or(found.svg).unwrap()
    });
    let docs = include_str!("../../../../docs/measures.md");
    let mut table = String::new();
    for item in ITEMS {
        let (tune, held) = (pelicans[&(item, true)], pelicans[&(item, false)]);
        let nothing = granite[&(item, false)];
        table.push_str(&format!(
            "| {item} | {} | {} | {} of {} |\n",
            tune.cells(),
            held.cells(),
            nothing.false_alarms,
            nothing.false_alarms + nothing.rightly_none + nothing.abstained
        ));
    }
    println!("{table}");
    for row in table.lines() {
        assert!(docs.contains(row), "docs/measures.md lacks a row; the table now is\n{table}");
    }
}
