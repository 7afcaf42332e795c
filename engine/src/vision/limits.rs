//! Bounds on what a picture costs.

/// Patches of a picture at most, in every family: attention's work grows with their square. It is the most that Qwen's
/// authors allow.
pub(super) const MAX_PATCHES: usize = 1 << 16;

/// Pixels of a picture's side at most. A picture with a longer one is at least 256 times as long as it is wide.
pub(super) const MAX_PICTURE_SIDE: usize = 1 << 17;

/// Pixels between the two passes of resizing at most, which has the lines of the old size and the columns of the new.
pub(super) const MAX_PASS_PIXELS: usize = 1 << 27;

/// Bounds on the size that a picture is given before a model sees it. `None` takes what the model's authors publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Pixels (width times height) below which a picture is enlarged, in the families that have such a bound (Qwen's).
    pub min_pixels: Option<usize>,
    /// Pixels above which a picture is made smaller, in the families that have such a bound (Qwen's).
    pub max_pixels: Option<usize>,
    /// The longest edge in pixels, in the families that have such a bound (Pixtral and Mistral).
    pub longest_edge: Option<usize>,
    /// The tokens that every picture is stretched or made smaller to, in the families that do so (Gemma 4, whose authors
    /// know 70, 140, 280, 560 and 1,120).
    pub token_budget: Option<usize>,
    /// Tokens of one picture at most, in every family that has pictures of many sizes: those that would take more are
    /// made smaller. It is the engine's own bound, below what some authors allow.
    pub max_tokens: Option<usize>,
}

impl Default for PictureLimits {
    /// The authors' bounds, and no more than 1,024 tokens a picture: of Qwen's that is a picture of 1,048,576 pixels.
    fn default() -> PictureLimits {
        PictureLimits {
            min_pixels: None,
            max_pixels: None,
            longest_edge: None,
            token_budget: None,
            max_tokens: Some(1024),
        }
    }
}
