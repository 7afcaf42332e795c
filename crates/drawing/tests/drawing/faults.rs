//! One fault a drawing: the verdict, the finding, and the place that a person would point to.

use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect};
use pelicycle_record::{FindingCode, Inspection, Verdict};

/// A root with everything right, on the first line; `inside` begins on line 2, column 1.
fn svg(inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\">\n{inside}\n<rect width=\"5\" height=\"5\"/>\n</svg>"
    )
}

fn look(text: &str) -> Inspection {
    inspect(text.as_bytes(), &InspectionOptions { raster: 64, ..InspectionOptions::default() })
}

/// Text, verdict, and the finding's code with its place, if it has one.
type Row = (String, Verdict, &'static str, Option<(u32, u32)>);

#[track_caller]
fn hold(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (text, verdict, code, place) in rows {
        let check = look(&text).check;
        let found = check.findings.iter().find(|finding| finding.code.as_str() == code);
        let found_place = found.and_then(|finding| finding.line.zip(finding.column));
        if check.verdict != verdict || found.is_none() || found_place != place {
            wrong.push(format!(
                "{text}\n  wanted {verdict:?} {code} at {place:?}\n  got {:?} {:#?}",
                check.verdict, check.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn each_fault_of_xml_is_named_and_placed() {
    let m = Verdict::Malformed;
    hold(vec![
        (svg("<text>Bread & butter</text>"), m, "unescaped-ampersand", Some((2, 13))),
        (svg("<a href=\"?a=1&b=2\"/>"), m, "unescaped-ampersand", Some((2, 14))),
        (svg("<text>ü & ü</text>"), m, "unescaped-ampersand", Some((2, 9))),
        (svg("<text>a&nbsp;b</text>"), m, "undefined-entity", Some((2, 8))),
        (svg("<!-- a -- b -->"), m, "bad-comment", Some((2, 8))),
        (svg("<!-- a --->"), m, "bad-comment", Some((2, 8))),
        (svg("<!-- never closed"), m, "bad-comment", Some((2, 1))),
        (svg("<rect x=\"1\" y=\"2\" x=\"3\"/>"), m, "duplicate-attribute", Some((2, 19))),
        (svg("<use xlink:href=\"#a\"/>"), m, "undeclared-prefix", Some((2, 6))),
        (svg("<x:y/>"), m, "undeclared-prefix", Some((2, 2))),
        (svg("<g><path/>"), m, "mismatched-tag", Some((4, 1))),
        (svg("</g>"), m, "mismatched-tag", Some((2, 1))),
        (svg("<g></h></g>"), m, "mismatched-tag", Some((2, 4))),
        (svg("<linearGradient></lineargradient>"), m, "mismatched-tag", Some((2, 17))),
        (svg("<rect x=1 />"), m, "unquoted-attribute", Some((2, 9))),
        (svg("<rect x=“1”/>"), m, "unquoted-attribute", Some((2, 9))),
        (svg("<rect x=\"1\"y=\"2\"/>"), m, "bad-markup", Some((2, 12))),
        (svg("<rect hidden/>"), m, "bad-markup", Some((2, 7))),
        (svg("<rect fill=\"red/>"), m, "bad-markup", Some((2, 12))),
        (svg("<text>1 < 2</text>"), m, "bad-markup", Some((2, 9))),
        (svg("<text>]]></text>"), m, "bad-markup", Some((2, 7))),
        (svg("<rect title=\"a < b\"/>"), m, "bad-markup", Some((2, 16))),
        (svg("<rect\n<g/>"), m, "bad-markup", Some((3, 1))),
        (svg("<?xml version=\"1.0\"?>"), m, "bad-markup", Some((2, 1))),
        (svg("<text>\u{1}</text>"), m, "bad-character", Some((2, 7))),
        (svg("<text>&#0;</text>"), m, "bad-character", Some((2, 7))),
        (svg("<text>\u{fffe}</text>"), m, "bad-character", Some((2, 7))),
    ]);
}

#[test]
fn the_root_and_its_size_are_judged() {
    let shape = "<rect width=\"5\" height=\"5\"/></svg>";
    let ns = "xmlns=\"http://www.w3.org/2000/svg\"";
    let (drawn, un) = (Verdict::Drawn, Verdict::Unrenderable);
    hold(vec![
        (format!("<svg viewBox=\"0 0 9 9\">{shape}"), drawn, "missing-xmlns", Some((1, 1))),
        (
            format!("<svg xmlns=\"https://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{shape}"),
            un,
            "wrong-namespace",
            Some((1, 1)),
        ),
        (format!("<SVG {ns} viewBox=\"0 0 9 9\"><rect/></SVG>"), un, "wrong-root", Some((1, 1))),
        (format!("<svg {ns} width=\"0\" height=\"9\">{shape}"), un, "bad-size", Some((1, 41))),
        (format!("<svg {ns} width=\"-4\" height=\"9\">{shape}"), un, "bad-size", Some((1, 41))),
        (format!("<svg {ns} width=\"wide\" viewBox=\"0 0 9 9\">{shape}"), drawn, "bad-size", Some((1, 41))),
        (format!("<svg {ns} width=\"9\" height=\"9\">{shape}"), drawn, "no-viewbox", Some((1, 1))),
        (format!("<svg {ns} viewbox=\"0 0 9 9\">{shape}"), drawn, "bad-viewbox", Some((1, 41))),
        (format!("<svg {ns} viewBox=\"0 0 -9 9\">{shape}"), drawn, "bad-viewbox", Some((1, 41))),
        (format!("<svg {ns} viewBox=\"0 0 NaN 9\">{shape}"), drawn, "bad-viewbox", Some((1, 41))),
        (
            format!("<svg {ns} viewBox=\"0 0 1e9 1e9\"><rect width=\"1e9\" height=\"1e9\"/></svg>"),
            drawn,
            "size-clamped",
            None,
        ),
    ]);
}

#[test]
fn what_is_inside_is_noted_where_it_stands() {
    let d = Verdict::Drawn;
    let png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    hold(vec![
        (svg("<path d=\"M1 1 L2 x\"/>"), d, "path-data-error", Some((2, 18))),
        (svg("<path d=\"M1 1 L2 NaN\"/>"), d, "path-data-error", Some((2, 18))),
        (svg("<polygon points=\"1,2 3\"/>"), d, "path-data-error", Some((2, 10))),
        (svg("<use href=\"#nothing\"/>"), d, "missing-reference", Some((2, 6))),
        (svg("<rect fill=\"url(#nothing)\" width=\"1\" height=\"1\"/>"), d, "missing-reference", Some((2, 7))),
        (svg("<g id=\"a\"><use href=\"#a\"/></g>"), d, "reference-cycle", Some((2, 11))),
        (svg("<script>f()</script>"), d, "active-content", Some((2, 1))),
        (svg("<rect onclick=\"f()\"/>"), d, "active-content", Some((2, 7))),
        (svg("<a href=\"javascript:f()\"><g/></a>"), d, "active-content", Some((2, 4))),
        (svg("<image href=\"a.png\"/>"), d, "external-ref-blocked", Some((2, 8))),
        (svg("<style>\n@import 'a.css';</style>"), d, "external-ref-blocked", Some((3, 1))),
        (svg("<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">x</p></foreignObject>"), d, "foreign-object-ignored", Some((2, 1))),
        (svg("<style>.a{} .a:hover{fill:red}</style>"), d, "unsupported-css", Some((2, 15))),
        (svg("<g style=\"backdrop-filter:blur(2px)\"/>"), d, "renderer-passed-over", Some((2, 11))),
        (svg("<text font-family=\"Comic Sans MS\" y=\"9\">a</text>"), d, "font-fallback", None),
        (svg(&format!("<image width=\"1\" height=\"1\" href=\"{png}\"/>")), d, "embedded-image", Some((2, 29))),
        (svg("<image href=\"data:application/pdf,x\"/>"), d, "embedded-image-refused", Some((2, 8))),
        (svg("<rect width=\"-1\" height=\"2\"/>"), d, "bad-value", Some((2, 7))),
        (svg("<rect width=\"9\" height=\"9\" fill=\"#12345\"/>"), d, "bad-value", Some((2, 28))),
        (format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", svg("")), Verdict::Refused, "dtd-refused", Some((1, 16))),
        (svg(&"<g>".repeat(300)).replace("</svg>", &("</g>".repeat(300) + "</svg>")), Verdict::Refused, "resource-limit", None),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>".to_owned(), Verdict::Blank, "empty-drawing", None),
        (
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><rect width=\"9\" height=\"9\" fill=\"#fff\"/></svg>".to_owned(),
            Verdict::Blank,
            "empty-drawing",
            None,
        ),
        (
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><rect width=\"9\" height=\"9\" fill=\"red\"/></svg>".to_owned(),
            d,
            "single-colour",
            None,
        ),
    ]);
}

/// "Refused" sounds as though the model had declined. Codes, which programs read, keep the word.
#[test]
fn no_finding_says_in_words_that_a_drawing_was_refused() {
    let declares = format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", svg(""));
    let deep = svg(&"<g>".repeat(300)).replace("</svg>", &("</g>".repeat(300) + "</svg>"));
    let embeds = svg("<image href=\"data:application/pdf,x\" width=\"9\" height=\"9\"/>");
    let loads = svg("<image href=\"https://example.org/a.png\"/><script>f()</script>");
    for reply in [declares, deep, embeds, loads] {
        let findings = look(&reply).check.findings;
        assert!(!findings.is_empty());
        assert!(!findings.iter().any(|finding| finding.message.contains("refus")), "{findings:?}");
    }
}

#[test]
fn the_reply_around_the_drawing_is_judged() {
    let whole = svg("");
    let (d, none, cut) = (Verdict::Drawn, Verdict::NoSvg, Verdict::Truncated);
    hold(vec![
        (String::new(), none, "empty-reply", None),
        (" \n".to_owned(), none, "empty-reply", None),
        (format!("Here:\n```svg\n{whole}\n"), d, "unclosed-fence", None),
        (format!("<think>{whole}</think>\nDone:\n{whole}"), d, "draft-in-thinking", None),
        (format!("<think>{whole}</think>\nI could not."), none, "draft-in-thinking", None),
        (format!("<think>\n{whole}\n"), none, "unclosed-thinking", None),
        (format!("First:\n{whole}\nBetter:\n{whole}"), d, "multiple-svgs", None),
        (whole.replace('<', "&lt;").replace('>', "&gt;"), none, "escaped-container", None),
        (format!("{{\"svg\": {}}}", serde_json::to_string(&whole).unwrap()), none, "escaped-container", None),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\">\n<rect wid".to_owned(), cut, "truncated", Some((2, 10))),
        (
            "```svg\n<svg xmlns=\"http://www.w3.org/2000/svg\">\n<g>\n```\nSorry.".to_owned(),
            cut,
            "truncated",
            Some((2, 4)),
        ),
    ]);
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let mut bytes = svg("<text>ab</text>").into_bytes();
    let at = bytes.windows(2).position(|pair| pair == b"ab").unwrap();
    bytes[at] = 0xff;
    let check = inspect(&bytes, &InspectionOptions { raster: 64, ..InspectionOptions::default() }).check;
    assert_eq!(check.verdict, Verdict::Malformed);
    let finding = check.findings.iter().find(|finding| finding.code.as_str() == "invalid-utf8").unwrap();
    assert_eq!((finding.line, finding.column), (Some(2), Some(7)));
    assert_eq!(check.repair.as_deref(), Some("replace-invalid-utf8"));
}

#[test]
fn a_repair_is_kept_beside_and_never_counts() {
    let inspection = look(&svg("<text y=\"9\">Bread & butter</text>"));
    assert_eq!(inspection.check.verdict, Verdict::Malformed);
    assert!(!inspection.check.draws.resvg && !inspection.check.draws.browser);
    assert!(inspection.png.is_none());
    assert!(inspection.check.repaired);
    let repaired = inspection.repaired.unwrap();
    assert_eq!(repaired.name, "escape-ampersands");
    assert!(repaired.png.starts_with(b"\x89PNG"));
    assert!(String::from_utf8(repaired.svg).unwrap().contains("Bread &amp; butter"));
}

#[test]
fn names_spaces_and_shapes_that_are_written_wrongly_are_mended() {
    let wheels = "<circle cx='30' cy='60' r='20'/><circle cx='90' cy='60' r='20'/>";
    let ns = "xmlns='http://www.w3.org/2000/svg'";
    let whole = format!("<svg {ns} viewBox='0 0 120 90'>{wheels}</svg>");
    let png = look(&whole).png.unwrap();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &whole);
    let quoted =
        serde_json::to_string(&serde_json::json!({ "svg": whole.replace('\'', "\"") }).to_string()).unwrap();
    for (reply, verdict, repair) in [
        (whole.replace("http:", "https:"), Verdict::Unrenderable, "fix-namespace"),
        (whole.replace("/svg'", "/svg/'"), Verdict::Unrenderable, "fix-namespace"),
        (
            whole.replace("http://www.w3.org/2000/svg", "<http://www.w3.org/2000/svg>"),
            Verdict::Malformed,
            "escape-less-than+fix-namespace",
        ),
        (
            whole.replace("http:", "https:").replace("</svg>", ""),
            Verdict::Truncated,
            "close-open-elements+fix-namespace",
        ),
        (
            whole.replace(
                "http://www.w3.org/2000/svg",
                "[http://www.w3.org/2000/svg](http://www.w3.org/2000/svg)",
            ),
            Verdict::Unrenderable,
            "fix-namespace",
        ),
        (whole.replace("svg ", "SVG ").replace("/svg>", "/SVG>"), Verdict::Unrenderable, "fix-case"),
        (
            whole.replace("'/><", "'><").replace("'/></svg", "'></svg"),
            Verdict::Malformed,
            "close-shapes+balance-tags",
        ),
        (whole.replace("<circle", "<\u{200b}circle"), Verdict::Malformed, "replace-spaces"),
        (whole.replace(" cy", "\u{a0}cy"), Verdict::Malformed, "replace-spaces"),
        (whole.replace("<circle", "< circle"), Verdict::Malformed, "replace-spaces"),
        (whole.replace("cx=", "cx "), Verdict::Malformed, "fix-tag"),
        (format!("Here: <img src=\"data:image/svg+xml;base64,{encoded}\">"), Verdict::NoSvg, "decode-base64"),
        (quoted, Verdict::NoSvg, "unescape-json"),
        (
            format!("<img src=\"data:image/svg+xml;utf8,{}\">", whole.replace("<svg", "<svg color='%23fed'")),
            Verdict::NoSvg,
            "unescape-percent",
        ),
    ] {
        let inspection = look(&reply);
        assert_eq!(inspection.check.verdict, verdict, "{reply}");
        assert_eq!(inspection.check.repair.as_deref(), Some(repair), "{reply}");
        assert!(inspection.repaired.unwrap().png == png, "{reply}");
    }
    // What loses a shape is no repair.
    let lost = whole.replace("<circle cx='90'", "<?circle cx='90'");
    assert_eq!(look(&lost).check.verdict, Verdict::Malformed);
}

#[test]
fn a_drawing_in_a_data_address_with_escapes_is_no_svg_as_it_stands() {
    let ns = "xmlns='http://www.w3.org/2000/svg'";
    let rect = "<rect width='100%' height='100%' fill='COLOUR'/>";
    let nested = format!("<svg x='1' width='3' height='3'>{rect}</svg><svg y='1'>{rect}</svg>");
    for inside in [rect, &nested] {
        let whole = format!("<svg {ns} viewBox='0 0 9 9' color='COLOUR'>{inside}</svg>");
        let png = look(&whole.replace("COLOUR", "#fed")).png.unwrap();
        for head in
            ["data:image/svg+xml;utf8,", "DATA:image/svg+xml,", "data:image/svg+xml,<?xml version='1.0'?>"]
        {
            let reply = format!("<img src=\"{head}{}\">", whole.replace("COLOUR", "%23fed"));
            let inspection = look(&reply);
            assert_eq!(inspection.check.verdict, Verdict::NoSvg, "{reply}");
            assert_eq!(inspection.check.repair.as_deref(), Some("unescape-percent"), "{reply}");
            assert!(inspection.repaired.unwrap().png == png, "{reply}");
            let [candidate] = &inspection.check.candidates[..] else { panic!("one drawing in {reply}") };
            assert_eq!(&reply[candidate.end - 6..candidate.end + 1], "</svg>\"", "{reply}");
            assert!(candidate.why.contains("data address"), "{}", candidate.why);
            let told = inspection.check.findings.iter().find(|f| f.code == FindingCode::EscapedContainer);
            let told = &told.unwrap().message;
            assert!(told.contains("%23") && !told.contains("%3C"), "{told}");
        }
        // No character of this one is escaped.
        let plain = format!("<img src=\"data:image/svg+xml,{}\">", whole.replace("COLOUR", "teal"));
        assert_eq!(look(&plain).check.verdict, Verdict::Drawn, "{plain}");
    }
}

#[test]
fn utf_16_is_read_by_its_mark() {
    let text = svg("<text y=\"9\">\u{e9}</text>");
    let units = || text.encode_utf16();
    let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect();
    for reply in [little, big] {
        let inspection = inspect(&reply, &InspectionOptions { raster: 64, ..InspectionOptions::default() });
        assert_eq!(inspection.check.verdict, Verdict::Drawn);
        assert!(inspection.check.draws.browser);
        assert_eq!(inspection.svg.as_deref(), Some(text.as_bytes()));
        assert!(inspection.check.findings.iter().any(|finding| finding.code == FindingCode::Utf16));
    }
}

#[test]
fn a_browser_takes_the_first_of_two_namespaces() {
    let twice = svg("").replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let check = look(&twice).check;
    assert_eq!((check.verdict, check.draws.browser), (Verdict::Malformed, true));
    let other = svg("").replacen("<svg ", "<svg id=\"a\" id=\"b\" ", 1);
    assert!(!look(&other).check.draws.browser);
}

#[test]
fn a_drawing_in_a_page_has_the_styles_of_the_page() {
    let drawing = |fill: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><rect class=\"a\" width=\"9\" height=\"5\"{fill}/></svg>"
        )
    };
    let page = format!(
        "```html\n<html><head><style>.a{{fill:teal}}</style></head><body>{}</body></html>\n```",
        drawing("")
    );
    let inspection = look(&page);
    assert!(inspection.png == look(&drawing(" fill=\"teal\"")).png);
    assert!(inspection.check.findings.iter().any(|finding| finding.code == FindingCode::PageStyles));
    // Styles of another block are not of this page.
    let apart = format!("```css\n<style>.a{{fill:teal}}</style>\n```\n\n{}", drawing(""));
    assert!(look(&apart).png == look(&drawing("")).png);
}

#[test]
fn a_viewbox_has_four_numbers() {
    for wrong in ["0 0 9 9 1", "0 0 9", "a b c d"] {
        let check = look(&svg("").replacen("0 0 10 10", wrong, 1)).check;
        assert!(check.findings.iter().any(|finding| finding.code == FindingCode::BadViewbox), "{wrong}");
    }
}

/// Reply, and the text that must be chosen; `None` when nothing may be.
#[test]
fn the_extractor_chooses_by_the_written_rule() {
    let a = "<svg><rect id=\"a\"/></svg>";
    let b = "<svg><rect id=\"b\"/></svg>";
    let large = "<svg><circle/><circle/><path/></svg>";
    let rows: Vec<(String, Option<String>)> = vec![
        (format!("{a} {b}"), Some(b.into())),
        (format!("{a} <svg><rect"), Some(a.into())),
        (format!("<svg><g> {a}"), Some(format!("<svg><g> {a}"))),
        (format!("Use the <svg> element.\n{a}"), Some(a.into())),
        (format!("{a}\nThe `<svg>...</svg>` element holds it."), Some(a.into())),
        (format!("<think>{b}</think>{a}"), Some(a.into())),
        (format!("{b}</think>{a}"), Some(a.into())),
        (format!("[THINK]{b}[/THINK]{a}"), Some(a.into())),
        (format!("<think><svg><g></think>{a}"), Some(a.into())),
        (format!("{a}<think>{b}</think>"), Some(a.into())),
        (format!("<think>{a}"), None),
        (format!("I <think> that\n{a}"), Some(a.into())),
        ("<svg><!-- </svg> --><g/></svg> tail".into(), Some("<svg><!-- </svg> --><g/></svg>".into())),
        ("<svg><![CDATA[</svg>]]><g/></svg>".into(), Some("<svg><![CDATA[</svg>]]><g/></svg>".into())),
        ("<svg><?x </svg> ?><g/></svg>".into(), Some("<svg><?x </svg> ?><g/></svg>".into())),
        ("<svg a='</svg>'><g/></svg>".into(), Some("<svg a='</svg>'><g/></svg>".into())),
        ("<svg><svg></svg><g/></svg>".into(), Some("<svg><svg></svg><g/></svg>".into())),
        ("<svg/>".into(), Some("<svg/>".into())),
        ("<SVG><g/></SVG>".into(), Some("<SVG><g/></SVG>".into())),
        ("<svg:svg><g/></svg:svg>".into(), Some("<svg:svg><g/></svg:svg>".into())),
        (format!("<html><body>{a}</body></html>"), Some(a.into())),
        (format!("<!DOCTYPE html><body>{a}"), Some(a.into())),
        (
            format!("\n<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<!-- c -->\n{a}"),
            Some(format!("<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<!-- c -->\n{a}")),
        ),
        (format!("~~~\n{a}\n~~~"), Some(a.into())),
        (format!("````md\n```svg\n{a}\n```\n````"), Some(a.into())),
        (format!("```svg {a}```"), Some(a.into())),
        (format!("<!-- {b} -->{a}<!-- {b} -->"), Some(a.into())),
        (format!("{a} To use it: <svg><!-- the drawing from above --></svg>"), Some(a.into())),
        (format!("{a} <svg><use href=\"pelican.svg#p\"/></svg>"), Some(a.into())),
        (
            format!("{a} <svg><g id=\"b\"/><use href=\"#b\"/></svg>"),
            Some("<svg><g id=\"b\"/><use href=\"#b\"/></svg>".into()),
        ),
        ("<svg><g/></svg> <svg></svg>".into(), Some("<svg></svg>".into())),
        (format!("{large} The wheel: {a}"), Some(large.into())),
        (format!("<svg>{large}</svg> The wheel: {a}"), Some(format!("<svg>{large}</svg>"))),
        (
            format!("{large} Simpler: <svg><rect/><path/><line/></svg>"),
            Some("<svg><rect/><path/><line/></svg>".into()),
        ),
        ("<svgfoo></svgfoo>".into(), None),
        ("no drawing, 1 < 2".into(), None),
        (
            "```svg\n<svg><g>\n```\ntext\n```svg\n<svg><rect/></svg>\n```".into(),
            Some("<svg><rect/></svg>".into()),
        ),
        (
            "<svg><rect fill=\"red/><g x=\"5\"/></svg> tail".into(),
            Some("<svg><rect fill=\"red/><g x=\"5\"/></svg>".into()),
        ),
    ];
    for (reply, expected) in rows {
        let inspection = look(&reply);
        let chosen = inspection.check.candidates.iter().find(|candidate| candidate.chosen);
        assert_eq!(
            chosen.map(|c| reply[c.start..c.end].to_owned()),
            expected,
            "{reply}\n{:#?}",
            inspection.check.candidates
        );
        assert_eq!(inspection.svg.map(|svg| String::from_utf8(svg).unwrap()), expected, "{reply}");
    }
}

#[test]
fn thinking_is_given_back_as_ranges() {
    let reply = "<think>hm</think>a<svg/>";
    assert_eq!(look(reply).thinking, vec![0..17]);
    assert_eq!(look("hm</think>a").thinking, vec![0..10]);
    assert_eq!(look("<think>hm").thinking, vec![0..9]);
}

#[test]
fn a_ring_of_references_is_refused_with_its_place() {
    let ring = "<g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#c\"/></g><g id=\"c\"><use href=\"#a\"/></g>";
    let check = look(&svg(ring)).check;
    assert_eq!(check.verdict, Verdict::Refused);
    let cycle = check.findings.iter().find(|finding| finding.code.as_str() == "reference-cycle").unwrap();
    assert_eq!((cycle.line, cycle.column), (Some(2), Some(71)));
}

#[test]
fn what_is_much_work_is_called_heavy() {
    let blurred = "<filter id=\"f\"><feGaussianBlur stdDeviation=\"2\"/></filter><rect width=\"9\" height=\"9\" filter=\"url(#f)\"/>";
    let bounds = DrawingBounds { heavy_seconds: 0.0, ..DrawingBounds::default() };
    let check = inspect(svg(blurred).as_bytes(), &InspectionOptions { raster: 1000, bounds }).check;
    assert!(check.findings.iter().any(|finding| finding.code.as_str() == "heavy"), "{:?}", check.findings);
}

#[test]
fn findings_and_candidates_are_bounded_and_counted() {
    let many = svg(&"<use href=\"#nothing\"/>\n".repeat(300));
    let check = look(&many).check;
    assert_eq!(check.findings.len(), DrawingBounds::default().findings + 1);
    let last = check.findings.last().unwrap();
    assert_eq!(last.code.as_str(), "more-findings");
    assert!(last.message.starts_with("100 "), "{}", last.message);
    let check = look(&"<svg/> ".repeat(1000)).check;
    assert_eq!(check.candidates.len(), DrawingBounds::default().candidates);
    assert_eq!(check.candidates.iter().filter(|candidate| candidate.chosen).count(), 1);
}

#[test]
fn every_bound_holds_at_its_number_and_not_above() {
    let path = |length: usize| svg(&format!("<path d=\"M0 0{}\"/>", "h1".repeat((length - 4) / 2)));
    let at = |bounds: DrawingBounds, text: &str| {
        let check = inspect(text.as_bytes(), &InspectionOptions { raster: 64, bounds }).check;
        check
            .findings
            .iter()
            .find(|finding| finding.code.as_str() == "resource-limit")
            .map(|finding| finding.message.clone())
    };
    let small = |change: fn(&mut DrawingBounds)| {
        let mut bounds = DrawingBounds::default();
        change(&mut bounds);
        bounds
    };
    let rows: Vec<(DrawingBounds, String, String, &str)> = vec![
        (small(|b| b.elements = 3), svg("<g/>"), svg("<g/><g/>"), "elements"),
        (small(|b| b.depth = 3), svg("<g><g/></g>"), svg("<g><g><g/></g></g>"), "depth"),
        (small(|b| b.attributes = 2), svg(""), svg("<g a=\"\" b=\"\" c=\"\"/>"), "attributes"),
        (
            small(|b| b.namespaces = 2),
            svg("<g xmlns:a=\"u\"/>"),
            svg("<g xmlns:a=\"u\" xmlns:b=\"v\"/>"),
            "namespaces",
        ),
        (
            small(|b| b.references = 1),
            svg("<use href=\"#a\"/>"),
            svg("<use href=\"#a\"/><use href=\"#a\"/>"),
            "references",
        ),
        (small(|b| b.path_bytes = 100), path(100), path(102), "path_bytes"),
        (
            small(|b| b.css_bytes = 6),
            svg("<style>a{b:c}</style>"),
            svg("<style>ab{c:d}</style>"),
            "css_bytes",
        ),
    ];
    for (bounds, under, over, name) in rows {
        assert_eq!(at(bounds.clone(), &under), None, "{name}");
        let message = at(bounds, &over).unwrap_or_else(|| panic!("{name} does not hold"));
        assert!(message.contains(&format!("bound {name}")), "{message}");
    }
}
