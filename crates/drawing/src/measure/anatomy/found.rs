//! What a detector gives back: a verdict on an item, the words for it, and the shapes that it rests on.

use crate::measure::contour::Contour;
use crate::measure::geometry::Point;
use pelicycle_record::measure::{Mark, Outline, State};

use super::round::Round;

/// Marks of one item at most, and points of one outline: they are for a page to show.
const MOST_MARKS: usize = 24;
const MOST_POINTS: usize = 64;

/// A detector's answer.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) state: State,
    pub(super) why: String,
    pub(super) marks: Vec<Mark>,
}

impl Found {
    pub(super) fn met(why: impl Into<String>, marks: Vec<Mark>) -> Self {
        Self::new(State::Met, why.into(), marks)
    }

    pub(super) fn not_met(why: impl Into<String>, marks: Vec<Mark>) -> Self {
        Self::new(State::NotMet, why.into(), marks)
    }

    pub(super) fn cant_tell(why: impl Into<String>, marks: Vec<Mark>) -> Self {
        Self::new(State::CantTell, why.into(), marks)
    }

    fn new(state: State, why: String, mut marks: Vec<Mark>) -> Self {
        marks.truncate(MOST_MARKS);
        Self { state, why, marks }
    }
}

/// A round outline.
pub(super) fn round(what: &str, round: &Round) -> Mark {
    let outline = Outline::Round {
        centre: place(round.centre),
        axes: [tidy(round.axes.0), tidy(round.axes.1)],
        turn: tidy(round.turn.to_degrees()),
    };
    Mark { what: what.to_owned(), outline }
}

/// An outline as it was drawn, in no more points than a page needs.
pub(super) fn contour(what: &str, contour: &Contour) -> Mark {
    let step = contour.points.len().div_ceil(MOST_POINTS).max(1);
    let mut points: Vec<[f64; 2]> = contour.points.iter().step_by(step).map(|p| place(*p)).collect();
    if !contour.closed && step > 1 {
        points.extend(contour.points.last().map(|p| place(*p)));
    }
    let outline = if contour.closed { Outline::Area(points) } else { Outline::Line(points) };
    Mark { what: what.to_owned(), outline }
}

/// A straight line.
pub(super) fn line(what: &str, (a, b): (Point, Point)) -> Mark {
    Mark { what: what.to_owned(), outline: Outline::Line(vec![place(a), place(b)]) }
}

/// A direction.
pub(super) fn arrow(what: &str, from: Point, to: Point) -> Mark {
    Mark { what: what.to_owned(), outline: Outline::Arrow([place(from), place(to)]) }
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
