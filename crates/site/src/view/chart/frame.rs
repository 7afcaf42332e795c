//! One drawing of a chart, at a size: where its points, lines, names and axes lie.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Chart, Dot};
use crate::view::page_path;

/// Space round the plot for words: left, right and top.
const MARGINS: (f64, f64, f64) = (44.0, 16.0, 14.0);
/// Space below it for the axis, and for the name of the axis.
const BELOW: (f64, f64) = (30.0, 20.0);

/// A chart at a size.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChartFrame {
    kind: &'static str,
    width: f64,
    height: f64,
    /// The lower end of the plot.
    bottom: f64,
    axis: Option<&'static str>,
    /// The unit of the axis upwards, where its numbers do not say it.
    unit: Option<&'static str>,
    across: Vec<Tick>,
    upwards: Vec<Tick>,
    lines: Vec<Line>,
    frontier: Option<String>,
    points: Vec<ChartPoint>,
    names: Vec<Name>,
}

#[derive(Debug, Clone, Serialize)]
struct Tick {
    at: f64,
    words: String,
}

#[derive(Debug, Clone, Serialize)]
struct Line {
    colour: String,
    path: String,
}

#[derive(Debug, Clone, Serialize)]
struct ChartPoint {
    x: f64,
    y: f64,
    /// The bounds of what is likely, where they are known.
    bounds: Option<(f64, f64)>,
    colour: String,
    href: String,
    words: String,
    leads: bool,
    /// A square: a model on this machine.
    local: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Name {
    x: f64,
    y: f64,
    words: String,
    /// The part of it that stands at its place, in the words of SVG: `text-anchor`.
    anchor: &'static str,
}

impl ChartFrame {
    pub(super) fn new(kind: &'static str, (width, height): (f64, f64), chart: &Chart<'_, '_>) -> Self {
        let (left, right, top) = MARGINS;
        let axis = chart.kind.words().axis;
        let bottom = height - BELOW.0 - if axis.is_some() { BELOW.1 } else { 0.0 };
        let (first, last) = (chart.dots.first(), chart.dots.last());
        let scale = chart.kind.scale(first.map_or(1.0, |dot| dot.at), last.map_or(2.0, |dot| dot.at));
        let x = |at: f64| tenth(left + scale.share(at) * (width - left - right));
        let most = chart.top();
        let y = |value: f64| tenth(bottom - (value / most).clamp(0.0, 1.0) * (bottom - top));
        let points: Vec<ChartPoint> = chart
            .dots
            .iter()
            .map(|dot| ChartPoint {
                x: x(dot.at),
                y: y(dot.value),
                bounds: dot.interval.map(|interval| (y(interval.low), y(interval.high))),
                colour: dot.colour(),
                href: page_path(dot.case.lead().attempt),
                words: format!(
                    "{}, {}: {}",
                    dot.label(),
                    chart.kind.place(dot.at),
                    chart.value_in_words(dot.value)
                ),
                leads: dot.leads,
                local: dot.is_local(),
            })
            .collect();
        let across = scale.ticks(width).into_iter().map(|(at, words)| Tick {
            at: x(at),
            words: words.unwrap_or_else(|| short(&chart.kind.place(at))),
        });
        let upwards = [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|share| Tick { at: y(share * most), words: chart.tick_in_words(share * most) });
        Self {
            kind,
            width,
            height,
            bottom,
            axis,
            unit: chart.unit(),
            across: across.collect(),
            upwards: upwards.into(),
            lines: lines(&chart.dots, &points),
            frontier: chart.dots.iter().any(|dot| dot.leads).then(|| frontier_path(&points, width - right)),
            names: names(&chart.dots, &points, (width, bottom)),
            points,
        }
    }
}

/// A round value without the digits that say nothing: `$0.100` is `$0.1`, `1.0 s` is `1 s`, `3 min 20 s` stays.
fn short(words: &str) -> String {
    let (number, unit) = words.split_once(' ').unwrap_or((words, ""));
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    if unit.is_empty() { number.to_owned() } else { format!("{number} {unit}") }
}

/// A line through the models of one lab, or of one model's quantizations, where there are two.
fn lines(dots: &[Dot<'_, '_>], points: &[ChartPoint]) -> Vec<Line> {
    let mut joined: BTreeMap<&str, Vec<&ChartPoint>> = BTreeMap::new();
    for (dot, point) in dots.iter().zip(points) {
        if let Some(line) = &dot.line {
            joined.entry(line).or_default().push(point);
        }
    }
    let several = joined.into_values().filter(|points| points.len() > 1);
    several
        .map(|points| {
            let path: Vec<String> = points.iter().map(|point| format!("{} {}", point.x, point.y)).collect();
            Line { colour: points[0].colour.clone(), path: format!("M{}", path.join("L")) }
        })
        .collect()
}

/// Steps over the best so far.
fn frontier_path(points: &[ChartPoint], end: f64) -> String {
    let mut path = String::new();
    for point in points.iter().filter(|point| point.leads) {
        match path.is_empty() {
            true => path = format!("M{} {}", point.x, point.y),
            false => path.push_str(&format!("H{}V{}", point.x, point.y)),
        }
    }
    format!("{path}H{end}")
}

/// Names beside points, those of the frontier first and also above them; one that would lie over another is left out.
fn names(dots: &[Dot<'_, '_>], points: &[ChartPoint], (width, bottom): (f64, f64)) -> Vec<Name> {
    const HIGH: f64 = 15.0;
    const LETTER: f64 = 6.8;
    let mut order: Vec<usize> = (0..dots.len()).rev().collect();
    order.sort_by_key(|index| !dots[*index].leads);
    let mut taken: Vec<(f64, f64, f64)> = points.iter().map(|p| (p.x - 5.0, p.x + 5.0, p.y + 4.0)).collect();
    let mut names = Vec::new();
    for index in order {
        let (point, words) = (&points[index], dots[index].name());
        let long = words.chars().count() as f64 * LETTER;
        let (x, y) = (point.x, point.y + 4.0);
        let above = y - HIGH - 1.0;
        let beside = [(x + 9.0, y, "start"), (x - 9.0, y, "end")];
        // Of the best the name is worth another place, although it is plainest beside its point.
        let others = [(x, above, "middle"), (x - 5.0, above, "start"), (x + 5.0, above, "end")];
        let mut places = beside.into_iter().chain(others.into_iter().filter(|_| point.leads));
        let span = |at: f64, anchor: &str| match anchor {
            "start" => (at, at + long),
            "end" => (at - long, at),
            _ => (at - long / 2.0, at + long / 2.0),
        };
        let is_free = |(at, y, anchor): &(f64, f64, &'static str)| {
            let (from, to) = span(*at, anchor);
            let inside = from > MARGINS.0 && to < width && *y > HIGH && *y < bottom;
            inside && taken.iter().all(|(a, b, other)| to < *a || from > *b || (y - other).abs() > HIGH)
        };
        if let Some((at, y, anchor)) = places.find(is_free) {
            let (from, to) = span(at, anchor);
            taken.push((from, to, y));
            names.push(Name { x: tenth(at), y: tenth(y), words, anchor });
        }
    }
    names
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_tick_have_no_digits_that_say_nothing() {
        for (words, expected) in [
            ("$0.100", "$0.1"),
            ("$0.00200", "$0.002"),
            ("$10.00", "$10"),
            ("1.0 s", "1 s"),
            ("200 ms", "200 ms"),
            ("3 min 20 s", "3 min 20 s"),
            ("10,000", "10,000"),
            ("2.5 GB", "2.5 GB"),
        ] {
            assert_eq!(short(words), expected);
        }
    }
}
