//! Whether the parts that a prompt asks for are in its drawing, by rules over outlines. One file a part.

mod answer;
mod beak;
mod eye;
mod frame;
mod grounds;
mod head;
mod legs;
mod objects;
mod panels;
mod rider;
mod round;
mod spokes;
mod wheels;

use answer::DetectorAnswer;
use frame::VehicleFrame;
use head::Head;
use legs::Leg;
use pelicycle_record::measure::{Detector, FrameJoint, JudgedItem, Rubric, RubricItem};
use rider::Rider;
use round::RoundOutline;
use wheels::{Road, Wheels};

use super::canvas::Canvas;
use super::geometry::{BoundingBox, Point};
use super::ownership::VisiblePart;
use super::scene::{PaintedScene, PaintedShape};

/// Share of an outline below which a shape is taken for hidden.
const FAINT: f64 = 0.12;
/// The distance up to which things touch, in the vehicle's units.
const TOUCH: f64 = 0.2;
/// Shapes of a drawing that is simple enough for rules to say that something is not there.
const SIMPLE: usize = 25;

/// The parts that the detectors have found so far; each takes from those before it.
struct Anatomy<'a> {
    scene: &'a PaintedScene,
    canvas: &'a Canvas<'a>,
    /// The visible part of each shape.
    visible: Vec<VisiblePart>,
    /// For each shape, those that it borders on in the picture, with the pixels of the border.
    beside: Vec<Vec<(usize, usize)>>,
    /// Share of each shape's outlines that can be seen, the most visible one's.
    seen: Vec<f64>,
    /// For each shape, whether it is ground, sky or a panel.
    background: Vec<bool>,
    /// For each shape, whether it belongs to the vehicle or to what rides it.
    objects: Vec<bool>,
    /// The box of all that is drawn in front of ground, sky and panels.
    figure: BoundingBox,
    /// Round outlines, the largest first.
    rounds: Vec<RoundOutline>,
    wheels: Wheels,
    /// The vehicle's measure of length: a wheel's radius, or a quarter of the wheelbase if that is more.
    unit: f64,
    /// The vehicle where there are no wheels: the long shape at the bottom.
    hull: Option<usize>,
    /// The rider's largest shape.
    body: Option<usize>,
    rider: Rider,
    frame: VehicleFrame,
    head: Head,
    legs: Vec<Leg>,
}

impl<'a> Anatomy<'a> {
    fn new(scene: &'a PaintedScene, canvas: &'a Canvas<'a>, rubric: &Rubric, road: Road) -> Self {
        let best = |shape: &PaintedShape| {
            shape.contours.iter().map(|contour| canvas.seen(contour, shape)).fold(0.0, f64::max)
        };
        let seen: Vec<f64> = scene.shapes.iter().map(best).collect();
        let rounds = round::rounds(scene, canvas, round::FLATTEST);
        let background = grounds::find(scene, &rounds, &seen);
        let parts = scene.shapes.iter().zip(&background).zip(&seen);
        let figure = parts.filter(|((_, ground), seen)| !**ground && **seen >= FAINT);
        let figure =
            figure.map(|((shape, _), _)| shape.extent).reduce(BoundingBox::with).unwrap_or(scene.frame());
        let (figure, frame) = (figure, scene.frame());
        let figure =
            BoundingBox { top: figure.top.max(frame.top), bottom: figure.bottom.min(frame.bottom), ..figure };
        let mut anatomy = Self {
            rounds,
            unit: figure.height().max(1e-9) / 5.0,
            visible: canvas.visible(scene),
            beside: Vec::new(),
            objects: Vec::new(),
            canvas,
            scene,
            seen,
            background,
            figure,
            wheels: Wheels::default(),
            hull: None,
            body: None,
            rider: Rider::default(),
            frame: VehicleFrame::default(),
            head: Head::default(),
            legs: Vec::new(),
        };
        let expected = rubric.wheels();
        anatomy.wheels = wheels::find(&anatomy, expected, road);
        if let (Some(radius), Some(first), Some(last)) =
            (anatomy.wheels.radius(), anatomy.wheels.list.first(), anatomy.wheels.list.last())
        {
            anatomy.unit = radius.max(first.hub().distance(last.hub()) / 4.0);
        } else if matches!(expected, None | Some(0)) {
            anatomy.hull = rider::hull(&anatomy);
        }
        grounds::leave_out_decks(&mut anatomy);
        anatomy.beside = beside(scene, TOUCH * anatomy.unit);
        anatomy.objects = objects::find(&anatomy);
        anatomy.body = rider::body(&anatomy);
        anatomy.frame = frame::find(&anatomy, joint(rubric));
        anatomy.rider = rider::grow(&anatomy);
        anatomy.head = head::find(&anatomy);
        anatomy.legs = legs::find(&anatomy);
        anatomy
    }

    /// A height as a share: 0 is the top of what is drawn, 1 its bottom.
    fn height_of(&self, y: f64) -> f64 {
        (y - self.figure.top) / self.figure.height().max(1e-9)
    }

    fn is_body(&self, shape: usize) -> bool {
        self.body == Some(shape)
    }

    /// The line through the hubs: its ends, and its middle, where pedals are.
    fn base(&self) -> Option<(Point, Point)> {
        Some((self.wheels.list.first()?.hub(), self.wheels.list.last()?.hub()))
    }

    /// The height of the higher hub.
    fn hub_line(&self) -> Option<f64> {
        self.base().map(|(left, right)| left.y.min(right.y))
    }

    /// The zone of a rider's lower half: over the wheelbase, from the hubs up.
    fn zone(&self) -> Option<BoundingBox> {
        let (left, right) = self.base()?;
        Some(BoundingBox {
            left: left.x - 0.5 * self.unit,
            right: right.x + 0.5 * self.unit,
            top: left.y.min(right.y) - 2.0 * self.unit,
            bottom: left.y.max(right.y),
        })
    }

    /// The answer where nothing was found: in a drawing of few plain shapes it is not there, in a richer one it may be
    /// drawn in a way that the rules don't know.
    fn absent(&self, why: &str, marks: Vec<pelicycle_record::measure::PartMark>) -> DetectorAnswer {
        let plain = self.scene.shapes.len() <= SIMPLE && self.scene.shapes.iter().all(|shape| !shape.soft);
        if plain { DetectorAnswer::not_met(why, marks) } else { DetectorAnswer::cant_tell(why, marks) }
    }
}

/// Judges a drawing by a rubric. Also gives the parts that were found, in the order in which they were first painted.
pub(super) fn judge(
    scene: &PaintedScene,
    canvas: &Canvas<'_>,
    rubric: &Rubric,
) -> (Vec<String>, Vec<JudgedItem>) {
    if rubric.items.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let judged = |item: &RubricItem, found: DetectorAnswer| JudgedItem {
        item: item.name(),
        asked: item.words().to_owned(),
        state: found.state,
        confidence: answer::tidy(found.sure),
        why: found.why,
        found: found.marks,
    };
    // No rule tells the others as a person does: docs/measures.md.
    let told = || rubric.items.iter().filter(|item| item.name().is_told_by_rules());
    if let Some(why) = blind(scene) {
        let blind = |item| judged(item, DetectorAnswer::cant_tell(why, Vec::new()));
        return (Vec::new(), told().map(blind).collect());
    }
    let mut anatomy = Anatomy::new(scene, canvas, rubric, Road::Hill);
    if anatomy.wheels.uphill && !anatomy.frame.joins(anatomy.wheels.list.len(), joint(rubric)) {
        anatomy = Anatomy::new(scene, canvas, rubric, Road::Level);
    }
    let answer = |item: &RubricItem| match item {
        RubricItem::Wheels(count) => Some(wheels::judge(&anatomy, *count)),
        RubricItem::Spokes => Some(spokes::judge(&anatomy)),
        RubricItem::Frame(joint) => Some(frame::judge(&anatomy, *joint)),
        RubricItem::Rider => Some(rider::judge(&anatomy)),
        RubricItem::Legs => Some(legs::judge(&anatomy)),
        RubricItem::Eye => Some(eye::judge(&anatomy)),
        RubricItem::Beak => Some(beak::judge(&anatomy)),
        RubricItem::Saddle | RubricItem::Handlebar | RubricItem::Pouch => None,
    };
    let all = told().filter_map(|item| Some(judged(item, answer(item)?))).collect();
    (painted(&anatomy, rubric), all)
}

/// The place where a frame holds its wheels.
fn joint(rubric: &Rubric) -> FrameJoint {
    let asked = |item: &RubricItem| match item {
        RubricItem::Frame(joint) => Some(*joint),
        _ => None,
    };
    rubric.items.iter().find_map(asked).unwrap_or(FrameJoint::Hub)
}

/// The reason why no detector can look at a drawing.
fn blind(scene: &PaintedScene) -> Option<&'static str> {
    if scene.cut {
        Some("the drawing has more shapes or points than the detectors look at")
    } else if scene.pictures > 0 {
        Some("the drawing embeds a picture, which the detectors can't look into")
    } else if scene.shapes.is_empty() {
        Some("nothing but text is painted")
    } else {
        None
    }
}

/// For each shape, those beside it in the picture.
fn beside(scene: &PaintedScene, reach: f64) -> Vec<Vec<(usize, usize)>> {
    let mut beside = vec![Vec::new(); scene.shapes.len()];
    for ((a, b), border) in scene.owners.iter().flat_map(|owners| owners.borders(reach)) {
        let (a, b) = (a as usize, b as usize);
        beside[a].push((b, border));
        beside[b].push((a, border));
    }
    beside
}

/// The parts, in the order in which their first shapes were painted.
fn painted(anatomy: &Anatomy<'_>, rubric: &Rubric) -> Vec<String> {
    let asked = |name: Detector| rubric.items.iter().any(|item| item.name() == name);
    let first = |shapes: &mut dyn Iterator<Item = usize>| shapes.min();
    let ground = anatomy.background.iter().position(|is| *is);
    let parts = [
        ("ground", ground),
        ("wheels", first(&mut anatomy.wheels.list.iter().flat_map(|wheel| wheel.shapes.iter().copied()))),
        ("frame", first(&mut anatomy.frame.bars.iter().map(|bar| bar.0))),
        ("hull", anatomy.hull),
        ("body", anatomy.body),
        ("legs", first(&mut anatomy.legs.iter().filter(|leg| !leg.like_frame).map(|leg| leg.shape))),
        ("eye", first(&mut anatomy.head.eyes.iter().map(|eye| eye.round.shape))),
        ("beak", anatomy.head.beak.as_ref().map(|beak| beak.shape)),
    ];
    let wanted = |name: &str| match name {
        "legs" => asked(Detector::Legs),
        "eye" => asked(Detector::Eye),
        "beak" => asked(Detector::Beak),
        _ => true,
    };
    let parts = parts.into_iter().filter(|(name, _)| wanted(name));
    let mut there: Vec<(usize, &str)> = parts.filter_map(|(name, shape)| Some((shape?, name))).collect();
    there.sort_unstable();
    there.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// Shapes with an inside that can be seen, other than ground and wheels.
fn solids<'a>(anatomy: &'a Anatomy<'_>) -> impl Iterator<Item = usize> + 'a {
    let thin = 0.2 * anatomy.unit;
    let least = 4e-4 * anatomy.scene.canvas.0 * anatomy.scene.canvas.1;
    anatomy.scene.shapes.iter().enumerate().filter_map(move |(index, shape)| {
        let whole = shape.filled || shape.contours.iter().any(|contour| contour.closed);
        let in_wheel = anatomy.wheels.list.iter().any(|wheel| {
            shape.extent.centre().distance(wheel.hub()) + shape.extent.width() / 2.0 <= 1.1 * wheel.radius()
        });
        let solid = whole
            && !anatomy.background[index]
            && !anatomy.wheels.own(index)
            && !in_wheel
            && anatomy.seen[index] >= FAINT
            && shape.area() >= least
            && !shape.is_thin(thin);
        solid.then_some(index)
    })
}
