//! Our pictures held against those that a real Chromium shows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::{Inspection, PictureMoment};
use pelicycle_testkit::browser::ask;
use serde_json::json;

use crate::real;

/// The largest share of pixels that may differ.
pub(crate) const MOST: f64 = 0.005;

/// For each drawing, the share of its pixels that differ. One that moves is held at the moment that our picture shows.
pub(crate) fn shares(drawings: &[Vec<u8>]) -> Option<Vec<f64>> {
    let seen: Vec<_> = drawings.iter().map(|svg| inspect(svg, &InspectionOptions::default())).collect();
    differing(&drawings.iter().map(Vec::as_slice).zip(&seen).collect::<Vec<_>>())
}

/// As [`shares`], of drawings that were looked at already.
fn differing(drawings: &[(&[u8], &Inspection)]) -> Option<Vec<f64>> {
    let shares = shares_seen(drawings)?;
    Some(shares.into_iter().map(|share| share.expect("Chromium shows it")).collect())
}

/// As [`shares`], of drawings that were looked at already; `None` for those that Chromium does not show.
pub(crate) fn shares_seen(drawings: &[(&[u8], &Inspection)]) -> Option<Vec<Option<f64>>> {
    let order = |(svg, seen): &(&[u8], &Inspection)| {
        let png = seen.png.as_ref().expect("a picture");
        let mut order = json!({ "svg": STANDARD.encode(svg), "png": STANDARD.encode(png) });
        match seen.check.moment {
            Some(PictureMoment::Start) => order["seconds"] = json!(0.0),
            Some(PictureMoment::FirstCycle) => {
                panic!("{} begins with nothing", String::from_utf8_lossy(svg))
            }
            None => {}
        }
        order
    };
    let drawings: Vec<_> = drawings.iter().map(order).collect();
    let told = ask("differ.mjs", json!({ "drawings": drawings }))?;
    Some(told.as_array().unwrap().iter().map(serde_json::Value::as_f64).collect())
}

#[test]
fn grounds_and_geometry_in_css_are_drawn_as_a_browser_does() {
    let svg = |root: &str, inside: &str| {
        let bike = "<circle cx='50' cy='80' r='24' fill='none' stroke='#333' stroke-width='5'/>\
            <path d='M60 30 L150 40 L90 90 Z' fill='orange'/>";
        format!("<svg xmlns='http://www.w3.org/2000/svg' {root}>{inside}{bike}</svg>").into_bytes()
    };
    let drawings = [
        svg("viewBox='0 0 200 120' style='background:#87ceeb'", ""),
        svg("viewBox='-20 -10 240 140' width='480' height='400' style='background-color: tan'", ""),
        svg("viewBox='0 0 200 120'", "<style>svg { background: rgb(10, 120, 90) } svg { fill: red }</style>"),
        svg("viewBox='0 0 200 120' style='background: linear-gradient(#87ceeb, #2e8b57)'", ""),
        svg(
            "viewBox='0 0 200 120' style='background: linear-gradient(to left, red, rgb(0, 0, 90) 30%, gold)'",
            "",
        ),
        svg("viewBox='0 0 200 120' style='background: linear-gradient(35deg, navy 10%, pink 90%)'", ""),
        svg(
            "viewBox='0 0 200 120' width='300' height='300' style='background: linear-gradient(160deg, teal, white, plum)'",
            "",
        ),
        svg("viewBox='0 0 200 120'", "<circle style='cx:100px;cy:75px;r:50px;fill:teal'/>"),
        svg(
            "viewBox='0 0 200 120'",
            "<style>.w { r: 30px; cx: 60px; cy: 40px } .h { r: 12 }</style>\
            <circle class='w'/><circle class='h' cx='140' cy='40' r='20' fill='tomato'/>",
        ),
        svg(
            "viewBox='0 0 200 120'",
            "<style>path.p { d: path(\"M20 20 L180 20 L100 110 Z\") }</style>\
            <path class='p' fill='teal'/><rect width='60' height='50' style='rx: 20px; x: 120px !important; x: 1px'/>",
        ),
        svg(
            "viewBox='0 0 200 120' style='background: oklch(0.8 0.1 200)'",
            "<rect x='1rem' y='2' width='5rem' height='40' fill='oklch(0.7 0.2 40)' style='stroke: hsl(200deg 80% 50% / 0.5); stroke-width: 6'/>",
        ),
        svg(
            "viewBox='0 0 200 120'",
            "<style>.a { fill: rgb(255 99 71 / 50%) } .b { transform: translate(60px, 40px) }</style>\
            <rect class='a' width='90' height='60'/><rect class='b' width='40' height='30' fill='lab(50% 40 30)'/>\
            <rect width='40' height='30' fill='teal' style='transform: translateX(120px) rotate(0.1turn) scaleY(2)'/>",
        ),
    ];
    let Some(shares) = shares(&drawings) else { return };
    for (share, svg) in shares.iter().zip(&drawings) {
        assert!(*share < MOST, "{:.2} % of {}", share * 100.0, String::from_utf8_lossy(svg));
    }
}

/// The drawings of the corpus that a browser shows. Those that move are held at their beginning.
#[test]
fn real_drawings_look_as_in_a_browser() {
    let Some(all) = real::drawings() else { return };
    let shown: Vec<_> = all.iter().filter(|one| one.seen.check.draws.browser).collect();
    assert!(shown.len() > 50, "{}", shown.len());
    let held: Vec<_> = shown.iter().map(|one| (one.svg.as_slice(), &one.seen)).collect();
    let Some(shares) = differing(&held) else { return };
    for (share, one) in shares.iter().zip(&shown) {
        println!("{:.2} % {}", share * 100.0, one.path.display());
    }
    for (share, one) in shares.iter().zip(&shown) {
        assert!(*share < MOST, "{:.2} % of {}", share * 100.0, one.path.display());
    }
}
