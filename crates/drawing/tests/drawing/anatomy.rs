//! The detectors on drawings made to be right or wrong in one way each, and on the same drawing said differently.

use std::time::Duration;

use pelicycle_drawing::{DrawingBounds, InspectionOptions, MeasureError, WorkerPool, measure};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::{Detector, ItemState, Measures, PartOutline, Rubric};

use crate::WORKER;

fn rubric(prompt: &str) -> Rubric {
    PromptLibrary::bundled().get(prompt).unwrap().rubric.clone()
}

fn look(prompt: &str, svg: &str) -> Measures {
    measure(svg.as_bytes(), &rubric(prompt), &DrawingBounds::default()).unwrap()
}

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\">{inside}</svg>")
}

fn state(measures: &Measures, name: Detector) -> ItemState {
    measures.rubric.iter().find(|one| one.item == name).unwrap().state
}

fn states(measures: &Measures) -> Vec<(Detector, ItemState)> {
    measures.rubric.iter().map(|one| (one.item, one.state)).collect()
}

#[track_caller]
fn is(prompt: &str, inside: &str, name: Detector, expected: ItemState) {
    let measures = look(prompt, &svg(inside));
    let judged = measures.rubric.iter().find(|one| one.item == name).unwrap();
    assert_eq!(judged.state, expected, "{}: {inside}", judged.why);
}

const FRAME: &str = "<path d='M100 220L180 220L160 150L260 150L300 220M160 150L180 220L260 150L255 130' \
    fill='none' stroke='#b22' stroke-width='4'/>";
const FITTINGS: &str = "<path d='M145 148h30' stroke='#222' stroke-width='7'/>\
    <path d='M255 130l16 -4' stroke='#222' stroke-width='4'/>";
const BIRD: &str = "<ellipse cx='180' cy='100' rx='48' ry='34' fill='#eee' stroke='#333'/>\
    <circle cx='238' cy='62' r='20' fill='#eee' stroke='#333'/>\
    <circle cx='244' cy='57' r='3' fill='#111'/>\
    <path d='M255 58L315 66Q290 96 254 72Z' fill='#f90'/>\
    <path d='M178 133L176 180L182 216' fill='none' stroke='#f90' stroke-width='4'/>";

fn wheels(shape: impl Fn(f64, f64) -> String) -> String {
    format!("{}{}", shape(100.0, 220.0), shape(300.0, 220.0))
}

fn circle(x: f64, y: f64) -> String {
    format!("<circle cx='{x}' cy='{y}' r='50' fill='none' stroke='#222' stroke-width='5'/>")
}

fn spokes(x: f64, y: f64) -> String {
    let spoke = |angle: f64| {
        let (s, c) = angle.sin_cos();
        format!("M{x} {y}L{} {}", x + 48.0 * c, y + 48.0 * s)
    };
    let all: String = (0..8).map(|i| spoke(f64::from(i) * std::f64::consts::FRAC_PI_4)).collect();
    format!("<path d='{all}' stroke='#888' stroke-width='1'/>")
}

/// A drawing that has everything.
fn whole() -> String {
    format!("{}{}{FRAME}{FITTINGS}{BIRD}", wheels(circle), wheels(spokes))
}

#[test]
fn a_drawing_with_everything_meets_every_item() {
    let measures = look("pelican", &svg(&whole()));
    for judged in &measures.rubric {
        assert_eq!(judged.state, ItemState::Met, "{:?}: {}", judged.item, judged.why);
        assert!(!judged.why.is_empty() && !judged.found.is_empty(), "{:?} shows nothing", judged.item);
    }
    assert_eq!(measures.painted, ["wheels", "frame", "body", "eye", "beak", "legs"]);
    let wheel = &measures.rubric[0].found[0];
    let PartOutline::Round { centre, axes, .. } = wheel.outline else { panic!("{wheel:?}") };
    assert!((centre[0] - 100.0).abs() < 0.5 && (axes[0] - 52.5).abs() < 0.5, "{wheel:?}");
}

#[test]
fn what_is_taken_away_is_no_longer_met() {
    let full = whole();
    let without = |part: &str| svg(&full.replace(part, ""));
    let gone = |part: &str, name| {
        let state = state(&look("pelican", &without(part)), name);
        assert_ne!(state, ItemState::Met, "{name:?} without {part}");
    };
    gone(&circle(300.0, 220.0), Detector::Wheels);
    gone(&spokes(300.0, 220.0), Detector::Spokes);
    gone(FRAME, Detector::Frame);
    gone("<circle cx='244' cy='57' r='3' fill='#111'/>", Detector::Eye);
    gone("<path d='M255 58L315 66Q290 96 254 72Z' fill='#f90'/>", Detector::Beak);
    gone("<path d='M178 133L176 180L182 216' fill='none' stroke='#f90' stroke-width='4'/>", Detector::Legs);
    gone(BIRD, Detector::Rider);
}

#[test]
fn wheels_are_found_however_they_are_drawn() {
    let polygon = |x: f64, y: f64| {
        let corner = |i: i32| {
            let (s, c) = (std::f64::consts::TAU * f64::from(i) / 16.0).sin_cos();
            format!("{},{} ", x + 50.0 * c, y + 50.0 * s)
        };
        format!("<polygon points='{}' fill='#444'/>", (0..16).map(corner).collect::<String>())
    };
    let bezier = |x: f64, y: f64| {
        let (r, k) = (50.0, 50.0 * 0.5523);
        let (l, t, e, b) = (x - r, y - r, x + r, y + r);
        format!(
            "<path d='M{l} {y}C{l} {} {} {t} {x} {t}S{e} {} {e} {y}S{} {b} {x} {b}S{l} {} {l} {y}' fill='none' stroke='#222' stroke-width='4'/>",
            y - k,
            x - k,
            y - k,
            x + k,
            y + k
        )
    };
    let forms: [Box<dyn Fn(f64, f64) -> String>; 7] = [
        Box::new(circle),
        Box::new(|x, y| format!("<ellipse cx='{x}' cy='{y}' rx='50' ry='47' fill='#333'/>")),
        Box::new(|x, y| {
            let (left, right) = (x - 50.0, x + 50.0);
            format!(
                "<path d='M{left} {y}A50 50 0 1 1 {right} {y}A50 50 0 1 1 {left} {y}' fill='none' stroke='#222' stroke-width='4'/>"
            )
        }),
        Box::new(bezier),
        Box::new(polygon),
        Box::new(|x, y| {
            format!("<rect x='{}' y='{}' width='100' height='100' rx='50' fill='#333'/>", x - 50.0, y - 50.0)
        }),
        Box::new(|x, y| {
            format!(
                "<g transform='translate({x} {y}) rotate(30) scale(.5)'><circle r='100' fill='none' stroke='#222' stroke-width='9'/><circle r='80' fill='none' stroke='#999'/></g>"
            )
        }),
    ];
    for form in forms {
        is("pelican", &wheels(form), Detector::Wheels, ItemState::Met);
    }
}

#[test]
fn what_is_no_pair_of_wheels_is_told_apart() {
    let at = |x: u32, y: u32, r: u32| {
        format!("<circle cx='{x}' cy='{y}' r='{r}' fill='none' stroke='#222' stroke-width='3'/>")
    };
    let not = |inside: &str| is("pelican", inside, Detector::Wheels, ItemState::NotMet);
    not(&(at(100, 220, 50) + &at(300, 240, 30)));
    not(&(at(100, 120, 50) + &at(300, 220, 50)));
    not(&at(100, 220, 50));
    not(&wheels(|x, y| {
        format!("<rect x='{}' y='{}' width='90' height='90' fill='#222'/>", x - 45.0, y - 45.0)
    }));
    not(&(at(100, 220, 40) + &at(200, 220, 40) + &at(300, 220, 40)));
    // White on white: nobody sees them.
    not(&wheels(|x, y| format!("<circle cx='{x}' cy='{y}' r='50' fill='#fff'/>")));
    // Two eyes in a face.
    not(&format!("<circle cx='200' cy='150' r='120' fill='#fc3'/>{}{}", at(160, 180, 18), at(240, 180, 18)));
    let flat = wheels(|x, y| format!("<ellipse cx='{x}' cy='{y}' rx='34' ry='50' fill='#333'/>"));
    is("pelican", &flat, Detector::Wheels, ItemState::CantTell);
}

#[test]
fn other_vehicles_are_held_against_their_own_rubrics() {
    let one = circle(200.0, 220.0);
    is("pelican-unicycle", &one, Detector::Wheels, ItemState::Met);
    is("pelican-unicycle", &wheels(circle), Detector::Wheels, ItemState::NotMet);
    let board = "<rect x='90' y='215' width='220' height='12' rx='6' fill='#a52'/>\
        <circle cx='130' cy='237' r='11' fill='#222'/><circle cx='270' cy='237' r='11' fill='#222'/>";
    is("otter-skateboard", board, Detector::Wheels, ItemState::Met);
    is("otter-skateboard", board, Detector::Frame, ItemState::Met);
    let hull = "<path d='M60 200H340L300 270H100Z' fill='#a52'/>";
    let cat = "<ellipse cx='200' cy='160' rx='40' ry='44' fill='#999'/><circle cx='215' cy='130' r='4' fill='#111'/>";
    is("cat-boat", &(hull.to_owned() + cat), Detector::Wheels, ItemState::Met);
    is("cat-boat", &(hull.to_owned() + cat), Detector::Rider, ItemState::Met);
    is(
        "cat-boat",
        &(hull.to_owned() + &cat.replace("160", "60").replace("130", "30")),
        Detector::Rider,
        ItemState::NotMet,
    );
    is("cat-boat", &(hull.to_owned() + &wheels(circle)), Detector::Wheels, ItemState::NotMet);
}

/// The whole drawing with something in place of a part of it.
#[track_caller]
fn with(part: &str, other: &str) -> String {
    let whole = whole();
    assert!(whole.contains(part), "{part}");
    whole.replace(part, other)
}

const EYE: &str = "<circle cx='244' cy='57' r='3' fill='#111'/>";
const BEAK: &str = "<path d='M255 58L315 66Q290 96 254 72Z' fill='#f90'/>";
const LEG: &str = "<path d='M178 133L176 180L182 216' fill='none' stroke='#f90' stroke-width='4'/>";

#[test]
fn wheels_on_a_hill_are_wheels_where_a_frame_joins_them() {
    for turn in [-11, -7, 7, 11] {
        let hill = |inside: &str| format!("<g transform='rotate({turn} 200 200) scale(.9)'>{inside}</g>");
        for name in [Detector::Wheels, Detector::Spokes, Detector::Frame, Detector::Rider, Detector::Beak] {
            is("pelican", &hill(&whole()), name, ItemState::Met);
        }
        is("pelican", &hill(&wheels(circle)), Detector::Wheels, ItemState::CantTell);
    }
}

#[test]
fn three_wheels_on_a_hill_are_not_two() {
    let axle = "<path d='M70 220L330 220L255 130' fill='none' stroke='#b22' stroke-width='4'/>";
    let three = |side: f64| [200.0 - side, 200.0, 200.0 + side].map(|x| small(x, 220.0)).concat() + axle;
    for side in [100.0, 130.0] {
        for turn in [-12, -10, -5, 0, 5, 10, 12] {
            let hill = format!("<g transform='rotate({turn} 200 200) scale(.9)'>{}{BIRD}</g>", three(side));
            is("pelican", &hill, Detector::Wheels, ItemState::NotMet);
        }
    }
    // What is not on the line of the two is no wheel of theirs.
    let hill = |inside: &str| format!("<g transform='rotate(10 200 200) scale(.9)'>{inside}</g>");
    let crank = small(200.0, 190.0);
    let two = |other: &str| small(70.0, 220.0) + &small(330.0, 220.0) + axle + other;
    is("pelican", &hill(&two("")), Detector::Wheels, ItemState::Met);
    is("pelican", &hill(&two(&crank)), Detector::Wheels, ItemState::Met);
}

fn small(x: f64, y: f64) -> String {
    format!("<circle cx='{x}' cy='{y}' r='32' fill='none' stroke='#222' stroke-width='5'/>")
}

#[test]
fn wheels_on_a_hill_that_a_bar_only_touches_at_the_rims_cant_be_told() {
    let bar = "<path d='M148 220H252' stroke='#b22' stroke-width='4'/>";
    let hill = format!("<g transform='rotate(10 200 200) scale(.9)'>{}{bar}</g>", wheels(circle));
    is("pelican", &hill, Detector::Wheels, ItemState::CantTell);
    // A skateboard's bar ends over its wheels.
    let board = "<path d='M90 168H310' stroke='#b22' stroke-width='8'/>";
    let hill = format!("<g transform='rotate(10 200 200) scale(.9)'>{}{board}</g>", wheels(circle));
    is("otter-skateboard", &hill, Detector::Wheels, ItemState::Met);
}

#[test]
fn wheels_seen_nearly_from_the_front_cant_be_told() {
    for rx in [16, 20, 26] {
        let turned = |x: f64, y: f64| {
            format!(
                "<ellipse cx='{x}' cy='{y}' rx='{rx}' ry='50' fill='none' stroke='#222' stroke-width='5'/>"
            )
        };
        is("pelican", &wheels(turned), Detector::Wheels, ItemState::CantTell);
    }
    // Shadows on the ground are as flat, and lie.
    let shadow = |x: f64, y: f64| format!("<ellipse cx='{x}' cy='{y}' rx='50' ry='16' fill='#777'/>");
    is("pelican", &wheels(shadow), Detector::Wheels, ItemState::NotMet);
}

#[test]
fn that_nothing_round_is_found_says_nothing_of_a_rich_drawing() {
    let grass: String =
        (0..40).map(|i| format!("<path d='M{} 290l4 -18l4 18z' fill='#4a4'/>", i * 10)).collect();
    is("pelican", BIRD, Detector::Wheels, ItemState::NotMet);
    is("pelican", &(grass + BIRD), Detector::Wheels, ItemState::CantTell);
}

/// A bell before a lamp looks like an eye behind a beak.
const FIXTURES: &str = "<rect x='205' y='160' width='10' height='30' rx='4' fill='#e76'/>\
    <circle cx='271' cy='120' r='5' fill='#ec6' stroke='#333' stroke-width='2'/><circle cx='271' cy='120' r='2' fill='#111'/>\
    <path d='M277 127l26 5l-4 12l-24 -6z' fill='#f4a261'/>";

#[test]
fn a_bottle_is_no_rider_and_a_bell_before_a_lamp_no_eye() {
    let empty = with(BIRD, FIXTURES);
    for name in [Detector::Rider, Detector::Eye, Detector::Beak] {
        assert_ne!(state(&look("pelican", &svg(&empty)), name), ItemState::Met, "{name:?}");
    }
    let eyeless = with(EYE, FIXTURES);
    assert_ne!(state(&look("pelican", &svg(&eyeless)), Detector::Eye), ItemState::Met);
    for name in [Detector::Rider, Detector::Eye, Detector::Beak] {
        is("pelican", &(whole() + FIXTURES), name, ItemState::Met);
    }
}

#[test]
fn a_nose_without_eyes_is_no_eye() {
    let otter = |face: &str| {
        format!(
            "<rect x='90' y='215' width='220' height='12' rx='6' fill='#a52'/><circle cx='130' cy='237' r='11' fill='#222'/>\
             <circle cx='270' cy='237' r='11' fill='#222'/><ellipse cx='200' cy='165' rx='36' ry='52' fill='#7d5a42'/>\
             <ellipse cx='205' cy='95' rx='36' ry='30' fill='#7d5a42'/><ellipse cx='212' cy='106' rx='20' ry='13' fill='#e2cba8'/>\
             <ellipse cx='216' cy='99' rx='7' ry='5' fill='#20130b'/>{face}"
        )
    };
    let eyes = "<circle cx='196' cy='88' r='5' fill='#111'/><circle cx='226' cy='88' r='5' fill='#111'/>";
    is("otter-skateboard", &otter(eyes), Detector::Eye, ItemState::Met);
    assert_ne!(state(&look("otter-skateboard", &svg(&otter(""))), Detector::Eye), ItemState::Met);
}

#[test]
fn a_crest_on_the_head_is_no_beak() {
    let crested = with(BEAK, "<path d='M222 62Q232 38 254 50Q240 46 226 66Z' fill='#e9c46a'/>");
    assert_ne!(state(&look("pelican", &svg(&crested)), Detector::Beak), ItemState::Met);
}

#[test]
fn legs_painted_as_the_frame_is_cant_be_told_from_its_tubes() {
    let alike = with(LEG, &LEG.replace("#f90", "#b22"));
    is("pelican", &alike, Detector::Legs, ItemState::CantTell);
}

#[test]
fn a_foot_whose_toe_reaches_beyond_the_pedal_is_on_it() {
    let long = "<path d='M178 133L176 180L182 240L240 246' fill='none' stroke='#f90' stroke-width='4'/>";
    is("pelican", &with(LEG, long), Detector::Legs, ItemState::Met);
}

#[test]
fn pedals_are_where_bars_of_the_frame_meet() {
    let frame = FRAME.replace("180 220", "158 220");
    let leg = "<path d='M150 125L140 180L130 226' fill='none' stroke='#f90' stroke-width='4'/>";
    let body = whole().replace(FRAME, &frame).replace(LEG, leg);
    is("pelican", &body, Detector::Legs, ItemState::Met);
    // A tube that bends a little there is two bars.
    let bent = FRAME.replace(
        "M100 220L180 220L160 150L260 150L300 220M160 150L180 220L260 150L255 130",
        "M100 220L158 220L255 196L300 220M158 220L160 150L260 150L250 130",
    );
    is("pelican", &whole().replace(FRAME, &bent).replace(LEG, leg), Detector::Legs, ItemState::Met);
    let dangling = "<path d='M150 125L120 150L100 170' fill='none' stroke='#f90' stroke-width='4'/>";
    let body = whole().replace(FRAME, &frame).replace(LEG, dangling);
    let measures = look("pelican", &svg(&body));
    assert_ne!(state(&measures, Detector::Legs), ItemState::Met);
}

#[test]
fn one_bar_alone_makes_no_place_for_pedals() {
    let leg = "<path d='M150 125L140 170L128 205' fill='none' stroke='#f90' stroke-width='4'/>";
    let bars = [
        // A kickstand, a tube that is bent sharply and a rod with round ends.
        "<path d='M148 221L152 223L142 262L138 260Z' fill='#555'/>",
        "<path d='M150 250L146 212L172 246' fill='none' stroke='#555' stroke-width='3'/>",
        "<path d='M143 215C143 211 149 211 149 215L147 250C147 253 143 253 143 250Z' fill='#555'/>",
    ];
    for bar in bars {
        is("pelican", &(whole().replace(LEG, leg) + bar), Detector::Legs, ItemState::NotMet);
    }
}

/// Ends of a frame's lines are looked at once each, however many there are.
#[cfg(unix)]
#[test]
fn a_frame_of_very_many_corners_is_looked_at_soon() {
    let corners: String =
        (0..28_000).map(|i| format!("{} {} ", 150 + i * 7 % 100, 200 + (i * 13 + i / 100) % 20)).collect();
    let drawing = svg(&with("M160 150L180 220", &format!("M{corners}M160 150L180 220")));
    let started = worked();
    let measures = look("pelican", &drawing);
    let took = worked() - started;
    assert_eq!(state(&measures, Detector::Frame), ItemState::Met);
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_moon_or_a_badge_around_all_is_ground() {
    for round in [
        "<circle cx='205' cy='150' r='148' fill='#ffd'/>",
        "<circle cx='205' cy='150' r='150' fill='#045'/><circle cx='205' cy='150' r='142' fill='#9dc'/>",
    ] {
        let scene = format!("{round}<g transform='translate(50 40) scale(0.75)'>{}</g>", whole());
        let measures = look("pelican", &svg(&scene));
        for judged in &measures.rubric {
            assert_eq!(judged.state, ItemState::Met, "{:?}: {}", judged.item, judged.why);
        }
    }
}

#[test]
fn an_empty_bicycle_of_single_tubes_on_a_moon_has_wheels() {
    let tubes: String =
        ["M100 220H180", "M180 220L160 150", "M160 150H260", "M260 150L300 220", "M180 220L260 150"]
            .map(|tube| format!("<path d='{tube}' stroke='#b22' stroke-width='4'/>"))
            .concat();
    let empty = with(BIRD, "").replace(FRAME, &tubes);
    let scene = format!(
        "<circle cx='205' cy='150' r='148' fill='#ffd'/><g transform='translate(50 40) scale(0.75)'>{empty}</g>"
    );
    is("pelican", &scene, Detector::Wheels, ItemState::Met);
    is("pelican", &scene, Detector::Frame, ItemState::Met);
}

#[test]
fn cheeks_of_a_face_with_much_in_it_are_no_wheels() {
    let head = "<circle cx='200' cy='150' r='140' fill='#fc3' stroke='#a60' stroke-width='3'/>";
    let brows = "<path d='M130 108Q150 98 170 106' fill='none' stroke='#630' stroke-width='6'/>\
        <path d='M230 106Q250 98 270 108' fill='none' stroke='#630' stroke-width='6'/>";
    let eyes = "<ellipse cx='155' cy='132' rx='14' ry='18' fill='#fff'/><ellipse cx='245' cy='132' rx='14' ry='18' fill='#fff'/>\
        <circle cx='157' cy='135' r='7' fill='#222'/><circle cx='247' cy='135' r='7' fill='#222'/>";
    let large = eyes.replace("rx='14' ry='18'", "rx='26' ry='28'");
    let nose = "<path d='M192 165Q200 150 208 165Q200 180 192 165Z' fill='#e80'/>";
    let mouth =
        "<path d='M150 205Q200 255 250 205Z' fill='#822'/><path d='M170 218Q200 240 230 218Z' fill='#e66'/>";
    let smile = "<path d='M120 190Q200 270 280 190' fill='none' stroke='#822' stroke-width='6'/>\
        <path d='M185 232Q200 240 215 232' fill='none' stroke='#822' stroke-width='3'/>";
    let cheeks =
        "<circle cx='120' cy='190' r='24' fill='#f86'/><circle cx='280' cy='190' r='24' fill='#f86'/>";
    let fringe = "<path d='M110 90Q130 40 200 36Q270 40 290 90Q240 70 200 72Q150 70 110 90Z' fill='#420'/>";
    let whiskers = "<path d='M190 175L60 165M190 180L60 195M210 175L340 165M210 180L340 195' stroke='#333'/>";
    let brows = format!("{fringe}{whiskers}{brows}");
    for eyes in [eyes, large.as_str()] {
        for mouth in [mouth, smile] {
            let face = format!("{head}{brows}{eyes}{nose}{cheeks}{mouth}");
            let found = state(&look("pelican", &svg(&face)), Detector::Wheels);
            assert_ne!(found, ItemState::Met, "{face}");
        }
    }
}

#[test]
fn wheels_are_those_over_their_reflection() {
    let own = whole();
    let drawing = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 520'>\
        <path d='M0 280h400v240H0z' fill='#8bd'/><g transform='matrix(1 0 0 -1 0 560)' opacity='0.7'>{own}</g>{own}</svg>"
    );
    let measures = look("pelican", &drawing);
    for judged in &measures.rubric {
        assert_eq!(judged.state, ItemState::Met, "{:?}: {}", judged.item, judged.why);
    }
}

#[test]
fn a_deck_that_stands_on_its_wheels_is_no_ground() {
    let deck = "<path d='M60 168L340 168' stroke='#555' stroke-width='6'/>";
    let bird =
        "<g transform='translate(20 32)'>".to_owned() + BIRD.split("<path d='M178").next().unwrap() + "</g>";
    let drawing = format!("{deck}{}{bird}", wheels(circle));
    is("pelican", &drawing, Detector::Rider, ItemState::Met);
    // A skateboard's leads on beyond its wheels.
    let otter = "<path d='M72 222H328' stroke='#a52' stroke-width='8'/>\
        <circle cx='130' cy='237' r='11' fill='#222'/><circle cx='270' cy='237' r='11' fill='#222'/>";
    is("otter-skateboard", otter, Detector::Frame, ItemState::Met);
}

#[test]
fn a_horizon_behind_the_wheels_is_ground_and_what_stands_on_it_no_body() {
    let mountain = "<path d='M-60 219L-5 50L45 219Z' fill='#999'/>";
    for line in ["M4 219H396", "M20 168H380", "M45 168H355", "M50 219H350", "M60 130H340"] {
        let behind = format!("{mountain}<path d='{line}' stroke='#484'/>");
        for name in [Detector::Rider, Detector::Legs] {
            is("pelican", &(behind.clone() + &whole()), name, ItemState::Met);
        }
    }
    // A tube is as level, and ends at the hubs.
    let tube = "<path d='M70 220H330' stroke='#b22' stroke-width='4'/>";
    let long = small(70.0, 220.0) + &small(330.0, 220.0) + tube;
    is("pelican", &long, Detector::Frame, ItemState::Met);
}

#[test]
fn a_grain_over_the_whole_picture_hides_nothing() {
    let grain = "<filter id='g' x='0' y='0' width='1' height='1'><feTurbulence baseFrequency='0.8'/>\
        <feComponentTransfer><feFuncA type='linear' slope='0.1'/></feComponentTransfer></filter>";
    for veil in [
        format!("{grain}<rect width='400' height='300' filter='url(#g)'/>"),
        "<rect width='400' height='300' fill='#fed' style='mix-blend-mode: multiply'/>".to_owned(),
    ] {
        let measures = look("pelican", &svg(&format!("{}{veil}", whole())));
        for judged in &measures.rubric {
            assert_eq!(judged.state, ItemState::Met, "{:?}: {}", judged.item, judged.why);
        }
    }
}

#[test]
fn nothing_is_missing_of_a_body_in_lines_or_an_eye_that_is_no_round() {
    let lines = whole()
        .replace("fill='#eee' stroke='#333'", "fill='none' stroke='#333'")
        .replace("<circle cx='238' cy='62' r='20' fill='none' stroke='#333'/>", "");
    assert_ne!(state(&look("pelican", &svg(&lines)), Detector::Rider), ItemState::NotMet);
    let square = "<rect width='400' height='300' fill='#9cf'/><path d='M100 90h90v60h-90zM170 50h50v60h-50z' fill='#fff'/>\
        <rect x='195' y='60' width='12' height='12'/>";
    assert_eq!(state(&look("pelican", &svg(square)), Detector::Eye), ItemState::CantTell);
}

/// The same picture, said otherwise, is judged alike.
#[test]
fn size_place_side_and_wrapping_change_nothing() {
    let expected = states(&look("pelican", &svg(&whole())));
    let ns = "xmlns=\"http://www.w3.org/2000/svg\"";
    let others = [
        ("small", format!("<svg {ns} width='20' height='15' viewBox='0 0 400 300'>{}</svg>", whole())),
        ("large", format!("<svg {ns} width='8000' height='6000' viewBox='0 0 400 300'>{}</svg>", whole())),
        (
            "moved",
            format!(
                "<svg {ns} viewBox='-900 -900 400 300'><g transform='translate(-900 -900)'>{}</g></svg>",
                whole()
            ),
        ),
        ("mirrored", svg(&format!("<g transform='matrix(-1 0 0 1 400 0)'>{}</g>", whole()))),
        ("used", svg(&format!("<defs><g id='a'>{}</g></defs><use href='#a'/>", whole()))),
        (
            "on ground",
            svg(&format!(
                "<rect width='400' height='300' fill='#cef'/><rect y='262' width='400' height='38' fill='#7a5'/>{}",
                whole()
            )),
        ),
        ("under sun", svg(&format!("<circle cx='370' cy='25' r='18' fill='#fd0'/>{}", whole()))),
    ];
    for (how, text) in others {
        assert_eq!(states(&look("pelican", &text)), expected, "{how}");
    }
}

#[test]
fn nothing_that_a_drawing_says_of_itself_is_heard() {
    let liar = svg(
        "<title>two wheels</title><g id='wheels' class='wheel'><rect id='wheel1' x='60' y='180' width='90' height='80'/></g><!-- frame --><text x='9' y='90'>pelican with a pouch</text>",
    );
    let measures = look("pelican", &liar);
    assert!(measures.rubric.iter().all(|one| one.state != ItemState::Met), "{:?}", states(&measures));
}

#[test]
fn too_much_to_look_at_and_pictures_in_it_are_told_as_such() {
    let many: String =
        (0..3000).map(|i| format!("<circle cx='{}' cy='{}' r='3'/>", i % 400, i / 10)).collect();
    for inside in
        [many, format!("{}<image width='9' height='9' href='data:image/png;base64,{PIXEL}'/>", whole())]
    {
        let measures = look("pelican", &svg(&inside));
        assert!(
            measures.rubric.iter().all(|one| one.state == ItemState::CantTell),
            "{:?}",
            states(&measures)
        );
    }
}

/// One grey pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

#[test]
fn structure_is_counted_as_painted_and_as_written() {
    let text = svg(
        "<defs><linearGradient id='g'><stop stop-color='#f00'/><stop offset='1' stop-color='#00f'/></linearGradient></defs>\
         <g><g><path d='M0 0h200v300h-200z' fill='url(#g)'/></g></g><rect x='390' y='10' width='40' height='20' fill='#0f0'/>\
         <rect x='900' width='5' height='5'/><circle r='5' fill='none'/>",
    );
    let measures = look("pelican", &text);
    let structure = &measures.structure;
    assert_eq!(
        (structure.shapes, structure.path_commands, structure.groups, structure.gradients),
        (3, 5, 2, 1)
    );
    assert_eq!((structure.colours, structure.depth), (4, 4));
    assert_eq!((structure.outside, structure.over_the_edge), (1, 1));
    let half = 0.5 + 10.0 * 20.0 / (400.0 * 300.0);
    assert!((structure.painted - half).abs() < 0.01, "{structure:?}");
    assert_eq!(measures.canvas, [400.0, 300.0]);
}

#[test]
fn measuring_goes_through_the_same_gate_as_checking() {
    let pool = WorkerPool::with_program(WORKER, 1, InspectionOptions::default());
    let told = |text: &str| match pool.measure(text.as_bytes(), &rubric("pelican")) {
        Err(MeasureError::Drawing(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(told("<svg xmlns='http://www.w3.org/2000/svg'><g></svg>").contains("not well-formed"));
    assert!(
        told("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>")
            .contains("entities")
    );
    let bomb: String = (1..9)
        .map(|i| format!("<g id='a{i}'>{}</g>", format!("<use href='#a{}'/>", i - 1).repeat(10)))
        .collect();
    let bomb = svg(&format!("<g id='a0'><rect width='1' height='1'/></g>{bomb}"));
    assert!(told(&bomb).contains("elements"), "{}", told(&bomb));
    // The worker is as good as before, and says what this process says.
    let here = look("pelican", &svg(&whole()));
    assert_eq!(pool.measure(svg(&whole()).as_bytes(), &rubric("pelican")).unwrap(), here);
}

/// The processor time of this thread, which other work of the machine does not lengthen.
#[cfg(unix)]
pub(crate) fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// The most that the detectors look at, arranged to touch everywhere.
#[cfg(unix)]
#[test]
fn the_worst_that_is_looked_at_ends_soon() {
    let lines: String = (0..700)
        .map(|i| {
            format!(
                "<path d='M{} 220C90 90 300 90 {} 220S150 10 20 280' fill='none' stroke='#{:03x}'/>",
                i % 400,
                399 - i % 400,
                i + 256
            )
        })
        .collect();
    let rounds: String = (0..700)
        .map(|i| format!("<circle cx='{}' cy='220' r='{}' fill='none' stroke='#000'/>", i % 390, 9 + i % 60))
        .collect();
    // Few lines of very many points, all over one another.
    let zigzag = |n: i32| -> String {
        let points: String = (0..12_000).map(|i| format!("{} {} ", i % 397, (i * 31 + n) % 293)).collect();
        format!("<polyline points='{points}' fill='none' stroke='#{:03x}'/>", n + 256)
    };
    let zigzags: String = wheels(circle) + &(0..4).map(zigzag).collect::<String>();
    for inside in [lines + &rounds, zigzags] {
        let started = worked();
        let measures = look("pelican", &svg(&inside));
        assert!(!measures.rubric.is_empty());
        let took = worked() - started;
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

/// A body that is one of many alike stands for nothing, however they lie to one another.
#[test]
fn a_crowd_of_dots_is_no_rider_and_has_no_eye() {
    let mut seed = 7u32;
    let mut chance = |most: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % most
    };
    for (least, most) in [(1, 4), (2, 10), (2, 40), (4, 20)] {
        for square in [false, true] {
            let shapes: String = (0..300)
                .map(|_| {
                    let (x, y, size) = (chance(400), chance(300), least + chance(most));
                    let fill = ["#000", "#222", "#e33", "#fc0", "#08a", "#888", "#fff"][chance(7) as usize];
                    match square {
                        true => {
                            format!("<rect x='{x}' y='{y}' width='{size}' height='{size}' fill='{fill}'/>")
                        }
                        false => format!("<circle cx='{x}' cy='{y}' r='{size}' fill='{fill}'/>"),
                    }
                })
                .collect();
            let measures = look("pelican", &svg(&shapes));
            for name in [Detector::Rider, Detector::Eye, Detector::Beak, Detector::Legs] {
                assert_ne!(state(&measures, name), ItemState::Met, "{name:?}, {least} {most} {square}");
            }
        }
    }
}
