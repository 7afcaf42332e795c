//! Looks: a model is shown what it drew, and asked to improve it. Here is what is said, and what follows from an attempt.

use pelicycle_record::{Attempt, Outcome};

use crate::picture_tokens::most_picture_tokens;

/// The most looks that can be asked for after a first attempt.
pub const MAX_LOOKS: u32 = 16;

/// The version of [`LOOK_TEXT`], which stands in every record of a look: whoever changes the text counts this up.
pub(crate) const LOOK_TEXT_VERSION: &str = "1";

/// The words that go with the picture.
pub(crate) const LOOK_TEXT: &str = "Here is what your SVG looks like. Compare it with what was asked for, and improve it. \
    Answer with the whole improved SVG. If nothing is to be improved, answer with only the word DONE.";

/// Tokens that a picture of 1024 pixels takes, about; services count from 600 to 1,600.
pub(crate) const PICTURE: u64 = 1_100;

/// Tokens around the messages of a look, at most.
const AROUND: u64 = 1_000;

/// The meaning of an attempt for the looks after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextLook {
    /// Its own picture is shown next.
    OwnPicture,
    /// It has no picture of what the model wrote: the one that it was itself shown is shown again.
    PictureBefore,
    /// No look follows.
    Over,
    /// It is to be asked again, or checked, before a look can follow.
    Unfinished,
}

impl NextLook {
    /// The next look after an attempt.
    pub(crate) fn after(attempt: &Attempt) -> NextLook {
        match attempt.outcome {
            Outcome::Cancelled | Outcome::Error | Outcome::Cut => return NextLook::Unfinished,
            // What was declined once is not asked again and again.
            Outcome::Refusal | Outcome::Filtered => return NextLook::Over,
            Outcome::Complete | Outcome::Length => {}
        }
        let Some(check) = &attempt.check else { return NextLook::Unfinished };
        match &attempt.look {
            _ if check.draws.resvg => NextLook::OwnPicture,
            Some(look) if !look.done => NextLook::PictureBefore,
            _ => NextLook::Over,
        }
    }
}

/// The looks that may follow an attempt, of so many in all.
pub(crate) fn looks_left(attempt: &Attempt, bound: u32) -> u32 {
    match NextLook::after(attempt) {
        NextLook::OwnPicture | NextLook::PictureBefore => bound.saturating_sub(attempt.look_number()),
        NextLook::Over | NextLook::Unfinished => 0,
    }
}

/// The most tokens of a look's request to a model, by its service's name for it, where the prompt has so many bytes, the reply so
/// many tokens, and the picture's longest side so many pixels.
pub(crate) fn most_input(model: &str, prompt: usize, reply: u64, side: u32) -> u64 {
    // A token is at least a byte.
    (prompt + LOOK_TEXT.len()) as u64 + reply + most_picture_tokens(model, side) + AROUND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_one_of_its_version() {
        let hash = blake3::hash(LOOK_TEXT.as_bytes()).to_hex();
        assert_eq!(
            (LOOK_TEXT_VERSION, &hash[..16]),
            ("1", "4dbe193e6afe3f7b"),
            "a changed text has a new version"
        );
    }
}
