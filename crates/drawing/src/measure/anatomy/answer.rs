//! The answer of a detector: a verdict on an item, the words for it, and the shapes that it rests on.

use pelicycle_record::measure::{ItemState, PartMark, PartOutline};

use super::round::RoundOutline;
use crate::measure::contour::Contour;
use crate::measure::geometry::Point;

/// Marks of one item at most, and points of one outline: they are for a page to show.
const MOST_MARKS: usize = 24;
const MOST_POINTS: usize = 64;
/// The confidence of the rules in what is plain: the labelled drawings prove no more.
const PLAIN: f64 = 0.95;
/// The least confidence of the rules in what they call met.
const MET: f64 = 0.4;

/// A detector's answer.
#[derive(Debug, Clone)]
pub(super) struct DetectorAnswer {
    pub(super) state: ItemState,
    pub(super) why: String,
    pub(super) marks: Vec<PartMark>,
    /// The confidence that the part is there, from 0 to 1.
    pub(super) sure: f64,
}

impl DetectorAnswer {
    pub(super) fn met(why: impl Into<String>, marks: Vec<PartMark>) -> Self {
        Self::new(ItemState::Met, why.into(), marks)
    }

    pub(super) fn not_met(why: impl Into<String>, marks: Vec<PartMark>) -> Self {
        Self::new(ItemState::NotMet, why.into(), marks)
    }

    pub(super) fn cant_tell(why: impl Into<String>, marks: Vec<PartMark>) -> Self {
        Self::new(ItemState::CantTell, why.into(), marks)
    }

    /// By how sure it is that the part is there, from 0 to 1: met from [`MET`] on. Little evidence of a part is none
    /// that it is not there.
    pub(super) fn weighed(sure: f64, why: &str, marks: Vec<PartMark>) -> Self {
        let state = if sure >= MET { ItemState::Met } else { ItemState::CantTell };
        Self { sure, ..Self::new(state, why.to_owned(), marks) }
    }

    fn new(state: ItemState, why: String, mut marks: Vec<PartMark>) -> Self {
        marks.truncate(MOST_MARKS);
        let sure = match state {
            ItemState::Met => PLAIN,
            ItemState::NotMet => 1.0 - PLAIN,
            ItemState::CantTell => 0.5,
        };
        Self { state, why, marks, sure }
    }
}

/// A round outline.
pub(super) fn round(what: &str, round: &RoundOutline) -> PartMark {
    let outline = PartOutline::Round {
        centre: place(round.centre),
        axes: [tidy(round.axes.0), tidy(round.axes.1)],
        turn: tidy(round.turn.to_degrees()),
    };
    PartMark { what: what.to_owned(), outline }
}

/// An outline as it was drawn, in no more points than a page needs.
pub(super) fn contour(what: &str, contour: &Contour) -> PartMark {
    let step = contour.points.len().div_ceil(MOST_POINTS).max(1);
    let mut points: Vec<[f64; 2]> = contour.points.iter().step_by(step).map(|p| place(*p)).collect();
    if !contour.closed && step > 1 {
        points.extend(contour.points.last().map(|p| place(*p)));
    }
    let outline = if contour.closed { PartOutline::Area(points) } else { PartOutline::Line(points) };
    PartMark { what: what.to_owned(), outline }
}

/// A straight line.
pub(super) fn line(what: &str, (a, b): (Point, Point)) -> PartMark {
    PartMark { what: what.to_owned(), outline: PartOutline::Line(vec![place(a), place(b)]) }
}

/// A direction.
pub(super) fn arrow(what: &str, from: Point, to: Point) -> PartMark {
    PartMark { what: what.to_owned(), outline: PartOutline::Arrow([place(from), place(to)]) }
}

fn place(point: Point) -> [f64; 2] {
    [tidy(point.x), tidy(point.y)]
}

/// Four digits behind the point: finer than any renderer, and the same on every machine.
pub(super) fn tidy(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// A length for words: as many digits as tell something.
pub(super) fn length(value: f64) -> String {
    let digits = if value.abs() >= 10.0 {
        0
    } else if value.abs() >= 1.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}
