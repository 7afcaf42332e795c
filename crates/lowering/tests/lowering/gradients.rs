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
