//! The tokens that stand for pictures in a conversation: a template writes one mark a picture, which becomes as many tokens
//! as the picture has, in the way of its family.

use thiserror::Error;

use super::picture::{Picture, PictureError};
use super::placed::PlacedPicture;
use super::projector::Projector;
use super::tower_kind::{MarkLayout, PictureMarks};
use crate::tokenizer::Tokenizer;

/// Pictures that found no place in a prompt.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum PlacingError {
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("the model's vocabulary has no token {token:?}, by which pictures are put into a prompt")]
    NoToken { token: &'static str },
    #[error(
        "a text of the conversation holds {mark}, by which pictures are put into it, so their places can't be told apart"
    )]
    Marked { mark: &'static str },
    #[error(
        "the prompt has {found} places for pictures ({mark}) and {shown} pictures were given: the chat template leaves \
         some out"
    )]
    Count { mark: &'static str, found: usize, shown: usize },
}

impl PictureMarks {
    /// A rendered conversation with what its family's own program puts around pictures.
    pub(crate) fn surrounded(&self, text: &str) -> String {
        if self.around.is_empty() {
            return text.to_owned();
        }
        text.replace(self.mark, &format!("{}{}{}", self.around, self.mark, self.around))
    }

    /// The text for a picture in a template that knows none.
    pub(crate) fn plain(&self) -> &'static str {
        self.plain
    }

    /// Checks that no text holds the mark itself.
    pub(crate) fn check_text(&self, text: &str) -> Result<(), PlacingError> {
        match text.contains(self.mark) {
            true => Err(PlacingError::Marked { mark: self.mark }),
            false => Ok(()),
        }
    }

    /// The number of pictures that a rendered conversation has places for.
    pub(crate) fn count(&self, text: &str) -> usize {
        text.matches(self.mark).count()
    }
}

/// Puts the tokens of pictures into the places of their marks.
pub(crate) fn place_pictures(
    tokens: &[u32],
    tokenizer: &Tokenizer,
    projector: &Projector,
    pictures: &[&Picture],
) -> Result<(Vec<u32>, Vec<PlacedPicture>), PlacingError> {
    let marks = projector.marks();
    let id = |token: &'static str| tokenizer.special(token).ok_or(PlacingError::NoToken { token });
    let mark = id(marks.mark)?;
    let found = tokens.iter().filter(|&&token| token == mark).count();
    if found != pictures.len() {
        return Err(PlacingError::Count { mark: marks.mark, found, shown: pictures.len() });
    }
    let (mut out, mut placed) = (Vec::with_capacity(tokens.len()), Vec::new());
    let mut rest = pictures.iter();
    for &token in tokens {
        let Some(&picture) = rest.as_slice().first().filter(|_| token == mark) else {
            out.push(token);
            continue;
        };
        rest.next();
        let (columns, lines) = projector.token_grid(picture)?;
        let mut run = |out: &mut Vec<u32>, each: u32, count: usize, first_row: usize| {
            let (begin, picture) = (out.len(), picture.clone());
            placed.push(PlacedPicture { begin, tokens: count, columns, first_row, picture });
            out.resize(begin + count, each);
        };
        match marks.layout {
            MarkLayout::Repeated => run(&mut out, mark, columns * lines, 0),
            MarkLayout::Between { begin, each, end } => {
                out.push(id(begin)?);
                // Some vocabularies end before it; its embedding is not looked at.
                run(&mut out, tokenizer.special(each).unwrap_or(mark), columns * lines, 0);
                out.push(id(end)?);
            }
            MarkLayout::Lines { after, end } => {
                for line in 0..lines {
                    run(&mut out, mark, columns, line * columns);
                    out.push(id(if line + 1 < lines { after } else { end })?);
                }
            }
        }
    }
    Ok((out, placed))
}
