//! Sets of tokens.

/// A set of token ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TokenSet {
    words: Vec<u64>,
}

impl TokenSet {
    /// An empty set of ids below `tokens`.
    pub(crate) fn new(tokens: usize) -> TokenSet {
        TokenSet { words: vec![0; tokens.div_ceil(64)] }
    }

    /// Takes an id in, which is below the bound.
    pub(crate) fn insert(&mut self, id: u32) {
        self.words[id as usize / 64] |= 1 << (id % 64);
    }

    /// Takes an id out.
    pub(crate) fn remove(&mut self, id: u32) {
        self.words[id as usize / 64] &= !(1 << (id % 64));
    }

    /// Whether it has an id, which may be any.
    pub(crate) fn contains(&self, id: u32) -> bool {
        self.words.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// Makes it the same as another of its size.
    pub(crate) fn copy_from(&mut self, other: &TokenSet) {
        self.words.copy_from_slice(&other.words);
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// The lowest id.
    pub(crate) fn first(&self) -> Option<u32> {
        let (index, word) = (0_u32..).zip(&self.words).find(|(_, word)| **word != 0)?;
        Some(index * 64 + word.trailing_zeros())
    }

    /// Puts negative infinity in place of the scores of all that it has not.
    pub(crate) fn hide_others(&self, scores: &mut [f32]) {
        let mut words = self.words.iter();
        for part in scores.chunks_mut(64) {
            match words.next() {
                Some(&u64::MAX) => {}
                Some(0) | None => part.fill(f32::NEG_INFINITY),
                Some(word) => {
                    for (bit, score) in part.iter_mut().enumerate() {
                        if word >> bit & 1 == 0 {
                            *score = f32::NEG_INFINITY;
                        }
                    }
                }
            }
        }
    }
}
