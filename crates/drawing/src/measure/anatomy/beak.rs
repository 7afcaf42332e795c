//! The beak: what leaves the head sideways, long and narrowing, before an eye.

use pelicycle_record::measure::PartMark;

use super::Anatomy;
use super::answer::{self, DetectorAnswer};
use super::round::RoundOutline;
use crate::measure::contour::Contour;
use crate::measure::geometry::Point;

/// The least reach of a beak, in the vehicle's units, and in radii of the eye.
const LONG: f64 = 0.25;
const LONG_BY_EYE: f64 = 2.0;
/// A length that leaves no doubt, in the vehicle's units.
const WHOLE: f64 = 0.5;
/// The largest distance between the eye and its base, in its own lengths.
const NEAR: f64 = 0.9;
/// The least place of the middle of its base ahead of the eye, likewise; below zero it is behind, where a crest begins.
const BEHIND: f64 = -0.3;
/// Slope beyond which it points up or down, not forward: 50 degrees.
const STEEP: f64 = 1.19;
/// Width over length, at most: a pouch may be one outline with its beak.
const WIDE: f64 = 1.0;
/// Width in the last tenth over the greatest, beyond which it is no beak.
const BLUNT: f64 = 0.8;
/// The weight of one that lies on the head or the body all along: a crest, or a bill that rests on the breast.
const ON_HEAD: f64 = 0.5;
/// Slices that its width is taken in.
pub(super) const SLICES: usize = 10;

/// A beak.
#[derive(Debug, Clone)]
pub(super) struct Beak {
    pub(super) shape: usize,
    pub(super) contour: usize,
    /// The place where it leaves the head, and its end.
    pub(super) base: Point,
    pub(super) tip: Point,
    /// The likeness to one, from 0 to 1.
    pub(super) weight: f64,
}

impl Beak {
    pub(super) fn length(&self) -> f64 {
        self.base.distance(self.tip)
    }

    /// The direction in which it points: 1 is to the right.
    pub(super) fn heading(&self) -> f64 {
        (self.tip.x - self.base.x).signum()
    }

    /// The position of a place: along the beak (0 is its base, 1 its tip), and under its axis, in lengths of the
    /// beak.
    pub(super) fn place(&self, place: Point) -> (f64, f64) {
        let length = self.length().max(1e-9);
        let (ux, uy) = ((self.tip.x - self.base.x) / length, (self.tip.y - self.base.y) / length);
        let down = if ux >= 0.0 { (-uy, ux) } else { (uy, -ux) };
        let (dx, dy) = (place.x - self.base.x, place.y - self.base.y);
        ((dx * ux + dy * uy) / length, (dx * down.0 + dy * down.1) / length)
    }

    /// For each slice from base to tip, how far outlines reach above the axis (negative) and under it, in lengths of
    /// the beak; `None` where none is.
    pub(super) fn profile<'a>(
        &self,
        contours: impl Iterator<Item = &'a Contour>,
    ) -> [Option<(f64, f64)>; SLICES] {
        let mut slices = [None; SLICES];
        for (place, _) in contours.flat_map(|contour| contour.places(SLICES * 12)) {
            let (along, under) = self.place(place);
            if !(-0.05..=1.05).contains(&along) {
                continue;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to the slices"
            )]
            let slice = (along * SLICES as f64).clamp(0.0, SLICES as f64 - 1.0) as usize;
            let known = slices[slice].unwrap_or((under, under));
            slices[slice] = Some((f64::min(known.0, under), f64::max(known.1, under)));
        }
        slices
    }
}

/// The likeliest beak of a head with this eye.
pub(super) fn from_eye(anatomy: &Anatomy<'_>, eye: &RoundOutline) -> Option<Beak> {
    let mut best: Option<Beak> = None;
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        let other = !anatomy.objects[index]
            || anatomy.wheels.own(index)
            || index == eye.shape
            || anatomy.visible[index].pixels == 0
            || shape.holds(eye.centre)
            || !shape.filled && shape.line.is_none_or(|line| line.width < 0.03 * anatomy.unit);
        if other {
            continue;
        }
        for (which, contour) in shape.contours.iter().enumerate() {
            let Some(beak) = candidate(anatomy, eye, (index, which), contour) else { continue };
            if best.as_ref().is_none_or(|known| beak.weight > known.weight) {
                best = Some(beak);
            }
        }
    }
    best
}

/// A shape as a beak before an eye; `None` where it can't be one.
fn candidate(
    anatomy: &Anatomy<'_>,
    eye: &RoundOutline,
    (shape, which): (usize, usize),
    contour: &Contour,
) -> Option<Beak> {
    let from = |place: &Point| place.distance(eye.centre);
    let tip = contour.points.iter().copied().max_by(|a, b| from(a).total_cmp(&from(b)))?;
    let nearest = contour.points.iter().map(from).fold(f64::INFINITY, f64::min);
    let reach = contour.points.iter().map(|place| place.distance(tip)).fold(0.0, f64::max);
    let at_base: Vec<Point> = contour
        .places(80)
        .into_iter()
        .map(|(place, _)| place)
        .filter(|place| place.distance(tip) >= 0.85 * reach)
        .collect();
    let count = at_base.len().max(1) as f64;
    let base = Point::new(
        at_base.iter().map(|place| place.x).sum::<f64>() / count,
        at_base.iter().map(|place| place.y).sum::<f64>() / count,
    );
    let length = base.distance(tip);
    let (dx, dy) = (tip.x - base.x, tip.y - base.y);
    let ahead = (tip.x - eye.centre.x) * dx.signum();
    let level = dy.abs() <= STEEP * dx.abs();
    let whole = length >= LONG * anatomy.unit && length >= LONG_BY_EYE * eye.radius();
    // It begins beside the eye or before it, and ends well before it.
    let before = (base.x - eye.centre.x) * dx.signum() / length.max(1e-9);
    let beside = before >= BEHIND;
    if !level || !whole || !beside || ahead < 0.6 * length || nearest > NEAR * length + 2.0 * eye.radius() {
        return None;
    }
    let mut beak = Beak { shape, contour: which, base, tip, weight: 0.0 };
    let slices = beak.profile(std::iter::once(contour));
    let widths = slices.map(|slice| slice.map_or(0.0, |(up, low)| low - up));
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let at_tip = widths[SLICES - 1] / widest;
    // One that is open is narrow where it begins.
    let open = widths[0] <= 0.5 * widest;
    if widest <= 0.0 || widest > WIDE || at_tip > BLUNT && !open {
        return None;
    }
    let pointed = 1.0 - 0.5 * at_tip;
    let warm = 0.35 + 0.65 * warmth(anatomy, shape);
    let far = 1.0 / (1.0 + (nearest / length).powi(2) * 3.0);
    let long = (length / (WHOLE * anatomy.unit)).min(1.0).sqrt();
    let straight = 1.0 - 0.4 * (dy.abs() / dx.abs().max(1e-9)).min(1.0);
    let body = if anatomy.is_body(shape) { 0.3 } else { 1.0 };
    // Of two that fit, the one that begins before the eye, and lies no higher.
    let before = 1.0 + 1.5 * before.min(0.0);
    let above = (eye.centre.y - f64::midpoint(base.y, tip.y)) / length;
    let high = 1.0 - 1.5 * (above - 0.1).clamp(0.0, 0.5);
    let free = if lies_on_head(anatomy, eye, &beak) { ON_HEAD } else { 1.0 };
    beak.weight = pointed * warm * far * long * straight * body * before * high * free;
    Some(beak)
}

/// Whether the outer half of a shape lies on those that hold the eye, or on the body.
fn lies_on_head(anatomy: &Anatomy<'_>, eye: &RoundOutline, beak: &Beak) -> bool {
    let under = |place: Point| {
        anatomy.rider.shapes.iter().filter(|index| **index < beak.shape).any(|index| {
            let shape = &anatomy.scene.shapes[*index];
            shape.filled && (anatomy.is_body(*index) || shape.holds(eye.centre)) && shape.holds(place)
        })
    };
    [0.6, 0.75, 0.9].into_iter().all(|along| under(beak.base.towards(beak.tip, along)))
}

/// The share of a shape that has the colours that a beak is given most, yellow to pink and brown: from 0 to 1, by
/// what is declared or by what can be seen, where an outline takes a part of it.
pub(super) fn warmth(anatomy: &Anatomy<'_>, shape: usize) -> f64 {
    let of = |[red, green, blue]: [f64; 3]| match green <= 1.05 * red && red >= 90.0 {
        true => ((red - blue - 10.0) / 50.0).clamp(0.0, 1.0),
        false => 0.0,
    };
    let declared = anatomy.scene.shapes[shape].colour.map_or(0.0, |colour| of(colour.map(f64::from)));
    declared.max(of(anatomy.visible[shape].colour))
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for a beak on", Vec::new());
    }
    let Some(beak) = &anatomy.head.beak else {
        let why = "nothing long is found that grows out of the head sideways";
        return match anywhere(anatomy) {
            true => DetectorAnswer::cant_tell(why, Vec::new()),
            false => anatomy.absent(why, Vec::new()),
        };
    };
    let side = if beak.heading() > 0.0 { "right" } else { "left" };
    DetectorAnswer::weighed(
        beak.weight,
        &format!("something long grows out of the head, to the {side}"),
        marks(anatomy, beak),
    )
}

/// Whether anything like a beak begins in the middle of any shape: a head whose eye was not found may have one.
fn anywhere(anatomy: &Anatomy<'_>) -> bool {
    super::solids(anatomy).any(|index| {
        let centre = anatomy.scene.shapes[index].extent.centre();
        let radius = 0.1 * anatomy.unit;
        let middle = RoundOutline { shape: index, centre, axes: (radius, radius), turn: 0.0, seen: 1.0 };
        from_eye(anatomy, &middle).is_some()
    })
}

fn marks(anatomy: &Anatomy<'_>, beak: &Beak) -> Vec<PartMark> {
    let outline = &anatomy.scene.shapes[beak.shape].contours[beak.contour];
    vec![answer::contour("beak", outline), answer::arrow("points", beak.base, beak.tip)]
}
