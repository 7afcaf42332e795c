//! From a checked drawing to pixels: the same bytes on every machine (`docs/platforms.md` has the one exception), and
//! nothing read but the text itself.

use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_lowering::{AnimationMoment, LoweringOptions, LoweringPurpose, VERDICT_SIDE, lower};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use usvg::{FontFamily, FontResolver, ImageHrefResolver, ImageKind, Tree};

use super::bounds::DrawingBounds;
use super::{fonts, internal_entities, png_sums, survey, xml};

/// The renderer and its version, and that of the lowering before it, which changes with every picture that changes; as
/// attempts record it.
pub const RENDERER: &str = "resvg 0.49.0, lowering 9";

/// Resources that the renderer asked for while it read a drawing, and did not get.
#[derive(Debug, Default, Clone)]
pub(super) struct ResourceRequests {
    /// Families that are not bundled, each with the one taken instead.
    pub(super) missing_fonts: Vec<(String, &'static str)>,
    /// Media types of data that is no picture we show, refused.
    pub(super) refused_data: Vec<String>,
}

/// A picture on a white ground.
#[derive(Debug)]
pub(super) struct Raster {
    /// The PNG.
    pub(super) png: Vec<u8>,
    /// Whether any pixel differs from white enough to be seen.
    pub(super) visible: bool,
    /// Whether every pixel has one colour.
    pub(super) uniform: bool,
}

/// Reads a drawing into the renderer's own tree.
pub(super) fn read(
    xml: &roxmltree::Document<'_>,
    bounds: &DrawingBounds,
) -> Result<(Tree, ResourceRequests), usvg::Error> {
    let asked = Mutex::new(ResourceRequests::default());
    let tree = Tree::from_xmltree(xml, &options(&asked, bounds, bounds.image_depth))?;
    Ok((tree, asked.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// Notes something that the renderer asked for.
fn note(asked: &Mutex<ResourceRequests>, add: impl FnOnce(&mut ResourceRequests)) {
    add(&mut asked.lock().unwrap_or_else(PoisonError::into_inner));
}

/// `depth` is how many more levels of SVG inside data URLs may be read.
fn options<'a>(
    asked: &'a Mutex<ResourceRequests>,
    bounds: &'a DrawingBounds,
    depth: usize,
) -> usvg::Options<'a> {
    usvg::Options {
        resources_dir: None,
        font_family: fonts::SERIF.to_owned(),
        fontdb: fonts::database(),
        font_resolver: FontResolver {
            select_font: Box::new(move |font, database| select_font(asked, font, database)),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |mime, data, _| resolve_data(asked, bounds, mime, data, depth)),
            // Nothing is loaded; the survey has told of every address.
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    }
}

/// The face for a text: of its first bundled family, else one that stands in for the family it names.
fn select_font(
    asked: &Mutex<ResourceRequests>,
    font: &usvg::Font,
    database: &fontdb::Database,
) -> Option<fontdb::ID> {
    let wanted = font.families();
    let found = wanted.iter().find_map(|family| match family {
        FontFamily::Serif => Some(fonts::SERIF),
        FontFamily::SansSerif | FontFamily::Cursive | FontFamily::Fantasy => Some(fonts::SANS),
        FontFamily::Monospace => Some(fonts::MONO),
        FontFamily::Named(name) => fonts::bundled(name).then_some(""),
    });
    let stand_in = fonts::stand_in(wanted.iter().find_map(|family| match family {
        FontFamily::Named(name) => Some(name.as_str()),
        FontFamily::Serif | FontFamily::SansSerif | FontFamily::Cursive => None,
        FontFamily::Fantasy | FontFamily::Monospace => None,
    }));
    let taken = found.filter(|name| !name.is_empty()).unwrap_or(stand_in);
    for family in wanted {
        let FontFamily::Named(name) = family else { break };
        if fonts::bundled(name) {
            break;
        }
        note(asked, |asked| {
            if !asked.missing_fonts.iter().any(|(known, _)| known == name) {
                asked.missing_fonts.push((name.clone(), taken));
            }
        });
    }
    let mut names: Vec<fontdb::Family<'_>> = wanted
        .iter()
        .map(|family| match family {
            FontFamily::Serif => fontdb::Family::Serif,
            FontFamily::SansSerif => fontdb::Family::SansSerif,
            FontFamily::Cursive => fontdb::Family::Cursive,
            FontFamily::Fantasy => fontdb::Family::Fantasy,
            FontFamily::Monospace => fontdb::Family::Monospace,
            FontFamily::Named(name) => fontdb::Family::Name(name),
        })
        .collect();
    names.push(fontdb::Family::Name(stand_in));
    let style = match font.style() {
        usvg::FontStyle::Normal => fontdb::Style::Normal,
        usvg::FontStyle::Italic => fontdb::Style::Italic,
        usvg::FontStyle::Oblique => fontdb::Style::Oblique,
    };
    database.query(&fontdb::Query {
        families: &names,
        weight: fontdb::Weight(font.weight()),
        stretch: fontdb::Stretch::Normal,
        style,
    })
}

/// A picture in a data URL. What it is decides, not what it says it is; an SVG is read with the same refusals.
fn resolve_data(
    asked: &Mutex<ResourceRequests>,
    bounds: &DrawingBounds,
    mime: &str,
    data: Arc<Vec<u8>>,
    depth: usize,
) -> Option<ImageKind> {
    if data.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(ImageKind::PNG(png_sums::mended(data)));
    } else if data.starts_with(&[0xff, 0xd8, 0xff]) {
        return Some(ImageKind::JPEG(data));
    } else if data.starts_with(b"GIF8") {
        return Some(ImageKind::GIF(data));
    } else if data.starts_with(b"RIFF") && data.get(8..12) == Some(b"WEBP") {
        return Some(ImageKind::WEBP(data));
    }
    let svg = matches!(mime, "image/svg+xml" | "text/plain" | "text/xml" | "application/xml") && depth > 0;
    let text = std::str::from_utf8(&data).ok().filter(|_| svg);
    let expanded = text
        .filter(|text| text.len() <= bounds.svg_bytes && text.contains("<!ENTITY"))
        .and_then(|text| internal_entities::expanded(text, bounds.svg_bytes));
    if let Some(text) = expanded.as_deref().or(text)
        && text.len() <= bounds.svg_bytes
        && survey::within(text, bounds)
    {
        let document = xml::parse(text).ok()?;
        let embedded = LoweringOptions {
            purpose: LoweringPurpose::Embedded,
            side: VERDICT_SIDE,
            moment: AnimationMoment::Start,
            styles: "",
        };
        let lowered = lower(&document, embedded, bounds.lowering(), |text| survey::within(text, bounds)).text;
        let lowered = lowered.as_deref().and_then(|text| xml::parse(text).ok());
        let options = options(asked, bounds, depth - 1);
        return Tree::from_xmltree(&lowered.unwrap_or(document), &options).ok().map(ImageKind::SVG);
    }
    note(asked, |asked| asked.refused_data.push(mime.to_owned()));
    None
}

/// Width and height of the raster: the longest side is `longest`, the other at least one pixel.
pub(super) fn canvas(tree: &Tree, longest: u32) -> (u32, u32) {
    let (width, height) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let scale = f64::from(longest) / width.max(height);
    let side = |length: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=longest")]
        let pixels = (length * scale).round().clamp(1.0, f64::from(longest)) as u32;
        pixels
    };
    (side(width), side(height))
}

/// The pixels on a transparent ground, for those who measure; `None` when there is no memory for them.
pub(super) fn transparent(tree: &Tree, longest: u32) -> Option<Pixmap> {
    render(tree, longest, Color::TRANSPARENT)
}

fn render(tree: &Tree, longest: u32, ground: Color) -> Option<Pixmap> {
    let (width, height) = canvas(tree, longest);
    let mut pixmap = Pixmap::new(width, height)?;
    pixmap.fill(ground);
    #[expect(clippy::cast_precision_loss, reason = "a canvas has at most a few thousand pixels a side")]
    let scale = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, Transform::from_scale(scale.0, scale.1), &mut pixmap.as_mut());
    Some(pixmap)
}

/// Draws at one size to look at, and prints at another; `None` when there is no memory for the canvas or the PNG cannot be
/// written.
pub(super) fn draw(tree: &Tree, looked_at: u32, printed: u32) -> Option<Raster> {
    let pixmap = render(tree, looked_at, Color::WHITE)?;
    let pixels = pixmap.pixels();
    let seen = |channel: u8| channel < 0xff - INVISIBLE;
    let visible = pixels.iter().any(|p| seen(p.red()) || seen(p.green()) || seen(p.blue()));
    let uniform = pixels.windows(2).all(|pair| pair[0] == pair[1]);
    let smaller = if printed == looked_at { None } else { Some(render(tree, printed, Color::WHITE)?) };
    Some(Raster { png: smaller.unwrap_or(pixmap).encode_png().ok()?, visible, uniform })
}

/// Prints an SVG of our own making, with the bundled fonts; `None` when it is none, or too large for the memory. It has
/// no bounds: nothing of a model may be in it but text and finished rasters.
pub fn rasterize_trusted(svg: &str, longest: u32) -> Option<Vec<u8>> {
    let xml = roxmltree::Document::parse(svg).ok()?;
    let bounds = DrawingBounds::default();
    let (tree, _) = read(&xml, &bounds).ok()?;
    draw(&tree, longest, longest).map(|raster| raster.png)
}

/// As [`rasterize_trusted`], on a ground of this colour, in pixels of red, green, blue and alpha, rows from the top, with width
/// and height.
pub fn pixels_trusted(svg: &str, longest: u32, [red, green, blue]: [u8; 3]) -> Option<(u32, u32, Vec<u8>)> {
    let xml = roxmltree::Document::parse(svg).ok()?;
    let (tree, _) = read(&xml, &DrawingBounds::default()).ok()?;
    // On an opaque ground no channel is multiplied.
    let pixmap = render(&tree, longest, Color::from_rgba8(red, green, blue, u8::MAX))?;
    Some((pixmap.width(), pixmap.height(), pixmap.take()))
}

/// The place where the room of the words of an SVG of our own making ends on the right, in its own units: where more words of that
/// line would go on. Words stand at its top level; `None` where there are none.
pub fn words_end_trusted(svg: &str) -> Option<f32> {
    let xml = roxmltree::Document::parse(svg).ok()?;
    let (tree, _) = read(&xml, &DrawingBounds::default()).ok()?;
    let end = |node: &usvg::Node| match node {
        usvg::Node::Text(words) => Some(words.bounding_box().right()),
        _ => None,
    };
    tree.root().children().iter().filter_map(end).reduce(f32::max)
}

/// Levels of a channel below white that nobody sees.
const INVISIBLE: u8 = 2;
