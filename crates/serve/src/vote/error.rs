//! Errors of voting.

use pelicycle_record::RandomError;
use pelicycle_store::StoreError;

/// The session can't begin, or can't show anything.
#[derive(Debug, thiserror::Error)]
pub enum VotingError {
    /// The judgements can't be read, or none can be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No identifier can be made.
    #[error(transparent)]
    Id(#[from] RandomError),
    /// No token can be made.
    #[error("the system's source of random bytes failed: {0}")]
    Random(getrandom::Error),
}

/// A vote that was not counted, or not taken back, in words for the voter.
#[derive(Debug, thiserror::Error)]
pub enum VoteRefusal {
    /// The vote's pair is not on show.
    #[error(
        "That vote was not counted: its pair is no longer on show. It may have been voted on in another window. \
         What is on show now is below."
    )]
    Stale,
    /// A drawing of the pair is not there any more.
    #[error("That vote was not counted: one of the two drawings is no longer among the results.")]
    Gone,
    /// A drawing of the pair was opened with its maker's name while the pair was on show.
    #[error(
        "That vote was not counted: a drawing of its pair was opened in the gallery meanwhile, with its maker’s name. \
         Another pair is below."
    )]
    Named,
    /// The vote could not be written.
    #[error("That vote was not counted, since it could not be kept: {0}. Choose again when that is mended.")]
    Unkept(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The vote to take back is not the last one.
    #[error("Nothing was taken back: the vote that this window knew is no longer the last one.")]
    NotLast,
    /// The vote could not be taken back.
    #[error("The vote was not taken back: {0}.")]
    Kept(#[source] StoreError),
}
