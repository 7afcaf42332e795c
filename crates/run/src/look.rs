//! Looks: a model is shown what it drew, and asked to improve it. Here is what is said, and what follows from an attempt.

use pelicycle_record::{Attempt, Outcome, Verdict};

/// The most looks that can be asked for after a first attempt.
pub const MAX_LOOKS: u32 = 16;

/// The version of [`LOOK_TEXT`], which stands in every record of a look: whoever changes the text counts this up.
pub(crate) const LOOK_TEXT_VERSION: &str = "1";

/// What goes with the picture.
pub(crate) const LOOK_TEXT: &str = "Here is what your SVG looks like. Compare it with what was asked for, and improve it. \
    Answer with the whole improved SVG. If nothing is to be improved, answer with only the word DONE.";

/// Tokens that a picture of 1024 pixels takes, about; services count from 600 to 1,600.
pub(crate) const PICTURE: u64 = 1_100;

/// The most tokens that such a picture takes.
const LARGEST_PICTURE: u64 = 3_000;

/// Tokens around the messages of a look, at most.
const AROUND: u64 = 1_000;

/// What an attempt means for the looks after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LookStep {
    /// Its own picture is shown next.
    OwnPicture,
    /// It has no picture of what the model wrote: the one that it was itself shown is shown again.
    PictureBefore,
    /// No look follows.
    Over,
    /// It is to be asked again, or checked, before a look can follow.
    Unfinished,
}

impl LookStep {
    /// What follows from an attempt.
    pub(crate) fn after(attempt: &Attempt) -> LookStep {
        match attempt.outcome {
            Outcome::Cancelled | Outcome::Error | Outcome::Cut => return LookStep::Unfinished,
            // What was declined once is not asked again and again.
            Outcome::Refusal | Outcome::Filtered => return LookStep::Over,
            Outcome::Complete | Outcome::Length => {}
        }
        let Some(check) = &attempt.check else { return LookStep::Unfinished };
        match &attempt.look {
            _ if check.draws.resvg => LookStep::OwnPicture,
            Some(look) if !look.done => LookStep::PictureBefore,
            _ => LookStep::Over,
        }
    }
}

/// The looks that may follow an attempt, of so many in all.
pub(crate) fn looks_left(attempt: &Attempt, bound: u32) -> u32 {
    match LookStep::after(attempt) {
        LookStep::OwnPicture | LookStep::PictureBefore => {
            bound.saturating_sub(attempt.look.as_ref().map_or(0, |look| look.number))
        }
        LookStep::Over | LookStep::Unfinished => 0,
    }
}

/// Whether a reply that ended by itself says only that it is done. Marks around the word and its case don't matter.
pub(crate) fn says_done(reply: &str, outcome: Outcome, verdict: Option<Verdict>) -> bool {
    let word = reply.trim_matches(|letter: char| !letter.is_alphanumeric());
    outcome == Outcome::Complete && verdict == Some(Verdict::NoSvg) && word.eq_ignore_ascii_case("done")
}

/// The most tokens of a look's request, where the prompt has so many bytes, the reply so many tokens, and the picture's longest
/// side so many pixels.
pub(crate) fn most_input(prompt: usize, reply: u64, side: u32) -> u64 {
    let area = u64::from(side.max(1024)).pow(2);
    let picture = LARGEST_PICTURE * area / 1024_u64.pow(2);
    // A token is at least a byte.
    (prompt + LOOK_TEXT.len()) as u64 + reply + picture + AROUND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn done_is_one_word_and_no_drawing() {
        let done = |reply| says_done(reply, Outcome::Complete, Some(Verdict::NoSvg));
        for reply in ["DONE", "done.", " **DONE**\n", "`Done`", "\"DONE\"!"] {
            assert!(done(reply), "{reply}");
        }
        for reply in ["", "I am DONE", "DONE DONE", "undone", "..."] {
            assert!(!done(reply), "{reply}");
        }
        assert!(!says_done("DONE", Outcome::Length, Some(Verdict::NoSvg)));
        assert!(!says_done("DONE", Outcome::Complete, None), "it could not be checked");
    }

    #[test]
    fn the_text_is_the_one_of_its_version() {
        let hash = blake3::hash(LOOK_TEXT.as_bytes()).to_hex();
        assert_eq!(
            (LOOK_TEXT_VERSION, &hash[..16]),
            ("1", "4dbe193e6afe3f7b"),
            "a changed text has a new version"
        );
    }

    #[test]
    fn a_large_picture_takes_more() {
        assert_eq!(most_input(44, 500, 1024), 44 + LOOK_TEXT.len() as u64 + 500 + 3_000 + 1_000);
        assert_eq!(most_input(0, 0, 2048) - most_input(0, 0, 64), 9_000);
    }
}
