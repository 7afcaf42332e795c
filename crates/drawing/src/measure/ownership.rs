//! Which shape can be seen at each pixel: every opaque shape painted in a colour that is its number, as a pointer is
//! held against a scene elsewhere. What is see-through, a glow or a soft shadow hides nothing and owns nothing.

use std::rc::Rc;

use tiny_skia::{BlendMode, Color, FillRule, Mask, Paint, Path, Pixmap, Stroke, Transform};
use usvg::{Group, Node};

use super::geometry::{Extent, Point};

/// Pixels over which one shape is beside another, at most.
const MOST_REACH: f64 = 16.0;

/// A mask of what a clip path lets through.
pub(super) type ClipMask = Option<Rc<Mask>>;

/// The topmost shape at each pixel.
#[derive(Debug)]
pub(super) struct OwnershipMap {
    pixmap: Pixmap,
    /// From the canvas's units to pixels.
    transform: Transform,
}

/// What can be seen of one shape.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VisiblePart {
    /// Pixels.
    pub(super) pixels: usize,
    /// The mean colour of those pixels in the picture.
    pub(super) colour: [f64; 3],
    /// Their box, in units of the canvas.
    pub(super) extent: Option<Extent>,
}

impl OwnershipMap {
    /// An empty map of this many pixels for a canvas of this size.
    pub(super) fn new(width: u32, height: u32, canvas: (f64, f64)) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "scales of pictures")]
        let scale = ((f64::from(width) / canvas.0) as f32, (f64::from(height) / canvas.1) as f32);
        Some(Self { pixmap: Pixmap::new(width, height)?, transform: Transform::from_scale(scale.0, scale.1) })
    }

    /// Paints the fill of shape `index`, a path in units of the canvas.
    pub(super) fn fill(&mut self, index: usize, path: &Path, rule: FillRule, clip: &ClipMask) {
        self.pixmap.fill_path(path, &paint(index), rule, self.transform, clip.as_deref());
    }

    /// Paints its line, which is `transform` away from the canvas.
    pub(super) fn stroke(
        &mut self,
        index: usize,
        path: &Path,
        stroke: &Stroke,
        transform: Transform,
        clip: &ClipMask,
    ) {
        let transform = self.transform.pre_concat(transform);
        self.pixmap.stroke_path(path, &paint(index), stroke, transform, clip.as_deref());
    }

    /// What a group's clip path leaves of what its parents' left; `None` where nothing clips.
    pub(super) fn clip(&self, group: &Group, outer: &ClipMask) -> ClipMask {
        let Some(clip) = group.clip_path() else { return outer.clone() };
        let mut mask = Mask::new(self.pixmap.width(), self.pixmap.height())?;
        let transform = self.transform.pre_concat(group.abs_transform()).pre_concat(clip.transform());
        fill_clip(&mut mask, clip.root(), transform);
        if let Some(outer) = outer {
            for (own, outer) in mask.data_mut().iter_mut().zip(outer.data()) {
                *own = (*own).min(*outer);
            }
        }
        Some(Rc::new(mask))
    }

    /// The shape that is seen at a place of the canvas.
    pub(super) fn at(&self, place: Point) -> Option<usize> {
        let (x, y) = (place.x * f64::from(self.transform.sx), place.y * f64::from(self.transform.sy));
        let inside = |v: f64, side: u32| (0.0..f64::from(side)).contains(&v);
        if !inside(x, self.pixmap.width()) || !inside(y, self.pixmap.height()) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside of the picture")]
        self.owner(y as usize * self.pixmap.width() as usize + x as usize)
    }

    fn owner(&self, pixel: usize) -> Option<usize> {
        let own = self.pixmap.pixels().get(pixel)?;
        let number = (usize::from(own.red()) << 8) + usize::from(own.green());
        (own.alpha() == 255).then_some(number)
    }

    /// What is seen of each of `count` shapes in a picture of the same size.
    pub(super) fn visible(&self, picture: &Pixmap, count: usize) -> Vec<VisiblePart> {
        let mut parts = vec![VisiblePart::default(); count];
        let width = self.pixmap.width() as usize;
        let unit = (1.0 / f64::from(self.transform.sx), 1.0 / f64::from(self.transform.sy));
        for (pixel, colour) in picture.pixels().iter().enumerate() {
            let Some(part) = self.owner(pixel).and_then(|owner| parts.get_mut(owner)) else { continue };
            part.pixels += 1;
            for (sum, own) in part.colour.iter_mut().zip([colour.red(), colour.green(), colour.blue()]) {
                *sum += f64::from(own);
            }
            let (x, y) = ((pixel % width) as f64 * unit.0, (pixel / width) as f64 * unit.1);
            let cell = Extent { left: x, top: y, right: x + unit.0, bottom: y + unit.1 };
            part.extent = Some(part.extent.map_or(cell, |extent| extent.with(cell)));
        }
        for part in &mut parts {
            part.colour = part.colour.map(|sum| sum / part.pixels.max(1) as f64);
        }
        parts
    }

    /// Pairs of shapes that are at most `reach` units apart in the picture, with how many pairs of pixels say so;
    /// smaller number first.
    pub(super) fn borders(&self, reach: f64) -> Vec<((u32, u32), usize)> {
        let (width, height) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        let owners: Vec<Option<usize>> = (0..width * height).map(|pixel| self.owner(pixel)).collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a few pixels"
        )]
        let reach = (reach * f64::from(self.transform.sx)).clamp(2.0, MOST_REACH) as usize;
        let mut met: Vec<(u32, u32)> = Vec::new();
        let mut meet = |a: Option<usize>, b: Option<usize>| {
            if let (Some(a), Some(b)) = (a, b)
                && a != b
                && let (Ok(low), Ok(high)) = (u32::try_from(a.min(b)), u32::try_from(a.max(b)))
            {
                met.push((low, high));
            }
        };
        for y in 0..height {
            for x in 0..width {
                let here = y * width + x;
                // Near by every pixel, further away by every second one.
                let furthest = if (x | y) & 1 == 0 { reach } else { 2 };
                for step in (1..=2).chain((4..=furthest).step_by(2)) {
                    if x + step < width {
                        meet(owners[here], owners[here + step]);
                    }
                    if y + step < height {
                        meet(owners[here], owners[here + step * width]);
                    }
                }
            }
        }
        met.sort_unstable();
        met.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
    }
}

/// A paint that says a shape's number: scenes have fewer than 65,536.
fn paint(index: usize) -> Paint<'static> {
    let [.., high, low] = index.to_be_bytes();
    let mut paint = Paint { anti_alias: false, blend_mode: BlendMode::Source, ..Paint::default() };
    paint.set_color(Color::from_rgba8(high, low, 0, 255));
    paint
}

fn fill_clip(mask: &mut Mask, group: &Group, transform: Transform) {
    for node in group.children() {
        match node {
            Node::Group(group) => fill_clip(mask, group, transform),
            Node::Path(path) => {
                let rule = path.fill().map_or(FillRule::Winding, |fill| match fill.rule() {
                    usvg::FillRule::NonZero => FillRule::Winding,
                    usvg::FillRule::EvenOdd => FillRule::EvenOdd,
                });
                mask.fill_path(path.data(), rule, false, transform.pre_concat(path.abs_transform()));
            }
            Node::Image(_) | Node::Text(_) => {}
        }
    }
}
