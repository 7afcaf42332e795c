//! Properties that hold for every reply: no panic, offsets within the reply, answers that agree with themselves.

use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect};
use pelicycle_record::Verdict;
use proptest::prelude::*;

/// Pieces that replies are made of, the well-behaved and the broken ones.
const PIECES: &[&str] = &[
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">",
    "<svg>",
    "<svg",
    "</svg>",
    "<SVG>",
    "<s:svg>",
    "<svg/>",
    "<g>",
    "</g>",
    "<rect width=\"5\" height=\"5\"/>",
    "<rect x=1",
    "<text>",
    "</text>",
    "a & b",
    "&lt;svg",
    "&nbsp;",
    "&#0;",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "<?xml version=\"1.0\"?>",
    "<?",
    "?>",
    "<!DOCTYPE svg>",
    "<!DOCTYPE svg [<!ENTITY a \"b\">]>",
    "```svg\n",
    "```\n",
    "\n```\n",
    "~~~\n",
    "<think>",
    "</think>",
    "\n<thinking>",
    "[THINK]",
    "\"",
    "'",
    "=",
    "“",
    "ü",
    "\u{1}",
    "\n",
    " ",
    "<use href=\"#a\"/>",
    "<g id=\"a\">",
    "<style>.a{fill:url(#a)}</style>",
    "<path d=\"M0 0L9 9\"/>",
    "<svg x=\\\"1\\\">",
    "<image href=\"data:,x\"/>",
];

/// Pieces that style sheets and animations are made of, the well-behaved and the broken ones.
const CSS: &[&str] = &[
    "rect",
    ".a",
    "#a",
    "*",
    ":is(",
    ":not(",
    ":nth-child(2n+1)",
    "&",
    ">",
    "+",
    "~",
    ",",
    " ",
    "{",
    "}",
    "(",
    ")",
    "[id^='a'",
    "]",
    ":",
    ";",
    "fill",
    "transform",
    "x",
    "--v",
    "var(--v",
    "calc(",
    "1px",
    "-2.5e3%",
    "50%",
    "1e999",
    "red",
    "rgb(1 2 3/50%)",
    "color-mix(in oklch,red,blue)",
    "rotate(",
    "45deg",
    "translate(50%)",
    "!important",
    "@media screen",
    "@layer a",
    "@supports (a:b)",
    "@keyframes k",
    "from",
    "to",
    "33%",
    "animation:k 1s -0.3s infinite alternate",
    "clip-path:circle(1px at 2px 3px)",
    "mask-image:linear-gradient(red,blue 3px)",
    "offset-path:path('M0 0L9 9')",
    "transform-box:fill-box",
    "transform-origin:center",
    "vector-effect:non-scaling-stroke",
    "stroke:red",
    "filter:drop-shadow(1px 1px rgb(1 2 3))",
    "text-shadow:1px 1px red",
    "'",
    "\\",
    "/*",
    "*/",
    "<!--",
    "é",
    "\u{1f6b2}",
    "\n",
    "background:radial-gradient(at top, red, transparent)",
    "rotate:45deg",
    "inherit",
    "unset",
];

fn css() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(CSS), 0..30).prop_map(|pieces| pieces.concat())
}

fn reply() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40)
        .prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => pieces, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_inspection_agrees_with_itself(reply in reply()) {
        let bounds = DrawingBounds { elements: 500, paint_pixels: 2e6, ..DrawingBounds::default() };
        let inspection = inspect(&reply, &InspectionOptions { raster: 16, bounds });
        let check = &inspection.check;
        prop_assert_eq!(check.verdict == Verdict::NoSvg, inspection.svg.is_none());
        prop_assert_eq!(check.draws.resvg, inspection.png.is_some());
        prop_assert_eq!(check.draws.resvg, matches!(check.verdict, Verdict::Drawn | Verdict::Blank));
        prop_assert_eq!(check.repaired, inspection.repaired.is_some());
        prop_assert!(!(check.repaired && check.draws.resvg));
        for candidate in &check.candidates {
            prop_assert!(candidate.start < candidate.end && candidate.end <= reply.len());
        }
        for pair in inspection.thinking.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        if let Some(range) = &inspection.range {
            prop_assert_eq!(inspection.svg.as_deref(), Some(&reply[range.clone()]));
            prop_assert!(inspection.thinking.iter().all(|thinking| range.end <= thinking.start || range.start >= thinking.end));
        }
        let lines = inspection.svg.as_deref().map(|svg| svg.iter().filter(|&&b| b == b'\n').count() as u32 + 1).unwrap_or(0);
        for finding in &check.findings {
            prop_assert!(finding.line.unwrap_or(0) <= lines, "{finding:?}");
            prop_assert!(finding.column != Some(0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn style_sheets_of_any_kind_break_nothing(sheet in css(), inline in css(), value in css()) {
        let (inline, value) = (inline.replace('\'', "&apos;").replace('<', "&lt;"), value.replace('\'', "&apos;").replace('<', "&lt;"));
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' style='{inline}'><style><![CDATA[{sheet}]]></style>\
            <g class='a' style='{inline}'><rect id='a' width='5' height='5' pathLength='3' fill='{value}' transform='{value}'/>\
            <text style='{inline}'>b</text><circle r='3'><animate attributeName='r' values='{value};1' begin='{value}' dur='1s'/>\
            <animateTransform attributeName='transform' type='rotate' values='{value};1 2 3' dur='2s' begin='-1s'/></circle></g></svg>");
        let seen = inspect(svg.as_bytes(), &InspectionOptions { raster: 16, ..InspectionOptions::default() });
        prop_assert!(!seen.check.findings.iter().any(|finding| finding.message.contains("broke down")), "{svg}");
    }
}
