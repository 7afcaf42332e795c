//! Every known threat, through a real worker: each must get an answer, in time, and the right one.

use std::time::{Duration, Instant};

use pelicycle_drawing::{DrawingBounds, InspectionOptions, VERDICT_SIDE, WorkerError, WorkerPool};
use pelicycle_record::{Inspection, Verdict};

use crate::WORKER;
use pelicycle_testkit::tempdir;

fn pool() -> WorkerPool {
    let bounds = DrawingBounds { processor_seconds: 10.0, ..DrawingBounds::default() };
    WorkerPool::with_program(WORKER, 2, InspectionOptions { raster: 800, bounds })
}

fn svg(inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         viewBox=\"0 0 100 100\">{inside}<rect width=\"9\" height=\"9\" fill=\"teal\"/></svg>"
    )
}

fn look(text: &str) -> Inspection {
    let started = Instant::now();
    let inspection = pool().inspect(text.as_bytes(), 800).expect("a worker");
    assert!(started.elapsed() < Duration::from_secs(120), "{:?} for {:.80}", started.elapsed(), text);
    inspection
}

fn codes(inspection: &Inspection) -> Vec<&str> {
    inspection.check.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// The drawing is drawn in spite of the threat, with these findings.
#[track_caller]
fn draws(text: &str, expected: &[&str]) -> Inspection {
    let inspection = look(text);
    assert_eq!(inspection.check.verdict, Verdict::Drawn, "{:?}", inspection.check.findings);
    for code in expected {
        assert!(codes(&inspection).contains(code), "{code} is not in {:?}", inspection.check.findings);
    }
    inspection
}

/// The drawing is refused with the bound named.
#[track_caller]
fn refuses(text: &str, bound: &str) {
    let inspection = look(text);
    assert_eq!(inspection.check.verdict, Verdict::Refused, "{:?}", inspection.check.findings);
    let limit = inspection.check.findings.iter().find(|finding| finding.code.as_str() == "resource-limit");
    let limit = limit.unwrap_or_else(|| panic!("no resource-limit in {:?}", inspection.check.findings));
    assert!(limit.message.contains(bound), "{bound} is not named: {}", limit.message);
    assert!(inspection.png.is_none());
    assert!(!inspection.check.candidates.is_empty(), "the candidates survive");
}

/// Addresses that were blocked, in order.
fn blocked(inspection: &Inspection) -> Vec<&str> {
    let findings =
        inspection.check.findings.iter().filter(|finding| finding.code.as_str() == "external-ref-blocked");
    findings.map(|finding| finding.message.as_str()).collect()
}

#[test]
fn t01_script_is_reported_and_never_kept_as_svg() {
    let text = svg("<script>f()</script><a href=\"javascript:f()\"><rect onclick=\"f()\"/></a>");
    let inspection = draws(&text, &["active-content"]);
    assert!(inspection.active);
    assert!(!draws(&svg(""), &[]).active);
    for inside in [
        "<a href=\" java&#10;script:f()\"><rect/></a>",
        "<set attributeName=\"onclick\" to=\"f()\"/>",
        "<animate attributeName=\"xlink:href\" values=\"javascript:f()\"/>",
        "<foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"x\"/></foreignObject>",
        "<rect ONLOAD=\"f()\"/>",
    ] {
        assert!(look(&svg(inside)).active, "{inside}");
    }
}

#[test]
fn t02_to_t05_pictures_from_outside_are_blocked_and_listed() {
    let text = svg("<image href=\"https://attacker.example/t.png\" width=\"9\" height=\"9\"/>\
         <image xlink:href=\"/etc/passwd\" width=\"9\" height=\"9\"/>\
         <image href=\"/dev/zero\" width=\"9\" height=\"9\"/>\
         <filter id=\"f\"><feImage href=\"../scan.png\"/></filter><rect filter=\"url(#f)\" width=\"5\" height=\"5\"/>");
    let inspection = draws(&text, &["external-ref-blocked"]);
    assert_eq!(
        blocked(&inspection),
        ["https://attacker.example/t.png", "/etc/passwd", "/dev/zero", "../scan.png"]
    );
}

#[test]
fn t06_references_that_no_resolver_sees_are_listed() {
    let text = format!(
        "<?xml-stylesheet href=\"https://a.example/s.css\"?>{}",
        svg(
            "<style>@import url(https://b.example/i.css);@font-face{src:url('https://c.example/f.woff')}</style>\
             <use href=\"https://d.example/s.svg#a\"/><rect width=\"5\" height=\"5\" fill=\"url(https://e.example/p.svg#g)\"/>\
             <rect style=\"fill:url('//f.example/q.svg#g')\"/>"
        )
    );
    let inspection = draws(&text, &["external-ref-blocked"]);
    let mut found = blocked(&inspection);
    found.sort_unstable();
    let expected = [
        "//f.example/q.svg#g",
        "https://a.example/s.css",
        "https://b.example/i.css",
        "https://c.example/f.woff",
        "https://d.example/s.svg#a",
        "https://e.example/p.svg#g",
    ];
    assert_eq!(found, expected);
}

#[test]
fn t07_an_svg_in_a_data_url_is_searched_too() {
    let inner = "%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3Cimage href='/etc/passwd'/%3E%3C/svg%3E";
    let inspection = draws(
        &svg(&format!("<image href=\"data:image/svg+xml,{inner}\" width=\"9\" height=\"9\"/>")),
        &["embedded-image"],
    );
    assert_eq!(blocked(&inspection), ["/etc/passwd"]);
}

#[test]
fn t08_to_t10_entity_declarations_are_refused() {
    let bodies = [
        "<!ENTITY x SYSTEM \"file:///etc/hostname\">".to_owned(),
        "<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">".to_owned(),
        format!("<!ENTITY a \"{}\">", "x".repeat(20_000)),
        "<!ENTITY % p SYSTEM \"https://attacker.example/x.dtd\">%p;".to_owned(),
    ];
    for body in bodies {
        let inspection = look(&format!("<!DOCTYPE svg [{body}]>{}", svg("<text>&x;&a;</text>")));
        assert_eq!(inspection.check.verdict, Verdict::Refused, "{body:.60}");
        assert!(codes(&inspection).contains(&"dtd-refused"), "{body:.60}");
    }
    let harmless = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
    draws(&format!("<?xml version=\"1.0\"?>\n{harmless}\n{}", svg("")), &[]);
}

/// `count` levels, each made of two or more copies of the one before.
fn levels(count: usize, base: &str, level: impl Fn(usize) -> String) -> String {
    let mut text = base.to_owned();
    for n in 1..=count {
        text.push_str(&level(n));
    }
    text
}

#[test]
fn t11_a_bomb_of_use_is_counted() {
    let text = levels(9, "<g id=\"u0\"><rect width=\"1\" height=\"1\"/></g>", |n| {
        format!("<g id=\"u{n}\">{}</g>", format!("<use href=\"#u{}\"/>", n - 1).repeat(10))
    });
    refuses(&svg(&text), "bound elements");
}

#[test]
fn t12_and_t13_filters_are_bounded() {
    let filtered = |primitives: &str| {
        svg(&format!(
            "<filter id=\"f\">{primitives}</filter><rect width=\"100\" height=\"100\" filter=\"url(#f)\"/>"
        ))
    };
    refuses(&filtered("<feTurbulence baseFrequency=\".9\" numOctaves=\"1000\"/>"), "octaves");
    refuses(&filtered(&"<feGaussianBlur stdDeviation=\"12\"/>".repeat(200)), "filter_seconds");
    refuses(&filtered("<feGaussianBlur stdDeviation=\"1000\"/>"), "filter_radius");
    refuses(&filtered("<feMorphology radius=\"50\"/>"), "bound filter");
    let kernel = "1 ".repeat(2500);
    refuses(&filtered(&format!("<feConvolveMatrix order=\"50\" kernelMatrix=\"{kernel}\"/>")), "kernel");
    draws(&filtered("<feGaussianBlur stdDeviation=\"2\"/><feOffset dx=\"2\"/>"), &[]);
}

#[test]
fn t14_layers_that_live_at_once_are_bounded() {
    let nested = |count: usize| {
        let shape = "<rect x=\"-200\" y=\"-200\" width=\"500\" height=\"500\"/>";
        svg(&format!("{}{shape}{}", "<g opacity=\".9\">".repeat(count), "</g>".repeat(count)))
    };
    refuses(&nested(200), "layer_pixels");
    draws(&nested(3), &[]);
}

#[test]
fn t15_patterns_in_patterns_are_counted() {
    let nested = |count: usize| {
        let text = levels(
            count,
            "<pattern id=\"p0\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\"/></pattern>",
            |n| {
                let shape = format!("<rect width=\"60\" height=\"60\" fill=\"url(#p{})\"/>", n - 1);
                format!(
                    "<pattern id=\"p{n}\" width=\"70\" height=\"70\" patternUnits=\"userSpaceOnUse\">{shape}{shape}</pattern>"
                )
            },
        );
        svg(&format!("{text}<rect width=\"100\" height=\"100\" fill=\"url(#p{count})\"/>"))
    };
    refuses(&nested(30), "bound");
    refuses(&nested(12), "bound");
    draws(&nested(2), &[]);
}

#[test]
fn t15_patterns_that_a_style_sheet_names_are_counted() {
    let text = levels(30, "<pattern id=\"p0\" width=\"1\" height=\"1\"/>", |n| {
        let shape = format!("<rect class=\"c{}\" width=\"6\" height=\"6\"/>", n - 1);
        format!(
            "<style>.c{} {{ fill: url(#p{}) }}</style><pattern id=\"p{n}\" width=\"1\" height=\"1\">{shape}{shape}</pattern>",
            n - 1,
            n - 1
        )
    });
    refuses(&svg(&format!("{text}<rect width=\"9\" height=\"9\" fill=\"url(#p30)\"/>")), "bound elements");
}

#[test]
fn t16_masks_on_masks_are_counted() {
    let text = levels(30, "<mask id=\"m0\"><rect width=\"50\" height=\"50\" fill=\"#fff\"/></mask>", |n| {
        let shape = format!("<rect width=\"50\" height=\"50\" fill=\"#fff\" mask=\"url(#m{})\"/>", n - 1);
        format!("<mask id=\"m{n}\">{shape}{shape}</mask>")
    });
    refuses(&svg(&format!("{text}<rect width=\"90\" height=\"90\" mask=\"url(#m30)\"/>")), "bound");
    refuses(&svg(&format!("{text}<rect width=\"90\" height=\"90\" mask=\"url(#m10)\"/>")), "bound");
}

#[test]
fn t17_a_giant_tile_is_refused() {
    let text = "<pattern id=\"p\" width=\"1e7\" height=\"1e7\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\"/></pattern>\
                <rect width=\"50\" height=\"50\" fill=\"url(#p)\"/>";
    refuses(&svg(text), "tile_pixels");
}

#[test]
fn t18_a_picture_is_bounded_by_its_header() {
    // A PNG's signature and header say 20 000 x 20 000; there need not be more for the bound to hold.
    let header = "iVBORw0KGgoAAAANSUhEUgAATiAAAE4gCAYAAAAAAAAA";
    refuses(
        &svg(&format!("<image href=\"data:image/png;base64,{header}\" width=\"9\" height=\"9\"/>")),
        "image_pixels",
    );
}

#[test]
fn t19_path_data_is_bounded() {
    let path: String = (0..200_000).map(|i| format!("L{} {}", i % 97, i % 89)).collect();
    refuses(&svg(&format!("<path d=\"M0 0{path}\"/>")), "path_bytes");
    let reused: String = (0..20_000).map(|i| format!("L{} {}", i % 97, i % 89)).collect();
    let uses = "<use href=\"#p\"/>".repeat(50);
    refuses(&svg(&format!("<path id=\"p\" d=\"M0 0{reused}\"/>{uses}")), "path_bytes");
}

#[test]
fn t20_style_sheets_are_bounded_by_what_matching_costs() {
    let sheet: String = (0..5_000).map(|i| format!(".a{i} .b .c .d{{fill:red}}")).collect();
    let shapes = "<rect class=\"d\"/>".repeat(5_000);
    refuses(&svg(&format!("<style>{sheet}</style>{shapes}")), "css_work");
}

#[test]
fn t21_depth_and_chains_are_bounded() {
    for (open, close) in [("<g>", "</g>"), ("<text><tspan>", "</tspan></text>")] {
        refuses(&svg(&format!("{}{}", open.repeat(5_000), close.repeat(5_000))), "bound depth");
    }
    refuses(
        &svg(&"<tspan>".repeat(20_000)).replace("</svg>", &("</tspan>".repeat(20_000) + "</svg>")),
        "bound depth",
    );
    let chain = levels(5_000, "<clipPath id=\"c0\"><rect width=\"9\" height=\"9\"/></clipPath>", |n| {
        format!(
            "<clipPath id=\"c{n}\" clip-path=\"url(#c{})\"><rect width=\"9\" height=\"9\"/></clipPath>",
            n - 1
        )
    });
    refuses(
        &svg(&format!("{chain}<rect width=\"9\" height=\"9\" clip-path=\"url(#c5000)\"/>")),
        "reference_chain",
    );
}

#[test]
fn t22_nested_data_urls_are_bounded() {
    let mut inner =
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
            .to_owned();
    for _ in 0..6 {
        let encoded: String = inner.bytes().map(|b| format!("%{b:02X}")).collect();
        inner = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='data:image/svg+xml,{encoded}'/></svg>"
        );
        if inner.len() > 400_000 {
            break;
        }
    }
    refuses(&inner, "image_depth");
}

#[test]
fn t23_absurd_sizes_are_scaled_to_the_raster() {
    let shape = "<rect width=\"100%\" height=\"100%\" fill=\"red\"/></svg>";
    for size in
        ["viewBox=\"0 0 1e9 1e9\"", "width=\"1e9\" height=\"1e9\"", "width=\"1000000\" height=\"0.001\""]
    {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {size}>{shape}");
        let inspection = draws(&text, &["size-clamped"]);
        let png = inspection.png.expect("a picture");
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!(side(16).max(side(20)), 800, "{size}");
    }
}

#[test]
fn t24_far_coordinates_do_no_harm() {
    for data in ["M9 7v1h-28808594", "M0 0H1e38V1e38z", "M-3e38 0L3e38 1 3e38 -3e38z", "M0 0h1e-45v1e-45z"] {
        let inspection =
            look(&svg(&format!("<path d=\"{data}\" stroke=\"red\" stroke-dasharray=\"1e-9\"/>")));
        assert!(matches!(inspection.check.verdict, Verdict::Drawn | Verdict::Refused), "{data}");
    }
}

#[test]
fn t26_html_in_a_drawing_is_reported() {
    let text = svg(
        "<foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"https://attacker.example/\"/></foreignObject>",
    );
    let inspection = draws(&text, &["foreign-object-ignored", "active-content"]);
    assert_eq!(blocked(&inspection), ["https://attacker.example/"]);
}

#[test]
fn t27_control_characters_are_faults() {
    let inspection = look(&svg("<text>\u{1b}[31m</text>"));
    assert_eq!(inspection.check.verdict, Verdict::Malformed);
    assert!(codes(&inspection).contains(&"bad-character"));
}

/// A drawing that takes seconds of processor time, past all counts.
fn long() -> (String, DrawingBounds) {
    let text = svg("<filter id=\"f\"><feTurbulence baseFrequency=\".1\" numOctaves=\"10\"/></filter>\
         <rect width=\"100\" height=\"100\" filter=\"url(#f)\"/><image href=\"/etc/passwd\"/>");
    let bounds = DrawingBounds { filter_seconds: 1e9, octaves: 1e9, ..DrawingBounds::default() };
    (text.replace("</svg>", "<rect width=\"100\" height=\"100\" filter=\"url(#f)\"/></svg>"), bounds)
}

#[cfg(unix)]
#[test]
fn a_worker_that_is_ended_at_its_processor_time_leaves_what_it_knew() {
    let (text, bounds) = long();
    let bounds = DrawingBounds { processor_seconds: 0.1, ..bounds };
    let more = "<rect width=\"100\" height=\"100\" filter=\"url(#f)\"/>".repeat(20) + "</svg>";
    let pool = WorkerPool::with_program(WORKER, 1, InspectionOptions { raster: 800, bounds });
    let inspection = pool.inspect(text.replace("</svg>", &more).as_bytes(), 800).unwrap();
    assert_eq!(inspection.check.verdict, Verdict::Refused, "{:?}", inspection.check.findings);
    assert!(inspection.check.findings.iter().any(|f| f.message.contains("bound processor_seconds")));
    assert_eq!(blocked(&inspection), ["/etc/passwd"]);
    assert!(inspection.svg.is_some());
    // Its successor serves.
    assert_eq!(pool.inspect(svg("").as_bytes(), 100).unwrap().check.verdict, Verdict::Drawn);
}

#[test]
fn a_drawing_whose_worker_meets_the_clock_twice_gets_no_verdict() {
    let (text, bounds) = long();
    let bounds = DrawingBounds { clock_seconds: 0.1, ..bounds };
    let pool = WorkerPool::with_program(WORKER, 1, InspectionOptions { raster: 800, bounds });
    let error = pool.inspect(text.as_bytes(), 800).unwrap_err();
    assert!(
        matches!(error, WorkerError::Lost { .. }) && error.to_string().contains("by the clock"),
        "{error}"
    );
    assert!(
        !error.to_string().contains("--again"),
        "what is no attempt has no record to check anew: {error}"
    );
}

/// As a system without memory does.
#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_killed_from_outside_has_a_successor_that_looks_again() {
    let (text, bounds) = long();
    let pool = WorkerPool::with_program(WORKER, 2, InspectionOptions { raster: 800, bounds });
    std::thread::scope(|scope| {
        // A process is listed with the thread that started it, so that no other test's worker is met.
        let (send, thread) = std::sync::mpsc::channel();
        let (pool, text) = (&pool, &text);
        let looking = scope.spawn(move || {
            send.send(std::fs::read_link("/proc/thread-self").unwrap()).unwrap();
            pool.inspect(text.as_bytes(), 800).unwrap()
        });
        let children = std::path::Path::new("/proc").join(thread.recv().unwrap()).join("children");
        let worker = loop {
            let worker = std::fs::read_to_string(&children).unwrap().trim().to_owned();
            let stat = std::fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
            let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest).to_owned();
            // In the middle of its work: it has used some time, in hundredths of a second.
            let ticks = after.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<u32>().ok());
            if ticks.is_some_and(|ticks| ticks > 5) {
                break worker;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(std::process::Command::new("kill").args(["-KILL", &worker]).status().unwrap().success());
        assert_eq!(looking.join().unwrap().check.verdict, Verdict::Drawn);
        assert!(!std::path::Path::new("/proc").join(&worker).exists(), "it is gone");
    });
}

#[test]
fn a_worker_that_runs_out_of_memory_says_so() {
    let bounds = DrawingBounds { memory_bytes: 3 << 20, ..DrawingBounds::default() };
    let pool = WorkerPool::with_program(WORKER, 1, InspectionOptions { raster: 800, bounds });
    let inspection = pool.inspect(svg("").as_bytes(), 800).unwrap();
    assert_eq!(inspection.check.verdict, Verdict::Refused);
    let limit =
        inspection.check.findings.iter().find(|finding| finding.code.as_str() == "resource-limit").unwrap();
    assert!(limit.message.contains("memory_bytes"), "{}", limit.message);
}

/// The size of the picture that was asked for is no reason to refuse a drawing.
#[test]
fn a_picture_that_is_too_much_is_made_smaller_with_a_note() {
    let size = |png: &[u8]| u32::from_be_bytes(png[16..20].try_into().unwrap());
    let check = |bounds: DrawingBounds, raster: u32, text: &str| {
        let pool = WorkerPool::with_program(WORKER, 1, InspectionOptions { raster, bounds });
        let inspection = pool.inspect(text.as_bytes(), raster).unwrap();
        assert_eq!(inspection.check.verdict, Verdict::Drawn, "{:?}", inspection.check.findings);
        let reduced = codes(&inspection).contains(&"raster-reduced");
        (size(&inspection.png.unwrap()), reduced)
    };
    let memory = DrawingBounds { memory_bytes: 24 << 20, raster: 8192, ..DrawingBounds::default() };
    assert_eq!(check(memory, 8192, &svg("")), (VERDICT_SIDE, true), "its worker ran out of memory");
    let blurred = svg(&format!(
        "<filter id=\"f\">{}</filter><rect width=\"100\" height=\"100\" filter=\"url(#f)\"/>",
        "<feGaussianBlur stdDeviation=\"1\"/>".repeat(2)
    ));
    let bounds = DrawingBounds { filter_seconds: 1.3, ..DrawingBounds::default() };
    let (side, reduced) = check(bounds, 2048, &blurred);
    assert!(reduced && side > VERDICT_SIDE && side < 2048, "{side} pixels, by count");
    assert_eq!(check(DrawingBounds::default(), 1500, &blurred), (1500, false));
    assert_eq!(check(DrawingBounds::default(), 300, &blurred), (300, false));
}

#[test]
fn a_program_that_is_no_worker_is_an_error() {
    let pool = WorkerPool::with_program("/nonexistent/pelicycle", 1, InspectionOptions::default());
    let error = pool.inspect(b"<svg/>", 100).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/pelicycle"), "{error}");
}

#[test]
fn hostile_text_is_extracted_in_linear_time() {
    const PIECES: [&str; 23] = [
        "<svg",
        "<svg>",
        "<svg/>",
        "`",
        "```\n",
        "<!--",
        "<svg><!--",
        "<think>",
        "</think>",
        "&lt;svg",
        "<svg a=\"",
        "<a b='",
        "<![CDATA[",
        "<?",
        "<!DOCTYPE [",
        "</svg>",
        "<svg></svg>",
        "~~~svg\n<svg>",
        "\u{0}",
        "<svg a=\\\"",
        "&",
        "<a",
        "<svg><a>",
    ];
    // Each piece looks for the end, which all but the last are far from.
    const ENDED: [(&str, &str); 5] = [
        ("data:image/svg+xml,<svg/>", "</svg>"),
        ("&lt;svg&lt;/svg>", "&lt;/svg&gt;"),
        ("%3Csvg%3c%2fsvg%3e", "%3C/svg%3E"),
        ("<!--", "-->"),
        ("<!a[", "]<"),
    ];
    // An eighth of the longest drawing that is read to its end. What looks at all that follows from each piece anew looks at
    // 3 to 34 thousand million bytes, and the system stops a worker between one second and two: so whatever goes byte by
    // byte is found (a byte a nanosecond is 3 to 34 s), but a search by `memchr`, ten times as fast, only for the
    // shortest pieces. A smaller number of seconds finds no more, since the system counts whole ones.
    let (length, processor_seconds) = (DrawingBounds::default().svg_bytes / 8, 1.0);
    let bounds = DrawingBounds { processor_seconds, ..DrawingBounds::default() };
    let pool = WorkerPool::with_program(WORKER, 2, InspectionOptions { raster: 800, bounds });
    let hold = |(piece, end): &(&str, &str)| {
        let text = piece.repeat(length / piece.len()) + end;
        let inspection = pool.inspect(text.as_bytes(), 800).expect("a worker");
        assert_ne!(inspection.check.verdict, Verdict::Drawn, "{piece:?}");
        assert!(
            !inspection.check.findings.iter().any(|f| f.message.contains("processor_seconds")),
            "{piece:?} takes too long"
        );
    };
    let all: Vec<_> = PIECES.iter().map(|piece| (*piece, "")).chain(ENDED).collect();
    let (some, others) = all.split_at(all.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| some.iter().for_each(hold));
        others.iter().for_each(hold);
    });
}

#[test]
fn paths_of_many_spaced_texts_are_found_in_linear_time() {
    let others: String = (0..25_000).map(|at| format!("<g id='g{at}'/>")).collect();
    let texts = "<textPath href='#a' startOffset='1%'/>".repeat(12_000);
    let spaced = format!("<text letter-spacing='1' text-anchor='end'>{texts}</text>");
    draws(&svg(&format!("<path id='a' d='M0 50H99'/>{others}{spaced}")), &[]);
}

#[test]
fn a_reply_over_the_bound_is_refused_unread() {
    let text = " ".repeat(DrawingBounds::default().reply_bytes + 1);
    let inspection = look(&text);
    assert_eq!(inspection.check.verdict, Verdict::Refused);
    assert!(inspection.check.findings[0].message.contains("reply_bytes"));
}

#[test]
fn many_threads_share_a_pool() {
    let pool = pool();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(pool.inspect(svg("").as_bytes(), 200).unwrap().check.verdict, Verdict::Drawn);
                }
            });
        }
    });
}

/// A system that starts no more processes has fewer workers, and the drawings wait.
#[cfg(unix)]
#[test]
fn drawings_wait_for_another_worker_where_none_can_be_started() {
    let folder = tempdir();
    let program = folder.path().join("worker");
    std::fs::copy(WORKER, &program).unwrap();
    let pool = WorkerPool::with_program(&program, 3, InspectionOptions::default());
    let verdict = || pool.inspect(svg("").as_bytes(), 50).map(|inspection| inspection.check.verdict);
    assert_eq!(verdict().unwrap(), Verdict::Drawn);
    std::fs::remove_file(&program).unwrap();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(verdict)).collect();
        for one in asked {
            assert_eq!(one.join().unwrap().unwrap(), Verdict::Drawn);
        }
    });
}

/// Descriptors and privileges that the program got from who started it end with the worker.
#[cfg(target_os = "linux")]
#[test]
fn a_worker_has_three_descriptors_and_a_filter_of_system_calls() {
    use std::fs::{read_dir, read_to_string};

    let leaked = std::fs::File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty()).unwrap();
    // A program of its own tells this worker from those of other tests.
    let folder = tempdir();
    let program = folder.path().join("confined");
    // Another process writes it: what this one has open for writing, a worker of another test may have too, and then it is busy.
    let copied = std::process::Command::new("cp").arg(WORKER).arg(&program).status().unwrap();
    assert!(copied.success());
    let pool = WorkerPool::with_program(&program, 1, InspectionOptions::default());
    assert_eq!(pool.inspect(svg("").as_bytes(), 50).unwrap().check.verdict, Verdict::Drawn);
    let processes = read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let is_ours = |process: &std::path::PathBuf| {
        std::fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program)
    };
    let worker = processes.into_iter().find(is_ours).unwrap();
    let descriptors: Vec<_> =
        read_dir(worker.join("fd")).unwrap().flatten().map(|fd| fd.file_name()).collect();
    assert_eq!(descriptors.len(), 3, "{descriptors:?}");
    let status = read_to_string(worker.join("status")).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{line}: {status}");
    }
}

/// Ctrl-C at a terminal goes to the whole group; a worker in it would leave a false verdict behind.
#[cfg(target_os = "linux")]
#[test]
fn a_worker_is_not_in_the_group_that_an_interrupt_reaches() {
    let pool = pool();
    assert_eq!(pool.inspect(svg("").as_bytes(), 50).unwrap().check.verdict, Verdict::Drawn);
    let me = std::process::id();
    let stat = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = |stat: &str| -> Vec<u32> {
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        rest.split_whitespace().skip(1).take(2).filter_map(|field| field.parse().ok()).collect()
    };
    let mine = fields(&stat(me));
    let children = || -> Vec<Vec<u32>> {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let all = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        all.map(|pid: u32| fields(&stat(pid))).filter(|fields| fields.first() == Some(&me)).collect()
    };
    // A worker that another test is just starting leaves the group on its way from fork to exec.
    let left = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let children = children();
        !children.is_empty() && children.iter().all(|fields| fields[1] != mine[1])
    });
    assert!(left, "{:?} {mine:?}", children());
}
