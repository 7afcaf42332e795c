//! The visible picture: the pixels that a drawing leaves on its canvas.

use tiny_skia::Pixmap;

use super::contour::Contour;
use super::geometry::Point;
use super::ownership::VisiblePart;
use super::scene::{PaintedScene, PaintedShape};

/// Longest side of the picture that measures are read from: fine enough for an eye, fast enough for thousands.
pub(crate) const SIDE: u32 = 512;
/// Levels of a channel that an eye tells apart at an edge: models draw #f5f5f5 on white.
const EDGE: i32 = 6;
/// Places along an outline where it is looked for.
const PLACES: usize = 48;

/// A drawing's pixels, on white.
pub(super) struct Canvas<'a> {
    pixmap: &'a Pixmap,
    /// Pixels a unit, across and down.
    scale: (f64, f64),
}

/// Numbers of the whole picture, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coverage {
    /// Share of the canvas that anything was painted on.
    pub(super) painted: f64,
    /// Share that differs from the ground, the commonest colour of the canvas's rim.
    pub(super) figure: f64,
    /// The share of the figure that its mirror image covers, the axis in the middle of the figure.
    pub(super) symmetry: Option<f64>,
}

impl<'a> Canvas<'a> {
    /// Reads pixels of a drawing whose ground was transparent.
    pub(super) fn new(pixmap: &'a Pixmap, scene: &PaintedScene) -> Self {
        let side = |pixels: u32, units: f64| f64::from(pixels) / units;
        let scale = (side(pixmap.width(), scene.canvas.0), side(pixmap.height(), scene.canvas.1));
        Self { pixmap, scale }
    }

    /// The colour at a place, `None` off the canvas.
    fn colour(&self, at: Point) -> Option<[u8; 3]> {
        let (x, y) = (at.x * self.scale.0, at.y * self.scale.1);
        let inside = |v: f64, side: u32| (0.0..f64::from(side)).contains(&v);
        if !inside(x, self.pixmap.width()) || !inside(y, self.pixmap.height()) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside of the picture")]
        self.pixmap.pixel(x as u32, y as u32).map(on_white)
    }

    /// The visible part of each shape of a scene.
    pub(super) fn visible(&self, scene: &PaintedScene) -> Vec<VisiblePart> {
        let count = scene.shapes.len();
        let parts = scene.owners.as_ref().map(|owners| owners.visible(self.pixmap, count));
        parts.unwrap_or_else(|| vec![VisiblePart::default(); count])
    }

    /// Luminance at a place, from 0 to 1 (weights of Rec. 709, on the values as they are stored); `None` off the canvas.
    pub(super) fn luminance(&self, at: Point) -> Option<f64> {
        let [red, green, blue] = self.colour(at)?.map(f64::from);
        Some((0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255.0)
    }

    /// Share of an outline that stands out from what is beside it, between 0 and 1. What is covered, clipped, off the
    /// canvas or of the colour of its ground does not.
    pub(super) fn seen(&self, contour: &Contour, shape: &PaintedShape) -> f64 {
        let pixel = 1.0 / self.scale.0.min(self.scale.1);
        let beside = shape.half_width() + 1.5 * pixel;
        let places = contour.places(PLACES);
        let visible = places.iter().filter(|(at, normal)| {
            let aside = |by: f64| self.colour(Point::new(at.x + normal.x * by, at.y + normal.y * by));
            let (Some(left), Some(on), Some(right)) = (aside(-beside), aside(0.0), aside(beside)) else {
                return false;
            };
            differ(left, on) || differ(on, right) || differ(left, right)
        });
        visible.count() as f64 / places.len().max(1) as f64
    }

    /// Looks at every pixel.
    pub(super) fn coverage(&self) -> Coverage {
        let (width, height) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        let pixels = self.pixmap.pixels();
        let painted = pixels.iter().filter(|pixel| pixel.alpha() >= 13).count();
        let colours: Vec<[u8; 3]> = pixels.iter().map(|pixel| on_white(*pixel)).collect();
        let ground = ground(&colours, width, height);
        let figure: Vec<bool> = colours.iter().map(|colour| differ(*colour, ground)).collect();
        let count = figure.iter().filter(|is| **is).count();
        let total = pixels.len().max(1) as f64;
        let symmetry = symmetry(&figure, width);
        Coverage { painted: painted as f64 / total, figure: count as f64 / total, symmetry }
    }
}

/// The commonest colour of the outermost pixels, the darkest of equals.
fn ground(colours: &[[u8; 3]], width: usize, height: usize) -> [u8; 3] {
    let mut rim: Vec<[u8; 3]> = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, y * width + width - 1]))
        .map(|index| colours[index])
        .collect();
    rim.sort_unstable();
    let mut best = ([255; 3], 0);
    for run in rim.chunk_by(|a, b| a == b) {
        if run.len() > best.1 {
            best = (run[0], run.len());
        }
    }
    best.0
}

/// Overlap of a mask with its mirror image, both counted: 1 is perfect, `None` when the mask is empty.
fn symmetry(mask: &[bool], width: usize) -> Option<f64> {
    let columns = mask.iter().enumerate().filter(|(_, is)| **is).map(|(index, _)| index % width);
    let (left, right) = columns.fold((usize::MAX, 0), |(left, right), x| (left.min(x), right.max(x)));
    if left > right {
        return None;
    }
    let (mut both, mut either) = (0_u64, 0_u64);
    for row in mask.chunks_exact(width) {
        for x in left..=right {
            let (one, two) = (row[x], row[left + right - x]);
            both += u64::from(one && two);
            either += u64::from(one || two);
        }
    }
    Some(both as f64 / either.max(1) as f64)
}

fn on_white(pixel: tiny_skia::PremultipliedColorU8) -> [u8; 3] {
    let over = |channel: u8| channel.saturating_add(255 - pixel.alpha());
    [over(pixel.red()), over(pixel.green()), over(pixel.blue())]
}

fn differ(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).any(|(a, b)| (i32::from(*a) - i32::from(b)).abs() >= EDGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_and_its_mirror() {
        let mask = |text: &str| text.chars().map(|c| c == '#').collect::<Vec<_>>();
        assert_eq!(symmetry(&mask(".#.##.##."), 9), Some(3.0 / 7.0));
        assert_eq!(symmetry(&mask("..##.##.."), 9), Some(1.0));
        assert_eq!(symmetry(&mask("........."), 9), None);
    }

    #[test]
    fn the_ground_is_the_commonest_colour_of_the_rim() {
        let (w, b) = ([255; 3], [0, 0, 9]);
        assert_eq!(ground(&[b, b, b, b, w, b, w, w, w], 3, 3), b);
    }
}
