//! Whether tokens are guessed ahead.

/// When the next tokens are guessed ahead from what the text repeats, and computed in the same step as the one that is
/// sure. Whatever is guessed, the answer is the same, bit for bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Speculation {
    /// Never.
    Off,
    /// Guesses where it makes the answer come sooner, by what guesses and their rows have turned out to be worth.
    #[default]
    WherePays,
    /// Wherever the text repeats itself, to see what that costs.
    Always,
}
