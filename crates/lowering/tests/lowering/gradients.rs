//! Gradients.

use super::text;

#[test]
fn a_stop_that_is_in_no_gradient_takes_nothing_away() {
    for stop in ["<stop stop-color='oklch(60% .2 250)'/>", "<stop/>"] {
        let made = text(&format!("<stop stop-color='oklch(60% .2 250)'/>{stop}<rect width='9' height='9'/>"));
        assert!(made.contains("<rect "), "{made}");
    }
    let inside = "<stop stop-color='oklch(60% .2 250)'/><stop offset='1'/>";
    for name in ["linearGradient", "radialGradient"] {
        let made = text(&format!("<{name} id='g'>{inside}</{name}><rect fill='url(#g)'/>"));
        assert!(made.matches("<stop ").count() > 2, "{made}");
    }
}

/// The text that a ground becomes.
fn ground(image: &str) -> String {
    let made = text(&format!("<style>:root {{ background: {image} }}</style>"));
    assert!(made.contains("fill="), "{image}: {made}");
    made
}

#[test]
fn angles_of_a_conic_gradient_are_calculated() {
    for (calculated, plain) in [
        ("red calc(2 * 45deg), teal 0", "red 90deg, teal 0"),
        ("red, gold calc(10% + 0.1turn), teal", "red, gold 20%, teal"),
        ("red, gold min(25%, 80deg) max(100grad, 10%), teal", "red, gold 80deg 90deg, teal"),
        ("from calc(1turn / 8) at calc(10% + 20%) 40%, red, teal", "from 45deg at 30% 40%, red, teal"),
    ] {
        let [calculated, plain] = [calculated, plain].map(|stops| format!("conic-gradient({stops})"));
        assert_eq!(ground(&calculated), ground(&plain), "{calculated}");
    }
}

#[test]
fn hues_of_gradients_go_round_by_the_way_that_is_said() {
    for kind in ["linear", "conic"] {
        let of = |arguments: &str| ground(&format!("{kind}-gradient({arguments})"));
        assert_ne!(of("in hsl longer hue, red, lime"), of("in hsl, red, lime"));
        assert_eq!(of("in hsl shorter hue, red, lime"), of("in hsl, red, lime"));
        assert_eq!(of("in HSL Longer Hue, red, lime"), of("in hsl decreasing hue, red, lime"));
        // From red over green and blue to red.
        let round = of("in hsl longer hue, red, red");
        assert!(round.contains("rgb(0, 255, 255)") || round.contains("rgb(0, 255, 25"), "{round}");
    }
    let turned = ground("conic-gradient(in hsl longer hue from 45deg, red, lime)");
    assert_eq!(turned, ground("conic-gradient(from 45deg in hsl longer hue, red, lime)"));
}
