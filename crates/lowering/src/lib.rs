//! Lowering: a drawing that uses what browsers know and the renderer does not is rewritten with what the renderer
//! knows. The drawing itself is kept as it is; only the renderer reads the lowered text.
//!
//! The drawing is read into a tree that can be changed (`tree`). Style sheets are applied as a browser applies them
//! (`css`), then one file a subject writes what is left: values, moves, clips, strokes, text, the root's ground. What
//! is written down again has no style sheets, only attributes.
//!
//! The same text makes the same lowered text. What is not understood is left as it was. Every step is linear in the
//! size of the drawing, or counts its work.
//!
//! The crate knows no finding, no font and no pixel, and no bound but those that it is given. Start reading at `lower`.

mod animation;
mod basic_shapes;
mod boxes;
mod clips;
mod colour_arguments;
mod colour_spaces;
mod colours;
mod conic;
mod css;
mod decomposed;
mod embedded;
mod filter_tiles;
mod filters;
mod fitted;
mod font_sizes;
mod frame;
mod gradient_parts;
mod gradients;
mod grammar;
mod ground;
mod ids;
mod images;
mod markers;
mod masks;
mod numbers;
mod offset_path;
mod outline;
mod page;
mod patterns;
mod placing;
mod properties;
mod relative;
mod root_effects;
mod shapes;
mod solid;
mod strokes;
mod symbols;
mod text;
mod text_paths;
mod tiles;
mod transform_list;
mod transform_origin;
mod transforms;
mod tree;
mod values;
mod view_box;

use roxmltree::{Document, Node};

pub use animation::AnimationMoment;
use boxes::BoundingBoxes;
use page::PageSizes;
use tree::Tree;
pub use tree::{SVG, XLINK};
pub use view_box::{is_empty_box, view_box};

/// Longest side, in pixels, of the raster by which a verdict is found, whatever size of picture is asked for.
pub const VERDICT_SIDE: u32 = 1024;

/// The purpose of a lowered drawing: who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoweringPurpose {
    /// Those who see it, as a browser shows it.
    Picture,
    /// Those who see it as an image in another drawing.
    Embedded,
    /// Those who measure its shapes: the ground that CSS gives the root is none, and what filters and patterns make of pixels
    /// is nothing to them.
    Measures,
}

/// Whether a value is a length in the words of today's CSS.
pub fn is_length(value: &str) -> bool {
    numbers::is_length(value, true, false)
}

/// Whether a browser heeds an attribute of an element: of properties, it heeds no value that is none.
pub fn is_heeded(element: &str, name: &str, value: &str) -> bool {
    !properties::is_property_of(element, name) || grammar::takes_as_attribute(name, value)
}

/// The options of lowering.
#[derive(Debug, Clone, Copy)]
pub struct LoweringOptions<'s> {
    /// The purpose of the result.
    pub purpose: LoweringPurpose,
    /// The longest side of the picture, in pixels.
    pub side: u32,
    /// The moment, of one that moves.
    pub moment: AnimationMoment,
    /// The style sheets of the page around it.
    pub styles: &'s str,
}

/// A lowered drawing.
#[derive(Debug)]
pub struct LoweredDrawing {
    /// Its text; `None` where there is nothing to lower, or where the lowered text would pass a bound that the drawing itself has
    /// passed.
    pub text: Option<String>,
    /// Whether it moves.
    pub moves: bool,
    /// Whether it was given up for its bounds: the renderer then takes the drawing as it is.
    pub given_up: bool,
    /// Whether it lacks gradients of CSS, which would have had too many parts.
    pub lacks_gradients: bool,
}

impl LoweredDrawing {
    const GIVEN_UP: Self = Self { text: None, moves: false, given_up: true, lacks_gradients: false };
}

/// The bounds on lowering.
#[derive(Debug, Clone, Copy)]
pub struct LoweringBounds {
    /// Parts of selectors, times elements.
    pub css_work: u64,
    /// Length of the lowered text, in bytes.
    pub svg_bytes: usize,
}

/// Lowers a drawing. `fits` tells whether a text keeps to the bounds that the drawing itself has kept to.
pub fn lower(
    document: &Document<'_>,
    options: LoweringOptions<'_>,
    bounds: LoweringBounds,
    fits: impl FnOnce(&str) -> bool,
) -> LoweredDrawing {
    let mut tree = Tree::read(document);
    let before = tree.write();
    if tree[0].markup("viewBox").is_some_and(is_empty_box) {
        // A browser shows nothing on a canvas without an area.
        tree[0].unset("viewBox");
        tree[0].children.clear();
    }
    if options.purpose == LoweringPurpose::Embedded {
        embedded::size(&mut tree);
    }
    let page = PageSizes::of(&tree);
    let sheet = css::cascade(&mut tree, options.styles, page.canvas, bounds.css_work, bounds.svg_bytes * 4);
    let Some(sheet) = sheet else { return LoweredDrawing::GIVEN_UP };
    let animated = animation::lower(&mut tree, &sheet, options.moment);
    page::lower(&mut tree, &page);
    tree.measure(page.canvas);
    ids::lower(&mut tree);
    let root_box = root_effects::lower(&mut tree, &page);
    text_paths::lower(&mut tree);
    text::lower(&mut tree);
    images::lower(&mut tree);
    symbols::lower(&mut tree);
    tiles::lower(&mut tree);
    gradients::of_modern_colours(&mut tree);
    values::lower(&mut tree);
    shapes::lower(&mut tree);
    let mut boxes = BoundingBoxes::new(&tree);
    if let Some(root_box) = root_box {
        root_box.settle(&mut boxes);
    }
    transforms::lower(&mut tree, &mut boxes);
    transforms::move_by(&mut tree, &animated.motions);
    clips::lower(&mut tree, &mut boxes);
    masks::lower(&mut tree, &mut boxes);
    strokes::lower(&mut tree, &page);
    text::shadows(&mut tree, &page);
    filters::lower(&mut tree);
    gradients::lower(&mut tree);
    if options.purpose != LoweringPurpose::Measures {
        let pixels = f64::from(options.side) / f64::from(VERDICT_SIDE);
        fitted::lower(&mut tree, &page, &mut boxes, pixels);
        frame::lower(&mut tree, &page);
        ground::lower(&mut tree, &page);
        patterns::lower(&mut tree, &page, &mut boxes, pixels);
        markers::lower(&mut tree);
    }
    if options.purpose == LoweringPurpose::Embedded {
        embedded::cut(&mut tree);
    }
    let lowered = tree.write();
    // What CSS says that no element heeds is the renderer's to misread.
    let styled = |node: Node<'_, '_>| node.tag_name().name() == "style" || node.has_attribute("style");
    let changed = lowered != before
        || tree.left_out
        || !options.styles.is_empty()
        || document.descendants().any(styled);
    let good = changed && lowered.len() <= bounds.svg_bytes && fits(&lowered);
    LoweredDrawing {
        text: good.then_some(lowered),
        moves: animated.moves,
        given_up: changed && !good,
        lacks_gradients: tree.gradient_parts.left_out(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(text: &str, purpose: LoweringPurpose) -> Option<String> {
        let document = Document::parse(text).unwrap();
        let options =
            LoweringOptions { purpose, side: VERDICT_SIDE, moment: AnimationMoment::Start, styles: "" };
        let bounds = LoweringBounds { css_work: 10_000_000, svg_bytes: 2 << 20 };
        let lowered = lower(&document, options, bounds, |_| true).text;
        if let Some(lowered) = &lowered {
            Document::parse(lowered).unwrap();
        }
        lowered
    }

    #[test]
    fn what_is_plain_already_is_left_as_it_is() {
        for inside in [
            "<g fill='red' transform='rotate(4 1 2)'><path d='M0 0h9'/></g>",
            "<text font-size='9'>a &amp; b</text>",
        ] {
            let text = format!("<svg xmlns='{SVG}' viewBox='0 0 200 100' font-size='16px'>{inside}</svg>");
            let made = lowered(&text, LoweringPurpose::Picture);
            assert!(made.is_none(), "{made:?}");
        }
    }

    #[test]
    fn a_ground_in_css_becomes_a_rectangle_under_all() {
        let svg = format!("<svg xmlns='{SVG}' viewBox='0 0 200 100' style='background: #87ceeb'><g/></svg>");
        let made = lowered(&svg, LoweringPurpose::Picture).unwrap();
        assert!(made.contains("><rect ") && made.contains("fill=\"#87ceeb\""), "{made}");
        assert!(!lowered(&svg, LoweringPurpose::Measures).unwrap().contains("87ceeb"));
    }

    #[test]
    fn geometry_in_css_becomes_attributes() {
        let made = lowered(
            &format!(
                "<svg xmlns='{SVG}'><style>.w {{ r: 30px; cx: 60px }}</style><circle class='w' r='1'/><path style='d: path(\"M0 0h9\")'/></svg>"
            ),
            LoweringPurpose::Picture,
        );
        let made = made.unwrap();
        assert!(made.contains("cx=\"60px\" r=\"30px\"") && made.contains("d=\"M0 0h9\""), "{made}");
    }

    #[test]
    fn a_marker_where_the_drawing_begins_is_turned_as_elsewhere() {
        for at in ["0 0", "100 100"] {
            let svg = format!(
                "<svg xmlns='{SVG}' viewBox='0 0 200 200'><marker id='m'><path d='M0 0h3'/></marker><path d='M{at}l80 14a9 9 0 0 1 9 9' marker-start='url(#m)'/></svg>"
            );
            let made = lowered(&svg, LoweringPurpose::Picture).unwrap();
            let made = Document::parse(&made).unwrap();
            let bearer = made
                .descendants()
                .find(|it| it.has_attribute("d") && it.attribute("marker-start") == Some("url(#m)"))
                .unwrap();
            let way = outline::from_data(bearer.attribute("d").unwrap()).unwrap();
            let [from, to] = way.points()[..] else { panic!("{way:?}") };
            let angle = (to.y - from.y).atan2(to.x - from.x).to_degrees();
            assert!((angle - 9.926).abs() < 0.05, "{at}: {angle}");
        }
    }

    #[test]
    fn what_is_used_with_other_variables_is_measured_after_what_is_around_it() {
        let svg = format!(
            "<svg xmlns='{SVG}' viewBox='0 0 20 20'><style>text {{ fill: var(--c) }}</style><symbol id='s' viewBox='0 0 9 9'><text font-family='monospace'>a</text><rect width='50%'/></symbol><use href='#s' style='--c: red'/><use href='#s' style='--c: blue'/></svg>"
        );
        let made = lowered(&svg, LoweringPurpose::Picture).unwrap();
        assert!(made.matches("font-size=\"13\"").count() >= 2, "{made}");
    }

    #[test]
    fn masks_that_are_put_together_are_shared() {
        let masks =
            ["a", "b"].map(|id| format!("<mask id='{id}'><circle r='9' fill='white'/></mask>")).concat();
        let one = "<rect width='9' height='9' style='mask: url(#a), url(#b); mask-composite: intersect'/>";
        let svg = format!("<svg xmlns='{SVG}' viewBox='0 0 20 20'>{masks}{}</svg>", one.repeat(50));
        let made = lowered(&svg, LoweringPurpose::Picture).unwrap();
        assert_eq!(made.matches("<mask ").count(), 4, "{made}");
        assert_eq!(made.matches("<rect ").count(), 50);
        let address =
            made.split("<rect ").nth(1).unwrap().split("mask=").nth(1).unwrap().split('"').nth(1).unwrap();
        assert_eq!(made.matches(&format!("mask=\"{address}\"")).count(), 50, "{made}");
    }

    /// The tiles of a result, as boxes cut off at a region of 200 by 200: left, top, right and bottom.
    fn cut(boxes: &[[f64; 4]], [dx, dy]: [f64; 2]) -> Vec<[f64; 4]> {
        let moved = boxes.iter().map(|[left, top, right, bottom]| {
            [left + dx, top + dy, right + dx, bottom + dy].map(|side| side.clamp(0.0, 200.0))
        });
        moved.filter(|[left, top, right, bottom]| left < right && top < bottom).collect()
    }

    #[test]
    fn tiles_fill_a_region_and_none_lies_over_another() {
        for [x, y, width, height] in [
            [80.0, 80.0, 40.0, 40.0],
            [70.0, 95.0, 40.0, 30.0],
            [0.0, 190.0, 30.0, 10.0],
            [10.0, 0.0, 190.0, 7.0],
        ] {
            let svg = format!(
                "<svg xmlns='{SVG}' viewBox='0 0 200 200'><filter id='f' x='0' y='0' width='1' height='1'><feFlood flood-opacity='0.3' x='{x}' y='{y}' width='{width}' height='{height}'/><feTile/></filter><rect width='200' height='200' filter='url(#f)'/></svg>"
            );
            let made = lowered(&svg, LoweringPurpose::Picture).unwrap();
            let made = Document::parse(&made).unwrap();
            let tiled = made.descendants().rfind(|it| it.has_tag_name((SVG, "filter"))).unwrap();
            let mut results: std::collections::HashMap<&str, Vec<[f64; 4]>> =
                std::collections::HashMap::new();
            let mut last = Vec::new();
            for it in tiled.children().filter(Node::is_element) {
                let number = |name| it.attribute(name).map_or(0.0, |text: &str| text.parse::<f64>().unwrap());
                last = match it.tag_name().name() {
                    "feFlood" => vec![[x, y, x + width, y + height]],
                    "feOffset" => cut(&results[it.attribute("in").unwrap()], [number("dx"), number("dy")]),
                    // Cut to whole pixels.
                    "feMerge" if it.has_attribute("x") => {
                        let whole = |length: f64| (length * 1024.0 / 200.0).round() * 200.0 / 1024.0;
                        let [left, top] = ["x", "y"].map(|name| whole(number(name)));
                        vec![[left, top, left + whole(number("width")), top + whole(number("height"))]]
                    }
                    "feMerge" => {
                        let nodes = it.children().filter(Node::is_element);
                        nodes.flat_map(|node| results[node.attribute("in").unwrap()].clone()).collect()
                    }
                    other => panic!("{other}"),
                };
                results.insert(it.attribute("result").unwrap_or_default(), last.clone());
            }
            let area: f64 =
                last.iter().map(|[left, top, right, bottom]| (right - left) * (bottom - top)).sum();
            assert!((area - 200.0 * 200.0).abs() < 0.01, "{area}: {last:?}");
            for (at, a) in last.iter().enumerate() {
                let under = |a: f64, b: f64| b - a > 1e-4;
                let over = |b: &&[f64; 4]| {
                    under(a[0], b[2]) && under(b[0], a[2]) && under(a[1], b[3]) && under(b[1], a[3])
                };
                assert_eq!(last[at + 1..].iter().find(over), None, "over {a:?}");
            }
        }
    }
}
