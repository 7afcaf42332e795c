//! One contestant over time as one HTML file: a line a measure, its changes of level, and what else changed on the way.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pelicycle_compare::{History, MeasureHistory};
use pelicycle_text::{date, label, moment, plural, sentence};
use serde::Serialize;

use crate::templates::{PageError, lone_page};

/// A chart is so many units wide and high, with so much room on each side.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 120.0;
const MARGIN: f64 = 10.0;
/// Marks that are drawn and listed.
const MOST: usize = 40;

#[derive(Debug, Serialize)]
struct Page {
    contestant: String,
    sum: String,
    charts: Vec<Chart>,
    marks: Vec<MarkRow>,
    more: usize,
    none: Option<String>,
}

#[derive(Debug, Serialize)]
struct Chart {
    label: &'static str,
    /// All of it in words, for those who don't see it.
    words: String,
    top: String,
    bottom: String,
    first: String,
    last: String,
    /// The line through the days, and a dot a day with what it is.
    path: String,
    dots: Vec<(f64, f64, String)>,
    /// Levels between changes: from, to, height.
    levels: Vec<(f64, f64, f64)>,
    /// The places of the marks across, with their numbers.
    marks: Vec<(f64, usize)>,
    changes: Vec<String>,
}

/// A change of something else, in words.
#[derive(Debug, Serialize)]
struct MarkRow {
    when: String,
    what: &'static str,
    before: String,
    after: String,
}

/// The scales of a chart: where moments and values stand on it.
struct ChartScales {
    from: f64,
    to: f64,
    low: f64,
    high: f64,
}

impl ChartScales {
    fn new(line: &MeasureHistory, from: Timestamp, to: Timestamp) -> ChartScales {
        let levels = line.changes.iter().flat_map(|change| [change.before, change.after]);
        let values = line.days.iter().map(|day| day.value).chain(levels);
        let (mut low, mut high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if line.is_rate {
            (low, high) = (0.0, 1.0);
        } else if high - low <= f64::EPSILON * high.abs() {
            // A level line stands in the middle, or on the ground.
            (low, high) =
                if low == 0.0 { (0.0, 1.0) } else { (low - low.abs() / 2.0, high + high.abs() / 2.0) };
        }
        let second = |moment: Timestamp| moment.as_second() as f64;
        ChartScales { from: second(from), to: second(to).max(second(from) + 1.0), low, high }
    }

    fn across(&self, moment: Timestamp) -> f64 {
        let share = (moment.as_second() as f64 - self.from) / (self.to - self.from);
        rounded(MARGIN + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN))
    }

    fn down(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        rounded(HEIGHT - MARGIN - share.clamp(0.0, 1.0) * (HEIGHT - 2.0 * MARGIN))
    }
}

/// The middle of a day, where its dot stands.
fn noon(day: Date) -> Timestamp {
    let noon = day.at(12, 0, 0, 0);
    noon.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp())
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The history as one HTML file, which asks for nothing from anywhere.
///
/// # Errors
/// Only when the template is broken.
pub fn history_page(history: &History) -> Result<String, PageError> {
    let days = || history.lines.iter().flat_map(|line| &line.days).map(|day| day.day);
    let (from, to) = (days().min(), days().max());
    let charts = match from.zip(to) {
        Some((from, to)) => history.lines.iter().map(|line| chart(history, line, from, to)).collect(),
        None => Vec::new(),
    };
    let marks = history.marks.iter().take(MOST).map(|mark| MarkRow {
        when: moment(mark.started),
        what: mark.what,
        before: sentence(&mark.before),
        after: sentence(&mark.after),
    });
    let page = Page {
        contestant: label(&history.contestant),
        sum: plural(history.attempts as u64, "attempt"),
        none: charts.is_empty().then(|| history.too_few()),
        charts,
        marks: marks.collect(),
        more: history.marks.len().saturating_sub(MOST),
    };
    let style = pelicycle_templates::COMPARE_CSS;
    lone_page(pelicycle_templates::HISTORY_HTML, style, &page)
}

fn chart(history: &History, line: &MeasureHistory, from: Date, to: Date) -> Chart {
    let scale = ChartScales::new(line, noon(from), noon(to));
    let dots: Vec<(f64, f64, String)> = line
        .days
        .iter()
        .map(|day| {
            let words = format!(
                "{}: {} ({})",
                date(day.day),
                line.number(day.value),
                plural(day.n as u64, "attempt")
            );
            (scale.across(noon(day.day)), scale.down(day.value), words)
        })
        .collect();
    let mut path = String::new();
    for (index, (x, y, _)) in dots.iter().enumerate() {
        path.push_str(&format!("{}{x} {y}", if index == 0 { "M" } else { "L" }));
    }
    // The level before the first change, those between, and the one after the last.
    let mut levels = Vec::new();
    let mut begin = MARGIN;
    for change in &line.changes {
        let at = scale.across(change.started);
        levels.push((begin, at, scale.down(change.before)));
        begin = at;
    }
    if let Some(last) = line.changes.last() {
        levels.push((begin, WIDTH - MARGIN, scale.down(last.after)));
    }
    let marks = history.marks.iter().take(MOST).enumerate();
    let shown = |value: f64| line.number(value);
    Chart {
        label: line.label,
        words: line.words(),
        top: shown(scale.high),
        bottom: shown(scale.low),
        first: date(from),
        last: date(to),
        path,
        dots,
        levels,
        marks: marks.map(|(index, mark)| (scale.across(mark.started), index + 1)).collect(),
        changes: line.changes.iter().map(|change| line.change(change)).collect(),
    }
}
