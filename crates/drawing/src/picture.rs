//! Drawing a document that passed its survey: the renderer's tree, its cost, then the pixels.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pelicycle_lowering::{
    self as lowering, AnimationMoment, LoweredDrawing, LoweringOptions, LoweringPurpose, VERDICT_SIDE,
};
use roxmltree::Document;
use usvg::Tree;

use super::bounds::DrawingBounds;
use super::budget;
use super::raster::{self, Raster, ResourceRequests};
use super::{survey, xml};

/// A finished picture.
#[derive(Debug)]
pub(super) struct DrawnPicture {
    /// The pixels.
    pub(super) raster: Raster,
    /// Resources that the renderer did without.
    pub(super) requests: ResourceRequests,
    /// Words for a size that is out of all proportion to the raster.
    pub(super) clamped: Option<String>,
    /// Seconds of one core that drawing takes, by count.
    pub(super) seconds: f64,
    /// The moment that it shows, of a drawing that moves.
    pub(super) moment: Option<AnimationMoment>,
    /// Whether it could not be lowered within the bounds.
    pub(super) unlowered: bool,
    /// Whether it lacks gradients of CSS, which would have had too many parts.
    pub(super) lacks_gradients: bool,
}

/// A picture of a size that was asked for.
#[derive(Debug)]
pub(super) struct SizedPicture {
    /// The PNG.
    pub(super) png: Vec<u8>,
    /// Words for why it is smaller than was asked for.
    pub(super) reduced: Option<String>,
}

/// The reason why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum DrawError {
    /// A bound of ours or of the renderer is passed.
    #[error("{0}")]
    OverBound(String),
    /// There is no size.
    #[error("the drawing has no size to draw by")]
    NoSize,
    /// The renderer does not take the document.
    #[error("the renderer gives up: {0}")]
    Unrenderable(usvg::Error),
    /// The renderer panicked.
    #[error("the renderer broke down: {0}")]
    Panicked(String),
}

impl From<usvg::Error> for DrawError {
    fn from(error: usvg::Error) -> Self {
        match error {
            usvg::Error::InvalidSize => DrawError::NoSize,
            // The renderer has bounds of its own; a ring of references ends there.
            usvg::Error::ElementsLimitReached
            | usvg::Error::ParsingFailed(roxmltree::Error::NodesLimitReached) => DrawError::OverBound(
                format!("the renderer's own bound on elements or depth is passed: {error}"),
            ),
            error => DrawError::Unrenderable(error),
        }
    }
}

/// Reads, measures and draws, with `styles` of the page around, at the size by which verdicts are found. The picture is of that size too, or of `longest`, if
/// that is less.
pub(super) fn draw(
    document: &Document<'_>,
    styles: &str,
    bounds: &DrawingBounds,
    longest: u32,
) -> Result<DrawnPicture, DrawError> {
    guarded(|| {
        let picture = draw_at(document, styles, bounds, longest, AnimationMoment::Start)?;
        let empty = !picture.raster.visible || picture.raster.uniform;
        if picture.moment.is_none() || !empty {
            return Ok(picture);
        }
        // There is nothing to see yet; what comes in is.
        match draw_at(document, styles, bounds, longest, AnimationMoment::FirstCycle) {
            Ok(later) if later.raster.visible && !later.raster.uniform => Ok(later),
            _ => Ok(picture),
        }
    })
}

fn draw_at(
    document: &Document<'_>,
    styles: &str,
    bounds: &DrawingBounds,
    longest: u32,
    moment: AnimationMoment,
) -> Result<DrawnPicture, DrawError> {
    let (tree, requests, lowered) = read(document, styles, bounds, VERDICT_SIDE, moment)?;
    let seconds = budget::check(&tree, bounds, VERDICT_SIDE).map_err(DrawError::OverBound)?;
    let raster = raster::draw(&tree, VERDICT_SIDE, longest.min(VERDICT_SIDE)).ok_or_else(no_picture)?;
    let clamped = clamped(&tree, VERDICT_SIDE);
    Ok(DrawnPicture {
        raster,
        requests,
        clamped,
        seconds,
        moment: lowered.moves.then_some(moment),
        unlowered: lowered.given_up,
        lacks_gradients: lowered.lacks_gradients,
    })
}

/// Draws at a size above that of verdicts, or at the largest below it that is within the bounds.
pub(super) fn draw_sized(
    document: &Document<'_>,
    styles: &str,
    bounds: &DrawingBounds,
    longest: u32,
    moment: Option<AnimationMoment>,
) -> Result<SizedPicture, DrawError> {
    guarded(|| {
        let (tree, _, _) = read(document, styles, bounds, longest, moment.unwrap_or(AnimationMoment::Start))?;
        let mut side = longest;
        let mut over = None;
        while side > VERDICT_SIDE
            && let Err(why) = budget::check(&tree, bounds, side)
        {
            over.get_or_insert(why);
            side = (side / 4 * 3).max(VERDICT_SIDE);
        }
        let raster = raster::draw(&tree, side, side).ok_or_else(no_picture)?;
        let reduced = over.map(|why| reduced(side, longest, &why));
        Ok(SizedPicture { png: raster.png, reduced })
    })
}

/// The renderer's tree of the lowered drawing, and what became of lowering.
fn read(
    document: &Document<'_>,
    styles: &str,
    bounds: &DrawingBounds,
    side: u32,
    moment: AnimationMoment,
) -> Result<(Tree, ResourceRequests, LoweredDrawing), usvg::Error> {
    let options = LoweringOptions { purpose: LoweringPurpose::Picture, side, moment, styles };
    let lowered = lowering::lower(document, options, bounds.lowering(), |text| survey::within(text, bounds));
    let text = lowered.text.as_deref().and_then(|text| xml::parse(text).ok());
    let (tree, requests) = raster::read(text.as_ref().unwrap_or(document), bounds)?;
    Ok((tree, requests, lowered))
}

fn no_picture() -> DrawError {
    DrawError::OverBound("the picture could not be made".to_owned())
}

/// Words for a picture that is smaller than was asked for.
pub(super) fn reduced(side: u32, longest: u32, why: &str) -> String {
    format!("the picture has {side} pixels instead of {longest}: {why}")
}

/// A panic of the renderer is an error like another.
fn guarded<T>(work: impl FnOnce() -> Result<T, DrawError>) -> Result<T, DrawError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(DrawError::Panicked(words.unwrap_or_else(|| "without a word".to_owned())))
    })
}

/// Tells when the drawing's own size is out of all proportion to the raster.
fn clamped(tree: &Tree, longest: u32) -> Option<String> {
    let (width, height) = (tree.size().width(), tree.size().height());
    let (raster_width, raster_height) = raster::canvas(tree, longest);
    let huge = width.max(height) > HUGE;
    let thin = width.min(height) / width.max(height) * (longest as f32) < 0.5;
    (huge || thin).then(|| {
        format!("the drawing asks for {width} x {height} units; it is drawn on {raster_width} x {raster_height} pixels")
    })
}

/// User units beyond which a size is not meant as pixels.
const HUGE: f32 = 16_384.0;
