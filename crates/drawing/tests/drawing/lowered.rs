//! Small drawings of what browsers know and the renderer does not, held against a real Chromium.

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::{FindingCode, PictureMoment, Verdict};

use crate::pixels::{MOST, shares};

/// A drawing of 200 by 150 with something in it.
fn svg(inside: &str) -> Vec<u8> {
    format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150'>{inside}</svg>").into_bytes()
}

/// A shape to be styled, and others that should not be.
const SHAPES: &str = "<g class='bike big' id='one'><rect class='frame' data-part='a' x='60' y='60' width='70' height='30' fill='gray'/>\
    <circle class='wheel' cx='50' cy='110' r='28' fill='gray'/><circle class='wheel last' cx='140' cy='110' r='28' fill='gray'/></g>\
    <path class='beak' d='M130 30L190 40L140 55Z' fill='gray'/>";

pub(crate) fn hold(drawings: &[Vec<u8>]) {
    let Some(shares) = shares(drawings) else { return };
    let wrong: Vec<String> = shares
        .iter()
        .zip(drawings)
        .filter(|(share, _)| **share >= MOST)
        .map(|(share, svg)| format!("{:.2} % of {}", share * 100.0, String::from_utf8_lossy(svg)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn style_sheets_are_applied_as_a_browser_does() {
    let styled = |css: &str| svg(&format!("<style><![CDATA[{css}]]></style>{SHAPES}"));
    hold(&[
        styled(
            "svg:has(> g) .beak { fill: teal } .frame:has(+ circle) { fill: gold } path:has(> g) { fill: red }",
        ),
        styled("circle:nth-child(2 of .wheel) { fill: teal } .frame { fill: red; all: unset }"),
        styled(
            ".beak { rotate: calc(pi * 2deg); stroke: red; stroke-width: round(5.4px, 2px) } .frame { rotate: atan2(1, 9) }",
        ),
        styled(
            ".beak { transform-origin: 130px 40px; transform: rotate3d(1, 1, 0, 45deg) } .last { rotate: x 60deg; transform-origin: center; transform-box: fill-box }",
        ),
        styled(
            ".bike { fill: teal; .wheel { fill: tomato } & > .frame { fill: gold } &.big + .beak { fill: navy } }",
        ),
        styled(
            ":is(.frame, #none) { fill: teal } :where(.wheel) { fill: navy } .wheel { fill: plum } path:not(.x) { fill: red }",
        ),
        styled(
            "circle:nth-child(2) { fill: teal } .wheel:last-child { fill: red } g > :first-child { fill: blue } :root { color: red }",
        ),
        styled(
            "circle:nth-of-type(odd) { fill: teal } g:has(circle) { stroke: red } rect ~ .last { fill: gold } rect + circle { stroke-width: 6 }",
        ),
        styled(
            "@layer top, base; @layer base { .wheel { fill: teal } } @layer top { .wheel { fill: red } .frame { fill: plum !important } } .frame { fill: red !important }",
        ),
        styled(
            "@media print { .wheel { fill: red } } @media (min-width: 200px) and (orientation: landscape) { .wheel { fill: teal } }",
        ),
        styled(
            "@media (prefers-color-scheme: dark) { * { fill: red } } @media not print { .frame { fill: teal } }",
        ),
        styled(
            "@supports (display: grid) { .wheel { fill: teal } @media screen { .frame { fill: gold } } } @supports not (color: red) { path { fill: red } }",
        ),
        styled(
            ":root { --a: teal; --b: var(--a) } .big { --a: gold } .wheel { fill: var(--a) } .frame { fill: var(--none, var(--b)) } .beak { fill: var(--nothing) }",
        ),
        styled(
            "@property --p { syntax: '<color>'; inherits: true; initial-value: teal } .wheel { fill: var(--p) }",
        ),
        styled(
            "#one .wheel { fill: teal } .wheel.last.last { fill: red } rect[data-part='A' i] { fill: gold } [class~=beak] { fill: navy }",
        ),
        styled(
            ".wheel { fill: teal; fill: nonsense; fill: rgb(; } .frame { fill: gold .beak { fill: red } } .beak { fill: teal }",
        ),
        styled(
            "/* } */ .wh\\65 el { fill: teal } .frame { fill: go/**/ld } .beak { FILL: Navy } .a::before { fill: red }",
        ),
        styled(
            ".big { fill: teal } .wheel { fill: inherit } .frame { fill: initial } .beak { fill: unset; stroke: currentColor; color: red }",
        ),
        styled(
            ".wheel { FILL: Teal; Stroke: Navy; stroke-width: 4PX; stroke-linejoin: Round } .frame { stroke: red; stroke-width: .5em; stroke-dasharray: 20;10 } .beak { all: unset }",
        ),
        styled(
            ".last { transform: rotate(40deg); transform-origin: 10 20 } .frame { rotate: 20; translate: 10 5 } .beak { display: foo; filter: blur(3) }",
        ),
        svg(
            "<style>.k { fill: var(--q, gray) }</style><defs><g id='s'><rect class='k' width='60' height='50'/></g></defs><use href='#s' style='--q: tomato'/><g style='--q: teal'><use href='#s' x='90' y='60'/></g><use href='#s' y='90'/>",
        ),
        styled(
            "@supports (fill: oklch(0 0 0)) and (not (foo: bar)) { .wheel { fill: teal } } @supports (colour: red) { path { fill: red } }",
        ),
        styled(
            ":root { --w: 3px } .frame { width: 20cqw; stroke: navy; stroke-width: var(--w) } .beak { clip-path: circle(40%) }",
        ),
        svg(&format!(
            "<style media='print'>* {{ fill: red }}</style><style type='text/less'>* {{ fill: red }}</style><style>.wheel {{ fill: teal }}</style>{SHAPES}"
        )),
    ]);
}

#[test]
fn values_of_today_are_drawn_as_a_browser_does() {
    let rect = |attributes: &str| svg(&format!("<rect x='20' y='20' width='120' height='90' {attributes}/>"));
    hold(&[
        rect("style='fill: color-mix(in srgb, red 30%, blue)'"),
        rect("style='fill: color-mix(in oklab, tomato, transparent 40%)'"),
        rect("fill='light-dark(teal, red)' stroke='oklch(0.6 0.2 140 / 0.7)' stroke-width='calc(4px + 1em / 4)'"),
        rect("style='fill: rgb(from teal r g b / 50%); stroke: color(srgb 1 0.2 0); stroke-width: 9'"),
        rect("fill='teal' opacity='calc(0.25 * 2)' style='stroke: rebeccapurple; stroke-width: min(9px, 2em)'"),
        svg("<rect x='calc(100px - 40px)' y='10%' width='5rem' height='max(20px, 3em)' fill='teal'/><rect y='100' width='5vw' height='2vh' fill='red'/>"),
        rect("fill='teal' style='filter: drop-shadow(8px 6px 3px rgb(0 0 0 / 60%)) blur(1px)'"),
        rect("fill='teal' style='clip-path: circle(40px at 60% 50%)'"),
        rect("fill='teal' stroke='red' stroke-width='10' clip-path='polygon(50% 0, 100% 100%, 0 80%)'"),
        rect("fill='teal' style='clip-path: inset(10px 20% 5px 30px round 8px)'"),
        rect("fill='teal' style='clip-path: inset(5px 10% round 60px 20px 30px / 30px)'"),
        rect("fill='hsl(120 100 40)' stroke='hsl(calc(60deg * 4) 100% 30%)' stroke-width='9'"),
        rect("fill='color(rec2020 0.5 0.2 0)' stroke='color-mix(in hsl longer hue, red, lime 20%)' stroke-width='30'"),
        rect("fill='color(xyz-d50 0.3 0.2 0.1)' stroke='color(prophoto-rgb 0.1 0.4 0.2)' stroke-width='30'"),
        rect("style='--b: #2a7; fill: rgb(from red calc(r / 2) 50% b / 0.7); stroke: color(from var(--b) srgb g r b); stroke-width: 30'"),
        rect("style='fill: oklab(from gold l calc(a - .1) calc(b * .5)); stroke: color(display-p3-linear .4 .6 .2); stroke-width: 30'"),
        rect("style='fill: color-mix(in display-p3, gold, teal 30%); stroke: color-mix(in xyz-d50, red, lime); stroke-width: 30'"),
        svg("<style>#g { transform: rotate(90deg) }</style><linearGradient id='g'><stop stop-color='gold'/><stop offset='1' stop-color='teal'/></linearGradient><rect width='200' height='150' fill='url(#g)'/>"),
        svg("<image width='200' height='150' href='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 40 30%22 style=%22background:gold%22%3E%3Ccircle style=%22fill:oklch(.7 .2 40);r:9px;cx:50%25;cy:15px%22/%3E%3C/svg%3E'/>"),
        rect("fill='teal' style='mask: radial-gradient(circle, black 40%, transparent 42%) 0 0 / 40px 30px'"),
        rect("fill='teal' style='mask-image: linear-gradient(90deg, black 50%, transparent 50%), radial-gradient(circle at 75% 50%, black 20%, transparent 20%)'"),
        svg("<mask id='a'><circle cx='75' cy='75' r='50' fill='white'/></mask><mask id='b'><circle cx='125' cy='75' r='50' fill='white'/></mask><rect width='200' height='150' fill='teal' style='mask: url(#a), url(#b)'/>"),
        svg("<mask id='a'><circle cx='75' cy='75' r='50' fill='white'/></mask><mask id='b'><circle cx='125' cy='75' r='50' fill='white'/></mask><rect width='200' height='150' fill='teal' style='mask: url(#a), url(#b); mask-composite: intersect'/>"),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' style='border-radius: 50%; background: linear-gradient(white, gold)'><rect width='200' height='150' fill='teal'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' width='400' height='300' style='border: 20px solid red; border-radius: 60px; margin: 10px auto'><rect width='200' height='150' fill='teal'/></svg>".to_vec(),
        rect("fill='contrast-color(teal)' stroke='rgb(calc(100 + 55) 0 0)' stroke-width='30'"),
        svg("<g fill='teal' stroke='navy' stroke-width='8' color='gold'><rect x='20' y='20' width='120' height='90' fill='#12345' stroke='rgb(1,2)' stroke-width='-4' stroke-dasharray='20;10'/><path d='M150 20v90' stroke-linecap='ROUND' stroke-width='abc' fill='red;'/><path d='M170 20v90' stroke='hsl(1, 2, 3)'/></g>"),
        svg("<linearGradient id='g'><stop stop-color='teal'/></linearGradient><radialGradient id='h' r='0'><stop stop-color='red'/><stop offset='1' stop-color='gold'/></radialGradient><path d='M20 20H180' stroke='url(#g)' stroke-width='20'/><path d='M20 60H180' stroke='url(#h)' stroke-width='20'/><circle cx='60' cy='110' r='30' fill='url(#g)'/><circle cx='140' cy='110' r='30' fill='url(#h)'/>"),
        svg("<symbol id='s' viewBox='0 0 10 10'><circle cx='5' cy='5' r='5' fill='teal'/><path d='M0 0h10v10H0z' fill='none' stroke='red'/></symbol><symbol id='t' viewBox='0 0 10 10' width='40' height='30' x='120' y='90'><path d='M0 0h10v10z'/></symbol><use href='#s' x='10%' y='10%' width='40%' height='40%'/><use href='#t'/><use href='#s' width='0'/>"),
        svg("<symbol id='s' viewBox='0 0 10 10'><circle cx='5' cy='5' r='5' fill='teal'/></symbol><use href='#s' style='width: 60px; height: 60px; x: 30px'/><svg width='50' height='50' viewBox='0 0 0 9'><path d='M0 0h50v50z'/></svg>"),
        rect("fill='teal' style='clip-path: ellipse(40% 30% at left)'"),
        rect("fill='teal' style='clip-path: path(\"M10 10L110 10L60 80Z\") fill-box'"),
        rect("fill='teal' style='mask-image: linear-gradient(to right, black, transparent 80%)'"),
        rect("fill='teal' style='-webkit-mask: radial-gradient(circle at center, black 30%, transparent 60%)'"),
        svg("<g style='clip-path: inset(5%)'><circle cx='70' cy='80' r='40' fill='none' stroke='teal' stroke-width='20'/></g>"),
        svg("<rect width='120' height='150' fill='gold'/><circle cx='110' cy='75' r='50' fill='teal' style='mix-blend-mode: screen'/>"),
        svg("<g fill='none' style='color: tomato'><circle cx='70' cy='80' r='40' style='stroke: currentcolor; stroke-width: 9'/></g>"),
        rect("fill='teal' style='filter: drop-shadow(10px 10px 2px color-mix(in srgb, red, blue))'"),
        svg("<linearGradient id='g' color-interpolation='linearRGB'><stop stop-color='red'/><stop offset='1' stop-color='lime'/></linearGradient><rect width='200' height='150' fill='url(#g)'/>"),
        svg("<circle id='a' r='40' cx='60' cy='70' fill='teal'/><circle id='a' r='20' fill='red'/><use href='#a' x='80'/><g filter='url(#none)'><path d='M0 0h30v30z'/></g>"),
        svg("<polygon points='20,20 180,20 100,130 x' fill='red'/><polyline points='20,20 100,20 60,130,' fill='teal'/>"),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' style='display:none;background:radial-gradient(circle at 30% 40%, gold, teal 60%, navy)'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' style='background: linear-gradient(to bottom right, red, transparent 70%), repeating-linear-gradient(90deg, plum 0%, white 100%) tan'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' style='background: radial-gradient(circle, red 30%, transparent 31%) 0 0/90px 90px, linear-gradient(in oklch, gold, teal); opacity: 0.5'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' width='100%' height='100%' preserveAspectRatio='xMidYMid slice' style='background: linear-gradient(180deg, #87ceeb 0%, white 60%, #c2b280 60%)'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' width='400' height='400' preserveAspectRatio='xMinYMax slice' style='background: linear-gradient(tan, teal)'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' width='400' height='400' preserveAspectRatio='xMidYMin' style='background: linear-gradient(45deg, gold, teal)'><path d='M0 0h30v30z'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' width='400' height='300'><style>svg { background: tan; background-image: repeating-linear-gradient(45deg, gold 0 20px, teal 20px 60px), linear-gradient(oklch(0.7 0.2 40), white); background-size: 50% 100%, auto; background-repeat: no-repeat }</style></svg>".to_vec(),
    ]);
}

#[test]
fn what_moves_and_strokes_elements_does_so_as_in_a_browser() {
    let rect = |style: &str| {
        svg(&format!("<rect x='70' y='50' width='60' height='30' fill='teal' style='{style}'/>"))
    };
    hold(&[
        rect("transform-box: fill-box; transform-origin: center; transform: rotate(40deg)"),
        rect(
            "transform-box: fill-box; transform-origin: 100% 0; transform: translate(50%, -25%) scale(1.2, 0.8)",
        ),
        rect("rotate: 30deg; transform-origin: 100px 65px"),
        rect("translate: 30px 20%; scale: 0.5 2; transform: skewX(20deg)"),
        rect("transform: rotate(45)"),
        rect("transform-box: fill-box; transform: rotate(30deg) scale(1.2)"),
        svg(
            "<path d='M100 40l60 10-40 50z' fill='teal' stroke='gold' stroke-width='12' style='transform-box: stroke-box; transform-origin: top left; transform: rotate(30deg)'/>",
        ),
        svg(
            "<text x='100' y='60' font-size='20' font-family='DejaVu Sans' letter-spacing='.4em' text-anchor='middle'>PELICAN</text><text x='190' y='110' font-size='20' font-family='DejaVu Sans' style='letter-spacing: 6px; text-anchor: end'>bike</text>",
        ),
        svg(
            "<text font-size='16' font-family='DejaVu Sans'><textPath path='M10 90L190 50'>Pelican on a path</textPath></text><circle id='c' cx='100' cy='75' r='60' fill='none'/><text font-size='16' font-family='DejaVu Sans'><textPath href='#c'>on a circle</textPath></text><text x='190' y='130' font-size='16' font-family='DejaVu Sans' direction='rtl'>from right</text>",
        ),
        svg(
            "<path id='p' d='M10 60L190 50' stroke='none'/><text font-size='24' font-family='DejaVu Sans' letter-spacing='8'><textPath href='#p' startOffset='50%' text-anchor='middle'>PELI</textPath></text><text font-size='16' font-family='DejaVu Sans' letter-spacing='9' text-anchor='end'><textPath path='M10 140H190' startOffset='180'>CYCLES</textPath></text>",
        ),
        rect("transform: rotate3d(0, 0, 1, 30deg) translate3d(10px, 5px, 7px); transform-origin: center"),
        rect("offset-path: ellipse(60px 40px at 100px 75px); offset-distance: 30%"),
        rect("offset-path: polygon(20px 20px, 180px 20px, 100px 130px); offset-distance: 60%"),
        rect("transform-box: fill-box; transform-origin: center; transform: rotateY(45deg) rotateX(20deg)"),
        svg(
            "<path d='M20 120L60 20L100 120M110 120L150 20L190 120' fill='none' stroke='teal' stroke-width='20' stroke-linejoin='miter-clip' stroke-miterlimit='2'/>",
        ),
        svg(
            "<style>text { font: italic 700 1.5rem/1.2 \"DejaVu Sans Mono\", monospace } .b { --f: bold 28px \"DejaVu Sans\"; font: var(--f) }</style><text x='10' y='50'>Pelican</text><text class='b' x='10' y='110'>H<tspan baseline-shift='sub' font-size='60%'>2</tspan>O</text>",
        ),
        rect("offset-path: path(\"M20 20L180 130\"); offset-distance: 60%"),
        svg(
            "<g style='transform-box: fill-box; transform-origin: center; transform: scale(0.6) rotate(15deg)'><circle cx='60' cy='60' r='30' fill='teal'/><rect x='100' y='80' width='60' height='30' transform='rotate(20 130 95)' fill='tomato'/></g>",
        ),
        svg(
            "<g transform='scale(12)'><circle cx='8' cy='6' r='5' fill='none' stroke='teal' stroke-width='9' vector-effect='non-scaling-stroke'/></g>",
        ),
        svg(
            "<path d='M20 30C80 -20 120 160 180 60' pathLength='10' fill='none' stroke='red' stroke-width='12' stroke-dasharray='1 0.5' stroke-dashoffset='0.3'/>",
        ),
        svg(
            "<text x='10' y='60' font-size='30' font-family='DejaVu Sans' style='text-transform: uppercase'>pelican</text><text x='10' y='110' font-size='30' font-family='DejaVu Sans' style='text-transform: capitalize'>a big bird</text>",
        ),
        svg(
            "<text x='10' y='80' font-size='50' font-family='DejaVu Sans' style='paint-order: stroke; stroke: red; stroke-width: 8px; fill: gold'>Peli</text>",
        ),
        svg(
            "<g transform='scale(1.2 0.5)'><ellipse cx='80' cy='120' rx='60' ry='90' fill='none' stroke='teal' style='vector-effect: non-scaling-stroke; stroke-width: 60px'/></g>",
        ),
        svg("<text x='10' y='50' style='font: xx-large \"DejaVu Sans\"' textLength='80%'>Pelican</text>"),
        svg(
            "<text x='10' y='50' font-size='20' font-family='DejaVu Sans' style='font-variant: small-caps'>Pelican</text>",
        ),
        svg(
            "<text x='10' y='80' font-size='30' font-family='DejaVu Sans' style='text-decoration: underline'>Pelican</text>",
        ),
        svg(
            "<image width='100' height='100' href='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP4z8DAAMb/GRgYmBgYGAAdCwMBxqZ1ZQAAAABJRU5ErkJggg=='/>",
        ),
        svg(
            "<filter id='f'><feFlood flood-color='gold'/><feComposite in='FillPaint' operator='in'/></filter><rect x='40' y='30' width='120' height='80' fill='teal' filter='url(#f)'/>",
        ),
        svg(
            "<filter id='f'><feGaussianBlur in='SourceAlpha' stdDeviation='3'/><feDiffuseLighting surfaceScale='4' lighting-color='gold'><feDistantLight azimuth='200' elevation='50'/></feDiffuseLighting></filter><rect x='40' y='30' width='120' height='80' filter='url(#f)'/>",
        ),
    ]);
}

#[test]
fn filters_and_patterns_are_drawn_as_a_browser_does() {
    let rect = "<rect x='40' y='30' width='120' height='80' fill='teal' filter='url(#f)'/>";
    let filter = |attributes: &str, inside: &str, shape: &str| {
        svg(&format!("<filter id='f' {attributes}>{inside}</filter>{shape}"))
    };
    let noise = "<feTurbulence type='fractalNoise' baseFrequency='0.02' numOctaves='2' seed='3' result='n'/>";
    let pattern = |attributes: &str, inside: &str| {
        let shape = "<g transform='translate(10 20) scale(0.83)'><path d='M10 10h180v90l-60 40H10z' fill='url(#p)'/></g>";
        svg(&format!("<pattern id='p' {attributes}>{inside}</pattern>{shape}"))
    };
    hold(&[
        filter("x='0' y='0' width='1' height='1'", "<feGaussianBlur stdDeviation='15'/>", rect),
        filter("x='0.2' y='0.2' width='0.6' height='0.6'", "<feGaussianBlur stdDeviation='8 3'/>", rect),
        filter("", "<feGaussianBlur stdDeviation='10'/><feOffset dx='20'/>", rect),
        filter("", "<feColorMatrix type='saturate' values='3'/>", "<rect x='40' y='30' width='120' height='80' fill='#8a7' filter='url(#f)'/>"),
        filter("", "<feMorphology operator='dilate' radius='0'/><feMorphology radius='-1'/>", rect),
        svg("<rect x='40' y='30' width='120' height='80' fill='teal' style='filter: blur(4px) url(#none)'/>"),
        filter(
            "",
            "<feGaussianBlur in='SourceAlpha' stdDeviation='6'/><feOffset dx='14' dy='8' result='o'/><feMerge><feMergeNode in='o'/><feMergeNode in='SourceGraphic'/></feMerge>",
            "<g filter='url(#f)'><circle cx='70' cy='75' r='30' fill='gold' stroke='red' stroke-width='20'/><rect x='90' y='40' width='70' height='60' fill='teal'/></g>",
        ),
        filter(
            "color-interpolation-filters='sRGB'",
            &format!("{noise}<feDisplacementMap in='SourceGraphic' in2='n' scale='10' xChannelSelector='R' yChannelSelector='G'/>"),
            rect,
        ),
        filter(
            "",
            &format!("{noise}<feGaussianBlur in='SourceGraphic' stdDeviation='1'/><feDisplacementMap in2='n' scale='-15' yChannelSelector='G'/>"),
            rect,
        ),
        filter(
            "primitiveUnits='objectBoundingBox'",
            "<feFlood flood-color='#ff8000'/><feDisplacementMap in='SourceGraphic' scale='0.2' xChannelSelector='R' yChannelSelector='G'/>",
            rect,
        ),
        filter(
            "primitiveUnits='objectBoundingBox'",
            "<feGaussianBlur stdDeviation='0.05' x='0.1' y='0' width='0.8' height='0.5'/>",
            rect,
        ),
        pattern("width='7' height='7' patternUnits='userSpaceOnUse'", "<rect width='7' height='7' fill='gold'/><circle cx='3.5' cy='3.5' r='2' fill='red'/>"),
        pattern("width='4' height='4' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'", "<rect width='4' height='4' fill='#fff3e0'/><line y2='4' stroke='navy' stroke-width='2'/>"),
        pattern("width='.13' height='17%' viewBox='0 0 20 10' preserveAspectRatio='xMinYMax'", "<path d='M0 0H20V5H10V10H0Z' fill='red'/>"),
        pattern("width='.13' height='17%' viewBox='0 0 10 10'", "<path d='M0 0H10V5H5V10H0Z' fill='red'/>"),
        svg("<pattern id='p' width='2' height='3'><path d='M0 0h90v90z' fill='red'/><circle cx='60' cy='20' r='15'/></pattern><rect x='25' y='25' width='125' height='100' fill='url(#p)'/>"),
        pattern("width='.13' height='.17' patternContentUnits='objectBoundingBox'", "<circle cx='.05' cy='.05' r='.04' fill='red'/>"),
        svg("<pattern id='p' width='7.7' height='6.1' patternUnits='userSpaceOnUse'><circle cx='3' cy='3' r='2' fill='white'/></pattern><mask id='m'><rect width='200' height='150' fill='url(#p)'/></mask><rect width='200' height='150' fill='teal' mask='url(#m)'/>"),
        svg("<pattern id='p' width='3.3' height='3.1' patternUnits='userSpaceOnUse'><circle cx='1.5' cy='1.5' r='1' fill='red'/></pattern><symbol id='s' viewBox='0 0 100 100'><path d='M0 0h100v100z' fill='url(#p)'/></symbol><use href='#s' width='50%' height='100'/><use href='#s' x='90' y='20' width='100' height='130'/>"),
        svg("<pattern id='p' width='3.3' height='3.7' patternUnits='userSpaceOnUse'><rect width='2' height='4' fill='red'/></pattern><text x='10' y='90' font-family='DejaVu Sans' font-size='60' font-weight='bold' fill='url(#p)'>Peli</text>"),
        filter(
            "",
            "<feDiffuseLighting surfaceScale='2' lighting-color='orange'><fePointLight x='150' y='40' z='40'/></feDiffuseLighting><feComposite in2='SourceAlpha' operator='in'/>",
            rect,
        ),
        b"<svg xmlns='http://www.w3.org/2000/svg'><circle cx='600' cy='200' r='90' fill='teal'/></svg>".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0, 0, 100, 100,' height='400'><circle cx='60%' cy='60' r='30' fill='teal'/></svg>".to_vec(),
    ]);
}

#[test]
fn colours_of_today_in_a_gradient_make_it_go_through_oklab() {
    let between = |from: &str, to: &str, said: &str| {
        let stops =
            format!("<stop stop-color='{from}'/><stop offset='1' stop-color='{to}' stop-opacity='.9'/>");
        svg(&format!(
            "<linearGradient id='g' {said}>{stops}</linearGradient><rect width='200' height='150' fill='url(#g)'/>"
        ))
    };
    hold(&[
        between("gold", "oklch(60% .2 250)", ""),
        between("gold", "color-mix(in srgb, blue, red 10%)", ""),
        between("gold", "hsl(from blue h s l)", ""),
        between("gold", "rgb(0 0 255 / 1)", ""),
        between("currentColor", "blue", "color='color(srgb 1 0.8 0)'"),
        between("gold", "lab(40% 20 -70)", "color-interpolation='linearRGB'"),
    ]);
}

#[test]
fn letters_of_one_width_are_smaller_where_no_length_is_said() {
    let text = |said: &str| {
        svg(&format!(
            "<text x='5' y='60' {said}>Pelican <tspan style='font-family: DejaVu Sans'>in sans</tspan></text>"
        ))
    };
    hold(&[
        text("font-family='monospace'"),
        text("style='font: 2em monospace'"),
        text("style='font-family: monospace; font-size: x-large'"),
        text("font-family='monospace' font-size='30'"),
        text("font-family='DejaVu Sans Mono, monospace'"),
    ]);
}

#[test]
fn addresses_in_quotes_are_those_without() {
    let defs = "<filter id='f'><feGaussianBlur stdDeviation='6'/></filter><mask id='m'><circle cx='90' cy='60' r='40' fill='white'/></mask>\
        <linearGradient id='g'><stop stop-color='red'/><stop offset='1' stop-color='navy'/></linearGradient>";
    let with =
        |said: &str| svg(&format!("{defs}<rect x='30' y='20' width='120' height='90' fill='teal' {said}/>"));
    hold(&[
        with("style='filter: url(\"#f\")'"),
        with("filter='url( &quot;#f&quot; )'"),
        with("style='mask: url(\"#m\"); fill: url(\"#g\")'"),
        with("style='clip-path: url( #none ); stroke: url(\"#g\") red; stroke-width: 9'"),
    ]);
}

#[test]
fn a_layer_in_a_layer_gives_way_to_what_stands_in_that_itself() {
    let styled = |css: &str| svg(&format!("<style><![CDATA[{css}]]></style>{SHAPES}"));
    hold(&[
        styled("@layer a { @layer b { .wheel { fill: red } } .wheel { fill: gold } }"),
        styled(
            "@layer a { .wheel { fill: gold } @layer b { .wheel { fill: red; stroke: navy } } } @layer c { .frame { fill: teal } }",
        ),
        styled(
            "@layer a.b { .wheel { fill: red } } @layer c { .wheel { fill: teal } } @layer a { .wheel { fill: gold } .frame { fill: plum } }",
        ),
        styled("@layer a { .wheel { fill: gold !important } @layer b { .wheel { fill: plum !important } } }"),
    ]);
}

#[test]
fn a_conic_gradient_is_drawn_as_in_a_browser() {
    let ground = |css: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' style='background: {css}'><circle cx='60' cy='60' r='30'/></svg>")
            .into_bytes()
    };
    hold(&[
        ground("conic-gradient(red, gold 90deg, teal 50%, red)"),
        ground("conic-gradient(from 45deg at 30% 40%, navy 0 25%, tan 0 50%, plum 0)"),
        ground("repeating-conic-gradient(#87ceeb 0 15deg, #fff 15deg 30deg)"),
        ground("conic-gradient(#ccc 25%, #fff 0 50%, #ccc 0 75%, #fff 0) 0 0 / 40px 40px"),
        svg(
            "<style>rect { mask-image: conic-gradient(black, transparent) }</style><rect width='150' height='120' fill='teal'/>",
        ),
    ]);
}

#[test]
fn lights_and_tiles_of_a_filter_stand_where_a_browser_has_them() {
    let lit = |light: &str| {
        svg(&format!(
            "<filter id='f' primitiveUnits='objectBoundingBox'><feDiffuseLighting in='SourceAlpha' lighting-color='wheat'>{light}</feDiffuseLighting></filter><rect x='20' y='20' width='150' height='100' filter='url(#f)'/>"
        ))
    };
    let tiled = |view: &str, place: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='{view}'><filter id='f' x='0' y='0' width='1' height='1'><feOffset {place}/><feTile/></filter><g filter='url(#f)'><path d='M20 20h30v30z' fill='red'/><circle cx='40' cy='60' r='9' fill='teal'/><rect x='20' y='20' width='160' height='110' fill='none' stroke='navy' stroke-width='4'/></g></svg>")
            .into_bytes()
    };
    hold(&[
        lit("<fePointLight x='.5' y='.5' z='.3'/>"),
        lit("<feSpotLight x='.2' y='.2' z='.6' pointsAtX='.6' pointsAtY='.6' specularExponent='8'/>"),
        tiled("0 0 200 150", "x='20' y='20' width='25' height='25'"),
        svg("<filter id='f' x='0' y='0' width='1' height='1'><feFlood x='50' y='40' width='12' height='9' flood-color='red'/><feOffset dx='3' dy='2'/><feTile/></filter><rect x='30' y='20' width='140' height='90' filter='url(#f)'/>"),
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 300'><filter id='f' x='0' y='0' width='1' height='1'><feFlood x='30' y='30' width='10' height='10' flood-color='red'/><feOffset x='30' y='30' width='20' height='20'/><feTile/></filter><rect x='20' y='20' width='300' height='200' filter='url(#f)'/></svg>".as_bytes().to_vec(),
        tiled("-8 4 200 150", "x='21' y='22' width='33' height='41'"),
    ]);
}

#[test]
fn escapes_and_numbers_in_values_are_read_as_in_a_browser() {
    hold(&[
        svg(
            r"<style>.\61 { fill: te\61l } .b\:c { fill: g\6f ld; stroke: \72 ed }</style><rect class='a' width='90' height='90'/><rect class='b:c' x='100' width='90' height='90'/>",
        ),
        svg(
            "<circle cx='50' cy='50' r='30.'/><rect x='100' y='20.5' width='5e1' height='.5e2'/><rect x='100' y='90' width='40.px' height='40'/>",
        ),
    ]);
}

#[test]
fn selectors_have_the_namespaces_that_a_sheet_declares() {
    let styled = |css: &str| svg(&format!("<style>{css}</style>{SHAPES}"));
    hold(&[
        styled(
            "@namespace s url(http://www.w3.org/2000/svg);s|rect{fill:red}s|*.beak{fill:gold}[|id=one] *|circle{fill:teal}",
        ),
        styled(
            "s|rect{fill:red}.beak,s|path{fill:gold}:is(s|rect,circle){fill:teal}rect:not(s|rect){fill:navy}",
        ),
        styled(
            "|rect{fill:red}.beak|path{fill:gold}circle:not(|circle){fill:teal}[s|class]{fill:navy}[class|=wheel]{r:9px}",
        ),
        styled("@namespace h 'http://www.w3.org/1999/xhtml';h|rect{fill:red}rect:not(h|rect){fill:gold}"),
        styled("@namespace 'http://www.w3.org/1999/xhtml';rect{fill:red}.beak{fill:gold}*|circle{fill:teal}"),
        styled("circle{fill:teal}@namespace s 'http://www.w3.org/2000/svg';s|rect{fill:red}"),
        svg(
            "<style>[*|href]{opacity:.3}use[*|href='#p' i]{stroke:navy}[href]{fill:red}[*|lang|=en]{stroke-width:9}</style><path id='p' d='M20 10h60v60z'/><use xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='#p' x='40' fill='teal' xml:lang='en-US'/><use href='#P' x='90' fill='teal'/><use href='#p' x='90' fill='teal'/>",
        ),
    ]);
}

#[test]
fn what_follows_a_path_has_no_box_there() {
    let moved = |style: &str| svg(&format!("<path d='M-20 -15L25 0L-20 15Z' fill='teal' style='{style}'/>"));
    hold(&[
        moved("offset-path: inset(40px 60px); offset-distance: 30%"),
        moved("offset-path: inset(40px 60px round 20px) fill-box; offset-distance: 60%"),
        moved("offset-path: circle(60px); offset-distance: 20%"),
        moved("offset-path: ray(120deg at 100px 60px); offset-distance: 50px"),
        moved(
            "offset-path: ray(120deg farthest-corner at 100px 60px); offset-distance: 50%; offset-rotate: 0deg",
        ),
        moved("offset-path: ray(90deg); offset-position: 80px 70px; offset-distance: 30px"),
        moved("offset-path: path(\"M50 50L150 90\"); offset-distance: 50%; offset-anchor: 25px 0"),
        svg(
            "<rect x='60' y='50' width='60' height='40' fill='teal' style='offset-path: ray(45deg at 80px 90px); offset-distance: 40px; transform-box: fill-box; transform-origin: center'/>",
        ),
    ]);
}

#[test]
fn an_embedded_drawing_is_as_large_as_in_a_browser_and_is_cut_off_there() {
    let inside = |before: &str, root: &str, attributes: &str| {
        let inner = format!(
            "{before}<svg xmlns='http://www.w3.org/2000/svg' {root}><rect width='100%' height='100%' fill='gold'/><circle cx='50' cy='50' r='40' fill='teal'/></svg>"
        );
        svg(&format!(
            "<image href=\"data:image/svg+xml,{}\" {attributes}/>",
            inner
                .replace('#', "%23")
                .replace('<', "%3C")
                .replace('>', "%3E")
                .replace('"', "%22")
                .replace('&', "%26")
        ))
    };
    let image = |root: &str, attributes: &str| inside("", root, attributes);
    let led = |before: &str, root: &str| {
        inside(before, root, "width='150' height='60' preserveAspectRatio='xMaxYMin slice'")
    };
    hold(&[
        image("viewBox='0 0 100 100'", ""),
        image("viewBox='0 0 400 100'", "x='10' y='20'"),
        image("", ""),
        image("width='90'", ""),
        image("viewBox='0 0 100 100' width='100%' height='100%'", ""),
        image("viewBox='0 0 100 50'", "width='150'"),
        image("viewBox='0 0 100 50'", "height='60'"),
        image("width='50' height='80'", "width='90'"),
        image("viewBox='0 0 100 100' width='90' height='60' preserveAspectRatio='xMinYMax slice'", ""),
        // Its own proportions decide, and not the image's.
        image("viewBox='0 0 100 100'", "width='150' height='60' preserveAspectRatio='xMidYMin slice'"),
        image(
            "viewBox='0 0 100 100' width='100' height='100'",
            "width='150' height='60' preserveAspectRatio='xMaxYMax'",
        ),
        image("viewBox='0 0 100 100' preserveAspectRatio='xMaxYMax slice'", "x='9' width='150' height='60'"),
        image("viewBox='0 0 100 100'", "width='150' height='60' preserveAspectRatio='none'"),
        image("width='100' height='100'", "y='9' width='150' height='60'"),
        // So does its viewBox, whatever its own size is.
        image("viewBox='0 0 100 100' width='100' height='50'", "width='60' height='150'"),
        image(
            "viewBox='0 0 100 100' width='60' height='100' preserveAspectRatio='xMaxYMid'",
            "x='9' width='90'",
        ),
        image(
            "viewBox='0 0 100 100' width='100' height='50'",
            "x='5' width='60' height='120' preserveAspectRatio='none'",
        ),
        image(
            "viewBox='0 0 100 100' width='100' height='50' preserveAspectRatio='none'",
            "width='60' height='120'",
        ),
        // What is no length is no size, and the root is not the first that looks like one.
        image(
            "viewBox='0 0 100 100' width='auto' height='abc'",
            "width='150' height='60' preserveAspectRatio='xMinYMin'",
        ),
        led("<!-- <svg> by > \"me -->", "viewBox='0 0 100 100'"),
    ]);
}

#[test]
fn an_embedded_drawing_has_the_entities_that_it_declares() {
    let image = |document: &str| {
        let data = document
            .replace('%', "%25")
            .replace('#', "%23")
            .replace('&', "%26")
            .replace('<', "%3C")
            .replace('"', "%22");
        svg(&format!("<image x='20' y='20' width='150' height='100' href=\"data:image/svg+xml,{data}\"/>"))
    };
    hold(&[
        image(
            "<!DOCTYPE svg [<!ENTITY vb '0 0 20 20'><!ENTITY col 'teal'>]><svg xmlns='http://www.w3.org/2000/svg' width='30' height='20' viewBox='&vb;'><rect width='20' height='20' fill='&col;'/></svg>",
        ),
        image(
            "<!DOCTYPE svg [<!ENTITY shape '<circle cx=\"5\" cy=\"5\" r=\"4\"/>'>]><svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'><rect width='9' height='3' fill='red'/>&shape;</svg>",
        ),
    ]);
}

#[test]
fn markers_stand_where_a_browser_has_them() {
    let marked = |shape: &str| {
        svg(&format!(
            "<marker id='m' viewBox='0 0 10 10' refX='5' refY='5' markerWidth='6' markerHeight='6' orient='auto-start-reverse'><path d='M0 0L10 5L0 10Z' fill='context-stroke'/></marker><g fill='none' stroke='teal' stroke-width='4' style='marker: url(#m)'>{shape}</g>"
        ))
    };
    hold(&[
        marked("<path d='M20 100A50 50 0 0 1 120 60a40 30 20 1 0 50 40'/>"),
        marked(
            "<path d='M40 30H150L100 110Z'/><path d='M20 20C40 90 20 120 60 130z' opacity='0.5' transform='translate(5)'/>",
        ),
        marked("<polygon points='110,20 180,20 150,60'/><polyline points='10,50 50,40 90,60'/>"),
        marked("<rect x='130' y='80' width='40' height='40'/><circle cx='60' cy='130' r='12'/>"),
        marked(
            "<path d='M20 40L120 40L120 120Z M140 60A30 30 0 0 1 190 60 M60 100q20 40 40 0t30 30 10 0 0-40s10-10 20 0z'/>",
        ),
    ]);
}

#[test]
fn what_moves_is_shown_as_it_begins() {
    let wheel =
        "<circle cx='60' cy='90' r='30' fill='none' stroke='teal' stroke-width='8' stroke-dasharray='40 20'>";
    let drawings = [
        svg(&format!(
            "{wheel}<animateTransform attributeName='transform' type='rotate' values='30 60 90; 390 60 90' dur='2s' repeatCount='indefinite'/></circle>"
        )),
        svg(&format!(
            "{wheel}<animate attributeName='cx' from='120' to='20' dur='3s'/><animate attributeName='stroke' values='red;blue' begin='1s' dur='1s'/><set attributeName='r' to='50'/></circle>"
        )),
        svg(&format!(
            "{wheel}<animate attributeName='opacity' values='0.3;1;0.3' keyTimes='0;0.2;1' begin='-1.5s' dur='2s' repeatCount='indefinite'/><animate attributeName='r' from='10' to='60' begin='-1s' dur='4s'/></circle>"
        )),
        svg(&format!(
            "{wheel}<animateMotion path='M40 -40L90 20' dur='2s' rotate='auto'/><animateTransform attributeName='transform' type='translate' additive='sum' from='20 0' to='0 0' dur='1s'/></circle>"
        )),
        svg(&format!(
            "{wheel}<animate id='a' attributeName='r' from='50' to='5' begin='b.begin' dur='1s'/><animate id='b' attributeName='cy' from='60' to='40' dur='1s'/></circle>"
        )),
        svg(&format!(
            "<style>@keyframes spin {{ from {{ transform: rotate(20deg) }} to {{ transform: rotate(380deg) }} }} circle {{ animation: spin 2s linear infinite; transform-origin: 60px 90px }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@keyframes drop {{ 0% {{ transform: translateY(-40px); fill: gold }} 50% {{ fill: red }} }} circle {{ animation: drop 4s ease-in-out -1s infinite alternate }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@keyframes spin {{ to {{ transform: rotate(360deg); r: 40px; rotate: 20deg; scale: 1.5 }} }} circle, path {{ --i: 2; animation: spin 4s linear calc(var(--i) * -0.5s) infinite; transform-box: fill-box; transform-origin: center }}</style>{wheel}</circle><path d='M120 40h60v30z' transform='rotate(20)'/>"
        )),
        svg(&format!(
            "<style>@keyframes jump {{ to {{ transform: translateX(60px) }} }} circle {{ animation: jump 4s step-start }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "{wheel}<animateTransform attributeName='transform' type='rotate' by='90 100 60' begin='-1s' dur='2s'/><animate attributeName='r' values='10;20' dur='2s' end='0s'/></circle><path d='M120 40h60v30z'><animateTransform type='rotate' values='40 100 60;30' dur='2s'/></path>"
        )),
        svg(&format!(
            "<style>@keyframes a {{ to {{ offset-distance: 100% }} }} circle {{ offset-path: path('M50 -60L100 -40'); animation: a 4s -1s linear infinite }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@keyframes a {{ from {{ transform: rotate(20deg) translateX(10px) }} to {{ transform: scale(1.4, 0.8) }} }} @keyframes b {{ to {{ transform: matrix(.5, .2, -.2, .5, 60, 20) }} }} circle {{ animation: a 4s -1s linear }} path {{ animation: b 4s -1s linear }}</style>{wheel}</circle><path d='M120 40h60v30z'/>"
        )),
        svg(&format!(
            "<style>@keyframes fade {{ from {{ opacity: 0.2 }} }} .late {{ animation: fade 1s 2s }} .both {{ animation: fade 1s 2s both }}</style><rect class='late' width='50' height='40'/><rect class='both' x='80' width='50' height='40'/>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@keyframes a {{ to {{ r: 5px }} }} @keyframes b {{ from {{ stroke: var(--c) }} }} circle {{ --c: tomato; animation-name: a, b; animation-duration: 2s; animation-direction: reverse, normal }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@keyframes s {{ 0% {{ transform: translate(0, 0) }} 50% {{ transform: translate(40px, -20px) }} }} circle {{ animation: s 2s -0.4s ease-out }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "{wheel}<animate attributeName='cx' from='0' to='20' begin='-2.5s' dur='1s' repeatCount='5' accumulate='sum' additive='sum'/><animate attributeName='r' from='10' to='50' begin='-2s' dur='1s' fill='freeze'/><animate attributeName='cy' values='20;30;150' calcMode='paced' begin='-1s' dur='2s'/><animate attributeName='opacity' values='0;0;1' keyTimes='0;1' dur='2s'/></circle>"
        )),
        svg(&format!(
            "<style>@keyframes s {{ from {{ translate: 20px; scale: .5 }} to {{ translate: 60px 40px; scale: 1.5 1 }} }} circle {{ animation: s 2s linear(0, .8 30%, 1) -1s }}</style>{wheel}</circle>"
        )),
        svg(&format!(
            "<style>@media (prefers-reduced-motion: no-preference) {{ circle {{ animation: s 1s steps(4, end) -0.6s }} }} @keyframes s {{ to {{ transform: translateX(80px) }} }}</style>{wheel}</circle>"
        )),
    ];
    for drawing in &drawings {
        let check = inspect(drawing, &InspectionOptions::default()).check;
        assert_eq!(check.moment, Some(PictureMoment::Start), "{}", String::from_utf8_lossy(drawing));
    }
    hold(&drawings);
}

#[test]
fn what_begins_with_nothing_is_shown_at_the_end_of_its_first_cycle() {
    let shape = "<circle cx='100' cy='75' r='50' fill='teal'>";
    for inside in [
        format!(
            "<g opacity='0'><animate attributeName='opacity' from='0' to='1' dur='0.5s' fill='freeze'/>{shape}</circle></g>"
        ),
        format!(
            "<style>@keyframes in {{ from {{ opacity: 0 }} to {{ opacity: 1 }} }} circle {{ animation: in 2s infinite }}</style>{shape}</circle>"
        ),
        format!(
            "<style>@keyframes in {{ from {{ opacity: 0 }} to {{ opacity: 1 }} }} circle {{ opacity: 0; animation: in 2s 3s forwards }}</style>{shape}</circle>"
        ),
    ] {
        let seen = inspect(&svg(&inside), &InspectionOptions::default());
        assert_eq!(seen.check.verdict, Verdict::Drawn, "{inside}");
        assert_eq!(seen.check.moment, Some(PictureMoment::FirstCycle), "{inside}");
        let still = inspect(&svg(&format!("{shape}</circle>")), &InspectionOptions::default());
        assert!(seen.png == still.png, "{inside}");
        assert_eq!(still.check.moment, None);
    }
}

#[test]
fn what_the_renderer_still_passes_over_is_told_of_it() {
    for inside in [
        "<rect width='90' height='90' style='backdrop-filter: blur(2px)'/>",
        "<style>@container (width > 1px) { rect { fill: red } }</style><rect width='90' height='90'/>",
        "<filter id='f'><feFlood width='9'/><feTile/></filter><rect width='90' height='90' filter='url(#f)'/>",
        "<style>rect { fill: if(style(--m: dark): teal; else: gold) }</style><rect width='90' height='90'/>",
        "<filter id='f'><feTurbulence baseFrequency='0.1' stitchTiles='stitch'/></filter><rect width='90' height='90' filter='url(#f)'/>",
        "<style>@starting-style { rect { fill: red } }</style><rect width='90' height='90'/>",
        "<text y='40' font-family='DejaVu Sans' style='text-decoration: underline 3px'>Pelican</text>",
        "<text y='40' font-family='DejaVu Sans' text-decoration='underline dashed'>Pelican</text>",
        "<text y='40' font-family='DejaVu Sans' style='text-decoration-line: overline'>Pelican</text>",
        "<filter id='f'><feGaussianBlur stdDeviation='2'/></filter><rect width='90' height='90' fill='teal' style='filter: url(#f) invert(1)'/>",
        "<title>sRGB</title><filter id='f'><feGaussianBlur stdDeviation='2'/></filter><filter id='s' color-interpolation-filters='sRGB'/><rect width='90' height='90' fill='teal' style='filter: url(#f) saturate(3)'/>",
        "<filter id='f'><feDiffuseLighting><feSpotLight z='9' limitingConeAngle='20'/></feDiffuseLighting></filter><rect width='90' height='90' filter='url(#f)'/>",
    ] {
        let check = inspect(&svg(inside), &InspectionOptions::default()).check;
        let told: Vec<_> = check.findings.iter().map(|finding| &finding.code).collect();
        assert!(told.contains(&&FindingCode::RendererPassedOver), "{inside}: {told:?}");
        assert!(told.iter().all(|code| code.is_about_the_renderer()), "{inside}: {told:?}");
    }
}

#[test]
fn a_drawing_that_would_grow_over_the_bounds_is_drawn_as_it_is_and_that_is_told() {
    let value = "x".repeat(200_000);
    let inside = format!(
        "<style>rect {{ --long: {value}; fill: red }}</style>{}",
        "<rect width='9' height='9'/>".repeat(99)
    );
    let check =
        inspect(&svg(&inside), &InspectionOptions { raster: 64, ..InspectionOptions::default() }).check;
    assert_eq!(check.verdict, Verdict::Drawn);
    let told = check.findings.iter().find(|finding| finding.code == FindingCode::RendererPassedOver);
    assert!(told.is_some_and(|finding| finding.message.contains("too much")), "{:?}", check.findings);
}

#[test]
fn hostile_style_sheets_end_and_change_no_verdict() {
    let many = |text: &str, times: usize| text.repeat(times);
    for css in [
        format!(
            ":root {{ --a: x; {} }} rect {{ fill: var(--z40) }}",
            (0..40).map(|n| format!("--z{}: var(--z{n}) var(--z{n});", n + 1)).collect::<String>()
        ),
        many("a{", 9000),
        many("@media screen{", 9000),
        many(":is(", 9000) + "a{fill:red}",
        many(":not(:has(rect ~ rect)) ", 300) + "{fill:red}",
        many("--a:{}", 20_000),
        format!("rect {{ transform: {} }}", many("rotate(", 20_000)),
        format!("rect {{ x: {} }}", many("calc(", 20_000)),
        format!("rect {{ fill: {}red }}", many("color-mix(in srgb, red, ", 5000)),
        format!(
            "@keyframes k {{ {} }} rect {{ animation: {} k 1s }}",
            many("1%{x:1px}", 9000),
            many("k 1s,", 9000)
        ),
        many("@layer a;@layer b{rect{fill:red}}", 5000),
        format!("rect {{ filter: {} }}", many("a(", 20_000)),
        format!("rect {{ --long: {}; fill: red }}", many("x", 200_000)),
        many("url(#a) ", 30_000),
        many("text-decoration ", 15_000),
        many("a{filter:url(#a)invert(1)}", 5000),
    ] {
        let inside = format!(
            "<style>{}</style>{}",
            css.replace('<', "&lt;"),
            "<rect width='9' height='9'/>".repeat(30)
        );
        #[cfg(unix)]
        let before = crate::anatomy::worked();
        let check =
            inspect(&svg(&inside), &InspectionOptions { raster: 64, ..InspectionOptions::default() }).check;
        assert!(matches!(check.verdict, Verdict::Drawn | Verdict::Refused), "{:?}", check.verdict);
        #[cfg(unix)]
        {
            let took = crate::anatomy::worked() - before;
            assert!(took.as_secs() < 10, "{took:?} for {}", &css[..40]);
        }
    }
}
