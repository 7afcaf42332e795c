//! Every bound on what a drawing may ask of this program, each with its reason.
//!
//! A verdict must follow from the drawing alone, so what decides is counted: bytes, elements, pixels, and processor time where
//! nothing else can be. The drawing by a model of 2026 in the middle has 19 kB and takes 0.16 s, the slowest that was met 2.7 s; each default
//! leaves a factor of ten or more over those, and stops below what harms the machine.

use pelicycle_lowering::{LoweringBounds, VERDICT_SIDE};
use serde::{Deserialize, Serialize};

/// The bounds on one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrawingBounds {
    /// Length of a reply. A model's longest answer is well under 1 MiB.
    pub reply_bytes: usize,
    /// Length of the chosen drawing; some 500 times the longest published one.
    pub svg_bytes: usize,
    /// Elements once every reference is followed; a `use` bomb multiplies tenfold a level.
    pub elements: u64,
    /// Nesting of elements, text included; the renderer recurses, and its own check leaves text out.
    pub depth: usize,
    /// Attributes of one element; looking for duplicates takes their square.
    pub attributes: usize,
    /// Namespace declarations in the document; each element that declares one copies those in force.
    pub namespaces: usize,
    /// References (`href`, `url(#…)`), as written.
    pub references: usize,
    /// References that lead to one another; the renderer recurses along them.
    pub reference_chain: usize,
    /// Length of all style sheets and style attributes.
    pub css_bytes: usize,
    /// Parts of selectors, times elements: what matching the style sheet costs.
    pub css_work: u64,
    /// Length of path data and of `points`, once references are followed.
    pub path_bytes: u64,
    /// Pixels of embedded pictures, once references are followed; each is four bytes when decoded.
    pub image_pixels: u64,
    /// SVG in data URLs in SVG; each level has its own canvas.
    pub image_depth: usize,
    /// Octaves of one turbulence; each halves the detail, and the eleventh is below a pixel.
    pub octaves: f64,
    /// Radius or deviation of a filter, in pixels of the raster.
    pub filter_radius: f64,
    /// Side of a convolution's kernel.
    pub kernel: f64,
    /// Seconds that all filters together would take on one core, by a count of pixels and primitives.
    pub filter_seconds: f64,
    /// Pixels of group layers that are alive at once, four bytes each.
    pub layer_pixels: f64,
    /// Pixels painted in all: shapes, layers, masks and pattern tiles, each as often as it is drawn.
    pub paint_pixels: f64,
    /// Pixels of one pattern tile.
    pub tile_pixels: f64,
    /// Longest side of a raster; also bounds what a caller may ask for.
    pub raster: u32,
    /// Findings in an answer; what is left out is counted.
    pub findings: usize,
    /// Candidates listed in an answer; the chosen one is always among them.
    pub candidates: usize,
    /// Seconds of processor time for one inspection, after which the system ends the worker.
    pub processor_seconds: f64,
    /// Seconds by the clock after which the worker is killed, and the reply checked again alone. A backstop against a worker
    /// that hangs, far from what a busy machine needs; no verdict comes of it.
    pub clock_seconds: f64,
    /// Bytes that the worker may allocate; leaves room below 1 GiB for its stack, its code and the parent.
    pub memory_bytes: usize,
    /// Seconds of drawing on one core, by the same count, from which on a drawing is called `heavy`.
    pub heavy_seconds: f64,
}

impl DrawingBounds {
    /// Those on lowering.
    pub(super) fn lowering(&self) -> LoweringBounds {
        LoweringBounds { css_work: self.css_work, svg_bytes: self.svg_bytes }
    }
}

impl Default for DrawingBounds {
    fn default() -> Self {
        Self {
            reply_bytes: 8 << 20,
            svg_bytes: 2 << 20,
            elements: 50_000,
            depth: 256,
            attributes: 512,
            namespaces: 64,
            references: 20_000,
            reference_chain: 64,
            css_bytes: 256 << 10,
            css_work: 10_000_000,
            path_bytes: 1 << 20,
            image_pixels: 16_000_000,
            image_depth: 3,
            octaves: 10.0,
            filter_radius: 250.0,
            kernel: 15.0,
            filter_seconds: 25.0,
            layer_pixels: 80e6,
            paint_pixels: 1.5e9,
            tile_pixels: 16e6,
            raster: 4096,
            findings: 200,
            candidates: 200,
            processor_seconds: 60.0,
            clock_seconds: 900.0,
            memory_bytes: 640 << 20,
            heavy_seconds: 1.5,
        }
    }
}

/// The settings of an inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InspectionOptions {
    /// Longest side of the raster, in pixels.
    pub raster: u32,
    /// The bounds.
    pub bounds: DrawingBounds,
}

impl Default for InspectionOptions {
    fn default() -> Self {
        Self { raster: VERDICT_SIDE, bounds: DrawingBounds::default() }
    }
}
