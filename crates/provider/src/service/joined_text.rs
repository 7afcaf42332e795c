//! A reply's text in one order in which its pieces may be joined, as far as a secret may still begin in it.

use std::collections::VecDeque;

use pelicycle_secrets::{MAX_HELD, SHORTEST_BEGINNING, Secrets, boundary};

use super::protocol::TextPart;

/// The end of a text that is not sure yet, and where its pieces stand in the parts of the reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct JoinedText {
    text: String,
    pieces: VecDeque<JoinedPiece>,
}

/// The place of a piece: its part, and the bytes of the part before and in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct JoinedPiece {
    part: TextPart,
    begin: usize,
    length: usize,
}

impl JoinedText {
    /// Takes a piece in that begins at this byte of its part.
    pub(super) fn push(&mut self, part: TextPart, begin: usize, text: &str) {
        self.text.push_str(text);
        match self.pieces.back_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.part == part && last.begin + last.length == begin => last.length += text.len(),
            _ => self.pieces.push_back(JoinedPiece { part, begin, length: text.len() }),
        }
    }

    /// Gives the places of the secrets in it, and drops what is sure.
    pub(super) fn search(&mut self, secrets: &Secrets) -> Vec<(TextPart, usize, usize)> {
        let (whole, sure) = secrets.find_all(&self.text);
        let places = self.places(&whole);
        self.drop_first(sure);
        places
    }

    /// The text is over: gives the places of a secret's beginning at its end, where it is long enough. The text stays, since
    /// words may follow it.
    pub(super) fn finish(&mut self, secrets: &Secrets) -> Vec<(TextPart, usize, usize)> {
        let begun = secrets.find(&self.text).begun;
        let begun = begun.filter(|(_, letters)| *letters >= SHORTEST_BEGINNING);
        let range = begun.map(|(begin, _)| (begin, self.text.len()));
        let places = self.places(range.as_slice());
        self.pieces.clear();
        places
    }

    /// The first byte of a part that is not sure; none where there is none.
    pub(super) fn begin_of(&self, part: TextPart) -> Option<usize> {
        self.pieces.iter().find(|piece| piece.part == part).map(|piece| piece.begin)
    }

    /// The end of the rest of a secret in words that follow the text; none where it goes on in none. It ends with them where
    /// they were shortened within it.
    pub(super) fn rest_in(&self, secrets: &Secrets, words: &str) -> Option<usize> {
        let joined = format!("{}{}", self.text, &words[..boundary(words, MAX_HELD)]);
        let place = self.text.len();
        let finds = secrets.find(&joined);
        let whole = finds
            .whole
            .iter()
            .find(|(begin, end)| *begin < place && *end > place)
            .map(|(_, end)| end - place);
        let goes_on = words.contains(char::is_alphanumeric);
        let all = || {
            let begun =
                finds.begun.filter(|(begin, letters)| *begin < place && *letters >= SHORTEST_BEGINNING);
            goes_on && begun.is_some()
        };
        whole.or_else(|| all().then_some(words.len()))
    }

    /// The places in the parts of what stands in these ranges of the text, one for what stands together in its part. The
    /// ranges are in order, so each piece is looked at once: a frame may have hundreds of thousands of both.
    fn places(&self, ranges: &[(usize, usize)]) -> Vec<(TextPart, usize, usize)> {
        let mut places: Vec<(TextPart, usize, usize)> = Vec::new();
        let mut pieces = self.pieces.iter();
        let (mut next, mut at) = (pieces.next(), 0);
        for &(begin, end) in ranges {
            // By part, the number of its last place in this range.
            let mut last: [Option<usize>; TextPart::ALL.len()] = Default::default();
            while let Some(piece) = next {
                let (from, to) = (begin.max(at), end.min(at + piece.length));
                if from < to {
                    let own = (piece.part, piece.begin + from - at, piece.begin + to - at);
                    let last = &mut last[piece.part as usize];
                    match last.map(|last| &mut places[last]).filter(|place| place.2 == own.1) {
                        Some(place) => place.2 = own.2,
                        None => {
                            *last = Some(places.len());
                            places.push(own);
                        }
                    }
                }
                // The next range may begin in it.
                if at + piece.length > end {
                    break;
                }
                at += piece.length;
                next = pieces.next();
            }
        }
        places
    }

    /// Drops the first bytes.
    fn drop_first(&mut self, bytes: usize) {
        self.text.drain(..bytes);
        let mut left = bytes;
        while let Some(piece) = self.pieces.front_mut().filter(|_| left > 0) {
            if piece.length > left {
                piece.begin += left;
                piece.length -= left;
                break;
            }
            left -= piece.length;
            self.pieces.pop_front();
        }
    }
}
