//! One drawing of a chart, at a size: where its points, lines, names and axes lie.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use pelicycle_text as text;
use serde::Serialize;

use super::{Dot, percent};
use crate::makers::Lab;
use crate::view::page_path;

/// Space round the plot for words: left, right, top and bottom.
const MARGINS: (f64, f64, f64, f64) = (44.0, 16.0, 14.0, 30.0);
#[derive(Debug, Serialize)]
pub(super) struct Frame {
    kind: &'static str,
    width: f64,
    height: f64,
    days: Vec<Tick>,
    shares: Vec<Tick>,
    lines: Vec<Line>,
    frontier: String,
    points: Vec<Point>,
    names: Vec<Name>,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: f64,
    words: String,
}

#[derive(Debug, Serialize)]
struct Line {
    colour: String,
    path: String,
}

#[derive(Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    colour: String,
    href: String,
    words: String,
    leads: bool,
}

#[derive(Debug, Serialize)]
struct Name {
    x: f64,
    y: f64,
    words: String,
    /// It stands on the left of its point.
    left: bool,
}

impl Frame {
    pub(super) fn new(kind: &'static str, (width, height): (f64, f64), dots: &[Dot<'_, '_>]) -> Self {
        let (left, right, top, bottom) = MARGINS;
        let (first, last) = span(dots);
        let days = f64::from((last - first).get_days()).max(1.0);
        let x = move |day: Date| {
            tenth(left + f64::from((day - first).get_days()) / days * (width - left - right))
        };
        let y = move |share: f64| tenth(top + (1.0 - share) * (height - top - bottom));
        let points: Vec<Point> = dots
            .iter()
            .map(|dot| Point {
                x: x(dot.day),
                y: y(dot.value),
                low: y(dot.interval.low),
                high: y(dot.interval.high),
                colour: dot.colour(),
                href: page_path(dot.case.lead().attempt),
                words: format!("{}, {}: {}", dot.label(), text::date(dot.day), percent(dot.value)),
                leads: dot.leads,
            })
            .collect();
        Self {
            kind,
            width,
            height,
            days: ticks(first, last, width)
                .into_iter()
                .map(|(day, words)| Tick { at: x(day), words })
                .collect(),
            shares: [0.0, 0.25, 0.5, 0.75, 1.0]
                .map(|share| Tick { at: y(share), words: percent(share) })
                .into(),
            lines: lines(dots, &points),
            frontier: frontier_path(&points, width - right),
            names: names(dots, &points, width),
            points,
        }
    }
}

/// From the first day to the last, with some room.
fn span(dots: &[Dot<'_, '_>]) -> (Date, Date) {
    let days = dots.iter().map(|dot| dot.day);
    let (first, last) = (days.clone().min().unwrap_or_default(), days.max().unwrap_or_default());
    let room = jiff::Span::new().days(((last - first).get_days() / 25).max(7));
    (first.saturating_sub(room), last.saturating_add(room))
}

/// Days that the axis names: of each year, half or quarter of it, as many as there is room for.
fn ticks(first: Date, last: Date, width: f64) -> Vec<(Date, String)> {
    let months = f64::from((last - first).get_days()) / 30.4;
    let room = (width / 90.0).max(2.0);
    let step =
        [1, 3, 6, 12, 24, 60].into_iter().find(|step| months / f64::from(*step) <= room).unwrap_or(120);
    let mut found = Vec::new();
    for year in first.year()..=last.year() {
        for month in (1..=12i8).step_by(usize::try_from(step.min(12)).unwrap_or(12)) {
            let day = date(year, month, 1);
            if day < first || day > last || (step > 12 && i32::from(year) % (step / 12) != 0) {
                continue;
            }
            let words =
                if month == 1 && step >= 12 { year.to_string() } else { day.strftime("%b %Y").to_string() };
            found.push((day, words));
        }
    }
    found
}

/// A line a lab, where it has two models.
fn lines(dots: &[Dot<'_, '_>], points: &[Point]) -> Vec<Line> {
    let mut labs: BTreeMap<&Lab, Vec<&Point>> = BTreeMap::new();
    for (dot, point) in dots.iter().zip(points) {
        if let Some(lab) = &dot.case.origin.lab {
            labs.entry(lab).or_default().push(point);
        }
    }
    let several = labs.into_iter().filter(|(_, points)| points.len() > 1);
    several
        .map(|(lab, points)| {
            let joined: Vec<String> = points.iter().map(|point| format!("{} {}", point.x, point.y)).collect();
            Line { colour: lab.colour.clone(), path: format!("M{}", joined.join("L")) }
        })
        .collect()
}

/// Steps over the best so far.
fn frontier_path(points: &[Point], end: f64) -> String {
    let mut path = String::new();
    for point in points.iter().filter(|point| point.leads) {
        match path.is_empty() {
            true => path = format!("M{} {}", point.x, point.y),
            false => path.push_str(&format!("H{}V{}", point.x, point.y)),
        }
    }
    format!("{path}H{end}")
}

/// Names beside points, those of the frontier first; one that would lie over another is left out.
fn names(dots: &[Dot<'_, '_>], points: &[Point], width: f64) -> Vec<Name> {
    const HIGH: f64 = 15.0;
    const LETTER: f64 = 6.8;
    let mut order: Vec<usize> = (0..dots.len()).rev().collect();
    order.sort_by_key(|index| !dots[*index].leads);
    let mut taken: Vec<(f64, f64, f64)> = points.iter().map(|p| (p.x - 5.0, p.x + 5.0, p.y + 4.0)).collect();
    let mut names = Vec::new();
    for index in order {
        let (point, words) = (&points[index], dots[index].label());
        let long = words.chars().count() as f64 * LETTER;
        let left = point.x + 9.0 + long > width;
        let (from, to) =
            if left { (point.x - 9.0 - long, point.x - 9.0) } else { (point.x + 9.0, point.x + 9.0 + long) };
        let y = point.y + 4.0;
        let free = from > MARGINS.0
            && taken.iter().all(|(a, b, other)| to < *a || from > *b || (y - other).abs() > HIGH);
        if free {
            taken.push((from, to, y));
            names.push(Name { x: if left { to } else { from }, y, words, left });
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
    fn an_axis_names_as_many_days_as_it_has_room_for() {
        let of = |first: &str, last: &str, width| {
            let named = ticks(first.parse().unwrap(), last.parse().unwrap(), width);
            named.into_iter().map(|(_, words)| words).collect::<Vec<_>>()
        };
        assert_eq!(
            of("2023-02-01", "2026-03-01", 960.0),
            ["Jul 2023", "Jan 2024", "Jul 2024", "Jan 2025", "Jul 2025", "Jan 2026"]
        );
        assert_eq!(of("2023-02-01", "2026-03-01", 380.0), ["2024", "2025", "2026"]);
        assert_eq!(of("2024-11-20", "2025-02-10", 380.0), ["Dec 2024", "Jan 2025", "Feb 2025"]);
    }
}
