//! Choices between two things.

/// Choices between two things, by what was chosen; a choice may count more or less than once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairwiseChoice {
    /// Indices of the two.
    pub pair: (usize, usize),
    /// Times that the first was chosen.
    pub first: f64,
    /// Times that the second was chosen.
    pub second: f64,
    /// Times that neither was chosen.
    pub ties: f64,
}
