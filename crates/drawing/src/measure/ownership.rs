//! The owner of each pixel, which is the shape that can be seen there: every opaque shape painted in a colour that is
//! its number, as a pointer is held against a scene elsewhere. What is see-through, a glow or a soft shadow hides
//! nothing and owns nothing.

use std::rc::Rc;

use tiny_skia::{
    BlendMode, Color, FillRule, Mask, Paint, Path, Pixmap, PremultipliedColorU8, Stroke, Transform,
};
use usvg::{Group, Node};

use super::geometry::Point;

/// Pixels over which one shape is beside another, at most.
const MOST_REACH: f64 = 16.0;
/// The number of no shape.
const NOBODY: u32 = u32::MAX;
/// Pixels that are compared at once, an even number.
const STRIDE: usize = 16;

/// A mask of what a clip path lets through.
pub(super) type ClipMask = Option<Rc<Mask>>;

/// The topmost shape at each pixel.
#[derive(Debug)]
pub(super) struct OwnershipMap {
    pixmap: Pixmap,
    /// From the canvas's units to pixels.
    transform: Transform,
}

/// The visible part of one shape.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VisiblePart {
    /// Pixels.
    pub(super) pixels: usize,
    /// The mean colour of those pixels in the picture.
    pub(super) colour: [f64; 3],
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

    /// The part of the parents' clip mask that a group's clip path leaves; `None` where nothing clips.
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
        self.pixmap.pixels().get(pixel).copied().and_then(owner)
    }

    /// The visible part of each of `count` shapes in a picture of the same size.
    pub(super) fn visible(&self, picture: &Pixmap, count: usize) -> Vec<VisiblePart> {
        let mut sums = vec![(0_usize, [0_u64; 3]); count];
        for (own, colour) in self.pixmap.pixels().iter().zip(picture.pixels()) {
            let Some((pixels, sums)) = owner(*own).and_then(|owner| sums.get_mut(owner)) else { continue };
            *pixels += 1;
            for (sum, own) in sums.iter_mut().zip([colour.red(), colour.green(), colour.blue()]) {
                *sum += u64::from(own);
            }
        }
        let mean = |pixels: usize, sum: u64| sum as f64 / pixels.max(1) as f64;
        sums.into_iter()
            .map(|(pixels, sums)| VisiblePart { pixels, colour: sums.map(|sum| mean(pixels, sum)) })
            .collect()
    }

    /// Pairs of shapes that are at most `reach` units apart in the picture, with how many pairs of pixels say so;
    /// smaller number first.
    pub(super) fn borders(&self, reach: f64) -> Vec<((u32, u32), usize)> {
        let (width, height) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        // Nobody's pixels have a number that no shape has.
        let number = |pixel: &PremultipliedColorU8| owner(*pixel).map_or(NOBODY, |owner| owner as u32);
        let owners: Vec<u32> = self.pixmap.pixels().iter().map(number).collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a few pixels"
        )]
        let reach = (reach * f64::from(self.transform.sx)).clamp(2.0, MOST_REACH) as usize;
        let mut met: Vec<(u32, u32)> = Vec::new();
        for y in 0..height {
            let row = &owners[y * width..(y + 1) * width];
            // Near by every pixel, further away by every second one.
            let furthest = if y % 2 == 0 { reach } else { 2 };
            for step in (1..=2).chain((4..=furthest).step_by(2)) {
                let every = if step <= 2 { 1 } else { 2 };
                if step < width {
                    meet(&row[..width - step], &row[step..], every, &mut met);
                }
                if y + step < height {
                    meet(row, &owners[(y + step) * width..(y + step + 1) * width], every, &mut met);
                }
            }
        }
        met.sort_unstable();
        met.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
    }
}

/// The number of the shape that is seen at a pixel of a map.
fn owner(own: PremultipliedColorU8) -> Option<usize> {
    let number = (usize::from(own.red()) << 8) + usize::from(own.green());
    (own.alpha() == 255).then_some(number)
}

/// Notes the pairs of different shapes among pixels that stand over against each other, of which every `every`th is looked at.
fn meet(here: &[u32], there: &[u32], every: usize, met: &mut Vec<(u32, u32)>) {
    // Nearly all are of one shape, and that many can be told at once.
    for (here, there) in here.chunks(STRIDE).zip(there.chunks(STRIDE)) {
        if here == there {
            continue;
        }
        for (a, b) in here.iter().zip(there).step_by(every) {
            if a != b && *a != NOBODY && *b != NOBODY {
                met.push((*a.min(b), *a.max(b)));
            }
        }
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
