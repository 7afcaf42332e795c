//! Drawings on an axis of time: each stands at the day when its model came out, above others where days are close.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pelicycle_text as text;
use serde::Serialize;

use super::Card;
use super::chart::{AxisScale, PLAIN};
use super::hall::Showcase;
use crate::makers::Lab;

/// Fewer drawings are no axis.
const LEAST: usize = 3;
/// Rows of drawings above each other; what has no place in them is left out. On a narrow screen days lie closer together.
const ROWS: [usize; 2] = [9, 13];
/// Space between two drawings, and below them for the axis.
const GAP: f64 = 6.0;
const BELOW: f64 = 34.0;

/// The axis of a prompt, for wide screens and for narrow ones.
#[derive(Debug, Serialize)]
pub(super) struct TimeAxis {
    frames: [AxisFrame; 2],
    labs: BTreeSet<Lab>,
    /// Models whose release date is not known.
    undated: usize,
}

#[derive(Debug, Serialize)]
struct AxisFrame {
    kind: &'static str,
    width: f64,
    height: f64,
    /// The position of the axis.
    bottom: f64,
    ticks: Vec<Tick>,
    drawings: Vec<PlacedDrawing>,
    /// Width and height of a drawing's place.
    size: (f64, f64),
    /// Drawings that have no room.
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: f64,
    words: String,
}

/// A drawing on the axis.
#[derive(Debug, Serialize)]
struct PlacedDrawing {
    /// Its left upper corner, and the place of its day.
    x: f64,
    y: f64,
    at: f64,
    colour: String,
    words: String,
    card: Card,
}

impl TimeAxis {
    /// None where too few models have a release date.
    pub(super) fn new(cases: &[Showcase<'_>]) -> Option<Self> {
        let models = cases.iter().filter(|case| !case.contestant().demonstration);
        let mut dated: Vec<(Date, &Showcase<'_>)> =
            models.clone().filter_map(|case| Some((case.origin.released?, case))).collect();
        dated.sort_by(|(day, case), (other_day, other)| {
            (day, &case.contestant().slug).cmp(&(other_day, &other.contestant().slug))
        });
        if dated.len() < LEAST {
            return None;
        }
        Some(Self {
            frames: [
                AxisFrame::new("broad", 1120.0, (96.0, 72.0), ROWS[0], &dated),
                AxisFrame::new("slim", 380.0, (60.0, 45.0), ROWS[1], &dated),
            ],
            labs: dated.iter().filter_map(|(_, case)| case.origin.lab.clone()).collect(),
            undated: models.count() - dated.len(),
        })
    }
}

impl AxisFrame {
    /// `dated` has the oldest first.
    fn new(
        kind: &'static str,
        width: f64,
        size: (f64, f64),
        most: usize,
        dated: &[(Date, &Showcase<'_>)],
    ) -> Self {
        let scale = AxisScale::days(dated[0].0, dated[dated.len() - 1].0);
        // The first and the last day keep half a drawing from the edges.
        let room = width - size.0;
        let x = |share: f64| tenth(size.0 / 2.0 + share.clamp(0.0, 1.0) * room);
        let places: Vec<f64> = dated.iter().map(|(day, _)| x(scale.share_of_day(*day))).collect();
        let rows = rows(&places, size.0 + GAP, most);
        let high = rows.iter().flatten().max().map_or(0, |row| row + 1);
        let bottom = high as f64 * (size.1 + GAP) + GAP;
        let placed = dated.iter().zip(&places).zip(&rows).filter_map(|(((day, case), at), row)| {
            let contestant = case.contestant();
            Some(PlacedDrawing {
                x: tenth(at - size.0 / 2.0),
                y: tenth(bottom - ((*row)? + 1) as f64 * (size.1 + GAP)),
                at: *at,
                colour: case.origin.lab.as_ref().map_or(PLAIN, |lab| &lab.colour).to_owned(),
                words: format!("{}, {}", text::label(&contestant.label), text::date(*day)),
                card: Card::new(case.lead()),
            })
        });
        let ticks = scale
            .ticks(width)
            .into_iter()
            .filter_map(|(day, words)| Some(Tick { at: x(scale.share(day)), words: words? }));
        Self {
            kind,
            width,
            height: bottom + BELOW,
            bottom,
            ticks: ticks.collect(),
            drawings: placed.collect(),
            size,
            left_out: rows.iter().filter(|row| row.is_none()).count(),
        }
    }
}

/// The row of each place, from left to right: the lowest in which nothing else is nearer than `width`; none where all `most` are full.
fn rows(places: &[f64], width: f64, most: usize) -> Vec<Option<usize>> {
    let mut ends = vec![f64::NEG_INFINITY; most];
    let row = |at: &f64| {
        let free = ends.iter().position(|end| *end <= *at)?;
        ends[free] = at + width;
        Some(free)
    };
    places.iter().map(row).collect()
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_of_close_days_stand_above_each_other_until_there_is_no_room() {
        assert_eq!(
            rows(&[0.0, 5.0, 10.0, 12.0, 40.0], 10.0, 7),
            [Some(0), Some(1), Some(0), Some(2), Some(0)]
        );
        let crowd = rows(&[1.0; 9], 10.0, 7);
        assert_eq!(crowd.iter().flatten().count(), 7);
        assert_eq!(crowd[7], None);
    }
}
