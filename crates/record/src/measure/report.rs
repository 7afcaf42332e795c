//! The measures of a drawing: plain data, the shape of `measures` in `pelicycle check --json`.

use serde::{Deserialize, Serialize};

use super::rubric::Detector;

/// Version of the rules. A change of what any measure says of any drawing gives it the next number, and whatever was
/// made of measures is made anew.
pub const RULES_VERSION: u32 = 4;

/// All measures of one drawing. They follow from the drawing, the rubric and the version of the rules alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Version of the rules that made them.
    pub rules: u32,
    /// Width and height of the canvas, the units of every place and length here; y is downwards.
    pub canvas: [f64; 2],
    /// The way in which the drawing is built.
    pub structure: DrawingStructure,
    /// The parts that were found, in the order in which they were first painted.
    pub painted: Vec<String>,
    /// The rubric's items, in its order; empty when the prompt declares none.
    pub rubric: Vec<JudgedItem>,
}

/// The answer to one item of a rubric for one drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgedItem {
    /// The detector that looked.
    pub item: Detector,
    /// The item in words.
    pub asked: String,
    /// The answer.
    pub state: ItemState,
    /// The confidence of the rules that the part is there, from 0 to 1: what is neither sure to be there nor sure not
    /// to be can't be told.
    pub confidence: f64,
    /// The reason for the answer, in one line.
    pub why: String,
    /// The parts that were found, for or against.
    pub found: Vec<PartMark>,
}

/// The answer to an item of a rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// The item is there.
    Met,
    /// The item is not there.
    NotMet,
    /// The rules do not decide: a part that they would need is hidden, doubtful or itself not there.
    CantTell,
}

/// A part that was found, as an outline on the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartMark {
    /// The name of the part that it is taken for.
    pub what: String,
    /// The outline.
    pub outline: PartOutline,
}

/// The outline of a part, made of numbers alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartOutline {
    /// An ellipse.
    Round {
        /// The centre of the ellipse.
        centre: [f64; 2],
        /// The longer semi-axis and the shorter one.
        axes: [f64; 2],
        /// Direction of the longer one, in degrees.
        turn: f64,
    },
    /// A line through points.
    Line(Vec<[f64; 2]>),
    /// A closed line through points.
    Area(Vec<[f64; 2]>),
    /// From one place to another, where a direction is what was found.
    Arrow([[f64; 2]; 2]),
}

/// Figures of how a drawing is built. Its bytes and elements are in the check's `svg`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawingStructure {
    /// Paths, basic shapes and lines that are painted, each as often as it is. Counting ends at 1,500.
    pub shapes: usize,
    /// Commands in path data, as written.
    pub path_commands: usize,
    /// `g` elements.
    pub groups: usize,
    /// Linear and radial gradients.
    pub gradients: usize,
    /// Nesting of elements; the root is 1.
    pub depth: usize,
    /// Distinct colours of fills, strokes and gradient stops that are painted.
    pub colours: usize,
    /// Texts.
    pub texts: usize,
    /// Embedded pictures.
    pub pictures: usize,
    /// Shapes that lie off the canvas.
    pub outside: usize,
    /// Shapes that reach over its edge.
    pub over_the_edge: usize,
    /// Share of the canvas that anything is painted on.
    pub painted: f64,
    /// Share of it that differs from the ground, the commonest colour of its rim.
    pub figure: f64,
    /// Overlap of the figure with its mirror image over both together, mirrored in its middle: 1 is symmetric. Absent
    /// without a figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symmetry: Option<f64>,
}
