//! CSS on the root as a whole, held against a real Chromium.

use crate::lowered::hold;

/// A bicycle on a canvas of 200 by 150, with what is said of the root.
fn root(said: &str) -> Vec<u8> {
    let inside = "<clipPath id='c'><circle cx='100' cy='75' r='60'/></clipPath>\
        <filter id='f'><feOffset dx='20' dy='10'/></filter>\
        <rect x='20' y='20' width='160' height='110' fill='tan'/>\
        <path d='M50 110L90 60H150L60 40Z' fill='teal'/><circle cx='60' cy='100' r='24' fill='none' stroke='#333' stroke-width='5'/>";
    format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 150' {said}>{inside}</svg>")
        .into_bytes()
}

#[test]
fn a_filter_on_the_root_is_in_pixels_of_the_page() {
    hold(&[
        root("style='filter: blur(6px)'"),
        root("width='800' height='600' style='filter: drop-shadow(10px 10px 4px teal)'"),
        root("filter='url(#f)'"),
        root("style='filter: saturate(2) drop-shadow(0 0 20px navy); background: ivory'"),
    ]);
}

#[test]
fn a_clip_and_a_mask_on_the_root_are_of_its_box_and_leave_its_ground() {
    hold(&[
        root("style='clip-path: circle(45%); background: gold'"),
        root("style='clip-path: inset(10px 20px round 30px)'"),
        root("width='400' height='300' style='clip-path: polygon(0 0, 100% 0, 50% 100%)'"),
        root("clip-path='url(#c)' style='background: #eee'"),
        root("style='mask-image: linear-gradient(black, transparent)'"),
    ]);
}

#[test]
fn a_move_of_the_root_is_about_the_middle_of_its_box() {
    hold(&[
        root("transform='rotate(5)'"),
        root("style='transform: scaleX(-1)'"),
        root(
            "width='600' height='450' style='transform: translate(50px, 5%) skewX(10deg); background: ivory'",
        ),
        root("style='rotate: 10deg; scale: 0.8; transform-origin: 0 0'"),
    ]);
}

#[test]
fn shares_around_the_root_are_of_its_width() {
    hold(&[
        root("style='padding: 5%; background: ivory'"),
        root("width='400' height='300' style='margin: 10% 2%; border-radius: 50%'"),
    ]);
}
