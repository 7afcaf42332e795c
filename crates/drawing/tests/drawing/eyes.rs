//! The detectors against people's eyes: drawings that were labelled item by item. The figures that docs/measures.md
//! gives are the ones computed here.

#![expect(clippy::print_stdout, reason = "figures for a person")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect, measure};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::{Detector, ItemState, Measures};
use pelicycle_testkit::shared;
use serde::Deserialize;

/// The items that the rules tell, in the pelican's order.
const ITEMS: [&str; 7] = ["wheels", "spokes", "frame", "rider", "legs", "eye", "beak"];

/// A person's labels for one drawing.
#[derive(Debug, Deserialize)]
struct Labels {
    /// Whether its errors were looked at while rules were written.
    tune: bool,
    #[serde(flatten)]
    items: BTreeMap<String, Seen>,
}

/// The labels of the drawings of 2026.
#[derive(Debug, Deserialize)]
struct FrontierLabels {
    drawings: Vec<FrontierDrawing>,
}

#[derive(Debug, Deserialize)]
struct FrontierDrawing {
    file: String,
    seen: BTreeMap<String, Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Seen {
    Yes,
    No,
    Unclear,
}

/// A tally of how often a detector and the person agreed, where the person said yes or no.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    /// The detector can't tell.
    abstained: usize,
}

impl Tally {
    fn add(&mut self, seen: Seen, state: ItemState) {
        match (seen, state) {
            (Seen::Unclear, _) => {}
            (_, ItemState::CantTell) => self.abstained += 1,
            (Seen::Yes, ItemState::Met) | (Seen::No, ItemState::NotMet) => self.right += 1,
            (Seen::Yes, ItemState::NotMet) | (Seen::No, ItemState::Met) => self.wrong += 1,
        }
    }

    fn decided(self) -> usize {
        self.right + self.wrong
    }

    fn with(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            wrong: self.wrong + other.wrong,
            abstained: self.abstained + other.abstained,
        }
    }

    /// Two cells of the table: how many were decided of those in which the person is clear, and how many wrongly.
    fn cells(self) -> String {
        format!("{} of {} | {}", self.decided(), self.decided() + self.abstained, self.wrong)
    }
}

/// Tallies by item.
type Tallies = BTreeMap<&'static str, Tally>;

fn measured(svg: &[u8]) -> Measures {
    let library = PromptLibrary::bundled();
    measure(svg, &library.get("pelican").unwrap().rubric, &DrawingBounds::default()).unwrap()
}

/// Holds a drawing against what a person saw. Tells of disagreement only where it may be learned from.
fn hold(tallies: &mut Tallies, name: &str, seen: &BTreeMap<String, Seen>, svg: &[u8], tell: bool) {
    let measures = measured(svg);
    assert_eq!(measures.rubric.len(), ITEMS.len(), "{name}");
    for (item, judged) in ITEMS.into_iter().zip(&measures.rubric) {
        assert_eq!(serde_json::to_value(judged.item).unwrap(), item);
        tallies.entry(item).or_default().add(seen[item], judged.state);
        let agree = matches!(
            (seen[item], judged.state),
            (Seen::Unclear, _) | (Seen::Yes, ItemState::Met) | (Seen::No, ItemState::NotMet)
        );
        if tell && !agree {
            println!("{name}, {item}: seen {:?}, judged {:?}: {}", seen[item], judged.state, judged.why);
        }
    }
}

/// Tallies of a set that is labelled in a file here: of the drawings that were learned from, and of the others.
fn labelled(labels: &str, drawing: impl Fn(&str) -> Vec<u8>) -> (Tallies, Tallies) {
    let labels: BTreeMap<String, Labels> = toml::from_str(labels).unwrap();
    let (mut tuned, mut held) = (Tallies::new(), Tallies::new());
    for (name, labels) in &labels {
        let into = if labels.tune { &mut tuned } else { &mut held };
        hold(into, name, &labels.items, &drawing(name), labels.tune);
    }
    (tuned, held)
}

/// Tallies of the drawings of 2026: every other one by name was learned from.
fn frontier(shared: &Path) -> (Tallies, Tallies) {
    let folder = shared.join("corpus/frontier");
    let mut labels: FrontierLabels =
        serde_json::from_slice(&std::fs::read(folder.join("labels.json")).unwrap()).unwrap();
    labels.drawings.sort_by(|a, b| a.file.cmp(&b.file));
    let (mut tuned, mut held) = (Tallies::new(), Tallies::new());
    for (index, drawing) in labels.drawings.iter().enumerate() {
        let tune = index % 2 == 0;
        let svg = std::fs::read(folder.join(&drawing.file)).unwrap();
        hold(if tune { &mut tuned } else { &mut held }, &drawing.file, &drawing.seen, &svg, tune);
    }
    (tuned, held)
}

/// On drawings that nobody tuned on: at most 5% of the decided answers are wrong, 8% in each item, and at least 60% are
/// decided where the person is clear.
fn holds_the_standard(held: &Tallies) {
    let all = held.values().copied().reduce(Tally::with).unwrap();
    assert!(all.wrong * 100 <= all.decided() * 5, "{all:?}");
    for (item, tally) in held {
        assert!(tally.wrong * 100 <= tally.decided() * 8, "{item}: {tally:?}");
        assert!(tally.decided() * 100 >= (tally.decided() + tally.abstained) * 60, "{item}: {tally:?}");
    }
}

#[test]
fn the_figures_in_the_docs_are_those_of_the_labelled_drawings() {
    let Some(shared) = shared() else { return };
    let (new_tuned, new_held) = frontier(&shared);
    let (old_tuned, old_held) = labelled(include_str!("../fixtures/eyes/pelican-bicycle.toml"), |name| {
        std::fs::read(shared.join(format!("corpus/pelican-bicycle/{name}.svg"))).unwrap()
    });
    let (_, granite) = labelled(include_str!("../fixtures/eyes/granite.toml"), |name| {
        let reply = std::fs::read(shared.join(format!("corpus/granite/{name}.md"))).unwrap();
        let found = inspect(&reply, &InspectionOptions::default());
        // What is not well-formed is looked at as the person saw it.
        found.repaired.map(|repaired| repaired.svg).or(found.svg).unwrap()
    });
    let sets = [&new_tuned, &new_held, &old_tuned, &old_held, &granite];
    let row = |name: &str, of: &dyn Fn(&Tallies) -> Tally| {
        let cells: Vec<String> = sets.iter().map(|set| of(set).cells()).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    let mut table: String = ITEMS.into_iter().map(|item| row(item, &|set| set[item])).collect();
    table += &row("all", &|set| set.values().copied().reduce(Tally::with).unwrap());
    println!("{table}");
    let docs = include_str!("../../../../docs/measures.md");
    for row in table.lines() {
        assert!(docs.contains(row), "docs/measures.md lacks a row; the table now is\n{table}");
    }
    holds_the_standard(&new_held);
}

/// Drawings of one's own held against one's own eye, for whoever changes the rules: `PELICYCLE_EYES=FOLDER cargo test -p
/// pelicycle-drawing eyes -- --ignored --nocapture`. The folder has `NAME.svg` and `labels.toml`, as the fixtures are.
#[test]
#[ignore = "a survey of many drawings, for a person"]
fn survey_of_labelled_drawings() {
    let Some(folder) = std::env::var_os("PELICYCLE_EYES").map(PathBuf::from) else { return };
    let labels = std::fs::read_to_string(folder.join("labels.toml")).unwrap();
    let (tuned, held) = labelled(&labels, |name| std::fs::read(folder.join(format!("{name}.svg"))).unwrap());
    for (set, name) in [(tuned, "tuned on"), (held, "held out")] {
        for (item, tally) in &set {
            println!("{name}, {item}: {tally:?}");
        }
        println!("{name}, all: {:?}", set.into_values().reduce(Tally::with));
    }
}

#[test]
fn an_item_that_no_rule_tells_is_not_answered() {
    let drawing =
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle cx='4' cy='4' r='3'/></svg>";
    let told: Vec<Detector> = measured(drawing.as_bytes()).rubric.iter().map(|judged| judged.item).collect();
    let rubric = PromptLibrary::bundled().get("pelican").unwrap().rubric.clone();
    let expected: Vec<Detector> =
        rubric.items.iter().map(|item| item.name()).filter(|item| item.is_told_by_rules()).collect();
    assert_eq!(told, expected);
    assert!(told.len() < rubric.items.len());
}
