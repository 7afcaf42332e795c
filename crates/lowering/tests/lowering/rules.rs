//! Style sheets.

use super::text;

#[test]
fn a_layer_without_a_name_is_in_the_one_around_it() {
    let circle = "<circle class='w' r='9'/>";
    for (sheet, colour) in [
        ("@layer a { @layer { .w { fill: red } } .w { fill: gold } }", "gold"),
        ("@layer a { @layer { .w { fill: red } } @layer { .w { fill: gold } } }", "gold"),
        ("@layer a { @layer { .w { fill: red } } } @layer b { .w { fill: gold } }", "gold"),
        ("@layer { @layer { .w { fill: red } } .w { fill: gold } }", "gold"),
        ("@layer { .w { fill: red } } @layer { .w { fill: gold } }", "gold"),
    ] {
        let made = text(&format!("<style>{sheet}</style>{circle}"));
        assert!(made.contains(&format!("fill=\"{colour}\"")), "{sheet}: {made}");
    }
}

#[test]
fn a_word_with_escapes_is_no_number() {
    for (declared, heeded) in [
        ("opacity: \\30", false),
        ("opacity: \\31 ", false),
        ("r: \\31 00", false),
        ("r: \\2d 5px", false),
        ("stroke-width: -\\35 px", false),
        ("fill: \\72 ed", true),
        ("fill: r\\65 d", true),
        ("stroke-linecap: r\\6fund", true),
    ] {
        let plain = "<circle r='9' opacity='.5' fill='teal' stroke-width='3' stroke-linecap='square'/>";
        let bare = text(&format!("<style>g {{ fill: red }}</style>{plain}"));
        let made = text(&format!("<style>circle {{ {declared} }}</style>{plain}"));
        assert_eq!(made != bare, heeded, "{declared}: {made}");
        assert!(!made.contains('\\'), "{declared}: {made}");
    }
}
