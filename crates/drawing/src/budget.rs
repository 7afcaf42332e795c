//! The cost of drawing, measured on the renderer's own tree before a pixel is touched.
//!
//! The walk follows the renderer: a group that is isolated has a layer of its own, a paint server or mask is
//! drawn anew at every use, a filter touches its whole region. It ends as soon as a bound is passed.

use usvg::filter::{Kind, Primitive};
use usvg::{ClipPath, Group, ImageKind, Mask, Node, Paint, Pattern, Rect, Transform, Tree};

use super::bounds::DrawingBounds;
use super::raster;

/// The seconds that drawing takes on one core, by count.
///
/// # Errors
/// In words, for what would take too much time or memory.
pub(super) fn check(tree: &Tree, bounds: &DrawingBounds, longest: u32) -> Result<f64, String> {
    let (width, height) = raster::canvas(tree, longest);
    let scale_x = f64::from(width) / f64::from(tree.size().width());
    let scale_y = f64::from(height) / f64::from(tree.size().height());
    let mut meter =
        Meter { bounds, width: f64::from(width), height: f64::from(height), painted: 0.0, filtered: 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "the renderer's own transforms are single precision")]
    let transform = Transform::from_scale(scale_x as f32, scale_y as f32);
    meter.group(tree.root(), transform, 0.0)?;
    Ok((meter.painted * PAINT + meter.filtered) / 1e9)
}

/// Nanoseconds that a painted pixel takes, measured on one core of a common server.
const PAINT: f64 = 2.0;

/// The least cost of visiting a node, in painted pixels; it bounds the walk itself.
const VISIT: f64 = 500.0;

struct Meter<'a> {
    bounds: &'a DrawingBounds,
    width: f64,
    height: f64,
    painted: f64,
    filtered: f64,
}

impl Meter<'_> {
    fn paint(&mut self, pixels: f64) -> Result<(), String> {
        self.painted += pixels + VISIT;
        over("the drawing paints", self.painted, "pixels", self.bounds.paint_pixels, "paint_pixels")
    }

    /// Pixels of a box once it is drawn, cut to what the renderer would cut it to: five canvases a side.
    fn area(&self, rect: Rect, transform: Transform, sides: f64) -> f64 {
        let Some(rect) = rect.transform(transform) else { return 0.0 };
        let width = f64::from(rect.width() + 4.0).min(sides * self.width);
        let height = f64::from(rect.height() + 4.0).min(sides * self.height);
        width * height
    }

    fn group(&mut self, group: &Group, transform: Transform, alive: f64) -> Result<(), String> {
        let transform = transform.pre_concat(group.transform());
        let mut alive = alive;
        let mut layer = 0.0;
        if group.should_isolate() {
            layer = self.area(group.layer_bounding_box().to_rect(), transform, 5.0);
            let masks = f64::from(u8::from(group.mask().is_some()) + u8::from(group.clip_path().is_some()));
            alive += layer * (1.0 + 1.25 * masks);
            let what = "layers of groups hold";
            over(what, alive, "pixels at once", self.bounds.layer_pixels, "layer_pixels")?;
            self.paint(layer * (2.0 + masks))?;
        }
        for node in group.children() {
            self.node(node, transform, alive)?;
        }
        for filter in group.filters() {
            for primitive in filter.primitives() {
                self.primitive(primitive, transform, layer, alive)?;
            }
        }
        if let Some(clip) = group.clip_path() {
            self.clip(clip, transform, layer, alive)?;
        }
        if let Some(mask) = group.mask() {
            self.mask(mask, transform, layer, alive)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node, transform: Transform, alive: f64) -> Result<(), String> {
        match node {
            Node::Group(group) => self.group(group, transform, alive),
            Node::Text(text) => self.group(text.flattened(), transform, alive),
            Node::Path(path) => {
                let pixels = self.area(path.stroke_bounding_box(), transform, 1.0);
                let edges = path.data().len() as f64;
                self.paint(pixels + 20.0 * edges)?;
                let paints = [path.fill().map(usvg::Fill::paint), path.stroke().map(usvg::Stroke::paint)];
                for paint in paints.into_iter().flatten() {
                    if let Paint::Pattern(pattern) = paint {
                        self.pattern(pattern, transform, alive)?;
                    }
                }
                Ok(())
            }
            Node::Image(image) => match image.kind() {
                ImageKind::SVG(tree) => {
                    let rect = Rect::from_xywh(0.0, 0.0, image.size().width(), image.size().height());
                    let pixels = rect.map_or(0.0, |rect| self.area(rect, transform, 1.0));
                    self.paint(pixels * 2.0)?;
                    self.group(tree.root(), transform, alive + pixels)
                }
                ImageKind::JPEG(_) | ImageKind::PNG(_) | ImageKind::GIF(_) | ImageKind::WEBP(_) => {
                    let decoded = f64::from(image.size().width()) * f64::from(image.size().height());
                    self.paint(decoded + self.area(image.bounding_box(), transform, 1.0))
                }
            },
        }
    }

    /// Counts a pattern's tile, which is drawn anew at every use, at its own size.
    fn pattern(&mut self, pattern: &Pattern, transform: Transform, alive: f64) -> Result<(), String> {
        let (scale_x, scale_y) = transform.pre_concat(pattern.transform()).get_scale();
        let rect = pattern.rect();
        let pixels = f64::from(rect.width() * scale_x) * f64::from(rect.height() * scale_y);
        let what = "a pattern's tile has";
        over(what, pixels, "pixels", self.bounds.tile_pixels, "tile_pixels")?;
        over(
            "layers and tiles hold",
            alive + pixels,
            "pixels at once",
            self.bounds.layer_pixels,
            "layer_pixels",
        )?;
        self.paint(pixels)?;
        self.group(pattern.root(), Transform::from_scale(scale_x, scale_y), alive + pixels)
    }

    fn clip(&mut self, clip: &ClipPath, transform: Transform, layer: f64, alive: f64) -> Result<(), String> {
        self.paint(layer)?;
        self.group(clip.root(), transform.pre_concat(clip.transform()), alive + layer)?;
        match clip.clip_path() {
            Some(next) => self.clip(next, transform, layer, alive + layer),
            None => Ok(()),
        }
    }

    fn mask(&mut self, mask: &Mask, transform: Transform, layer: f64, alive: f64) -> Result<(), String> {
        let alive = alive + 1.25 * layer;
        over("masks and layers hold", alive, "pixels at once", self.bounds.layer_pixels, "layer_pixels")?;
        self.paint(layer * 3.0)?;
        self.group(mask.root(), transform, alive)?;
        match mask.mask() {
            Some(next) => self.mask(next, transform, layer, alive),
            None => Ok(()),
        }
    }

    fn primitive(
        &mut self,
        primitive: &Primitive,
        transform: Transform,
        layer: f64,
        alive: f64,
    ) -> Result<(), String> {
        let (scale_x, scale_y) = transform.get_scale();
        let (scale_x, scale_y) = (f64::from(scale_x), f64::from(scale_y));
        let radius = |what: &str, x: f32, y: f32| {
            let pixels = (f64::from(x) * scale_x).max(f64::from(y) * scale_y);
            over(&format!("{what} reaches"), pixels, "pixels", self.bounds.filter_radius, "filter_radius")
                .map(|()| pixels)
        };
        // Nanoseconds a pixel, measured on one core of a common server; only their order matters.
        let cost = match primitive.kind() {
            Kind::GaussianBlur(blur) => {
                radius("a blur", blur.std_dev_x().get(), blur.std_dev_y().get())?;
                220.0
            }
            Kind::DropShadow(shadow) => {
                radius("a shadow", shadow.std_dev_x().get(), shadow.std_dev_y().get())?;
                250.0
            }
            Kind::Morphology(morphology) => {
                let (x, y) = (morphology.radius_x().get(), morphology.radius_y().get());
                radius("feMorphology", x, y)?;
                // It looks at every pixel of its window.
                let side = |radius: f32, scale: f64| 2.0 * (f64::from(radius) * scale).round() + 1.0;
                10.0 + 3.3 * side(x, scale_x).min(2.0 * self.width) * side(y, scale_y).min(2.0 * self.height)
            }
            Kind::ConvolveMatrix(matrix) => {
                let side = matrix.matrix().columns().max(matrix.matrix().rows());
                over(
                    "a convolution's kernel has",
                    f64::from(side),
                    "numbers a side",
                    self.bounds.kernel,
                    "kernel",
                )?;
                10.0 + 8.0 * f64::from(matrix.matrix().columns()) * f64::from(matrix.matrix().rows())
            }
            Kind::Turbulence(turbulence) => {
                let octaves = f64::from(turbulence.num_octaves());
                over("a turbulence has", octaves, "octaves", self.bounds.octaves, "octaves")?;
                50.0 + 150.0 * octaves
            }
            Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) => 150.0,
            Kind::Image(image) => {
                self.group(image.root(), transform, alive)?;
                30.0
            }
            Kind::DisplacementMap(_) | Kind::ColorMatrix(_) | Kind::ComponentTransfer(_) => 50.0,
            Kind::Merge(merge) => 10.0 + 10.0 * merge.inputs().len() as f64,
            Kind::Blend(_) | Kind::Composite(_) | Kind::Flood(_) | Kind::Offset(_) | Kind::Tile(_) => 30.0,
        };
        self.filtered += cost * layer;
        over(
            "filters would take some",
            self.filtered / 1e9,
            "s",
            self.bounds.filter_seconds,
            "filter_seconds",
        )
    }
}

fn over(what: &str, number: f64, unit: &str, most: f64, bound: &str) -> Result<(), String> {
    // Written so that a number that is none is over.
    if number <= most {
        return Ok(());
    }
    let shown =
        |number: f64| if number.abs() < 1000.0 { format!("{number:.1}") } else { format!("{number:.0}") };
    Err(format!("{what} {} {unit}, more than {} (bound {bound})", shown(number), shown(most)))
}
