//! Masks by gradients.

use super::{SVG, text};

/// What an element of a lowered text has for a property that is inherited.
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
