//! The rows of a table that the last few tokens choose together.

/// The rows of the table that a token and those before it choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NgramHash {
    /// Counts for tokens before the start and before the last of its kind.
    pub(super) end_of_text: u32,
    /// Multiplies the token at each distance.
    pub(super) multipliers: Vec<i64>,
    pub(super) heads_per_ngram: usize,
    /// Of each head its first row and the number of its rows.
    pub(super) heads: Vec<(usize, usize)>,
}

impl NgramHash {
    /// Rows of the table.
    pub(super) fn rows(&self) -> usize {
        self.heads.iter().map(|(first, rows)| first + rows).max().unwrap_or(0)
    }

    /// The row of each head for the last of some tokens; `None` for those before the start.
    pub(super) fn choose(&self, tokens: &[Option<u32>]) -> Vec<usize> {
        let mut ended = false;
        let mut hash = 0_i64;
        let mut rows = Vec::with_capacity(self.heads.len());
        for (distance, multiplier) in self.multipliers.iter().enumerate() {
            let token = tokens.len().checked_sub(distance + 1).and_then(|place| tokens[place]);
            ended |= token.is_none_or(|token| token == self.end_of_text);
            let token = if ended { self.end_of_text } else { token.unwrap_or(self.end_of_text) };
            hash ^= i64::from(token).wrapping_mul(*multiplier);
            if distance > 0 {
                let heads = &self.heads[(distance - 1) * self.heads_per_ngram..][..self.heads_per_ngram];
                rows.extend(heads.iter().map(|&(first, size)| first + hash.rem_euclid(size as i64) as usize));
            }
        }
        rows
    }
}
