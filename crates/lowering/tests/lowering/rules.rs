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
