//! The grid of one contestant: animals by vehicles, and whether the famous one is drawn more often than its cousins.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use pelicycle_prompt::{Prompt, PromptLibrary};
use pelicycle_record::{PromptRecord, name};
use pelicycle_statistics::Rate;
use pelicycle_text as text;
use serde::Serialize;

use super::Card;
use super::figures::{difference_in_words, rate_in_words};
use super::hall::{self, ModelWorks, Showcase, model_path};
use super::premium::{is_fresh, meaning, premium};

/// The famous pair.
const ANIMAL: &str = "pelican";
const VEHICLE: &str = "bicycle";
/// Rows and columns of a page; more are a mistake in prompt files.
const MOST: usize = 40;

/// The grid of one contestant.
#[derive(Debug, Serialize)]
pub(crate) struct GridPage {
    #[serde(skip)]
    pub(crate) path: String,
    label: String,
    model_href: String,
    demonstration: bool,
    vehicles: Vec<String>,
    rows: Vec<Row>,
    famous: Option<Group>,
    premiums: Vec<Premium>,
}

#[derive(Debug, Serialize)]
struct Row {
    animal: String,
    /// A cell a vehicle; none where nobody asked.
    cells: Vec<Option<Cell>>,
}

#[derive(Debug, Serialize)]
struct Cell {
    card: Card,
    famous: bool,
    drawn: String,
    anchor: String,
}

/// Attempts taken together.
#[derive(Debug, Serialize)]
struct Group {
    name: &'static str,
    drawn: String,
    rate: String,
}

/// The difference by which the famous pair is drawn oftener than its controls.
#[derive(Debug, Serialize)]
struct Premium {
    controls: Group,
    difference: String,
    meaning: &'static str,
}

/// Cells by animal and vehicle.
type Cells<'a> = BTreeMap<(String, String), &'a Showcase<'a>>;

/// Animal and vehicle of a prompt: as it was recorded, or as the bundled prompt of the same id and text has them.
pub(super) fn pair(prompt: &PromptRecord) -> Option<(String, String)> {
    static BUNDLED: LazyLock<HashMap<String, PromptRecord>> = LazyLock::new(|| {
        PromptLibrary::bundled()
            .iter()
            .map(Prompt::record)
            .map(|record| (record.id.clone(), record))
            .collect()
    });
    let own = |prompt: &PromptRecord| prompt.animal.clone().zip(prompt.vehicle.clone());
    let bundled = || BUNDLED.get(&prompt.id).filter(|bundled| bundled.text == prompt.text).and_then(own);
    own(prompt).or_else(bundled).map(|(animal, vehicle)| (text::label(&animal), text::label(&vehicle)))
}

/// Whether a pair is the famous one.
pub(super) fn is_famous((animal, vehicle): &(String, String)) -> bool {
    animal == ANIMAL && vehicle == VEHICLE
}

/// A model's drawings of the famous pair.
pub(super) fn famous<'a>(model: &ModelWorks<'a>) -> Option<&'a Showcase<'a>> {
    cells(model).remove(&(ANIMAL.to_owned(), VEHICLE.to_owned()))
}

/// A model's rates on the famous pair's controls, which the grid's page and that of the premium share.
pub(super) fn controls(model: &ModelWorks<'_>) -> Vec<Rate> {
    control_rates(&cells(model), |_, _| true)
}

/// Rates of the controls that are wanted by animal and vehicle.
fn control_rates(cells: &Cells<'_>, wanted: fn(&str, &str) -> bool) -> Vec<Rate> {
    let controls = cells.iter().filter(|(pair, _)| wanted(&pair.0, &pair.1) && !is_famous(pair));
    controls.map(|(_, case)| case.drawn()).collect()
}

/// A model's drawings of pairs. Fresh prompts are controls of another kind, whatever pair they say.
fn cells<'a>(model: &ModelWorks<'a>) -> Cells<'a> {
    let mut cells = Cells::new();
    for (section, case) in &model.cases {
        // Of two texts for one pair the newer stands: sections come newest first.
        if let Some(pair) = pair(section.prompt).filter(|_| !is_fresh(section.prompt)) {
            cells.entry(pair).or_insert(case);
        }
    }
    cells
}

/// Path of the grid's page from the site's root; none where there is no grid to see.
pub(super) fn path(model: &ModelWorks<'_>) -> Option<String> {
    let stem = name::slug(&model.contestant().slug);
    (cells(model).len() > 1).then(|| format!("grids/{stem}.html"))
}

impl GridPage {
    /// None where there is no grid to see.
    pub(crate) fn new(model: &ModelWorks<'_>) -> Option<Self> {
        let path = path(model)?;
        let cells = cells(model);
        let contestant = model.contestant();
        let animals = order(cells.keys().map(|(animal, _)| animal), ANIMAL);
        let vehicles = order(cells.keys().map(|(_, vehicle)| vehicle), VEHICLE);
        let rows = animals.iter().map(|animal| Row {
            animal: animal.clone(),
            cells: vehicles
                .iter()
                .map(|vehicle| {
                    cells.get(&(animal.clone(), vehicle.clone())).map(|case| Cell::new(case, animal, vehicle))
                })
                .collect(),
        });
        let (famous, premiums) = premiums(&cells);
        Some(Self {
            path,
            label: text::label(&contestant.label),
            model_href: model_path(contestant),
            demonstration: contestant.demonstration,
            rows: rows.collect(),
            vehicles,
            famous,
            premiums,
        })
    }
}

/// The famous one first, then by the alphabet.
fn order<'a>(names: impl Iterator<Item = &'a String>, first: &str) -> Vec<String> {
    let names: BTreeSet<&String> = names.collect();
    let (famous, others): (Vec<&String>, Vec<&String>) = names.into_iter().partition(|name| *name == first);
    famous.into_iter().chain(others).take(MOST).cloned().collect()
}

impl Cell {
    fn new(case: &Showcase<'_>, animal: &str, vehicle: &str) -> Self {
        let Rate { hits, of } = case.drawn();
        Self {
            card: Card::new(case.lead()),
            famous: animal == ANIMAL && vehicle == VEHICLE,
            drawn: format!("{} of {} drawn", text::count(hits), text::count(of)),
            anchor: hall::anchor(case),
        }
    }
}

impl Group {
    fn new(name: &'static str, rate: Rate) -> Option<Self> {
        Some(Self {
            name,
            drawn: format!("{} of {}", text::count(rate.hits), text::count(rate.of)),
            rate: rate_in_words(rate)?,
        })
    }
}

/// The famous pair's rate, and its difference to that of its controls: the same animal on other vehicles, other animals
/// on the same vehicle, and all of them.
fn premiums(cells: &Cells<'_>) -> (Option<Group>, Vec<Premium>) {
    let famous = cells.get(&(ANIMAL.to_owned(), VEHICLE.to_owned())).map(|case| case.drawn());
    let Some(famous) = famous else { return (None, Vec::new()) };
    let rates = |wanted| control_rates(cells, wanted);
    let controls = [
        ("Pelicans on other vehicles", rates(|animal, _| animal == ANIMAL)),
        ("Other animals on bicycles", rates(|_, vehicle| vehicle == VEHICLE)),
        ("All controls", rates(|_, _| true)),
    ];
    let premiums = controls.into_iter().filter_map(|(name, rates)| {
        let difference = premium(famous, &rates)?;
        let mut rate = Rate::default();
        rates.into_iter().for_each(|control| rate += control);
        Some(Premium {
            controls: Group::new(name, rate)?,
            difference: difference_in_words(difference),
            meaning: meaning(difference),
        })
    });
    (Group::new("A pelican on a bicycle", famous), premiums.collect())
}
