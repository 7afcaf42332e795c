//! The kinds of charts: what stands across, what stands upwards, and in what words.

use jiff::Unit;
use jiff::civil::{Date, date};
use pelicycle_text::{self as text, dollars, size};

use super::scale::AxisScale;
use crate::view::figures::Figures;
use crate::view::hall::Showcase;

/// The kind of a chart: the two quantities that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChartKind {
    /// The strength of a model's drawings, by the day when it came out.
    Released,
    /// By the price of a drawing.
    Price,
    /// By the time that a drawing takes.
    Seconds,
    /// By the tokens that a drawing takes.
    Tokens,
    /// Of one model in several quantizations: how good it draws, by the size of its file.
    Quantization,
    /// Of one model in several quantizations: how fast it writes, by the size of its file.
    QuantizationSpeed,
}

/// The words of a kind of chart.
#[derive(Debug)]
pub(super) struct ChartWords {
    /// The text of a link to it.
    pub(super) link: &'static str,
    /// The quantity across, in the chart's title: `by release date`.
    pub(super) by: &'static str,
    /// The name of the axis, where its numbers do not say it.
    pub(super) axis: Option<&'static str>,
    /// The head of its column.
    pub(super) column: &'static str,
    /// The head of the column that marks the best; none where there are no best.
    pub(super) best: Option<&'static str>,
    /// The fact whose absence leaves a model out.
    pub(super) without: &'static str,
    /// The explanation of the chart.
    pub(super) explains: &'static str,
}

impl ChartKind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Released,
        Self::Price,
        Self::Seconds,
        Self::Tokens,
        Self::Quantization,
        Self::QuantizationSpeed,
    ];

    /// The suffix of its path behind the name of the prompt.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Released => "",
            Self::Price => "-price",
            Self::Seconds => "-time",
            Self::Tokens => "-tokens",
            Self::Quantization => "-quantization",
            Self::QuantizationSpeed => "-quantization-speed",
        }
    }

    pub(super) fn words(self) -> ChartWords {
        match self {
            Self::Released => ChartWords {
                link: "Release date",
                by: "by release date",
                axis: None,
                column: "Released",
                best: Some("Best so far"),
                without: "a known release date",
                explains: "The dashed line is the best so far.",
            },
            Self::Price => ChartWords {
                link: "Price",
                by: "by price of a drawing",
                axis: Some("US dollars for a drawing (median)"),
                column: "Price",
                best: Some("Best for its price"),
                without: "a known price above zero",
                explains: "The dashed line is the best that one gets for a price.",
            },
            Self::Seconds => ChartWords {
                link: "Time",
                by: "by time for a drawing",
                axis: Some("Time for a drawing (median)"),
                column: "Time",
                best: Some("Best for its time"),
                without: "a known time",
                explains: "The dashed line is the best that one gets within a time.",
            },
            Self::Tokens => ChartWords {
                link: "Tokens",
                by: "by tokens for a drawing",
                axis: Some("Tokens for a drawing, reasoning included (median)"),
                column: "Tokens",
                best: Some("Best for its tokens"),
                without: "a known number of tokens",
                explains: "The dashed line is the best that one gets for so many tokens.",
            },
            Self::Quantization => ChartWords {
                link: "Quantization",
                by: "by quantization",
                axis: Some("Size of the model file"),
                column: "File",
                best: Some("Best for its size"),
                without: "an answer that counts",
                explains: "A line joins one model in several quantizations: the same weights, stored with fewer or more bits.",
            },
            Self::QuantizationSpeed => ChartWords {
                link: "Quantization and speed",
                by: "by quantization",
                axis: Some("Size of the model file"),
                column: "File",
                best: None,
                without: "a known speed",
                explains: "A line joins one model in several quantizations: the same weights, stored with fewer or more bits.",
            },
        }
    }

    /// Whether models are held together with their own quantizations.
    pub(super) fn is_of_quantizations(self) -> bool {
        matches!(self, Self::Quantization | Self::QuantizationSpeed)
    }

    /// Fewer models make no chart.
    pub(super) fn least(self) -> usize {
        if self.is_of_quantizations() { 2 } else { 3 }
    }

    /// The value of a model on the horizontal axis; none where it is not known, or is not above zero, where the axis is a
    /// logarithm.
    pub(super) fn at(self, case: &Showcase<'_>) -> Option<f64> {
        let numbers = || Figures::of(&case.shown.iter().map(|shown| shown.attempt)).numbers;
        let at = match self {
            Self::Released => return days(case.origin.released?),
            Self::Price => numbers().price?,
            Self::Seconds => numbers().time?,
            Self::Tokens => numbers().tokens?,
            Self::Quantization | Self::QuantizationSpeed => {
                case.shown[0].attempt.engine.as_ref()?.bytes as f64
            }
        };
        // A logarithm begins above zero.
        (at.is_finite() && at > 0.0).then_some(at)
    }

    /// A place across, in words.
    pub(super) fn place(self, at: f64) -> String {
        match self {
            Self::Released => text::date(day(at)),
            Self::Price => dollars(at),
            Self::Seconds => text::seconds(at),
            Self::Tokens => text::count(at.round() as u64),
            Self::Quantization | Self::QuantizationSpeed => size::words(at.round() as u64),
        }
    }

    /// The axis from the first place to the last.
    pub(super) fn scale(self, first: f64, last: f64) -> AxisScale {
        match self {
            Self::Released => AxisScale::days(day(first), day(last)),
            _ => AxisScale::powers(first, last),
        }
    }
}

/// Days since 1 January 1970.
fn days(day: Date) -> Option<f64> {
    date(1970, 1, 1).until((Unit::Day, day)).ok().map(|span| f64::from(span.get_days()))
}

fn day(days: f64) -> Date {
    date(1970, 1, 1).saturating_add(jiff::Span::new().days(days as i32))
}
