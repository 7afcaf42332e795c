//! What holds for every reply: no panic, offsets within the reply, answers that agree with themselves.

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

fn reply() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40)
        .prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => pieces, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

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
