//! The differences between kinds of projectors, as data; `tower_kinds.rs` has the table of them.

use super::resize::ResizeFilter;
use super::tower_rope::TowerRopeKind;
use crate::model::NormKind;

/// The blocks that a vision tower is built of, and their options.
#[derive(Debug, Clone, Copy)]
pub(super) struct TowerKind {
    /// `clip.projector_type` in the file.
    pub(super) name: &'static str,
    /// Architectures of the models that it is made for.
    pub(super) models: &'static [&'static str],
    pub(super) sizing: PictureSizing,
    pub(super) filter: ResizeFilter,
    /// Whether bytes become −1 … 1 after the file's normalisation.
    pub(super) centered: bool,
    /// Slices of the patch embedding's matrix, which a still picture takes together.
    pub(super) frames: usize,
    pub(super) patch_bias: bool,
    pub(super) positions: PositionTable,
    /// Whether the tower begins with a norm (`v.pre_ln`), and ends with one (`v.post_ln`).
    pub(super) norm_before: bool,
    pub(super) norm: NormKind,
    /// Added to the variance in norms, where that is not for the file to say.
    pub(super) epsilon: Option<f32>,
    pub(super) rope: Option<TowerRopeKind>,
    /// Whether matrices have biases.
    pub(super) biases: bool,
    /// Whether queries and keys are normed in each head by weights, and values without.
    pub(super) head_norms: bool,
    /// Whether scores are divided by the root of a key's size.
    pub(super) scaled: bool,
    /// Whether patches see those of their window alone, in all blocks but the last of every so many.
    pub(super) windowed: bool,
    pub(super) feed_forward: TowerFeedForward,
    /// Whether what blocks answer is normed before it is added.
    pub(super) answer_norms: bool,
    pub(super) end: TowerEnd,
    pub(super) marks: PictureMarks,
}

/// The size that a picture is given.
#[derive(Debug, Clone, Copy)]
pub(super) enum PictureSizing {
    /// As it is, but for whole blocks of patches, unless its pixels are fewer or more than these.
    Area { min: usize, max: usize },
    /// The file's `image_size`, both ways.
    Square,
    /// As large as so many tokens allow.
    Tokens(usize),
    /// As it is, rounded up to whole blocks of patches, unless an edge is longer than the file's `image_size`.
    LongestEdge,
}

/// The table that tells the tower where a patch stands, beside the turning of heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PositionTable {
    None,
    /// A square table, stretched over the picture.
    Stretched,
    /// A row for each patch.
    Whole,
    /// A table for columns and one for lines.
    TwoAxes,
}

/// The feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TowerFeedForward {
    /// down( gelu(up·x) ), by tanh.
    Plain,
    /// down( act(gate·x) ⊙ (up·x) ): gelu by tanh.
    GatedGelu,
    /// The same with silu, or with gelu by erf where the file says `use_gelu`.
    GatedByFile,
}

/// The end of a tower, which makes tokens of patches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TowerEnd {
    /// Blocks of patches joined, through two matrices.
    Merger,
    /// Means of blocks of patches, normed with weights, through a transposed matrix: `clip.vision.projector.scale_factor`
    /// patches a side, or so many.
    TransposedMeans(usize),
    /// Means of blocks of patches, times the root of the width, normed without weights, through a matrix.
    ScaledMeans(usize),
    /// Blocks of patches joined by channels where the file has a matrix for it, then two matrices.
    ChannelMerger,
}

/// The marks that stand for a picture in a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PictureMarks {
    /// The token that a chat template writes once for each picture.
    pub(super) mark: &'static str,
    /// The text for a picture in a template that knows none.
    pub(super) plain: &'static str,
    /// Text on both sides of the mark.
    pub(super) around: &'static str,
    pub(super) layout: MarkLayout,
}

/// The tokens that the mark becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum MarkLayout {
    /// Itself, once a token.
    Repeated,
    /// A token for each of the picture's between a beginning and an end.
    Between { begin: &'static str, each: &'static str, end: &'static str },
    /// Itself, once a token, and after each line another, after the last line a third.
    Lines { after: &'static str, end: &'static str },
}
