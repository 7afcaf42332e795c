//! Charts of a prompt, drawn here, read without script: how good its models' drawings are by release date, price, time
//! and tokens, and what quantization does to local models.
//!
//! How good drawings are is the strength in the ranking, where there is one, else the share of answers that drew. By
//! release date a line joins the models of one lab; the frontier is the best of all that stand before it across.

use pelicycle_record::LOCAL;
use pelicycle_statistics::Interval;
use pelicycle_text as text;

use super::figures::{Figures, speed_in_words};
use super::hall::{PromptSection, Showcase};
use super::ranking::WallRanks;

mod frame;
mod kind;
mod page;
mod quantization;
mod scale;

pub(crate) use frame::ChartFrame;
use kind::ChartKind;
pub(crate) use page::ChartPage;
pub(super) use scale::AxisScale;

/// The colour of a model whose lab is not known.
pub(super) const PLAIN: &str = "#868e96";

/// The content of a chart, before it has a size.
#[derive(Debug)]
struct Chart<'b, 'a> {
    kind: ChartKind,
    /// Values are strengths; else shares of answers that drew.
    judged: bool,
    /// From left to right.
    dots: Vec<Dot<'b, 'a>>,
}

/// One model on a chart.
#[derive(Debug)]
struct Dot<'b, 'a> {
    case: &'b Showcase<'a>,
    at: f64,
    value: f64,
    interval: Option<Interval>,
    /// Better than all that stand on its left.
    leads: bool,
    /// The line that joins it with others: the same name, the same line.
    line: Option<String>,
    /// The quantization that its model file states, where that is what the chart is about.
    quantization: Option<String>,
}

impl<'b, 'a> Chart<'b, 'a> {
    /// None where there is too little to see.
    fn new(section: &'b PromptSection<'a>, ranks: &WallRanks, kind: ChartKind) -> Option<Self> {
        let contestants = section.cases.iter().filter(|case| !case.contestant().demonstration);
        let placed: Vec<(&Showcase<'a>, f64)> =
            contestants.filter_map(|case| Some((case, kind.at(case)?))).collect();
        let ranked = |(case, _): &&(&Showcase<'_>, f64)| ranks.of(&case.contestant().slug).is_some();
        let judged = placed.iter().filter(ranked).count() >= kind.least();
        let mut dots: Vec<Dot<'b, 'a>> =
            placed.into_iter().filter_map(|(case, at)| Dot::new(case, at, kind, judged, ranks)).collect();
        if kind.is_of_quantizations() {
            quantization::keep_several(&mut dots);
        }
        dots.sort_by(|a, b| {
            a.at.total_cmp(&b.at)
                .then(b.value.total_cmp(&a.value))
                .then_with(|| a.case.contestant().slug.cmp(&b.case.contestant().slug))
        });
        let differ = dots.first().zip(dots.last()).is_some_and(|(first, last)| first.at < last.at);
        // Models of one day are a chart all the same: what came when is what it says.
        if dots.len() < kind.least() || !(differ || kind == ChartKind::Released) {
            return None;
        }
        let mut best = f64::NEG_INFINITY;
        for dot in dots.iter_mut().filter(|_| kind.words().best.is_some()) {
            dot.leads = dot.value > best;
            best = best.max(dot.value);
        }
        Some(Self { kind, judged, dots })
    }

    fn path(&self, section: &PromptSection<'_>) -> String {
        format!("charts/{}{}.html", section.stem(), self.kind.suffix())
    }

    /// The value at the top of the axis.
    fn top(&self) -> f64 {
        if self.kind != ChartKind::QuantizationSpeed {
            return 1.0;
        }
        let most = self.dots.iter().map(|dot| dot.value).fold(0.0, f64::max);
        // Of each step a quarter is a round number too.
        let step = 10f64.powf(most.max(1e-3).log10().floor());
        [1.0, 2.0, 4.0, 6.0, 8.0]
            .map(|digit| digit * step)
            .into_iter()
            .find(|top| *top >= most)
            .unwrap_or(10.0 * step)
    }

    fn value_in_words(&self, value: f64) -> String {
        if self.kind == ChartKind::QuantizationSpeed { speed_in_words(value) } else { percent(value) }
    }

    /// A value on the axis upwards, where there is little room.
    fn tick_in_words(&self, value: f64) -> String {
        if self.kind == ChartKind::QuantizationSpeed { text::decimal(value) } else { percent(value) }
    }

    fn unit(&self) -> Option<&'static str> {
        (self.kind == ChartKind::QuantizationSpeed).then_some("tokens/s")
    }

    /// The quantity upwards, and its explanation.
    fn what(&self) -> (&'static str, &'static str) {
        match (self.kind, self.judged) {
            (ChartKind::QuantizationSpeed, _) => (
                "Speed",
                "Speed is how many tokens the model writes in a second (median), on the machine that asked.",
            ),
            (_, true) => (
                "Strength",
                "Strength is the chance that a drawing of this model is preferred to one of an average model, over all prompts.",
            ),
            (_, false) => ("Share drawn", "The share of answers that are a drawing."),
        }
    }
}

impl<'b, 'a> Dot<'b, 'a> {
    fn new(
        case: &'b Showcase<'a>,
        at: f64,
        kind: ChartKind,
        judged: bool,
        ranks: &WallRanks,
    ) -> Option<Self> {
        let (value, interval) = match (kind, judged) {
            (ChartKind::QuantizationSpeed, _) => {
                (Figures::of(&case.shown.iter().map(|shown| shown.attempt)).numbers.speed?, None)
            }
            (_, true) => ranks.of(&case.contestant().slug).map(|it| (it.chance, Some(it.strength)))?,
            (_, false) => (case.drawn().share()?, case.drawn().interval()),
        };
        let lab = || case.origin.lab.as_ref().map(|lab| lab.name.clone());
        let (line, quantization) = match kind {
            ChartKind::Released => (lab(), None),
            ChartKind::Quantization | ChartKind::QuantizationSpeed => {
                let (base, quantization) = quantization::of(case)?;
                (Some(base), Some(quantization))
            }
            _ => (None, None),
        };
        Some(Dot { case, at, value, interval, leads: false, line, quantization })
    }

    fn label(&self) -> String {
        text::label(&self.case.contestant().label)
    }

    /// The name beside the point.
    fn name(&self) -> String {
        self.quantization.as_deref().map_or_else(|| self.label(), text::label)
    }

    fn colour(&self) -> String {
        self.case.origin.lab.as_ref().map_or(PLAIN, |lab| &lab.colour).to_owned()
    }

    fn is_local(&self) -> bool {
        self.case.contestant().provider == LOCAL
    }
}

/// Path of a prompt's first chart from the site's root; none where it has none.
pub(super) fn path(section: &PromptSection<'_>, ranks: &WallRanks) -> Option<String> {
    let mut charts = ChartKind::ALL.into_iter().filter_map(|kind| Chart::new(section, ranks, kind));
    charts.next().map(|chart| chart.path(section))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
