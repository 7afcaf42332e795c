//! Answers that go round in a circle: a small model may say the same few tokens until its context is full.

/// The tokens over which the same ones must come again and again. Real drawings repeat themselves too, but not for so long
/// to the token.
const LENGTH: usize = 2000;

/// The longest circle: it is gone round four times at least.
const LONGEST: usize = LENGTH / 4;

/// The number of tokens between two looks.
const INTERVAL: usize = 50;

/// Watches an answer for a circle.
#[derive(Debug, Default)]
pub(super) struct CircleWatch {
    /// For each number of tokens, how many of the first are also the last of them.
    borders: Vec<usize>,
}

impl CircleWatch {
    /// Whether the end of an answer is a circle. It is looked at now and then.
    pub(super) fn closes(&mut self, answer: &[u32]) -> bool {
        if answer.len() < LENGTH || !answer.len().is_multiple_of(INTERVAL) {
            return false;
        }
        LENGTH - self.longest_border(&answer[answer.len() - LENGTH..]) <= LONGEST
    }

    /// The most tokens that are both the first and the last of these; what is left is the shortest period.
    /// D. Knuth, J. Morris and V. Pratt, 1977.
    fn longest_border(&mut self, tokens: &[u32]) -> usize {
        self.borders.clear();
        self.borders.resize(tokens.len(), 0);
        for at in 1..tokens.len() {
            let mut border = self.borders[at - 1];
            while border > 0 && tokens[at] != tokens[border] {
                border = self.borders[border - 1];
            }
            self.borders[at] = border + usize::from(tokens[at] == tokens[border]);
        }
        self.borders[tokens.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of tokens after which a circle is seen.
    fn seen(answer: impl Iterator<Item = u32>) -> Option<usize> {
        let (mut watch, mut tokens) = (CircleWatch::default(), Vec::new());
        for token in answer.take(9000) {
            tokens.push(token);
            if watch.closes(&tokens) {
                return Some(tokens.len());
            }
        }
        None
    }

    #[test]
    fn a_circle_is_seen_once_it_is_long_enough() {
        assert_eq!(seen(std::iter::repeat(7)), Some(LENGTH));
        for period in [1, 2, 3, 17, 499, 500] {
            let begin = 1000..1333_u32;
            let at = seen(begin.chain((0..period).cycle())).unwrap();
            assert!((LENGTH + 333..=LENGTH + 333 + INTERVAL).contains(&at), "{period}: {at}");
        }
    }

    #[test]
    fn what_only_resembles_a_circle_is_none() {
        assert_eq!(seen(0..9000), None);
        assert_eq!(seen((0..501).cycle()), None, "too few rounds");
        // The same path with another number in each round.
        assert_eq!(seen((0..9000_u32).map(|n| if n % 20 == 0 { 10_000 + n } else { n % 20 })), None);
        assert_eq!(seen((0..1950_u32).map(|_| 5).chain(0..7000)), None);
    }
}
