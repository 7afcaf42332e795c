//! The table of measures, each a number of an attempt, by which sides are compared.

use std::collections::BTreeMap;

use pelicycle_record::measure::{Detector, ItemState, Measures};
use pelicycle_record::{Attempt, Check, Id, Outcome};
use serde::Serialize;

/// Measures of drawings, by attempt; records do not hold them.
pub type MeasuredDrawings = BTreeMap<Id, Measures>;

/// The direction in which a measure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BetterDirection {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it is worth knowing, and no verdict on quality.
    Neither,
}

/// The scale on which a measure's numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureScale {
    /// 1 or 0: shares are compared, in points.
    Rate,
    /// Never below zero and told in percent: logarithms are compared, where no number is zero.
    Ratio,
    /// Compared as they are.
    Plain,
}

/// The kind of a measure, which decides what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureRole {
    /// Whether the model answered with a drawing at all: worse is worse.
    Reply,
    /// The structure of a drawing: it says nothing of how good it is.
    Structure,
    /// The time, tokens or money that a reply took.
    Resource,
    /// An item of a rubric as rules read it off a drawing: rules overlook parts that a person sees.
    Item,
}

/// A measure: a number of an attempt that can be compared.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its name on the command line and in JSON; never changed once it was published.
    pub name: &'static str,
    /// The measure in a few words, for people.
    pub label: &'static str,
    /// Its kind.
    pub role: MeasureRole,
    /// The direction in which it is better.
    pub better: BetterDirection,
    /// The scale on which its numbers are compared.
    pub scale: MeasureScale,
    /// The unit, as it stands after a number; empty where there is none.
    pub unit: &'static str,
    /// The place where it is read.
    pub read: MeasureSource,
}

/// The place where a measure is read.
#[derive(Debug, Clone, Copy)]
pub enum MeasureSource {
    /// In the record.
    Record(fn(&Attempt) -> Option<f64>),
    /// In what was measured of the drawing: whether an item of its prompt's rubric is met.
    Item(Detector),
}

impl Measure {
    /// The number of an attempt; none where the attempt does not tell.
    #[must_use]
    pub fn of(&self, attempt: &Attempt, measured: &MeasuredDrawings) -> Option<f64> {
        let value = match self.read {
            MeasureSource::Record(read) => read(attempt),
            MeasureSource::Item(item) => {
                let judged = measured.get(&attempt.id)?.rubric.iter().find(|judged| judged.item == item)?;
                match judged.state {
                    ItemState::Met => Some(1.0),
                    ItemState::NotMet => Some(0.0),
                    ItemState::CantTell => None,
                }
            }
        };
        value.filter(|value| value.is_finite())
    }

    /// Whether it tells of time, which other programs on the host make longer.
    #[must_use]
    pub(super) fn is_of_time(&self) -> bool {
        self.role == MeasureRole::Resource && self.unit.ends_with('s')
    }

    /// Whether the drawings must be measured to read it.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        matches!(self.read, MeasureSource::Item(_))
    }
}

/// The measures of a name each; without names all that records tell, and with `rubric` the items of rubrics as well.
///
/// # Errors
/// The first name that is none.
pub fn measures(names: &[String], rubric: bool) -> Result<Vec<&'static Measure>, String> {
    if names.is_empty() {
        return Ok(MEASURES.iter().filter(|measure| rubric || !measure.is_measured()).collect());
    }
    let mut found: Vec<&'static Measure> = Vec::new();
    for name in names {
        let measure = MEASURES.iter().find(|measure| measure.name == name).ok_or_else(|| name.clone())?;
        if !found.iter().any(|known| known.name == measure.name) {
            found.push(measure);
        }
    }
    Ok(found)
}

/// 1 or 0 of an attempt that says something of the model.
fn share(attempt: &Attempt, of: impl FnOnce(&Attempt) -> bool) -> Option<f64> {
    attempt.counts().then(|| if of(attempt) { 1.0 } else { 0.0 })
}

/// A number of a whole reply: of one that was cut off it says nothing.
fn whole(attempt: &Attempt, number: Option<f64>) -> Option<f64> {
    let ended = matches!(attempt.outcome, Outcome::Complete | Outcome::Length);
    number.filter(|number| ended && number.is_finite())
}

/// A number of a drawing that shows something.
fn drawn(attempt: &Attempt, number: Option<f64>) -> Option<f64> {
    number.filter(|_| attempt.is_drawn())
}

/// An item of a rubric: of drawings that show something, those in which the rules decide. It has no better and no worse: where
/// rules see less of richer drawings, a person sees more.
const fn item(name: &'static str, label: &'static str, item: Detector) -> Measure {
    Measure {
        name,
        label,
        role: MeasureRole::Item,
        better: BetterDirection::Neither,
        scale: MeasureScale::Rate,
        unit: "",
        read: MeasureSource::Item(item),
    }
}

/// All measures, in the order in which they are told.
pub static MEASURES: [Measure; 17] = [
    Measure {
        name: "drawn",
        label: "Drawn",
        role: MeasureRole::Reply,
        better: BetterDirection::Higher,
        scale: MeasureScale::Rate,
        unit: "",
        read: MeasureSource::Record(|attempt| share(attempt, Attempt::is_drawn)),
    },
    Measure {
        name: "ended",
        label: "Ended",
        role: MeasureRole::Reply,
        better: BetterDirection::Higher,
        scale: MeasureScale::Rate,
        unit: "",
        read: MeasureSource::Record(|attempt| share(attempt, |attempt| attempt.outcome == Outcome::Complete)),
    },
    Measure {
        name: "findings",
        label: "Faults",
        role: MeasureRole::Structure,
        better: BetterDirection::Lower,
        scale: MeasureScale::Plain,
        unit: "",
        read: MeasureSource::Record(|attempt| {
            let faults = |check: &Check| {
                check.findings.iter().filter(|finding| !finding.code.is_about_the_renderer()).count()
            };
            whole(attempt, attempt.check.as_ref().map(|check| faults(check) as f64))
        }),
    },
    Measure {
        name: "output-tokens",
        label: "Tokens",
        role: MeasureRole::Resource,
        better: BetterDirection::Lower,
        scale: MeasureScale::Ratio,
        unit: "",
        read: MeasureSource::Record(|attempt| {
            whole(attempt, attempt.usage.output.map(|tokens| tokens as f64))
        }),
    },
    Measure {
        name: "seconds",
        label: "Time",
        role: MeasureRole::Resource,
        better: BetterDirection::Lower,
        scale: MeasureScale::Ratio,
        unit: "s",
        read: MeasureSource::Record(|attempt| whole(attempt, attempt.timing.total)),
    },
    Measure {
        name: "first-token-seconds",
        label: "First token",
        role: MeasureRole::Resource,
        better: BetterDirection::Lower,
        scale: MeasureScale::Ratio,
        unit: "s",
        read: MeasureSource::Record(|attempt| whole(attempt, attempt.timing.first_token)),
    },
    Measure {
        name: "tokens-per-second",
        label: "Speed",
        role: MeasureRole::Resource,
        better: BetterDirection::Higher,
        scale: MeasureScale::Ratio,
        unit: "tokens/s",
        read: MeasureSource::Record(|attempt| whole(attempt, attempt.speed())),
    },
    Measure {
        name: "cost",
        label: "Cost",
        role: MeasureRole::Resource,
        better: BetterDirection::Lower,
        scale: MeasureScale::Ratio,
        unit: "USD",
        read: MeasureSource::Record(|attempt| whole(attempt, attempt.cost.as_ref().map(|cost| cost.usd))),
    },
    Measure {
        name: "elements",
        label: "Elements",
        role: MeasureRole::Structure,
        better: BetterDirection::Neither,
        scale: MeasureScale::Ratio,
        unit: "",
        read: MeasureSource::Record(|attempt| {
            let svg = attempt.check.as_ref().and_then(|check| check.svg.as_ref());
            drawn(attempt, svg.and_then(|svg| svg.elements).map(|elements| elements as f64))
        }),
    },
    Measure {
        name: "svg-bytes",
        label: "Length",
        role: MeasureRole::Structure,
        better: BetterDirection::Neither,
        scale: MeasureScale::Ratio,
        unit: "bytes",
        read: MeasureSource::Record(|attempt| {
            let svg = attempt.check.as_ref().and_then(|check| check.svg.as_ref());
            drawn(attempt, svg.map(|svg| svg.bytes as f64))
        }),
    },
    item("wheels", "Wheels", Detector::Wheels),
    item("spokes", "Spokes", Detector::Spokes),
    item("frame", "Frame", Detector::Frame),
    item("rider", "Rider", Detector::Rider),
    item("legs", "Legs", Detector::Legs),
    item("eye", "Eye", Detector::Eye),
    item("beak", "Beak", Detector::Beak),
];
