//! Masks by gradients.

use super::{SVG, of, text};

/// The value of a property that is inherited, of an element of a lowered text.
fn inherited<'a>(element: roxmltree::Node<'a, '_>, name: &str) -> Option<&'a str> {
    element.ancestors().find_map(|it| it.attribute(name))
}

#[test]
fn what_the_root_says_of_paint_is_not_for_what_masks_are_made_of() {
    let root = "stroke: red; stroke-width: 9; fill: none; fill-opacity: 0.2; visibility: hidden; marker-mid: url(#k)";
    for mask in
        ["conic-gradient(black, transparent)", "linear-gradient(black, transparent)", "url(#a), url(#b)"]
    {
        let made = text(&format!(
            "<style>:root {{ {root} }} .m {{ mask-image: {mask} }}</style><marker id='k'><path d='M0 0h9v9z'/></marker>\
             <mask id='a'><circle r='9' fill='white'/></mask><mask id='b'><circle r='5' fill='white'/></mask>\
             <rect class='m' width='90' height='90' fill='teal' visibility='visible'/>"
        ));
        let document = roxmltree::Document::parse(&made).unwrap();
        let address = document
            .descendants()
            .find(|it| it.has_attribute("mask") && it.attribute("fill") == Some("teal"));
        let id =
            address.unwrap().attribute("mask").unwrap().trim_start_matches("url(#").trim_end_matches(')');
        let made_mask = document.descendants().find(|it| it.attribute("id") == Some(id)).unwrap();
        let shapes: Vec<_> =
            made_mask.descendants().filter(|it| ["path", "rect"].contains(&it.tag_name().name())).collect();
        assert!(!shapes.is_empty() && made_mask.has_tag_name((SVG, "mask")), "{mask}");
        // What is hidden cuts all off.
        let clips = document.descendants().filter(|it| it.has_tag_name((SVG, "clipPath")));
        for clip in clips.filter_map(|it| it.first_element_child()) {
            assert_eq!(inherited(clip, "visibility"), Some("visible"), "{mask}");
        }
        for shape in shapes {
            for (name, own) in [("stroke", "none"), ("visibility", "visible"), ("marker-mid", "none")] {
                assert_eq!(inherited(shape, name), Some(own), "{mask}: {name}");
            }
            assert_ne!(inherited(shape, "fill"), Some("none"), "{mask}");
            assert_ne!(inherited(shape, "fill-opacity"), Some("0.2"), "{mask}");
        }
    }
}

/// A drawing of so many shapes, no two alike, each with this mask.
fn masked(shapes: usize, mask: &str) -> String {
    let shapes =
        (0..shapes).map(|at| format!("<rect class='m' width='{}' height='9' fill='teal'/>", 10 + at));
    format!("<style>.m {{ mask-image: {mask} }}</style>{}", shapes.collect::<String>())
}

#[test]
fn as_many_shapes_as_are_masked_by_gradients_are_drawn() {
    let many_stops = |most: usize| {
        let stops: Vec<String> = (0..most).map(|at| format!("rgb({at} 0 0 / {}%)", at % 90)).collect();
        format!("linear-gradient(in oklab, {})", stops.join(", "))
    };
    for (mask, shapes) in [
        ("conic-gradient(black, transparent)", 400),
        ("repeating-conic-gradient(black 0 1deg, transparent 0 2deg)", 400),
        ("linear-gradient(black, transparent)", 6000),
        (many_stops(90).as_str(), 90),
    ] {
        let made = of(&masked(shapes, mask));
        assert!(made.lacks_gradients && !made.given_up, "{mask}");
        let made = made.text.unwrap();
        assert_eq!(made.matches("fill=\"teal\"").count(), shapes);
        assert!(made.matches("<mask ").count() > 5, "{mask}");
        assert!(made.matches('<').count() < 12_000 + 3 * shapes, "{mask}");
        assert_eq!(made.matches("<mask ").count(), made.matches(" mask=").count(), "{mask}");
    }
    assert!(!of(&masked(20, "conic-gradient(black, transparent)")).lacks_gradients);
}

#[test]
fn a_conic_gradient_of_too_many_wedges_is_left_out_alone() {
    let stops: Vec<String> =
        (0..200).map(|at| format!("rgb({at} 0 0) {}deg", f64::from(at) / 100.0)).collect();
    let ground = format!("repeating-conic-gradient({})", stops.join(", "));
    let made = of(&format!(
        "<style>:root {{ background: {ground}, conic-gradient(red, teal) }}</style>{}",
        masked(1, &ground)
    ));
    assert!(made.lacks_gradients && !made.given_up);
    let made = made.text.unwrap();
    assert!(made.contains("fill=\"teal\"") && !made.contains("<mask "));
    let wedges = made.matches("<path ").count();
    assert!((180..400).contains(&wedges), "{wedges}");
}

#[test]
fn equal_masks_of_gradients_are_shared() {
    let shape = "<rect class='m' width='30' height='9' fill='teal'/>";
    let made = text(&format!("{}{}", masked(1, "conic-gradient(black, transparent)"), shape.repeat(50)));
    assert_eq!((made.matches("<mask ").count(), made.matches(" mask=").count()), (2, 51));
}

#[test]
fn a_conic_gradient_that_repeats_without_end_ends() {
    for turn in ["1e-300turn", "1e-320turn", "0.000001deg", "calc(1e-310 * 1turn)"] {
        of(&masked(2, &format!("repeating-conic-gradient(black 0, transparent {turn})")));
    }
}
