//! The view of the voter's page, as plain data: no identifier, no name.

use super::state::VotingProgress;

/// The contents of the voter's page.
#[derive(Debug)]
pub(super) struct VotingView {
    pub(super) shown: VotingScreen,
    pub(super) progress: VotingProgress,
    /// The token that takes the last vote back, where there is one.
    pub(super) undo: Option<String>,
}

/// The main part of the page: a pair, or why there is none.
#[derive(Debug)]
pub(super) enum VotingScreen {
    Pair(PairView),
    /// No two contestants have drawn the same prompt; so many demonstrations were left out.
    Nothing {
        demonstrations: usize,
    },
    /// The voter has seen every pair.
    All,
    /// Of the pairs that are left, the voter opened a drawing with its maker's name.
    Named,
    /// It is settled which of two sides is better.
    Settled {
        /// Whether the sides were first drawings and those after looks.
        looks: bool,
    },
}

/// The pair on show, as the page has it: no identifier, no name.
#[derive(Debug)]
pub(super) struct PairView {
    pub(super) token: String,
    pub(super) text: String,
    /// Names and sizes of the pictures, left and right.
    pub(super) pictures: [(String, (u32, u32)); 2],
}
